/* verdict.h - what a point of the check says of a method: faults, and remarks that are none. */
#ifndef KDI_VERDICT_H
#define KDI_VERDICT_H

#include <kd/method.h>
#include "base/value.h"

enum { KDI_MOST_FAULTS = 6 };

typedef struct kdi_verdict {
    kdi_arena *arena;
    int nfault, nremark;
    const char *fault[KDI_MOST_FAULTS], *remark[KDI_MOST_FAULTS]; /* the first ones */
} kdi_verdict;

void kdi_fault(kdi_verdict *v, const char *fmt, ...) KD_PRINTF(2, 3);
void kdi_remark(kdi_verdict *v, const char *fmt, ...) KD_PRINTF(2, 3);

/* takes the recorded error, so that the next step starts without one; "" when there was none */
const char *kdi_taken_error(kdi_verdict *v);
/* Is a refusal clear? It must begin with who refuses, as those of kd_fail and of the trainer do, or
 * name one of the method's options. */
bool kdi_clear_message(const kd_method *m, const char *message);

/* ---- the points, one a file; each leaves no error recorded ---------------------- */

void kdi_point_descriptor(const kd_method *m, kdi_verdict *v);
void kdi_point_gradient(const kd_method *m, kdi_verdict *v);
void kdi_point_frozen(const kd_method *m, kdi_verdict *v);
void kdi_point_property(const kd_method *m, kdi_verdict *v);
void kdi_point_repeat(const kd_method *m, kdi_verdict *v);
void kdi_point_edge(const kd_method *m, kdi_verdict *v);
void kdi_point_distil(const kd_method *m, kdi_verdict *v);

#endif
