/* teacher_cache.h - what a teacher says of every sample, computed once and shared by all workers.
 *
 * One file for one key (data, teacher's weights, augmentation, taps: whatever decides the values).
 * For each column a contiguous dataset of rows, one a sample, and a CRC-32 of every row. Readers
 * map the file, so that processes share its pages. A file that does not fit is an error. */
#ifndef KDI_TEACHER_CACHE_H
#define KDI_TEACHER_CACHE_H

#include "base/value.h"

typedef struct kdi_cache_column {
    const char *name; /* "logits", "stage2" */
    kd_shape row;     /* of one sample */
} kdi_cache_column;

/* ---- writing: by one process, every row of every column once, in any order ----- */

typedef struct kdi_cache_writer kdi_cache_writer;

/* key: a map of strings, numbers and lists of them. To path.part until it is finished. */
int kdi_cache_create(const char *path, const kd_value *key, int64_t nsamples,
                     const kdi_cache_column *column, int ncolumn, kdi_cache_writer **out);
int kdi_cache_put(kdi_cache_writer *w, int64_t first, int64_t n, const char *name,
                  const kd_real *rows);
int kdi_cache_finish(kdi_cache_writer *w);   /* an error when a row is missing; frees w */
void kdi_cache_abandon(kdi_cache_writer *w); /* removes the .part; frees w */

/* ---- reading ---------------------------------------------------------------------- */

typedef struct kdi_cache kdi_cache;

/* checks the key and every row's sum */
int kdi_cache_open(const char *path, const kd_value *key, kdi_cache **out);
void kdi_cache_close(kdi_cache *c);
int64_t kdi_cache_samples(const kdi_cache *c);
/* the shape of a row; NULL when there is no such column */
const kd_shape *kdi_cache_row_shape(const kdi_cache *c, const char *name);
/* NULL, and an error recorded, when there is no such row */
const kd_real *kdi_cache_row(const kdi_cache *c, const char *name, int64_t sample);

#endif
