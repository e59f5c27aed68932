/* unpack.h - chosen members of archives, one after the other, without unpacking the others. */
#ifndef KDI_UNPACK_H
#define KDI_UNPACK_H

#include "data/read.h"

typedef struct kdi_unpack {
    const char *const *name; /* wanted, n of them: paths without a slash at the front */
    int64_t n;
    int64_t limit; /* the largest that a member may be */
    /* member i of the list; the data are gone when it returns, as is all in `scratch` */
    int (*take)(void *user, int64_t i, const kdi_bytes *member, kdi_arena *scratch);
    void *user;
    void (*progress)(void *watcher, double share); /* of the archive that was read; or NULL */
    void *watcher;
} kdi_unpack;

/* Each calls take for every wanted member, in the archive's order, exactly once; one that is
 * missing, doubled, no regular file or too large is an error, as is what take says. */
int kdi_unpack_deb(const kdi_unpack *u, const char *path);
int kdi_unpack_zip(const kdi_unpack *u, const kdi_bytes *zip);
int kdi_unpack_folder(const kdi_unpack *u, const char *folder); /* unpacked already */

#endif
