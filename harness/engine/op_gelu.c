/* GELU, exact and as GPT-2 approximates it. The forward pass keeps the derivative: both come from
 * one exponential. */
#include "op.h"
#include "smooth.h"

typedef struct gelu {
    int64_t n;
    const kd_real *x;
    kd_real *y, *slope; /* slope NULL: nobody will ask */
} gelu;

/* y = x P(x), y' = P(x) + x p(x), where P is the normal distribution and p its density */
KDI_INLINE void gelu_erf_body(const gelu *job)
{
    const kd_real density = (kd_real)0.39894228040143267794;
    const kd_real *restrict x = job->x;
    kd_real *restrict y = job->y, *restrict slope = job->slope;
    for (int64_t i = 0; !slope && i < job->n; i++)
        y[i] = x[i] * kdi_normal_below(x[i], kdi_exp(x[i] * x[i] * (kd_real)-0.5));
    for (int64_t i = 0; slope && i < job->n; i++) {
        kd_real v = x[i], e = kdi_exp(v * v * (kd_real)-0.5), below = kdi_normal_below(v, e);
        y[i] = v * below;
        slope[i] = below + v * (density * e);
    }
}
KDI_SIMD(gelu_erf, gelu)

/* (1 + tanh u)/2 = sigmoid(2u); u = sqrt(2/pi) (x + 0.044715 x^3) */
KDI_INLINE void gelu_tanh_body(const gelu *job)
{
    const kd_real c = (kd_real)1.59576912160573071176, cube = (kd_real)0.044715; /* 2 sqrt(2/pi) */
    const kd_real *restrict x = job->x;
    kd_real *restrict y = job->y, *restrict slope = job->slope;
    for (int64_t i = 0; !slope && i < job->n; i++)
        y[i] = x[i] * kdi_sigmoid(c * (x[i] + cube * x[i] * x[i] * x[i]));
    for (int64_t i = 0; slope && i < job->n; i++) {
        kd_real v = x[i], s = kdi_sigmoid(c * (v + cube * v * v * v));
        y[i] = v * s;
        slope[i] = s + v * (s * (1 - s)) * (c * (1 + 3 * cube * v * v));
    }
}
KDI_SIMD(gelu_tanh, gelu)

typedef struct slopes {
    int64_t n;
    const kd_real *g, *slope;
    kd_real *d, beta;
} slopes;

KDI_INLINE void times_slope_body(const slopes *job)
{
    const kd_real *g = job->g, *slope = job->slope; /* d may be g */
    kd_real *d = job->d;
    for (int64_t i = 0; job->beta == 0 && i < job->n; i++)
        d[i] = g[i] * slope[i];
    for (int64_t i = 0; job->beta != 0 && i < job->n; i++)
        d[i] += g[i] * slope[i];
}
KDI_SIMD(times_slope, slopes)

static void gelu_backward(const kdi_node *node)
{
    slopes job = { .n = kd_numel(node->out), .g = node->out->grad, .slope = node->aux };
    job.d = kdi_grad_raw(node->in[0], &job.beta);
    times_slope(&job);
}

static kd_tensor *gelu_of(const char *op, kd_tensor *x, void (*loop)(const gelu *))
{
    if (kdi_unfit(op, 1, &x))
        return kdi_poison();
    bool tracked = x->engine->recording && kdi_wants(x);
    gelu job = { .n = kd_numel(x), .x = kdi_r(x) };
    job.slope = tracked ? kdi_scratch(x, job.n) : NULL;
    kd_tensor *y = kdi_out(op, KD_REAL_T, x->shape, gelu_backward, job.slope, 1, &x);
    job.y = kdi_r(y);
    loop(&job);
    return y;
}

kd_tensor *kd_gelu(kd_tensor *x)
{
    return gelu_of("kd_gelu", x, gelu_erf);
}

kd_tensor *kd_gelu_tanh(kd_tensor *x)
{
    return gelu_of("kd_gelu_tanh", x, gelu_tanh);
}
