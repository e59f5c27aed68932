/* Convolution: the plain path against seven loops in double, oneDNN against the plain path. */
#include "engine/engine.h"

#include "test.h"

#include <stdlib.h>

/* ---- the formula ----------------------------------------------------------- */

typedef struct operands {
    kdi_conv c;
    int64_t nx, nw, ny;
    kd_real *x, *w, *bias, *dy;   /* given */
    kd_real *y, *dx, *dw, *dbias; /* from a kernel */
    double *y0, *dx0, *dw0, *dbias0;
} operands;

/* visits every product x[xi]*w[wi] of output yi */
static void each_product(const operands *o, void (*f)(const operands *, int64_t, int64_t, int64_t))
{
    const kdi_conv *c = &o->c;
    int64_t og = c->oc / c->groups, ig = c->ic / c->groups;
    for (int64_t yi = 0; yi < o->ny; yi++) {
        int64_t oc = yi % c->oc, ox = yi / c->oc % c->ow, oy = yi / c->oc / c->ow % c->oh;
        int64_t n = yi / c->oc / c->ow / c->oh;
        for (int64_t k = 0; k < c->kh * c->kw * ig; k++) {
            int64_t iy = oy * c->stride - c->pad + k / ig / c->kw;
            int64_t ix = ox * c->stride - c->pad + k / ig % c->kw;
            if (iy < 0 || iy >= c->h || ix < 0 || ix >= c->w)
                continue;
            int64_t ic = oc / og * ig + k % ig;
            f(o, ((n * c->h + iy) * c->w + ix) * c->ic + ic, oc * c->kh * c->kw * ig + k, yi);
        }
    }
}

static void product(const operands *o, int64_t xi, int64_t wi, int64_t yi)
{
    o->y0[yi] += (double)o->x[xi] * (double)o->w[wi];
    o->dx0[xi] += (double)o->dy[yi] * (double)o->w[wi];
    o->dw0[wi] += (double)o->dy[yi] * (double)o->x[xi];
}

/* ---- making operands ---------------------------------------------------------- */

static kdi_arena *arena;

static kd_real *reals(int64_t n, kd_rng *rng)
{
    kd_real *x = kdi_alloc(arena, (size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = rng ? (kd_real)kdi_normal(rng) : (kd_real)NAN;
    return x;
}

static double *zeros(int64_t n)
{
    return kdi_alloc0(arena, (size_t)n * sizeof(double));
}

static operands make(kdi_conv c, uint64_t seed)
{
    kd_rng rng = kdi_rng(seed, KDI_STREAM_TEST, 0);
    c.oh = (c.h + 2 * c.pad - c.kh) / c.stride + 1;
    c.ow = (c.w + 2 * c.pad - c.kw) / c.stride + 1;
    operands o = { .c = c,
                   .nx = c.n * c.h * c.w * c.ic,
                   .ny = c.n * c.oh * c.ow * c.oc,
                   .nw = c.oc * c.kh * c.kw * c.ic / c.groups };
    o.x = reals(o.nx, &rng);
    o.w = reals(o.nw, &rng);
    o.bias = reals(c.oc, &rng);
    o.dy = reals(o.ny, &rng);
    o.y = reals(o.ny, NULL);
    o.dx = reals(o.nx, NULL);
    o.dw = reals(o.nw, NULL);
    o.dbias = reals(c.oc, NULL);
    o.y0 = zeros(o.ny);
    o.dx0 = zeros(o.nx);
    o.dw0 = zeros(o.nw);
    o.dbias0 = zeros(c.oc);
    return o;
}

static void compute_formula(const operands *o, bool bias)
{
    each_product(o, product);
    for (int64_t i = 0; i < o->ny; i++) {
        o->y0[i] += bias ? (double)o->bias[i % o->c.oc] : 0;
        o->dbias0[i % o->c.oc] += (double)o->dy[i];
    }
}

/* float sums of n products of standard normals err by about sqrt(n) * 6e-8 of each */
static void near(const kdi_conv *c, const char *what, const kd_real *got, const double *want,
                 int64_t n, int64_t products)
{
    double tolerance = 2e-6 * sqrt((double)products) + 1e-6;
    for (int64_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - want[i]) <= tolerance * fmax(1, fabs(want[i]))))
            fail_msg("%s of %lldx%lldx%lld, %lld -> %lld channels, kernel %d, stride %d, pad %d, "
                     "%d groups: element %lld is %g, not %g",
                     what, (long long)c->n, (long long)c->h, (long long)c->w, (long long)c->ic,
                     (long long)c->oc, c->kh, c->stride, c->pad, c->groups, (long long)i,
                     (double)got[i], want[i]);
}

