/* Batch-norm over all axes but the last, with the residual and the activation that follow it. */
#include "op.h"

#include <math.h>

#include "norm.h"

/* what backward needs; arrays are wide rows (norm.h) */
typedef struct saved {
    kdi_wide wide;
    enum kd_act act;
    bool training;                /* the statistics are the batch's and depend on x */
    kd_real *mean, *scale, *beta; /* scale = gamma / sqrt(var + eps); beta makes up for `off` */
    kd_real *inv;                 /* 1 / sqrt(var + eps) */
    double *off;                  /* the mean less what it was rounded to */
} saved;

static kd_real *wide_row(const kd_tensor *x, const kdi_wide *w)
{
    return kdi_scratch(x, w->width);
}

static double *doubles(const kd_tensor *x, int64_t n)
{
    return kdi_alloc(x->engine->step, (size_t)n * sizeof(double));
}

/* ---- forward ----------------------------------------------------------------- */

/* Mean and biased variance, around the first row: sums around zero would lose a small variance
 * beside a large mean. */
static void batch_statistics(const kd_tensor *x, const kdi_wide *w, double *mean, double *var)
{
    kd_real *origin = wide_row(x, w);
    for (int64_t c = 0; c < w->channels; c++)
        origin[c] = kdi_r(x)[c];
    kdi_widen_row(w, origin);
    kdi_moments job = { .wide = w,
                        .x = kdi_r(x),
                        .origin = origin,
                        .work = kdi_scratch(x, 2 * w->width),
                        .wide_sum = doubles(x, 2 * w->width),
                        .sum = mean,
                        .square = var };
    kdi_norm_moments(&job);
    double rows = (double)kd_rows(x);
    for (int64_t c = 0; c < w->channels; c++) {
        double d = mean[c] / rows;
        double v = var[c] / rows - d * d;
        mean[c] = (double)origin[c] + d;
        var[c] = v < 0 ? 0 : v;
    }
}

void kdi_norm_update_running(kd_layer *bn, const double *mean, const double *var, int64_t rows)
{
    double unbias = rows > 1 ? (double)rows / (double)(rows - 1) : 1;
    for (int64_t c = 0, n = kd_numel(bn->mean); c < n; c++) {
        kd_real *m = &kdi_r(bn->mean)[c], *v = &kdi_r(bn->var)[c];
        *m = (kd_real)(bn->keep * *m + (1 - bn->keep) * mean[c]);
        *v = (kd_real)(bn->keep * *v + (1 - bn->keep) * var[c] * unbias);
    }
}

static void statistics(kd_layer *bn, const kd_tensor *x, saved *s)
{
    const kdi_wide *w = &s->wide;
    double *mean = doubles(x, w->channels), *var = doubles(x, w->channels);
    if (s->training) {
        batch_statistics(x, w, mean, var);
        kdi_norm_update_running(bn, mean, var, kd_rows(x));
    } else {
        for (int64_t c = 0; c < w->channels; c++) {
            mean[c] = (double)kdi_r(bn->mean)[c];
            var[c] = (double)kdi_r(bn->var)[c];
        }
    }
    s->mean = wide_row(x, w);
    s->inv = wide_row(x, w);
    s->scale = wide_row(x, w);
    s->beta = wide_row(x, w);
    s->off = doubles(x, w->channels);
    for (int64_t c = 0; c < w->channels; c++) {
        s->mean[c] = (kd_real)mean[c];
        s->off[c] = mean[c] - (double)s->mean[c];
        s->inv[c] = (kd_real)(1 / sqrt(var[c] + (double)bn->eps));
        s->scale[c] = s->inv[c] * kdi_r(bn->weight)[c];
        s->beta[c] = (kd_real)((double)kdi_r(bn->bias)[c] - s->off[c] * (double)s->scale[c]);
    }
    kdi_widen_row(w, s->mean);
    kdi_widen_row(w, s->scale);
    kdi_widen_row(w, s->beta);
}

/* ---- backward ------------------------------------------------------------------ */

/* The sums over rows of g = dy*act'(y) and of g*(x - mean), and the residual's gradient g. */
static void backward_sums(const kdi_node *node, const saved *s, double *sum, double *product)
{
    const kd_tensor *x = node->in[0], *y = node->out;
    kdi_norm_sums job = { .wide = &s->wide,
                          .x = kdi_r(x),
                          .y = node->nin > 3 ? kdi_r(y) : NULL,
                          .dy = y->grad,
                          .mean = s->mean,
                          .scale = s->scale,
                          .beta = s->beta,
                          .act = s->act,
                          .work = kdi_scratch(x, 2 * s->wide.width),
                          .wide_sum = doubles(x, 2 * s->wide.width),
                          .sum = sum,
                          .product = product };
    if (node->nin > 3 && kdi_grad_in_place(node, node->in[3]))
        job.dresidual = node->in[3]->grad = y->grad;
    else if (node->nin > 3)
        job.dresidual = kdi_grad_raw(node->in[3], &job.keep);
    kdi_norm_backward_sums(&job);
    for (int64_t c = 0; c < s->wide.channels; c++)
        product[c] -= s->off[c] * sum[c];
}

