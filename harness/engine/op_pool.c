/* Pooling: maximum and mean over windows, over torch's adaptive windows, over the whole map. */
#include "op.h"

#include <string.h>

#include "simd.h"

typedef struct pool {
    int64_t n, h, w, c, oh, ow;
    int kernel, stride, pad;
    int32_t *where; /* maximum: which pixel of the image each output came from */
    const kd_real *x, *dy;
    kd_real *y, *dx;
} pool;

/* the part of window `o` that lies inside an axis of `size` */
KDI_INLINE void window(const pool *p, int64_t o, int64_t size, int64_t *from, int64_t *to)
{
    int64_t at = o * p->stride - p->pad;
    *from = at < 0 ? 0 : at;
    *to = at + p->kernel < size ? at + p->kernel : size;
}

static bool pool_sizes(const char *op, const kd_tensor *x, int kernel, int stride, int pad, pool *p)
{
    const int64_t *d = x->shape.d;
    stride = stride ? stride : kernel;
    if (x->shape.n != 4)
        kdi_refuse(op, "wants an image N,H,W,C, has %s", kd_shape_text(x->shape));
    else if (kernel < 1 || stride < 1 || pad < 0 || 2 * pad > kernel)
        kdi_refuse(op,
                   "kernel %d, stride %d, pad %d make no sense (pad is at most half the kernel)",
                   kernel, stride, pad);
    else if (d[1] + 2 * pad < kernel || d[2] + 2 * pad < kernel)
        kdi_refuse(op, "a %dx%d window does not fit %s with %d padding", kernel, kernel,
                   kd_shape_text(x->shape), pad);
    else {
        *p = (pool){ .n = d[0],
                     .h = d[1],
                     .w = d[2],
                     .c = d[3],
                     .kernel = kernel,
                     .stride = stride,
                     .pad = pad };
        p->oh = (p->h + 2 * pad - kernel) / stride + 1;
        p->ow = (p->w + 2 * pad - kernel) / stride + 1;
        return true;
    }
    return false;
}

/* the output of windows over x, still to be filled, and its sizes; poison when they make no sense
 */
static kd_tensor *windowed(const char *op, kd_tensor *x, int kernel, int stride, int pad,
                           kdi_backward *backward, pool **sizes)
{
    if (kdi_unfit(op, 1, &x))
        return kdi_poison();
    pool *p = kdi_aux(x, sizeof *p);
    if (!pool_sizes(op, x, kernel, stride, pad, p))
        return kdi_poison();
    kd_shape shape = KD_SHAPE(p->n, p->oh, p->ow, p->c);
    kd_tensor *y = kdi_out(op, KD_REAL_T, shape, backward, p, 1, &x);
    p->x = kdi_r(x);
    p->y = kdi_r(y);
    *sizes = p;
    return y;
}

/* ---- maximum ------------------------------------------------------------------ */

/* one output pixel; of equal values the first in reading order wins, as in torch */
KDI_INLINE void max_pixel(const pool *p, const kd_real *image, int64_t oy, int64_t ox,
                          kd_real *restrict y, int32_t *restrict where)
{
    int64_t y0, y1, x0, x1;
    window(p, oy, p->h, &y0, &y1);
    window(p, ox, p->w, &x0, &x1);
    const kd_real *first = image + (y0 * p->w + x0) * p->c;
    for (int64_t c = 0; c < p->c; c++) {
        y[c] = first[c];
        where[c] = (int32_t)(y0 * p->w + x0);
    }
    for (int64_t iy = y0; iy < y1; iy++)
        for (int64_t ix = x0; ix < x1; ix++) {
            int32_t at = (int32_t)(iy * p->w + ix);
            const kd_real *restrict x = image + at * p->c;
            for (int64_t c = 0; c < p->c; c++) {
                bool more = (x[c] > y[c]) | (x[c] != x[c]); /* a NaN wins, as in torch */
                y[c] = more ? x[c] : y[c];
                where[c] = more ? at : where[c];
            }
        }
}

