/* Relations between the positions of a sequence, as MiniLM compares them: made of other operators.
 */
#include "op.h"

#include <math.h>

/* N,L,D -> N*heads,L,D/heads */
static kd_tensor *split(kd_tensor *x, int64_t heads)
{
    int64_t n = kd_dim(x, 0), length = kd_dim(x, 1), width = kd_dim(x, 2);
    x = kd_reshape(x, KD_SHAPE(n, length, heads, width / heads));
    return kd_reshape(kd_transpose(x, 1, 2), KD_SHAPE(n * heads, length, width / heads));
}

static bool fit(kd_tensor *a, kd_tensor *b, int64_t heads)
{
    kd_tensor *in[] = { a, b };
    if (kdi_unfit("kd_relation", 2, in))
        return false;
    if (kd_ndim(a) == 3 && kd_shape_equal(a->shape, b->shape) && heads > 0 &&
        kd_channels(a) % heads == 0)
        return true;
    kdi_refuse("kd_relation",
               "wants two of N,L,D whose D is a multiple of %lld heads, has %s and %s",
               (long long)heads, kd_shape_text(a->shape), kd_shape_text(b->shape));
    return false;
}

kd_tensor *kd_relation(kd_tensor *a, kd_tensor *b, int64_t heads)
{
    if (!fit(a, b, heads))
        return kdi_poison();
    int64_t n = kd_dim(a, 0), length = kd_dim(a, 1), each = kd_channels(a) / heads;
    kd_tensor *score = kd_matmul_nt(split(a, heads), split(b, heads));
    score = kd_scale(score, (kd_real)(1 / sqrt((double)each)));
    return kd_reshape(score, KD_SHAPE(n, heads, length, length));
}

/* N,1,L,1: each text counts 1, each of its tokens alike */
static kd_tensor *shares(kd_tensor *mask)
{
    kd_shape s = mask->shape;
    kd_tensor *w = kd_zeros_like(mask, KD_SHAPE(s.d[0], 1, s.d[1], 1));
    for (int64_t i = 0; i < s.d[0]; i++) {
        const kd_real *m = kdi_r(mask) + i * s.d[1];
        double tokens = kdi_sum(m, s.d[1]);
        for (int64_t k = 0; k < s.d[1] && tokens > 0; k++)
            kdi_r(w)[i * s.d[1] + k] = (kd_real)(m[k] / tokens);
    }
    return w;
}

kd_tensor *kd_relation_kl(kd_tensor *zs, kd_tensor *zt, kd_tensor *mask)
{
    kd_tensor *in[] = { zs, zt };
    if (kdi_unfit("kd_relation_kl", 2, in))
        return kdi_poison();
    if (kd_ndim(zs) != 4 || !kd_shape_equal(zs->shape, zt->shape))
        return kdi_refuse("kd_relation_kl", "wants two of N,heads,L,L, has %s and %s",
                          kd_shape_text(zs->shape), kd_shape_text(zt->shape));
    kd_tensor *rows = kd_kl_rows(kd_mask_keys(zs, mask), kd_mask_keys(zt, mask), 1);
    return !mask || kd_is_poisoned(rows) ? kd_mean(rows) : kd_mean_where(rows, shares(mask));
}
