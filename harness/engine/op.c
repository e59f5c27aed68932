/* What operator files share: looking at inputs, aux on the tape, sizes around an axis. */
#include "op.h"

#include <string.h>

static const char *const dtype_name[] = {
    [KD_REAL_T] = "reals", [KD_I32_T] = "i32", [KD_I64_T] = "i64", [KD_U8_T] = "u8"
};

bool kdi_unfit(const char *op, int nin, kd_tensor *const *in)
{
    for (int i = 0; i < nin; i++)
        if (kd_is_poisoned(in[i]))
            return true;
    for (int i = 0; i < nin; i++)
        if (in[i]->type != KD_REAL_T) {
            kdi_refuse(op, "input %d (%s) must be reals, is %s", i, kd_shape_text(in[i]->shape),
                       dtype_name[in[i]->type]);
            return true;
        }
    return false;
}

bool kdi_unfit_i64(const char *op, const kd_tensor *index)
{
    if (kd_is_poisoned(index))
        return true;
    if (index->type == KD_I64_T)
        return false;
    kdi_refuse(op, "labels and indices (%s) must be i64, are %s", kd_shape_text(index->shape),
               dtype_name[index->type]);
    return true;
}

void *kdi_keep(const kd_tensor *x, const void *aux, size_t size)
{
    return memcpy(kdi_alloc(x->engine->step, size), aux, size);
}

kd_real *kdi_scratch(const kd_tensor *x, int64_t n)
{
    return kdi_alloc(x->engine->step, (size_t)(n ? n : 1) * sizeof(kd_real));
}

/* eight sums side by side, so that the compiler can use vectors without reordering anything */
enum { LANES = 8 };

double kdi_sum(const kd_real *x, int64_t n)
{
    double lane[LANES] = { 0 }, all = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] += x[i + k];
    for (; i < n; i++)
        all += x[i];
    for (int k = 0; k < LANES; k++)
        all += lane[k];
    return all;
}

double kdi_dot(const kd_real *x, const kd_real *y, int64_t n)
{
    double lane[LANES] = { 0 }, all = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            lane[k] += (double)x[i + k] * y[i + k];
    for (; i < n; i++)
        all += (double)x[i] * y[i];
    for (int k = 0; k < LANES; k++)
        all += lane[k];
    return all;
}

double *kdi_scratch_zero_doubles(const kd_tensor *x, int64_t n)
{
    return kdi_alloc0(x->engine->step, (size_t)(n ? n : 1) * sizeof(double));
}

void kdi_grad_add_doubles(kd_tensor *x, const double *sum)
{
    kd_real beta, *g = kdi_grad_raw(x, &beta);
    for (int64_t i = 0, n = kd_numel(x); g && i < n; i++)
        g[i] = (kd_real)(beta == 0 ? sum[i] : g[i] + sum[i]);
}

kdi_span kdi_span_of(const kd_tensor *x, int axis)
{
    kdi_span s = { 1, x->shape.d[axis], 1 };
    for (int i = 0; i < axis; i++)
        s.outer *= x->shape.d[i];
    for (int i = axis + 1; i < x->shape.n; i++)
        s.inner *= x->shape.d[i];
    return s;
}
