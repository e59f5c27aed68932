/* Group-norm: over all places of a sample and the channels of one group. */
#include "op.h"

#include <math.h>

typedef struct saved {
    int64_t samples, places, channels, groups;
    double *mean, *inv; /* samples x groups; inv = 1 / sqrt(var + eps) */
} saved;

static double *doubles(const kd_tensor *x, int64_t n)
{
    return kdi_alloc(x->engine->step, (size_t)n * sizeof(double));
}

static int64_t width(const saved *s)
{
    return s->channels / s->groups;
}

/* a row a channel: what its group has */
static void spread(const saved *s, const double *group, kd_real *row)
{
    for (int64_t c = 0; c < s->channels; c++)
        row[c] = (kd_real)group[c / width(s)];
}

/* ---- forward ----------------------------------------------------------------------------- */

/* sum[c] += (x - mean[c])^power of one sample */
static void power_sums(const saved *s, const kd_real *x, const kd_real *mean, int power,
                       double *sum)
{
    for (int64_t p = 0; p < s->places; p++, x += s->channels)
        for (int64_t c = 0; c < s->channels; c++) {
            double d = (double)(x[c] - mean[c]);
            sum[c] += power == 1 ? d : d * d;
        }
}

/* the mean of what the channels of a group have summed up, and room for the next sums */
static void group_means(const saved *s, double *sum, double *mean)
{
    for (int64_t g = 0; g < s->groups; g++) {
        double all = 0;
        for (int64_t c = g * width(s); c < (g + 1) * width(s); c++)
            all += sum[c];
        mean[g] = all / (double)(s->places * width(s));
    }
    for (int64_t c = 0; c < s->channels; c++)
        sum[c] = 0;
}

/* The variance is taken around the mean: sums around zero would lose a small one beside it. */
static void statistics(const saved *s, const kd_tensor *x, double eps)
{
    double *sum = kdi_scratch_zero_doubles(x, s->channels);
    kd_real *row = kdi_scratch(x, s->channels);
    for (int64_t n = 0; n < s->samples; n++) {
        const kd_real *at = kdi_r(x) + n * s->places * s->channels;
        double *mean = s->mean + n * s->groups, *inv = s->inv + n * s->groups;
        for (int64_t c = 0; c < s->channels; c++)
            row[c] = 0;
        power_sums(s, at, row, 1, sum);
        group_means(s, sum, mean);
        spread(s, mean, row);
        power_sums(s, at, row, 2, sum);
        group_means(s, sum, inv);
        for (int64_t g = 0; g < s->groups; g++)
            inv[g] = 1 / sqrt(inv[g] + eps);
    }
}

static void forward(const saved *s, kd_tensor *const *in, kd_real *y)
{
    const kd_real *x = kdi_r(in[0]), *gamma = kdi_r(in[1]), *beta = kdi_r(in[2]);
    kd_real *mean = kdi_scratch(in[0], s->channels), *scale = kdi_scratch(in[0], s->channels);
    for (int64_t n = 0; n < s->samples; n++) {
        spread(s, s->mean + n * s->groups, mean);
        spread(s, s->inv + n * s->groups, scale);
        for (int64_t c = 0; c < s->channels; c++)
            scale[c] *= gamma[c];
        for (int64_t p = 0; p < s->places; p++, x += s->channels, y += s->channels)
            for (int64_t c = 0; c < s->channels; c++)
                y[c] = (x[c] - mean[c]) * scale[c] + beta[c];
    }
}

/* ---- backward ---------------------------------------------------------------------------- */

/* of one sample, a channel: sums of g and of g*(x - mean) */
static void gradient_sums(const saved *s, const kd_real *g, const kd_real *x, const kd_real *mean,
                          double *sum, double *product)
{
    for (int64_t c = 0; c < s->channels; c++)
        sum[c] = product[c] = 0;
    for (int64_t p = 0; p < s->places; p++, x += s->channels, g += s->channels)
        for (int64_t c = 0; c < s->channels; c++) {
            sum[c] += (double)g[c];
            product[c] += (double)g[c] * (double)(x[c] - mean[c]);
        }
}

/* dx = a*g + b*(x - mean) + d, a row of a, b and d a sample: with xhat = (x - mean)*inv,
 * dx = inv*(gamma*g - mean(gamma*g) - xhat*mean(gamma*g*xhat)), means over the group */
