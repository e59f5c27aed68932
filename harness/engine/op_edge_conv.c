/* EdgeConv: over a point's edges to its neighbours, the largest of bn(W (neighbour - point,
 * point)).
 *
 * W (xj - xi, xi) = u_j + v_i with u = W1 x and v = (W2 - W1) x: two products a point instead of
 * one an edge, and edges only add rows. Batch-norm's statistics are those of all edges. Its
 * gradient is S + c + b (e - mean) an edge, where S is not 0 only at the largest; what edges add up
 * to at either end needs sums over edges of u and v, no more. */
#include "op.h"
#include "norm.h"
#include "simd.h"

#include <math.h>
#include <string.h>

typedef struct saved {
    int64_t n, points, k, from, to; /* clouds; channels in and out */
    bool training;
    const kd_layer *bn;
    kd_real *u, *v;     /* n*points x to */
    kd_real *near;      /* sum of u over a point's neighbours */
    kd_real *best;      /* the largest edge */
    int32_t *at;        /* which point of the cloud it leads to */
    double *mean, *inv; /* of edges */
} saved;

/* ---- edges to the largest ----------------------------------------------------------------- */

typedef struct edges_job {
    const saved *s;
    const int64_t *index; /* of one cloud */
    int64_t first;        /* point of all */
    const kd_real *sign, *origin;
    kd_real *work; /* 3 rows: v - origin, sums, squares */
    double *total; /* 2 rows */
} edges_job;

KDI_INLINE void one_edge(int64_t n, int32_t j, const kd_real *restrict u, const kd_real *restrict w,
                         const kd_real *restrict sign, kd_real *restrict near,
                         kd_real *restrict square, kd_real *restrict best, int32_t *restrict at)
{
    for (int64_t c = 0; c < n; c++) {
        kd_real d = u[c] + w[c], r = u[c] * sign[c];
        near[c] += u[c];
        square[c] += d * d;
        at[c] = r > best[c] ? j : at[c];
        best[c] = r > best[c] ? r : best[c];
    }
}

KDI_INLINE void begin_point(const edges_job *job, int64_t i, int64_t n)
{
    const saved *s = job->s;
    kd_real *w = job->work, *near = s->near + i * n, *best = s->best + i * n;
    const kd_real *v = s->v + i * n;
    for (int64_t c = 0; c < n; c++) {
        w[c] = v[c] - job->origin[c];
        near[c] = 0;
        best[c] = (kd_real)-INFINITY;
        s->at[i * n + c] = 0;
    }
}

KDI_INLINE void edges_body(const edges_job *job)
{
    enum { FLUSH = 16 }; /* points whose squares are summed in kd_real */
    const saved *s = job->s;
    int64_t n = s->to;
    kd_real *w = job->work, *sum = w + n, *square = w + 2 * n;
    memset(sum, 0, (size_t)(2 * n) * sizeof *sum);
    for (int64_t p = 0; p < s->points; p++) {
        int64_t i = job->first + p;
        begin_point(job, i, n);
        for (int64_t e = 0; e < s->k; e++) {
            int64_t j = job->index[p * s->k + e];
            one_edge(n, (int32_t)j, s->u + (job->first + j) * n, w, job->sign, s->near + i * n,
                     square, s->best + i * n, s->at + i * n);
        }
        for (int64_t c = 0; c < n; c++)
            sum[c] += s->near[i * n + c] + (kd_real)s->k * w[c];
        if (p % FLUSH != FLUSH - 1 && p != s->points - 1)
            continue;
        for (int64_t c = 0; c < 2 * n; c++) {
            job->total[c] += (double)sum[c];
            sum[c] = 0;
        }
    }
}

KDI_SIMD(edges, edges_job)

/* W2 - W1, to x from */
static kd_real *difference(const kd_tensor *like, const kd_real *w, const saved *s)
{
    kd_real *d = kdi_scratch(like, s->to * s->from);
    for (int64_t i = 0; i < s->to * s->from; i++) {
        const kd_real *row = w + i / s->from * 2 * s->from;
        d[i] = row[s->from + i % s->from] - row[i % s->from];
    }
    return d;
}

static void ends(const kd_tensor *x, const kd_real *w, const saved *s)
{
    int64_t rows = s->n * s->points;
    kdi_gemm(false, true, rows, s->to, s->from, 1, kdi_r(x), s->from, w, 2 * s->from, 0, s->u,
             s->to);
    kdi_gemm(false, true, rows, s->to, s->from, 1, kdi_r(x), s->from, difference(x, w, s), s->from,
             0, s->v, s->to);
}

