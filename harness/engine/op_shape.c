/* Operators that only move elements, or only rename them. */
#include "op.h"

#include <string.h>

/* ---- the same elements under another shape ------------------------------------ */

static void rename_backward(const kdi_node *node)
{
    kdi_grad_give(node->in[0], node->out->grad);
}

/* works out the one size that is -1; false when nothing fits */
static bool complete(kd_shape *s, int64_t numel)
{
    int unknown = -1;
    int64_t known = 1;
    for (int i = 0; i < s->n; i++) {
        if (s->d[i] < -1 || (s->d[i] == -1 && unknown >= 0))
            return false;
        if (s->d[i] == -1)
            unknown = i;
        else
            known *= s->d[i];
    }
    if (unknown < 0)
        return known == numel;
    if (known == 0 || numel % known != 0)
        return false;
    s->d[unknown] = numel / known;
    return true;
}

kd_tensor *kd_reshape(kd_tensor *x, kd_shape s)
{
    if (kd_is_poisoned(x))
        return kdi_poison();
    kd_shape full = s;
    if (!complete(&full, kd_numel(x)))
        return kdi_refuse("kd_reshape", "%s has %lld elements, they do not make %s",
                          kd_shape_text(x->shape), (long long)kd_numel(x), kd_shape_text(s));
    return kdi_out_alias("kd_reshape", full, rename_backward, NULL, x);
}

kd_tensor *kd_flatten(kd_tensor *x, int from)
{
    if (kd_is_poisoned(x))
        return kdi_poison();
    int at = kdi_axis(x, from);
    if (at < 0)
        return kdi_refuse("kd_flatten", "from axis %d of %s, which has %d axes", from,
                          kd_shape_text(x->shape), kd_ndim(x));
    kd_shape s = { .n = at + 1, .d = { 1, 1, 1, 1, 1, 1 } };
    for (int i = 0; i < kd_ndim(x); i++)
        s.d[i < at ? i : at] *= x->shape.d[i];
    return kdi_out_alias("kd_flatten", s, rename_backward, NULL, x);
}

kd_tensor *kd_places(kd_tensor *x)
{
    if (kdi_unfit("kd_places", 1, &x))
        return kdi_poison();
    if (x->shape.n == 3)
        return x;
    if (x->shape.n != 4)
        return kdi_refuse("kd_places", "wants an image N,H,W,C or rows N,P,C, has %s",
                          kd_shape_text(x->shape));
    const int64_t *d = x->shape.d;
    return kdi_out_alias("kd_places", KD_SHAPE(d[0], d[1] * d[2], d[3]), rename_backward, NULL, x);
}

/* ---- axes in another order -------------------------------------------------------- */

static void permute_forward(kdi_walk w, const kd_real *x, kd_real *y)
{
    while (kdi_walk_next(&w))
        for (int64_t i = 0; i < w.run; i++)
            y[w.out + i] = x[w.at[0] + i * w.step[0]];
}

static void permute_backward(const kdi_node *node)
{
    kdi_walk w = *(const kdi_walk *)node->aux;
    const kd_real *g = node->out->grad;
    kd_real beta, *d = kdi_grad_raw(node->in[0], &beta);
    while (kdi_walk_next(&w))
        for (int64_t i = 0; i < w.run; i++) {
            kd_real *to = &d[w.at[0] + i * w.step[0]];
            *to = g[w.out + i] + (beta == 0 ? 0 : *to);
        }
}

static kd_tensor *permuted(const char *op, kd_tensor *x, const int *order)
{
    kd_shape s = x->shape;
    for (int i = 0; i < s.n; i++)
        s.d[i] = x->shape.d[order[i]];
    kdi_walk w = kdi_walk_permuted(x->shape, order);
    kd_tensor *y = kdi_out(op, KD_REAL_T, s, permute_backward, kdi_keep(x, &w, sizeof w), 1, &x);
    if (!kd_is_poisoned(y))
        permute_forward(w, kdi_r(x), kdi_r(y));
    return y;
}

