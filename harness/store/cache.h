/* cache.h - what the two halves of the teacher cache share. */
#ifndef KDI_CACHE_H
#define KDI_CACHE_H

#include <stdint.h>

enum { KDI_CACHE_VERSION = 1 };

int64_t kdi_row_crc(const void *row, int64_t bytes);

#endif
