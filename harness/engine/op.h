/* op.h - what operator files share: looking at inputs, aux on the tape, sizes around an axis. */
#ifndef KDI_OP_H
#define KDI_OP_H

#include "engine.h"

/* True when the operator must return kdi_poison(): an input is poison or NULL, or it is not made
 * of reals, which is recorded. Every operator asks before it looks at shapes. */
bool kdi_unfit(const char *op, int nin, kd_tensor *const *in);
/* the same for one input of 64-bit integers */
bool kdi_unfit_i64(const char *op, const kd_tensor *index);

/* what the newest operator keeps for its backward function: a copy in the step arena */
void *kdi_keep(const kd_tensor *x, const void *aux, size_t size);
/* n uninitialised reals in x's step arena */
kd_real *kdi_scratch(const kd_tensor *x, int64_t n);

double kdi_sum(const kd_real *x, int64_t n);                   /* in double */
double kdi_dot(const kd_real *x, const kd_real *y, int64_t n); /* in double */
/* x's gradient += sum, which has one double an element */
void kdi_grad_add_doubles(kd_tensor *x, const double *sum);
double *kdi_scratch_zero_doubles(const kd_tensor *x, int64_t n);

/* A tensor seen from one axis: element (i, j, k) is at (i*size + j)*inner + k. */
typedef struct kdi_span {
    int64_t outer, size, inner;
} kdi_span;
kdi_span kdi_span_of(const kd_tensor *x, int axis); /* axis from kdi_axis */

/* op_choose.c: one i64 label a row of x, each a class of x; false after a refusal or poison */
bool kdi_labels_fit(const char *op, kd_tensor *x, kd_tensor *label);
/* op_choose.c: do these offsets rise from 0 to `all`? Refused where they do not */
bool kdi_offsets_fit(const char *op, const kd_tensor *offset, int64_t all);
/* op_normalize.c: p = softmax(scale * z) of n >= 1 elements; returns log sum exp(scale * z) */
double kdi_softmax_row(const kd_real *z, double scale, int64_t n, kd_real *p);

/* ---- walk.c: over an output's elements in order, with up to two inputs alongside ---- */

/* Axes that all sides step through evenly are joined, so that the last one, the run, is long. */
typedef struct kdi_walk {
    int n;
    int64_t size[KD_MAX_DIM], index[KD_MAX_DIM];
    int64_t stride[2][KD_MAX_DIM]; /* 0: the input is repeated along this axis */
    int64_t run, step[2];          /* elements in a run, and what each input moves by in it */
    int64_t out, at[2];            /* where the run begins */
    int64_t numel;
} kdi_walk;

/* numpy's rule: sizes are aligned at the last axis, and 1 fits everything; false: they do not fit
 */
bool kdi_broadcast(kd_shape a, kd_shape b, kd_shape *out);
kdi_walk kdi_walk_of(kd_shape out, kd_shape a, kd_shape b); /* both broadcast to out */
/* output axis i is axis order[i] of a, which is `in` */
kdi_walk kdi_walk_permuted(kd_shape in, const int *order);
/* to the first run, then the next one; false at the end */
bool kdi_walk_next(kdi_walk *w);

#endif
