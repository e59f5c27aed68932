/* h5.h - HDF5 without its header: what the rest of the store needs of it, on leaves.
 *
 * Files are opened for reading only, or created. Only what we write is read: numbers, text of fixed
 * width, booleans (h5py's enumeration); compact, contiguous or gzipped; hard links. Everything
 * else, and every size that cannot be, is refused with a message that names file and object. */
#ifndef KDI_H5_H
#define KDI_H5_H

#include "store/leaf.h"

enum { KDI_H5_EXPANDS = 1100 }; /* bytes from one byte of a file; gzip: at most 1032 */

typedef struct kdi_h5 {
    int64_t id;       /* of a file, group or dataset; 0: closed */
    int64_t size;     /* bytes of the file, when it was opened */
    const char *file; /* its path; the caller's memory */
    bool dense;       /* written for little space, not for mapping */
} kdi_h5;

/* `block` bytes (0, or 512, 1024, ...) at the front are left alone by HDF5 */
int kdi_h5_create(const char *path, int64_t block, kdi_h5 *file);
/* for many small objects: HDF5 1.8's own group format, nothing aligned */
int kdi_h5_create_dense(const char *path, int64_t block, kdi_h5 *file);
int kdi_h5_open(const char *path, kdi_h5 *file);
/* also closes whatever is open in it; an error only matters to who wrote */
int kdi_h5_close(kdi_h5 *file);

int kdi_h5_group_new(kdi_h5 in, const char *name, kdi_h5 *group);
int kdi_h5_enter(kdi_h5 in, const char *name, kdi_h5 *object); /* one name, no path */
/* a second name for what is at an absolute path of the same file */
int kdi_h5_link(kdi_h5 in, const char *name, const char *path);
void kdi_h5_leave(kdi_h5 *object);
bool kdi_h5_is_group(kdi_h5 object);
const char *kdi_h5_path(kdi_h5 object); /* "/a/b"; static memory, good for one message */

/* names of attributes or members, sorted */
typedef struct kdi_names {
    int64_t n, room;
    const char **name;
    kdi_arena *arena;
} kdi_names;
int kdi_h5_attributes(kdi_h5 object, kdi_arena *a, kdi_names *names);
int kdi_h5_members(kdi_h5 group, kdi_arena *a, kdi_names *names);

int kdi_h5_put_attribute(kdi_h5 object, const char *name, const kdi_leaf *leaf);
int kdi_h5_get_attribute(kdi_h5 object, const char *name, kdi_arena *a, kdi_leaf *leaf);

/* leaf->data may be NULL: rows follow. packed: gzip when that is worth it; else contiguous.
 * dataset may be NULL when nothing more is done with it. */
int kdi_h5_put_data(kdi_h5 in, const char *name, const kdi_leaf *leaf, bool packed,
                    kdi_h5 *dataset);
/* [first, first+n) of the first axis, in the type that the dataset was made with */
int kdi_h5_put_rows(kdi_h5 dataset, const kdi_leaf *leaf, int64_t first, int64_t n,
                    const void *data);
int kdi_h5_describe(kdi_h5 dataset, kdi_leaf *leaf); /* type and shape; data is NULL */
int kdi_h5_get_data(kdi_h5 dataset, kdi_arena *a, kdi_leaf *leaf);
/* where a contiguous dataset begins in the file, and that it lies inside */
int kdi_h5_offset(kdi_h5 dataset, int64_t *offset);

/* a member of one file, with all below it, to another file */
int kdi_h5_copy(kdi_h5 from, const char *name, kdi_h5 to);

const char *kdi_h5_version(void); /* of the library, "1.10.8" */

#endif
