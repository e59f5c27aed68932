/* Losses of the difference of two tensors, element by element: the mean over all elements. */
#include "op.h"

#include <math.h>

typedef struct distance {
    const char *name;
    double (*sum)(const kd_real *a, const kd_real *b, int64_t n);
    /* g times the slope at a - b: what a gets; b gets its negative */
    void (*slope)(const kd_real *a, const kd_real *b, int64_t n, kd_real g, kd_real beta,
                  kd_real *d);
} distance;

static void distance_backward(const kdi_node *node)
{
    const distance *f = node->aux;
    kd_tensor *a = node->in[0], *b = node->in[1];
    int64_t n = kd_numel(a);
    kd_real g = node->out->grad[0] / (kd_real)n, beta, *d = kdi_grad_raw(a, &beta);
    if (d)
        f->slope(kdi_r(a), kdi_r(b), n, g, beta, d);
    d = kdi_grad_raw(b, &beta);
    if (d)
        f->slope(kdi_r(a), kdi_r(b), n, -g, beta, d);
}

static kd_tensor *mean_distance(const distance *f, kd_tensor *a, kd_tensor *b)
{
    kd_tensor *in[] = { a, b };
    if (kdi_unfit(f->name, 2, in))
        return kdi_poison();
    int64_t n = kd_numel(a);
    if (!kd_shape_equal(a->shape, b->shape) || n == 0)
        return kdi_refuse(f->name, "wants two of one shape, not empty, has %s and %s",
                          kd_shape_text(a->shape), kd_shape_text(b->shape));
    kd_tensor *y = kdi_out(f->name, KD_REAL_T, KD_SHAPE(1), distance_backward, (void *)f, 2, in);
    kdi_r(y)[0] = (kd_real)(f->sum(kdi_r(a), kdi_r(b), n) / (double)n);
    return y;
}

/* two formulas of the difference D; eight sums side by side, as in kdi_sum */
enum { LANES = 8 };

#define DISTANCE(name, value, slope_)                                                              \
    static inline double name##_value(double D)                                                    \
    {                                                                                              \
        return value;                                                                              \
    }                                                                                              \
    static double name##_sum(const kd_real *a, const kd_real *b, int64_t n)                        \
    {                                                                                              \
        double lane[LANES] = { 0 }, all = 0;                                                       \
        int64_t i = 0;                                                                             \
        for (; i + LANES <= n; i += LANES)                                                         \
            for (int k = 0; k < LANES; k++)                                                        \
                lane[k] += name##_value((double)a[i + k] - b[i + k]);                              \
        for (; i < n; i++)                                                                         \
            all += name##_value((double)a[i] - b[i]);                                              \
        for (int k = 0; k < LANES; k++)                                                            \
            all += lane[k];                                                                        \
        return all;                                                                                \
    }                                                                                              \
    static void name##_slope(const kd_real *a, const kd_real *b, int64_t n, kd_real g,             \
                             kd_real beta, kd_real *d)                                             \
    {                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                          \
            kd_real D = a[i] - b[i];                                                               \
            d[i] = g * (slope_) + (beta == 0 ? 0 : d[i]);                                          \
        }                                                                                          \
    }                                                                                              \
    kd_tensor *kd_##name(kd_tensor *a, kd_tensor *b)                                               \
    {                                                                                              \
        static const distance f = { "kd_" #name, name##_sum, name##_slope };                       \
        return mean_distance(&f, a, b);                                                            \
    }

/* clang-format off */
/*       name       value                                       slope */
DISTANCE(mse,       D * D,                                      2 * D)
DISTANCE(l1,        fabs(D),                                    D > 0 ? 1 : D < 0 ? -1 : 0)
DISTANCE(smooth_l1, fabs(D) < 1 ? 0.5 * D * D : fabs(D) - 0.5,  D < -1 ? -1 : D > 1 ? 1 : D)
/* clang-format on */
