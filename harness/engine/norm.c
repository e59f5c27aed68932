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

/* every activation's derivative can be read from its result, or from what went in */
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

/* the rows that a backward pass goes along; `y` is NULL when what went into the activation is to
 * be computed */
typedef struct rows {
    const kd_real *x, *y, *dy, *mean, *scale, *beta;
} rows;

KDI_INLINE kd_real gradient(rows r, int64_t i, bool again, enum kd_act act)
{
    kd_real y = again                ? (r.x[i] - r.mean[i]) * r.scale[i] + r.beta[i]
                : act == KD_ACT_NONE ? 0
                                     : r.y[i];
    return through(r.dy[i], y, act);
}

/* dresidual may be dy, element by element; nothing else overlaps */
KDI_INLINE void sums_row(int64_t n, rows r, kd_real *sum, kd_real *product, kd_real *dresidual,
                         bool add, bool again, enum kd_act act)
{
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) {
        kd_real g = gradient(r, i, again, act);
        if (dresidual)
            dresidual[i] = add ? dresidual[i] + g : g;
        sum[i] += g;
        product[i] += g * (r.x[i] - r.mean[i]);
    }
}

KDI_INLINE void sums_rows(const kdi_norm_sums *job, bool residual, bool again, enum kd_act act)
{
    const kdi_wide *w = job->wide;
    kd_real *sum = job->work, *product = sum + w->width;
    for (int64_t i = 0; i <= w->rows; i++) {
        int64_t at = i * w->width, n = i < w->rows ? w->width : w->tail;
        rows r = { job->x + at, job->y ? job->y + at : NULL, job->dy + at, job->mean, job->scale,
                   job->beta };
        if (residual && job->keep != 0)
            sums_row(n, r, sum, product, job->dresidual + at, true, again, act);
        else
            sums_row(n, r, sum, product, residual ? job->dresidual + at : NULL, false, again, act);
        if (i % BLOCK == BLOCK - 1 || i == w->rows)
            flush(2 * w->width, sum, job->wide_sum);
    }
}

/* one loop for each of the cases, with the choice outside it */
KDI_INLINE void sums_of(const kdi_norm_sums *job, enum kd_act act)
{
    if (job->dresidual)
        sums_rows(job, true, false, act);
    else if (!job->y)
        sums_rows(job, false, true, act);
    else
        sums_rows(job, false, false, act);
}

KDI_INLINE void sums_body(const kdi_norm_sums *job)
{
    switch (job->act) {
    case KD_ACT_RELU:
        sums_of(job, KD_ACT_RELU);
        break;
    case KD_ACT_RELU6:
        sums_of(job, KD_ACT_RELU6);
        break;
    case KD_ACT_LEAKY:
        sums_of(job, KD_ACT_LEAKY);
        break;
    default:
        sums_rows(job, job->dresidual != NULL, false, KD_ACT_NONE);
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

/* dx may be dy, element by element; nothing else overlaps */
KDI_INLINE void data_row(int64_t n, rows r, const kd_real *b, const kd_real *c, kd_real *dx,
                         bool add, bool again, enum kd_act act)
{
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) {
        kd_real g = gradient(r, i, again, act);
        kd_real d = r.scale[i] * g + b[i] * (r.x[i] - r.mean[i]) + c[i];
        dx[i] = add ? dx[i] + d : d;
    }
}

KDI_INLINE void data_rows(const kdi_norm_data *job, bool again, enum kd_act act)
{
    const kdi_wide *w = job->wide;
    for (int64_t i = 0; i <= w->rows; i++) {
        int64_t at = i * w->width, n = i < w->rows ? w->width : w->tail;
        rows r = { job->x + at, job->y ? job->y + at : NULL, job->dy + at, job->mean, job->a,
                   job->beta };
        if (job->keep != 0)
            data_row(n, r, job->b, job->c, job->dx + at, true, again, act);
        else
            data_row(n, r, job->b, job->c, job->dx + at, false, again, act);
    }
}

KDI_INLINE void data_of(const kdi_norm_data *job, enum kd_act act)
{
    if (job->y)
        data_rows(job, false, act);
    else
        data_rows(job, true, act);
}

KDI_INLINE void data_body(const kdi_norm_data *job)
{
    switch (job->act) {
    case KD_ACT_RELU:
        data_of(job, KD_ACT_RELU);
        break;
    case KD_ACT_RELU6:
        data_of(job, KD_ACT_RELU6);
        break;
    case KD_ACT_LEAKY:
        data_of(job, KD_ACT_LEAKY);
        break;
    default:
        data_rows(job, false, KD_ACT_NONE);
    }
}
KDI_SIMD(data, kdi_norm_data)

void kdi_norm_backward_data(const kdi_norm_data *job)
{
    data(job);
}