kd_tensor *kd_transpose(kd_tensor *x, int a, int b)
{
    if (kdi_unfit("kd_transpose", 1, &x))
        return kdi_poison();
    int from = kdi_axis(x, a), to = kdi_axis(x, b), order[KD_MAX_DIM] = { 0, 1, 2, 3, 4, 5 };
    if (from < 0 || to < 0)
        return kdi_refuse("kd_transpose", "axes %d and %d of %s, which has %d axes", a, b,
                          kd_shape_text(x->shape), kd_ndim(x));
    order[from] = to;
    order[to] = from;
    return permuted("kd_transpose", x, order);
}

kd_tensor *kd_permute(kd_tensor *x, const int *order)
{
    if (kdi_unfit("kd_permute", 1, &x))
        return kdi_poison();
    unsigned seen = 0;
    for (int i = 0; i < kd_ndim(x); i++)
        if (order[i] >= 0 && order[i] < kd_ndim(x))
            seen |= 1u << order[i];
    if (seen != (1u << kd_ndim(x)) - 1)
        return kdi_refuse("kd_permute", "the order does not name each axis of %s once",
                          kd_shape_text(x->shape));
    return permuted("kd_permute", x, order);
}

/* ---- pieces, of any type ------------------------------------------------------------- */

typedef struct piece_aux {
    int axis;
    int64_t from;
} piece_aux;

/* copies `rows` stretches of `size` bytes between places that lie `in` and `out` bytes apart */
static void copy_stretches(int64_t rows, size_t size, const void *x, size_t in, void *y, size_t out)
{
    for (int64_t i = 0; i < rows; i++)
        memcpy((char *)y + (size_t)i * out, (const char *)x + (size_t)i * in, size);
}

static void slice_backward(const kdi_node *node)
{
    const piece_aux *aux = node->aux;
    kdi_span all = kdi_span_of(node->in[0], aux->axis), part = kdi_span_of(node->out, aux->axis);
    const kd_real *g = node->out->grad;
    kd_real *d = kdi_grad(node->in[0]);
    int64_t n = part.size * part.inner;
    for (int64_t i = 0; i < all.outer; i++)
        kdi_axpy(n, 1, g + i * n, d + (i * all.size + aux->from) * all.inner);
}

kd_tensor *kd_slice(kd_tensor *x, int axis, int64_t from, int64_t to)
{
    if (kd_is_poisoned(x))
        return kdi_poison();
    int at = kdi_axis(x, axis);
    if (at < 0 || from < 0 || to < from || to > x->shape.d[at])
        return kdi_refuse("kd_slice", "[%lld, %lld) of axis %d of %s", (long long)from,
                          (long long)to, axis, kd_shape_text(x->shape));
    kd_shape s = x->shape;
    s.d[at] = to - from;
    piece_aux *aux = kdi_keep(x, &(piece_aux){ at, from }, sizeof *aux);
    kdi_span all = kdi_span_of(x, at);
    size_t unit = (size_t)all.inner * kdi_dtype_size(x->type);
    char *first = (char *)x->data + (size_t)from * unit;
    if (all.outer == 1) { /* one stretch: a view is enough */
        kd_tensor *view = kdi_out_alias("kd_slice", s, slice_backward, aux, x);
        view->data = first;
        return view;
    }
    kd_tensor *y = kdi_out("kd_slice", x->type, s, slice_backward, aux, 1, &x);
    size_t size = (size_t)(to - from) * unit;
    copy_stretches(all.outer, size, first, (size_t)all.size * unit, y->data, size);
    return y;
}

static void concat_backward(const kdi_node *node)
{
    const piece_aux *aux = node->aux;
    kdi_span all = kdi_span_of(node->out, aux->axis);
    int64_t at = 0;
    for (int p = 0; p < node->nin; p++) {
        kdi_span part = kdi_span_of(node->in[p], aux->axis);
        kd_real *d = kdi_grad(node->in[p]);
        int64_t n = part.size * part.inner;
        for (int64_t i = 0; d && i < all.outer; i++)
            kdi_axpy(n, 1, node->out->grad + i * all.size * all.inner + at, d + i * n);
        at += n;
    }
}

