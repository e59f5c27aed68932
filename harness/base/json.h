/* json.h - values as JSON text (written only: Lua reads). */
#ifndef KDI_JSON_H
#define KDI_JSON_H

#include "base/value.h"

/* one line; keys in the order of the map; NaN and infinities become null */
char *kdi_json(const kd_value *v, kdi_arena *a);

#endif
