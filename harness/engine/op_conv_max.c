/* max over points of bn(conv(x)), without the map between: a convolution of one pixel, a block of
 * rows at a time, leaves the largest of each channel (the least, where gamma is negative), and the
 * sums that batch-norm wants.
 *
 * Its gradient in training is S + c + b (z - mean), where S is not 0 only at the largest, and b and
 * c are numbers a channel. With z - mean = W (x - xm), xm the mean of x: dx = S W + c W + (x - xm)
 * M and dW = S^T (x - xm) + diag(b) W X, where M = W^T diag(b) W and X = sum of (x - xm)(x - xm)^T
 * are as small as a pixel's inputs squared. So no pass over rows x outputs but the forward one. */
#include "op.h"
#include "norm.h"
#include "simd.h"

#include <math.h>
#include <string.h>

enum { ROWS = 128 }; /* of a block */

typedef struct saved {
    int64_t groups, each, from, to; /* rows = groups * each; channels in and out */
    bool training;
    const kd_layer *bn;
    kd_real *best;      /* groups x to: the convolution where it is largest, without bias */
    int32_t *at;        /* which row of the group that is */
    double *mean, *inv; /* of the convolution without bias */
} saved;

/* ---- rows to the largest ----------------------------------------------------------------- */

typedef struct maxima_job {
    int64_t rows, width;
    int32_t first; /* row of the group */
    const kd_real *z, *sign, *origin;
    kd_real *sum, *square, *best;
    int32_t *at;
} maxima_job;

KDI_INLINE void maxima_body(const maxima_job *job)
{
    int64_t n = job->width;
    const kd_real *restrict sign = job->sign, *restrict origin = job->origin;
    kd_real *restrict sum = job->sum, *restrict square = job->square, *restrict best = job->best;
    int32_t *restrict at = job->at;
    for (int64_t r = 0; r < job->rows; r++) {
        const kd_real *restrict z = job->z + r * n;
        int32_t row = job->first + (int32_t)r;
        for (int64_t c = 0; c < n; c++) {
            kd_real d = z[c] - origin[c], s = z[c] * sign[c];
            sum[c] += d;
            square[c] += d * d;
            at[c] = s > best[c] ? row : at[c];
            best[c] = s > best[c] ? s : best[c];
        }
    }
}

KDI_SIMD(maxima, maxima_job)

/* what a pass over all rows works with */
struct pass {
    const saved *s;
    kd_real *z, *sign, *origin, *sum, *square;
    double *total, *squares;
};

static struct pass pass_new(const kd_tensor *x, const saved *s)
{
    kd_real *row = kdi_scratch(x, 4 * s->to);
    struct pass p = { .s = s, .z = kdi_scratch(x, ROWS * s->to), .sign = row };
    p.origin = row + s->to;
    p.sum = row + 2 * s->to;
    p.square = row + 3 * s->to;
    p.total = kdi_scratch_zero_doubles(x, 2 * s->to);
    p.squares = p.total + s->to;
    for (int64_t c = 0; c < s->to; c++) {
        kd_real gamma = kdi_r(s->bn->weight)[c];
        p.sign[c] = gamma > 0 ? 1 : gamma < 0 ? -1 : 0;
        for (int64_t g = 0; g < s->groups; g++)
            s->best[g * s->to + c] = (kd_real)-INFINITY;
    }
    memset(s->at, 0, (size_t)(s->groups * s->to) * sizeof *s->at);
    return p;
}

static void flush(struct pass *p)
{
    for (int64_t c = 0; c < p->s->to; c++) {
        p->total[c] += (double)p->sum[c];
        p->squares[c] += (double)p->square[c];
    }
}

/* rows first..first+n of all, which may be of several groups */
static void note_block(struct pass *p, int64_t first, int64_t n)
{
    const saved *s = p->s;
    if (first == 0)
        memcpy(p->origin, p->z, (size_t)s->to * sizeof *p->origin);
    memset(p->sum, 0, (size_t)(2 * s->to) * sizeof *p->sum);
    for (int64_t r = 0; r < n;) {
        int64_t group = (first + r) / s->each, row = (first + r) % s->each;
        int64_t rows = s->each - row < n - r ? s->each - row : n - r;
        maxima_job job = { .rows = rows,
                           .width = s->to,
                           .first = (int32_t)row,
                           .z = p->z + r * s->to,
                           .sign = p->sign,
                           .origin = p->origin,
                           .sum = p->sum,
                           .square = p->square,
                           .best = s->best + group * s->to,
                           .at = s->at + group * s->to };
        maxima(&job);
        r += rows;
    }
    flush(p);
}

