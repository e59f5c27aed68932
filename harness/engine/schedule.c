/* The learning rate of a step, as a share of the run. */
#include "engine.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* where we are after the warm-up, 0..1 */
static double progress(double step, double warm, double nsteps)
{
    return nsteps > warm ? (step - warm) / (nsteps - warm) : 1;
}

static double steps(const kdi_schedule *s, int64_t step, int64_t nsteps)
{
    double lr = s->base;
    for (int i = 0; i < s->nmilestone; i++)
        if (step >= llround(s->milestone[i] * (double)nsteps))
            lr *= s->gamma;
    return lr;
}

/* The first step has a rate above 0: step k of a warm-up of w steps has (k+1)/w of the peak. */
double kdi_schedule_at(const kdi_schedule *s, int64_t step, int64_t nsteps)
{
    bool triangle = s->kind == KDI_ONECYCLE && s->warmup <= 0;
    double warm = floor((triangle ? 0.3 : s->warmup) * (double)nsteps);
    if ((double)step < warm)
        return s->base * (double)(step + 1) / warm;
    double done = progress((double)step, warm, (double)nsteps);
    switch (s->kind) {
    case KDI_STEPS:
        return steps(s, step, nsteps);
    case KDI_COSINE:
        return s->floor + (s->base - s->floor) * (1 + cos(pi * done)) / 2;
    case KDI_ONECYCLE:
    case KDI_LINEAR:
        return s->base + (s->floor - s->base) * done;
    default:
        return s->base;
    }
}