static void check_all(const operands *o, bool bias)
{
    const kdi_conv *c = &o->c;
    int64_t k = c->kh * c->kw * c->ic / c->groups, pixels = c->n * c->oh * c->ow;
    near(c, "forward", o->y, o->y0, o->ny, k + 1);
    near(c, "backward data", o->dx, o->dx0, o->nx, c->kh * c->kw * c->oc / c->groups);
    near(c, "backward weight", o->dw, o->dw0, o->nw, pixels);
    if (bias)
        near(c, "backward bias", o->dbias, o->dbias0, c->oc, pixels);
}

/* ---- the grid -------------------------------------------------------------------- */

typedef void kernel(operands *o, bool bias);

static void plain(operands *o, bool bias)
{
    kd_real *scratch = reals(kdi_plain_conv_scratch(&o->c) + 1, NULL);
    kdi_plain_conv_forward(&o->c, o->x, o->w, bias ? o->bias : NULL, o->y, scratch);
    kdi_plain_conv_backward_data(&o->c, o->dy, o->w, o->dx, scratch);
    kdi_plain_conv_backward_weight(&o->c, o->x, o->dy, o->dw, bias ? o->dbias : NULL, scratch);
}

static void onednn(operands *o, bool bias)
{
    CHECK(kdi_dnn_conv_forward(&o->c, o->x, o->w, bias ? o->bias : NULL, o->y));
    CHECK(kdi_dnn_conv_backward_data(&o->c, o->dy, o->w, o->dx));
    CHECK(kdi_dnn_conv_backward_weight(&o->c, o->x, o->dy, o->dw, bias ? o->dbias : NULL));
}

static void try(kernel *f, kdi_conv c, bool bias)
{
    arena = kdi_arena_new("test");
    operands o = make(c, (uint64_t)(c.ic + 10 * c.kh + 100 * c.stride));
    compute_formula(&o, bias);
    f(&o, bias);
    check_all(&o, bias);
    kdi_arena_free(arena);
}

/* channels and groups of each layer; groups = both channel numbers is depthwise */
static const int channels[][3] = { { 1, 4, 1 },  { 3, 16, 1 },   { 16, 16, 1 },
                                   { 20, 8, 1 }, { 4, 6, 2 },    { 24, 60, 3 },
                                   { 4, 4, 4 },  { 32, 32, 32 }, { 4, 8, 4 } };
static const int kernels[][3] = { { 1, 1, 0 }, { 1, 2, 0 }, { 3, 1, 1 }, { 3, 2, 1 }, { 3, 1, 0 },
                                  { 4, 2, 1 }, { 4, 1, 0 }, { 5, 1, 2 }, { 5, 2, 2 } };
static const int images[][3] = { { 1, 7, 7 }, { 3, 8, 5 } };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void grid(kernel *f)
{
    for (size_t i = 0; i < COUNT(channels); i++)
        for (size_t j = 0; j < COUNT(kernels); j++)
            for (size_t k = 0; k < COUNT(images); k++)
                try(f,
                    (kdi_conv){ .n = images[k][0],
                                .h = images[k][1],
                                .w = images[k][2],
                                .ic = channels[i][0],
                                .oc = channels[i][1],
                                .groups = channels[i][2],
                                .kh = kernels[j][0],
                                .kw = kernels[j][0],
                                .stride = kernels[j][1],
                                .pad = kernels[j][2] },
                    k == 0);
}

TEST("plain convolution is the formula over kernels, strides, pads, groups and odd sizes")
{
    grid(plain);
}

