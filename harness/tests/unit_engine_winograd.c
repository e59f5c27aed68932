/* Winograd's convolution: the formula, within a bound that follows from its transforms; the same
 * bits for every instruction set and whatever batch a sample is in. */
#include "conv_tools.h"

#include "engine/simd.h"
#include "engine/winograd.h"

#ifdef KDI_WINOGRAD

static bool none_here(void)
{
    return kdi_simd_level() < 1;
}

/* see the bound below */
static const double further = 20;

static kd_real *room(const kdi_conv *c)
{
    return reals(kdi_wino_scratch(c), NULL);
}

static void winograd(operands *o, bool bias)
{
    kdi_epilogue then = { .bias = bias ? o->bias : NULL };
    kdi_conv *c = &o->c;
    CHECK(kdi_wino_fits(c));
    kdi_wino_forward(c, o->x, o->w, &then, o->y, room(c));
    kdi_wino_backward_data(c, o->dy, o->w, o->dx, room(c));
    kdi_wino_backward_weight(c, o->x, o->dy, o->dw, room(c));
    memset(o->dbias, 0, (size_t)c->oc * sizeof *o->dbias);
    for (int64_t i = 0; i < o->ny; i++)
        o->dbias[i % c->oc] += o->dy[i];
}

static kdi_conv strided(int n, int h, int w, int ic, int oc)
{
    return (kdi_conv){ .n = n,
                       .h = h,
                       .w = w,
                       .ic = ic,
                       .oc = oc,
                       .kh = 3,
                       .kw = 3,
                       .stride = 2,
                       .pad = 1,
                       .groups = 1,
                       .oh = (h - 1) / 2 + 1,
                       .ow = (w - 1) / 2 + 1 };
}

static kdi_conv layer(int n, int h, int w, int ic, int oc, int pad)
{
    return (kdi_conv){ .n = n,
                       .h = h,
                       .w = w,
                       .ic = ic,
                       .oc = oc,
                       .kh = 3,
                       .kw = 3,
                       .stride = 1,
                       .pad = pad,
                       .groups = 1,
                       .oh = h + 2 * pad - 2,
                       .ow = w + 2 * pad - 2 };
}

/* ---- the formula ----------------------------------------------------------------- */

TEST("every image size up to nine, every pad, one to three groups of channels")
{
    static const int channels[][2] = { { 8, 8 },  { 16, 16 }, { 8, 24 }, { 48, 16 },
                                       { 40, 8 }, { 4, 4 },   { 12, 8 } };
    growth = further;
    if (none_here())
        skip();
    for (int h = 1; h <= 9; h++)
        for (int pad = 0; pad <= 2; pad++)
            for (size_t k = 0; k < COUNT(channels); k++)
                if (h + 2 * pad >= 3)
                    try(winograd,
                        layer(1 + h % 3, h, 10 - h > 2 ? 10 - h : 3, channels[k][0], channels[k][1],
                              pad),
                        h % 2);
}

TEST("stride 2, every image size up to eighteen")
{
    growth = further;
    if (none_here())
        skip();
    for (int h = 1; h <= 18; h++) {
        try(winograd, strided(1 + h % 3, h, 19 - h, 16, 32), h % 2);
        try(winograd, strided(2, h, h, 8, 8), false);
        try(winograd, strided(2, h, h, 4, 12), false);
        try(winograd, strided(1, 20 - h, h, 40, 16), false);
    }
}

TEST("layers of CIFAR networks, more tiles than a block")
{
    growth = further;
    if (none_here())
        skip();
    try(winograd, layer(4, 32, 32, 16, 16, 1), true);
    try(winograd, layer(5, 14, 14, 32, 32, 1), false);
    try(winograd, layer(17, 8, 8, 32, 64, 1), false);
    try(winograd, layer(3, 8, 8, 256, 64, 1), false);
    try(winograd, layer(2, 4, 4, 64, 512, 1), false);
    try(winograd, strided(5, 32, 32, 16, 32), true);
    try(winograd, strided(9, 16, 16, 32, 64), true);
    try(winograd, strided(5, 14, 14, 128, 160), true);
}

