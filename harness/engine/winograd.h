/* winograd.h - between winograd.c, which walks over an image's tiles, and the loops compiled for
 * one instruction set each (winograd_avx2.c, winograd_avx512.c).
 *
 * F(4x4, 3x3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015): a
 * tile of 4x4 outputs sees 6x6 inputs; in 36 points the convolution is a product a point, with
 * 36 multiplications where the direct sum has 144.
 *
 * Channels lie in groups of `lanes`. Points are kept as [36][group][tile][lane], weights as
 * [block of groups][36][row channel][column lanes]. Every output is one chain of fused
 * multiply-adds in a fixed order, so the number of lanes does not change its bits. */
#ifndef KDI_WINOGRAD_H
#define KDI_WINOGRAD_H

#include "engine.h"

#if defined(__x86_64__) && !defined(KD_DOUBLE)
#define KDI_WINOGRAD
#endif

enum {
    KDI_WINO_POINTS = 36, /* of a tile: 6x6 */
    KDI_WINO_PIXELS = 16, /* that a tile gives: 4x4 */
    KDI_WINO_TILES = 64,  /* in a block at most */
    KDI_WINO_MOST = 2048  /* channels */
};

/* From pixels to points, of all channels of n tiles. A pixel outside the image points to zeros. */
typedef struct kdi_wino_gather {
    int n, groups;
    const float *const *pixel; /* n x 36, rows of 6 even where only 4x4 of them are meant */
    float *points;
    int64_t stride; /* from a point to the next */
} kdi_wino_gather;

/* From points to pixels, of one block of groups: y = act(pixel + bias + residual). */
typedef struct kdi_wino_scatter {
    int n, groups;
    const float *points;
    int64_t stride;
    float *y;
    int64_t (*pixel)[KDI_WINO_PIXELS]; /* n: where in y; -1: outside the image */
    const float *bias, *residual;      /* or NULL; of this block's channels; where y is */
    enum kd_act act;
} kdi_wino_scatter;

/* Products a point: out[tile][column] = sum over row channels of v[tile][row] * u[row][column].
 * n is a multiple of 8. */
typedef struct kdi_wino_product {
    int n, groups, width; /* groups of row channels; of columns: 1 or 2 */
    const float *v, *u;
    float *out;
    int64_t vstride, stride;
} kdi_wino_product;

/* Products a point: u[row][column] += sum over tiles of v[tile][row] * d[tile][column]. */
typedef struct kdi_wino_outer {
    int n, groups, width;
    const float *v, *d;
    float *u;
    int64_t vstride, dstride;
} kdi_wino_outer;

/* Taps (3x3) and points of the weights of one block of columns: row channel r, column c and tap t
 * are at taps[t*tap + r*row + c]. */
typedef struct kdi_wino_weight {
    int rows, width;
    int64_t tap, row;
    const float *taps;
    float *gradient; /* the same, to write */
    float *points;
} kdi_wino_weight;

typedef struct kdi_wino_kernels {
    int lanes;
    void (*gather_inputs)(const kdi_wino_gather *job);  /* 6x6 pixels a tile */
    void (*gather_outputs)(const kdi_wino_gather *job); /* gradients: 4x4 pixels a tile */
    void (*scatter)(const kdi_wino_scatter *job);
    void (*product)(const kdi_wino_product *job);
    void (*outer)(const kdi_wino_outer *job);
    void (*weight_points)(const kdi_wino_weight *job);
    void (*weight_taps)(const kdi_wino_weight *job); /* of gradients */
} kdi_wino_kernels;

extern const kdi_wino_kernels kdi_wino_avx2, kdi_wino_avx512;

#endif
