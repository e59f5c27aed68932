/* read.h - bytes of files, decompressed, and the parsers that work on bytes in memory. */
#ifndef KDI_READ_H
#define KDI_READ_H

#include <kd/dataset.h>
#include "engine/engine.h"

/* the whole file into the arena, decompressed when it begins as gzip does */
int kdi_read_file(kdi_arena *a, const char *path, int64_t limit, const uint8_t **data,
                  int64_t *size);
bool kdi_is_gzip(const uint8_t *data, int64_t size);
/* gzip in memory, all members; what is wrong is said of `path` */
int kdi_gunzip(kdi_arena *a, const char *path, const uint8_t *in, int64_t n, int64_t limit,
               const uint8_t **data, int64_t *size);

/* d->folder/file, or the same with .gz at its end; error when there is neither */
int kdi_dataset_path(kd_dataset *d, const char *file, const char **path);

/* a file's content in memory, and what messages call it */
typedef struct kdi_bytes {
    const char *path;
    const uint8_t *data;
    int64_t size;
} kdi_bytes;

/* an IDX array of bytes; body points into the data */
typedef struct kdi_idx {
    int naxis;
    int64_t axis[4];
    const uint8_t *body;
} kdi_idx;
int kdi_idx_images(kdi_idx *x, const char *path, const uint8_t *data, int64_t size);
int kdi_idx_labels(kdi_idx *x, const char *path, const uint8_t *data, int64_t size);
/* kd_idx_read without the files; pixels stay where they are */
int kdi_idx_part(kd_dataset *d, const kdi_bytes *images, const kdi_bytes *labels, kd_samples *out);

/* the records of one CIFAR file: planes to interleaved pixels, and the labels */
enum { KDI_CIFAR_SIDE = 32, KDI_CIFAR_PIXELS = 3 * KDI_CIFAR_SIDE * KDI_CIFAR_SIDE };
int kdi_cifar_records(kd_dataset *d, const kd_cifar_part *part, const kdi_bytes *file,
                      uint8_t *pixel, int64_t *label);

#endif
