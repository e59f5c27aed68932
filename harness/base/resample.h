/* resample.h - means of values drawn again, as stat/bootstrap.lua draws them: the same bits, for
 * lists that are too long for Lua. */
#ifndef KDI_RESAMPLE_H
#define KDI_RESAMPLE_H

#include "base/value.h"

/* means[r] of n values drawn from x with replacement, r < count; the draws are the stream `name` of
 * stat/stream.lua */
void kdi_resample_means(const double *x, int64_t n, const char *name, double *means, int64_t count);

extern const kdi_call kdi_resample_calls[];

#endif
