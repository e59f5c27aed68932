/* tune.h - which kernel is fastest for which convolution, for engine/conv_table.c. */
#ifndef KDI_TUNE_H
#define KDI_TUNE_H

#include "base/value.h"
#include "engine/conv_table.h"
#include "models/net.h"

typedef struct kdi_shape { /* one pass of one convolution; the batch is KDI_BENCH_BATCH */
    int key[KDI_CONV_KEY];
    kdi_conv conv;
    enum kdi_pass pass;
} kdi_shape;

typedef struct kdi_shapes { /* rising, each once */
    kdi_arena *arena;
    kdi_shape *at;
    int n, room;
} kdi_shapes;

/* tune_shapes.c: what a training step of a network computes for which there is more than one
 * kernel; spec { family, options, channels, height, width, classes } */
int kdi_shapes_add(kdi_shapes *s, const kd_value *spec);

/* tune.c */

typedef struct kdi_tuned {
    enum kdi_conv_kernel before, now;
    double seconds[KDI_CONV_ONEDNN + 1]; /* INFINITY where a kernel has none for these sizes */
} kdi_tuned;

/* times every kernel that fits, in turns, on operands that are not in the cache */
typedef struct kdi_tuner kdi_tuner;
kdi_tuner *kdi_tuner_new(const kdi_shapes *s);
void kdi_tuner_free(kdi_tuner *t);
void kdi_tune(kdi_tuner *t, const kdi_shape *s, kdi_tuned *out);
/* the fastest, but `before` unless that is slower by more than noise is */
enum kdi_conv_kernel kdi_tune_pick(enum kdi_conv_kernel before, const double *seconds);

extern const kdi_call kdi_tune_calls[]; /* tune_calls.c */

#endif
