/* Gradient rows: what networks of sequences are made of. */
#include "grad.h"

GRAD(kd_layer_norm, "2x3 3 3; 3x17 17 17; 2x2x20 20 20; 70x2 2 2",
     kd_layer_norm(x[0], x[1], x[2], 1e-5))
GRAD(kd_gelu, "2x3; 1x40; 1", kd_gelu(x[0]), .lo = -5, .hi = 5)
GRAD(kd_gelu_tanh, "2x3; 1x40; 1", kd_gelu_tanh(x[0]), .lo = -5, .hi = 5)

static kd_tensor *mask_of(kd_tensor *x)
{
    static const double keep[] = { 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1 };
    return kd_from_reals(x, KD_SHAPE(kd_dim(x, 0), kd_dim(x, 1)), keep);
}

static kd_tensor *offsets(kd_tensor *x)
{
    return kd_from_i64s(x, KD_SHAPE(5), (const int64_t[]){ 0, 3, 3, 4, kd_dim(x, 0) });
}

GRAD(kd_attention, "2x3x4 2x3x4 2x3x4; 1x1x2 1x1x2 1x1x2; 1x18x2 1x18x2 1x18x2",
     kd_attention(x[0], x[1], x[2], 2, NULL, false))
GRAD(kd_attention, "2x5x6 2x5x6 2x5x6; 3x2x3 3x2x3 3x2x3",
     kd_attention(x[0], x[1], x[2], 3, mask_of(x[0]), false))
GRAD(kd_attention, "2x3x4 2x3x4 2x3x4", kd_attention(x[0], x[1], x[2], 1, NULL, true))
GRAD(kd_attention, "1x4x4", kd_attention(x[0], x[0], x[0], 2, mask_of(x[0]), true))
GRAD(kd_self_attention, "2x3x12; 1x1x6", kd_self_attention(x[0], NULL, 2, false))
GRAD(kd_self_attention, "6x12; 4x6", kd_self_attention(x[0], offsets(x[0]), 2, false))
GRAD(kd_self_attention, "7x12", kd_self_attention(x[0], offsets(x[0]), 1, true))

static kd_tensor *some(kd_tensor *x)
{
    return kd_from_i64s(x, KD_SHAPE(2, 3), (const int64_t[]){ 0, -1, 2, 2, 1, -1 });
}

static kd_tensor *room(kd_tensor *x)
{
    static const int64_t n[] = { 3, 2, 1, 0, 5, 4, 3, 2 };
    return kd_from_i64s(x, KD_SHAPE(kd_dim(x, 0)), n);
}

GRAD(kd_gather_or_zero, "3x4; 4x1", kd_gather_or_zero(x[0], some(x[0])))
GRAD(kd_windows, "8x3 4x2x3 1x3x3 4 1; 2x1 2x1x1 2x3x1 2 2; 1x2 3x1x2 1x4x2 3 1",
     kd_windows(x[0], room(x[0]), x + 1, x + 3, 2))
GRAD(kd_lstm, "6x3 8x3 8x2 8 8; 4x1 4x1 4x1 4 4; 9x2 12x2 12x3 12 12",
     kd_lstm(x[0], offsets(x[0]), x[1], x[2], x[3], x[4], false, NULL))
GRAD(kd_lstm, "6x3 8x3 8x2 8 8; 4x1 4x1 4x1 4 4",
     kd_lstm(x[0], offsets(x[0]), x[1], x[2], x[3], x[4], true, NULL))
