/* Convolution: the plain path against seven loops in double, oneDNN against the plain path. */
#include "conv_tools.h"

/* ---- the grid -------------------------------------------------------------------- */

static void plain(operands *o, bool bias)
{
    kd_real *scratch = reals(kdi_plain_conv_scratch(&o->c) + 1, NULL);
    kdi_plain_conv_forward(&o->c, o->x, o->w, bias ? o->bias : NULL, o->y, scratch);
    kdi_plain_conv_backward_data(&o->c, o->dy, o->w, o->dx, scratch);
    kdi_plain_conv_backward_weight(&o->c, o->x, o->dy, o->dw, bias ? o->dbias : NULL, scratch);
}

static void onednn(operands *o, bool bias)
{
    kdi_epilogue then = { .bias = bias ? o->bias : NULL };
    CHECK(kdi_dnn_conv_forward(&o->c, o->x, o->w, &then, o->y));
    CHECK(kdi_dnn_conv_backward_data(&o->c, o->dy, o->w, o->dx));
    CHECK(kdi_dnn_conv_backward_weight(&o->c, o->x, o->dy, o->dw, bias ? o->dbias : NULL));
}

/* channels and groups of each layer; groups = both channel numbers is depthwise */
static const int channels[][3] = { { 1, 4, 1 },  { 3, 16, 1 },   { 16, 16, 1 },
                                   { 20, 8, 1 }, { 4, 6, 2 },    { 24, 60, 3 },
                                   { 4, 4, 4 },  { 32, 32, 32 }, { 4, 8, 4 } };
static const int kernels[][3] = { { 1, 1, 0 }, { 1, 2, 0 }, { 3, 1, 1 }, { 3, 2, 1 }, { 3, 1, 0 },
                                  { 4, 2, 1 }, { 4, 1, 0 }, { 5, 1, 2 }, { 5, 2, 2 } };
static const int images[][3] = { { 1, 7, 7 }, { 3, 8, 5 } };

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

static void onednn_then(const operands *o, const kdi_epilogue *then)
{
    CHECK(kdi_dnn_conv_forward(&o->c, o->x, o->w, then, o->y));
}

TEST("oneDNN's fused convolution adds the residual before the activation")
{
    need_onednn();
    try_epilogues(onednn_then, (kdi_conv){ .n = 2,
                                           .h = 7,
                                           .w = 7,
                                           .ic = 16,
                                           .oc = 16,
                                           .kh = 3,
                                           .kw = 3,
                                           .stride = 1,
                                           .pad = 1,
                                           .groups = 1 });
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
