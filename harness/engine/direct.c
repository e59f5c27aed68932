/* 1x1 convolutions as products: walks over pieces of the image that stay in the caches, so that
 * each tensor goes through memory once. The loops are in direct_product.h. */
#include "direct.h"

#include <string.h>

#include "simd.h"

#ifdef KDI_DIRECT

enum { NARROW = 8, SLACK = 16 }; /* lanes of the narrower vector; and of the wider one */

bool kdi_direct_fits(const kdi_conv *c)
{
    return c->kh == 1 && c->kw == 1 && c->pad == 0 && c->groups == 1 && kdi_simd_level() >= 1;
}

/* ---- blocks of columns -------------------------------------------------------------------- */

typedef struct block {
    const kdi_direct_kernels *kernel;
    int64_t first;
    int width, columns; /* vectors; columns, which may end before the last vector does */
} block;

/* The block that begins at column `first`. Up to eight columns that are left over go to the
 * narrower vectors, which are done two at a time. */
static block block_at(int64_t first, int64_t columns)
{
    const kdi_direct_kernels *wide = kdi_simd_level() >= 2 ? &kdi_direct_avx512 : &kdi_direct_avx2;
    int64_t left = columns - first;
    block b = { .kernel = left > NARROW ? wide : &kdi_direct_avx2, .first = first };
    int64_t lanes = b.kernel->lanes, vectors = left / lanes;
    if (left % lanes > NARROW || left < lanes)
        vectors++;
    b.width = vectors == 4 ? 2 : vectors < KDI_DIRECT_WIDTH ? (int)vectors : KDI_DIRECT_WIDTH;
    b.columns = (int)(left < b.width * lanes ? left : b.width * lanes);
    return b;
}

static int64_t lanes_of(const block *b)
{
    return (int64_t)b->width * b->kernel->lanes;
}

static int64_t room_of(int64_t rows, int64_t columns)
{
    return rows * (columns + SLACK);
}

/* what a call needs at most: weights in blocks, or sums of their gradients */
int64_t kdi_direct_scratch(const kdi_conv *c)
{
    return (c->ic + SLACK) * (c->oc + SLACK);
}

/* u[row][column] = w[row * by_row + column * by_column], block by block */
static void pack(int64_t rows, int64_t columns, const float *w, int64_t by_row, int64_t by_column,
                 float *u)
{
    for (block b = { .columns = 0 }; b.first + b.columns < columns;) {
        b = block_at(b.first + b.columns, columns);
        const float *from = w + b.first * by_column;
        for (int64_t r = 0; r < rows; r++, u += lanes_of(&b)) {
            for (int64_t k = 0; k < b.columns; k++)
                u[k] = from[r * by_row + k * by_column];
            for (int64_t k = b.columns; k < lanes_of(&b); k++)
                u[k] = 0;
        }
    }
}

/* ---- pixels --------------------------------------------------------------------------------- */

static int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

/* where output pixel p looks in the input, in pixels; p may be one after the last */
static int64_t seen(const kdi_conv *c, int64_t p)
{
    int64_t image = p / (c->oh * c->ow), y = p / c->ow % c->oh, x = p % c->ow;
    return (image * c->h + y * c->stride) * c->w + x * c->stride;
}

/* the same of n pixels from `first` on, times `channels`; after the last one, it again */
static void find(const kdi_conv *c, int64_t first, int64_t n, int64_t channels, int64_t *at)
{
    int64_t last = c->n * c->oh * c->ow - 1;
    for (int64_t i = 0; i < n; i++) {
        int64_t p = at_most(first + i, last);
        at[i] = (c->stride == 1 ? p : seen(c, p)) * channels;
    }
}

/* the same where pixels lie one after the other */
static void find_rows(const kdi_conv *c, int64_t first, int64_t n, int64_t channels, int64_t *at)
{
    int64_t last = c->n * c->oh * c->ow - 1;
    for (int64_t i = 0; i < n; i++)
        at[i] = at_most(first + i, last) * channels;
}

static void point(const float *x, const int64_t *at, int64_t n, const float **to)
{
    for (int64_t i = 0; i < n; i++)
        to[i] = x + at[i];
}

/* ---- forward and data gradient ----------------------------------------------------------------
 */

/* all columns of n pixels; job has what is the same for each block */
static void give(kdi_direct_product job, int64_t rows, int64_t columns)
{
    float *y = job.y;
    const float *bias = job.bias, *residual = job.residual;
    for (block b = { .columns = 0 }; b.first + b.columns < columns;) {
        b = block_at(b.first + b.columns, columns);
        job.width = b.width;
        job.columns = b.columns;
        job.y = y + b.first;
        job.bias = bias ? bias + b.first : NULL;
        job.residual = residual ? residual + b.first : NULL;
        b.kernel->product(&job);
        job.u += rows * lanes_of(&b);
    }
}

enum { PIXELS = 64, SEEN = PIXELS + KDI_DIRECT_AHEAD };

/* pixels at once: what is computed of them should stay in the nearest cache */
static int64_t few(const kdi_conv *c)
{
    return c->ic + c->oc <= 128 ? PIXELS : PIXELS / 4;
}

