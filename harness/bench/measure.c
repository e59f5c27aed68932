/* A workload timed: warm-up, then repeats of a few steps, each with matrix products before it, all
 * by the wall clock of one thread. */
#include "bench/bench.h"

#include "base/system.h"

#include <stdlib.h>

enum { WARM_UP = 3, MOST_REPEATS = 1000 };

typedef struct times {
    double step[MOST_REPEATS]; /* seconds of one step, a repeat */
    int n;
    double all, loader; /* seconds of every timed step, and of its batch */
    double sgemm;       /* FLOP/s */
    int64_t mallocs;    /* in timed steps and the warm-up's, but for the first */
} times;

/* Warm-up. What the first step left is forgotten before mallocs are counted: that is when its arena
 * becomes one piece. */
static int warm_up(kdi_bench *b, int64_t *mallocs)
{
    KD_TRY(kdi_bench_step(b));
    kdi_step_reset(b->t->engine);
    *mallocs = kdi_arena_mallocs();
    for (int i = 1; i < WARM_UP; i++)
        KD_TRY(kdi_bench_step(b));
    *mallocs = kdi_arena_mallocs() - *mallocs;
    return KD_OK;
}

/* An epoch's first step also measures how hard each method pulls, once in hundreds of steps: not
 * timed. */
static int time_step(kdi_bench *b, times *to, double *seconds)
{
    if (kdi_bench_epoch_begins(b))
        KD_TRY(kdi_bench_step(b));
    double loader = b->t->data_seconds, began = kdi_now();
    KD_TRY(kdi_bench_step(b));
    double took = kdi_now() - began;
    to->all += took;
    to->loader += b->t->data_seconds - loader;
    *seconds += took;
    return KD_OK;
}

static int time_repeat(kdi_bench *b, times *to)
{
    double seconds = 0, sgemm = kdi_bench_sgemm();
    int64_t mallocs = kdi_arena_mallocs();
    for (int i = 0; i < b->w->steps; i++)
        KD_TRY(time_step(b, to, &seconds));
    to->mallocs += kdi_arena_mallocs() - mallocs;
    to->step[to->n++] = seconds / b->w->steps;
    to->sgemm = sgemm > to->sgemm ? sgemm : to->sgemm;
    return KD_OK;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_size);
    return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

/* of x in order */
static kd_value *spread(const double *x, int n, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    kd_set_number(v, "min", 1e3 * x[0]);
    kd_set_number(v, "max", 1e3 * x[n - 1]);
    return v;
}

static void describe(const kdi_bench *b, kdi_arena *a, kd_value *v)
{
    const kdi_workload *w = b->w;
    kd_set_text(v, "workload", w->name);
    kd_set_text(v, "method", w->method ? w->method : "none");
    kd_set_text(v, "student", w->method ? w->student : "");
    kd_set_text(v, "teacher", w->teacher ? w->teacher : "");
    kd_set_text(v, "input", kdi_workload_input(w, a));
    kd_set_int(v, "batch", b->t->batch);
    kd_set_int(v, "samples", w->samples);
    kd_set_text(v, "augment", w->method ? b->data->augment->name : "none");
}

static kd_value *result(const kdi_bench *b, times *t, int64_t peak, double flops, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    double step = median(t->step, t->n);
    const char *threads = getenv("OMP_NUM_THREADS");
    describe(b, a, v);
    kd_set_number(v, "samples_per_s", (double)b->t->batch / step);
    kd_set_number(v, "step_ms", 1e3 * step);
    kd_set(v, "spread", spread(t->step, t->n, a));
    kd_set_number(v, "gflops", 1e-9 * flops / step);
    kd_set_number(v, "gflop_step", 1e-9 * flops);
    kd_set_number(v, "sgemm_gflops", 1e-9 * t->sgemm);
    kd_set_int(v, "peak_bytes", peak);
    kd_set_int(v, "allocations", t->mallocs);
    kd_set_number(v, "loader_share", t->loader / t->all);
    kd_set_int(v, "threads", threads ? atol(threads) : 0);
    kd_set_int(v, "repeats", t->n);
    kd_set_int(v, "steps", b->w->steps);
    return v;
}

int kdi_bench_measure(kdi_bench *b, int repeats, kdi_arena *a, kd_value **out)
{
    if (repeats < 1 || repeats > MOST_REPEATS)
        return kd_error(KD_E_USAGE, "%d repeats, should be 1 to %d", repeats, MOST_REPEATS);
    times *t = kdi_alloc0(a, sizeof *t);
    KD_TRY(warm_up(b, &t->mallocs));
    double flops = kdi_bench_flops(b);
    int64_t peak = kdi_peak_memory(); /* before there are any matrices */
    for (int i = 0; i < repeats; i++)
        KD_TRY(time_repeat(b, t));
    *out = result(b, t, peak, flops, a);
    return KD_OK;
}
