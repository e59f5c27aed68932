/* made.h - data sets that are computed once from a package, and read from what that left: one
 * sealed HDF5 file. A recipe with `made` says so; kd_dataset_class.make does it. */
#ifndef KDI_MADE_H
#define KDI_MADE_H

#include "base/sha256.h"
#include "base/value.h"
#include "data/mesh.h"
#include "data/table.h"
#include "data/unpack.h"

typedef struct kdi_making {
    kdi_arena *arena;
    const char *name;   /* of the data set, for progress lines */
    const char *from;   /* a Debian package, or the folder in which it is installed */
    kdi_table manifest; /* the table beside the recipe */
    int progress_fd;    /* below 0: silent */
    int said;           /* per cent */
} kdi_making;

/* Members of m->from, whatever it is, with progress said; u->name are paths below `folder` in the
 * package ("usr/share/x"), which is m->from where it is installed. */
int kdi_making_unpack(kdi_making *m, const kdi_unpack *u, const char *folder);
/* what has the column `class` names, in alphabetical order, and each row's */
int kdi_making_labels(kdi_making *m, kd_value *classes, int64_t **label);
/* one text a row */
kd_value *kdi_making_texts(kdi_making *m, const char *const *text);
/* KDI_CLOUD points of a mesh, 6 numbers each, seeded by `seed_name` */
enum { KDI_CLOUD = 1024, KDI_CLOUD_CHANNELS = 6 };
int kdi_making_cloud(const kdi_mesh *mesh, const kdi_bytes *file, const char *seed_name, float *to);

/* The file: what `make` gave, and what it was made from. */
int kdi_made_write(const char *path, const char *package, const char *manifest_sha256,
                   const kd_value *content, char sha256[KDI_SHA256_HEX]);
/* d->folder/file; the content lives in d's arena */
int kdi_made_read(kd_dataset *d, const char *file, kd_value **content);

/* data_make { name, from, manifest, package, out, progress_fd } -> SHA-256 of the content */
int kdi_call_data_make(const kd_value *args, kdi_arena *a, kd_value **result);
/* data_made_from(path) -> { package, manifest, content }: checksums of what it was made from */
int kdi_call_data_made_from(const kd_value *args, kdi_arena *a, kd_value **result);

/* ---- for readers ---------------------------------------------------------------- */

/* an array of exactly this type and these axes (-1: any) */
int kdi_made_array(const kd_value *content, const char *key, enum kd_element type, int naxis,
                   const int64_t *axis, const kd_value **out);
/* a list of n texts */
int kdi_made_texts(kd_dataset *d, const kd_value *content, const char *key, int64_t n,
                   const char *const **out);

/* the content has "label", an array, and "class", their names: sets d's classes and names */
int kdi_made_labels(kd_dataset *d, const kd_value *content, int64_t *n, const int64_t **label);
/* chosen labels */
const int64_t *kdi_labels_take(kd_dataset *d, const int64_t *all, const int64_t *place, int64_t n);
/* chosen clouds, the first d->points points of each and d->point_channels of their numbers */
const float *kdi_cloud_take(kd_dataset *d, const float *all, const int64_t *place, int64_t n);

/* chosen texts: fills in text and at */
void kdi_texts_take(kd_dataset *d, const char *const *all, const int64_t *place, int64_t n,
                    kd_samples *to);

/* ---- groups.c: what belongs together is on one side ----------------------------- */

typedef struct kdi_rows {
    int64_t n;
    const bool *test;
    const int64_t *label;
    const char *const *group; /* names; none has rows of test and others */
    kd_samples (*take)(kd_dataset *d, const void *all, const int64_t *place, int64_t n);
    const void *all; /* for take */
} kdi_rows;
/* fills in d's test, validation and train; d->class_name is set */
void kdi_made_cut(kd_dataset *d, const kdi_rows *rows);

/* Within each class, whole groups in the order of CRC32(class + group), as long as less than
 * `share` of the class is held and no more than `most` of it would be. held: n flags. */
void kdi_hold_groups(const char *const *class_name, const int64_t *label, const char *const *group,
                     int64_t n, double share, double most, bool *held);

#endif
