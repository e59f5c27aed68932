/* Rows of each sample by index, and pooling of ragged segments of rows. */
#include "op.h"

#include <string.h>

/* ---- grouping ------------------------------------------------------------------------- */

/* how a cloud of `points` rows is looked at by `each` indices */
typedef struct groups {
    int64_t n, points, each, width;
} groups;

static groups groups_of(const kd_tensor *x, const kd_tensor *index)
{
    int64_t n = kd_dim(x, 0);
    return (groups){ n, kd_dim(x, 1), n ? kd_numel(index) / n : 0, kd_channels(x) };
}

static void group_backward(const kdi_node *node)
{
    groups s = groups_of(node->in[0], node->in[1]);
    const int64_t *at = kd_i64s(node->in[1]);
    const kd_real *g = node->out->grad;
    kd_real *d = kdi_grad(node->in[0]);
    for (int64_t i = 0; i < s.n; i++, d += s.points * s.width)
        for (int64_t j = 0; j < s.each; j++, g += s.width) {
            kd_real *to = d + *at++ * s.width;
            for (int64_t c = 0; c < s.width; c++)
                to[c] += g[c];
        }
}

static bool indices_fit(const char *op, kd_tensor *x, kd_tensor *index)
{
    if (kdi_unfit(op, 1, &x) || kdi_unfit_i64(op, index))
        return false;
    if (kd_ndim(x) != 3 || kd_ndim(index) < 2 || kd_ndim(index) >= KD_MAX_DIM ||
        kd_dim(index, 0) != kd_dim(x, 0)) {
        kdi_refuse(op, "wants N,P,C and i64 N,.., has %s and %s", kd_shape_text(x->shape),
                   kd_shape_text(index->shape));
        return false;
    }
    for (int64_t i = 0, n = kd_numel(index); i < n; i++)
        if (kd_i64s(index)[i] < 0 || kd_i64s(index)[i] >= kd_dim(x, 1)) {
            kdi_refuse(op, "index %lld is %lld, of %lld points", (long long)i,
                       (long long)kd_i64s(index)[i], (long long)kd_dim(x, 1));
            return false;
        }
    return true;
}

kd_tensor *kd_group(kd_tensor *x, kd_tensor *index)
{
    if (!indices_fit("kd_group", x, index))
        return kdi_poison();
    kd_shape shape = index->shape;
    shape.d[shape.n++] = kd_channels(x);
    kd_tensor *in[] = { x, index };
    kd_tensor *y = kdi_out("kd_group", KD_REAL_T, shape, group_backward, NULL, 2, in);
    groups s = groups_of(x, index);
    const int64_t *at = kd_i64s(index);
    kd_real *to = kdi_r(y);
    for (int64_t i = 0; i < s.n; i++)
        for (int64_t j = 0; j < s.each; j++, to += s.width)
            memcpy(to, kdi_r(x) + (i * s.points + *at++) * s.width,
                   (size_t)s.width * sizeof(kd_real));
    return y;
}

/* ---- ragged segments -------------------------------------------------------------------- */

/* offsets that rise from 0 to the rows of x */
static bool segments_fit(const char *op, kd_tensor *x, kd_tensor *offset)
{
    if (kdi_unfit(op, 1, &x) || kdi_unfit_i64(op, offset))
        return false;
    int64_t n = kd_numel(offset) - 1;
    const int64_t *at = kd_i64s(offset);
    bool fits = kd_ndim(x) == 2 && n >= 0 && at[0] == 0 && at[n] == kd_dim(x, 0);
    for (int64_t i = 0; fits && i < n; i++)
        fits = at[i] <= at[i + 1];
    if (!fits)
        kdi_refuse(op, "wants rows,C and offsets that rise from 0 to the rows, has %s and %s",
                   kd_shape_text(x->shape), kd_shape_text(offset->shape));
    return fits;
}

static kd_real share(bool mean, const int64_t *at)
{
    return mean && at[1] > at[0] ? 1 / (kd_real)(at[1] - at[0]) : 1;
}

static void segment_backward(const kdi_node *node)
{
    bool mean = *(bool *)node->aux;
    const int64_t *at = kd_i64s(node->in[1]);
    int64_t n = kd_numel(node->in[1]) - 1, width = kd_channels(node->out);
    kd_real *d = kdi_grad(node->in[0]);
    for (int64_t i = 0; i < n; i++)
        for (int64_t r = at[i]; r < at[i + 1]; r++)
            kdi_axpy(width, share(mean, at + i), node->out->grad + i * width, d + r * width);
}

static kd_tensor *segment_total(const char *op, kd_tensor *x, kd_tensor *offset, bool mean)
{
    if (!segments_fit(op, x, offset))
        return kdi_poison();
    int64_t n = kd_numel(offset) - 1, width = kd_channels(x);
    const int64_t *at = kd_i64s(offset);
    kd_tensor *in[] = { x, offset };
    kd_tensor *y = kdi_out(op, KD_REAL_T, KD_SHAPE(n, width), segment_backward,
                           kdi_keep(x, &mean, sizeof mean), 2, in);
    double *sum = kdi_scratch_zero_doubles(x, width);
    for (int64_t i = 0; i < n; i++) {
        memset(sum, 0, (size_t)width * sizeof *sum);
        for (int64_t r = at[i]; r < at[i + 1]; r++)
            for (int64_t c = 0; c < width; c++)
                sum[c] += kdi_r(x)[r * width + c];
        for (int64_t c = 0; c < width; c++)
            kdi_r(y)[i * width + c] = (kd_real)(sum[c] * share(mean, at + i));
    }
    return y;
}

kd_tensor *kd_segment_sum(kd_tensor *x, kd_tensor *offset)
{
    return segment_total("kd_segment_sum", x, offset, false);
}

kd_tensor *kd_segment_mean(kd_tensor *x, kd_tensor *offset)
{
    return segment_total("kd_segment_mean", x, offset, true);
}

static void segment_max_backward(const kdi_node *node)
{
    const int64_t *from = node->aux; /* the row that each came from, or -1 */
    int64_t width = kd_channels(node->out);
    kd_real *d = kdi_grad(node->in[0]);
    for (int64_t i = 0, n = kd_numel(node->out); i < n; i++)
        if (from[i] >= 0)
            d[from[i] * width + i % width] += node->out->grad[i];
}

kd_tensor *kd_segment_max(kd_tensor *x, kd_tensor *offset)
{
    if (!segments_fit("kd_segment_max", x, offset))
        return kdi_poison();
    int64_t n = kd_numel(offset) - 1, width = kd_channels(x);
    const int64_t *at = kd_i64s(offset);
    int64_t *from = kdi_aux(x, (size_t)(n * width + 1) * sizeof *from);
    kd_tensor *in[] = { x, offset };
    kd_tensor *y =
        kdi_out("kd_segment_max", KD_REAL_T, KD_SHAPE(n, width), segment_max_backward, from, 2, in);
    for (int64_t i = 0; i < n * width; i++) {
        int64_t s = i / width, c = i % width, best = at[s];
        for (int64_t r = at[s] + 1; r < at[s + 1]; r++)
            best = kdi_r(x)[r * width + c] > kdi_r(x)[best * width + c] ? r : best;
        from[i] = at[s] < at[s + 1] ? best : -1;
        kdi_r(y)[i] = from[i] < 0 ? 0 : kdi_r(x)[best * width + c];
    }
    return y;
}
