/* Convolution without a library: im2col and GEMM an image and group at a time, and direct loops
 * over channels where each channel is a group. The oracle of the tests and the fallback. */
#include "engine.h"

#include <string.h>

static int64_t taps(const kdi_conv *c)
{
    return (int64_t)c->kh * c->kw;
}

static int64_t group_in(const kdi_conv *c)
{
    return c->ic / c->groups;
}

static int64_t group_out(const kdi_conv *c)
{
    return c->oc / c->groups;
}

static bool depthwise(const kdi_conv *c)
{
    return c->groups > 1 && c->groups == c->ic && c->ic == c->oc;
}

/* the image's pixels are the matrix's rows already */
static bool pointwise(const kdi_conv *c)
{
    return !depthwise(c) && c->kh == 1 && c->kw == 1 && c->stride == 1 && c->pad == 0;
}

int64_t kdi_plain_conv_scratch(const kdi_conv *c)
{
    if (depthwise(c))
        return 2 * taps(c) * c->ic;
    return pointwise(c) ? 0 : c->oh * c->ow * taps(c) * group_in(c);
}

/* ---- im2col: oh*ow rows of kh,kw,ic/groups --------------------------------- */

/* the input pixel that output pixel (oy, ox) sees through tap (ky, kx); NULL: in the padding */
static const kd_real *seen(const kdi_conv *c, const kd_real *image, int64_t oy, int64_t ox, int ky,
                           int kx)
{
    int64_t y = oy * c->stride - c->pad + ky, x = ox * c->stride - c->pad + kx;
    bool inside = y >= 0 && y < c->h && x >= 0 && x < c->w;
    return inside ? image + (y * c->w + x) * c->ic : NULL;
}

static void gather(const kdi_conv *c, const kd_real *image, kd_real *cols)
{
    int64_t width = group_in(c);
    for (int64_t oy = 0; oy < c->oh; oy++)
        for (int64_t ox = 0; ox < c->ow; ox++)
            for (int ky = 0; ky < c->kh; ky++)
                for (int kx = 0; kx < c->kw; kx++, cols += width) {
                    const kd_real *from = seen(c, image, oy, ox, ky, kx);
                    if (from)
                        memcpy(cols, from, (size_t)width * sizeof *cols);
                    else
                        memset(cols, 0, (size_t)width * sizeof *cols);
                }
}

/* adds what gather would have read */
static void scatter(const kdi_conv *c, const kd_real *cols, kd_real *image)
{
    int64_t width = group_in(c);
    for (int64_t oy = 0; oy < c->oh; oy++)
        for (int64_t ox = 0; ox < c->ow; ox++)
            for (int ky = 0; ky < c->kh; ky++)
                for (int kx = 0; kx < c->kw; kx++, cols += width) {
                    kd_real *to = (kd_real *)seen(c, image, oy, ox, ky, kx);
                    for (int64_t i = 0; to && i < width; i++)
                        to[i] += cols[i];
                }
}

/* ---- depthwise: weight turned to kh,kw,channels so that channels are innermost --- */

static void weight_by_tap(const kdi_conv *c, const kd_real *w, kd_real *by_tap)
{
    for (int64_t ch = 0; ch < c->ic; ch++)
        for (int64_t t = 0; t < taps(c); t++)
            by_tap[t * c->ic + ch] = w[ch * taps(c) + t];
}

static void depthwise_forward(const kdi_conv *c, const kd_real *image, const kd_real *by_tap,
                              const kd_real *bias, kd_real *y)
{
    for (int64_t oy = 0; oy < c->oh; oy++)
        for (int64_t ox = 0; ox < c->ow; ox++, y += c->oc) {
            for (int64_t ch = 0; ch < c->oc; ch++)
                y[ch] = bias ? bias[ch] : 0;
            for (int t = 0; t < c->kh * c->kw; t++) {
                const kd_real *x = seen(c, image, oy, ox, t / c->kw, t % c->kw);
                const kd_real *w = by_tap + t * c->ic;
                for (int64_t ch = 0; x && ch < c->oc; ch++)
                    y[ch] += x[ch] * w[ch];
            }
        }
}

static void depthwise_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *by_tap,
                                    kd_real *dimage)
{
    for (int64_t oy = 0; oy < c->oh; oy++)
        for (int64_t ox = 0; ox < c->ow; ox++, dy += c->oc)
            for (int t = 0; t < c->kh * c->kw; t++) {
                kd_real *dx = (kd_real *)seen(c, dimage, oy, ox, t / c->kw, t % c->kw);
                const kd_real *w = by_tap + t * c->ic;
                for (int64_t ch = 0; dx && ch < c->oc; ch++)
                    dx[ch] += dy[ch] * w[ch];
            }
}

