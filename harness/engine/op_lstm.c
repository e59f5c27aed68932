/* One layer of an LSTM in one direction, over texts of many lengths.
 *
 * The longest text first, a step handles a shrinking prefix of the texts: all that belongs to one
 * step lies together ("time-major"), and its product with the recurrent weights is one GEMM. Gates
 * are i, f, g, o as in torch: c = f c + i g, h = o tanh(c). */
#include "op.h"

#include <string.h>

#include "smooth.h"

typedef struct lstm {
    int64_t rows, width, hidden;
    int64_t steps;
    int64_t *begin; /* steps + 1: where step t's rows lie, time-major */
    int64_t *row;   /* of x, of each time-major row */
    kd_real *x;     /* time-major */
    kd_real *gates; /* rows x 4H, after their activations */
    kd_real *c, *h; /* rows x H */
} lstm;

static int64_t texts(const lstm *l, int64_t t)
{
    return l->begin[t + 1] - l->begin[t];
}

/* ---- order -------------------------------------------------------------------------- */

/* counts texts of each length, longest first: begin[t + 1] - begin[t] = those longer than t */
static void plan_steps(lstm *l, const kd_tensor *offset, kdi_arena *a)
{
    const int64_t *at = kd_i64s((kd_tensor *)offset);
    int64_t n = kd_numel(offset) - 1;
    for (int64_t i = 0; i < n; i++)
        l->steps = at[i + 1] - at[i] > l->steps ? at[i + 1] - at[i] : l->steps;
    l->begin = kdi_alloc0(a, (size_t)(l->steps + 1) * sizeof *l->begin);
    for (int64_t i = 0; i < n; i++)
        for (int64_t t = 0; t < at[i + 1] - at[i]; t++)
            l->begin[t + 1]++;
    for (int64_t t = 0; t < l->steps; t++)
        l->begin[t + 1] += l->begin[t];
}

/* texts of one length keep their order */
static void plan_rows(lstm *l, const kd_tensor *offset, bool reverse, kdi_arena *a)
{
    const int64_t *at = kd_i64s((kd_tensor *)offset);
    int64_t n = kd_numel(offset) - 1;
    int64_t *place = kdi_alloc0(a, (size_t)(l->steps + 1) * sizeof *place);
    l->row = kdi_alloc(a, (size_t)(l->rows + 1) * sizeof *l->row);
    for (int64_t i = 0; i < n; i++) { /* place[k]: of the next text of length k */
        int64_t length = at[i + 1] - at[i];
        int64_t longer = length < l->steps ? texts(l, length) : 0;
        int64_t rank = longer + place[length]++;
        for (int64_t t = 0; t < length; t++)
            l->row[l->begin[t] + rank] = at[i] + (reverse ? length - 1 - t : t);
    }
}

/* ---- one step, of all its texts ---------------------------------------------------------- */

typedef struct cells_ahead {
    int64_t n, hidden;
    kd_real *gates;
    const kd_real *before; /* c of the step before; NULL: zeros */
    kd_real *c, *h;
} cells_ahead;

KDI_INLINE void cells_forward_body(const cells_ahead *job)
{
    int64_t m = job->hidden;
    for (int64_t r = 0; r < job->n; r++) {
        kd_real *restrict i = job->gates + 4 * r * m, *restrict f = i + m, *restrict g = f + m;
        kd_real *restrict o = g + m, *restrict c = job->c + r * m, *restrict h = job->h + r * m;
        const kd_real *restrict before = job->before ? job->before + r * m : NULL;
        for (int64_t k = 0; k < m; k++) {
            i[k] = kdi_sigmoid(i[k]);
            f[k] = kdi_sigmoid(f[k]);
            g[k] = kdi_tanh(g[k]);
            o[k] = kdi_sigmoid(o[k]);
        }
        for (int64_t k = 0; k < m; k++) {
            c[k] = i[k] * g[k] + (before ? f[k] * before[k] : 0);
            h[k] = o[k] * kdi_tanh(c[k]);
        }
    }
}
KDI_SIMD(cells_forward, cells_ahead)

/* dh and dc are the gradients of h and c from outside and from the next step; dc becomes that of
 * the c before, dgates those of the gates before their activations */
typedef struct cells_back {
    int64_t n, hidden;
    const kd_real *gates, *c, *before, *dh;
    kd_real *dc, *dgates;
} cells_back;

