/* What Lua may ask for:
 *
 *   bench_tune(networks)     list of { isa, pass, size, stride, pad, groups, height, width, in,
 * out, kernel, before, ms = { kernel = number } } in the table's order; a network is { family,
 * options, channels, height, width, classes } bench_table()            the rows of this program's
 * table, without before and ms bench_networks(file)     names of the networks of reference outputs
 */
#include "bench/tune.h"

#include "store/golden.h"

#include <math.h>

static const char *const isa_name[] = { [KDI_ISA_AVX2] = "AVX2", [KDI_ISA_AVX512] = "AVX512" };
static const char *const pass_name[] = { [KDI_FORWARD] = "FORWARD",
                                         [KDI_BACKWARD_DATA] = "BACKWARD_DATA",
                                         [KDI_BACKWARD_WEIGHT] = "BACKWARD_WEIGHT" };

static kd_value *row_value(const int *key, enum kdi_conv_kernel kernel, kdi_arena *a)
{
    static const char *const column[KDI_CONV_KEY] = {
        NULL, NULL, "size", "stride", "pad", "groups", "height", "width", "in", "out"
    };
    kd_value *v = kd_map(a);
    kd_set_text(v, "isa", isa_name[key[0]]);
    kd_set_text(v, "pass", pass_name[key[1]]);
    for (int i = 2; i < KDI_CONV_KEY; i++)
        kd_set_int(v, column[i], key[i]);
    kd_set_text(v, "kernel", kdi_conv_name(kernel));
    return v;
}

static kd_value *tuned_value(const kdi_shape *s, const kdi_tuned *t, kdi_arena *a)
{
    kd_value *v = row_value(s->key, t->now, a), *ms = kd_map(a);
    for (enum kdi_conv_kernel k = 0; k <= KDI_CONV_ONEDNN; k++)
        if (t->seconds[k] < INFINITY)
            kd_set_number(ms, kdi_conv_name(k), 1e3 * t->seconds[k]);
    kd_set_text(v, "before", kdi_conv_name(t->before));
    kd_set(v, "ms", ms);
    return v;
}

static int tune(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *networks = kd_arg(args, 0);
    kdi_shapes shapes = { .arena = a };
    *result = kd_list(a);
    for (int64_t i = 0; networks && i < networks->n; i++)
        KD_TRY(kdi_shapes_add(&shapes, networks->item[i]));
    if (!shapes.n)
        return kd_error(KD_E_USAGE, "there is nothing to choose among: kernels of our own are for "
                                    "float and want AVX2");
    kdi_tuner *t = kdi_tuner_new(&shapes);
    for (int i = 0; i < shapes.n; i++) {
        kdi_tuned tuned;
        kdi_tune(t, &shapes.at[i], &tuned);
        kd_push(*result, tuned_value(&shapes.at[i], &tuned, a));
    }
    kdi_tuner_free(t);
    return KD_OK;
}

static int rows(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kd_list(a);
    for (int i = 0; i < kdi_conv_nrows; i++)
        kd_push(*result, row_value(kdi_conv_rows[i].key, kdi_conv_rows[i].kernel, a));
    return KD_OK;
}

static int networks(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    return kdi_golden_models(path, a, result);
}

const kdi_call kdi_tune_calls[] = {
    { "bench_tune", tune }, { "bench_table", rows }, { "bench_networks", networks }, { 0 }
};