KDI_INLINE void max_all_body(const pool *p)
{
    int64_t at = 0;
    for (int64_t n = 0; n < p->n; n++)
        for (int64_t oy = 0; oy < p->oh; oy++)
            for (int64_t ox = 0; ox < p->ow; ox++, at += p->c)
                max_pixel(p, p->x + n * p->h * p->w * p->c, oy, ox, p->y + at, p->where + at);
}
KDI_SIMD(max_all, pool)

static void max_backward(const kdi_node *node)
{
    const pool *p = node->aux;
    kd_real *dx = kdi_grad(node->in[0]);
    const kd_real *dy = node->out->grad;
    const int32_t *where = p->where;
    for (int64_t n = 0; n < p->n; n++, dx += p->h * p->w * p->c)
        for (int64_t i = 0; i < p->oh * p->ow; i++, dy += p->c, where += p->c)
            for (int64_t c = 0; c < p->c; c++)
                dx[where[c] * p->c + c] += dy[c];
}

kd_tensor *kd_max_pool2d(kd_tensor *x, int kernel, int stride, int pad)
{
    pool *p = NULL;
    kd_tensor *y = windowed("kd_max_pool2d", x, kernel, stride, pad, max_backward, &p);
    if (kd_is_poisoned(y))
        return y;
    p->where = kdi_alloc(x->engine->step, (size_t)(kd_numel(y) + 1) * sizeof *p->where);
    max_all(p);
    return y;
}

/* ---- mean ------------------------------------------------------------------------ */

/* a window's pixels summed, then divided by `count` */
KDI_INLINE void mean_window(const kd_real *image, int64_t w, int64_t channels, const int64_t at[4],
                            kd_real count, kd_real *restrict y)
{
    for (int64_t c = 0; c < channels; c++)
        y[c] = 0;
    for (int64_t iy = at[0]; iy < at[1]; iy++)
        for (int64_t ix = at[2]; ix < at[3]; ix++) {
            const kd_real *restrict x = image + (iy * w + ix) * channels;
            for (int64_t c = 0; c < channels; c++)
                y[c] += x[c];
        }
    for (int64_t c = 0; c < channels; c++)
        y[c] /= count;
}

KDI_INLINE void spread_window(kd_real *image, int64_t w, int64_t channels, const int64_t at[4],
                              kd_real count, const kd_real *restrict dy)
{
    for (int64_t iy = at[0]; iy < at[1]; iy++)
        for (int64_t ix = at[2]; ix < at[3]; ix++) {
            kd_real *restrict dx = image + (iy * w + ix) * channels;
            for (int64_t c = 0; c < channels; c++)
                dx[c] += dy[c] / count;
        }
}

/* every output pixel; forward when x is set, backward when dx is */
KDI_INLINE void mean_all_body(const pool *p)
{
    int64_t image = p->h * p->w * p->c, o = 0, at[4];
    for (int64_t n = 0; n < p->n; n++)
        for (int64_t oy = 0; oy < p->oh; oy++)
            for (int64_t ox = 0; ox < p->ow; ox++, o += p->c) {
                kd_real count = (kd_real)(p->kernel * p->kernel);
                window(p, oy, p->h, &at[0], &at[1]);
                window(p, ox, p->w, &at[2], &at[3]);
                if (p->x)
                    mean_window(p->x + n * image, p->w, p->c, at, count, p->y + o);
                else
                    spread_window(p->dx + n * image, p->w, p->c, at, count, p->dy + o);
            }
}
KDI_SIMD(mean_all, pool)

/* the forward pass's sizes, turned round: from gradients of outputs to those of inputs */
static pool turned(const kdi_node *node)
{
    pool p = *(const pool *)node->aux;
    p.x = NULL;
    p.dy = node->out->grad;
    p.dx = kdi_grad(node->in[0]);
    return p;
}

