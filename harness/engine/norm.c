/* The loops of batch-norm: one pass each, long rows, sums short in kd_real and then in double. */
#include "norm.h"

#include <string.h>

#include "simd.h"

enum { WIDE = 256, BLOCK = 64 }; /* elements of a wide row at least; rows summed in kd_real */

kdi_wide kdi_widen(int64_t rows, int64_t channels)
{
    int64_t repeat = channels >= WIDE ? 1 : (WIDE + channels - 1) / channels;
    kdi_wide w = { .channels = channels, .repeat = repeat, .width = channels * repeat };
    w.rows = rows / repeat;
    w.tail = rows % repeat * channels;
    return w;
}

void kdi_widen_row(const kdi_wide *w, kd_real *row)
{
    for (int64_t i = w->channels; i < w->width; i++)
        row[i] = row[i - w->channels];
}

/* adds the kd_real sums to the double ones and starts them afresh */
KDI_INLINE void flush(int64_t n, kd_real *work, double *total)
{
    for (int64_t i = 0; i < n; i++) {
        total[i] += (double)work[i];
        work[i] = 0;
    }
}

/* the repeats of a channel, summed in order */
static void fold(const kdi_wide *w, const double *wide, double *sum)
{
    memcpy(sum, wide, (size_t)w->channels * sizeof *sum);
    for (int64_t i = w->channels; i < w->width; i++)
        sum[i % w->channels] += wide[i];
}

/* ---- moments ------------------------------------------------------------- */

KDI_INLINE void moments_row(int64_t n, const kd_real *restrict x, const kd_real *restrict origin,
                            kd_real *restrict sum, kd_real *restrict square)
{
    for (int64_t i = 0; i < n; i++) {
        kd_real d = x[i] - origin[i];
        sum[i] += d;
        square[i] += d * d;
    }
}

KDI_INLINE void moments_body(const kdi_moments *job)
{
    const kdi_wide *w = job->wide;
    kd_real *sum = job->work, *square = sum + w->width;
    for (int64_t i = 0; i <= w->rows; i++) {
        int64_t n = i < w->rows ? w->width : w->tail;
        moments_row(n, job->x + i * w->width, job->origin, sum, square);
        if (i % BLOCK == BLOCK - 1 || i == w->rows)
            flush(2 * w->width, sum, job->wide_sum);
    }
}
KDI_SIMD(moments, kdi_moments)

void kdi_norm_moments(const kdi_moments *job)
{
    const kdi_wide *w = job->wide;
    memset(job->work, 0, (size_t)(2 * w->width) * sizeof *job->work);
    memset(job->wide_sum, 0, (size_t)(2 * w->width) * sizeof *job->wide_sum);
    moments(job);
    fold(w, job->wide_sum, job->sum);
    fold(w, job->wide_sum + w->width, job->square);
}

/* ---- forward --------------------------------------------------------------- */

/* NaN stays NaN */
KDI_INLINE kd_real activate(kd_real v, enum kd_act act)
{
    if (act == KD_ACT_RELU)
        return v < 0 ? 0 : v;
    if (act == KD_ACT_RELU6)
        return v < 0 ? 0 : v > 6 ? 6 : v;
    if (act == KD_ACT_LEAKY)
        return v < 0 ? (kd_real)0.1 * v : v;
    return v;
}

KDI_INLINE void forward_row(int64_t n, const kd_real *restrict x, const kd_real *restrict residual,
                            const kd_real *restrict mean, const kd_real *restrict scale,
                            const kd_real *restrict beta, kd_real *restrict y, enum kd_act act)
{
    if (residual)
        for (int64_t i = 0; i < n; i++)
            y[i] = activate((x[i] - mean[i]) * scale[i] + beta[i] + residual[i], act);
    else
        for (int64_t i = 0; i < n; i++)
            y[i] = activate((x[i] - mean[i]) * scale[i] + beta[i], act);
}

KDI_INLINE void forward_rows(const kdi_norm_map *job, enum kd_act act)
{
    const kdi_wide *w = job->wide;
    for (int64_t i = 0; i <= w->rows; i++) {
        int64_t at = i * w->width, n = i < w->rows ? w->width : w->tail;
        forward_row(n, job->x + at, job->residual ? job->residual + at : NULL, job->mean,
                    job->scale, job->beta, job->y + at, act);
    }
}

/* one loop an activation, with the choice outside it */
KDI_INLINE void forward_body(const kdi_norm_map *job)
{
    switch (job->act) {
    case KD_ACT_RELU:
        forward_rows(job, KD_ACT_RELU);
        break;
    case KD_ACT_RELU6:
        forward_rows(job, KD_ACT_RELU6);
        break;
    case KD_ACT_LEAKY:
        forward_rows(job, KD_ACT_LEAKY);
        break;
    default:
        forward_rows(job, KD_ACT_NONE);
    }
}
KDI_SIMD(forward, kdi_norm_map)

