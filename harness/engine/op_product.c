/* Matrix products and what is built of them. */
#include "op.h"

#include <string.h>

/* ---- matrix products, of one pair or of B pairs ------------------------------------ */

typedef struct product {
    int64_t batch, m, n, k;
    bool ta, tb; /* C = op(A) op(B), where op transposes when set */
} product;

static void one_product(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const kd_real *a,
                        const kd_real *b, kd_real beta, kd_real *c)
{
    int64_t lda = ta ? m : k, ldb = tb ? k : n;
    if (m && n)
        kdi_gemm(ta, tb, m, n, k, 1, a, lda ? lda : 1, b, ldb ? ldb : 1, beta, c, n);
}

/* C = op(A) op(B) for each of the batch */
static void products(const product *p, const kd_real *a, const kd_real *b, kd_real beta, kd_real *c)
{
    for (int64_t i = 0; i < p->batch; i++)
        one_product(p->ta, p->tb, p->m, p->n, p->k, a + i * p->m * p->k, b + i * p->k * p->n, beta,
                    c + i * p->m * p->n);
}

/* d op(A) = G op(B)^T and d op(B) = op(A)^T G; where A was transposed, so is its gradient */
static void matmul_backward(const kdi_node *node)
{
    const product *p = node->aux;
    kd_tensor *a = node->in[0], *b = node->in[1];
    const kd_real *g = node->out->grad;
    kd_real beta, *d = kdi_grad_raw(a, &beta);
    if (d && p->ta)
        products(&(product){ p->batch, p->k, p->m, p->n, p->tb, true }, kdi_r(b), g, beta, d);
    else if (d)
        products(&(product){ p->batch, p->m, p->k, p->n, false, !p->tb }, g, kdi_r(b), beta, d);
    d = kdi_grad_raw(b, &beta);
    if (d && p->tb)
        products(&(product){ p->batch, p->n, p->k, p->m, true, p->ta }, g, kdi_r(a), beta, d);
    else if (d)
        products(&(product){ p->batch, p->k, p->n, p->m, !p->ta, false }, kdi_r(a), g, beta, d);
}

static kd_tensor *matmul(const char *op, kd_tensor *a, kd_tensor *b, bool ta, bool tb)
{
    kd_tensor *in[] = { a, b };
    if (kdi_unfit(op, 2, in))
        return kdi_poison();
    int n = kd_ndim(a);
    int64_t batch = n == 3 ? kd_dim(a, 0) : 1, k = kd_dim(a, ta ? -2 : -1);
    if ((n != 2 && n != 3) || kd_ndim(b) != n || (n == 3 && kd_dim(b, 0) != batch) ||
        kd_dim(b, tb ? -1 : -2) != k)
        return kdi_refuse(op,
                          "%s and %s do not fit: both want 2 axes, or 3 with the same first, "
                          "and one inner size",
                          kd_shape_text(a->shape), kd_shape_text(b->shape));
    product p = { batch, kd_dim(a, ta ? -1 : -2), kd_dim(b, tb ? -2 : -1), k, ta, tb };
    kd_shape s = n == 3 ? KD_SHAPE(batch, p.m, p.n) : KD_SHAPE(p.m, p.n);
    kd_tensor *y = kdi_out(op, KD_REAL_T, s, matmul_backward, kdi_keep(a, &p, sizeof p), 2, in);
    products(&p, kdi_r(a), kdi_r(b), 0, kdi_r(y));
    return y;
}

kd_tensor *kd_matmul(kd_tensor *a, kd_tensor *b)
{
    return matmul("kd_matmul", a, b, false, false);
}

kd_tensor *kd_matmul_nt(kd_tensor *a, kd_tensor *b)
{
    return matmul("kd_matmul_nt", a, b, false, true);
}

kd_tensor *kd_matmul_tn(kd_tensor *a, kd_tensor *b)
{
    return matmul("kd_matmul_tn", a, b, true, false);
}

/* ---- fully connected ------------------------------------------------------------------ */

