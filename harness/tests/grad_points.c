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