void kdi_norm_forward(const kdi_norm_map *job)
{
    forward(job);
}

/* ---- backward ---------------------------------------------------------------- */

/* every activation's derivative can be read from its result */
KDI_INLINE kd_real through(kd_real dy, kd_real y, enum kd_act act)
{
    if (act == KD_ACT_RELU)
        return y > 0 ? dy : 0;
    if (act == KD_ACT_RELU6)
        return y > 0 && y < 6 ? dy : 0;
    if (act == KD_ACT_LEAKY)
        return y > 0 ? dy : (kd_real)0.1 * dy;
    return dy;
}

/* dresidual may be dy */
KDI_INLINE void sums_row(int64_t n, const kd_real *restrict x, const kd_real *restrict y,
                         const kd_real *dy, const kd_real *restrict mean, kd_real *restrict sum,
                         kd_real *restrict product, kd_real *dresidual, bool add, enum kd_act act)
{
    if (dresidual)
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++) {
            kd_real g = through(dy[i], y[i], act);
            dresidual[i] = add ? dresidual[i] + g : g;
            sum[i] += g;
            product[i] += g * (x[i] - mean[i]);
        }
    else
        for (int64_t i = 0; i < n; i++) {
            kd_real g = through(dy[i], y[i], act);
            sum[i] += g;
            product[i] += g * (x[i] - mean[i]);
        }
}

KDI_INLINE void sums_rows(const kdi_norm_sums *job, bool add, enum kd_act act)
{
    const kdi_wide *w = job->wide;
    kd_real *sum = job->work, *product = sum + w->width;
    for (int64_t i = 0; i <= w->rows; i++) {
        int64_t at = i * w->width, n = i < w->rows ? w->width : w->tail;
        sums_row(n, job->x + at, job->y + at, job->dy + at, job->mean, sum, product,
                 job->dresidual ? job->dresidual + at : NULL, add, act);
        if (i % BLOCK == BLOCK - 1 || i == w->rows)
            flush(2 * w->width, sum, job->wide_sum);
    }
}

KDI_INLINE void sums_body(const kdi_norm_sums *job)
{
    bool add = job->keep != 0;
    switch (job->act) {
    case KD_ACT_RELU:
        sums_rows(job, add, KD_ACT_RELU);
        break;
    case KD_ACT_RELU6:
        sums_rows(job, add, KD_ACT_RELU6);
        break;
    case KD_ACT_LEAKY:
        sums_rows(job, add, KD_ACT_LEAKY);
        break;
    default:
        sums_rows(job, add, KD_ACT_NONE);
    }
}
KDI_SIMD(sums, kdi_norm_sums)

void kdi_norm_backward_sums(const kdi_norm_sums *job)
{
    const kdi_wide *w = job->wide;
    memset(job->work, 0, (size_t)(2 * w->width) * sizeof *job->work);
    memset(job->wide_sum, 0, (size_t)(2 * w->width) * sizeof *job->wide_sum);
    sums(job);
    fold(w, job->wide_sum, job->sum);
    fold(w, job->wide_sum + w->width, job->product);
}

/* dx may be dy */
KDI_INLINE void data_row(int64_t n, const kd_real *restrict x, const kd_real *restrict y,
                         const kd_real *dy, const kd_real *restrict mean, const kd_real *restrict a,
                         const kd_real *restrict b, const kd_real *restrict c, kd_real *dx,
                         bool add, enum kd_act act)
{
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) {
        kd_real d = a[i] * through(dy[i], y[i], act) + b[i] * (x[i] - mean[i]) + c[i];
        dx[i] = add ? dx[i] + d : d;
    }
}

KDI_INLINE void data_rows(const kdi_norm_data *job, bool add, enum kd_act act)
{
    const kdi_wide *w = job->wide;
    for (int64_t i = 0; i <= w->rows; i++) {
        int64_t at = i * w->width, n = i < w->rows ? w->width : w->tail;
        data_row(n, job->x + at, job->y + at, job->dy + at, job->mean, job->a, job->b, job->c,
                 job->dx + at, add, act);
    }
}

KDI_INLINE void data_body(const kdi_norm_data *job)
{
    bool add = job->keep != 0;
    switch (job->act) {
    case KD_ACT_RELU:
        data_rows(job, add, KD_ACT_RELU);
        break;
    case KD_ACT_RELU6:
        data_rows(job, add, KD_ACT_RELU6);
        break;
    case KD_ACT_LEAKY:
        data_rows(job, add, KD_ACT_LEAKY);
        break;
    default:
        data_rows(job, add, KD_ACT_NONE);
    }
}
KDI_SIMD(data, kdi_norm_data)

void kdi_norm_backward_data(const kdi_norm_data *job)
{
    data(job);
}
