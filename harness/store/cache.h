/* cache.h - what the files of the teacher cache share: chunks, their sums, and the seal. */
#ifndef KDI_CACHE_H
#define KDI_CACHE_H

#include <stdint.h>

/* rows of a column are summed in chunks of about this many bytes, at least one row each */
enum { KDI_CACHE_VERSION = 2, KDI_CACHE_CHUNK = 1 << 16, KDI_CACHE_COLUMNS = 8 };

int64_t kdi_cache_rows_a_chunk(int64_t row_bytes);
int64_t kdi_cache_crc(int64_t before, const void *bytes, int64_t n); /* before: 0 at the start */

/* ---- cache_seal.c: a checksum of everything but the rows, so that opening reads little ---- */

typedef struct kdi_cache_range { /* where a column's rows lie in the file */
    int64_t at, bytes;
} kdi_cache_range;

/* fills in the first 512 bytes: length, ranges, SHA-256 of these and of all that is not in them */
int kdi_cache_seal(const char *path, const kdi_cache_range *rows, int n);
/* says what the file is instead, how long it should be, or that it is damaged */
int kdi_cache_seal_check(const char *path, kdi_cache_range rows[KDI_CACHE_COLUMNS], int *n);

#endif
