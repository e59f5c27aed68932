/* Gradient rows: means over what counts, masked keys, cosines, relations. */
#include "grad.h"

/* every third is 0 */
static kd_tensor *holes(kd_tensor *like, kd_shape s)
{
    kd_tensor *w = kd_full_like(like, s, 1);
    for (int64_t i = 0; i < kd_numel(w); i++)
        kdi_r(w)[i] = (kd_real)(i % 3);
    return w;
}

static kd_tensor *mask_of(kd_tensor *score)
{
    return holes(score, KD_SHAPE(kd_dim(score, 0), kd_channels(score)));
}

GRAD(kd_mean_where, "2x3x4; 1x3x1", kd_mean_where(x[0], holes(x[0], kd_shape_of(x[0]))))
GRAD(kd_mean_where, "2x3x4", kd_mean_where(x[0], holes(x[0], KD_SHAPE(2, 3, 1))))
GRAD(kd_mean_where, "2x3x4", kd_mean_where(x[0], holes(x[0], KD_SHAPE(4))))
GRAD(kd_mean_where, "2x2", kd_mean_where(kd_square(x[0]), kd_full_like(x[0], KD_SHAPE(1), 3)))
GRAD(kd_mean_where, "2x3", kd_mean_where(x[0], kd_zeros_like(x[0], KD_SHAPE(2, 1))))
GRAD(kd_mask_keys, "2x3x3; 2x2x3x4; 3x4", kd_softmax(kd_mask_keys(x[0], mask_of(x[0]))))
GRAD(kd_cosine, "3x4 3x4; 1x5 1x5; 2x2x3 2x2x3; 4 4", kd_cosine(x[0], x[1]))
GRAD(kd_cosine, "3x4", kd_cosine(x[0], kd_square(x[0])))

static kd_tensor *two_texts(kd_tensor *score)
{
    static const kd_real mask[] = { 1, 1, 0, 1, 1, 1 };
    return kd_from_reals(score, KD_SHAPE(2, 3), mask);
}

GRAD(kd_relation, "2x3x4 2x3x4; 1x2x2 1x2x2", kd_relation(x[0], x[1], 2))
GRAD(kd_relation, "2x3x4", kd_relation(x[0], x[0], 1))
GRAD(kd_relation_kl, "2x2x3x3 2x2x3x3", kd_relation_kl(x[0], x[1], two_texts(x[0])))
GRAD(kd_relation_kl, "1x2x3x3 1x2x3x3", kd_relation_kl(x[0], x[1], NULL))
