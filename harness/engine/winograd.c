/* 3x3 convolutions of stride 1 by Winograd's F(4x4, 3x3): walks over blocks of tiles that stay in
 * the second-level cache from the pixels to the result. The loops are in winograd_transform.h and
 * winograd_product.h. */
#include "winograd.h"

#include <string.h>

#include "simd.h"

#ifdef KDI_WINOGRAD

/* ---- what a call works with ------------------------------------------------------------ */

enum { WIDTH = 2 }; /* groups of columns that a product does at once */

typedef struct image { /* where tiles come from or go to */
    int64_t height, width, channels;
    int64_t pad; /* a tile begins this many pixels before its place in the output */
} image;

typedef struct plan {
    const kdi_wino_kernels *kernel;
    int64_t tiles, across, down; /* in all; in a row and a column of one image */
    int64_t block;               /* tiles at once */
} plan;

static const kdi_wino_kernels *kernels_for(int64_t a, int64_t b)
{
    int level = kdi_simd_level();
    if (level >= 2 && a % kdi_wino_avx512.lanes == 0 && b % kdi_wino_avx512.lanes == 0)
        return &kdi_wino_avx512;
    if (level >= 1 && a % kdi_wino_avx2.lanes == 0 && b % kdi_wino_avx2.lanes == 0)
        return &kdi_wino_avx2;
    return NULL;
}

bool kdi_wino_fits(const kdi_conv *c)
{
    return c->kh == 3 && c->kw == 3 && c->stride == 1 && c->groups == 1 && c->pad <= 2 &&
           c->ic <= KDI_WINO_MOST && c->oc <= KDI_WINO_MOST && kernels_for(c->ic, c->oc) != NULL;
}

/* tiles at once: measured, the same for every instruction set because sums over tiles are in
 * blocks */
static int64_t block_of(int64_t channels)
{
    return channels <= 256 ? 64 : 32;
}

static int64_t pitch_of(int64_t block, int64_t channels)
{
    return block * channels + 16; /* points must not all fall on the same lines of a cache */
}

static plan plan_of(const kdi_conv *c, int64_t oh, int64_t ow, int64_t block)
{
    plan p = { .kernel = kernels_for(c->ic, c->oc), .down = (oh + 3) / 4, .across = (ow + 3) / 4 };
    p.tiles = c->n * p.down * p.across;
    p.block = block;
    return p;
}

/* ---- where the pixels of a tile are --------------------------------------------------------- */

static const float nothing[KDI_WINO_MOST];

/* tile number t: its image and the pixel it begins at */
typedef struct place {
    int64_t image, y, x;
} place;

static place place_of(const plan *p, int64_t t)
{
    return (place){ t / (p->down * p->across), 4 * (t / p->across % p->down), 4 * (t % p->across) };
}

/* pixels of n tiles from `first`, `size` a side; tiles after the last one see nothing */
static void find_pixels(const plan *p, const image *m, const float *x, int64_t first, int n,
                        int size, const float **pixel)
{
    for (int t = 0; t < n; t++, pixel += KDI_WINO_POINTS) {
        place at = place_of(p, first + t);
        bool real = first + t < p->tiles;
        for (int i = 0; i < size; i++) {
            int64_t y = at.y + i - m->pad;
            bool row = real && y >= 0 && y < m->height;
            const float *line = x + ((at.image * m->height + y) * m->width) * m->channels;
            for (int j = 0; j < size; j++) {
                int64_t column = at.x + j - m->pad;
                bool inside = row && column >= 0 && column < m->width;
                pixel[i * 6 + j] = inside ? line + column * m->channels : nothing;
            }
        }
    }
}

/* the same for the 4x4 pixels that tiles give, from channel `channel` on */
static void find_outputs(const plan *p, const image *m, int64_t first, int n, int64_t channel,
                         int64_t (*pixel)[KDI_WINO_PIXELS])
{
    for (int t = 0; t < n; t++) {
        place at = place_of(p, first + t);
        for (int i = 0; i < KDI_WINO_PIXELS; i++) {
            int64_t y = at.y + i / 4, x = at.x + i % 4;
            bool inside = first + t < p->tiles && y < m->height && x < m->width;
            pixel[t][i] =
                inside ? ((at.image * m->height + y) * m->width + x) * m->channels + channel : -1;
        }
    }
}

/* tiles in the block that begins at `first`; products take eight at a time */
static int tiles_here(const plan *p, int64_t first)
{
    int64_t left = (p->tiles - first + 7) / 8 * 8;
    return (int)(left < p->block ? left : p->block);
}

/* ---- weights ------------------------------------------------------------------------------------
 */