static void find_largest(const kd_tensor *x, const kd_tensor *w, const saved *s, struct pass *p)
{
    int64_t all = s->groups * s->each;
    for (int64_t first = 0; first < all; first += ROWS) {
        int64_t n = all - first < ROWS ? all - first : ROWS;
        kdi_gemm(false, true, n, s->to, s->from, 1, kdi_r(x) + first * s->from, s->from, kdi_r(w),
                 s->from, 0, p->z, s->to);
        note_block(p, first, n);
    }
    /* back from the sign's order to the convolution; without a sign the first row is as good */
    for (int64_t i = 0; i < s->groups * s->to; i++) {
        kd_real sign = p->sign[i % s->to];
        s->best[i] = sign != 0 ? s->best[i] * sign : p->origin[i % s->to];
    }
}

/* ---- the statistics ------------------------------------------------------------------------- */

static void statistics(kd_layer *bn, const kd_tensor *bias, const saved *s, const struct pass *p)
{
    double rows = (double)(s->groups * s->each);
    double *var = p->squares;
    for (int64_t c = 0; c < s->to; c++) {
        double b = bias ? (double)kdi_r(bias)[c] : 0, d = p->total[c] / rows;
        double v = p->squares[c] / rows - d * d;
        s->mean[c] = s->training ? (double)p->origin[c] + d : (double)kdi_r(bn->mean)[c] - b;
        var[c] = s->training ? (v < 0 ? 0 : v) : (double)kdi_r(bn->var)[c];
        s->inv[c] = 1 / sqrt(var[c] + (double)bn->eps);
        p->total[c] = s->mean[c] + b;
    }
    if (s->training)
        kdi_norm_update_running(bn, p->total, var, s->groups * s->each);
}

/* ---- backward ----------------------------------------------------------------------------------
 */

typedef struct slopes {
    double *sum, *product; /* over groups, of g and of g (z - mean) */
    kd_real *largest;      /* groups x to: the gradient at the largest */
    kd_real *b, *c;        /* NULL in evaluation */
    kd_real *xmean;        /* from; zeros in evaluation */
} slopes;

static slopes slopes_of(const kdi_node *node, const saved *s)
{
    const kd_tensor *y = node->out, *x = node->in[0];
    slopes l = { .sum = kdi_scratch_zero_doubles(y, 2 * s->to) };
    l.product = l.sum + s->to;
    l.largest = kdi_scratch(y, s->groups * s->to);
    l.xmean = kdi_alloc0(y->engine->step, (size_t)s->from * sizeof *l.xmean);
    for (int64_t i = 0; i < s->groups * s->to; i++) {
        int64_t c = i % s->to;
        double g = (double)y->grad[i];
        l.sum[c] += g;
        l.product[c] += g * ((double)s->best[i] - s->mean[c]);
        l.largest[i] = (kd_real)(g * s->inv[c] * (double)kdi_r(s->bn->weight)[c]);
    }
    if (!s->training)
        return l;
    int64_t rows = s->groups * s->each;
    l.b = kdi_scratch(y, 2 * s->to);
    l.c = l.b + s->to;
    for (int64_t c = 0; c < s->to; c++) {
        double scale = s->inv[c] * (double)kdi_r(s->bn->weight)[c] / (double)rows;
        l.b[c] = (kd_real)(-scale * s->inv[c] * s->inv[c] * l.product[c]);
        l.c[c] = (kd_real)(-scale * l.sum[c]);
    }
    kdi_column_sums(rows, s->from, kdi_r(x), 0, l.xmean);
    for (int64_t i = 0; i < s->from; i++)
        l.xmean[i] /= (kd_real)rows;
    return l;
}

