/* golden_bind.h - a bare step made from a reference case and the map that says what is what. */
#ifndef KDI_GOLDEN_BIND_H
#define KDI_GOLDEN_BIND_H

#include "check/bare.h"
#include "check/reference.h"

enum { KDI_MOST_BOUND = 96 };

typedef struct kdi_bound {
    kd_tensor *x;
    kdi_reference from;
} kdi_bound;

typedef struct kdi_golden {
    const kd_value *vector, *map;
    kdi_bare *bare;
    kdi_bound bound[KDI_MOST_BOUND]; /* leaves, parameters, buffers, labels, draws */
    int nbound;
    kd_value *missing; /* list of sentences */
} kdi_golden;

/* g->vector and g->map are given; makes g->bare, sets it up and fills everything the map names.
 * What the map forgets goes to g->missing; what makes no sense is an error. */
int kdi_golden_bind(kdi_golden *g, const kd_method *m, kdi_arena *a);
/* whether the reference of that name was given to something */
const kdi_bound *kdi_golden_bound(const kdi_golden *g, const char *name);
void kdi_golden_miss(kdi_golden *g, const char *fmt, ...) KD_PRINTF(2, 3);

#endif