void kdi_direct_forward(const kdi_conv *c, const float *x, const float *w, const kdi_epilogue *then,
                        float *y, float *scratch)
{
    int64_t pixels = c->n * c->oh * c->ow, piece = few(c), at[PIXELS], to[SEEN];
    const float *from[PIXELS];
    pack(c->ic, c->oc, w, 1, c->ic, scratch);
    for (int64_t first = 0; first < pixels; first += piece) {
        find(c, first, piece, c->ic, at);
        point(x, at, piece, from);
        find_rows(c, first, piece + KDI_DIRECT_AHEAD, c->oc, to);
        kdi_direct_product job = { .n = (int)at_most(pixels - first, piece),
                                   .from = from,
                                   .segments = 1,
                                   .depth = (int)c->ic,
                                   .u = scratch,
                                   .to = to,
                                   .y = y,
                                   .bias = then->bias,
                                   .residual = then->residual,
                                   .act = then->act };
        give(job, c->ic, c->oc);
    }
}

/* inputs that the outputs from `first` to `last` see, and those after them that none sees */
static void clear(const kdi_conv *c, int64_t first, int64_t last, float *dx)
{
    int64_t from = seen(c, first), to = seen(c, last);
    memset(dx + from * c->ic, 0, (size_t)((to - from) * c->ic) * sizeof *dx);
}

void kdi_direct_backward_data(const kdi_conv *c, const float *dy, const float *w, float *dx,
                              float *scratch)
{
    int64_t pixels = c->n * c->oh * c->ow, piece = few(c), at[PIXELS], to[SEEN];
    const float *from[PIXELS];
    pack(c->oc, c->ic, w, c->ic, 1, scratch);
    for (int64_t first = 0; first < pixels; first += piece) {
        int64_t n = at_most(pixels - first, piece);
        find_rows(c, first, piece, c->oc, at);
        point(dy, at, piece, from);
        find(c, first, piece + KDI_DIRECT_AHEAD, c->ic, to);
        if (c->stride > 1)
            clear(c, first, first + n, dx);
        kdi_direct_product job = { .n = (int)n,
                                   .from = from,
                                   .segments = 1,
                                   .depth = (int)c->oc,
                                   .u = scratch,
                                   .to = to,
                                   .y = dx };
        give(job, c->oc, c->ic);
    }
}

/* ---- weight gradient ----------------------------------------------------------------------------
 */

/* half vectors that the sums of all pairs of channels take when `columns` lie in vectors; more than
 * one vector is better than one */
static int64_t cost(int64_t rows, int64_t columns)
{
    int64_t halves = (rows + 3) / 4 * ((columns + NARROW - 1) / NARROW);
    return columns > NARROW ? halves : 2 * halves;
}

/* pixels at once, for both images' channels to stay near; not the machine's choice, because
 * gradients are sums of such pieces */
static int64_t piece_of(const kdi_conv *c)
{
    int64_t piece = 16384 / (c->ic + c->oc);
    return piece < 32 ? 32 : at_most(piece, KDI_DIRECT_PIXELS);
}

enum { MOST = KDI_DIRECT_PIXELS + KDI_DIRECT_AHEAD };

static void add_products(kdi_direct_outer job, int64_t columns)
{
    for (block b = { .columns = 0 }; b.first + b.columns < columns;) {
        b = block_at(b.first + b.columns, columns);
        job.first_column = (int)b.first;
        job.width = b.width;
        job.columns = b.columns;
        b.kernel->outer(&job);
        job.u += job.rows * lanes_of(&b);
    }
}

/* the reverse of pack */
static void unpack(int64_t rows, int64_t columns, const float *u, int64_t by_row, int64_t by_column,
                   float *w)
{
    for (block b = { .columns = 0 }; b.first + b.columns < columns;) {
        b = block_at(b.first + b.columns, columns);
        float *to = w + b.first * by_column;
        for (int64_t r = 0; r < rows; r++, u += lanes_of(&b))
            for (int64_t k = 0; k < b.columns; k++)
                to[r * by_row + k * by_column] = u[k];
    }
}

void kdi_direct_backward_weight(const kdi_conv *c, const float *x, const float *dy, float *dw,
                                float *scratch)
{
    int64_t pixels = c->n * c->oh * c->ow, piece = piece_of(c), at[MOST];
    const float *in[MOST], *out[MOST];
    bool turned = cost(c->ic, c->oc) < cost(c->oc, c->ic); /* output channels lie in vectors */
    int64_t rows = turned ? c->ic : c->oc, columns = turned ? c->oc : c->ic;
    memset(scratch, 0, (size_t)room_of(rows, columns) * sizeof *scratch);
    for (int64_t first = 0; first < pixels; first += piece) {
        int64_t n = at_most(pixels - first, piece), known = n + KDI_DIRECT_AHEAD;
        find(c, first, known, c->ic, at);
        point(x, at, known, in);
        find_rows(c, first, known, c->oc, at);
        point(dy, at, known, out);
        kdi_direct_outer job = { .n = (int)n,
                                 .row = turned ? in : out,
                                 .column = turned ? out : in,
                                 .rows = (int)rows,
                                 .u = scratch };
        add_products(job, columns);
    }
    unpack(rows, columns, scratch, turned ? 1 : c->ic, turned ? c->ic : 1, dw);
}

#else /* no loops for this machine, or for double */

bool kdi_direct_fits(const kdi_conv *c)
{
    (void)c;
    return false;
}

int64_t kdi_direct_scratch(const kdi_conv *c)
{
    (void)c;
    return 0;
}

void kdi_direct_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                        const kdi_epilogue *then, kd_real *y, kd_real *scratch)
{
    (void)c, (void)x, (void)w, (void)then, (void)y, (void)scratch;
}

void kdi_direct_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx,
                              kd_real *scratch)
{
    (void)c, (void)dy, (void)w, (void)dx, (void)scratch;
}

void kdi_direct_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy, kd_real *dw,
                                kd_real *scratch)
{
    (void)c, (void)x, (void)dy, (void)dw, (void)scratch;
}

#endif