static void backward_norm(const kdi_node *node, const saved *s, const slopes *l)
{
    kd_real *dgamma = kdi_grad(node->in[2]), *dbeta = kdi_grad(node->in[3]);
    kd_real *dbias = node->nin > 4 ? kdi_grad(node->in[4]) : NULL;
    for (int64_t c = 0; c < s->to; c++) {
        if (dgamma)
            dgamma[c] += (kd_real)(l->product[c] * s->inv[c]);
        if (dbeta)
            dbeta[c] += (kd_real)l->sum[c];
        if (dbias && !s->training) /* the batch's mean takes a bias away */
            dbias[c] += (kd_real)(l->sum[c] * s->inv[c] * (double)kdi_r(s->bn->weight)[c]);
    }
}

/* y += a x, n of them; where each x and y are is looked up */
typedef struct scatter_job {
    const saved *s;
    const kd_real *x, *w, *largest;
    kd_real *dx, *dw;
} scatter_job;

KDI_INLINE void add_row(int64_t n, kd_real a, const kd_real *restrict x, kd_real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += a * x[i];
}

KDI_INLINE void scatter_body(const scatter_job *job)
{
    const saved *s = job->s;
    for (int64_t i = 0; i < s->groups * s->to; i++) {
        int64_t row = (i / s->to * s->each + s->at[i]) * s->from, c = i % s->to * s->from;
        if (job->dx)
            add_row(s->from, job->largest[i], job->w + c, job->dx + row);
        if (job->dw)
            add_row(s->from, job->largest[i], job->x + row, job->dw + c);
    }
}

KDI_SIMD(scatter, scatter_job)

/* what c and b add everywhere: dx = or += c W + (x - xm) M; X to dw's use */
static void everywhere(const kdi_node *node, const saved *s, const slopes *l, kd_real *dx,
                       kd_real keep, kd_real *squares)
{
    int64_t n = s->from, all = s->groups * s->each;
    const kd_real *x = kdi_r(node->in[0]), *w = kdi_r(node->in[1]);
    kd_real *bw = kdi_scratch(node->out, s->to * n), *m = kdi_scratch(node->out, n * n);
    kd_real *row = kdi_scratch(node->out, n), *apart = kdi_scratch(node->out, ROWS * n);
    for (int64_t i = 0; i < s->to * n; i++)
        bw[i] = l->b[i / n] * w[i];
    kdi_gemm(true, false, n, n, s->to, 1, bw, n, w, n, 0, m, n);
    kdi_gemm(false, false, 1, n, s->to, 1, l->c, s->to, w, n, 0, row, n);
    for (int64_t first = 0; first < all; first += ROWS) {
        int64_t rows = all - first < ROWS ? all - first : ROWS;
        for (int64_t i = 0; i < rows * n; i++)
            apart[i] = x[first * n + i] - l->xmean[i % n];
        if (squares)
            kdi_gemm(true, false, n, n, rows, 1, apart, n, apart, n, first > 0, squares, n);
        kd_real *to = dx ? dx + first * n : NULL;
        for (int64_t i = 0; to && i < rows * n; i++)
            to[i] = row[i % n] + (keep != 0 ? to[i] : 0);
        if (to)
            kdi_gemm(false, false, rows, n, n, 1, apart, n, m, n, 1, to, n);
    }
    if (squares) /* diag(b) W X */
        memcpy(m, squares, (size_t)(n * n) * sizeof *m);
    if (squares)
        kdi_gemm(false, false, s->to, n, n, 1, bw, n, m, n, 0, squares, n);
}

static void backward(const kdi_node *node)
{
    const saved *s = node->aux;
    kd_tensor *x = node->in[0], *w = node->in[1];
    slopes l = slopes_of(node, s);
    backward_norm(node, s, &l);
    if (!kdi_wants(x) && !kdi_wants(w))
        return;
    kd_real keep = 0, *dx, *dw = kdi_grad(w);
    int64_t big = s->to > s->from ? s->to : s->from;
    kd_real *squares = dw && s->training ? kdi_scratch(node->out, big * s->from) : NULL;
    dx = s->training ? kdi_grad_raw(x, &keep) : kdi_grad(x);
    if (s->training)
        everywhere(node, s, &l, dx, keep, squares);
    scatter_job job = {
        .s = s, .x = kdi_r(x), .w = kdi_r(w), .largest = l.largest, .dx = dx, .dw = dw
    };
    scatter(&job);
    for (int64_t i = 0; squares && i < s->to * s->from; i++) {
        int64_t c = i / s->from;
        double scale = s->inv[c] * (double)kdi_r(s->bn->weight)[c];
        dw[i] += squares[i] - (kd_real)(scale * l.sum[c] * (double)l.xmean[i % s->from]);
    }
}

