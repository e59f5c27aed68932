/* Changing the size of a map by its neighbours, and shuffling its channels. */
#include "op.h"

#include <math.h>

/* ---- each output is a weighted sum of two inputs along an axis ------------------- */

typedef struct blend {
    int64_t from[2];
    kd_real weight[2];
} blend;

typedef struct resize {
    int64_t n, h, w, c, oh, ow;
    blend *row, *column; /* for each output row and column */
    int taps;            /* 1: nearest, 2: bilinear */
} resize;

/* torch's rule, which rounds through float whatever the tensor's type */
static blend nearest(int64_t o, int64_t in, int64_t out)
{
    float scale = (float)in / (float)out;
    int64_t at = in == out ? o : out == 2 * in ? o / 2 : (int64_t)floorf((float)o * scale);
    return (blend){ .from = { at < in ? at : in - 1, 0 }, .weight = { 1, 0 } };
}

/* pixel centres are at halves (align_corners = false) */
static blend bilinear(int64_t o, int64_t in, int64_t out)
{
    kd_real scale = (kd_real)in / (kd_real)out;
    kd_real at = ((kd_real)o + (kd_real)0.5) * scale - (kd_real)0.5;
    at = at < 0 ? 0 : at;
    int64_t low = (int64_t)at < in ? (int64_t)at : in - 1;
    kd_real part = at - (kd_real)low;
    return (blend){ .from = { low, low + 1 < in ? low + 1 : low }, .weight = { 1 - part, part } };
}

static void resize_forward(const resize *r, const kd_real *x, kd_real *y)
{
    for (int64_t n = 0; n < r->n; n++, x += r->h * r->w * r->c)
        for (int64_t oy = 0; oy < r->oh; oy++)
            for (int64_t ox = 0; ox < r->ow; ox++, y += r->c) {
                const blend *by = &r->row[oy], *bx = &r->column[ox];
                for (int64_t c = 0; c < r->c; c++)
                    y[c] = 0;
                for (int t = 0; t < r->taps * r->taps; t++) {
                    int v = t / r->taps, u = t % r->taps;
                    kd_real weight = by->weight[v] * bx->weight[u];
                    const kd_real *from = x + (by->from[v] * r->w + bx->from[u]) * r->c;
                    for (int64_t c = 0; c < r->c; c++)
                        y[c] += weight * from[c];
                }
            }
}

static void resize_backward(const kdi_node *node)
{
    const resize *r = node->aux;
    const kd_real *dy = node->out->grad;
    kd_real *dx = kdi_grad(node->in[0]);
    for (int64_t n = 0; n < r->n; n++, dx += r->h * r->w * r->c)
        for (int64_t oy = 0; oy < r->oh; oy++)
            for (int64_t ox = 0; ox < r->ow; ox++, dy += r->c) {
                const blend *by = &r->row[oy], *bx = &r->column[ox];
                for (int t = 0; t < r->taps * r->taps; t++) {
                    int v = t / r->taps, u = t % r->taps;
                    kd_real weight = by->weight[v] * bx->weight[u];
                    kd_real *to = dx + (by->from[v] * r->w + bx->from[u]) * r->c;
                    for (int64_t c = 0; c < r->c; c++)
                        to[c] += weight * dy[c];
                }
            }
}

typedef blend rule(int64_t o, int64_t in, int64_t out);

static blend *blends(const kd_tensor *x, rule *of, int64_t in, int64_t out)
{
    blend *b = kdi_alloc(x->engine->step, (size_t)out * sizeof *b);
    for (int64_t o = 0; o < out; o++)
        b[o] = of(o, in, out);
    return b;
}

static kd_tensor *resized(const char *op, kd_tensor *x, int64_t h, int64_t w, rule *of, int taps)
{
    if (kdi_unfit(op, 1, &x))
        return kdi_poison();
    if (x->shape.n != 4 || h < 1 || w < 1 || kd_numel(x) < 1)
        return kdi_refuse(op, "cannot make %lldx%lld of %s", (long long)h, (long long)w,
                          kd_shape_text(x->shape));
    const int64_t *d = x->shape.d;
    resize *r = kdi_aux(x, sizeof *r);
    *r = (resize){ .n = d[0], .h = d[1], .w = d[2], .c = d[3], .oh = h, .ow = w, .taps = taps };
    r->row = blends(x, of, r->h, h);
    r->column = blends(x, of, r->w, w);
    kd_tensor *y = kdi_out(op, KD_REAL_T, KD_SHAPE(r->n, h, w, r->c), resize_backward, r, 1, &x);
    resize_forward(r, kdi_r(x), kdi_r(y));
    return y;
}

kd_tensor *kd_upsample_nearest(kd_tensor *x, int64_t h, int64_t w)
{
    return resized("kd_upsample_nearest", x, h, w, nearest, 1);
}

kd_tensor *kd_upsample_bilinear(kd_tensor *x, int64_t h, int64_t w)
{
    return resized("kd_upsample_bilinear", x, h, w, bilinear, 2);
}

/* ---- shuffling: channels as a groups x each table, transposed -------------------------- */

/* out[i*rows + j] = in[j*columns + i] for each pixel, added or written */
static void transpose_pixels(int64_t pixels, int64_t rows, int64_t columns, const kd_real *in,
                             kd_real *out, bool add)
{
    int64_t channels = rows * columns;
    for (int64_t p = 0; p < pixels; p++, in += channels, out += channels)
        for (int64_t i = 0; i < columns; i++)
            for (int64_t j = 0; j < rows; j++) {
                kd_real *o = &out[i * rows + j];
                *o = in[j * columns + i] + (add ? *o : 0);
            }
}

static void shuffle_backward(const kdi_node *node)
{
    kd_tensor *x = node->in[0];
    int64_t groups = *(const int64_t *)node->aux, each = kd_channels(x) / groups;
    kd_real beta;
    kd_real *dx = kdi_grad_raw(x, &beta);
    transpose_pixels(kd_rows(x), each, groups, node->out->grad, dx, beta != 0);
}

kd_tensor *kd_channel_shuffle(kd_tensor *x, int groups)
{
    static const char op[] = "kd_channel_shuffle";
    if (kdi_unfit(op, 1, &x))
        return kdi_poison();
    if (groups < 1 || kd_channels(x) % groups)
        return kdi_refuse(op, "%d groups do not divide the channels of %s", groups,
                          kd_shape_text(x->shape));
    int64_t g = groups;
    kd_tensor *y =
        kdi_out(op, KD_REAL_T, x->shape, shuffle_backward, kdi_keep(x, &g, sizeof g), 1, &x);
    transpose_pixels(kd_rows(x), g, kd_channels(x) / g, kdi_r(x), kdi_r(y), false);
    return y;
}