/* mean and biased variance around the first edge, or the running ones */
static void statistics(kd_layer *bn, const saved *s, const kd_real *origin, const double *total)
{
    double count = (double)(s->n * s->points * s->k);
    double *var = kdi_scratch_zero_doubles(bn->weight, s->to);
    for (int64_t c = 0; c < s->to; c++) {
        double d = total[c] / count, v = total[s->to + c] / count - d * d;
        s->mean[c] = s->training ? (double)origin[c] + d : (double)kdi_r(bn->mean)[c];
        var[c] = s->training ? (v < 0 ? 0 : v) : (double)kdi_r(bn->var)[c];
        s->inv[c] = 1 / sqrt(var[c] + (double)bn->eps);
    }
    if (s->training)
        kdi_norm_update_running(bn, s->mean, var, s->n * s->points * s->k);
}

static void walk_edges(const kd_tensor *x, kd_layer *bn, const int64_t *index, const saved *s)
{
    kd_real *sign = kdi_scratch(x, 5 * s->to), *origin = sign + s->to, *work = sign + 2 * s->to;
    double *total = kdi_scratch_zero_doubles(x, 2 * s->to);
    for (int64_t c = 0; c < s->to; c++) {
        kd_real gamma = kdi_r(bn->weight)[c];
        sign[c] = gamma > 0 ? 1 : gamma < 0 ? -1 : 0;
        origin[c] = s->u[index[0] * s->to + c] + s->v[c];
    }
    for (int64_t i = 0; i < s->n; i++) {
        edges_job job = { .s = s,
                          .index = index + i * s->points * s->k,
                          .first = i * s->points,
                          .sign = sign,
                          .origin = origin,
                          .work = work,
                          .total = total };
        edges(&job);
    }
    statistics(bn, s, origin, total);
    for (int64_t i = 0; i < s->n * s->points * s->to; i++) {
        int64_t c = i % s->to;
        s->best[i] = sign[c] != 0 ? s->best[i] * sign[c] + s->v[i] : origin[c];
    }
}

/* ---- backward -------------------------------------------------------------------------------- */

typedef struct slopes {
    double *sum, *product;  /* over points, of g and of g (best - mean) */
    kd_real *scale, *b, *c; /* b and c are zeros in evaluation */
} slopes;

static slopes slopes_of(const kdi_node *node, const saved *s)
{
    const kd_real *g = node->out->grad;
    slopes l = { .sum = kdi_scratch_zero_doubles(node->out, 2 * s->to),
                 .scale = kdi_scratch(node->out, 3 * s->to) };
    l.product = l.sum + s->to;
    l.b = l.scale + s->to;
    l.c = l.b + s->to;
    for (int64_t i = 0; i < s->n * s->points; i++)
        for (int64_t c = 0; c < s->to; c++) {
            double each = (double)g[i * s->to + c];
            l.sum[c] += each;
            l.product[c] += each * ((double)s->best[i * s->to + c] - s->mean[c]);
        }
    double count = (double)(s->n * s->points * s->k);
    for (int64_t c = 0; c < s->to; c++) {
        double scale = s->inv[c] * (double)kdi_r(s->bn->weight)[c];
        double b = s->training ? -scale * s->inv[c] * s->inv[c] * l.product[c] / count : 0;
        l.scale[c] = (kd_real)scale;
        l.b[c] = (kd_real)b;
        l.c[c] = s->training ? (kd_real)(-scale * l.sum[c] / count - b * s->mean[c]) : 0;
    }
    return l;
}

static void backward_norm(const kdi_node *node, const saved *s, const slopes *l)
{
    kd_real *dgamma = kdi_grad(node->in[3]), *dbeta = kdi_grad(node->in[4]);
    for (int64_t c = 0; c < s->to; c++) {
        if (dgamma)
            dgamma[c] += (kd_real)(l->product[c] * s->inv[c]);
        if (dbeta)
            dbeta[c] += (kd_real)l->sum[c];
    }
}

/* of one cloud */
typedef struct gather_job {
    const saved *s;
    const slopes *l;
    const int64_t *index;
    int64_t first;
    const kd_real *g;
    kd_real *far; /* sums of v over the edges to a point, then du */
    kd_real *dv;
    int64_t *degree;
} gather_job;

