/* Gradient rows: elementwise operators of two inputs, with and without broadcasting. */
#include "grad.h"

#define SETS                                                                                       \
    "2x3 2x3; 2x3 3; 3 2x3; 2x1 1x3; 1 1x4; 2x3 1; 4x1 1; 2x3x2 3x1; 2x1x2 2x3x1; 1x2x2x3 "        \
    "2x1x1x3; "                                                                                    \
    "5 5; 1x3 1x3; 20x3 20x3; 2x600 1x600; 600 1"

GRAD(kd_add, SETS, kd_add(x[0], x[1]))
GRAD(kd_sub, SETS, kd_sub(x[0], x[1]))
GRAD(kd_mul, SETS, kd_mul(x[0], x[1]))
GRAD(kd_div, SETS, kd_div(x[0], x[1]), .lo = 1, .hi = 3)
GRAD(kd_max, SETS, kd_max(x[0], x[1]))
GRAD(kd_min, SETS, kd_min(x[0], x[1]))
GRAD(kd_greater, SETS, kd_greater(x[0], x[1]), .no_gradient = true)
GRAD(kd_add_n, "2x3 2x3 2x3; 4 4 4", kd_add_n(x, 3))
GRAD(kd_add_n, "2x3", kd_add_n(x, 1))

/* the same tensor on both sides */
GRAD(kd_add, "2x3", kd_add(x[0], x[0]))
GRAD(kd_mul, "2x3", kd_mul(x[0], x[0]))
GRAD(kd_sub, "3 2x3", kd_sub(kd_mul(x[0], x[1]), x[0]))
GRAD(kd_add_n, "3", kd_add_n((kd_tensor *[]){ x[0], x[0], x[0] }, 3))