/* taps of O,3,3,I as 3,3,I,O: columns of the product are contiguous then */
static void turn_taps(int64_t in, int64_t out, const float *w, float *turned)
{
    enum { SIDE = 16 };
    for (int64_t o = 0; o < out; o += SIDE)
        for (int64_t t = 0; t < 9 * in; t++) {
            int64_t last = out - o < SIDE ? out - o : SIDE;
            for (int64_t k = 0; k < last; k++)
                turned[t * out + o + k] = w[(o + k) * 9 * in + t];
        }
}

/* points of all weights, block by block of columns */
static void all_weight_points(const kdi_wino_kernels *kernel, int64_t rows, int64_t columns,
                              kdi_wino_weight job, float *points)
{
    const float *taps = job.taps;
    for (int64_t c = 0; c < columns; c += WIDTH * kernel->lanes) {
        int64_t left = (columns - c) / kernel->lanes;
        job.rows = (int)rows;
        job.width = left < WIDTH ? (int)left : WIDTH;
        job.taps = taps + c;
        job.points = points + KDI_WINO_POINTS * rows * c;
        kernel->weight_points(&job);
    }
}

/* ---- forward and data gradient
 * ------------------------------------------------------------------- */

typedef struct pass { /* from an image to another, through points of weights */
    plan p;
    image from, to;
    const float *x;
    float *y, *u, *v, *m;
    const kdi_epilogue *then;
} pass;

/* one block of columns of a block of tiles */
static void give(const pass *s, int64_t first, int n, int64_t column)
{
    const kdi_wino_kernels *kernel = s->p.kernel;
    int64_t pixel[KDI_WINO_TILES][KDI_WINO_PIXELS];
    int64_t left = (s->to.channels - column) / kernel->lanes;
    int width = left < WIDTH ? (int)left : WIDTH;
    int64_t vpitch = pitch_of(s->p.block, s->from.channels);
    int64_t mpitch = pitch_of(s->p.block, WIDTH * kernel->lanes);
    kdi_wino_product product = { .n = n,
                                 .groups = (int)(s->from.channels / kernel->lanes),
                                 .width = width,
                                 .v = s->v,
                                 .u = s->u + KDI_WINO_POINTS * s->from.channels * column,
                                 .out = s->m,
                                 .vstride = vpitch,
                                 .stride = mpitch };
    kernel->product(&product);
    find_outputs(&s->p, &s->to, first, n, column, pixel);
    kdi_wino_scatter scatter = { .n = n,
                                 .groups = width,
                                 .points = s->m,
                                 .stride = mpitch,
                                 .y = s->y,
                                 .pixel = pixel,
                                 .bias = s->then->bias ? s->then->bias + column : NULL,
                                 .residual = s->then->residual,
                                 .act = s->then->act };
    kernel->scatter(&scatter);
}

static void run(const pass *s)
{
    const kdi_wino_kernels *kernel = s->p.kernel;
    const float *pixel[KDI_WINO_TILES * KDI_WINO_POINTS];
    for (int64_t first = 0; first < s->p.tiles; first += s->p.block) {
        int n = tiles_here(&s->p, first);
        find_pixels(&s->p, &s->from, s->x, first, n, 6, pixel);
        kdi_wino_gather gather = { .n = n,
                                   .groups = (int)(s->from.channels / kernel->lanes),
                                   .pixel = pixel,
                                   .points = s->v,
                                   .stride = pitch_of(s->p.block, s->from.channels) };
        kernel->gather_inputs(&gather);
        for (int64_t column = 0; column < s->to.channels; column += WIDTH * kernel->lanes)
            give(s, first, n, column);
    }
}

/* floats: points of weights, of inputs, of one block of outputs, turned taps */
typedef struct room {
    int64_t u, v, m, taps;
} room;

static room room_of(const kdi_conv *c)
{
    int64_t block = block_of(c->ic + c->oc), wide = c->ic > c->oc ? c->ic : c->oc;
    int64_t columns = WIDTH * kdi_wino_avx512.lanes; /* of one product, at most */
    return (room){ .u = KDI_WINO_POINTS * c->ic * c->oc,
                   .v = KDI_WINO_POINTS * pitch_of(block, wide),
                   .m = KDI_WINO_POINTS * pitch_of(block, wide > columns ? wide : columns),
                   .taps = 9 * c->ic * c->oc };
}

int64_t kdi_wino_scratch(const kdi_conv *c)
{
    room r = room_of(c);
    return r.u + r.v + r.m + r.taps;
}

void kdi_wino_forward(const kdi_conv *c, const float *x, const float *w, const kdi_epilogue *then,
                      float *y, float *scratch)
{
    room r = room_of(c);
    float *taps = scratch + r.u + r.v + r.m;
    pass s = { .p = plan_of(c, c->oh, c->ow, block_of(c->ic + c->oc)),
               .from = { c->h, c->w, c->ic, c->pad },
               .to = { c->oh, c->ow, c->oc, 0 },
               .x = x,
               .y = y,
               .u = scratch,
               .v = scratch + r.u,
               .m = scratch + r.u + r.v,
               .then = then };
    turn_taps(c->ic, c->oc, w, taps);
    kdi_wino_weight job = { .tap = c->ic * c->oc, .row = c->oc, .taps = taps };
    all_weight_points(s.p.kernel, c->ic, c->oc, job, s.u);
    run(&s);
}

