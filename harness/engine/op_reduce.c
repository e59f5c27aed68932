/* Reductions: sums are taken in double; a reduced axis stays with size 1. */
#include "op.h"

#include <math.h>
#include <string.h>

/* ---- all elements ----------------------------------------------------------- */

/* the same g for n elements */
static void spread(kd_real g, kd_real beta, int64_t n, kd_real *d)
{
    for (int64_t i = 0; beta == 0 && i < n; i++)
        d[i] = g;
    for (int64_t i = 0; beta != 0 && i < n; i++)
        d[i] += g;
}

static void sum_backward(const kdi_node *node)
{
    kd_tensor *x = node->in[0];
    kd_real beta, *d = kdi_grad_raw(x, &beta), factor = *(kd_real *)node->aux;
    spread(node->out->grad[0] * factor, beta, kd_numel(x), d);
}

static kd_tensor *scaled_sum(const char *op, kd_tensor *x, double scale)
{
    kd_real factor = (kd_real)scale;
    kd_tensor *y = kdi_out(op, KD_REAL_T, KD_SHAPE(1), sum_backward,
                           kdi_keep(x, &factor, sizeof factor), 1, &x);
    if (!kd_is_poisoned(y))
        kdi_r(y)[0] = (kd_real)(kdi_sum(kdi_r(x), kd_numel(x)) * scale);
    return y;
}

kd_tensor *kd_sum(kd_tensor *x)
{
    return kdi_unfit("kd_sum", 1, &x) ? kdi_poison() : scaled_sum("kd_sum", x, 1);
}

kd_tensor *kd_mean(kd_tensor *x)
{
    if (kdi_unfit("kd_mean", 1, &x))
        return kdi_poison();
    if (kd_numel(x) == 0)
        return kdi_refuse("kd_mean", "%s has no elements", kd_shape_text(x->shape));
    return scaled_sum("kd_mean", x, 1.0 / (double)kd_numel(x));
}

/* ---- along one axis ----------------------------------------------------------- */

enum { WIDTH = 256 }; /* how many columns are summed side by side */

/* what an axis operator keeps: where its axis is, and a number */
typedef struct axis_aux {
    kdi_span span;
    kd_real factor;
    void *saved;
} axis_aux;

/* shape with the axis gone to 1, or false and a refusal */
static bool reduced(const char *op, kd_tensor *x, int axis, int64_t least, axis_aux *aux,
                    kd_shape *s)
{
    if (kdi_unfit(op, 1, &x))
        return false;
    int at = kdi_axis(x, axis);
    if (at < 0) {
        kdi_refuse(op, "axis %d of %s, which has %d axes", axis, kd_shape_text(x->shape),
                   kd_ndim(x));
        return false;
    }
    if (x->shape.d[at] < least) {
        kdi_refuse(op, "axis %d of %s has %lld elements, at least %lld are needed", axis,
                   kd_shape_text(x->shape), (long long)x->shape.d[at], (long long)least);
        return false;
    }
    aux->span = kdi_span_of(x, at);
    *s = x->shape;
    s->d[at] = 1;
    return true;
}

/* total[k] = sum over j of x[j*inner + k] for k < width; x is the first of these columns */
static void sum_columns(const kd_real *x, kdi_span s, int64_t width, double *total)
{
    memset(total, 0, (size_t)width * sizeof *total);
    for (int64_t j = 0; j < s.size; j++)
        for (int64_t k = 0; k < width; k++)
            total[k] += x[j * s.inner + k];
}

static void sum_axis_forward(const kd_real *x, kdi_span s, double scale, kd_real *y)
{
    double total[WIDTH];
    for (int64_t i = 0; i < s.outer; i++, x += s.size * s.inner, y += s.inner) {
        if (s.inner == 1) {
            y[0] = (kd_real)(scale * kdi_sum(x, s.size));
            continue;
        }
        for (int64_t k = 0; k < s.inner; k += WIDTH) {
            int64_t width = s.inner - k < WIDTH ? s.inner - k : WIDTH;
            sum_columns(x + k, s, width, total);
            for (int64_t c = 0; c < width; c++)
                y[k + c] = (kd_real)(scale * total[c]);
        }
    }
}

