/* Elementwise operators of two inputs, broadcast as in numpy. Each is three formulas of the
 * elements A and B: the value and both derivatives. */
#include "op.h"

#include <math.h>
#include <string.h>

/* y[i] = formula for the n elements of a run; sa and sb say whether a and b move along it, and g
 * is the output's gradient (derivatives only) */
typedef void run_formula(int64_t n, const kd_real *a, bool sa, const kd_real *b, bool sb,
                         const kd_real *g, kd_real *y);

typedef struct binary_op {
    const char *name;
    run_formula *value, *slope[2]; /* slopes are multiplied by g */
} binary_op;

typedef struct record {
    const binary_op *op;
    kdi_walk walk;
} record;

/* One derivative for an input as large as the output: run by run into its gradient. Runs go through
 * a buffer in pieces when they must be added. */
enum { PIECE = 512 };

static void piece_of(const kdi_node *node, int input, const kdi_walk *w, int64_t from, int64_t n,
                     kd_real *out)
{
    const record *rec = node->aux;
    rec->op->slope[input](n, kdi_r(node->in[0]) + w->at[0] + from * w->step[0], w->step[0],
                          kdi_r(node->in[1]) + w->at[1] + from * w->step[1], w->step[1],
                          node->out->grad + w->out + from, out);
}

static void full_gradient(const kdi_node *node, int input)
{
    kd_real beta, *d = kdi_grad_raw(node->in[input], &beta), piece[PIECE];
    kdi_walk w = ((const record *)node->aux)->walk;
    while (kdi_walk_next(&w)) {
        if (beta == 0) {
            piece_of(node, input, &w, 0, w.run, d + w.out);
            continue;
        }
        for (int64_t from = 0; from < w.run; from += PIECE) {
            int64_t n = w.run - from < PIECE ? w.run - from : PIECE;
            piece_of(node, input, &w, from, n, piece);
            for (int64_t i = 0; i < n; i++)
                d[w.out + from + i] += piece[i];
        }
    }
}

/* The same for a repeated input: its gradient is a sum, taken in double. */
static void repeated_gradient(const kdi_node *node, int input)
{
    kd_tensor *x = node->in[input];
    double *sum = kdi_scratch_zero_doubles(x, kd_numel(x));
    kd_real piece[PIECE];
    kdi_walk w = ((const record *)node->aux)->walk;
    while (kdi_walk_next(&w)) {
        double *to = sum + w.at[input];
        for (int64_t from = 0; from < w.run; from += PIECE) {
            int64_t n = w.run - from < PIECE ? w.run - from : PIECE;
            piece_of(node, input, &w, from, n, piece);
            if (w.step[input] == 0)
                *to += kdi_sum(piece, n);
            else
                for (int64_t i = 0; i < n; i++)
                    to[from + i] += piece[i];
        }
    }
    kdi_grad_add_doubles(x, sum);
}

static void binary_backward(const kdi_node *node)
{
    for (int i = 0; i < 2; i++) {
        if (!kdi_wants(node->in[i]))
            continue;
        if (kd_numel(node->in[i]) == kd_numel(node->out))
            full_gradient(node, i);
        else
            repeated_gradient(node, i);
    }
}

static kd_tensor *binary(const binary_op *op, kd_tensor *a, kd_tensor *b, kdi_backward *backward)
{
    kd_tensor *in[] = { a, b };
    kd_shape s;
    if (kdi_unfit(op->name, 2, in))
        return kdi_poison();
    if (!kdi_broadcast(a->shape, b->shape, &s))
        return kdi_refuse(op->name, "%s and %s do not broadcast to one shape",
                          kd_shape_text(a->shape), kd_shape_text(b->shape));
    record rec = { op, kdi_walk_of(s, a->shape, b->shape) };
    kd_tensor *y = kdi_out(op->name, KD_REAL_T, s, backward, kdi_keep(a, &rec, sizeof rec), 2, in);
    kdi_walk w = rec.walk;
    while (!kd_is_poisoned(y) && kdi_walk_next(&w))
        op->value(w.run, kdi_r(a) + w.at[0], w.step[0], kdi_r(b) + w.at[1], w.step[1], NULL,
                  kdi_r(y) + w.out);
    return y;
}

