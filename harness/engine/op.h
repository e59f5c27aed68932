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

/* A tensor seen from one axis: element (i, j, k) is at (i*size + j)*inner + k. */
typedef struct kdi_span {
    int64_t outer, size, inner;
} kdi_span;
kdi_span kdi_span_of(const kd_tensor *x, int axis); /* axis from kdi_axis */

#endif
