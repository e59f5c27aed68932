/* One convolution by every kernel that fits, against the clock. */
#include "bench/tune.h"

#include "base/system.h"
#include "bench/bench.h"

#include <math.h>
#include <unistd.h>

enum {
    LEAST_ROUNDS = 7,
    MOST_ROUNDS = 41,
    CACHES = 2 /* operands go round in this many times the largest cache */
};
static const double budget = 0.1;          /* seconds of rounds for one convolution */
static const double worth_a_change = 0.97; /* of the time before */

/* memory that is used from the start again when its end is reached */
typedef struct ring {
    kd_real *at;
    int64_t n, used;
} ring;

struct kdi_tuner {
    kd_engine *engine;
    ring in, out;
};

/* ---- operands ------------------------------------------------------------------------ */

typedef struct sizes { /* of one pass, in elements */
    int64_t a, b, out;
} sizes;

static sizes sizes_of(const kdi_shape *s)
{
    const kdi_conv *c = &s->conv;
    int64_t x = c->n * c->h * c->w * c->ic, y = c->n * c->oh * c->ow * c->oc;
    int64_t w = c->oc * c->kh * c->kw * c->ic / c->groups;
    return s->pass == KDI_FORWARD         ? (sizes){ x, w, y }
           : s->pass == KDI_BACKWARD_DATA ? (sizes){ y, w, x }
                                          : (sizes){ x, y, w };
}

/* written once, so that no page of it has still to be mapped when the clock runs */
static ring ring_new(kdi_arena *a, int64_t n, kd_rng *rng)
{
    enum { PERIOD = 10007 }; /* numbers of its own; any will do */
    ring r = { .at = kdi_alloc(a, (size_t)n * sizeof(kd_real)), .n = n };
    for (int64_t i = 0; i < n; i++)
        r.at[i] = i < PERIOD ? (kd_real)(2 * kdi_uniform01(rng) - 1) : r.at[i - PERIOD];
    return r;
}

/* the next n elements, on a line of the cache of their own */
static kd_real *take(ring *r, int64_t n)
{
    enum { LINE = 16 };
    n = (n + LINE - 1) / LINE * LINE;
    if (r->used + n > r->n)
        r->used = 0;
    kd_real *at = r->at + r->used;
    r->used += n;
    return at;
}

kdi_tuner *kdi_tuner_new(const kdi_shapes *s)
{
    kd_engine *e = kdi_engine_new();
    kdi_tuner *t = kdi_alloc0(e->run, sizeof *t);
    kd_rng rng = kdi_rng(0, KDI_STREAM_TEST, 3);
    int64_t cache = sysconf(_SC_LEVEL3_CACHE_SIZE), most = 0;
    for (int i = 0; i < s->n; i++) {
        sizes n = sizes_of(&s->at[i]);
        most = n.a + n.b + n.out > most ? n.a + n.b + n.out : most;
    }
    int64_t room = CACHES * (cache > 0 ? cache : 1 << 25) / (int64_t)sizeof(kd_real) + 2 * most;
    t->engine = e;
    t->in = ring_new(e->run, room, &rng);
    t->out = ring_new(e->run, room, &rng);
    return t;
}

void kdi_tuner_free(kdi_tuner *t)
{
    kdi_engine_free(t->engine);
}

/* ---- the clock ----------------------------------------------------------------------- */

/* INFINITY: there is no such kernel for these sizes */
static double time_once(kdi_tuner *t, const kdi_shape *s, enum kdi_conv_kernel k)
{
    sizes n = sizes_of(s);
    const kd_real *a = take(&t->in, n.a), *b = take(&t->in, n.b);
    kd_real *out = take(&t->out, n.out);
    double began = kdi_now();
    bool done = kdi_conv_with(t->engine, k, s->pass, &s->conv, a, b, out);
    return done ? kdi_now() - began : INFINITY;
}

/* the first call of each is not counted: oneDNN makes its primitive in it */
static void time_all(kdi_tuner *t, const kdi_shape *s, double *seconds)
{
    for (enum kdi_conv_kernel k = 0; k <= KDI_CONV_ONEDNN; k++) {
        time_once(t, s, k);
        seconds[k] = time_once(t, s, k);
    }
    double began = kdi_now();
    for (int i = 0; i < MOST_ROUNDS; i++) {
        if (i >= LEAST_ROUNDS && kdi_now() - began > budget)
            break;
        for (enum kdi_conv_kernel k = 0; k <= KDI_CONV_ONEDNN; k++)
            if (seconds[k] < INFINITY)
                seconds[k] = fmin(seconds[k], time_once(t, s, k));
    }
}

enum kdi_conv_kernel kdi_tune_pick(enum kdi_conv_kernel before, const double *seconds)
{
    enum kdi_conv_kernel best = before;
    for (enum kdi_conv_kernel k = 0; k <= KDI_CONV_ONEDNN; k++)
        if (seconds[k] < seconds[best])
            best = k;
    return seconds[best] < worth_a_change * seconds[before] ? best : before;
}

/* a change must be seen twice */
void kdi_tune(kdi_tuner *t, const kdi_shape *s, kdi_tuned *out)
{
    out->before = kdi_conv_choose(&s->conv, s->pass);
    time_all(t, s, out->seconds);
    out->now = kdi_tune_pick(out->before, out->seconds);
    if (out->now == out->before)
        return;
    double again[KDI_CONV_ONEDNN + 1];
    time_all(t, s, again);
    if (kdi_tune_pick(out->before, again) != out->now)
        out->now = out->before;
}