KDI_INLINE void add(int64_t n, const kd_real *restrict x, kd_real *restrict y)
{
    for (int64_t c = 0; c < n; c++)
        y[c] += x[c];
}

/* c and the means are in l->c: b e + c an edge, and scale g where it is the largest */
KDI_INLINE void ends_of_point(const gather_job *job, int64_t p)
{
    const saved *s = job->s;
    int64_t n = s->to, i = job->first + p;
    const kd_real *restrict b = job->l->b, *restrict c0 = job->l->c, *restrict u = s->u + i * n;
    const kd_real *restrict v = s->v + i * n, *restrict near = s->near + i * n;
    const kd_real *restrict g = job->g + i * n, *restrict scale = job->l->scale;
    kd_real *restrict du = job->far + i * n, *restrict dv = job->dv + i * n;
    kd_real k = (kd_real)s->k, degree = (kd_real)job->degree[p];
    for (int64_t c = 0; c < n; c++) {
        du[c] = degree * (c0[c] + b[c] * u[c]) + b[c] * du[c];
        dv[c] = scale[c] * g[c] + k * (c0[c] + b[c] * v[c]) + b[c] * near[c];
    }
}

KDI_INLINE void gather_body(const gather_job *job)
{
    const saved *s = job->s;
    int64_t n = s->to;
    memset(job->degree, 0, (size_t)s->points * sizeof *job->degree);
    memset(job->far + job->first * n, 0, (size_t)(s->points * n) * sizeof *job->far);
    for (int64_t e = 0; e < s->points * s->k; e++)
        job->degree[job->index[e]]++;
    for (int64_t e = 0; s->training && e < s->points * s->k; e++)
        add(n, s->v + (job->first + e / s->k) * n, job->far + (job->first + job->index[e]) * n);
    for (int64_t p = 0; p < s->points; p++)
        ends_of_point(job, p);
    for (int64_t p = 0; p < s->points; p++)
        for (int64_t i = (job->first + p) * n, c = 0; c < n; c++)
            job->far[(job->first + s->at[i + c]) * n + c] += job->l->scale[c] * job->g[i + c];
}

KDI_SIMD(gather, gather_job)

static void backward_ends(const kdi_node *node, const saved *s, const slopes *l, kd_real *du,
                          kd_real *dv)
{
    int64_t *degree = kdi_alloc(node->out->engine->step, (size_t)s->points * sizeof *degree);
    for (int64_t i = 0; i < s->n; i++) {
        gather_job job = { .s = s,
                           .l = l,
                           .index = kd_i64s(node->in[2]) + i * s->points * s->k,
                           .first = i * s->points,
                           .g = node->out->grad,
                           .far = du,
                           .dv = dv,
                           .degree = degree };
        gather(&job);
    }
}

/* dW1 = du^T x - dv^T x, dW2 = dv^T x */
static void backward_weight(const kdi_node *node, const saved *s, const kd_real *du,
                            const kd_real *dv)
{
    kd_real *dw = kdi_grad(node->in[1]);
    if (!dw)
        return;
    int64_t rows = s->n * s->points, n = s->from;
    const kd_real *x = kdi_r(node->in[0]);
    kd_real *both = kdi_scratch(node->out, 2 * s->to * n), *second = both + s->to * n;
    kdi_gemm(true, false, s->to, n, rows, 1, du, s->to, x, n, 0, both, n);
    kdi_gemm(true, false, s->to, n, rows, 1, dv, s->to, x, n, 0, second, n);
    for (int64_t i = 0; i < s->to * n; i++) {
        kd_real *row = dw + i / n * 2 * n;
        row[i % n] += both[i] - second[i];
        row[n + i % n] += second[i];
    }
}

static void backward(const kdi_node *node)
{
    const saved *s = node->aux;
    kd_tensor *x = node->in[0], *w = node->in[1];
    slopes l = slopes_of(node, s);
    int64_t rows = s->n * s->points;
    backward_norm(node, s, &l);
    if (!kdi_wants(x) && !kdi_wants(w))
        return;
    kd_real *du = kdi_scratch(node->out, 2 * rows * s->to), *dv = du + rows * s->to, keep;
    backward_ends(node, s, &l, du, dv);
    backward_weight(node, s, du, dv);
    kd_real *dx = kdi_grad_raw(x, &keep);
    if (!dx)
        return;
    kdi_gemm(false, false, rows, s->from, s->to, 1, du, s->to, kdi_r(w), 2 * s->from, keep, dx,
             s->from);
    kdi_gemm(false, false, rows, s->from, s->to, 1, dv, s->to, difference(x, kdi_r(w), s), s->from,
             1, dx, s->from);
}

