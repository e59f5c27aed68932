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

/* the widest lanes that both numbers of channels fill; NULL: none */
static const kdi_wino_kernels *kernels_for(int64_t a, int64_t b)
{
    const kdi_wino_kernels *const known[] = { &kdi_wino_avx512, &kdi_wino_avx2, &kdi_wino_four };
    int level = kdi_simd_level();
    for (int i = level >= 2 ? 0 : 1; level >= 1 && i < 3; i++)
        if (a % known[i]->lanes == 0 && b % known[i]->lanes == 0)
            return known[i];
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

/* the same of an image to write, with y at the first channel */
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

/* tiles in the block that begins at `first`; products take eight at a time */
static int tiles_here(const plan *p, int64_t first)
{
    int64_t left = (p->tiles - first + 7) / 8 * 8;
    return (int)(left < p->block ? left : p->block);
}

/* ---- weights ------------------------------------------------------------------------------------
 */

static int width_at(const plan *p, int64_t columns, int64_t column)
{
    int64_t left = (columns - column) / p->kernel->lanes;
    return left < WIDTH ? (int)left : WIDTH;
}

/* ---- what is kept of a layer --------------------------------------------------------------------
 */

/* Points of weights are made for all columns first, and blocks of tiles pass by them. Where those
 * points would be far too many for a cache and those of all tiles are few (512 channels at 4x4), it
 * is the other way round: all tiles' points first, and columns pass by them. */
static bool by_columns(const kdi_conv *c, const plan *p)
{
    const int64_t many = 1 << 22; /* floats */
    int64_t wide = c->ic > c->oc ? c->ic : c->oc;
    return KDI_WINO_WEIGHTS * c->ic * c->oc > many &&
           p->points * p->points * p->tiles * wide <= many;
}

/* floats: points of weights, of one image, of another (or of a block of outputs) */
typedef struct room {
    int64_t u, v, m;
    int64_t block; /* of v and m: from a block of tiles to the next */
} room;

static room room_of(const kdi_conv *c, const plan *p)
{
    int64_t wide = c->ic > c->oc ? c->ic : c->oc, product = WIDTH * p->kernel->lanes;
    int64_t blocks = by_columns(c, p) ? (p->tiles + p->block - 1) / p->block : 1;
    room r = { .block = p->points * p->points * pitch_of(p, wide > product ? wide : product) };
    r.u = KDI_WINO_WEIGHTS * wide * (by_columns(c, p) ? product : c->ic + c->oc - wide);
    r.v = r.m = blocks * r.block;
    return r;
}

static int64_t room_needed(const kdi_conv *c, plan p)
{
    room r = room_of(c, &p);
    return r.u + r.v + r.m;
}

static plan plan_forward(const kdi_conv *c)
{
    return plan_of(c, c->oh, c->ow, 4, block_of(c));
}

static plan plan_data(const kdi_conv *c)
{
    return plan_of(c, c->h, c->w, 4 * c->stride, block_of(c));
}

static plan plan_weight(const kdi_conv *c)
{
    return plan_of(c, c->oh, c->ow, 4, weight_block_of(c));
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t kdi_wino_scratch(const kdi_conv *c)
{
    int64_t images = larger(room_needed(c, plan_forward(c)), room_needed(c, plan_data(c)));
    return larger(images, room_needed(c, plan_weight(c)));
}

/* points of n tiles of an image */
static void gather(const plan *p, const kdi_wino_form *form, const image *m, const float *x,
                   int64_t first, float *points)
{
    kdi_wino_tile tile[KDI_WINO_TILES + KDI_WINO_AHEAD];
    int n = tiles_here(p, first);
    find_tiles(p, m, x, first, n + KDI_WINO_AHEAD, tile);
    kdi_wino_gather job = { .n = n,
                            .groups = (int)(m->channels / p->kernel->lanes),
                            .tile = tile,
                            .pixel = m->channels,
                            .points = points,
                            .stride = pitch_of(p, m->channels) };
    form->gather(&job);
}

/* ---- forward and data gradient
 * ------------------------------------------------------------------- */

typedef struct pass { /* from an image to another, through points of weights */
    plan p;
    kdi_wino_form form;
    image from, to;
    const float *x;
    float *y, *u, *v, *m;
    kdi_wino_weight weight; /* all columns */
    int stride;
    const kdi_epilogue *then;
} pass;

static void make_weight_points(const pass *s, int64_t column, float *u)
{
    kdi_wino_weight job = s->weight;
    job.rows = (int)s->from.channels;
    job.width = width_at(&s->p, s->to.channels, column);
    job.taps += column * job.column;
    job.points = u;
    s->p.kernel->weight_points[s->stride - 1](&job);
}

/* one block of columns of the block of tiles whose points are v */
static void give(const pass *s, int64_t first, const float *v, int64_t column, const float *u)
{
    const kdi_wino_kernels *kernel = s->p.kernel;
    kdi_wino_tile tile[KDI_WINO_TILES + KDI_WINO_AHEAD];
    int n = tiles_here(&s->p, first), width = width_at(&s->p, s->to.channels, column);
    int64_t pitch = pitch_of(&s->p, WIDTH * kernel->lanes);
    kdi_wino_product product = { .n = n,
                                 .groups = (int)(s->from.channels / kernel->lanes),
                                 .width = width,
                                 .points = s->p.points * s->p.points,
                                 .weight = s->p.weight,
                                 .v = v,
                                 .u = u,
                                 .out = s->m,
                                 .vstride = pitch_of(&s->p, s->from.channels),
                                 .stride = pitch };
    kernel->product(&product);
    find_outputs(&s->p, &s->to, s->y + column, first, n + KDI_WINO_AHEAD, tile);
    kdi_wino_scatter scatter = { .n = n,
                                 .groups = width,
                                 .points = s->m,
                                 .stride = pitch,
                                 .tile = tile,
                                 .pixel = s->to.channels,
                                 .bias = s->then->bias ? s->then->bias + column : NULL,
                                 .add = s->then->residual != NULL,
                                 .residual = s->then->residual ? s->then->residual - s->y : 0,
                                 .act = s->then->act };
    s->form.scatter(&scatter);
}

static void run_by_tiles(const pass *s)
{
    int64_t width = WIDTH * s->p.kernel->lanes, points = KDI_WINO_WEIGHTS * s->from.channels;
    for (int64_t column = 0; column < s->to.channels; column += width)
        make_weight_points(s, column, s->u + points * column);
    for (int64_t first = 0; first < s->p.tiles; first += s->p.block) {
        gather(&s->p, &s->form, &s->from, s->x, first, s->v);
        for (int64_t column = 0; column < s->to.channels; column += width)
            give(s, first, s->v, column, s->u + points * column);
    }
}

static void run_by_columns(const pass *s, int64_t block)
{
    for (int64_t first = 0; first < s->p.tiles; first += s->p.block)
        gather(&s->p, &s->form, &s->from, s->x, first, s->v + first / s->p.block * block);
    for (int64_t column = 0; column < s->to.channels; column += WIDTH * s->p.kernel->lanes) {
        make_weight_points(s, column, s->u);
        for (int64_t first = 0; first < s->p.tiles; first += s->p.block)
            give(s, first, s->v + first / s->p.block * block, column, s->u);
    }
}

static void run(const kdi_conv *c, pass *s, const room *r, float *scratch)
{
    s->u = scratch, s->v = s->u + r->u, s->m = s->v + r->v;
    s->stride = c->stride;
    if (by_columns(c, &s->p))
        run_by_columns(s, r->block);
    else
        run_by_tiles(s);
}

static image seen(const kdi_conv *c, const kdi_wino_form *form)
{
    return (image){ c->h, c->w, c->ic, form->sees, 4 * c->stride, c->pad };
}

void kdi_wino_forward(const kdi_conv *c, const float *x, const float *w, const kdi_epilogue *then,
                      float *y, float *scratch)
{
    pass s = { .p = plan_forward(c), .to = { c->oh, c->ow, c->oc, 4, 4, 0 } };
    room r = room_of(c, &s.p);
    s.form = s.p.kernel->forward[c->stride - 1];
    s.from = seen(c, &s.form);
    s.x = x, s.y = y, s.then = then;
    s.weight = (kdi_wino_weight){ .tap = c->ic, .row = 1, .column = 9 * c->ic, .taps = w };
    run(c, &s, &r, scratch);
}

/* the same of the outputs' gradient, with the taps in reverse and channels exchanged */
static void backward_data(const kdi_conv *c, const float *dy, const float *w,
                          const kdi_epilogue *then, float *dx, float *scratch)
{
    int step = 4 * c->stride;
    pass s = { .p = plan_data(c), .to = { c->h, c->w, c->ic, step, step, 0 } };
    room r = room_of(c, &s.p);
    s.form = s.p.kernel->data[c->stride - 1];
    s.from = (image){ c->oh, c->ow, c->oc, s.form.sees, 4, c->stride == 2 ? 0 : 2 - c->pad };
    s.x = dy, s.y = dx, s.then = then;
    s.weight =
        (kdi_wino_weight){ .tap = -c->ic, .row = 9 * c->ic, .column = 1, .taps = w + 8 * c->ic };
    run(c, &s, &r, scratch);
}

void kdi_wino_backward_data(const kdi_conv *c, const float *dy, const float *w, float *dx,
                            float *scratch)
{
    const kdi_epilogue then = { .residual = NULL };
    backward_data(c, dy, w, &then, dx, scratch);
}

void kdi_wino_add_data(const kdi_conv *c, const float *dy, const float *w, float *dx,
                       float *scratch)
{
    const kdi_epilogue then = { .residual = dx };
    backward_data(c, dy, w, &then, dx, scratch);
}

/* ---- weight gradient ----------------------------------------------------------------------- */

typedef struct sums {
    const kdi_conv *c;
    plan p;
    image from, to;
    const kdi_wino_form *in, *out;
    const float *x, *dy;
    float *dw, *u, *v, *d;
} sums;

static void gather_both(const sums *s, int64_t first, float *v, float *d)
{
    gather(&s->p, s->in, &s->from, s->x, first, d);
    gather(&s->p, s->out, &s->to, s->dy, first, v);
}

/* the products of n tiles' points v (of outputs) and d (of inputs) at one block of columns */
static void add_products(const sums *s, int64_t first, const float *v, const float *d,
                         int64_t column, float *u)
{
    const plan *p = &s->p;
    int n = tiles_here(p, first);
    kdi_wino_outer job = { .n = n,
                           .groups = (int)(s->c->oc / p->kernel->lanes),
                           .width = width_at(p, s->c->ic, column),
                           .points = p->points * p->points,
                           .weight = p->weight,
                           .v = v,
                           .d = d + column * n,
                           .u = u,
                           .vstride = pitch_of(p, s->c->oc),
                           .dstride = pitch_of(p, s->c->ic) };
    p->kernel->outer(&job);
}

static void take_taps(const sums *s, int64_t column, float *u)
{
    kdi_wino_weight job = { .rows = (int)s->c->oc,
                            .width = width_at(&s->p, s->c->ic, column),
                            .tap = s->c->ic,
                            .row = 9 * s->c->ic,
                            .points = u,
                            .gradient = s->dw + column };
    s->p.kernel->weight_taps[s->c->stride - 1](&job);
}

static void sum_by_tiles(const sums *s)
{
    int64_t width = WIDTH * s->p.kernel->lanes, points = KDI_WINO_WEIGHTS * s->c->oc;
    memset(s->u, 0, (size_t)(points * s->c->ic) * sizeof *s->u);
    for (int64_t first = 0; first < s->p.tiles; first += s->p.block) {
        gather_both(s, first, s->v, s->d);
        for (int64_t column = 0; column < s->c->ic; column += width)
            add_products(s, first, s->v, s->d, column, s->u + points * column);
    }
    for (int64_t column = 0; column < s->c->ic; column += width)
        take_taps(s, column, s->u + points * column);
}

static void sum_by_columns(const sums *s, int64_t block)
{
    int64_t width = WIDTH * s->p.kernel->lanes, points = KDI_WINO_WEIGHTS * s->c->oc;
    for (int64_t first = 0; first < s->p.tiles; first += s->p.block) {
        int64_t at = first / s->p.block * block;
        gather_both(s, first, s->v + at, s->d + at);
    }
    for (int64_t column = 0; column < s->c->ic; column += width) {
        memset(s->u, 0, (size_t)(points * width) * sizeof *s->u);
        for (int64_t first = 0; first < s->p.tiles; first += s->p.block) {
            int64_t at = first / s->p.block * block;
            add_products(s, first, s->v + at, s->d + at, column, s->u);
        }
        take_taps(s, column, s->u);
    }
}

void kdi_wino_backward_weight(const kdi_conv *c, const float *x, const float *dy, float *dw,
                              float *scratch)
{
    sums s = { .c = c, .p = plan_weight(c), .to = { c->oh, c->ow, c->oc, 4, 4, 0 } };
    room r = room_of(c, &s.p);
    s.in = &s.p.kernel->forward[c->stride - 1];
    s.out = &s.p.kernel->weight[c->stride - 1];
    s.from = seen(c, s.in);
    s.x = x, s.dy = dy, s.dw = dw;
    s.u = scratch, s.v = s.u + r.u, s.d = s.v + r.v;
    if (by_columns(c, &s.p))
        sum_by_columns(&s, r.block);
    else
        sum_by_tiles(&s);
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

void kdi_wino_add_data(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx,
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