static void winograd_then(const operands *o, const kdi_epilogue *then)
{
    kdi_wino_forward(&o->c, o->x, o->w, then, o->y, room(&o->c));
}

TEST("bias, residual and activation")
{
    growth = further;
    if (none_here())
        skip();
    try_epilogues(winograd_then, layer(2, 7, 7, 16, 16, 1));
    try_epilogues(winograd_then, layer(2, 6, 9, 8, 24, 0));
}

TEST("a data gradient is added to what is there")
{
    if (none_here())
        skip();
    for (int stride = 1; stride <= 2; stride++) {
        arena = kdi_arena_new("test");
        kdi_conv c = stride == 1 ? layer(3, 9, 9, 16, 32, 1) : strided(3, 9, 9, 16, 32);
        operands o = make(c, 8);
        kd_real *sum = reals(o.nx, NULL);
        memcpy(sum, o.x, (size_t)o.nx * sizeof *sum);
        kdi_wino_backward_data(&c, o.dy, o.w, o.dx, room(&c));
        kdi_wino_add_data(&c, o.dy, o.w, sum, room(&c));
        for (int64_t i = 0; i < o.nx; i++)
            CHECK(sum[i] == o.dx[i] + o.x[i]);
        kdi_arena_free(arena);
    }
}

/* ---- how exact it is ----------------------------------------------------------------- */

typedef struct errors {
    double forward, data, weight; /* largest, of the largest element */
} errors;

static double worst(const kd_real *got, const double *want, int64_t n)
{
    double error = 0, size = 0;
    for (int64_t i = 0; i < n; i++) {
        error = fmax(error, fabs((double)got[i] - want[i]));
        size = fmax(size, fabs(want[i]));
    }
    return error / size;
}

/* inputs as they are after a ReLU, weights as they are drawn, gradients small and of both signs */
static errors measure(kernel *f, kdi_conv c, double offset)
{
    arena = kdi_arena_new("test");
    operands o = make(c, 3);
    double weight = sqrt(2.0 / (9.0 * (double)c.ic));
    for (int64_t i = 0; i < o.nx; i++)
        o.x[i] = (kd_real)fmax(0, (double)o.x[i] + offset);
    for (int64_t i = 0; i < o.nw; i++)
        o.w[i] *= (kd_real)weight;
    for (int64_t i = 0; i < o.ny; i++)
        o.dy[i] *= (kd_real)1e-4;
    compute_formula(&o, false);
    f(&o, false);
    errors e = { worst(o.y, o.y0, o.ny), worst(o.dx, o.dx0, o.nx), worst(o.dw, o.dw0, o.nw) };
    kdi_arena_free(arena);
    return e;
}

static void plain(operands *o, bool bias)
{
    kd_real *scratch = reals(kdi_plain_conv_scratch(&o->c) + 1, NULL);
    (void)bias;
    kdi_plain_conv_forward(&o->c, o->x, o->w, NULL, o->y, scratch);
    kdi_plain_conv_backward_data(&o->c, o->dy, o->w, o->dx, scratch);
    kdi_plain_conv_backward_weight(&o->c, o->x, o->dy, o->dw, NULL, scratch);
}

/* The transforms' largest row sums are 10 (pixels), 1 (taps) and 19 (outputs) a dimension, so that
 * rounding may grow a hundredfold over a direct sum's in the worst case and, with errors of both
 * signs, about tenfold in practice: 2e-5 of the largest element, where the direct sum has 1e-6. */
