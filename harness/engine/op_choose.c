/* Choosing by index: rows of a table, one class a row. An index out of range is refused. */
#include "op.h"

#include <string.h>

/* is every index in 0..below-1? */
static bool in_range(const char *op, const kd_tensor *index, int64_t below)
{
    const int64_t *at = index->data;
    for (int64_t i = 0, n = kd_numel(index); i < n; i++)
        if (at[i] < 0 || at[i] >= below) {
            kdi_refuse(op, "element %lld of the %s labels or indices is %lld, must be 0 to %lld",
                       (long long)i, kd_shape_text(index->shape), (long long)at[i],
                       (long long)below - 1);
            return false;
        }
    return true;
}

/* reals and an index beside them, neither poison nor of a wrong type */
static bool fit(const char *op, kd_tensor *x, kd_tensor *index)
{
    return !kdi_unfit(op, 1, &x) && !kdi_unfit_i64(op, index);
}

bool kdi_labels_fit(const char *op, kd_tensor *x, kd_tensor *label)
{
    if (!fit(op, x, label))
        return false;
    if (kd_ndim(x) >= 1 && kd_numel(label) == kd_rows(x))
        return in_range(op, label, kd_channels(x));
    kdi_refuse(op, "%s has %lld rows, there are %s labels", kd_shape_text(x->shape),
               (long long)kd_rows(x), kd_shape_text(label->shape));
    return false;
}

bool kdi_offsets_fit(const char *op, const kd_tensor *offset, int64_t all)
{
    int64_t n = kd_numel(offset);
    const int64_t *at = kd_i64s((kd_tensor *)offset);
    bool fit = n > 0 && at[0] == 0 && at[n - 1] == all;
    for (int64_t i = 1; fit && i < n; i++)
        fit = at[i] >= at[i - 1];
    if (!fit)
        kdi_refuse(op, "the %lld offsets must rise from 0 to %lld, the rows", (long long)n,
                   (long long)all);
    return fit;
}

/* ---- rows of a table ------------------------------------------------------------- */

static void gather_backward(const kdi_node *node)
{
    kd_tensor *table = node->in[0];
    const int64_t *at = kd_i64s(node->in[1]);
    int64_t width = kd_channels(table);
    kd_real *d = kdi_grad(table);
    for (int64_t i = 0, n = kd_numel(node->in[1]); i < n; i++)
        kdi_axpy(width, 1, node->out->grad + i * width, d + at[i] * width);
}

kd_tensor *kd_gather(kd_tensor *table, kd_tensor *index)
{
    if (!fit("kd_gather", table, index))
        return kdi_poison();
    if (kd_ndim(table) != 2 || kd_ndim(index) >= KD_MAX_DIM)
        return kdi_refuse("kd_gather", "wants a table K,D and fewer than %d index axes, has %s, %s",
                          KD_MAX_DIM, kd_shape_text(table->shape), kd_shape_text(index->shape));
    if (!in_range("kd_gather", index, kd_dim(table, 0)))
        return kdi_poison();
    int64_t width = kd_channels(table);
    kd_shape s = index->shape;
    s.d[s.n++] = width;
    kd_tensor *in[] = { table, index };
    kd_tensor *y = kdi_out("kd_gather", KD_REAL_T, s, gather_backward, NULL, 2, in);
    for (int64_t i = 0, n = kd_numel(index); i < n; i++)
        memcpy(kdi_r(y) + i * width, kdi_r(table) + kd_i64s(index)[i] * width,
               (size_t)width * sizeof(kd_real));
    return y;
}

static void gather_or_zero_backward(const kdi_node *node)
{
    kd_tensor *table = node->in[0];
    const int64_t *at = kd_i64s(node->in[1]);
    int64_t width = kd_channels(table);
    kd_real *d = kdi_grad(table);
    for (int64_t i = 0, n = kd_numel(node->in[1]); i < n; i++)
        if (at[i] >= 0)
            kdi_axpy(width, 1, node->out->grad + i * width, d + at[i] * width);
}

kd_tensor *kd_gather_or_zero(kd_tensor *table, kd_tensor *index)
{
    static const char op[] = "kd_gather_or_zero";
    if (!fit(op, table, index))
        return kdi_poison();
    int64_t n = kd_numel(index), width = kd_channels(table);
    const int64_t *at = kd_i64s(index);
    if (kd_ndim(table) != 2 || kd_ndim(index) >= KD_MAX_DIM)
        return kdi_refuse(op, "wants a table K,D and fewer than %d index axes, has %s, %s",
                          KD_MAX_DIM, kd_shape_text(table->shape), kd_shape_text(index->shape));
    for (int64_t i = 0; i < n; i++)
        if (at[i] < -1 || at[i] >= kd_dim(table, 0))
            return kdi_refuse(op, "index %lld is %lld, must be -1 to %lld", (long long)i,
                              (long long)at[i], (long long)kd_dim(table, 0) - 1);
    kd_shape s = index->shape;
    s.d[s.n++] = width;
    kd_tensor *in[] = { table, index };
    kd_tensor *y = kdi_out(op, KD_REAL_T, s, gather_or_zero_backward, NULL, 2, in);
    for (int64_t i = 0; i < n; i++) {
        kd_real *to = kdi_r(y) + i * width;
        size_t size = (size_t)width * sizeof *to;
        if (at[i] < 0)
            memset(to, 0, size);
        else
            memcpy(to, kdi_r(table) + at[i] * width, size);
    }
    return y;
}

