/* direct.h - between direct.c, which walks over the pixels of a convolution without a transform,
 * and the products compiled for one instruction set each (direct_avx2.c, direct_avx512.c).
 *
 * A pixel of the output sees `segments` runs of `depth` reals of the input (1x1: one run, the
 * channels of one pixel). Columns, most often output channels, are done in blocks of one to three
 * vectors, the last of which may be part of one. Every output is one chain of fused multiply-adds
 * in a fixed order, so that neither lanes nor blocks change its bits. */
#ifndef KDI_DIRECT_H
#define KDI_DIRECT_H

#include "engine.h"

#if defined(__x86_64__) && !defined(KD_DOUBLE)
#define KDI_DIRECT
#endif

enum {
    KDI_DIRECT_AHEAD = 16,  /* pixels from one that is computed to one whose place is fetched */
    KDI_DIRECT_WIDTH = 3,   /* vectors of a block of columns, at most */
    KDI_DIRECT_PIXELS = 256 /* at once, at most */
};

/* y[to[p] + c] = act(sum over k of what p sees at k * u[k][c] + bias[c] + residual[to[p] + c]).
 * Pixels are done eight at a time: those after the last are it once more. */
typedef struct kdi_direct_product {
    int n;                    /* pixels */
    const float *const *from; /* n: what each sees; segments are `step` apart */
    int segments, depth;
    int64_t step;
    int width, columns; /* of this block: vectors, and how many lanes of them are wanted */
    const float *u;     /* [segments * depth][width * lanes] */
    const int64_t *to;  /* n, and KDI_DIRECT_AHEAD that come after them: where in y */
    float *y;           /* from here on: of this block's columns */
    const float *bias, *residual; /* or NULL */
    enum kd_act act;
} kdi_direct_product;

/* u[r][c] += sum over n pixels of row[p][r] * column[p][c], r < rows */
typedef struct kdi_direct_outer {
    int n;
    const float *const *row, *const *column; /* n, and KDI_DIRECT_AHEAD that come after them */
    int rows, first_row, first_column;
    int width, columns;
    float *u; /* [rows][width * lanes] */
} kdi_direct_outer;

typedef struct kdi_direct_kernels {
    int lanes;
    void (*product)(const kdi_direct_product *job);
    void (*outer)(const kdi_direct_outer *job);
} kdi_direct_kernels;

extern const kdi_direct_kernels kdi_direct_avx2, kdi_direct_avx512;

#endif
