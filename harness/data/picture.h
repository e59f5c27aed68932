/* picture.h - PNG images in memory as small pictures of bytes. */
#ifndef KDI_PICTURE_H
#define KDI_PICTURE_H

#include "data/read.h"

/* red, green, blue; what is transparent shows white; made side x side by averaging areas */
int kdi_png_read(const kdi_bytes *file, int side, uint8_t *to);

#endif
