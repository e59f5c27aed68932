/* 3x3 convolutions of stride 1 by Winograd's F(4x4, 3x3): walks over blocks of tiles that stay in
 * the second-level cache from the pixels to the result. The loops are in winograd_transform.h and
 * winograd_product.h. */
#include "winograd.h"

#include <string.h>

#include "simd.h"

#ifdef KDI_WINOGRAD

/* ---- what a call works with ------------------------------------------------------------ */

enum { WIDTH = 2 }; /* groups of columns that a product does at once */

/* Where tiles come from or go to: tile (y, x) is the `size`^2 pixels from (y, x)*step - pad on. */
typedef struct image {
    int64_t height, width, channels;
    int size, step, pad;
} image;

typedef struct plan {
    const kdi_wino_kernels *kernel;
    int points;                  /* in a dimension */
    const unsigned char *weight; /* of each point: see winograd.h */
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
    bool strided = c->stride == 2 && c->pad == 1;
    return c->kh == 3 && c->kw == 3 && ((c->stride == 1 && c->pad <= 2) || strided) &&
           c->groups == 1 && c->ic <= KDI_WINO_MOST && c->oc <= KDI_WINO_MOST &&
           kernels_for(c->ic, c->oc) != NULL;
}

/* Tiles at once: what was fastest over the layers of CIFAR networks with images that are not in the
 * cache. The same for every instruction set, because weights' gradients are sums of blocks. */
static int64_t block_of(const kdi_conv *c)
{
    return c->stride == 2 && c->ic + c->oc > 96 ? 8 : 16;
}

static int64_t weight_block_of(const kdi_conv *c)
{
    return c->stride == 2 ? 16 : 32;
}

static int64_t pitch_of(const plan *p, int64_t channels)
{
    return p->block * channels + 16; /* points must not all fall on the same lines of a cache */
}

/* of an image that tiles cover, `step` pixels each */
static plan plan_of(const kdi_conv *c, int64_t height, int64_t width, int step, int64_t block)
{
    static const unsigned char own[] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                         12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
                                         24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35 };
    static const unsigned char shared[] = { 0,  0,  0,  0,  1,  2,  3,  4,  5,  0,  0,  0,  0,  1,
                                            2,  3,  4,  5,  0,  0,  0,  0,  1,  2,  3,  4,  5,  0,
                                            0,  0,  0,  1,  2,  3,  4,  5,  6,  6,  6,  6,  7,  8,
                                            9,  10, 11, 12, 12, 12, 12, 13, 14, 15, 16, 17, 18, 18,
                                            18, 18, 19, 20, 21, 22, 23, 24, 24, 24, 24, 25, 26, 27,
                                            28, 29, 30, 30, 30, 30, 31, 32, 33, 34, 35 };
    plan p = { .kernel = kernels_for(c->ic, c->oc), .block = block };
    p.points = c->stride == 2 ? 9 : 6;
    p.weight = c->stride == 2 ? shared : own;
    p.down = (height + step - 1) / step;
    p.across = (width + step - 1) / step;
    p.tiles = c->n * p.down * p.across;
    return p;
}

/* ---- where the pixels of a tile are --------------------------------------------------------- */

static const float nothing[KDI_WINO_SIDE * KDI_WINO_MOST];

/* tile number t: its image and its place there */
typedef struct place {
    int64_t image, y, x;
} place;

static place place_of(const plan *p, int64_t t)
{
    return (place){ t / (p->down * p->across), t / p->across % p->down, t % p->across };
}

static int columns_left(const image *m, int64_t x)
{
    int64_t left = m->width - x;
    return (int)(left < m->size ? left : m->size);
}

/* n tiles from `first`; those after the last one see nothing */
static void find_tiles(const plan *p, const image *m, const float *x, int64_t first, int n,
                       kdi_wino_tile *tile)
{
    for (int t = 0; t < n; t++, tile++) {
        place at = place_of(p, first + t);
        int64_t y = at.y * m->step - m->pad, column = at.x * m->step - m->pad;
        bool real = first + t < p->tiles;
        tile->first = column < 0 ? (int)-column : 0;
        tile->last = columns_left(m, column);
        for (int i = 0; i < m->size; i++, y++) {
            bool inside = real && y >= 0 && y < m->height;
            int64_t pixel = (at.image * m->height + y) * m->width + column;
            tile->row[i] = inside ? x + pixel * m->channels : nothing;
        }
    }
}

/* the same of an image to write */
static void find_outputs(const plan *p, const image *m, const float *y, int64_t first, int n,
                         kdi_wino_tile *tile)
{
    for (int t = 0; t < n; t++, tile++) {
        place at = place_of(p, first + t);
        int64_t row = at.y * m->step, column = at.x * m->step;
        tile->first = 0;
        tile->last = columns_left(m, column);
        for (int i = 0; i < m->size; i++, row++) {
            bool inside = first + t < p->tiles && row < m->height;
            int64_t pixel = (at.image * m->height + row) * m->width + column;
            tile->row[i] = inside ? y + pixel * m->channels : NULL;
        }
    }
}

