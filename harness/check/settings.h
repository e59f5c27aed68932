/* settings.h - values of a method's options that the check tries. */
#ifndef KDI_SETTINGS_H
#define KDI_SETTINGS_H

#include <kd/method.h>
#include "base/value.h"

typedef struct kdi_setting {
    const char *name;        /* "variant = paper" */
    const kd_option *option; /* the one that is set, or NULL */
    const kd_value *options; /* a map of options, as a sweep would give it */
} kdi_setting;

typedef struct kdi_settings {
    kdi_setting *at;
    int n;
} kdi_settings;

/* the defaults made small: whole numbers above 32 become 32 if their range allows, phases last one
 * epoch each */
kd_value *kdi_small_options(const kd_method *m, kdi_arena *a);
/* the small defaults, each other choice, each switch turned over, all weights of 0 at once as 1 */
kdi_settings kdi_variants(const kd_method *m, kdi_arena *a);
/* the small defaults but for one option at one of its ends, for every option and end */
kdi_settings kdi_ends(const kd_method *m, kdi_arena *a);
/* for every real option: it runs from its least to its largest value */
kdi_settings kdi_ramps(const kd_method *m, kdi_arena *a);

bool kdi_is_phase_length(const kd_method *m, const kd_option *o);

#endif
