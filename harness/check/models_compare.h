/* models_compare.h - comparing numbers with a reference, and remembering the worst. */
#ifndef KDI_MODELS_COMPARE_H
#define KDI_MODELS_COMPARE_H

#include "base/value.h"

typedef struct kdi_compare {
    double tolerance, worst; /* relative errors */
    double floor;            /* a tensor counts as having an element at least this large */
    const char *at, *first;  /* where the worst is; the first beyond tolerance, or NULL */
    int64_t n;               /* numbers compared */
    kdi_arena *a;
} kdi_compare;

/* one number, its error relative to `scale`; NaN is as wrong as can be */
void kdi_compare_one(kdi_compare *c, const char *what, double got, double want, double scale);

/* n numbers against want = sum, sum of squares, largest, first few [, last] */
void kdi_compare_summary(kdi_compare *c, const char *what, const kd_real *x, int64_t n,
                         const double *want, int64_t nwant, bool has_last);

/* map: worst, at, tolerance, compared */
kd_value *kdi_compare_told(const kdi_compare *c);

/* numbers of a float64 array, or of a map's @data; *n = 0 when v is neither */
const double *kdi_doubles(const kd_value *v, int64_t *n);
double kdi_largest(const double *x, int64_t n);

/* N,H,W,C or N,P,C elements of x's shape -> N,C,H,W or N,C,P, in `a`; N,C as they are */
const kd_real *kdi_channels_first(const kd_tensor *x, const kd_real *in, kdi_arena *a);

#endif
