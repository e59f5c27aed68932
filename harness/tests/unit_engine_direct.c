/* 1x1 convolutions as products: the formula for any sizes; the same bits for every instruction set
 * and whatever batch a sample is in. */
#include "conv_tools.h"

#include "engine/direct.h"
#include "engine/simd.h"

#ifdef KDI_DIRECT

static bool none_here(void)
{
    return kdi_simd_level() < 1;
}

static kd_real *room(const kdi_conv *c)
{
    return reals(kdi_direct_scratch(c), NULL);
}

static void direct(operands *o, bool bias)
{
    kdi_epilogue then = { .bias = bias ? o->bias : NULL };
    kdi_conv *c = &o->c;
    CHECK(kdi_direct_fits(c));
    kdi_direct_forward(c, o->x, o->w, &then, o->y, room(c));
    kdi_direct_backward_data(c, o->dy, o->w, o->dx, room(c));
    kdi_direct_backward_weight(c, o->x, o->dy, o->dw, room(c));
    memset(o->dbias, 0, (size_t)c->oc * sizeof *o->dbias);
    for (int64_t i = 0; i < o->ny; i++)
        o->dbias[i % c->oc] += o->dy[i];
}

static kdi_conv pointwise(int n, int h, int w, int ic, int oc, int stride)
{
    return (kdi_conv){ .n = n,
                       .h = h,
                       .w = w,
                       .ic = ic,
                       .oc = oc,
                       .kh = 1,
                       .kw = 1,
                       .stride = stride,
                       .groups = 1,
                       .oh = (h - 1) / stride + 1,
                       .ow = (w - 1) / stride + 1 };
}

/* ---- the formula ----------------------------------------------------------------- */

TEST("1x1: every number of channels up to fifty, both ways")
{
    if (none_here())
        skip();
    for (int channels = 1; channels <= 50; channels++) {
        try(direct, pointwise(1, 3, 5, channels, 51 - channels, 1), channels % 2);
        try(direct, pointwise(2, 2, 3, 7, channels, 1), false);
        try(direct, pointwise(1, 3, 3, channels, 17, 2), false);
    }
}

TEST("1x1: every image size up to nine, strides 1 to 3")
{
    if (none_here())
        skip();
    for (int stride = 1; stride <= 3; stride++)
        for (int h = 1; h <= 9; h++) {
            try(direct, pointwise(1 + h % 3, h, 10 - h, 24, 20, stride), h % 2);
            try(direct, pointwise(3, h, h, 8, 48, stride), false);
        }
}

TEST("1x1: layers of CIFAR networks, more pixels than a piece")
{
    static const int layer[][4] = { { 16, 8, 48, 1 },  { 16, 72, 12, 1 },  { 8, 96, 16, 1 },
                                    { 4, 192, 32, 1 }, { 2, 480, 80, 1 },  { 2, 160, 1280, 1 },
                                    { 32, 16, 32, 2 }, { 16, 64, 128, 2 }, { 7, 128, 112, 2 } };
    if (none_here())
        skip();
    for (size_t i = 0; i < COUNT(layer); i++)
        try(direct, pointwise(5, layer[i][0], layer[i][0], layer[i][1], layer[i][2], layer[i][3]),
            i % 2);
}

static void direct_then(const operands *o, const kdi_epilogue *then)
{
    kdi_direct_forward(&o->c, o->x, o->w, then, o->y, room(&o->c));
}

TEST("bias, residual and activation")
{
    static const int channels[] = { 4, 5, 8, 12, 16, 20, 24, 33, 48, 72 };
    if (none_here())
        skip();
    for (size_t i = 0; i < COUNT(channels); i++)
        try_epilogues(direct_then, pointwise(2, 5, 7, 6, channels[i], 1));
}

TEST("a layer of no kind that it has is left to others")
{
    kdi_conv c = pointwise(1, 8, 8, 16, 16, 1);
    CHECK(kdi_direct_fits(&c) == (kdi_simd_level() >= 1));
    c.groups = 4;
    CHECK(!kdi_direct_fits(&c));
    c.groups = 1, c.kh = 5;
    CHECK(!kdi_direct_fits(&c));
}

/* ---- bits ------------------------------------------------------------------------------------ */

TEST("a sample's outputs and gradients have the same bits alone and in any batch")
{
    if (none_here())
        skip();
    arena = kdi_arena_new("test");
    kdi_epilogue then = { .bias = NULL };
    operands all = make(pointwise(7, 5, 5, 24, 20, 1), 4);
    direct(&all, false);
    for (int64_t i = 0; i < 7; i++) {
        kdi_conv one = all.c;
        one.n = 1;
        int64_t nx = all.nx / 7, ny = all.ny / 7;
        kd_real *y = reals(ny, NULL), *dx = reals(nx, NULL);
        kdi_direct_forward(&one, all.x + i * nx, all.w, &then, y, room(&one));
        kdi_direct_backward_data(&one, all.dy + i * ny, all.w, dx, room(&one));
        CHECK(memcmp(y, all.y + i * ny, (size_t)ny * sizeof *y) == 0);
        CHECK(memcmp(dx, all.dx + i * nx, (size_t)nx * sizeof *dx) == 0);
    }
    kdi_arena_free(arena);
}

static void same_bits(kdi_conv c)
{
    arena = kdi_arena_new("test");
    operands wide = make(c, 6), narrow = make(c, 6);
    kdi_simd_limit(2);
    direct(&wide, true);
    kdi_simd_limit(1);
    direct(&narrow, true);
    kdi_simd_limit(2);
    CHECK(memcmp(wide.y, narrow.y, (size_t)wide.ny * sizeof *wide.y) == 0);
    CHECK(memcmp(wide.dx, narrow.dx, (size_t)wide.nx * sizeof *wide.dx) == 0);
    CHECK(memcmp(wide.dw, narrow.dw, (size_t)wide.nw * sizeof *wide.dw) == 0);
    kdi_arena_free(arena);
}

TEST("AVX2 and AVX-512 give the same bits")
{
    if (kdi_simd_level() < 2)
        skip();
    for (int channels = 1; channels <= 80; channels += 3) {
        same_bits(pointwise(3, 10, 10, channels, 83 - channels, 1));
        same_bits(pointwise(3, 9, 9, channels, 40, 2));
    }
}

TEST("what is not finite stays not finite, and reaches no pixel but its own")
{
    static const enum kd_act act[] = { KD_ACT_NONE, KD_ACT_RELU, KD_ACT_RELU6, KD_ACT_LEAKY };
    if (none_here())
        skip();
    for (size_t a = 0; a < COUNT(act); a++) {
        arena = kdi_arena_new("test");
        operands o = make(pointwise(1, 8, 8, 16, 20, 1), 7);
        kdi_epilogue then = { .act = act[a] };
        o.x[37 * 16 + 3] = (kd_real)NAN;
        kdi_direct_forward(&o.c, o.x, o.w, &then, o.y, room(&o.c));
        for (int64_t i = 0; i < o.ny; i++)
            CHECK((isnan(o.y[i]) != 0) == (i / 20 == 37));
        kdi_arena_free(arena);
    }
}

#else

TEST("no direct loops are built for this machine")
{
    kdi_conv c = { .n = 1, .h = 8, .w = 8, .ic = 16, .oc = 16, .kh = 1, .kw = 1, .stride = 1 };
    c.groups = 1;
    CHECK(!kdi_direct_fits(&c));
}

#endif

TEST_MAIN
