/* winograd.h - between winograd.c, which walks over an image's tiles, and the loops compiled for
 * one instruction set each (winograd_avx2.c, winograd_avx512.c).
 *
 * Stride 1 is F(4x4, 3x3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks"
 * (2015): a tile of 4x4 outputs sees 6x6 inputs; in 6x6 points the convolution is a product a
 * point, 36 multiplications where the direct sum has 144.
 *
 * Stride 2 is taken apart in each dimension: the middle tap sees the even pixels, the outer two see
 * the odd ones, which is F(4, 2) in five points. A tile of 4x4 outputs sees 9x9 inputs in 9x9
 * points (four even, then five odd), 81 multiplications for 144. The even points of a dimension
 * share one weight, so that weights have 6x6 points here too.
 *
 * Channels lie in groups of `lanes`. Points are kept as [point][group][tile][lane], weights as
 * [block of groups][36][row channel][column lanes]. Every output is one chain of fused
 * multiply-adds in a fixed order, so the number of lanes does not change its bits. */
#ifndef KDI_WINOGRAD_H
#define KDI_WINOGRAD_H

#include "engine.h"

#if defined(__x86_64__) && !defined(KD_DOUBLE)
#define KDI_WINOGRAD
#endif

enum {
    KDI_WINO_SIDE = 9,     /* pixels or points of a tile in a dimension, at most */
    KDI_WINO_WEIGHTS = 36, /* points of a weight */
    KDI_WINO_TILES = 32,   /* in a block at most */
    KDI_WINO_AHEAD = 4,    /* pixels are fetched this many tiles before they are used: 5 to 15 %
                              where the image does not fit the cache */
    KDI_WINO_MOST = 2048   /* channels */
};

/* Where the pixels of a tile are: its rows, at the tile's first column, and which columns are in
 * the image. A row outside the image is one of zeros; in a tile to write it is NULL. */
typedef struct kdi_wino_tile {
    const float *row[KDI_WINO_SIDE];
    int first, last;
} kdi_wino_tile;

/* From pixels to points, of all channels of n tiles; KDI_WINO_AHEAD more are told of. */
typedef struct kdi_wino_gather {
    int n, groups;
    const kdi_wino_tile *tile;
    int64_t pixel; /* floats from a pixel to the next: all channels of the image */
    float *points;
    int64_t stride; /* from a point to the next */
} kdi_wino_gather;

/* From points to pixels, of one block of groups: y = act(pixel + bias + residual). */
typedef struct kdi_wino_scatter {
    int n, groups;
    const float *points;
    int64_t stride;
    const kdi_wino_tile *tile; /* n + KDI_WINO_AHEAD, at the block's first channel */
    int64_t pixel;
    const float *bias; /* or NULL; of this block's channels */
    bool add;          /* to each pixel what lies `residual` floats after it */
    int64_t residual;
    enum kd_act act;
} kdi_wino_scatter;

/* Products a point: out[tile][column] = sum over row channels of v[tile][row] * u[row][column].
 * n is a multiple of 8. */
typedef struct kdi_wino_product {
    int n, groups, width;        /* groups of row channels; of columns: 1 or 2 */
    int points;                  /* of v and out */
    const unsigned char *weight; /* each one's point of u */
    const float *v, *u;
    float *out;
    int64_t vstride, stride;
} kdi_wino_product;

/* Products a point: u[row][column] += sum over tiles of v[tile][row] * d[tile][column]. */
typedef struct kdi_wino_outer {
    int n, groups, width;
    int points;
    const unsigned char *weight;
    const float *v, *d;
    float *u;
    int64_t vstride, dstride;
} kdi_wino_outer;

/* Taps (3x3) and points of the weights of one block of columns: row channel r, column c and tap t
 * are at taps[t*tap + r*row + c*column]; gradients have their columns side by side. */
typedef struct kdi_wino_weight {
    int rows, width;
    int64_t tap, row, column;
    const float *taps;
    float *gradient; /* the same, to write */
    float *points;
} kdi_wino_weight;

/* What a dimension goes through in one pass, for stride 1 and 2. */
typedef struct kdi_wino_form {
    int sees, points, gives; /* pixels in, points, pixels out */
    void (*gather)(const kdi_wino_gather *job);
    void (*scatter)(const kdi_wino_scatter *job);
} kdi_wino_form;

typedef struct kdi_wino_kernels {
    int lanes;
    /* [stride - 1]; in `weight`, gather takes gradients of outputs and there is no scatter */
    kdi_wino_form forward[2], data[2], weight[2];
    void (*weight_points[2])(const kdi_wino_weight *job);
    void (*weight_taps[2])(const kdi_wino_weight *job); /* of gradients */
    void (*product)(const kdi_wino_product *job);
    void (*outer)(const kdi_wino_outer *job);
} kdi_wino_kernels;

extern const kdi_wino_kernels kdi_wino_four, kdi_wino_avx2, kdi_wino_avx512;

#endif
