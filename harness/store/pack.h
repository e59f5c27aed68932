/* pack.h - a value tree as bytes: how a reading child hands it to its parent. */
#ifndef KDI_PACK_H
#define KDI_PACK_H

#include <stdio.h>
#include "base/value.h"

void kdi_pack(FILE *out, const kd_value *v); /* errors: ferror(out) */
/* NULL when the bytes are not a packed tree */
kd_value *kdi_unpack(const void *data, size_t size, kdi_arena *a);

#endif