/* ---- the operator
 * ----------------------------------------------------------------------------------- */

static bool sizes_fit(const kd_layer *conv, const kd_layer *bn, kd_tensor *x)
{
    static const char op[] = "kd_apply_conv_bn_max";
    if (kdi_unfit(op, 1, &x))
        return false;
    if (kd_ndim(x) >= 3 && kd_channels(x) == conv->conv.in && kd_dim(x, -2) > 0 && kd_rows(x) > 0 &&
        kd_numel(bn->weight) == conv->conv.out && conv->conv.kernel == 1 &&
        conv->conv.groups == 1 && conv->conv.stride == 1)
        return true;
    kdi_refuse(op, "%s is a 1x1 convolution from %lld to %lld? the input is %s", conv->scope->name,
               (long long)conv->conv.in, (long long)conv->conv.out, kd_shape_text(x->shape));
    return false;
}

/* the axis that the largest is taken over is gone */
static kd_shape without_points(const kd_tensor *x, int64_t channels)
{
    kd_shape s = x->shape;
    s.n--;
    s.d[s.n] = 1;
    s.d[s.n - 1] = channels;
    return s;
}

/* somebody looks at what goes into the batch-norm: it has to be there */
static kd_tensor *apart(kd_layer *conv, kd_layer *bn, kd_tensor *x)
{
    int64_t each = kd_dim(x, -2), groups = kd_rows(x) / each;
    kd_tensor *z = kd_reshape(x, KD_SHAPE(groups, each, 1, kd_channels(x)));
    z = kd_max_axis(kd_apply(bn, kd_apply(conv, z)), 1);
    return kd_reshape(z, without_points(x, conv->conv.out));
}

kd_tensor *kd_apply_conv_bn_max(kd_layer *conv, kd_layer *bn, kd_tensor *x)
{
    KD_ASSERT(conv->kind == KDI_LAYER_CONV && bn->kind == KDI_LAYER_BATCHNORM);
    kd_tensor *in[] = { x, conv->weight, bn->weight, bn->bias, conv->bias };
    int nin = conv->bias ? 5 : 4;
    if (kdi_unfit("kd_apply_conv_bn_max", nin, in) || !sizes_fit(conv, bn, x))
        return kdi_poison();
    if (bn->unfolded)
        return apart(conv, bn, x);
    kdi_arena *a = x->engine->step;
    int64_t to = conv->conv.out, groups = kd_rows(x) / kd_dim(x, -2);
    saved *s = kdi_aux(x, sizeof *s);
    *s = (saved){ .groups = groups,
                  .each = kd_dim(x, -2),
                  .from = conv->conv.in,
                  .to = to,
                  .training = x->engine->training,
                  .bn = bn,
                  .best = kdi_scratch(x, groups * to),
                  .at = kdi_alloc(a, (size_t)(groups * to) * sizeof *s->at),
                  .mean = kdi_scratch_zero_doubles(x, to),
                  .inv = kdi_scratch_zero_doubles(x, to) };
    struct pass p = pass_new(x, s);
    find_largest(x, conv->weight, s, &p);
    statistics(bn, conv->bias, s, &p);
    kd_tensor *y =
        kdi_out("kd_apply_conv_bn_max", KD_REAL_T, without_points(x, to), backward, s, nin, in);
    for (int64_t i = 0; i < groups * to; i++) {
        int64_t c = i % to;
        double scale = s->inv[c] * (double)kdi_r(bn->weight)[c];
        kdi_r(y)[i] =
            (kd_real)(scale * ((double)s->best[i] - s->mean[c]) + (double)kdi_r(bn->bias)[c]);
    }
    return y;
}
