/* Multi-head attention as one operator, of sequences of one length or of many. */
#include "op.h"

#include <math.h>
#include <string.h>

#include "smooth.h"

/* Sequence i is rows at[i]..at[i+1] of q, k, v and out; head j its columns j*size..(j+1)*size. */
typedef struct heads {
    int64_t n, heads, size; /* sequences; heads; channels of one */
    const int64_t *at;
    const kd_real *mask; /* one a row, 1 or 0: may it be looked at? NULL: all may */
    bool causal;         /* a row looks at itself and those before it */
    kd_real scale;
    int64_t ld; /* from a row of q, k or v to the next */
    kd_real *p; /* what each row looks at: for each sequence, for each head, length x length */
} heads;

/* ---- rows of scores to probabilities ---------------------------------------------- */

typedef struct scores {
    int64_t n; /* rows, and keys of each */
    bool causal;
    const kd_real *mask;
    kd_real *p;
    kd_real *dp; /* backward: gradients of p, become those of the scores */
    kd_real scale;
} scores;

/* the n keys of one row; where none may be looked at, all are 0 */
KDI_INLINE void softmax_row(kd_real *restrict p, const kd_real *restrict mask, int64_t n)
{
    enum { SIDE = 16 };
    const kd_real none = (kd_real)-1e30;
    kd_real most = none, lane[SIDE] = { 0 };
    for (int64_t i = 0; mask && i < n; i++)
        p[i] = mask[i] != 0 ? p[i] : none;
    for (int64_t i = 0; i < n; i++)
        most = p[i] > most ? p[i] : most;
    for (int64_t i = 0; i < n; i++)
        p[i] = kdi_exp(p[i] - most);
    for (int64_t i = 0; mask && i < n; i++)
        p[i] = mask[i] != 0 ? p[i] : 0;
    int64_t i = 0;
    for (; i + SIDE <= n; i += SIDE)
        for (int k = 0; k < SIDE; k++)
            lane[k] += p[i + k];
    for (int k = 0; i < n; i++, k++)
        lane[k] += p[i];
    double sum = 0;
    for (int k = 0; k < SIDE; k++)
        sum += (double)lane[k];
    kd_real part = sum > 0 ? (kd_real)(1 / sum) : 0;
    for (int64_t j = 0; j < n; j++)
        p[j] *= part;
}

KDI_INLINE void softmax_rows_body(const scores *job)
{
    for (int64_t r = 0; r < job->n; r++) {
        kd_real *p = job->p + r * job->n;
        int64_t n = job->causal ? r + 1 : job->n;
        softmax_row(p, job->mask, n);
        for (int64_t i = n; i < job->n; i++)
            p[i] = 0;
    }
}
KDI_SIMD(softmax_rows, scores)

/* ds = p (dp - <p, dp>) scale */
KDI_INLINE void softmax_back_body(const scores *job)
{
    enum { SIDE = 16 };
    int64_t n = job->n;
    for (int64_t r = 0; r < n; r++) {
        const kd_real *restrict p = job->p + r * n;
        kd_real *restrict d = job->dp + r * n;
        kd_real lane[SIDE] = { 0 };
        int64_t i = 0;
        for (; i + SIDE <= n; i += SIDE)
            for (int k = 0; k < SIDE; k++)
                lane[k] += p[i + k] * d[i + k];
        for (int k = 0; i < n; i++, k++)
            lane[k] += p[i] * d[i];
        double dot = 0;
        for (int k = 0; k < SIDE; k++)
            dot += (double)lane[k];
        for (int64_t j = 0; j < n; j++)
            d[j] = p[j] * (d[j] - (kd_real)dot) * job->scale;
    }
}
KDI_SIMD(softmax_back, scores)

/* ---- one head of one sequence -------------------------------------------------------- */

typedef struct block {
    int64_t length, size, ld, ld_out;
    const kd_real *q, *k, *v, *g; /* g: gradient of the output */
    kd_real *dq, *dk, *dv;        /* NULL: not wanted */
    kd_real beta_q, beta_k, beta_v;
} block;