static void sum_axis_backward(const kdi_node *node)
{
    const axis_aux *aux = node->aux;
    kdi_span s = aux->span;
    const kd_real *g = node->out->grad;
    kd_real beta, *d = kdi_grad_raw(node->in[0], &beta);
    for (int64_t i = 0; i < s.outer; i++, g += s.inner) {
        if (s.inner == 1) {
            spread(aux->factor * *g, beta, s.size, d);
            d += s.size;
            continue;
        }
        for (int64_t j = 0; j < s.size; j++, d += s.inner)
            for (int64_t k = 0; k < s.inner; k++)
                d[k] = aux->factor * g[k] + (beta == 0 ? 0 : d[k]);
    }
}

static kd_tensor *scaled_sum_axis(const char *op, kd_tensor *x, kd_shape s, axis_aux aux,
                                  double scale)
{
    aux.factor = (kd_real)scale;
    kd_tensor *y =
        kdi_out(op, KD_REAL_T, s, sum_axis_backward, kdi_keep(x, &aux, sizeof aux), 1, &x);
    if (!kd_is_poisoned(y))
        sum_axis_forward(kdi_r(x), aux.span, scale, kdi_r(y));
    return y;
}

kd_tensor *kd_sum_axis(kd_tensor *x, int axis)
{
    axis_aux aux = { .saved = NULL };
    kd_shape s;
    if (!reduced("kd_sum_axis", x, axis, 0, &aux, &s))
        return kdi_poison();
    return scaled_sum_axis("kd_sum_axis", x, s, aux, 1);
}

kd_tensor *kd_mean_axis(kd_tensor *x, int axis)
{
    axis_aux aux = { .saved = NULL };
    kd_shape s;
    if (!reduced("kd_mean_axis", x, axis, 1, &aux, &s))
        return kdi_poison();
    return scaled_sum_axis("kd_mean_axis", x, s, aux, 1.0 / (double)aux.span.size);
}

kd_tensor *kd_mean_channels(kd_tensor *x)
{
    return kd_mean_axis(x, -1);
}

/* ---- largest along one axis ----------------------------------------------------- */

/* a NaN counts as larger than anything, and the first one stays */
static inline bool beats(kd_real x, kd_real best)
{
    return x > best || (isnan(x) && !isnan(best));
}

static void max_axis_forward(const kd_real *x, kdi_span s, kd_real *y, int64_t *from)
{
    for (int64_t i = 0; i < s.outer; i++, x += s.size * s.inner, y += s.inner, from += s.inner) {
        memcpy(y, x, (size_t)s.inner * sizeof *y);
        memset(from, 0, (size_t)s.inner * sizeof *from);
        for (int64_t j = 1; j < s.size; j++)
            for (int64_t k = 0; k < s.inner; k++)
                if (beats(x[j * s.inner + k], y[k])) {
                    y[k] = x[j * s.inner + k];
                    from[k] = j;
                }
    }
}

static void max_axis_backward(const kdi_node *node)
{
    const axis_aux *aux = node->aux;
    kdi_span s = aux->span;
    const int64_t *from = aux->saved;
    const kd_real *g = node->out->grad;
    kd_real *d = kdi_grad(node->in[0]);
    for (int64_t i = 0; i < s.outer; i++, d += s.size * s.inner)
        for (int64_t k = 0; k < s.inner; k++)
            d[*from++ * s.inner + k] += *g++;
}