static void need_onednn(void)
{
    if (!kdi_dnn_version()[0])
        skip();
}

TEST("oneDNN takes every shape of the grid and is the formula too")
{
    need_onednn();
    grid(onednn);
}

TEST("oneDNN agrees with the formula on layers of CIFAR networks at batch 8")
{
    need_onednn();
    static const int layer[][6] = { { 32, 3, 16, 3, 1, 1 },
                                    { 16, 16, 32, 3, 2, 1 },
                                    { 8, 64, 64, 3, 1, 1 },
                                    { 16, 32, 64, 1, 2, 0 } };
    for (size_t i = 0; i < COUNT(layer); i++)
        try(onednn,
            (kdi_conv){ .n = 8,
                        .h = layer[i][0],
                        .w = layer[i][0],
                        .ic = layer[i][1],
                        .oc = layer[i][2],
                        .kh = layer[i][3],
                        .kw = layer[i][3],
                        .stride = layer[i][4],
                        .pad = layer[i][5],
                        .groups = 1 },
            false);
}

TEST("oneDNN's fused convolution adds the residual before the activation")
{
    need_onednn();
    static const enum kd_act act[] = { KD_ACT_NONE, KD_ACT_RELU, KD_ACT_RELU6, KD_ACT_LEAKY };
    arena = kdi_arena_new("test");
    operands o = make((kdi_conv){ .n = 2,
                                  .h = 7,
                                  .w = 7,
                                  .ic = 16,
                                  .oc = 16,
                                  .kh = 3,
                                  .kw = 3,
                                  .stride = 1,
                                  .pad = 1,
                                  .groups = 1 },
                      5);
    compute_formula(&o, true);
    for (size_t a = 0; a < COUNT(act); a++) {
        CHECK(kdi_dnn_conv_fused(&o.c, o.x, o.w, o.bias, o.dy, act[a], o.y));
        double *want = zeros(o.ny);
        for (int64_t i = 0; i < o.ny; i++) {
            double v = o.y0[i] + (double)o.dy[i];
            want[i] = act[a] == KD_ACT_RELU    ? fmax(v, 0)
                      : act[a] == KD_ACT_RELU6 ? fmin(fmax(v, 0), 6)
                      : act[a] == KD_ACT_LEAKY ? fmax(v, 0.1 * v)
                                               : v;
        }
        near(&o.c, "fused", o.y, want, o.ny, 145);
    }
    kdi_arena_free(arena);
}

TEST("the same convolution gives the same bits each time, and allocates only at first")
{
    arena = kdi_arena_new("test");
    operands o = make((kdi_conv){ .n = 4,
                                  .h = 9,
                                  .w = 9,
                                  .ic = 12,
                                  .oc = 20,
                                  .kh = 3,
                                  .kw = 3,
                                  .stride = 1,
                                  .pad = 1,
                                  .groups = 1 },
                      6);
    kernel *f = kdi_dnn_version()[0] ? onednn : plain;
    f(&o, true);
    size_t size = (size_t)o.ny * sizeof *o.y, wsize = (size_t)o.nw * sizeof *o.dw;
    kd_real *y = kdi_alloc(arena, size), *dw = kdi_alloc(arena, wsize);
    memcpy(y, o.y, size);
    memcpy(dw, o.dw, wsize);
    int64_t before = kdi_arena_mallocs();
    f(&o, true);
    CHECK_INT(kdi_arena_mallocs(), before);
    CHECK(memcmp(y, o.y, size) == 0);
    CHECK(memcmp(dw, o.dw, wsize) == 0);
    kdi_arena_free(arena);
}

/* ---- the operators -------------------------------------------------------------------- */

static kd_tensor *filled(kd_engine *e, kd_shape s, uint64_t seed)
{
    kd_rng rng = kdi_rng(seed, KDI_STREAM_TEST, 1);
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, s);
    kd_fill_normal(x, &rng, 0, 1);
    x->flags |= KDI_TRACKED;
    return x;
}

