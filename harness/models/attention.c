/* Attention that shows itself, and the blocks of transformers. */
#include "models/attention.h"

#include <math.h>

/* ---- showing ------------------------------------------------------------------------------ */

/* N,L,D -> N*heads,L,D/heads */
static kd_tensor *split(kd_tensor *x, int heads)
{
    static const int order[] = { 0, 2, 1, 3 };
    int64_t n = kd_dim(x, 0), l = kd_dim(x, 1), size = kd_channels(x) / heads;
    x = kd_permute(kd_reshape(x, KD_SHAPE(n, l, heads, size)), order);
    return kd_reshape(x, KD_SHAPE(n * heads, l, size));
}

static kd_tensor *join(kd_tensor *x, int heads)
{
    static const int order[] = { 0, 2, 1, 3 };
    int64_t n = kd_dim(x, 0) / heads, l = kd_dim(x, 1), size = kd_channels(x);
    x = kd_permute(kd_reshape(x, KD_SHAPE(n, heads, l, size)), order);
    return kd_reshape(x, KD_SHAPE(n, l, heads * size));
}

/* scores of keys that may not be looked at: so low that their exponential is 0 */
static const kd_real HIDDEN = (kd_real)-1e30;

static kd_tensor *hide_padding(kd_tensor *score, kd_tensor *mask)
{
    if (!mask)
        return score;
    kd_tensor *hidden = kd_scale(kd_shift(mask, -1), -HIDDEN);
    return kd_add(score, kd_reshape(hidden, KD_SHAPE(kd_dim(mask, 0), 1, 1, kd_dim(mask, 1))));
}

static kd_tensor *hide_later(kd_tensor *score)
{
    int64_t l = kd_dim(score, 3);
    kd_tensor *hidden = kd_zeros_like(score, KD_SHAPE(1, 1, l, l));
    for (int64_t i = 0; !kd_is_poisoned(hidden) && i < l; i++)
        for (int64_t j = i + 1; j < l; j++)
            kd_reals(hidden)[i * l + j] = HIDDEN;
    return kd_add(score, hidden);
}

static void show(kd_net *net, const char *what, int number, kd_tensor *x)
{
    kd_net_output(net, kd_numbered(what, number), x);
}

static kd_tensor *attend_shown(kd_net *net, int number, kd_tensor *const part[3], int heads,
                               kd_tensor *mask, bool causal)
{
    int64_t n = kd_dim(part[0], 0), l = kd_dim(part[0], 1), width = kd_channels(part[0]);
    kd_real scale = (kd_real)(1 / sqrt((double)width / heads));
    kd_tensor *score = kd_matmul_nt(split(part[0], heads), split(part[1], heads));
    score = kd_reshape(kd_scale(score, scale), KD_SHAPE(n, heads, l, l));
    kd_tensor *seen = hide_padding(score, mask);
    kd_tensor *p = kd_softmax(causal ? hide_later(seen) : seen);
    if (mask) /* padding looks at nothing */
        p = kd_mul(p, kd_reshape(mask, KD_SHAPE(n, 1, l, 1)));
    show(net, "query", number, part[0]);
    show(net, "key", number, part[1]);
    show(net, "value", number, part[2]);
    show(net, "score", number, score);
    show(net, "attention", number, p);
    return join(kd_matmul(kd_reshape(p, KD_SHAPE(n * heads, l, l)), split(part[2], heads)), heads);
}

kd_tensor *kdi_attend(kd_net *net, int number, kd_tensor *qkv, int heads, kd_tensor *mask,
                      bool causal)
{
    kd_tensor *part[3];
    int64_t width = kd_channels(qkv) / 3;
    if (kd_is_poisoned(qkv) || (!kd_net_shows_attention(net) && !mask))
        return kd_self_attention(qkv, NULL, heads, causal);
    for (int i = 0; i < 3; i++)
        part[i] = kd_slice(qkv, 2, i * width, (i + 1) * width);
    if (!kd_net_shows_attention(net))
        return kd_attention(part[0], part[1], part[2], heads, mask, causal);
    return attend_shown(net, number, part, heads, mask, causal);
}

/* ---- drawing --------------------------------------------------------------------------------- */

void kdi_draw_narrow(kd_scope *scope, kd_tensor *x)
{
    for (int64_t i = 0, n = scope->rng ? kd_numel(x) : 0; i < n; i++) {
        double z = kdi_normal(scope->rng);
        while (fabs(z) > 2)
            z = kdi_normal(scope->rng);
        kdi_r(x)[i] = (kd_real)(0.02 * z);
    }
}

kd_layer *kdi_narrow_linear(kd_scope *in, const char *name, int64_t from, int64_t to)
{
    kd_layer *l = kd_linear_new(in, name, from, to);
    kdi_draw_narrow(in, l->weight);
    kd_fill(l->bias, 0);
    return l;
}

/* ---- blocks ------------------------------------------------------------------------------------
 */

kdi_block kdi_block_new(kd_scope *in, const kdi_block_names *names, kdi_block_spec spec)
{
    int64_t width = spec.width;
    kdi_block b = { .spec = spec, .norm1 = kd_layernorm_new(in, names->norm1, width, spec.eps) };
    kd_scope *attention = kd_scope_new(in, names->attention);
    b.qkv = kdi_narrow_linear(attention, names->qkv, width, 3 * width);
    b.proj = kdi_narrow_linear(attention, names->proj, width, width);
    b.norm2 = kd_layernorm_new(in, names->norm2, width, spec.eps);
    kd_scope *mlp = kd_scope_new(in, names->mlp);
    b.fc1 = kdi_narrow_linear(mlp, names->fc1, width, spec.hidden);
    b.fc2 = kdi_narrow_linear(mlp, names->fc2, spec.hidden, width);
    return b;
}

kd_tensor *kdi_block_apply(const kdi_block *b, kd_net *net, int number, kd_tensor *x)
{
    kd_tensor *qkv = kd_apply(b->qkv, kd_apply(b->norm1, x));
    kd_tensor *y = kdi_attend(net, number, qkv, b->spec.heads, NULL, b->spec.causal);
    x = kd_add(x, kd_apply(b->proj, y));
    y = b->spec.act(kd_apply(b->fc1, kd_apply(b->norm2, x)));
    return kd_add(x, kd_apply(b->fc2, y));
}
