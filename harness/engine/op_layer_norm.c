/* Layer-norm: each row to mean 0 and variance 1, then a weight and a bias a channel. */
#include "op.h"

#include <math.h>
#include <string.h>

#include "simd.h"

enum { SIDE = 16, BLOCK = 64 }; /* sums side by side in a row; rows summed in kd_real */

typedef struct layer_norm {
    int64_t rows, n; /* n channels */
    kd_real eps;
    const kd_real *x, *weight, *bias;
    kd_real *y, *mean, *inv; /* one mean and one 1/sqrt(var + eps) a row */
    /* backward */
    const kd_real *g;
    kd_real *dx, beta;
    kd_real *work;  /* 2n: sums of a block of rows */
    double *dw_sum; /* n, and then n of the bias */
} layer_norm;

KDI_INLINE kd_real fold(const kd_real *lane)
{
    double all = 0;
    for (int k = 0; k < SIDE; k++)
        all += (double)lane[k];
    return (kd_real)all;
}

KDI_INLINE kd_real row_mean(const kd_real *restrict x, int64_t n)
{
    kd_real lane[SIDE] = { 0 };
    int64_t i = 0;
    for (; i + SIDE <= n; i += SIDE)
        for (int k = 0; k < SIDE; k++)
            lane[k] += x[i + k];
    for (int k = 0; i < n; i++, k++)
        lane[k] += x[i];
    return fold(lane) / (kd_real)n;
}

KDI_INLINE kd_real row_variance(const kd_real *restrict x, kd_real mean, int64_t n)
{
    kd_real lane[SIDE] = { 0 };
    int64_t i = 0;
    for (; i + SIDE <= n; i += SIDE)
        for (int k = 0; k < SIDE; k++)
            lane[k] += (x[i + k] - mean) * (x[i + k] - mean);
    for (int k = 0; i < n; i++, k++)
        lane[k] += (x[i] - mean) * (x[i] - mean);
    return fold(lane) / (kd_real)n;
}

KDI_INLINE void forward_body(const layer_norm *job)
{
    int64_t n = job->n;
    const kd_real *restrict weight = job->weight, *restrict bias = job->bias;
    for (int64_t r = 0; r < job->rows; r++) {
        const kd_real *restrict x = job->x + r * n;
        kd_real *restrict y = job->y + r * n;
        kd_real mean = row_mean(x, n);
        kd_real inv = (kd_real)(1 / sqrt((double)(row_variance(x, mean, n) + job->eps)));
        for (int64_t i = 0; i < n; i++)
            y[i] = (x[i] - mean) * inv * weight[i] + bias[i];
        job->mean[r] = mean;
        job->inv[r] = inv;
    }
}
KDI_SIMD(forward, layer_norm)

/* with v = (x - mean)/sd and h = g*weight: sums of h and of h*v, over n; and dweight += g*v,
 * dbias += g */
KDI_INLINE void row_sums(const layer_norm *job, int64_t r, kd_real *sum_h, kd_real *sum_hv)
{
    int64_t n = job->n, i = 0;
    const kd_real *restrict x = job->x + r * n, *restrict g = job->g + r * n;
    const kd_real *restrict weight = job->weight;
    kd_real *restrict dw = job->work, *restrict db = job->work + n;
    kd_real mean = job->mean[r], inv = job->inv[r], h[SIDE] = { 0 }, hv[SIDE] = { 0 };
    for (; i + SIDE <= n; i += SIDE)
        for (int k = 0; k < SIDE; k++) {
            kd_real v = (x[i + k] - mean) * inv, at = g[i + k] * weight[i + k];
            h[k] += at;
            hv[k] += at * v;
            dw[i + k] += g[i + k] * v;
            db[i + k] += g[i + k];
        }
    for (int k = 0; i < n; i++, k++) {
        kd_real v = (x[i] - mean) * inv, at = g[i] * weight[i];
        h[k] += at;
        hv[k] += at * v;
        dw[i] += g[i] * v;
        db[i] += g[i];
    }
    *sum_h = fold(h) / (kd_real)n;
    *sum_hv = fold(hv) / (kd_real)n;
}

/* adds a block's sums to the double ones and starts them afresh */
KDI_INLINE void flush(const layer_norm *job)
{
    for (int64_t i = 0; i < 2 * job->n; i++) {
        job->dw_sum[i] += (double)job->work[i];
        job->work[i] = 0;
    }
}

/* dx = (h - mean(h) - v mean(h v)) / sd */
KDI_INLINE void backward_body(const layer_norm *job)
{
    int64_t n = job->n;
    const kd_real *restrict weight = job->weight;
    for (int64_t r = 0; r < job->rows; r++) {
        const kd_real *restrict x = job->x + r * n, *restrict g = job->g + r * n;
        kd_real *restrict dx = job->dx ? job->dx + r * n : NULL;
        kd_real mean = job->mean[r], inv = job->inv[r], h, hv;
        row_sums(job, r, &h, &hv);
        for (int64_t i = 0; dx && job->beta == 0 && i < n; i++)
            dx[i] = (g[i] * weight[i] - h - (x[i] - mean) * inv * hv) * inv;
        for (int64_t i = 0; dx && job->beta != 0 && i < n; i++)
            dx[i] += (g[i] * weight[i] - h - (x[i] - mean) * inv * hv) * inv;
        if (r % BLOCK == BLOCK - 1 || r == job->rows - 1)
            flush(job);
    }
}
KDI_SIMD(backward, layer_norm)

static void layer_norm_backward(const kdi_node *node)
{
    layer_norm job = *(const layer_norm *)node->aux;
    kd_tensor *x = node->in[0];
    job.g = node->out->grad;
    job.dx = kdi_grad_raw(x, &job.beta);
    job.work = kdi_scratch(x, 2 * job.n);
    memset(job.work, 0, (size_t)(2 * job.n) * sizeof *job.work);
    job.dw_sum = kdi_scratch_zero_doubles(x, 2 * job.n);
    backward(&job);
    kdi_grad_add_doubles(node->in[1], job.dw_sum);
    kdi_grad_add_doubles(node->in[2], job.dw_sum + job.n);
}

kd_tensor *kd_layer_norm(kd_tensor *x, kd_tensor *weight, kd_tensor *bias, kd_real eps)
{
    kd_tensor *in[] = { x, weight, bias };
    if (kdi_unfit("kd_layer_norm", 3, in))
        return kdi_poison();
    int64_t n = kd_channels(x);
    if (kd_ndim(x) < 1 || kd_numel(weight) != n || kd_numel(bias) != n)
        return kdi_refuse("kd_layer_norm", "wants rows of C, C and C, has %s and %s and %s",
                          kd_shape_text(x->shape), kd_shape_text(weight->shape),
                          kd_shape_text(bias->shape));
    layer_norm job = { .rows = n ? kd_rows(x) : 0,
                       .n = n,
                       .eps = eps,
                       .x = kdi_r(x),
                       .weight = kdi_r(weight),
                       .bias = kdi_r(bias) };
    job.mean = kdi_scratch(x, job.rows);
    job.inv = kdi_scratch(x, job.rows);
    kd_tensor *y = kdi_out("kd_layer_norm", KD_REAL_T, x->shape, layer_norm_backward,
                           kdi_keep(x, &job, sizeof job), 3, in);
    job.y = kdi_r(y);
    forward(&job);
    return y;
}
