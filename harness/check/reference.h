/* reference.h - the tensors of a reference case by name ("in/feat_s[0]"), into the engine's order
 * of elements and back. */
#ifndef KDI_REFERENCE_H
#define KDI_REFERENCE_H

#include "base/value.h"
#include "engine/engine.h"

typedef struct kdi_reference {
    char name[96];          /* "in/feat_s[0]" */
    const kd_value *tensor; /* as store/golden.h says: data and attributes */
    const kd_value *data;
    bool plain; /* keep its order, whatever its number of axes */
} kdi_reference;

/* "in/x"; of a list "in/x[1]"; or "in/x[:,1]", where axis 1 counts what a plugin has one by one:
 * its second; an error that names it when the case has no such tensor */
int kdi_reference_find(const kd_value *vector, const char *name, kdi_reference *out);
/* the same without an error: false when there is none */
bool kdi_reference_has(const kd_value *vector, const char *name, kdi_reference *out);
/* how many tensors "in/x" names: -1, none; 0, one; else the length of the list */
int64_t kdi_reference_count(const kd_value *vector, const char *name);

/* how many members its axis 1 has; 0 when there is none */
int64_t kdi_reference_slices(const kd_value *vector, const char *name);

double kdi_reference_at(const kdi_reference *r, int64_t i);
double kdi_reference_absmax(const kdi_reference *r);

/* Images come as N,C,H,W and become N,H,W,C; everything else keeps its order. `rows`: one row a
 * place (logits of maps). The shape that the engine's tensor has: */
kd_shape kdi_reference_shape(const kdi_reference *r, bool rows);
/* fills x, whose shape is that; parameters and buffers are converted from torch's order */
int kdi_reference_load(const kdi_reference *r, kd_tensor *x);
/* largest |value[i] - r| over all elements, value being laid out as x; NaN counts as infinite */
int kdi_reference_distance(const kdi_reference *r, const kd_tensor *x, const kd_real *value,
                           double *distance);

#endif