/* from a block of channels to the one `width` further */
static void move_on(const image *m, int n, int width, kdi_wino_tile *tile)
{
    for (int t = 0; t < n; t++)
        for (int i = 0; i < m->size; i++)
            if (tile[t].row[i])
                tile[t].row[i] += width;
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
static void all_weight_points(const kdi_wino_kernels *kernel, int stride, int64_t rows,
                              int64_t columns, kdi_wino_weight job, float *points)
{
    const float *taps = job.taps;
    for (int64_t c = 0; c < columns; c += WIDTH * kernel->lanes) {
        int64_t left = (columns - c) / kernel->lanes;
        job.rows = (int)rows;
        job.width = left < WIDTH ? (int)left : WIDTH;
        job.taps = taps + c;
        job.points = points + KDI_WINO_WEIGHTS * rows * c;
        kernel->weight_points[stride - 1](&job);
    }
}

/* ---- forward and data gradient
 * ------------------------------------------------------------------- */

typedef struct pass { /* from an image to another, through points of weights */
    plan p;
    kdi_wino_form form;
    image from, to;
    const float *x;
    float *y, *u, *v, *m;
    const kdi_epilogue *then;
} pass;

/* one block of columns of a block of tiles; `to` says where its first channel goes */
static void give(const pass *s, int n, int64_t column, const kdi_wino_tile *to)
{
    const kdi_wino_kernels *kernel = s->p.kernel;
    int64_t left = (s->to.channels - column) / kernel->lanes;
    int width = left < WIDTH ? (int)left : WIDTH;
    int64_t pitch = pitch_of(&s->p, WIDTH * kernel->lanes);
    kdi_wino_product product = { .n = n,
                                 .groups = (int)(s->from.channels / kernel->lanes),
                                 .width = width,
                                 .points = s->p.points * s->p.points,
                                 .weight = s->p.weight,
                                 .v = s->v,
                                 .u = s->u + KDI_WINO_WEIGHTS * s->from.channels * column,
                                 .out = s->m,
                                 .vstride = pitch_of(&s->p, s->from.channels),
                                 .stride = pitch };
    kernel->product(&product);
    kdi_wino_scatter scatter = { .n = n,
                                 .groups = width,
                                 .points = s->m,
                                 .stride = pitch,
                                 .tile = to,
                                 .pixel = s->to.channels,
                                 .bias = s->then->bias ? s->then->bias + column : NULL,
                                 .add = s->then->residual != NULL,
                                 .residual = s->then->residual - s->y,
                                 .act = s->then->act };
    s->form.scatter(&scatter);
}

static void run(const pass *s)
{
    const kdi_wino_kernels *kernel = s->p.kernel;
    kdi_wino_tile tile[KDI_WINO_TILES + KDI_WINO_AHEAD];
    int width = WIDTH * kernel->lanes;
    for (int64_t first = 0; first < s->p.tiles; first += s->p.block) {
        int n = tiles_here(&s->p, first);
        find_tiles(&s->p, &s->from, s->x, first, n + KDI_WINO_AHEAD, tile);
        kdi_wino_gather gather = { .n = n,
                                   .groups = (int)(s->from.channels / kernel->lanes),
                                   .tile = tile,
                                   .pixel = s->from.channels,
                                   .points = s->v,
                                   .stride = pitch_of(&s->p, s->from.channels) };
        s->form.gather(&gather);
        find_outputs(&s->p, &s->to, s->y, first, n + KDI_WINO_AHEAD, tile);
        for (int64_t column = 0; column < s->to.channels; column += width) {
            give(s, n, column, tile);
            move_on(&s->to, n + KDI_WINO_AHEAD, width, tile);
        }
    }
}

/* floats: points of weights, of one image, of another (or of a block of outputs), turned taps */
typedef struct room {
    int64_t u, v, m, taps;
} room;

static room room_of(const kdi_conv *c)
{
    plan p = plan_of(c, 1, 1, 1, weight_block_of(c)); /* the larger */
    int64_t wide = c->ic > c->oc ? c->ic : c->oc, product = WIDTH * p.kernel->lanes;
    int64_t points = p.points * p.points;
    return (room){ .u = KDI_WINO_WEIGHTS * c->ic * c->oc,
                   .v = points * pitch_of(&p, wide),
                   .m = points * pitch_of(&p, wide > product ? wide : product),
                   .taps = 9 * c->ic * c->oc };
}

int64_t kdi_wino_scratch(const kdi_conv *c)
{
    room r = room_of(c);
    return r.u + r.v + r.m + r.taps;
}

static image seen(const kdi_conv *c, const kdi_wino_form *form)
{
    return (image){ c->h, c->w, c->ic, form->sees, 4 * c->stride, c->pad };
}

void kdi_wino_forward(const kdi_conv *c, const float *x, const float *w, const kdi_epilogue *then,
                      float *y, float *scratch)
{
    room r = room_of(c);
    pass s = { .p = plan_of(c, c->oh, c->ow, 4, block_of(c)),
               .to = { c->oh, c->ow, c->oc, 4, 4, 0 } };
    float *taps = scratch + r.u + r.v + r.m;
    s.form = s.p.kernel->forward[c->stride - 1];
    s.from = seen(c, &s.form);
    s.x = x, s.y = y, s.then = then;
    s.u = scratch, s.v = s.u + r.u, s.m = s.v + r.v;
    turn_taps(c->ic, c->oc, w, taps);
    kdi_wino_weight job = { .tap = c->ic * c->oc, .row = c->oc, .taps = taps };
    all_weight_points(s.p.kernel, c->stride, c->ic, c->oc, job, s.u);
    run(&s);
}

/* the same of the outputs' gradient, with the taps in reverse and channels exchanged */
void kdi_wino_backward_data(const kdi_conv *c, const float *dy, const float *w, float *dx,
                            float *scratch)
{
    static const kdi_epilogue none;
    room r = room_of(c);
    int step = 4 * c->stride;
    pass s = { .p = plan_of(c, c->h, c->w, step, block_of(c)),
               .to = { c->h, c->w, c->ic, step, step, 0 } };
    s.form = s.p.kernel->data[c->stride - 1];
    s.from = (image){ c->oh, c->ow, c->oc, s.form.sees, 4, c->stride == 2 ? 0 : 2 - c->pad };
    s.x = dy, s.y = dx, s.then = &none;
    s.u = scratch, s.v = s.u + r.u, s.m = s.v + r.v;
    kdi_wino_weight job = { .tap = -c->ic, .row = 9 * c->ic, .taps = w + 8 * c->ic };
    all_weight_points(s.p.kernel, c->stride, c->oc, c->ic, job, s.u);
    run(&s);
}

/* ---- weight gradient
 * ------------------------------------------------------------------------------ */

/* points of n tiles of an image */
static void gather(const plan *p, const kdi_wino_form *form, const image *m, const float *x,
                   int64_t first, int n, float *points)
{
    kdi_wino_tile tile[KDI_WINO_TILES + KDI_WINO_AHEAD];
    find_tiles(p, m, x, first, n + KDI_WINO_AHEAD, tile);
    kdi_wino_gather job = { .n = n,
                            .groups = (int)(m->channels / p->kernel->lanes),
                            .tile = tile,
                            .pixel = m->channels,
                            .points = points,
                            .stride = pitch_of(p, m->channels) };
    form->gather(&job);
}

/* the products of n tiles' points v (of outputs) and d (of inputs), added to u */
static void add_products(const kdi_conv *c, const plan *p, int n, const float *v, const float *d,
                         float *u)
{
    int lanes = p->kernel->lanes;
    kdi_wino_outer job = { .n = n,
                           .groups = (int)(c->oc / lanes),
                           .points = p->points * p->points,
                           .weight = p->weight,
                           .v = v,
                           .vstride = pitch_of(p, c->oc),
                           .dstride = pitch_of(p, c->ic) };
    for (int64_t column = 0; column < c->ic; column += WIDTH * lanes) {
        int64_t left = (c->ic - column) / lanes;
        job.width = left < WIDTH ? (int)left : WIDTH;
        job.d = d + column * n;
        job.u = u + KDI_WINO_WEIGHTS * c->oc * column;
        p->kernel->outer(&job);
    }
}

void kdi_wino_backward_weight(const kdi_conv *c, const float *x, const float *dy, float *dw,
                              float *scratch)
{
    room r = room_of(c);
    plan p = plan_of(c, c->oh, c->ow, 4, weight_block_of(c));
    const kdi_wino_form *in = &p.kernel->forward[c->stride - 1];
    const kdi_wino_form *out = &p.kernel->weight[c->stride - 1];
    image from = seen(c, in), to = { c->oh, c->ow, c->oc, 4, 4, 0 };
    float *u = scratch, *v = u + r.u, *d = v + r.v;
    memset(u, 0, (size_t)r.u * sizeof *u);
    for (int64_t first = 0; first < p.tiles; first += p.block) {
        int n = tiles_here(&p, first);
        gather(&p, in, &from, x, first, n, d);
        gather(&p, out, &to, dy, first, n, v);
        add_products(c, &p, n, v, d, u);
    }
    kdi_wino_weight job = { .rows = (int)c->oc, .tap = c->ic, .row = 9 * c->ic };
    for (int64_t column = 0; column < c->ic; column += WIDTH * p.kernel->lanes) {
        int64_t left = (c->ic - column) / p.kernel->lanes;
        job.width = left < WIDTH ? (int)left : WIDTH;
        job.points = u + KDI_WINO_WEIGHTS * c->oc * column;
        job.gradient = dw + column;
        p.kernel->weight_taps[c->stride - 1](&job);
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