static void forward_block(const block *b, const scores *job, kd_real *out)
{
    int64_t n = b->length;
    kdi_gemm(false, true, n, n, b->size, job->scale, b->q, b->ld, b->k, b->ld, 0, job->p, n);
    softmax_rows(job);
    kdi_gemm(false, false, n, b->size, n, 1, job->p, n, b->v, b->ld, 0, out, b->ld_out);
}

static void backward_block(const block *b, const scores *job)
{
    int64_t n = b->length, size = b->size, ld = b->ld;
    if (b->dq || b->dk) {
        kdi_gemm(false, true, n, n, size, 1, b->g, b->ld_out, b->v, ld, 0, job->dp, n);
        softmax_back(job);
    }
    if (b->dq)
        kdi_gemm(false, false, n, size, n, 1, job->dp, n, b->k, ld, b->beta_q, b->dq, ld);
    if (b->dk)
        kdi_gemm(true, false, n, size, n, 1, job->dp, n, b->q, ld, b->beta_k, b->dk, ld);
    if (b->dv)
        kdi_gemm(true, false, n, size, n, 1, job->p, n, b->g, b->ld_out, b->beta_v, b->dv, ld);
}

/* ---- all of them ------------------------------------------------------------------------ */

static int64_t longest(const heads *h)
{
    int64_t most = 0;
    for (int64_t i = 0; i < h->n; i++)
        most = h->at[i + 1] - h->at[i] > most ? h->at[i + 1] - h->at[i] : most;
    return most;
}

static int64_t probabilities(const heads *h)
{
    int64_t all = 0;
    for (int64_t i = 0; i < h->n; i++)
        all += (h->at[i + 1] - h->at[i]) * (h->at[i + 1] - h->at[i]);
    return all * h->heads;
}

static kd_real *shifted(kd_real *x, int64_t by)
{
    return x ? x + by : NULL;
}

/* `all` points at the first row and head; out NULL: backward */
static void each_block(const heads *h, const block *all, kd_real *out, kd_real *dp)
{
    kd_real *p = h->p;
    for (int64_t i = 0; i < h->n; i++)
        for (int64_t j = 0; j < h->heads; j++) {
            int64_t in = h->at[i] * all->ld + j * h->size,
                    to = h->at[i] * all->ld_out + j * h->size;
            block b = *all;
            b.length = h->at[i + 1] - h->at[i];
            b.q += in, b.k += in, b.v += in;
            scores job = {
                .n = b.length, .causal = h->causal, .p = p, .dp = dp, .scale = h->scale
            };
            job.mask = h->mask ? h->mask + h->at[i] : NULL;
            p += b.length * b.length;
            if (b.length == 0)
                continue;
            if (out) {
                forward_block(&b, &job, out + to);
                continue;
            }
            b.g += to;
            b.dq = shifted(b.dq, in), b.dk = shifted(b.dk, in), b.dv = shifted(b.dv, in);
            backward_block(&b, &job);
        }
}

static void forward(heads *h, kd_tensor *like, block all, kd_tensor *y)
{
    h->p = kdi_scratch(like, probabilities(h));
    all.size = h->size, all.ld = h->ld, all.ld_out = h->heads * h->size;
    each_block(h, &all, kdi_r(y), NULL);
}

static void backward(const heads *h, kd_tensor *like, block all)
{
    int64_t most = longest(h);
    all.size = h->size, all.ld = h->ld, all.ld_out = h->heads * h->size;
    each_block(h, &all, NULL, kdi_work(like->engine, most * most));
}

/* ---- q, k and v apart --------------------------------------------------------------------- */

static void attention_backward(const kdi_node *node)
{
    kd_tensor *q = node->in[0], *k = node->in[1], *v = node->in[2];
    block all = { .q = kdi_r(q), .k = kdi_r(k), .v = kdi_r(v), .g = node->out->grad };
    all.dq = kdi_grad_raw(q, &all.beta_q);
    all.dk = kdi_grad_raw(k, &all.beta_k);
    all.dv = kdi_grad_raw(v, &all.beta_v);
    backward(node->aux, node->out, all);
}

static int64_t *equal_lengths(const kd_tensor *x, int64_t n, int64_t length)
{
    int64_t *at = kdi_alloc(x->engine->step, (size_t)(n + 1) * sizeof *at);
    for (int64_t i = 0; i <= n; i++)
        at[i] = i * length;
    return at;
}

