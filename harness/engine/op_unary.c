/* Elementwise operators of one input. Each is two formulas: the value from x, and the derivative
 * from x and the value y; a and b are the operator's numbers, if it has any. */
#include "op.h"

#include <math.h>

#ifdef KD_DOUBLE
#define FN(name) name
#else
#define FN(name) name##f
#endif

typedef struct numbers {
    kd_real a, b;
} numbers;

typedef void forward_loop(int64_t n, const kd_real *x, kd_real *y, kd_real a, kd_real b);

static kd_tensor *unary(const char *op, kd_tensor *x, numbers num, forward_loop *forward,
                        kdi_backward *backward)
{
    if (kdi_unfit(op, 1, &x))
        return kdi_poison();
    numbers *keep = kdi_keep(x, &num, sizeof num);
    kd_tensor *y = kdi_out(op, KD_REAL_T, x->shape, backward, keep, 1, &x);
    if (!kd_is_poisoned(y))
        forward(kd_numel(x), kdi_r(x), kdi_r(y), num.a, num.b);
    return y;
}

/* The two loops of one operator. `value` may use X, A, B; `slope` also Y. */
#define X x_[i]
#define Y y_[i]
#define A a_
#define B b_
#define LOOPS(name, value, slope)                                                                  \
    static void name##_forward(int64_t n, const kd_real *restrict x_, kd_real *restrict y_,        \
                               kd_real a_, kd_real b_)                                             \
    {                                                                                              \
        (void)a_, (void)b_;                                                                        \
        for (int64_t i = 0; i < n; i++)                                                            \
            Y = (value);                                                                           \
    }                                                                                              \
    static void name##_backward(const kdi_node *node)                                              \
    {                                                                                              \
        const numbers *num = node->aux;                                                            \
        const kd_real *restrict x_ = kdi_r(node->in[0]), *restrict y_ = kdi_r(node->out);          \
        const kd_real *restrict g = node->out->grad;                                               \
        kd_real a_ = num->a, b_ = num->b, beta;                                                    \
        kd_real *restrict dx = kdi_grad_raw(node->in[0], &beta);                                   \
        (void)a_, (void)b_, (void)x_, (void)y_;                                                    \
        int64_t n = kd_numel(node->out);                                                           \
        if (beta == 0)                                                                             \
            for (int64_t i = 0; i < n; i++)                                                        \
                dx[i] = g[i] * (slope);                                                            \
        else                                                                                       \
            for (int64_t i = 0; i < n; i++)                                                        \
                dx[i] += g[i] * (slope);                                                           \
    }

/* the same and the operator itself: without numbers, or with one */
#define UNARY(name, value, slope)                                                                  \
    LOOPS(name, value, slope)                                                                      \
    kd_tensor *kd_##name(kd_tensor *x)                                                             \
    {                                                                                              \
        return unary("kd_" #name, x, (numbers){ 0, 0 }, name##_forward, name##_backward);          \
    }
#define UNARY_A(name, value, slope)                                                                \
    LOOPS(name, value, slope)                                                                      \
    kd_tensor *kd_##name(kd_tensor *x, kd_real a)                                                  \
    {                                                                                              \
        return unary("kd_" #name, x, (numbers){ a, 0 }, name##_forward, name##_backward);          \
    }

/* log(1 + e^x) and 1/(1 + e^-x) without overflow: e is only ever raised to -|x| */
static inline kd_real softplus(kd_real x)
{
    return (x > 0 ? x : 0) + FN(log1p)(FN(exp)(-FN(fabs)(x)));
}

static inline kd_real sigmoid(kd_real x)
{
    kd_real e = FN(exp)(-FN(fabs)(x));
    return (x >= 0 ? 1 : e) / (1 + e);
}

/* d x*s(x) / dx = s + x s (1 - s) */
static inline kd_real silu_slope(kd_real x)
{
    kd_real s = sigmoid(x);
    return s + x * s * (1 - s);
}

/* d x^p / dx = p x^(p-1), and 0 where that is 0 times infinity */
static inline kd_real pow_slope(kd_real x, kd_real p)
{
    return p == 0 ? 0 : p * FN(pow)(x, p - 1);
}

/* Comparisons are written so that a NaN in x comes out as NaN. */
/* clang-format off */
/*      name          value                            derivative */
UNARY  (neg,          -X,                              -1)
UNARY  (exp,          FN(exp)(X),                      Y)
UNARY  (log,          FN(log)(X),                      1 / X)
UNARY  (sqrt,         FN(sqrt)(X),                     Y > 0 ? (kd_real)0.5 / Y : 0)
UNARY  (square,       X * X,                           2 * X)
UNARY  (abs,          FN(fabs)(X),                     X > 0 ? 1 : X < 0 ? -1 : 0)
UNARY  (recip,        1 / X,                           -Y * Y)
UNARY  (relu,         X <= 0 ? 0 : X,                  X > 0 ? 1 : 0)
UNARY  (relu6,        X <= 0 ? 0 : X > 6 ? 6 : X,      X > 0 && X < 6 ? 1 : 0)
UNARY  (sigmoid,      sigmoid(X),                      Y * (1 - Y))
UNARY  (silu,         X * sigmoid(X),                  silu_slope(X))
UNARY  (tanh,         FN(tanh)(X),                     1 - Y * Y)
UNARY  (softplus,     softplus(X),                     sigmoid(X))
UNARY_A(scale,        A * X,                           A)
UNARY_A(shift,        X + A,                           1)
UNARY_A(leaky_relu,   X > 0 ? X : A * X,               X > 0 ? 1 : A)
LOOPS  (grad_reverse, X,                               -A)
LOOPS  (pow,          FN(pow)(X, A),                   pow_slope(X, A))
LOOPS  (clamp,        X < A ? A : X > B ? B : X,       X >= A && X <= B ? 1 : 0)
/* clang-format on */

kd_tensor *kd_pow(kd_tensor *x, kd_real p)
{
    if (p == 2) /* the usual power, many times faster */
        return kd_square(x);
    return unary("kd_pow", x, (numbers){ p, 0 }, pow_forward, pow_backward);
}

kd_tensor *kd_clamp(kd_tensor *x, kd_real lo, kd_real hi)
{
    if (lo > hi && !kd_is_poisoned(x))
        return kdi_refuse("kd_clamp", "%s to [%g, %g], which is empty", kd_shape_text(x->shape),
                          (double)lo, (double)hi);
    return unary("kd_clamp", x, (numbers){ lo, hi }, clamp_forward, clamp_backward);
}

kd_tensor *kd_detach(kd_tensor *x)
{
    kd_tensor *y =
        kd_is_poisoned(x) ? kdi_poison() : kdi_out_alias("kd_detach", x->shape, NULL, NULL, x);
    if (!kd_is_poisoned(y))
        y->data = kdi_held(x);
    return y;
}

kd_tensor *kd_grad_reverse(kd_tensor *x, kd_real lambda)
{
    kd_tensor *y = unary("kd_grad_reverse", x, (numbers){ lambda, 0 }, grad_reverse_forward,
                         grad_reverse_backward);
    if (!kd_is_poisoned(y))
        kdi_hold_reverse(x, y, lambda);
    return y;
}