/* sum: of one image, kh,kw,channels; summed image by image to keep float sums short */
static void depthwise_backward_weight(const kdi_conv *c, const kd_real *image, const kd_real *dy,
                                      kd_real *sum)
{
    for (int64_t oy = 0; oy < c->oh; oy++)
        for (int64_t ox = 0; ox < c->ow; ox++, dy += c->oc)
            for (int t = 0; t < c->kh * c->kw; t++) {
                const kd_real *x = seen(c, image, oy, ox, t / c->kw, t % c->kw);
                kd_real *dw = sum + t * c->ic;
                for (int64_t ch = 0; x && ch < c->oc; ch++)
                    dw[ch] += dy[ch] * x[ch];
            }
}

/* ---- the three products -------------------------------------------------- */

static void add_bias(int64_t rows, int64_t channels, const kd_real *bias, kd_real *y)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t ch = 0; ch < channels; ch++)
            y[i * channels + ch] += bias[ch];
}

void kdi_plain_conv_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                            const kd_real *bias, kd_real *y, kd_real *scratch)
{
    int64_t in = c->h * c->w * c->ic, pixels = c->oh * c->ow, out = pixels * c->oc;
    int64_t k = taps(c) * group_in(c), og = group_out(c);
    if (depthwise(c)) {
        weight_by_tap(c, w, scratch);
        for (int64_t n = 0; n < c->n; n++)
            depthwise_forward(c, x + n * in, scratch, bias, y + n * out);
        return;
    }
    for (int64_t n = 0; n < c->n; n++)
        for (int g = 0; g < c->groups; g++) {
            const kd_real *rows = x + n * in + g * group_in(c);
            if (!pointwise(c))
                gather(c, rows, scratch);
            kdi_gemm(false, true, pixels, og, k, 1, pointwise(c) ? rows : scratch,
                     pointwise(c) ? c->ic : k, w + g * og * k, k, 0, y + n * out + g * og, c->oc);
        }
    if (bias)
        add_bias(c->n * pixels, c->oc, bias, y);
}

void kdi_plain_conv_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w,
                                  kd_real *dx, kd_real *scratch)
{
    int64_t in = c->h * c->w * c->ic, pixels = c->oh * c->ow, out = pixels * c->oc;
    int64_t k = taps(c) * group_in(c), og = group_out(c);
    if (!pointwise(c))
        memset(dx, 0, (size_t)(c->n * in) * sizeof *dx);
    if (depthwise(c)) {
        weight_by_tap(c, w, scratch);
        for (int64_t n = 0; n < c->n; n++)
            depthwise_backward_data(c, dy + n * out, scratch, dx + n * in);
        return;
    }
    for (int64_t n = 0; n < c->n; n++)
        for (int g = 0; g < c->groups; g++) {
            kd_real *rows = dx + n * in + g * group_in(c);
            kdi_gemm(false, false, pixels, k, og, 1, dy + n * out + g * og, c->oc, w + g * og * k,
                     k, 0, pointwise(c) ? rows : scratch, pointwise(c) ? c->ic : k);
            if (!pointwise(c))
                scatter(c, scratch, rows);
        }
}

/* all images of a depthwise layer: sums an image, then turns the weight back */
static void depthwise_weights(const kdi_conv *c, const kd_real *x, const kd_real *dy, kd_real *dw,
                              kd_real *scratch)
{
    int64_t in = c->h * c->w * c->ic, out = c->oh * c->ow * c->oc, nw = taps(c) * c->ic;
    kd_real *image_sum = scratch, *sum = scratch + nw;
    memset(sum, 0, (size_t)nw * sizeof *sum);
    for (int64_t n = 0; n < c->n; n++) {
        memset(image_sum, 0, (size_t)nw * sizeof *sum);
        depthwise_backward_weight(c, x + n * in, dy + n * out, image_sum);
        for (int64_t i = 0; i < nw; i++)
            sum[i] += image_sum[i];
    }
    for (int64_t ch = 0; ch < c->ic; ch++)
        for (int64_t t = 0; t < taps(c); t++)
            dw[ch * taps(c) + t] = sum[t * c->ic + ch];
}

void kdi_plain_conv_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy,
                                    kd_real *dw, kd_real *dbias, kd_real *scratch)
{
    int64_t in = c->h * c->w * c->ic, pixels = c->oh * c->ow, out = pixels * c->oc;
    int64_t k = taps(c) * group_in(c), og = group_out(c);
    if (dbias)
        kdi_column_sums(c->n * c->oh * c->ow, c->oc, dy, 0, dbias);
    if (depthwise(c)) {
        depthwise_weights(c, x, dy, dw, scratch);
        return;
    }
    for (int64_t n = 0; n < c->n; n++)
        for (int g = 0; g < c->groups; g++) {
            const kd_real *rows = x + n * in + g * group_in(c);
            if (!pointwise(c))
                gather(c, rows, scratch);
            kdi_gemm(true, false, og, k, pixels, 1, dy + n * out + g * og, c->oc,
                     pointwise(c) ? rows : scratch, pointwise(c) ? c->ic : k, n ? 1 : 0,
                     dw + g * og * k, k);
        }
}
