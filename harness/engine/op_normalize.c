/* Vectors to unit length, rows to probabilities. */
#include "op.h"

#include <math.h>

#ifdef KD_DOUBLE
#define EXP exp
#else
#define EXP expf
#endif

/* ---- unit length along one axis --------------------------------------------------- */

static const double SHORTEST = 1e-12;

typedef struct length_aux {
    kdi_span span;
    double *length; /* one a vector, outer x inner */
} length_aux;

/* dot[k] = <x, y> of vector k, for the s.inner vectors that begin here */
static void dots(const kd_real *x, const kd_real *y, kdi_span s, double *dot)
{
    if (s.inner == 1) {
        *dot = kdi_dot(x, y, s.size);
        return;
    }
    for (int64_t k = 0; k < s.inner; k++)
        dot[k] = 0;
    for (int64_t j = 0; j < s.size; j++, x += s.inner, y += s.inner)
        for (int64_t k = 0; k < s.inner; k++)
            dot[k] += (double)x[k] * y[k];
}

static void l2_normalize_forward(const kd_real *x, kdi_span s, kd_real *y, double *length)
{
    for (int64_t i = 0; i < s.outer; i++, length += s.inner) {
        dots(x, x, s, length);
        for (int64_t k = 0; k < s.inner; k++)
            length[k] = fmax(sqrt(length[k]), SHORTEST);
        for (int64_t j = 0; j < s.size; j++, x += s.inner, y += s.inner)
            for (int64_t k = 0; k < s.inner; k++)
                y[k] = (kd_real)(x[k] / length[k]);
    }
}

/* dx = (g - y <g, y>) / |x|; below the shortest length the divisor is a constant */
static void l2_normalize_backward(const kdi_node *node)
{
    const length_aux *aux = node->aux;
    kdi_span s = aux->span;
    const double *length = aux->length;
    const kd_real *y = kdi_r(node->out), *g = node->out->grad;
    double *dot = kdi_scratch_zero_doubles(node->out, s.inner);
    kd_real beta, *d = kdi_grad_raw(node->in[0], &beta);
    for (int64_t i = 0; i < s.outer; i++, length += s.inner) {
        dots(g, y, s, dot);
        for (int64_t k = 0; k < s.inner; k++)
            dot[k] = length[k] > SHORTEST ? dot[k] : 0;
        for (int64_t j = 0; j < s.size; j++, d += s.inner, y += s.inner, g += s.inner)
            for (int64_t k = 0; k < s.inner; k++)
                d[k] = (kd_real)((g[k] - y[k] * dot[k]) / length[k] + (beta == 0 ? 0 : d[k]));
    }
}

kd_tensor *kd_l2_normalize(kd_tensor *x, int axis)
{
    if (kdi_unfit("kd_l2_normalize", 1, &x))
        return kdi_poison();
    int at = kdi_axis(x, axis);
    if (at < 0)
        return kdi_refuse("kd_l2_normalize", "axis %d of %s, which has %d axes", axis,
                          kd_shape_text(x->shape), kd_ndim(x));
    kdi_span s = kdi_span_of(x, at);
    length_aux aux = { s, kdi_scratch_zero_doubles(x, s.outer * s.inner) };
    kd_tensor *y = kdi_out("kd_l2_normalize", KD_REAL_T, x->shape, l2_normalize_backward,
                           kdi_keep(x, &aux, sizeof aux), 1, &x);
    l2_normalize_forward(kdi_r(x), s, kdi_r(y), aux.length);
    return y;
}

/* ---- probabilities along the last axis ----------------------------------------------- */

double kdi_softmax_row(const kd_real *z, double scale, int64_t n, kd_real *p)
{
    kd_real most = z[0];
    for (int64_t i = 1; i < n; i++)
        most = z[i] > most ? z[i] : most;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        p[i] = EXP((z[i] - most) * (kd_real)scale);
        sum += p[i];
    }
    kd_real part = (kd_real)(1 / sum);
    for (int64_t i = 0; i < n; i++)
        p[i] *= part;
    return most * scale + log(sum);
}

/* dz = p (g - <g, p>) */
static void softmax_backward(const kdi_node *node)
{
    int64_t rows = kd_rows(node->out), n = kd_channels(node->out);
    const kd_real *p = kdi_r(node->out), *g = node->out->grad;
    kd_real beta, *d = kdi_grad_raw(node->in[0], &beta);
    for (int64_t r = 0; r < rows; r++, p += n, g += n, d += n) {
        kd_real dot = (kd_real)kdi_dot(g, p, n);
        for (int64_t i = 0; i < n; i++)
            d[i] = p[i] * (g[i] - dot) + (beta == 0 ? 0 : d[i]);
    }
}

/* dz = g - p sum(g) */
static void log_softmax_backward(const kdi_node *node)
{
    int64_t rows = kd_rows(node->out), n = kd_channels(node->out);
    const kd_real *logp = kdi_r(node->out), *g = node->out->grad;
    kd_real beta, *d = kdi_grad_raw(node->in[0], &beta);
    for (int64_t r = 0; r < rows; r++, logp += n, g += n, d += n) {
        kd_real sum = (kd_real)kdi_sum(g, n);
        for (int64_t i = 0; i < n; i++)
            d[i] = g[i] - EXP(logp[i]) * sum + (beta == 0 ? 0 : d[i]);
    }
}

/* rows of z to probabilities; their log sum exp, one a row, too when it is not NULL */
static kd_tensor *softmax(const char *op, kd_tensor *z, kdi_backward *backward, double *lse)
{
    kd_tensor *p = kdi_out(op, KD_REAL_T, z->shape, backward, NULL, 1, &z);
    int64_t n = kd_channels(z);
    for (int64_t r = 0, rows = kd_rows(z); r < rows; r++) {
        double row = kdi_softmax_row(kdi_r(z) + r * n, 1, n, kdi_r(p) + r * n);
        if (lse)
            lse[r] = row;
    }
    return p;
}

/* false, after a refusal or for poison: no logits */
static bool has_classes(const char *op, kd_tensor *z)
{
    if (kdi_unfit(op, 1, &z))
        return false;
    if (kd_ndim(z) >= 1 && kd_channels(z) >= 1)
        return true;
    kdi_refuse(op, "%s has no classes along its last axis", kd_shape_text(z->shape));
    return false;
}

kd_tensor *kd_softmax(kd_tensor *z)
{
    if (!has_classes("kd_softmax", z))
        return kdi_poison();
    return softmax("kd_softmax", z, softmax_backward, NULL);
}

kd_tensor *kd_log_softmax(kd_tensor *z)
{
    if (!has_classes("kd_log_softmax", z))
        return kdi_poison();
    int64_t n = kd_channels(z), rows = kd_rows(z);
    double *lse = kdi_scratch_zero_doubles(z, rows);
    kd_tensor *y = softmax("kd_log_softmax", z, log_softmax_backward, lse);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = r * n; i < (r + 1) * n; i++)
            kdi_r(y)[i] = (kd_real)(kdi_r(z)[i] - lse[r]);
    return y;
}
