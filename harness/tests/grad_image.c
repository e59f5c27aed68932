/* Gradient rows: convolution, pooling, resizing, batch-norm. */
#include "grad.h"

GRAD(kd_conv2d, "1x4x5x2 3x3x3x2 3; 2x3x3x1 2x3x3x1 2", kd_conv2d(x[0], x[1], x[2], 1, 1, 1))
GRAD(kd_conv2d, "2x5x4x2 3x3x3x2; 1x7x7x1 2x3x3x1", kd_conv2d(x[0], x[1], NULL, 2, 1, 1))
GRAD(kd_conv2d, "2x3x2x4 3x1x1x4 3; 1x1x1x2 1x1x1x2 1", kd_conv2d(x[0], x[1], x[2], 1, 0, 0))
GRAD(kd_conv2d, "2x4x3x3 2x1x1x3", kd_conv2d(x[0], x[1], NULL, 2, 0, 1))
GRAD(kd_conv2d, "2x4x4x4 6x3x3x2 6", kd_conv2d(x[0], x[1], x[2], 1, 1, 2))
GRAD(kd_conv2d, "2x4x5x3 3x3x3x1 3; 1x5x5x3 3x5x5x1 3", kd_conv2d(x[0], x[1], x[2], 2, 2, 3))
GRAD(kd_conv2d, "1x4x4x2 4x3x3x1 4", kd_conv2d(x[0], x[1], x[2], 1, 1, 2))
GRAD(kd_conv2d, "1x6x5x2 2x4x4x2 2", kd_conv2d(x[0], x[1], x[2], 1, 0, 1))

GRAD(kd_conv_transpose2d, "2x3x2x2 2x4x4x3 3; 1x1x1x2 2x4x4x1 1",
     kd_conv_transpose2d(x[0], x[1], x[2], 2, 1, 1))
GRAD(kd_conv_transpose2d, "2x3x3x4 4x3x3x1 2", kd_conv_transpose2d(x[0], x[1], x[2], 1, 1, 2))
GRAD(kd_conv_transpose2d, "1x3x2x2 2x2x2x3", kd_conv_transpose2d(x[0], x[1], NULL, 2, 0, 1))

GRAD(kd_max_pool2d, "2x4x4x3; 1x5x5x1", kd_max_pool2d(x[0], 2, 2, 0))
GRAD(kd_max_pool2d, "2x5x4x2; 1x3x3x1", kd_max_pool2d(x[0], 3, 2, 1))
GRAD(kd_avg_pool2d, "2x4x4x3; 1x5x5x1", kd_avg_pool2d(x[0], 2, 2, 0))
GRAD(kd_avg_pool2d, "2x5x4x2; 1x3x3x1", kd_avg_pool2d(x[0], 3, 1, 1))
GRAD(kd_adaptive_avg_pool2d, "2x7x5x2; 1x3x3x1; 2x2x2x2", kd_adaptive_avg_pool2d(x[0], 3, 2))
GRAD(kd_adaptive_avg_pool2d, "2x2x3x2", kd_adaptive_avg_pool2d(x[0], 5, 4))
GRAD(kd_global_avg_pool, "2x3x4x3; 1x1x1x2", kd_global_avg_pool(x[0]))
GRAD(kd_upsample_nearest, "2x2x3x2; 1x1x1x1; 1x4x4x1", kd_upsample_nearest(x[0], 4, 5))
GRAD(kd_upsample_bilinear, "2x2x3x2; 1x1x1x1; 1x7x8x1", kd_upsample_bilinear(x[0], 4, 5))
GRAD(kd_channel_shuffle, "2x2x3x6; 1x6", kd_channel_shuffle(x[0], 2))
GRAD(kd_channel_shuffle, "1x2x1x6", kd_channel_shuffle(x[0], 3))

static kd_tensor *matched_sum(kd_tensor *a, kd_tensor *b)
{
    kd_match_size(&a, &b);
    return kd_add(a, b);
}

GRAD(kd_match_size, "2x4x4x2 2x2x2x2; 1x2x3x1 1x5x6x1", matched_sum(x[0], x[1]))