KDI_INLINE void cells_backward_body(const cells_back *job)
{
    int64_t m = job->hidden;
    for (int64_t r = 0; r < job->n; r++) {
        const kd_real *restrict i = job->gates + 4 * r * m, *restrict f = i + m;
        const kd_real *restrict g = f + m, *restrict o = g + m, *restrict c = job->c + r * m;
        const kd_real *restrict before = job->before ? job->before + r * m : NULL;
        const kd_real *restrict dh = job->dh + r * m;
        kd_real *restrict dc = job->dc + r * m, *restrict di = job->dgates + 4 * r * m;
        kd_real *restrict df = di + m, *restrict dg = df + m, *restrict d_o = dg + m;
        for (int64_t k = 0; k < m; k++) {
            kd_real y = kdi_tanh(c[k]), d = dc[k] + dh[k] * o[k] * (1 - y * y);
            d_o[k] = dh[k] * y * o[k] * (1 - o[k]);
            di[k] = d * g[k] * i[k] * (1 - i[k]);
            df[k] = (before ? d * before[k] : 0) * f[k] * (1 - f[k]);
            dg[k] = d * i[k] * (1 - g[k] * g[k]);
            dc[k] = d * f[k];
        }
    }
}
KDI_SIMD(cells_backward, cells_back)

/* ---- forward --------------------------------------------------------------------------------- */

static void to_time_major(const lstm *l, const kd_real *from, int64_t width, kd_real *to)
{
    for (int64_t i = 0; i < l->rows; i++)
        memcpy(to + i * width, from + l->row[i] * width, (size_t)width * sizeof *to);
}

static void fill_biases(const lstm *l, const kd_real *a, const kd_real *b)
{
    int64_t n = 4 * l->hidden;
    for (int64_t k = 0; l->rows && k < n; k++)
        l->gates[k] = a[k] + b[k];
    for (int64_t i = 1; i < l->rows; i++)
        memcpy(l->gates + i * n, l->gates, (size_t)n * sizeof *l->gates);
}

static void from_time_major(const lstm *l, const kd_real *from, kd_real *to)
{
    for (int64_t i = 0; i < l->rows; i++)
        memcpy(to + l->row[i] * l->hidden, from + i * l->hidden, (size_t)l->hidden * sizeof *to);
}

static void forward(const lstm *l, kd_tensor *const *in)
{
    int64_t m = l->hidden;
    fill_biases(l, kdi_r(in[4]), kdi_r(in[5]));
    if (l->rows)
        kdi_gemm(false, true, l->rows, 4 * m, l->width, 1, l->x, l->width, kdi_r(in[2]), l->width,
                 1, l->gates, 4 * m);
    for (int64_t t = 0; t < l->steps; t++) {
        int64_t at = l->begin[t], n = texts(l, t), before = t ? l->begin[t - 1] : 0;
        if (t)
            kdi_gemm(false, true, n, 4 * m, m, 1, l->h + before * m, m, kdi_r(in[3]), m, 1,
                     l->gates + at * 4 * m, 4 * m);
        cells_forward(&(cells_ahead){ n, m, l->gates + at * 4 * m, t ? l->c + before * m : NULL,
                                      l->c + at * m, l->h + at * m });
    }
}

/* ---- backward
 * ------------------------------------------------------------------------------------ */

/* dgates, time-major; dh comes in as the gradient of the output */
static void through_time(const lstm *l, const kd_real *w_hh, kd_real *dh, kd_real *dc,
                         kd_real *dgates)
{
    int64_t m = l->hidden;
    for (int64_t t = l->steps - 1; t >= 0; t--) {
        int64_t at = l->begin[t], n = texts(l, t), before = t ? l->begin[t - 1] : 0;
        cells_backward(&(cells_back){ n, m, l->gates + at * 4 * m, l->c + at * m,
                                      t ? l->c + before * m : NULL, dh + at * m, dc,
                                      dgates + at * 4 * m });
        if (t)
            kdi_gemm(false, false, n, m, 4 * m, 1, dgates + at * 4 * m, 4 * m, w_hh, m, 1,
                     dh + before * m, m);
    }
}

/* h before each step but the first, as rows beside those steps' gates */
static kd_real *states_before(const lstm *l, const kd_tensor *x)
{
    int64_t m = l->hidden, first = l->steps ? texts(l, 0) : 0;
    kd_real *h = kdi_scratch(x, (l->rows - first) * m);
    for (int64_t t = 1; t < l->steps; t++)
        memcpy(h + (l->begin[t] - first) * m, l->h + l->begin[t - 1] * m,
               (size_t)(texts(l, t) * m) * sizeof *h);
    return h;
}

