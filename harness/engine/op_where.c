/* Means over the places that count, keys that attention may look at, cosines of rows: what losses
 * of texts need, whose ends are padding. */
#include "op.h"

#include <math.h>

/* ---- mean over the elements that a weight counts ------------------------------------------ */

typedef struct where {
    kdi_walk walk;
    const kd_real *weight;
    double total; /* of the weights */
} where;

static void mean_where_backward(const kdi_node *node)
{
    const where *aux = node->aux;
    kdi_walk w = aux->walk;
    kd_real beta, *d = kdi_grad_raw(node->in[0], &beta);
    kd_real g = aux->total != 0 ? (kd_real)(node->out->grad[0] / aux->total) : 0;
    while (kdi_walk_next(&w))
        for (int64_t i = 0; i < w.run; i++) {
            kd_real *to = d + w.at[0] + i;
            *to = g * aux->weight[w.at[1] + i * w.step[1]] + (beta == 0 ? 0 : *to);
        }
}

kd_tensor *kd_mean_where(kd_tensor *x, kd_tensor *weight)
{
    kd_tensor *in[] = { x, weight };
    kd_shape s;
    if (kdi_unfit("kd_mean_where", 2, in))
        return kdi_poison();
    if (!kdi_broadcast(x->shape, weight->shape, &s) || kd_shape_numel(s) != kd_numel(x))
        return kdi_refuse("kd_mean_where", "weights %s do not broadcast to %s",
                          kd_shape_text(weight->shape), kd_shape_text(x->shape));
    where aux = { kdi_walk_of(s, x->shape, weight->shape), kdi_r(weight), 0 };
    double sum = 0;
    for (kdi_walk w = aux.walk; kdi_walk_next(&w);)
        for (int64_t i = 0; i < w.run; i++) {
            double each = aux.weight[w.at[1] + i * w.step[1]];
            aux.total += each;
            sum += each != 0 ? each * kdi_r(x)[w.at[0] + i] : 0;
        }
    kd_tensor *y = kdi_out("kd_mean_where", KD_REAL_T, KD_SHAPE(1), mean_where_backward,
                           kdi_keep(x, &aux, sizeof aux), 1, in);
    kdi_r(y)[0] = (kd_real)(aux.total != 0 ? sum / aux.total : 0);
    return y;
}

/* ---- keys that are padding ------------------------------------------------------------------ */

kd_tensor *kd_mask_keys(kd_tensor *score, kd_tensor *mask)
{
    if (!mask)
        return score;
    kd_tensor *in[] = { score, mask };
    if (kdi_unfit("kd_mask_keys", 2, in))
        return kdi_poison();
    kd_shape s = score->shape, m = mask->shape;
    if (s.n < 2 || m.n != 2 || m.d[0] != s.d[0] || m.d[1] != s.d[s.n - 1])
        return kdi_refuse("kd_mask_keys", "wants scores N,..,L and a mask N,L, has %s and %s",
                          kd_shape_text(s), kd_shape_text(m));
    const kd_real low = (kd_real)-1e30; /* finite, so that equal ones are 0 apart */
    kd_shape keys = { .n = s.n, .d = { 1, 1, 1, 1, 1, 1 } };
    keys.d[0] = s.d[0];
    keys.d[s.n - 1] = m.d[1];
    kd_tensor *bias = kd_zeros_like(mask, keys);
    for (int64_t i = 0; i < kd_numel(mask); i++)
        kdi_r(bias)[i] = kdi_r(mask)[i] != 0 ? 0 : low;
    return kd_add(score, bias);
}

/* ---- cosines of rows ------------------------------------------------------------------------- */

static const double SHORTEST = 1e-12; /* torch's cosine_embedding_loss */

typedef struct lengths {
    double *a, *b; /* squares, a row */
} lengths;

/* d cos/da = b / (|a||b|) - cos a / |a|^2 */
static void slope_of_one(const kdi_node *node, int one, const double *own, const double *other)
{
    const kd_tensor *y = node->out;
    int64_t n = kd_channels(node->in[one]), rows = kd_numel(y);
    const kd_real *x = kdi_r(node->in[one]), *o = kdi_r(node->in[1 - one]);
    kd_real beta, *d = kdi_grad_raw(node->in[one], &beta);
    for (int64_t r = 0; d && r < rows; r++)
        for (int64_t i = r * n; i < (r + 1) * n; i++) {
            double slope = o[i] / sqrt(own[r] * other[r]) - kdi_r(y)[r] * (double)x[i] / own[r];
            d[i] = (kd_real)(y->grad[r] * slope + (beta == 0 ? 0 : d[i]));
        }
}

static void cosine_backward(const kdi_node *node)
{
    const lengths *aux = node->aux;
    slope_of_one(node, 0, aux->a, aux->b);
    slope_of_one(node, 1, aux->b, aux->a);
}

kd_tensor *kd_cosine(kd_tensor *a, kd_tensor *b)
{
    kd_tensor *in[] = { a, b };
    if (kdi_unfit("kd_cosine", 2, in))
        return kdi_poison();
    if (!kd_shape_equal(a->shape, b->shape) || kd_ndim(a) < 1)
        return kdi_refuse("kd_cosine", "wants two of one shape, has %s and %s",
                          kd_shape_text(a->shape), kd_shape_text(b->shape));
    int64_t n = kd_channels(a), rows = kd_rows(a);
    lengths aux = { kdi_scratch_zero_doubles(a, rows), kdi_scratch_zero_doubles(a, rows) };
    kd_shape s = a->shape;
    s.d[s.n - 1] = 1;
    kd_tensor *y =
        kdi_out("kd_cosine", KD_REAL_T, s, cosine_backward, kdi_keep(a, &aux, sizeof aux), 2, in);
    for (int64_t r = 0; r < rows; r++) {
        const kd_real *x = kdi_r(a) + r * n, *o = kdi_r(b) + r * n;
        aux.a[r] = kdi_dot(x, x, n) + SHORTEST;
        aux.b[r] = kdi_dot(o, o, n) + SHORTEST;
        kdi_r(y)[r] = (kd_real)(kdi_dot(x, o, n) / sqrt(aux.a[r] * aux.b[r]));
    }
    return y;
}
