/* The teacher's cache of a cached workload, made as the planned run of a sweep makes it. */
#include "bench/bench.h"

#include "train/cache_build.h"

int kdi_bench_fill(kdi_bench *b, const char *path)
{
    kdi_cache_file file = { .split = KD_TRAIN, .path = path, .noutput = 1, .output = { "logits" } };
    return kdi_cache_build(b->t, &b->t->teacher[0], &file, 1, 1, false, kd_list(b->arena));
}