kd_tensor *kd_attention(kd_tensor *q, kd_tensor *k, kd_tensor *v, int heads_, kd_tensor *mask,
                        bool causal)
{
    kd_tensor *in[] = { q, k, v, mask };
    if (kdi_unfit("kd_attention", mask ? 4 : 3, in))
        return kdi_poison();
    if (kd_ndim(q) != 3 || !kd_shape_equal(q->shape, k->shape) ||
        !kd_shape_equal(q->shape, v->shape) || heads_ < 1 || kd_channels(q) % heads_ ||
        (mask && kd_numel(mask) != kd_rows(q)))
        return kdi_refuse("kd_attention",
                          "wants three of N,L,D, a mask N,L and heads that divide D, has %s and %s "
                          "and %s, mask %s, %d heads",
                          kd_shape_text(q->shape), kd_shape_text(k->shape), kd_shape_text(v->shape),
                          mask ? kd_shape_text(mask->shape) : "none", heads_);
    int64_t n = kd_dim(q, 0), length = kd_dim(q, 1), size = kd_channels(q) / heads_;
    heads *h = kdi_aux(q, sizeof *h);
    *h = (heads){ .n = n, .heads = heads_, .size = size, .causal = causal, .ld = kd_channels(q) };
    h->at = equal_lengths(q, n, length);
    h->mask = mask ? kdi_r(mask) : NULL;
    h->scale = (kd_real)(1 / sqrt((double)size));
    kd_tensor *y = kdi_out("kd_attention", KD_REAL_T, q->shape, attention_backward, h, 3, in);
    forward(h, q, (block){ .q = kdi_r(q), .k = kdi_r(k), .v = kdi_r(v) }, y);
    return y;
}

/* ---- q, k and v side by side ------------------------------------------------------------------
 */

static void self_attention_backward(const kdi_node *node)
{
    kd_tensor *x = node->in[0];
    int64_t width = kd_channels(x) / 3;
    const kd_real *qkv = kdi_r(x);
    kd_real beta, *d = kdi_grad_raw(x, &beta);
    block all = { .q = qkv,
                  .k = qkv + width,
                  .v = qkv + 2 * width,
                  .g = node->out->grad,
                  .dq = d,
                  .dk = d + width,
                  .dv = d + 2 * width,
                  .beta_q = beta,
                  .beta_k = beta,
                  .beta_v = beta };
    backward(node->aux, node->out, all);
}

kd_tensor *kd_self_attention(kd_tensor *qkv, kd_tensor *offset, int heads_, bool causal)
{
    static const char op[] = "kd_self_attention";
    if (kdi_unfit(op, 1, &qkv) || (offset && kdi_unfit_i64(op, offset)))
        return kdi_poison();
    int64_t width = kd_channels(qkv) / 3;
    if (kd_ndim(qkv) != (offset ? 2 : 3) || heads_ < 1 || kd_channels(qkv) % (3 * heads_))
        return kdi_refuse(op,
                          "wants R,3D with offsets or N,L,3D and heads that divide D, has %s%s, "
                          "%d heads",
                          kd_shape_text(qkv->shape), offset ? " with offsets" : "", heads_);
    if (offset && !kdi_offsets_fit(op, offset, kd_rows(qkv)))
        return kdi_poison();
    heads *h = kdi_aux(qkv, sizeof *h);
    *h = (heads){ .heads = heads_, .size = width / heads_, .causal = causal, .ld = 3 * width };
    h->n = offset ? kd_numel(offset) - 1 : kd_dim(qkv, 0);
    h->at = offset ? kd_i64s(offset) : equal_lengths(qkv, h->n, kd_dim(qkv, 1));
    h->scale = (kd_real)(1 / sqrt((double)h->size));
    kd_shape s = qkv->shape;
    s.d[s.n - 1] = width;
    kd_tensor *y = kdi_out(op, KD_REAL_T, s, self_attention_backward, h, 1, &qkv);
    const kd_real *x = kdi_r(qkv);
    forward(h, qkv, (block){ .q = x, .k = x + width, .v = x + 2 * width }, y);
    return y;
}
