/* pack.h - a value tree as bytes: how a reading child hands it to its parent. */
#ifndef KDI_PACK_H
#define KDI_PACK_H

#include "base/value.h"

/* a child's last deed: the tree into the file, and its end; exit code 1 when it cannot be written
 */
_Noreturn void kdi_pack_and_end(int fd, const kd_value *v);
/* NULL when the bytes are not a packed tree */
kd_value *kdi_unpack(const void *data, size_t size, kdi_arena *a);

#endif
