/* teacher_cache.h - what a teacher says of every sample, computed once and shared by all workers.
 *
 * A file is for one key (data, teacher's weights, augmentation, engine: whatever decides the
 * values). For each column it has a contiguous dataset of rows, one a sample, or one a sample and
 * epoch, and a CRC-32 for every chunk of about 64 kB of them. Readers map the file, so that
 * processes share its pages. Opening checks its head, which is small however many rows there are; a
 * chunk is checked when a row of it is first wanted. A file that does not fit is an error. */
#ifndef KDI_TEACHER_CACHE_H
#define KDI_TEACHER_CACHE_H

#include "base/value.h"

/* how every message about a file that cannot be used ends */
#define KDI_CACHE_REBUILD "--rebuild-cache computes it again"

typedef struct kdi_cache_column {
    const char *name; /* "logits", "stage2" */
    kd_shape row;     /* of one sample */
} kdi_cache_column;

/* ---- writing: by one process, the rows of every column in order ------------------------ */

typedef struct kdi_cache_writer kdi_cache_writer;

/* key: a map of strings, numbers and lists of them. about: such a map for people, or NULL. To
 * path.part until it is finished. */
int kdi_cache_create(const char *path, const kd_value *key, const kd_value *about, int64_t nrows,
                     const kdi_cache_column *column, int ncolumn, kdi_cache_writer **out);
int kdi_cache_put(kdi_cache_writer *w, const char *name, const kd_real *rows, int64_t n);
int kdi_cache_finish(kdi_cache_writer *w);   /* an error when a row is missing; frees w */
void kdi_cache_abandon(kdi_cache_writer *w); /* removes the .part; frees w; NULL is fine */

/* ---- reading ---------------------------------------------------------------------- */

typedef struct kdi_cache kdi_cache; /* the columns of one file, or of several with one key */

/* checks the head and the key; key NULL: any, and rows of either precision */
int kdi_cache_open(const char *path, const kd_value *key, kdi_cache **out);
int kdi_cache_add(kdi_cache *c, const char *path); /* the columns of another file of the same key */
void kdi_cache_close(kdi_cache *c);                /* NULL is fine */
int64_t kdi_cache_rows(const kdi_cache *c);
/* the shape of a row; NULL when there is no such column */
const kd_shape *kdi_cache_row_shape(const kdi_cache *c, const char *name);
/* n rows by number, one after the other; a row that is not there or is damaged is an error */
int kdi_cache_read(kdi_cache *c, const char *name, const int64_t *row, int64_t n, kd_real *to);
int kdi_cache_verify(kdi_cache *c); /* every chunk of every column */

/* ---- files on their own, of any key ---------------------------------------------------- */

int kdi_cache_check(const char *path); /* opens it and verifies it all */
/* { key, about, rows, real_bytes, columns = { { name, shape, bytes } } } */
int kdi_cache_facts(const char *path, kdi_arena *a, kd_value **out);

#endif
