/* Depthwise 3x3 convolutions: the formula for any sizes; the same bits for every instruction set
 * and whatever batch a sample is in. */
#include "conv_tools.h"

#include "engine/depthwise.h"
#include "engine/simd.h"

#ifdef KDI_DEPTHWISE

static bool none_here(void)
{
    return kdi_simd_level() < 1;
}

static kd_real *room(const kdi_conv *c)
{
    return reals(kdi_depthwise_scratch(c), NULL);
}

static void depthwise(operands *o, bool bias)
{
    kdi_epilogue then = { .bias = bias ? o->bias : NULL };
    kdi_conv *c = &o->c;
    CHECK(kdi_depthwise_fits(c));
    kdi_depthwise_forward(c, o->x, o->w, &then, o->y, room(c));
    kdi_depthwise_backward_data(c, o->dy, o->w, o->dx, room(c));
    kdi_depthwise_backward_weight(c, o->x, o->dy, o->dw, room(c));
    memset(o->dbias, 0, (size_t)c->oc * sizeof *o->dbias);
    for (int64_t i = 0; i < o->ny; i++)
        o->dbias[i % c->oc] += o->dy[i];
}

static kdi_conv layer(int n, int h, int w, int channels, int stride)
{
    return (kdi_conv){ .n = n,
                       .h = h,
                       .w = w,
                       .ic = channels,
                       .oc = channels,
                       .kh = 3,
                       .kw = 3,
                       .stride = stride,
                       .pad = 1,
                       .groups = channels,
                       .oh = (h - 1) / stride + 1,
                       .ow = (w - 1) / stride + 1 };
}

/* ---- the formula ----------------------------------------------------------------- */

TEST("every number of channels up to forty, strides 1 and 2")
{
    if (none_here())
        skip();
    for (int channels = 2; channels <= 40; channels++)
        for (int stride = 1; stride <= 2; stride++)
            try(depthwise, layer(2, 5, 4, channels, stride), channels % 2);
}

TEST("every image size up to nine, strides 1 and 2")
{
    if (none_here())
        skip();
    for (int h = 1; h <= 9; h++)
        for (int w = 1; w <= 9; w++)
            for (int stride = 1; stride <= 2; stride++)
                try(depthwise, layer(1 + h % 3, h, w, 20, stride), h % 2);
}

TEST("layers of mobilenetv2, more rows than a piece")
{
    static const int mobile[][3] = { { 16, 48, 1 }, { 16, 72, 2 }, { 8, 96, 1 },  { 8, 96, 2 },
                                     { 4, 288, 2 }, { 2, 480, 1 }, { 32, 24, 1 }, { 112, 4, 2 } };
    if (none_here())
        skip();
    for (size_t i = 0; i < COUNT(mobile); i++)
        try(depthwise, layer(5, mobile[i][0], mobile[i][0], mobile[i][1], mobile[i][2]), i % 2);
}

static void depthwise_then(const operands *o, const kdi_epilogue *then)
{
    kdi_depthwise_forward(&o->c, o->x, o->w, then, o->y, room(&o->c));
}

TEST("bias, residual and activation")
{
    static const int channels[] = { 4, 5, 8, 12, 16, 20, 24, 33, 48, 72 };
    if (none_here())
        skip();
    for (size_t i = 0; i < COUNT(channels); i++)
        try_epilogues(depthwise_then, layer(2, 5, 7, channels[i], 1 + (int)i % 2));
}

TEST("a layer of no kind that it has is left to others")
{
    kdi_conv c = layer(1, 8, 8, 16, 1);
    CHECK(kdi_depthwise_fits(&c) == (kdi_simd_level() >= 1));
    c.stride = 3;
    CHECK(!kdi_depthwise_fits(&c));
    c.stride = 1, c.pad = 0;
    CHECK(!kdi_depthwise_fits(&c));
    c.pad = 1, c.groups = 8;
    CHECK(!kdi_depthwise_fits(&c));
}

/* ---- bits ------------------------------------------------------------------------------------ */

static void batch_does_not_matter(kdi_conv c)
{
    arena = kdi_arena_new("test");
    kdi_epilogue then = { .bias = NULL };
    operands all = make(c, 4);
    depthwise(&all, false);
    for (int64_t i = 0; i < c.n; i++) {
        kdi_conv one = all.c;
        one.n = 1;
        int64_t nx = all.nx / c.n, ny = all.ny / c.n;
        kd_real *y = reals(ny, NULL), *dx = reals(nx, NULL);
        kdi_depthwise_forward(&one, all.x + i * nx, all.w, &then, y, room(&one));
        kdi_depthwise_backward_data(&one, all.dy + i * ny, all.w, dx, room(&one));
        CHECK(memcmp(y, all.y + i * ny, (size_t)ny * sizeof *y) == 0);
        CHECK(memcmp(dx, all.dx + i * nx, (size_t)nx * sizeof *dx) == 0);
    }
    kdi_arena_free(arena);
}

TEST("a sample's outputs and gradients have the same bits alone and in any batch")
{
    if (none_here())
        skip();
    batch_does_not_matter(layer(7, 5, 5, 24, 1));
    batch_does_not_matter(layer(7, 6, 5, 20, 2));
}

static void same_bits(kdi_conv c)
{
    arena = kdi_arena_new("test");
    operands wide = make(c, 6), narrow = make(c, 6);
    kdi_simd_limit(2);
    depthwise(&wide, true);
    kdi_simd_limit(1);
    depthwise(&narrow, true);
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
    for (int channels = 2; channels <= 80; channels += 3) {
        same_bits(layer(3, 10, 10, channels, 1));
        same_bits(layer(3, 9, 8, channels, 2));
    }
}

TEST("what is not finite stays not finite, and reaches no channel and no pixel but those that see "
     "it")
{
    static const enum kd_act act[] = { KD_ACT_NONE, KD_ACT_RELU, KD_ACT_RELU6, KD_ACT_LEAKY };
    if (none_here())
        skip();
    for (size_t a = 0; a < COUNT(act); a++) {
        arena = kdi_arena_new("test");
        operands o = make(layer(1, 8, 8, 20, 1), 7);
        kdi_epilogue then = { .act = act[a] };
        o.x[(3 * 8 + 5) * 20 + 17] = (kd_real)NAN;
        kdi_depthwise_forward(&o.c, o.x, o.w, &then, o.y, room(&o.c));
        for (int64_t i = 0; i < o.ny; i++) {
            int64_t y = i / 20 / 8, x = i / 20 % 8;
            bool sees = i % 20 == 17 && y >= 2 && y <= 4 && x >= 4 && x <= 6;
            CHECK((isnan(o.y[i]) != 0) == sees);
        }
        kdi_arena_free(arena);
    }
}

#else

TEST("no depthwise loops are built for this machine")
{
    kdi_conv c = { .n = 1, .h = 8, .w = 8, .ic = 16, .oc = 16, .kh = 3, .kw = 3, .stride = 1 };
    c.groups = 16, c.pad = 1;
    CHECK(!kdi_depthwise_fits(&c));
}

#endif

TEST_MAIN