static void avg_backward(const kdi_node *node)
{
    pool p = turned(node);
    mean_all(&p);
}

kd_tensor *kd_avg_pool2d(kd_tensor *x, int kernel, int stride, int pad)
{
    pool *p = NULL;
    kd_tensor *y = windowed("kd_avg_pool2d", x, kernel, stride, pad, avg_backward, &p);
    if (!kd_is_poisoned(y))
        mean_all(p);
    return y;
}

/* ---- adaptive: window i of h covers [floor(i*H/h), ceil((i+1)*H/h)) ----------------- */

KDI_INLINE void adaptive_all_body(const pool *p)
{
    int64_t image = p->h * p->w * p->c, o = 0;
    for (int64_t n = 0; n < p->n; n++)
        for (int64_t oy = 0; oy < p->oh; oy++)
            for (int64_t ox = 0; ox < p->ow; ox++, o += p->c) {
                int64_t at[4] = { oy * p->h / p->oh, ((oy + 1) * p->h + p->oh - 1) / p->oh,
                                  ox * p->w / p->ow, ((ox + 1) * p->w + p->ow - 1) / p->ow };
                kd_real count = (kd_real)((at[1] - at[0]) * (at[3] - at[2]));
                if (p->x)
                    mean_window(p->x + n * image, p->w, p->c, at, count, p->y + o);
                else
                    spread_window(p->dx + n * image, p->w, p->c, at, count, p->dy + o);
            }
}
KDI_SIMD(adaptive_all, pool)

static void adaptive_backward(const kdi_node *node)
{
    pool p = turned(node);
    adaptive_all(&p);
}

static kd_tensor *adaptive(const char *op, kd_tensor *x, int64_t h, int64_t w, bool flat)
{
    if (kdi_unfit(op, 1, &x))
        return kdi_poison();
    if (x->shape.n != 4 || h < 1 || w < 1 || kd_numel(x) < 1)
        return kdi_refuse(op, "cannot pool %s to %lldx%lld", kd_shape_text(x->shape), (long long)h,
                          (long long)w);
    const int64_t *d = x->shape.d;
    pool *p = kdi_aux(x, sizeof *p);
    *p = (pool){ .n = d[0], .h = d[1], .w = d[2], .c = d[3], .oh = h, .ow = w };
    kd_shape shape = flat ? KD_SHAPE(d[0], d[3]) : KD_SHAPE(d[0], h, w, d[3]);
    kd_tensor *y = kdi_out(op, KD_REAL_T, shape, adaptive_backward, p, 1, &x);
    p->x = kdi_r(x);
    p->y = kdi_r(y);
    adaptive_all(p);
    return y;
}

kd_tensor *kd_adaptive_avg_pool2d(kd_tensor *x, int64_t h, int64_t w)
{
    return adaptive("kd_adaptive_avg_pool2d", x, h, w, false);
}

kd_tensor *kd_global_avg_pool(kd_tensor *x)
{
    return adaptive("kd_global_avg_pool", x, 1, 1, true);
}

void kd_match_size(kd_tensor **a, kd_tensor **b)
{
    kd_tensor *in[] = { *a, *b };
    if (kdi_unfit("kd_match_size", 2, in))
        return;
    if (in[0]->shape.n != 4 || in[1]->shape.n != 4) {
        *a = *b = kdi_refuse("kd_match_size", "wants two images N,H,W,C, has %s and %s",
                             kd_shape_text(in[0]->shape), kd_shape_text(in[1]->shape));
        return;
    }
    const int64_t *sa = in[0]->shape.d, *sb = in[1]->shape.d;
    if (sa[1] * sa[2] > sb[1] * sb[2])
        *a = kd_adaptive_avg_pool2d(*a, sb[1], sb[2]);
    else if (sa[1] != sb[1] || sa[2] != sb[2])
        *b = kd_adaptive_avg_pool2d(*b, sa[1], sa[2]);
}
