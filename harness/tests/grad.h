/* grad.h - rows of the gradient test. One row an operator:
 *
 *   GRAD(kd_log, "2x3; 1x4", kd_log(x[0]), .lo = 0.5, .hi = 2)
 *
 * name of the operator; sets of input shapes (inputs apart by a space, sets by a semicolon); an
 * expression that builds the output from the inputs x[0], x[1]...; options by name. The expression
 * runs many times and must do the same each time. An operator may have several rows. */
#ifndef KDI_GRAD_H
#define KDI_GRAD_H

#include "engine/engine.h"

#include <math.h>

enum { GRAD_MAX_INPUTS = 6, GRAD_MAX_KINKS = 4 };

typedef struct grad_row grad_row;
struct grad_row {
    const char *op, *sets;
    kd_tensor *(*build)(kd_tensor **x);
    double lo, hi;               /* inputs are distinct numbers between; both 0 means -2, 2 */
    double kink[GRAD_MAX_KINKS]; /* inputs stay 0.05 away from the first `kinks` of these */
    int kinks;
    double factor;    /* gradient = factor * derivative; 0 means 1 (kd_grad_reverse) */
    bool no_gradient; /* the output must not be tracked */
    bool eval;        /* run with engine->training off */
    const char *only; /* inputs to check as "02"; NULL: all */
    grad_row *next;
};

void grad_add(grad_row *row);

/* for expressions: a scope to make layers in; n labels below `classes`; the same for any shape */
kd_scope *grad_scope(void);
kd_tensor *grad_labels(kd_tensor *like, int64_t n, int64_t classes);
kd_tensor *grad_indices(kd_tensor *like, kd_shape s, int64_t below);

#define GRAD_CAT2(a, b) a##b
#define GRAD_CAT(a, b)  GRAD_CAT2(a, b)
#define GRAD(operator_name, shape_sets, expression, ...)                                           \
    GRAD_(__COUNTER__, operator_name, shape_sets, expression, __VA_ARGS__)
#define GRAD_(id, operator_name, shape_sets, expression, ...)                                      \
    static kd_tensor *GRAD_CAT(grad_build_, id)(kd_tensor * *x)                                    \
    {                                                                                              \
        return expression;                                                                         \
    }                                                                                              \
    static grad_row GRAD_CAT(grad_row_, id) = {                                                    \
        .op = #operator_name, .sets = shape_sets, .build = GRAD_CAT(grad_build_, id), __VA_ARGS__  \
    };                                                                                             \
    __attribute__((constructor)) static void GRAD_CAT(grad_add_, id)(void)                         \
    {                                                                                              \
        (void)&operator_name;                                                                      \
        grad_add(&GRAD_CAT(grad_row_, id));                                                        \
    }

#endif