static void backward_parameters(const kdi_node *node, const saved *s, const double *sum,
                                const double *product)
{
    kd_real *dgamma = kdi_grad(node->in[1]), *dbeta = kdi_grad(node->in[2]);
    for (int64_t c = 0; c < s->wide.channels; c++) {
        if (dgamma)
            dgamma[c] += (kd_real)(product[c] * (double)s->inv[c]);
        if (dbeta)
            dbeta[c] += (kd_real)sum[c];
    }
}

/* dx = scale*(g - mean(g) - xhat*mean(g*xhat)); with running statistics dx = scale*g */
static void backward_data(const kdi_node *node, const saved *s, const double *sum,
                          const double *product)
{
    kd_tensor *x = node->in[0], *y = node->out;
    const kdi_wide *w = &s->wide;
    double rows = (double)kd_rows(x);
    kd_real *b = wide_row(x, w), *c0 = wide_row(x, w);
    for (int64_t c = 0; c < w->channels; c++) {
        double scale = (double)s->scale[c], inv = (double)s->inv[c];
        b[c] = s->training ? (kd_real)(-scale * inv * inv * product[c] / rows) : 0;
        c0[c] = s->training ? (kd_real)(-scale * sum[c] / rows - (double)b[c] * s->off[c]) : 0;
    }
    kdi_widen_row(w, b);
    kdi_widen_row(w, c0);
    kdi_norm_data job = { .wide = w,
                          .x = kdi_r(x),
                          .y = node->nin > 3 ? kdi_r(y) : NULL,
                          .dy = y->grad,
                          .mean = s->mean,
                          .beta = s->beta,
                          .a = s->scale,
                          .b = b,
                          .c = c0,
                          .act = s->act };
    bool residual_took = node->nin > 3 && node->in[3]->grad == y->grad;
    if (residual_took)
        job.act = KD_ACT_NONE; /* dy has been through the activation */
    if (!residual_took && kdi_grad_in_place(node, x))
        job.dx = x->grad = y->grad;
    else
        job.dx = kdi_grad_raw(x, &job.keep);
    kdi_norm_backward_data(&job);
}

static void backward(const kdi_node *node)
{
    const saved *s = node->aux;
    double *sum = doubles(node->out, s->wide.channels);
    double *product = doubles(node->out, s->wide.channels);
    backward_sums(node, s, sum, product);
    backward_parameters(node, s, sum, product);
    if (kdi_wants(node->in[0]))
        backward_data(node, s, sum, product);
}

/* ---- the operator ------------------------------------------------------------------ */

static bool sizes_fit(const kd_layer *bn, const kd_tensor *x, const kd_tensor *residual)
{
    static const char op[] = "batch-norm";
    if (kd_channels(x) != kd_numel(bn->weight))
        kdi_refuse(op, "%s is for %lld channels, the input is %s", bn->scope->name,
                   (long long)kd_numel(bn->weight), kd_shape_text(x->shape));
    else if (residual && !kd_shape_equal(x->shape, residual->shape))
        kdi_refuse(op, "%s: the input is %s, the residual %s", bn->scope->name,
                   kd_shape_text(x->shape), kd_shape_text(residual->shape));
    else if (kd_rows(x) < 1)
        kdi_refuse(op, "%s has no rows to normalise", bn->scope->name);
    else
        return true;
    return false;
}

kd_tensor *kdi_batchnorm(kd_layer *bn, kd_tensor *x, kd_tensor *residual, enum kd_act act)
{
    kd_tensor *in[] = { x, bn->weight, bn->bias, residual };
    int nin = residual ? 4 : 3;
    if (kdi_unfit("batch-norm", nin, in) || !sizes_fit(bn, x, residual))
        return kdi_poison();
    bn->input = x;
    bn->input_generation = x->engine->generation;
    saved *s = kdi_aux(x, sizeof *s);
    *s = (saved){ .wide = kdi_widen(kd_rows(x), kd_channels(x)),
                  .act = act,
                  .training = x->engine->training };
    statistics(bn, x, s);
    kd_tensor *y = kdi_out("batch-norm", KD_REAL_T, x->shape, backward, s, nin, in);
    kdi_norm_map job = { .wide = &s->wide,
                         .x = kdi_r(x),
                         .mean = s->mean,
                         .scale = s->scale,
                         .beta = s->beta,
                         .residual = residual ? kdi_r(residual) : NULL,
                         .y = kdi_r(y),
                         .act = act };
    kdi_norm_forward(&job);
    return y;
}