TEST("kd_conv2d gives the same with and without oneDNN, forward and backward")
{
    kd_real y[2][2 * 4 * 4 * 6], dx[2][2 * 7 * 7 * 4], dw[2][6 * 9 * 2], db[2][6];
    for (int p = 0; p < 2; p++) {
        kd_engine *e = kdi_engine_new();
        e->plain = p;
        kd_tensor *x = filled(e, KD_SHAPE(2, 7, 7, 4), 1), *b = filled(e, KD_SHAPE(6), 3);
        kd_tensor *w = filled(e, KD_SHAPE(6, 3, 3, 2), 2);
        kd_tensor *out = kd_conv2d(x, w, b, 2, 1, 2);
        CHECK_INT(kdi_backward_from(kd_sum(kd_square(out))), KD_OK);
        memcpy(y[p], out->data, sizeof y[p]);
        memcpy(dx[p], x->grad, sizeof dx[p]);
        memcpy(dw[p], w->grad, sizeof dw[p]);
        memcpy(db[p], b->grad, sizeof db[p]);
        kdi_engine_free(e);
    }
    for (size_t i = 0; i < COUNT(y[0]); i++)
        CHECK_NEAR(y[0][i], y[1][i], 1e-5);
    for (size_t i = 0; i < COUNT(dx[0]); i++)
        CHECK_NEAR(dx[0][i], dx[1][i], 1e-4);
    for (size_t i = 0; i < COUNT(dw[0]); i++)
        CHECK_NEAR(dw[0][i], dw[1][i], 1e-3);
    for (size_t i = 0; i < COUNT(db[0]); i++)
        CHECK_NEAR(db[0][i], db[1][i], 1e-3);
}

TEST("a transposed convolution is the convolution run backwards")
{
    kd_engine *e = kdi_engine_new();
    kd_tensor *x = filled(e, KD_SHAPE(2, 3, 3, 4), 1), *w = filled(e, KD_SHAPE(4, 4, 4, 3), 2);
    kd_tensor *big = filled(e, KD_SHAPE(2, 6, 6, 3), 3);
    kd_tensor *y = kd_conv_transpose2d(x, w, NULL, 2, 1, 1);
    CHECK_TEXT(kd_shape_text(kd_shape_of(y)), "2x6x6x3");
    /* <transpose(x), big> = <x, conv(big)> */
    kd_real left = kd_item(kd_sum(kd_mul(y, big)));
    kd_real right = kd_item(kd_sum(kd_mul(x, kd_conv2d(big, w, NULL, 2, 1, 1))));
    CHECK_NEAR(left, right, 1e-4 * fmax(1, fabs((double)left)));
    kdi_engine_free(e);
}

static void refused(kd_tensor *y, const char *part)
{
    CHECK(kd_is_poisoned(y));
    CHECK_HAS(kd_error_message(), part);
    kd_error_clear();
}

TEST("kd_conv2d says what does not fit")
{
    kd_engine *e = kdi_engine_new();
    kd_tensor *x = filled(e, KD_SHAPE(2, 4, 4, 4), 1), *w = filled(e, KD_SHAPE(6, 3, 3, 4), 2);
    kd_error_clear();
    refused(kd_conv2d(filled(e, KD_SHAPE(2, 4), 1), w, NULL, 1, 1, 1), "2x4");
    refused(kd_conv2d(x, filled(e, KD_SHAPE(6, 3, 3, 5), 2), NULL, 1, 1, 1), "6x3x3x5");
    refused(kd_conv2d(x, w, filled(e, KD_SHAPE(5), 3), 1, 1, 1), "6 wanted");
    refused(kd_conv2d(x, w, NULL, 1, 1, 3), "3 groups");
    refused(kd_conv2d(x, w, NULL, -1, 1, 1), "stride -1");
    refused(kd_conv2d(x, filled(e, KD_SHAPE(6, 5, 5, 4), 2), NULL, 1, 0, 1), "5x5 kernel");
    CHECK(kd_is_poisoned(kd_conv2d(kdi_poison(), w, NULL, 1, 1, 1)));
    CHECK(!kd_failed());
    kdi_engine_free(e);
}

TEST_MAIN
