/* json_read.h - JSON text of anybody's as values. base/json.h is the way back. */
#ifndef KDI_JSON_READ_H
#define KDI_JSON_READ_H

#include "base/value.h"

/* n bytes, one JSON value and nothing but white space after it. No name twice in one object, no
 * NUL, UTF-8 throughout; whole numbers are int64. What is wrong is said of `where`. */
int kdi_json_read(const char *text, int64_t n, const char *where, kdi_arena *a, kd_value **out);

#endif
