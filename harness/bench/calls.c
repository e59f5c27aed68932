/* What Lua may ask for:
 *
 *   bench_list()                        list of { name, method, student, teacher, input, cached }
 *   bench_fill(name, file)              the teacher's cache of a cached workload
 *   bench_run(name, repeats, file)      as measure.c says; file: that cache, or ""
 *   bench_trace(name, file)             three steps, as trace.c says
 *   bench_soak(name, seconds, file)     list of { at, step_ms, cpu, resident, arenas, mallocs },
 * one an epoch; file: where checkpoints go */
#include "bench/bench.h"

static kd_value *row(const kdi_workload *w, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    kd_set_text(v, "name", w->name);
    kd_set_text(v, "method", w->method ? w->method : "");
    kd_set_text(v, "student", w->student);
    kd_set_text(v, "teacher", w->teacher ? w->teacher : "");
    kd_set_text(v, "input", kdi_workload_input(w, a));
    kd_set_bool(v, "cached", w->cached);
    return v;
}

static int list(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kd_list(a);
    for (const kdi_workload *w = kdi_workloads; w->name; w++)
        kd_push(*result, row(w, a));
    return KD_OK;
}

static int workload_arg(const kd_value *args, const kdi_workload **w)
{
    const char *name;
    KD_TRY(kd_arg_text(args, 0, &name));
    return kdi_workload_find(name, w);
}

static int fill_cache(kdi_bench *b, const kdi_workload *w, const char *path)
{
    KD_TRY(kdi_bench_open(b, w, &(kdi_bench_how){ .epochs = 1 }));
    return kdi_bench_fill(b, path);
}

static int fill(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kdi_workload *w;
    const char *path;
    kdi_bench b;
    KD_TRY(workload_arg(args, &w));
    KD_TRY(kd_arg_text(args, 1, &path));
    if (!w->cached)
        return kd_error(KD_E_USAGE, "%s has no cache to fill", w->name);
    int code = fill_cache(&b, w, path);
    kdi_bench_close(&b);
    *result = kd_bool(a, true);
    return code;
}

static int measure(kdi_bench *b, const kdi_workload *w, int repeats, const char *cache,
                   kdi_arena *a, kd_value **result)
{
    enum { LONG = 1000 }; /* epochs: more than anybody waits for */
    KD_TRY(kdi_bench_open(b, w, &(kdi_bench_how){ .cache = cache, .epochs = LONG }));
    return kdi_bench_measure(b, repeats, a, result);
}

static int run(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kdi_workload *w;
    const char *cache;
    kdi_bench b;
    KD_TRY(workload_arg(args, &w));
    KD_TRY(kd_arg_text(args, 2, &cache));
    const kd_value *repeats = kd_arg(args, 1);
    if (!cache[0] != !w->cached)
        return kd_error(KD_E_USAGE, "%s runs %s a cache", w->name, w->cached ? "from" : "without");
    int code =
        measure(&b, w, repeats ? (int)repeats->integer : 0, cache[0] ? cache : NULL, a, result);
    kdi_bench_close(&b);
    return code;
}

static int must_train(const kdi_workload *w, const char *what)
{
    if (w->method && !w->cached)
        return KD_OK;
    return kd_error(KD_E_USAGE, "%s cannot %s: name a workload that trains and has no cache",
                    w->name, what);
}

/* Small steps: with the usual ones a network that has just begun is chaotic, and what rounding did
 * to the first step is all that the third would show. */
static int take_trace(kdi_bench *b, const kdi_workload *w, const char *path)
{
    KD_TRY(kdi_bench_open(b, w, &(kdi_bench_how){ .epochs = 1, .lr = 0.001 }));
    return kdi_bench_trace(b, path);
}

static int trace(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kdi_workload *w;
    const char *path;
    kdi_bench b;
    KD_TRY(workload_arg(args, &w));
    KD_TRY(kd_arg_text(args, 1, &path));
    KD_TRY(must_train(w, "be traced"));
    int code = take_trace(&b, w, path);
    kdi_bench_close(&b);
    *result = kd_bool(a, true);
    return code;
}

static int soak_for(kdi_bench *b, const kdi_workload *w, double seconds, const char *path,
                    kdi_arena *a, kd_value **result)
{
    enum { LONG = 10000 };
    KD_TRY(kdi_bench_open(b, w, &(kdi_bench_how){ .epochs = LONG }));
    return kdi_bench_soak(b, seconds, path, a, result);
}

static int soak(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kdi_workload *w;
    const kd_value *seconds = kd_arg(args, 1);
    const char *path;
    kdi_bench b;
    KD_TRY(workload_arg(args, &w));
    KD_TRY(kd_arg_text(args, 2, &path));
    KD_TRY(must_train(w, "run for long"));
    int code = soak_for(&b, w, seconds ? seconds->number : 0, path, a, result);
    kdi_bench_close(&b);
    return code;
}

const kdi_call kdi_bench_calls[] = { { "bench_list", list }, { "bench_fill", fill },
                                     { "bench_run", run },   { "bench_trace", trace },
                                     { "bench_soak", soak }, { 0 } };