/* the shape of all pieces together; false, and a refusal, when one does not fit */
static bool joined(kd_tensor *const *x, int n, int axis, kd_shape *s)
{
    *s = x[0]->shape;
    for (int p = 1; p < n; p++) {
        kd_shape other = x[p]->shape;
        s->d[axis] += other.d[axis];
        other.d[axis] = x[0]->shape.d[axis];
        if (x[p]->type == x[0]->type && kd_shape_equal(other, x[0]->shape))
            continue;
        kdi_refuse("kd_concat", "piece %d is %s, the first is %s: only axis %d may differ", p,
                   kd_shape_text(x[p]->shape), kd_shape_text(x[0]->shape), axis);
        return false;
    }
    return true;
}

kd_tensor *kd_concat(kd_tensor *const *x, int n, int axis)
{
    if (n < 1)
        return kdi_refuse("kd_concat", "wants at least one tensor, has %d", n);
    for (int p = 0; p < n; p++)
        if (kd_is_poisoned(x[p]))
            return kdi_poison();
    int at = kdi_axis(x[0], axis);
    kd_shape s;
    if (at < 0)
        return kdi_refuse("kd_concat", "axis %d of %s, which has %d axes", axis,
                          kd_shape_text(x[0]->shape), kd_ndim(x[0]));
    if (!joined(x, n, at, &s))
        return kdi_poison();
    piece_aux *aux = kdi_keep(x[0], &(piece_aux){ at, 0 }, sizeof *aux);
    kd_tensor *y = kdi_out("kd_concat", x[0]->type, s, concat_backward, aux, n, x);
    kdi_span all = kdi_span_of(y, at);
    size_t unit = (size_t)all.inner * kdi_dtype_size(y->type), done = 0;
    for (int p = 0; p < n; p++) {
        size_t size = (size_t)x[p]->shape.d[at] * unit;
        copy_stretches(all.outer, size, x[p]->data, size, (char *)y->data + done,
                       (size_t)all.size * unit);
        done += size;
    }
    return y;
}

/* ---- repeated -------------------------------------------------------------------------- */

static void broadcast_backward(const kdi_node *node)
{
    kd_tensor *x = node->in[0];
    kdi_walk w = kdi_walk_of(node->out->shape, x->shape, x->shape);
    double *sum = kdi_scratch_zero_doubles(x, kd_numel(x));
    while (kdi_walk_next(&w)) {
        const kd_real *g = node->out->grad + w.out;
        if (w.step[0] == 0)
            sum[w.at[0]] += kdi_sum(g, w.run);
        else
            for (int64_t i = 0; i < w.run; i++)
                sum[w.at[0] + i] += g[i];
    }
    kdi_grad_add_doubles(x, sum);
}

kd_tensor *kd_broadcast_to(kd_tensor *x, kd_shape s)
{
    if (kdi_unfit("kd_broadcast_to", 1, &x))
        return kdi_poison();
    kd_shape both;
    if (!kdi_broadcast(x->shape, s, &both) || !kd_shape_equal(both, s))
        return kdi_refuse("kd_broadcast_to", "%s does not broadcast to %s", kd_shape_text(x->shape),
                          kd_shape_text(s));
    kd_tensor *y = kdi_out("kd_broadcast_to", KD_REAL_T, s, broadcast_backward, NULL, 1, &x);
    kdi_walk w = kdi_walk_of(s, x->shape, x->shape);
    while (!kd_is_poisoned(y) && kdi_walk_next(&w))
        for (int64_t i = 0; i < w.run; i++)
            kdi_r(y)[w.out + i] = kdi_r(x)[w.at[0] + i * w.step[0]];
    return y;
}