static void weight_gradients(const lstm *l, const kdi_node *node, const kd_real *dgates)
{
    int64_t m = l->hidden, first = l->steps ? texts(l, 0) : 0;
    kd_real beta, *d = kdi_grad_raw(node->in[2], &beta);
    if (d)
        kdi_gemm(true, false, 4 * m, l->width, l->rows, 1, dgates, 4 * m, l->x, l->width, beta, d,
                 l->width);
    d = kdi_grad_raw(node->in[3], &beta);
    if (d)
        kdi_gemm(true, false, 4 * m, m, l->rows - first, 1, dgates + first * 4 * m, 4 * m,
                 states_before(l, node->out), m, beta, d, m);
    for (int k = 4; k < 6; k++) {
        d = kdi_grad_raw(node->in[k], &beta);
        if (d)
            kdi_column_sums(l->rows, 4 * m, dgates, beta, d);
    }
}

static void input_gradient(const lstm *l, const kdi_node *node, const kd_real *dgates)
{
    int64_t width = l->width;
    kd_real beta, *d = kdi_grad_raw(node->in[0], &beta);
    if (!d || !l->rows)
        return;
    kd_real *dx = kdi_scratch(node->out, l->rows * width);
    kdi_gemm(false, false, l->rows, width, 4 * l->hidden, 1, dgates, 4 * l->hidden,
             kdi_r(node->in[2]), width, 0, dx, width);
    for (int64_t i = 0; i < l->rows; i++)
        for (int64_t k = 0; k < width; k++) {
            kd_real *to = d + l->row[i] * width + k;
            *to = dx[i * width + k] + (beta == 0 ? 0 : *to);
        }
}

static void lstm_backward(const kdi_node *node)
{
    const lstm *l = node->aux;
    int64_t m = l->hidden, first = l->steps ? texts(l, 0) : 0;
    kd_real *dh = kdi_scratch(node->out, l->rows * m), *dc = kdi_scratch(node->out, first * m);
    kd_real *dgates = kdi_scratch(node->out, l->rows * 4 * m);
    to_time_major(l, node->out->grad, m, dh);
    memset(dc, 0, (size_t)(first * m) * sizeof *dc);
    through_time(l, kdi_r(node->in[3]), dh, dc, dgates);
    weight_gradients(l, node, dgates);
    input_gradient(l, node, dgates);
}

/* ---- the operator
 * ----------------------------------------------------------------------------------- */

static bool weights_fit(kd_tensor *const *in)
{
    int64_t m = kd_channels(in[3]);
    return kd_ndim(in[2]) == 2 && kd_ndim(in[3]) == 2 && kd_dim(in[2], 0) == 4 * m &&
           kd_dim(in[3], 0) == 4 * m && kd_channels(in[2]) == kd_channels(in[0]) &&
           kd_numel(in[4]) == 4 * m && kd_numel(in[5]) == 4 * m;
}

kd_tensor *kd_lstm(kd_tensor *x, kd_tensor *offset, kd_tensor *w_ih, kd_tensor *w_hh,
                   kd_tensor *b_ih, kd_tensor *b_hh, bool reverse, kd_tensor **cells)
{
    static const char op[] = "kd_lstm";
    kd_tensor *in[] = { x, offset, w_ih, w_hh, b_ih, b_hh };
    if (cells)
        *cells = kdi_poison();
    if (kdi_unfit(op, 1, &x) || kdi_unfit_i64(op, offset) || kdi_unfit(op, 4, in + 2))
        return kdi_poison();
    if (kd_ndim(x) != 2 || !weights_fit(in))
        return kdi_refuse(op,
                          "wants R,D and weights 4H,D and 4H,H and 4H and 4H, has %s and %s and "
                          "%s and %s",
                          kd_shape_text(x->shape), kd_shape_text(w_ih->shape),
                          kd_shape_text(w_hh->shape), kd_shape_text(b_ih->shape));
    if (!kdi_offsets_fit(op, offset, kd_rows(x)))
        return kdi_poison();
    kdi_arena *a = x->engine->step;
    int64_t m = kd_channels(w_hh);
    lstm *l = kdi_aux(x, sizeof *l);
    *l = (lstm){ .rows = kd_rows(x), .width = kd_channels(x), .hidden = m };
    plan_steps(l, offset, a);
    plan_rows(l, offset, reverse, a);
    l->x = kdi_scratch(x, l->rows * l->width);
    l->gates = kdi_scratch(x, l->rows * 4 * m);
    l->c = kdi_scratch(x, l->rows * m);
    l->h = kdi_scratch(x, l->rows * m);
    kd_tensor *y = kdi_out(op, KD_REAL_T, KD_SHAPE(l->rows, m), lstm_backward, l, 6, in);
    to_time_major(l, kdi_r(x), l->width, l->x);
    forward(l, in);
    from_time_major(l, l->h, kdi_r(y));
    if (cells) {
        *cells = kd_zeros_like(x, y->shape);
        from_time_major(l, l->c, kdi_r(*cells));
    }
    return y;
}
