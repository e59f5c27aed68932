/* pairing.h - which student tap is compared with which teacher tap. */
#ifndef KDI_PAIRING_H
#define KDI_PAIRING_H

#include <kd/method.h>
#include "base/value.h"

enum { KDI_MAX_PAIRS = 16 };

/* what pairing looks at: a network's taps in order, their names and kinds */
typedef struct kdi_taps {
    const char *net; /* what messages call it */
    const kd_tap *tap;
    int n;
} kdi_taps;

typedef struct kdi_pairing { /* places in the two lists */
    int s[KDI_MAX_PAIRS], t[KDI_MAX_PAIRS];
    int n;
    bool pre; /* values before the activation, where a tap has them */
} kdi_pairing;

/* What the sweep says (pairs: list of { student tap, teacher tap }, or NULL), else what the method
 * asks for. A method that reads taps but has no teacher gets no pairs. */
int kdi_pair_taps(const kd_method *m, const void *self, const kd_value *pairs, kdi_taps student,
                  kdi_taps teacher, kdi_pairing *out);
/* stage i with stage i; where one network has more, the deepest ones of each */
void kdi_pair_stages(kdi_taps student, kdi_taps teacher, kdi_pairing *out);

/* the pairs' tensors, from views whose taps are in the lists' order */
void kdi_pair_views(const kdi_pairing *p, const kd_view *student, const kd_view *teacher,
                    kd_pair *out);

#endif
