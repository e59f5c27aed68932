/* The rate of a matrix product, which is what all else is measured against. */
#include "bench/bench.h"

#include "base/system.h"

static void fill(kd_real *x, int64_t n, kd_rng *r)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (kd_real)(2 * kdi_uniform01(r) - 1);
}

/* the best of `times` squares of order n */
static double rate(int64_t n, int times, const kd_real *a, const kd_real *b, kd_real *c)
{
    double best = 0;
    for (int i = 0; i < times; i++) {
        double began = kdi_now();
        kdi_gemm(false, false, n, n, n, 1, a, n, b, n, 0, c, n);
        double flops = 2.0 * (double)(n * n * n) / (kdi_now() - began);
        best = flops > best ? flops : best;
    }
    return best;
}

double kdi_bench_sgemm(void)
{
    enum { LARGE = 1024, SMALL = 512, SIZE = LARGE * LARGE };
    kdi_arena *arena = kdi_arena_new("sgemm");
    kd_rng r = kdi_rng(0, KDI_STREAM_TEST, 2);
    kd_real *a = kdi_alloc(arena, SIZE * sizeof *a), *b = kdi_alloc(arena, SIZE * sizeof *b);
    kd_real *c = kdi_alloc0(arena, SIZE * sizeof *c);
    fill(a, SIZE, &r);
    fill(b, SIZE, &r);
    double large = rate(LARGE, 3, a, b, c), small = rate(SMALL, 6, a, b, c);
    kdi_arena_free(arena);
    return large > small ? large : small;
}
