/* nearest.h - squared distances from one point to all of a cloud, and the least of them. */
#ifndef KDI_NEAREST_H
#define KDI_NEAREST_H

#include "engine.h"

/* a cloud with each coordinate together, so that distances to all points are loops over arrays */
typedef struct kdi_columns {
    int64_t points, width;
    kd_real *x; /* width x points */
} kdi_columns;

kdi_columns kdi_columns_new(const kd_tensor *x); /* room for a cloud of x's, in the step arena */
void kdi_columns_fill(kdi_columns *c, const kd_real *cloud);
/* |x_j - from|^2 for all points, from differences: exact for equal points; NaN becomes infinite */
void kdi_distances(const kdi_columns *c, const kd_real *from, kd_real *distance);

typedef struct kdi_nearest {
    kdi_columns columns; /* few coordinates: distances from differences */
    int64_t k;
    kd_real *product; /* many: |x|^2 - 2 a x for some rows at once */
    kd_real *square;  /* |x|^2 */
    kd_real *best;    /* k distances, the least first */
} kdi_nearest;

kdi_nearest kdi_nearest_new(const kd_tensor *x, int64_t k);
/* for each of `some` points in `at`: the k nearest of the cloud, nearest first */
void kdi_nearest_of(kdi_nearest *job, const kd_real *cloud, const kd_real *at, int64_t some,
                    int64_t *to);

#endif