/* Three loops for one formula: both inputs move along the run, or one of them stands still. */
#define RUN(name, formula)                                                                         \
    static void name(int64_t n, const kd_real *a, bool sa, const kd_real *b, bool sb,              \
                     const kd_real *g, kd_real *y)                                                 \
    {                                                                                              \
        (void)g, (void)a, (void)b;                                                                 \
        if (sa && sb)                                                                              \
            for (int64_t i = 0; i < n; i++) {                                                      \
                kd_real A = a[i], B = b[i];                                                        \
                (void)A, (void)B;                                                                  \
                y[i] = formula;                                                                    \
            }                                                                                      \
        else if (sa)                                                                               \
            for (int64_t i = 0; i < n; i++) {                                                      \
                kd_real A = a[i], B = b[0];                                                        \
                (void)A, (void)B;                                                                  \
                y[i] = formula;                                                                    \
            }                                                                                      \
        else                                                                                       \
            for (int64_t i = 0; i < n; i++) {                                                      \
                kd_real A = a[0], B = b[sb ? i : 0];                                               \
                (void)A, (void)B;                                                                  \
                y[i] = formula;                                                                    \
            }                                                                                      \
    }

#define BINARY(name, formula, slope_a, slope_b)                                                    \
    RUN(name##_value, formula)                                                                     \
    RUN(name##_slope_a, g[i] * (slope_a))                                                          \
    RUN(name##_slope_b, g[i] * (slope_b))                                                          \
    static const binary_op name##_op = { "kd_" #name,                                              \
                                         name##_value,                                             \
                                         { name##_slope_a, name##_slope_b } };

/* A NaN on either side comes out of max and min. */
/* clang-format off */
/*     name     value                             d/dA             d/dB */
BINARY(add,     A + B,                            1,               1)
BINARY(sub,     A - B,                            1,               -1)
BINARY(mul,     A * B,                            B,               A)
BINARY(div,     A / B,                            1 / B,           -A / (B * B))
BINARY(max,     A >= B || isnan(A) ? A : B,       A >= B ? 1 : 0,  A < B ? 1 : 0)
BINARY(min,     A <= B || isnan(A) ? A : B,       A <= B ? 1 : 0,  A > B ? 1 : 0)
BINARY(greater, A > B ? 1 : 0,                    0,               0)
/* clang-format on */

kd_tensor *kd_sub(kd_tensor *a, kd_tensor *b)
{
    return binary(&sub_op, a, b, binary_backward);
}

kd_tensor *kd_mul(kd_tensor *a, kd_tensor *b)
{
    return binary(&mul_op, a, b, binary_backward);
}

kd_tensor *kd_div(kd_tensor *a, kd_tensor *b)
{
    return binary(&div_op, a, b, binary_backward);
}

kd_tensor *kd_max(kd_tensor *a, kd_tensor *b)
{
    return binary(&max_op, a, b, binary_backward);
}

kd_tensor *kd_min(kd_tensor *a, kd_tensor *b)
{
    return binary(&min_op, a, b, binary_backward);
}

kd_tensor *kd_greater(kd_tensor *a, kd_tensor *b)
{
    return binary(&greater_op, a, b, NULL);
}

/* ---- sums: the output's gradient is the inputs', so the first may have it ---- */

static void add_to_gradient(kd_tensor *x, const kd_real *g)
{
    kd_real beta, *d = kdi_grad_raw(x, &beta);
    if (!d)
        return;
    if (beta == 0)
        memcpy(d, g, (size_t)kd_numel(x) * sizeof *d);
    else
        kdi_axpy(kd_numel(x), 1, g, d);
}

static void sum_backward(const kdi_node *node)
{
    for (int i = node->nin - 1; i > 0; i--)
        add_to_gradient(node->in[i], node->out->grad);
    kdi_grad_give(node->in[0], node->out->grad);
}

static void add_backward(const kdi_node *node)
{
    if (kd_numel(node->in[0]) == kd_numel(node->out) &&
        kd_numel(node->in[1]) == kd_numel(node->out))
        sum_backward(node);
    else
        binary_backward(node);
}

kd_tensor *kd_add(kd_tensor *a, kd_tensor *b)
{
    return binary(&add_op, a, b, add_backward);
}

kd_tensor *kd_add_n(kd_tensor *const *x, int n)
{
    if (n < 1)
        return kdi_refuse("kd_add_n", "wants at least one tensor, has %d", n);
    if (kdi_unfit("kd_add_n", n, x))
        return kdi_poison();
    for (int i = 1; i < n; i++)
        if (!kd_shape_equal(x[i]->shape, x[0]->shape))
            return kdi_refuse("kd_add_n", "tensor %d is %s, the first is %s", i,
                              kd_shape_text(x[i]->shape), kd_shape_text(x[0]->shape));
    kd_tensor *y = kdi_out("kd_add_n", KD_REAL_T, x[0]->shape, sum_backward, NULL, n, x);
    if (kd_is_poisoned(y))
        return y;
    memcpy(y->data, x[0]->data, (size_t)kd_numel(y) * sizeof(kd_real));
    for (int i = 1; i < n; i++)
        kdi_axpy(kd_numel(y), 1, kdi_r(x[i]), kdi_r(y));
    return y;
}
