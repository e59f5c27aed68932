/* Pooling and resizing against values worked out by hand from torch's definitions. */
#include "engine/engine.h"

#include "test.h"

static kd_engine *e;

static kd_tensor *image(kd_shape s, const kd_real *value)
{
    if (!e)
        e = kdi_engine_new();
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, s);
    memcpy(x->data, value, (size_t)kd_numel(x) * sizeof *value);
    x->flags |= KDI_TRACKED;
    return x;
}

/* one channel, h x w, holding 1, 2, 3... */
static kd_tensor *counting(int64_t h, int64_t w)
{
    kd_real value[64];
    for (int i = 0; i < 64; i++)
        value[i] = (kd_real)(i + 1);
    return image(KD_SHAPE(1, h, w, 1), value);
}

static void equals(kd_tensor *y, const char *shape, const double *want)
{
    CHECK_TEXT(kd_shape_text(kd_shape_of(y)), shape);
    for (int64_t i = 0; i < kd_numel(y); i++)
        CHECK_NEAR(kdi_r(y)[i], want[i], 1e-6);
}

TEST("max pooling takes the largest of each window and ignores padding")
{
    equals(kd_max_pool2d(counting(4, 4), 2, 2, 0), "1x2x2x1", (double[]){ 6, 8, 14, 16 });
    kd_real low[9] = { -1, -2, -3, -4, -5, -6, -7, -8, -9 };
    equals(kd_max_pool2d(image(KD_SHAPE(1, 3, 3, 1), low), 3, 2, 1), "1x2x2x1",
           (double[]){ -1, -2, -4, -5 });
}

TEST("of equal values max pooling gives the gradient to the first")
{
    kd_real same[4] = { 3, 3, 3, 3 };
    kd_tensor *x = image(KD_SHAPE(1, 2, 2, 1), same);
    CHECK_INT(kdi_backward_from(kd_sum(kd_max_pool2d(x, 2, 2, 0))), KD_OK);
    CHECK_NEAR(x->grad[0], 1, 0);
    CHECK_NEAR(x->grad[1] + x->grad[2] + x->grad[3], 0, 0);
}

TEST("a NaN survives max pooling")
{
    kd_real x[4] = { 3, (kd_real)NAN, 5, 1 };
    CHECK(isnan(kdi_r(kd_max_pool2d(image(KD_SHAPE(1, 2, 2, 1), x), 2, 2, 0))[0]));
}

TEST("mean pooling counts padding as zeros")
{
    equals(kd_avg_pool2d(counting(4, 4), 2, 2, 0), "1x2x2x1", (double[]){ 3.5, 5.5, 11.5, 13.5 });
    /* corner of a 3x3 window: 1 + 2 + 4 + 5 over nine */
    equals(kd_slice(kd_avg_pool2d(counting(3, 3), 3, 1, 1), 1, 0, 1), "1x1x3x1",
           (double[]){ 12.0 / 9, 21.0 / 9, 16.0 / 9 });
}

TEST("adaptive windows overlap where sizes do not divide")
{
    /* 5 -> 3: [0,2) [1,4) [3,5) */
    equals(kd_adaptive_avg_pool2d(counting(1, 5), 1, 3), "1x1x3x1", (double[]){ 1.5, 3, 4.5 });
    equals(kd_adaptive_avg_pool2d(counting(1, 2), 1, 4), "1x1x4x1", (double[]){ 1, 1, 2, 2 });
    equals(kd_global_avg_pool(counting(3, 3)), "1x1", (double[]){ 5 });
}

TEST("channels are pooled apart")
{
    kd_real x[8] = { 1, 10, 2, 20, 3, 30, 4, 40 };
    equals(kd_global_avg_pool(image(KD_SHAPE(1, 2, 2, 2), x)), "1x2", (double[]){ 2.5, 25 });
    equals(kd_max_pool2d(image(KD_SHAPE(1, 2, 2, 2), x), 2, 2, 0), "1x1x1x2", (double[]){ 4, 40 });
}

TEST("nearest neighbours repeat, or skip when shrinking")
{
    equals(kd_upsample_nearest(counting(1, 2), 1, 5), "1x1x5x1", (double[]){ 1, 1, 1, 2, 2 });
    equals(kd_upsample_nearest(counting(1, 5), 1, 3), "1x1x3x1", (double[]){ 1, 2, 4 });
}

TEST("bilinear interpolation has pixel centres at halves")
{
    equals(kd_upsample_bilinear(counting(2, 2), 4, 4), "1x4x4x1",
           (double[]){ 1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75,
                       4 });
    equals(kd_upsample_bilinear(counting(1, 4), 1, 2), "1x1x2x1", (double[]){ 1.5, 3.5 });
}

TEST("shuffling reads the groups by turns")
{
    kd_real x[6] = { 1, 2, 3, 4, 5, 6 };
    equals(kd_channel_shuffle(image(KD_SHAPE(1, 1, 1, 6), x), 2), "1x1x1x6",
           (double[]){ 1, 4, 2, 5, 3, 6 });
}

TEST("matching pools the larger map and leaves the smaller alone")
{
    kd_tensor *a = counting(4, 4), *b = counting(2, 2), *small = b;
    kd_match_size(&a, &b);
    equals(a, "1x2x2x1", (double[]){ 3.5, 5.5, 11.5, 13.5 });
    CHECK(b == small);
    a = counting(2, 2), b = counting(4, 4);
    kd_match_size(&a, &b);
    CHECK_TEXT(kd_shape_text(kd_shape_of(b)), "1x2x2x1");
}

static void refused(kd_tensor *y, const char *part)
{
    CHECK(kd_is_poisoned(y));
    CHECK_HAS(kd_error_message(), part);
    kd_error_clear();
}

TEST("pooling and resizing say what does not fit")
{
    kd_error_clear();
    refused(kd_max_pool2d(counting(2, 2), 3, 1, 0), "3x3 window");
    refused(kd_max_pool2d(counting(4, 4), 2, 2, 2), "pad 2");
    refused(kd_adaptive_avg_pool2d(counting(4, 4), 0, 1), "0x1");
    refused(kd_upsample_bilinear(kd_reshape(counting(4, 4), KD_SHAPE(4, 4)), 2, 2), "4x4");
    refused(kd_channel_shuffle(counting(2, 2), 2), "2 groups");
}

TEST_MAIN