/* the convolution of the outputs' gradient with the taps in reverse, channels exchanged */
void kdi_wino_backward_data(const kdi_conv *c, const float *dy, const float *w, float *dx,
                            float *scratch)
{
    static const kdi_epilogue none;
    room r = room_of(c);
    pass s = { .p = plan_of(c, c->h, c->w, block_of(c->ic + c->oc)),
               .from = { c->oh, c->ow, c->oc, 2 - c->pad },
               .to = { c->h, c->w, c->ic, 0 },
               .x = dy,
               .y = dx,
               .u = scratch,
               .v = scratch + r.u,
               .m = scratch + r.u + r.v,
               .then = &none };
    kdi_wino_weight job = { .tap = -c->ic, .row = 9 * c->ic, .taps = w + 8 * c->ic };
    all_weight_points(s.p.kernel, c->oc, c->ic, job, s.u);
    run(&s);
}

/* ---- weight gradient
 * ------------------------------------------------------------------------------ */

/* points of a block of tiles of both images, and their products added to u */
static void add_block(const kdi_conv *c, const plan *p, int64_t first, const float *x,
                      const float *dy, float *v, float *d, float *u)
{
    const kdi_wino_kernels *kernel = p->kernel;
    const float *pixel[KDI_WINO_TILES * KDI_WINO_POINTS];
    const image in = { c->h, c->w, c->ic, c->pad }, out = { c->oh, c->ow, c->oc, 0 };
    int n = tiles_here(p, first), lanes = kernel->lanes;
    kdi_wino_gather gather = {
        .n = n, .groups = (int)(c->ic / lanes), .pixel = pixel, .points = d
    };
    gather.stride = pitch_of(p->block, c->ic);
    find_pixels(p, &in, x, first, n, 6, pixel);
    kernel->gather_inputs(&gather);
    gather.groups = (int)(c->oc / lanes);
    gather.points = v;
    gather.stride = pitch_of(p->block, c->oc);
    find_pixels(p, &out, dy, first, n, 4, pixel);
    kernel->gather_outputs(&gather);
    kdi_wino_outer job = { .n = n, .groups = (int)(c->oc / lanes), .v = v };
    job.vstride = pitch_of(p->block, c->oc);
    job.dstride = pitch_of(p->block, c->ic);
    for (int64_t column = 0; column < c->ic; column += WIDTH * lanes) {
        int64_t left = (c->ic - column) / lanes;
        job.width = left < WIDTH ? (int)left : WIDTH;
        job.d = d + column * n;
        job.u = u + KDI_WINO_POINTS * c->oc * column;
        kernel->outer(&job);
    }
}

void kdi_wino_backward_weight(const kdi_conv *c, const float *x, const float *dy, float *dw,
                              float *scratch)
{
    room r = room_of(c);
    plan p = plan_of(c, c->oh, c->ow, block_of(c->ic + c->oc));
    float *u = scratch, *v = u + r.u, *d = v + r.v;
    memset(u, 0, (size_t)r.u * sizeof *u);
    for (int64_t first = 0; first < p.tiles; first += p.block)
        add_block(c, &p, first, x, dy, v, d, u);
    kdi_wino_weight job = { .rows = (int)c->oc, .tap = c->ic, .row = 9 * c->ic };
    for (int64_t column = 0; column < c->ic; column += WIDTH * p.kernel->lanes) {
        int64_t left = (c->ic - column) / p.kernel->lanes;
        job.width = left < WIDTH ? (int)left : WIDTH;
        job.points = u + KDI_WINO_POINTS * c->oc * column;
        job.gradient = dw + column;
        p.kernel->weight_taps(&job);
    }
}

#else /* no loops for this machine, or for double */

bool kdi_wino_fits(const kdi_conv *c)
{
    (void)c;
    return false;
}

int64_t kdi_wino_scratch(const kdi_conv *c)
{
    (void)c;
    return 0;
}

void kdi_wino_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                      const kdi_epilogue *then, kd_real *y, kd_real *scratch)
{
    (void)c, (void)x, (void)w, (void)then, (void)y, (void)scratch;
}

void kdi_wino_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx,
                            kd_real *scratch)
{
    (void)c, (void)dy, (void)w, (void)dx, (void)scratch;
}

void kdi_wino_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy, kd_real *dw,
                              kd_real *scratch)
{
    (void)c, (void)x, (void)dy, (void)dw, (void)scratch;
}

#endif