/* <row at[i], v> for each of m rows. Rows lie anywhere in a table that no cache holds: the ones
 * to come are asked for ahead. */
static void row_dots(const kd_real *table, const int64_t *at, int64_t m, const kd_real *v,
                     int64_t width, kd_real *y)
{
    enum { AHEAD = 8, LINE = 64 / sizeof(kd_real) };
    for (int64_t j = 0; j < m; j++) {
        const kd_real *soon = table + at[j + AHEAD < m ? j + AHEAD : j] * width;
        for (int64_t k = 0; k < width; k += LINE)
            __builtin_prefetch(soon + k);
        y[j] = (kd_real)kdi_dot(table + at[j] * width, v, width);
    }
}

static void gather_dot_backward(const kdi_node *node)
{
    kd_tensor *table = node->in[0], *index = node->in[1], *v = node->in[2];
    int64_t width = kd_channels(table), m = kd_channels(index);
    kd_real *dtable = kdi_grad(table), *dv = kdi_grad(v);
    for (int64_t i = 0, n = kd_numel(index); i < n; i++) {
        int64_t row = kd_i64s(index)[i] * width, of = i / m * width;
        kd_real g = node->out->grad[i];
        if (dtable)
            kdi_axpy(width, g, kdi_r(v) + of, dtable + row);
        if (dv)
            kdi_axpy(width, g, kdi_r(table) + row, dv + of);
    }
}

kd_tensor *kd_gather_dot(kd_tensor *table, kd_tensor *index, kd_tensor *v)
{
    if (!fit("kd_gather_dot", table, index) || kdi_unfit("kd_gather_dot", 1, &v))
        return kdi_poison();
    if (kd_ndim(table) != 2 || kd_ndim(index) != 2 || kd_ndim(v) != 2 ||
        kd_dim(index, 0) != kd_dim(v, 0) || kd_channels(table) != kd_channels(v))
        return kdi_refuse("kd_gather_dot", "wants K,D and N,M and N,D, has %s and %s and %s",
                          kd_shape_text(table->shape), kd_shape_text(index->shape),
                          kd_shape_text(v->shape));
    if (!in_range("kd_gather_dot", index, kd_dim(table, 0)))
        return kdi_poison();
    kd_tensor *in[] = { table, index, v };
    kd_tensor *y =
        kdi_out("kd_gather_dot", KD_REAL_T, index->shape, gather_dot_backward, NULL, 3, in);
    int64_t width = kd_channels(table), m = kd_channels(index);
    for (int64_t i = 0, n = kd_dim(index, 0); i < n; i++)
        row_dots(kdi_r(table), kd_i64s(index) + i * m, m, kdi_r(v) + i * width, width,
                 kdi_r(y) + i * m);
    return y;
}

/* ---- one class a row ---------------------------------------------------------------- */

static void pick_backward(const kdi_node *node)
{
    const int64_t *label = kd_i64s(node->in[1]);
    int64_t classes = kd_channels(node->in[0]);
    kd_real *d = kdi_grad(node->in[0]);
    for (int64_t i = 0, n = kd_numel(node->out); i < n; i++)
        d[i * classes + label[i]] += node->out->grad[i];
}

kd_tensor *kd_pick(kd_tensor *x, kd_tensor *label)
{
    if (!kdi_labels_fit("kd_pick", x, label))
        return kdi_poison();
    kd_shape s = x->shape;
    s.d[s.n - 1] = 1;
    kd_tensor *in[] = { x, label };
    kd_tensor *y = kdi_out("kd_pick", KD_REAL_T, s, pick_backward, NULL, 2, in);
    int64_t classes = kd_channels(x);
    for (int64_t i = 0, n = kd_numel(y); i < n; i++)
        kdi_r(y)[i] = kdi_r(x)[i * classes + kd_i64s(label)[i]];
    return y;
}

kd_tensor *kd_one_hot(kd_tensor *like, kd_tensor *label, int64_t classes)
{
    if (kd_is_poisoned(like) || kdi_unfit_i64("kd_one_hot", label) ||
        !in_range("kd_one_hot", label, classes))
        return kdi_poison();
    kd_tensor *y = kd_zeros_like(like, KD_SHAPE(kd_numel(label), classes));
    for (int64_t i = 0, n = kd_numel(label); i < n; i++)
        kdi_r(y)[i * classes + kd_i64s(label)[i]] = 1;
    return y;
}