TEST("the error against double is within 2e-5 of the largest element for inputs as networks have")
{
    static const int wide[][3] = { { 32, 16, 16 }, { 16, 32, 32 }, { 8, 64, 64 },
                                   { 8, 256, 32 }, { 4, 512, 64 }, { 28, 8, 8 } };
    if (none_here())
        skip();
    for (size_t i = 0; i < COUNT(wide); i++)
        for (int far = 0; far < 2; far++) {
            kdi_conv c = layer(2, wide[i][0], wide[i][0], wide[i][1], wide[i][2], 1);
            if (i % 2)
                c = strided(2, wide[i][0], wide[i][0], wide[i][1], wide[i][2]);
            errors w = measure(winograd, c, far ? 3 : 0), p = measure(plain, c, far ? 3 : 0);
            print_message(
                "%3d -> %3d channels at %2d, stride %d: forward %.1e (direct %.1e), data %.1e "
                "(%.1e), weight %.1e (%.1e)\n",
                wide[i][1], wide[i][2], wide[i][0], c.stride, w.forward, p.forward, w.data, p.data,
                w.weight, p.weight);
            CHECK(w.forward < 2e-5);
            CHECK(w.data < 2e-5);
            CHECK(w.weight < 2e-5);
        }
}

/* ---- bits ------------------------------------------------------------------------------------ */

TEST("a sample's outputs and gradients have the same bits alone and in any batch")
{
    if (none_here())
        skip();
    arena = kdi_arena_new("test");
    kdi_epilogue then = { .bias = NULL };
    operands all = make(layer(7, 12, 12, 16, 32, 1), 4);
    winograd(&all, false);
    for (int64_t i = 0; i < 7; i++) {
        kdi_conv one = layer(1, 12, 12, 16, 32, 1);
        int64_t nx = all.nx / 7, ny = all.ny / 7;
        kd_real *y = reals(ny, NULL), *dx = reals(nx, NULL);
        kdi_wino_forward(&one, all.x + i * nx, all.w, &then, y, room(&one));
        kdi_wino_backward_data(&one, all.dy + i * ny, all.w, dx, room(&one));
        CHECK(memcmp(y, all.y + i * ny, (size_t)ny * sizeof *y) == 0);
        CHECK(memcmp(dx, all.dx + i * nx, (size_t)nx * sizeof *dx) == 0);
    }
    kdi_arena_free(arena);
}

TEST("AVX2 and AVX-512 give the same bits")
{
    if (kdi_simd_level() < 2)
        skip();
    arena = kdi_arena_new("test");
    operands wide = make(layer(5, 10, 10, 48, 32, 1), 6), narrow = make(wide.c, 6);
    winograd(&wide, false);
    kdi_simd_limit(1);
    winograd(&narrow, false);
    kdi_simd_limit(2);
    CHECK(memcmp(wide.y, narrow.y, (size_t)wide.ny * sizeof *wide.y) == 0);
    CHECK(memcmp(wide.dx, narrow.dx, (size_t)wide.nx * sizeof *wide.dx) == 0);
    CHECK(memcmp(wide.dw, narrow.dw, (size_t)wide.nw * sizeof *wide.dw) == 0);
    kdi_arena_free(arena);
}

TEST("what is not finite stays not finite, and reaches no sample but its own")
{
    static const enum kd_act act[] = { KD_ACT_NONE, KD_ACT_RELU, KD_ACT_RELU6, KD_ACT_LEAKY };
    if (none_here())
        skip();
    for (size_t a = 0; a < COUNT(act); a++) {
        arena = kdi_arena_new("test");
        operands o = make(layer(3, 8, 8, 16, 16, 1), 7);
        kdi_epilogue then = { .act = act[a] };
        o.x[o.nx / 2] = (kd_real)NAN;
        kdi_wino_forward(&o.c, o.x, o.w, &then, o.y, room(&o.c));
        int64_t bad[3] = { 0 };
        for (int64_t i = 0; i < o.ny; i++)
            bad[i / (o.ny / 3)] += isnan(o.y[i]) != 0;
        CHECK_INT(bad[0], 0);
        CHECK(bad[1] >= 9);
        CHECK_INT(bad[2], 0);
        kdi_arena_free(arena);
    }
}

#else

TEST("no Winograd loops are built for this machine")
{
    kdi_conv c = { .n = 1, .h = 8, .w = 8, .ic = 16, .oc = 16, .kh = 3, .kw = 3, .stride = 1 };
    CHECK(!kdi_wino_fits(&c));
}

#endif

TEST_MAIN
