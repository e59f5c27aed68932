/* Gradient rows: clouds of points. */
#include "grad.h"

#define CLOUDS "2x7x3; 1x4x3; 2x5x6"

static kd_tensor *offsets(kd_tensor *like)
{
    return kd_from_i64s(like, KD_SHAPE(5), (const int64_t[]){ 0, 2, 2, 5, 6 });
}

GRAD(kd_farthest_points, CLOUDS, kd_farthest_points(x[0], 3), .no_gradient = true)
GRAD(kd_nearest, CLOUDS, kd_nearest(x[0], x[0], 3), .no_gradient = true)
GRAD(kd_ball_query, CLOUDS, kd_ball_query(x[0], x[0], 1, 3), .no_gradient = true)
GRAD(kd_group, CLOUDS, kd_group(x[0], grad_indices(x[0], KD_SHAPE(kd_dim(x[0], 0), 2, 5), 4)))
GRAD(kd_group, "2x3x1; 1x4x2", kd_group(x[0], grad_indices(x[0], KD_SHAPE(kd_dim(x[0], 0), 9), 3)))
GRAD(kd_segment_sum, "6x3; 6x1", kd_segment_sum(x[0], offsets(x[0])))
GRAD(kd_segment_mean, "6x3; 6x1", kd_segment_mean(x[0], offsets(x[0])))
GRAD(kd_segment_max, "6x3; 6x1", kd_segment_max(x[0], offsets(x[0])))

/* inputs, the convolution's weight and bias, gamma and beta: layers whose tensors these become */
static kd_layer *conv_of(kd_tensor **x, bool bias)
{
    kd_layer *conv = kd_conv2d_new(grad_scope(), "conv",
                                   (kd_conv_spec){ .in = kd_channels(x[1]),
                                                   .out = kd_dim(x[1], 0),
                                                   .kernel = 1,
                                                   .bias = bias });
    conv->weight = x[1];
    if (bias)
        conv->bias = x[4];
    return conv;
}

static kd_layer *norm_of(kd_tensor **x)
{
    kd_layer *bn = kd_batchnorm_new(grad_scope(), "bn", kd_dim(x[1], 0));
    bn->weight = x[2];
    bn->bias = x[3];
    return bn;
}

static kd_tensor *neighbours(kd_tensor *x)
{
    return grad_indices(x, KD_SHAPE(kd_dim(x, 0), kd_dim(x, 1), 3), kd_dim(x, 1));
}

#define MAXED "2x5x3 4x1x1x3 4 4 4; 2x2x3x2 3x1x1x2 3 3 3; 1x130x2 5x1x1x2 5 5 5"
#define EDGED "2x5x3 4x1x1x6 4 4; 1x4x1 2x1x1x2 2 2; 1x20x2 3x1x1x4 3 3"

GRAD(kd_apply_conv_bn_max, MAXED, kd_apply_conv_bn_max(conv_of(x, true), norm_of(x), x[0]))
GRAD(kd_apply_conv_bn_max, MAXED, kd_apply_conv_bn_max(conv_of(x, true), norm_of(x), x[0]),
     .eval = true)
GRAD(kd_apply_conv_bn_max, "2x5x3 4x1x1x3 4 4",
     kd_apply_conv_bn_max(conv_of(x, false), norm_of(x), x[0]))
GRAD(kd_apply_edge_conv, EDGED,
     kd_apply_edge_conv(conv_of(x, false), norm_of(x), x[0], neighbours(x[0])))
GRAD(kd_apply_edge_conv, EDGED,
     kd_apply_edge_conv(conv_of(x, false), norm_of(x), x[0], neighbours(x[0])), .eval = true)
