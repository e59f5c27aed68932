/* guard.h - reading files that may be anybody's.
 *
 * The HDF5 library crashes on some damaged files. A file with our seal is checked before the
 * library sees it; any other is read by a child process, which hands over what it read: when the
 * child dies, that is an error like any other. */
#ifndef KDI_GUARD_H
#define KDI_GUARD_H

#include "base/value.h"

/* reads whatever is wanted of a file; knows it through `what` */
typedef int kdi_read(const void *what, kdi_arena *a, kd_value **out);

int kdi_guarded(const char *path, kdi_read *read, const void *what, kdi_arena *a, kd_value **out);

#endif
