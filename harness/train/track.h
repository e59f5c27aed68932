/* track.h - what kind of task it is: how a network's outputs are scored. Nothing outside a track's
 * file asks which track it is. */
#ifndef KDI_TRACK_H
#define KDI_TRACK_H

#include <kd/method.h>
#include "base/value.h"

typedef struct kdi_metric {
    const char *name, *unit, *help;
    bool higher_better, primary;
} kdi_metric;

typedef struct kdi_track {
    const char *name;
    enum kd_track bit;
    const kdi_metric *metric; /* ends with an empty entry; one is primary */
    int nmetric;
    /* evaluation over a split: begin, one call a batch, end */
    void *(*begin)(kdi_arena *a, int64_t nsamples, int64_t nclasses);
    /* teacher may be NULL; `valid` of the batch's samples count (the rest is padding) */
    void (*add)(void *acc, kd_tensor *student, kd_tensor *teacher, kd_tensor *label, int64_t valid);
    /* value[i] of metric i, NAN where there is none */
    void (*end)(void *acc, double *value);
    /* per sample results to keep: a map of arrays */
    kd_value *(*predictions)(void *acc, kdi_arena *a);
} kdi_track;

extern const kdi_track kdi_track_classify;

const kdi_track *kdi_track_find(unsigned bits);

#endif