/* Many rows are the places of a 1x1 convolution, whose kernels need not put them in order first.
 * Not oneDNN's: texts have another number of rows in each step, and it would keep something of
 * each. */
static bool as_places(const kd_tensor *x, const kd_tensor *w, kdi_conv *c)
{
    enum { MANY = 256 };
    int64_t rows = kd_rows(x);
    *c = (kdi_conv){ .n = 1, .h = rows, .w = 1, .ic = kd_channels(x), .oc = kd_dim(w, 0) };
    c->oh = rows;
    c->ow = c->kh = c->kw = c->stride = c->groups = 1;
    return rows >= MANY && !x->engine->plain && kdi_direct_fits(c);
}

static kd_real *room_for(const kd_tensor *x, const kdi_conv *c)
{
    return kdi_work(x->engine, kdi_direct_scratch(c));
}

static void linear_backward(const kdi_node *node)
{
    kd_tensor *x = node->in[0], *w = node->in[1];
    int64_t rows = kd_rows(x), from = kd_channels(x), to = kd_dim(w, 0);
    const kd_real *g = node->out->grad;
    kdi_conv c;
    bool places = as_places(x, w, &c);
    kd_real beta, *d = kdi_grad_raw(x, &beta);
    if (d && places && beta == 0)
        kdi_direct_backward_data(&c, g, kdi_r(w), d, room_for(x, &c));
    else if (d)
        one_product(false, false, rows, from, to, g, kdi_r(w), beta, d);
    d = kdi_grad_raw(w, &beta);
    if (d && places && beta == 0)
        kdi_direct_backward_weight(&c, kdi_r(x), g, d, room_for(x, &c));
    else if (d)
        one_product(true, false, to, from, rows, g, kdi_r(x), beta, d);
    d = node->nin == 3 ? kdi_grad_raw(node->in[2], &beta) : NULL;
    if (d)
        kdi_column_sums(rows, to, g, beta, d);
}

kd_tensor *kd_linear(kd_tensor *x, kd_tensor *w, kd_tensor *b)
{
    kd_tensor *in[] = { x, w, b };
    int nin = b ? 3 : 2;
    if (kdi_unfit("kd_linear", nin, in))
        return kdi_poison();
    if (kd_ndim(x) < 2 || kd_ndim(w) != 2 || kd_channels(x) != kd_channels(w) ||
        (b && kd_numel(b) != kd_dim(w, 0)))
        return kdi_refuse("kd_linear", "wants N,I and O,I and O, has %s and %s and %s",
                          kd_shape_text(x->shape), kd_shape_text(w->shape),
                          b ? kd_shape_text(b->shape) : "no bias");
    int64_t rows = kd_rows(x), to = kd_dim(w, 0);
    kd_shape s = x->shape;
    s.d[s.n - 1] = to;
    kd_tensor *y = kdi_out("kd_linear", KD_REAL_T, s, linear_backward, NULL, nin, in);
    kdi_conv c;
    if (as_places(x, w, &c)) {
        kdi_epilogue then = { .bias = b ? kdi_r(b) : NULL };
        kdi_direct_forward(&c, kdi_r(x), kdi_r(w), &then, kdi_r(y), room_for(x, &c));
        return y;
    }
    for (int64_t i = 0; b && i < rows; i++)
        memcpy(kdi_r(y) + i * to, kdi_r(b), (size_t)to * sizeof(kd_real));
    one_product(false, true, rows, to, kd_channels(x), kdi_r(x), kdi_r(w), b != NULL, kdi_r(y));
    return y;
}

/* ---- squared distances ------------------------------------------------------------------ */

/* The floor has no slope: such elements of the gradient are cleared in a copy of it. */
static kd_real *slopes(const kdi_node *node, int64_t n)
{
    kd_real floor = *(kd_real *)node->aux, *g = kdi_scratch(node->out, n);
    for (int64_t i = 0; i < n; i++)
        g[i] = kdi_r(node->out)[i] > floor ? node->out->grad[i] : 0;
    return g;
}

