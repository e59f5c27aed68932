/* Splitmix64 begun at a name's FNV-1a hash (stat/stream.lua), and means of what it draws. */
#include "base/resample.h"

#include <math.h>

static uint64_t hash(const char *name)
{
    uint64_t h = 0xcbf29ce484222325;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 0x100000001b3;
    return h;
}

/* one of 0 .. n - 1 */
static int64_t below(uint64_t *state, int64_t n)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    return (int64_t)floor((double)(z >> 11) * 0x1p-53 * (double)n);
}

void kdi_resample_means(const double *x, int64_t n, const char *name, double *means, int64_t count)
{
    uint64_t state = hash(name);
    for (int64_t r = 0; r < count; r++) {
        double sum = 0;
        for (int64_t i = 0; i < n; i++)
            sum += x[below(&state, n)];
        means[r] = sum / (double)n;
    }
}

/* resample_means(list, name, count) */
static int resample_means(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *name;
    const kd_value *list = kd_arg(args, 0), *count = kd_arg(args, 2);
    KD_TRY(kd_arg_text(args, 1, &name));
    if (!list || list->kind != KD_V_LIST || !count || count->kind != KD_V_INT || count->integer < 1)
        return kd_error(KD_E_USAGE, "resample_means: a list of numbers, a name and a count");
    double *x = kdi_alloc(a, (size_t)list->n * sizeof *x);
    for (int64_t i = 0; i < list->n; i++) {
        const kd_value *v = list->item[i];
        if (v->kind != KD_V_NUMBER && v->kind != KD_V_INT)
            return kd_error(KD_E_USAGE, "resample_means: item %lld is no number", (long long)i + 1);
        x[i] = v->number;
    }
    *result = kd_array(a, KD_F64, KD_SHAPE(count->integer), NULL);
    kdi_resample_means(x, list->n, name, (*result)->data, count->integer);
    return KD_OK;
}

const kdi_call kdi_resample_calls[] = {
    { "resample_means", resample_means },
    { 0 },
};
