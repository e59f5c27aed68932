/* A run that goes on for long, as a worker's does: epochs, evaluation, a checkpoint after each; and
 * after each how large the process is and how long it took. */
#include "bench/bench.h"

#include "base/system.h"
#include "store/store.h"

#include <time.h>

static int save(kdi_bench *b, const char *path)
{
    kdi_arena *a = kdi_arena_new("checkpoint");
    int code = kdi_checkpoint_write(path, kdi_trainer_state(b->t, a));
    kdi_arena_free(a);
    return code;
}

/* of this process: what others do on the machine is not in it */
static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* what lives as long as the run does */
static int64_t lasting(const kdi_trainer *t)
{
    return (int64_t)(kdi_arena_used(t->arena) + kdi_arena_used(t->engine->run));
}

static int epoch(kdi_bench *b, const char *checkpoint, double began, kd_value *list)
{
    double trained = b->t->train_seconds, cpu = cpu_seconds();
    int64_t mallocs = kdi_arena_mallocs();
    KD_TRY(kdi_trainer_epoch(b->t));
    KD_TRY(save(b, checkpoint));
    kd_value *row = kd_map(list->arena);
    double steps = (double)b->t->steps_per_epoch;
    kd_set_number(row, "at", kdi_now() - began);
    kd_set_number(row, "step_ms", 1e3 * (b->t->train_seconds - trained) / steps);
    kd_set_number(row, "cpu", cpu_seconds() - cpu);
    kd_set_int(row, "resident", kdi_resident_memory());
    kd_set_int(row, "arenas", lasting(b->t));
    kd_set_int(row, "mallocs", kdi_arena_mallocs() - mallocs);
    kd_push(list, row);
    return KD_OK;
}

int kdi_bench_soak(kdi_bench *b, double seconds, const char *checkpoint, kdi_arena *a,
                   kd_value **out)
{
    double began = kdi_now();
    *out = kd_list(a);
    while (kdi_now() - began < seconds && b->t->epoch < b->t->nepochs)
        KD_TRY(epoch(b, checkpoint, began, *out));
    return KD_OK;
}
