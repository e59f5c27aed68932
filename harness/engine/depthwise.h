/* depthwise.h - between depthwise.c, which walks over the rows of images, and the loops compiled
 * for one instruction set each (depthwise_avx2.c, depthwise_avx512.c).
 *
 * 3x3 with one pixel of padding, where each channel is a group: vectors are channels of one pixel,
 * and a row of pixels is done vector by vector with the nine taps in registers. Every output is one
 * chain of fused multiply-adds in the order of the taps. */
#ifndef KDI_DEPTHWISE_H
#define KDI_DEPTHWISE_H

#include "engine.h"

#if defined(__x86_64__) && !defined(KD_DOUBLE)
#define KDI_DEPTHWISE
#endif

enum { KDI_DW_ROWS = 64 }; /* of a weight's gradient at once, at most */

/* what a row of outputs sees: three rows of inputs, zeros where they are outside */
typedef struct kdi_dw_sight {
    const float *x[3];
    const float *dy; /* of a weight's gradient: the row itself */
} kdi_dw_sight;

/* y = act(sum over taps + bias + residual), of one row of outputs */
typedef struct kdi_dw_row {
    kdi_dw_sight sees;
    int width, outputs, stride, channels; /* width: pixels of a row of x */
    const float *taps;                    /* [9][tap] */
    int64_t tap;
    float *y;
    const float *bias, *residual; /* or NULL */
    enum kd_act act;
} kdi_dw_row;

/* One row of the gradient of x where stride is 2: of one or two rows of outputs, each with its row
 * of taps. */
typedef struct kdi_dw_spread {
    int rows, width, outputs, channels; /* width: pixels of the row of dx */
    const float *dy[2], *taps[2];       /* taps: [3][tap] */
    int64_t tap;
    float *dx;
} kdi_dw_spread;

/* sum[tap] += sum over all outputs of n rows of dy * x */
typedef struct kdi_dw_outer {
    int n, width, outputs, stride, channels;
    const kdi_dw_sight *sees; /* n */
    float *sum;               /* [9][tap] */
    int64_t tap;
} kdi_dw_outer;

typedef struct kdi_dw_kernels {
    void (*row)(const kdi_dw_row *job);
    void (*spread)(const kdi_dw_spread *job);
    void (*outer)(const kdi_dw_outer *job);
} kdi_dw_kernels;

extern const kdi_dw_kernels kdi_dw_avx2, kdi_dw_avx512;

#endif