typedef struct coefficients {
    kd_real *mean, *a, *b, *d;
} coefficients;

static void coefficients_of(const saved *s, int64_t n, const kd_real *gamma, const double *sum,
                            const double *product, coefficients *k)
{
    const double *inv = s->inv + n * s->groups;
    double many = (double)(s->places * width(s));
    for (int64_t g = 0; g < s->groups; g++) {
        double all = 0, along = 0;
        for (int64_t c = g * width(s); c < (g + 1) * width(s); c++) {
            all += (double)gamma[c] * sum[c];
            along += (double)gamma[c] * product[c];
        }
        for (int64_t c = g * width(s); c < (g + 1) * width(s); c++) {
            k->a[c] = (kd_real)(inv[g] * (double)gamma[c]);
            k->b[c] = (kd_real)(-inv[g] * inv[g] * inv[g] * along / many);
            k->d[c] = (kd_real)(-inv[g] * all / many);
        }
    }
}

static void sample_gradient(const saved *s, const kd_real *g, const kd_real *x, kd_real keep,
                            const coefficients *k, kd_real *dx)
{
    for (int64_t p = 0; p < s->places; p++, x += s->channels, g += s->channels, dx += s->channels)
        for (int64_t c = 0; c < s->channels; c++) {
            kd_real now = k->a[c] * g[c] + k->b[c] * (x[c] - k->mean[c]) + k->d[c];
            dx[c] = keep == 0 ? now : dx[c] + now;
        }
}

static void backward(const kdi_node *node)
{
    const saved *s = node->aux;
    kd_tensor *x = node->in[0];
    int64_t size = s->places * s->channels;
    kd_real keep, *dx = kdi_grad_raw(x, &keep), *row = kdi_scratch(x, 4 * s->channels);
    coefficients k = { row, row + s->channels, row + 2 * s->channels, row + 3 * s->channels };
    double *sum = doubles(x, s->channels), *product = doubles(x, s->channels);
    double *dgamma = kdi_scratch_zero_doubles(x, s->channels);
    double *dbeta = kdi_scratch_zero_doubles(x, s->channels);
    for (int64_t n = 0; n < s->samples; n++) {
        const kd_real *g = node->out->grad + n * size, *at = kdi_r(x) + n * size;
        spread(s, s->mean + n * s->groups, k.mean);
        gradient_sums(s, g, at, k.mean, sum, product);
        for (int64_t c = 0; c < s->channels; c++) {
            dgamma[c] += product[c] * s->inv[n * s->groups + c / width(s)];
            dbeta[c] += sum[c];
        }
        coefficients_of(s, n, kdi_r(node->in[1]), sum, product, &k);
        if (dx)
            sample_gradient(s, g, at, keep, &k, dx + n * size);
    }
    kdi_grad_add_doubles(node->in[1], dgamma);
    kdi_grad_add_doubles(node->in[2], dbeta);
}

/* ---- the operator ------------------------------------------------------------------------ */

kd_tensor *kd_groupnorm(kd_tensor *x, kd_tensor *gamma, kd_tensor *beta, int groups, kd_real eps)
{
    static const char op[] = "kd_groupnorm";
    kd_tensor *in[] = { x, gamma, beta };
    if (kdi_unfit(op, 3, in))
        return kdi_poison();
    int64_t channels = kd_channels(x), samples = kd_dim(x, 0);
    if (kd_ndim(x) < 2 || kd_numel(x) < 1 || kd_numel(gamma) != channels ||
        kd_numel(beta) != channels)
        return kdi_refuse(op, "wants N,..,C and C and C, has %s and %s and %s",
                          kd_shape_text(x->shape), kd_shape_text(gamma->shape),
                          kd_shape_text(beta->shape));
    if (groups < 1 || channels % groups)
        return kdi_refuse(op, "%lld channels are not %d groups of one size", (long long)channels,
                          groups);
    saved s = { samples, kd_numel(x) / (samples * channels), channels,
                groups,  doubles(x, samples * groups),       doubles(x, samples * groups) };
    statistics(&s, x, (double)eps);
    kd_tensor *y = kdi_out(op, KD_REAL_T, x->shape, backward, kdi_keep(x, &s, sizeof s), 3, in);
    forward(&s, in, kdi_r(y));
    return y;
}
