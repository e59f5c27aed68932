/* norm.h - the loops of batch-norm over rows of channels (norm.c). Each is one pass over memory.
 *
 * Channels are repeated until a row is long ("wide"), so that a vector register is full whatever
 * the number of channels; per-channel arrays here have that length. */
#ifndef KDI_NORM_H
#define KDI_NORM_H

#include "engine.h"

typedef struct kdi_wide {
    int64_t channels, repeat, width; /* width = channels * repeat */
    int64_t rows, tail;              /* whole wide rows; elements of the last, shorter one */
} kdi_wide;
kdi_wide kdi_widen(int64_t rows, int64_t channels);
/* repeats the first `channels` elements through the row */
void kdi_widen_row(const kdi_wide *w, kd_real *row);

/* sum[c] = sum of (x - origin), square[c] = sum of its square */
typedef struct kdi_moments {
    const kdi_wide *wide;
    const kd_real *x, *origin;
    kd_real *work;    /* 2 widths */
    double *wide_sum; /* 2 widths */
    double *sum, *square;
} kdi_moments;
void kdi_norm_moments(const kdi_moments *job);

/* y = act((x - mean)*scale + beta + residual) */
typedef struct kdi_norm_map {
    const kdi_wide *wide;
    const kd_real *x, *residual, *mean, *scale, *beta;
    kd_real *y;
    enum kd_act act;
} kdi_norm_map;
void kdi_norm_forward(const kdi_norm_map *job);

/* with g = dy * act'(y): sum[c] of g, product[c] of g*(x - mean); residual += or = g.
 * y may be NULL where there was no residual: it is computed again from x, which is read anyway. */
typedef struct kdi_norm_sums {
    const kdi_wide *wide;
    const kd_real *x, *y, *dy, *mean, *scale, *beta;
    kd_real *dresidual; /* NULL: not wanted */
    kd_real keep;       /* 0: write, 1: add to dresidual */
    enum kd_act act;
    kd_real *work;
    double *wide_sum;
    double *sum, *product;
} kdi_norm_sums;
void kdi_norm_backward_sums(const kdi_norm_sums *job);

/* dx = or += a*g + b*(x - mean) + c, where a is the forward pass's scale; y as above */
typedef struct kdi_norm_data {
    const kdi_wide *wide;
    const kd_real *x, *y, *dy, *mean, *a, *b, *c, *beta;
    kd_real *dx;
    kd_real keep;
    enum kd_act act;
} kdi_norm_data;
void kdi_norm_backward_data(const kdi_norm_data *job);

/* op_norm.c: the running statistics take in a batch's mean and biased variance; torch keeps the
 * unbiased variance and normalises by the biased one */
void kdi_norm_update_running(kd_layer *bn, const double *mean, const double *var, int64_t rows);

#endif