/* a batch-norm whose gamma and beta are inputs, and whose running statistics are not trivial */
static kd_layer *norm_of(kd_tensor *gamma, kd_tensor *beta)
{
    kd_layer *bn = kd_batchnorm_new(grad_scope(), "bn", kd_numel(gamma));
    kd_fill(bn->mean, 0.3);
    kd_fill(bn->var, 2.5);
    bn->weight = gamma;
    bn->bias = beta;
    return bn;
}

#define BN_SETS          "2x3x3x2 2 2; 1x2x2x3 3 3; 5x3 3 3"
#define BN_RESIDUAL_SETS "2x3x3x2 2 2 2x3x3x2; 1x2x2x3 3 3 1x2x2x3"

GRAD(kd_apply, BN_SETS, kd_apply(norm_of(x[1], x[2]), x[0]))
GRAD(kd_apply, BN_SETS, kd_apply(norm_of(x[1], x[2]), x[0]), .eval = true)
GRAD(kd_apply_bn_act, BN_SETS, kd_apply_bn_act(norm_of(x[1], x[2]), x[0], NULL, KD_ACT_RELU))
GRAD(kd_apply_bn_act, BN_SETS, kd_apply_bn_act(norm_of(x[1], x[2]), x[0], NULL, KD_ACT_LEAKY))
GRAD(kd_apply_bn_act, BN_SETS, kd_apply_bn_act(norm_of(x[1], x[2]), x[0], NULL, KD_ACT_RELU6),
     .lo = -9, .hi = 9)
GRAD(kd_apply_bn_act, BN_RESIDUAL_SETS,
     kd_apply_bn_act(norm_of(x[1], x[2]), x[0], x[3], KD_ACT_NONE))
GRAD(kd_apply_bn_act, BN_RESIDUAL_SETS,
     kd_apply_bn_act(norm_of(x[1], x[2]), x[0], x[3], KD_ACT_RELU))
GRAD(kd_apply_bn_act, BN_RESIDUAL_SETS,
     kd_apply_bn_act(norm_of(x[1], x[2]), x[0], x[3], KD_ACT_RELU), .eval = true)
/* the residual is the input itself: both gradients meet in one tensor */
GRAD(kd_apply_bn_act, BN_SETS, kd_apply_bn_act(norm_of(x[1], x[2]), x[0], x[0], KD_ACT_RELU))

GRAD(kd_groupnorm, "2x3x2x4 4 4; 1x5x6 6 6; 3x2 2 2", kd_groupnorm(x[0], x[1], x[2], 2, 1e-5))
GRAD(kd_groupnorm, "2x2x3x3 3 3; 1x4x1 1 1", kd_groupnorm(x[0], x[1], x[2], 1, 0.1))

/* weights that no gradient is asked of */
static kd_layer *some_linear(int64_t from, int64_t to)
{
    kd_layer *l = kd_linear_new(grad_scope(), "linear", from, to);
    for (int64_t i = 0; i < from * to; i++)
        kdi_r(l->weight)[i] = (kd_real)(i % 5) - 2;
    kd_fill(l->bias, 1);
    return l;
}

GRAD(kd_apply_frozen, "3x4", kd_apply_frozen(some_linear(4, 2), x[0]))

static kd_layer *conv_of(kd_tensor *weight, int stride)
{
    kd_layer *conv = kd_conv2d_new(grad_scope(), "conv",
                                   (kd_conv_spec){ .in = kd_channels(weight),
                                                   .kernel = 3,
                                                   .out = kd_dim(weight, 0),
                                                   .stride = stride,
                                                   .pad = 1 });
    conv->weight = weight;
    return conv;
}

GRAD(kd_apply_conv_bn, "2x4x3x2 3x3x3x2 3 3",
     kd_apply_conv_bn(conv_of(x[1], 1), norm_of(x[2], x[3]), x[0], NULL, KD_ACT_RELU))
GRAD(kd_apply_conv_bn, "2x4x4x2 3x3x3x2 3 3 2x2x2x3",
     kd_apply_conv_bn(conv_of(x[1], 2), norm_of(x[2], x[3]), x[0], x[4], KD_ACT_RELU), .eval = true)
