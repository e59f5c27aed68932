/* Convolutions over the positions of texts that lie one after the other: several widths at once. */
#include "op.h"

#include <string.h>

#include "simd.h"

enum { MOST = 8 }; /* widths */

typedef struct bank {
    int n;
    int64_t rows, width, out;                   /* of x; columns of the output in all */
    int64_t size[MOST], at[MOST], kernel[MOST]; /* columns, and where they begin; positions */
} bank;

/* ---- bias, ReLU, and 0 where there is no room ------------------------------------- */

typedef struct finish {
    int64_t rows, n, pitch, kernel;
    const int64_t *room;
    const kd_real *bias;
    kd_real *y;
} finish;

KDI_INLINE void finish_windows_body(const finish *job)
{
    const kd_real *restrict bias = job->bias;
    for (int64_t r = 0; r < job->rows; r++) {
        kd_real *restrict y = job->y + r * job->pitch;
        if (job->room[r] < job->kernel)
            memset(y, 0, (size_t)job->n * sizeof *y);
        for (int64_t i = 0; job->room[r] >= job->kernel && i < job->n; i++) {
            kd_real v = y[i] + bias[i];
            y[i] = v <= 0 ? 0 : v;
        }
    }
}
KDI_SIMD(finish_windows, finish)

typedef struct slope {
    int64_t n;
    const kd_real *y, *g;
    kd_real *to;
} slope;

KDI_INLINE void slope_windows_body(const slope *job)
{
    const kd_real *restrict y = job->y, *restrict g = job->g;
    kd_real *restrict to = job->to;
    for (int64_t i = 0; i < job->n; i++)
        to[i] = y[i] > 0 ? g[i] : 0;
}
KDI_SIMD(slope_windows, slope)

/* ---- forward ------------------------------------------------------------------------- */

/* y's columns of width j = sum over its positions p of x[r + p] W_p^T */
static void forward(const bank *b, int j, const kd_real *x, const kd_real *w, kd_real *y)
{
    int64_t pitch = b->kernel[j] * b->width;
    for (int64_t p = 0; p < b->kernel[j] && p < b->rows; p++)
        kdi_gemm(false, true, b->rows - p, b->size[j], b->width, 1, x + p * b->width, b->width,
                 w + p * b->width, pitch, p > 0, y + b->at[j], b->out);
}

/* ---- backward ------------------------------------------------------------------------ */

static void weight_gradient(const bank *b, int j, const kd_real *x, const kd_real *g, kd_real beta,
                            kd_real *dw)
{
    int64_t pitch = b->kernel[j] * b->width;
    for (int64_t p = 0; p < b->kernel[j]; p++)
        kdi_gemm(true, false, b->size[j], b->width, p < b->rows ? b->rows - p : 0, 1, g + b->at[j],
                 b->out, x + (p < b->rows ? p : 0) * b->width, b->width, beta, dw + p * b->width,
                 pitch);
}

/* the first product overwrites where beta is 0: it reaches every row */
static void input_gradient(const bank *b, int j, const kd_real *w, const kd_real *g, kd_real beta,
                           kd_real *dx)
{
    int64_t pitch = b->kernel[j] * b->width;
    for (int64_t p = 0; p < b->kernel[j] && p < b->rows; p++)
        kdi_gemm(false, false, b->rows - p, b->width, b->size[j], 1, g + b->at[j], b->out,
                 w + p * b->width, pitch, p > 0 ? 1 : beta, dx + p * b->width, b->width);
}

static void bias_gradient(const bank *b, int j, const double *sum, kd_tensor *bias)
{
    kdi_grad_add_doubles(bias, sum + b->at[j]);
}

static void windows_backward(const kdi_node *node)
{
    const bank *b = node->aux;
    kd_tensor *x = node->in[0];
    kd_real *g = kdi_scratch(x, b->rows * b->out), beta;
    kd_real *dx = kdi_grad_raw(x, &beta);
    double *sum = kdi_scratch_zero_doubles(x, b->out);
    slope_windows(&(slope){ b->rows * b->out, kdi_r(node->out), node->out->grad, g });
    for (int64_t r = 0; r < b->rows; r++)
        for (int64_t c = 0; c < b->out; c++)
            sum[c] += (double)g[r * b->out + c];
    for (int j = 0; j < b->n; j++) {
        kd_tensor *w = node->in[2 + j];
        if (dx && b->rows)
            input_gradient(b, j, kdi_r(w), g, j ? 1 : beta, dx);
        kd_real beta_w, *dw = kdi_grad_raw(w, &beta_w);
        if (dw)
            weight_gradient(b, j, kdi_r(x), g, beta_w, dw);
        bias_gradient(b, j, sum, node->in[2 + b->n + j]);
    }
}

/* ---- the operator ------------------------------------------------------------------------ */

static bool sizes(bank *b, kd_tensor *x, kd_tensor *const *weight, kd_tensor *const *bias, int n)
{
    *b = (bank){ .n = n, .rows = kd_dim(x, 0), .width = kd_channels(x) };
    for (int j = 0; j < n; j++) {
        if (kd_ndim(weight[j]) != 3 || kd_channels(weight[j]) != b->width ||
            kd_numel(bias[j]) != kd_dim(weight[j], 0))
            return false;
        b->size[j] = kd_dim(weight[j], 0);
        b->kernel[j] = kd_dim(weight[j], 1);
        b->at[j] = b->out;
        b->out += b->size[j];
    }
    return true;
}

kd_tensor *kd_windows(kd_tensor *x, kd_tensor *room, kd_tensor *const *weight,
                      kd_tensor *const *bias, int n)
{
    static const char op[] = "kd_windows";
    kd_tensor *in[2 + 2 * MOST] = { x, room };
    if (n < 1 || n > MOST)
        return kdi_refuse(op, "%d widths, must be 1 to %d", n, MOST);
    for (int j = 0; j < n; j++) {
        in[2 + j] = weight[j];
        in[2 + n + j] = bias[j];
    }
    if (kdi_unfit(op, 1, &x) || kdi_unfit_i64(op, room) || kdi_unfit(op, 2 * n, in + 2))
        return kdi_poison();
    bank *b = kdi_aux(x, sizeof *b);
    if (kd_ndim(x) != 2 || kd_numel(room) != kd_dim(x, 0) || !sizes(b, x, weight, bias, n))
        return kdi_refuse(op,
                          "wants R,I and i64 R and weights O,k,I with biases O, has %s and %s, "
                          "and first %s with %s",
                          kd_shape_text(x->shape), kd_shape_text(room->shape),
                          kd_shape_text(weight[0]->shape), kd_shape_text(bias[0]->shape));
    kd_tensor *y =
        kdi_out(op, KD_REAL_T, KD_SHAPE(b->rows, b->out), windows_backward, b, 2 + 2 * n, in);
    for (int j = 0; j < n; j++) {
        forward(b, j, kdi_r(x), kdi_r(weight[j]), kdi_r(y));
        finish_windows(&(finish){ b->rows, b->size[j], b->out, b->kernel[j], kd_i64s(room),
                                  kdi_r(bias[j]), kdi_r(y) + b->at[j] });
    }
    return y;
}