/* ---- the operator
 * --------------------------------------------------------------------------------- */

static bool sizes_fit(const kd_layer *conv, const kd_layer *bn, kd_tensor *x, kd_tensor *index)
{
    static const char op[] = "kd_apply_edge_conv";
    if (kdi_unfit(op, 1, &x) || kdi_unfit_i64(op, index))
        return false;
    bool fits = kd_ndim(x) == 3 && kd_ndim(index) == 3 && kd_dim(index, 0) == kd_dim(x, 0) &&
                kd_dim(index, 1) == kd_dim(x, 1) && kd_numel(index) > 0 &&
                2 * kd_channels(x) == conv->conv.in && kd_numel(bn->weight) == conv->conv.out &&
                conv->conv.kernel == 1 && conv->conv.groups == 1 && !conv->bias;
    for (int64_t i = 0, n = fits ? kd_numel(index) : 0; fits && i < n; i++)
        fits = kd_i64s(index)[i] >= 0 && kd_i64s(index)[i] < kd_dim(x, 1);
    if (!fits)
        kdi_refuse(op,
                   "wants N,P,C, neighbours N,P,k and a 1x1 convolution of 2C, has %s, %s, %lld",
                   kd_shape_text(x->shape), kd_shape_text(index->shape), (long long)conv->conv.in);
    return fits;
}

/* somebody looks at what goes into the batch-norm: every edge has to be there */
static kd_tensor *apart(kd_layer *conv, kd_layer *bn, kd_tensor *x, kd_tensor *index)
{
    kd_shape s = index->shape;
    kd_tensor *near = kd_group(x, index), *centre;
    centre = kd_broadcast_to(kd_reshape(x, KD_SHAPE(s.d[0], s.d[1], 1, kd_channels(x))),
                             kd_shape_of(near));
    near = kd_concat((kd_tensor *[]){ kd_sub(near, centre), centre }, 2, -1);
    near = kd_max_axis(kd_apply(bn, kd_apply(conv, near)), 2);
    return kd_reshape(near, KD_SHAPE(s.d[0], s.d[1], conv->conv.out));
}

static saved *saved_new(kd_layer *conv, kd_layer *bn, kd_tensor *x, int64_t k)
{
    saved *s = kdi_aux(x, sizeof *s);
    *s = (saved){ .n = kd_dim(x, 0),
                  .points = kd_dim(x, 1),
                  .k = k,
                  .from = kd_channels(x),
                  .to = conv->conv.out,
                  .training = x->engine->training,
                  .bn = bn };
    int64_t all = s->n * s->points * s->to;
    s->u = kdi_scratch(x, all);
    s->v = kdi_scratch(x, all);
    s->near = kdi_scratch(x, all);
    s->best = kdi_scratch(x, all);
    s->at = kdi_alloc(x->engine->step, (size_t)all * sizeof *s->at);
    s->mean = kdi_scratch_zero_doubles(x, s->to);
    s->inv = kdi_scratch_zero_doubles(x, s->to);
    return s;
}

kd_tensor *kd_apply_edge_conv(kd_layer *conv, kd_layer *bn, kd_tensor *x, kd_tensor *index)
{
    KD_ASSERT(conv->kind == KDI_LAYER_CONV && bn->kind == KDI_LAYER_BATCHNORM);
    kd_tensor *in[] = { x, conv->weight, index, bn->weight, bn->bias };
    if (!sizes_fit(conv, bn, x, index))
        return kdi_poison();
    if (bn->unfolded)
        return apart(conv, bn, x, index);
    saved *s = saved_new(conv, bn, x, kd_dim(index, 2));
    ends(x, kdi_r(conv->weight), s);
    walk_edges(x, bn, kd_i64s(index), s);
    kd_tensor *y = kdi_out("kd_apply_edge_conv", KD_REAL_T, KD_SHAPE(s->n, s->points, s->to),
                           backward, s, 5, in);
    for (int64_t i = 0; i < s->n * s->points; i++)
        for (int64_t c = 0; c < s->to; c++) {
            double scale = s->inv[c] * (double)kdi_r(bn->weight)[c];
            double apart = (double)s->best[i * s->to + c] - s->mean[c];
            kdi_r(y)[i * s->to + c] = (kd_real)(scale * apart + (double)kdi_r(bn->bias)[c]);
        }
    return y;
}