/* dx_i = 2 (sum_j G_ij x_i - sum_j G_ij y_j); for y the same with G transposed */
static void sqdist_gradient(kd_tensor *x, const kd_tensor *y, const kd_real *g, bool transposed)
{
    int64_t n = kd_dim(x, 0), m = kd_dim(y, 0), width = kd_channels(x);
    kd_real *d = kdi_grad(x);
    if (!d)
        return;
    double *total = kdi_scratch_zero_doubles(x, n);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++)
            total[i] += g[transposed ? j * n + i : i * m + j];
    for (int64_t i = 0; i < n; i++)
        kdi_axpy(width, (kd_real)(2 * total[i]), kdi_r(x) + i * width, d + i * width);
    if (n && m && width)
        kdi_gemm(transposed, false, n, width, m, -2, g, transposed ? n : m, kdi_r(y), width, 1, d,
                 width);
}

static void pairwise_sqdist_backward(const kdi_node *node)
{
    const kd_real *g = slopes(node, kd_numel(node->out));
    sqdist_gradient(node->in[0], node->in[1], g, false);
    sqdist_gradient(node->in[1], node->in[0], g, true);
}

static double *squared_lengths(const kd_tensor *x)
{
    int64_t n = kd_dim(x, 0), width = kd_channels(x);
    double *length = kdi_scratch_zero_doubles(x, n);
    for (int64_t i = 0; i < n; i++)
        length[i] = kdi_dot(kdi_r(x) + i * width, kdi_r(x) + i * width, width);
    return length;
}

static bool equal_rows(const kd_tensor *x, int64_t i, const kd_tensor *y, int64_t j)
{
    int64_t width = kd_channels(x);
    const kd_real *a = kdi_r(x) + i * width, *b = kdi_r(y) + j * width;
    return a == b || memcmp(a, b, (size_t)width * sizeof *a) == 0;
}

/* d holds the products x_i . y_j and becomes the distances. That of equal rows is 0, where rounding
 * would leave noise, of which a root makes much more. */
static void sqdist_from_products(const kd_tensor *x, const kd_tensor *y, kd_real floor, kd_real *d)
{
    static const double CLOSE = 1e-3; /* far above rounding: other rows need no look */
    const double *xx = squared_lengths(x), *yy = squared_lengths(y);
    int64_t n = kd_dim(x, 0), m = kd_dim(y, 0);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++, d++) {
            double all = xx[i] + yy[j];
            kd_real square = (kd_real)(all - 2.0 * *d);
            if (!(square > CLOSE * all) && equal_rows(x, i, y, j))
                square = 0;
            *d = square < floor ? floor : square;
        }
}

kd_tensor *kd_pairwise_sqdist(kd_tensor *x, kd_tensor *y, kd_real floor)
{
    kd_tensor *in[] = { x, y };
    if (kdi_unfit("kd_pairwise_sqdist", 2, in))
        return kdi_poison();
    if (kd_ndim(x) != 2 || kd_ndim(y) != 2 || kd_channels(x) != kd_channels(y))
        return kdi_refuse("kd_pairwise_sqdist", "wants N,D and M,D, has %s and %s",
                          kd_shape_text(x->shape), kd_shape_text(y->shape));
    int64_t n = kd_dim(x, 0), m = kd_dim(y, 0);
    kd_tensor *d = kdi_out("kd_pairwise_sqdist", KD_REAL_T, KD_SHAPE(n, m),
                           pairwise_sqdist_backward, kdi_keep(x, &floor, sizeof floor), 2, in);
    one_product(false, true, n, m, kd_channels(x), kdi_r(x), kdi_r(y), 0, kdi_r(d));
    sqdist_from_products(x, y, floor, kdi_r(d));
    return d;
}

kd_tensor *kd_sqdist_among(kd_tensor *x, kd_real floor)
{
    kd_tensor *d = kd_pairwise_sqdist(x, x, floor);
    if (kd_is_poisoned(d))
        return d;
    kd_tensor *apart = kd_shift(kd_neg(kd_eye(d, kd_dim(d, 0))), 1); /* 0 on the diagonal, else 1 */
    return kd_mul(d, apart);
}