kd_tensor *kd_max_axis(kd_tensor *x, int axis)
{
    axis_aux aux = { .saved = NULL };
    kd_shape s;
    if (!reduced("kd_max_axis", x, axis, 1, &aux, &s))
        return kdi_poison();
    aux.saved = kdi_alloc(x->engine->step, (size_t)kd_shape_numel(s) * sizeof(int64_t));
    kd_tensor *y = kdi_out("kd_max_axis", KD_REAL_T, s, max_axis_backward,
                           kdi_keep(x, &aux, sizeof aux), 1, &x);
    if (!kd_is_poisoned(y))
        max_axis_forward(kdi_r(x), aux.span, kdi_r(y), aux.saved);
    return y;
}

kd_tensor *kd_argmax(kd_tensor *x)
{
    axis_aux aux = { .saved = NULL };
    kd_shape s;
    if (!reduced("kd_argmax", x, -1, 1, &aux, &s))
        return kdi_poison();
    kd_tensor *y = kdi_out("kd_argmax", KD_I64_T, KD_SHAPE(kd_rows(x)), NULL, NULL, 1, &x);
    if (!kd_is_poisoned(y))
        max_axis_forward(kdi_r(x), aux.span, kdi_scratch(x, kd_rows(x)), kd_i64s(y));
    return y;
}

/* ---- variance along one axis ------------------------------------------------------ */

/* the mean of each column, and the sum of squared distances from it */
static void var_columns(const kd_real *x, kdi_span s, int64_t width, double *mean, double *squares)
{
    sum_columns(x, s, width, mean);
    for (int64_t k = 0; k < width; k++) {
        mean[k] /= (double)s.size;
        squares[k] = 0;
    }
    for (int64_t j = 0; j < s.size; j++)
        for (int64_t k = 0; k < width; k++) {
            double away = x[j * s.inner + k] - mean[k];
            squares[k] += away * away;
        }
}

static void var_axis_forward(const kd_real *x, kdi_span s, double scale, kd_real *y, double *mean)
{
    double squares[WIDTH];
    for (int64_t i = 0; i < s.outer; i++, x += s.size * s.inner)
        for (int64_t k = 0; k < s.inner; k += WIDTH) {
            int64_t width = s.inner - k < WIDTH ? s.inner - k : WIDTH;
            var_columns(x + k, s, width, mean, squares);
            for (int64_t c = 0; c < width; c++)
                *y++ = (kd_real)(scale * squares[c]);
            mean += width;
        }
}

/* d var / dx = 2 (x - mean) / divisor: what comes through the mean sums to zero */
static void var_axis_backward(const kdi_node *node)
{
    const axis_aux *aux = node->aux;
    kdi_span s = aux->span;
    const double *mean = aux->saved;
    const kd_real *x = kdi_r(node->in[0]), *g = node->out->grad;
    kd_real beta, *d = kdi_grad_raw(node->in[0], &beta);
    for (int64_t i = 0; i < s.outer; i++, g += s.inner, mean += s.inner)
        for (int64_t j = 0; j < s.size; j++, d += s.inner, x += s.inner)
            for (int64_t k = 0; k < s.inner; k++) {
                kd_real slope = 2 * aux->factor * (kd_real)(x[k] - mean[k]);
                d[k] = slope * g[k] + (beta == 0 ? 0 : d[k]);
            }
}

kd_tensor *kd_var_axis(kd_tensor *x, int axis, bool unbiased)
{
    axis_aux aux = { .saved = NULL };
    kd_shape s;
    if (!reduced("kd_var_axis", x, axis, unbiased ? 2 : 1, &aux, &s))
        return kdi_poison();
    double scale = 1.0 / (double)(aux.span.size - unbiased);
    aux.factor = (kd_real)scale;
    aux.saved = kdi_scratch_zero_doubles(x, kd_shape_numel(s));
    kd_tensor *y = kdi_out("kd_var_axis", KD_REAL_T, s, var_axis_backward,
                           kdi_keep(x, &aux, sizeof aux), 1, &x);
    if (!kd_is_poisoned(y))
        var_axis_forward(kdi_r(x), aux.span, scale, kdi_r(y), aux.saved);
    return y;
}
