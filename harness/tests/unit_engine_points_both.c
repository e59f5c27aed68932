/* Choosing among points, grouping, pooling of segments: on clouds small enough to see; and layers
 * that pool before there is a map against the map pooled. */
#include "tests/engine_tools.h"

#define CHECK_INDICES(x, ...)                                                                      \
    check_indices(x, sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t),                         \
                  (int64_t[]){ __VA_ARGS__ })

static void check_indices(kd_tensor *x, size_t n, const int64_t *want)
{
    if (kd_is_poisoned(x))
        fail_msg("poison: %s", kd_error_message());
    CHECK_INT(kd_numel(x), n);
    for (size_t i = 0; i < n; i++)
        CHECK_INT(kd_i64s(x)[i], want[i]);
}

/* six points on a line, two of them in one place */
static kd_tensor *line(kd_engine *e)
{
    return TENSOR(e, KD_SHAPE(1, 6, 1), 0, 9, 4, 4, 7, -1);
}

TEST("farthest points begin with the first, then always take the one farthest from all taken")
{
    kd_engine *e = engine();
    /* 0; 9 is 9 away; 4 and 4 are 4 away from 0 and the lower comes first; then 7, 2 from 9 */
    CHECK_INDICES(kd_farthest_points(line(e), 5), 0, 1, 2, 4, 5);
    CHECK_INDICES(kd_farthest_points(line(e), 1), 0);
}

TEST("as many farthest points as there are take each distinct one, and then the first again")
{
    kd_engine *e = engine();
    CHECK_INDICES(kd_farthest_points(line(e), 6), 0, 1, 2, 4, 5, 0);
}

TEST("the nearest come nearest first, of equal ones the lower index")
{
    kd_engine *e = engine();
    kd_tensor *at = TENSOR(e, KD_SHAPE(1, 2, 1), 4, 8);
    CHECK_INDICES(kd_nearest(line(e), at, 4), 2, 3, 4, 0, 1, 4, 2, 3);
}

TEST("many points of many coordinates have the neighbours that a plain sort finds")
{
    enum { POINTS = 90, WIDTH = 7, K = 11 };
    kd_engine *e = engine();
    kd_rng r = kdi_rng(3, KDI_STREAM_TEST, 0);
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, KD_SHAPE(2, POINTS, WIDTH));
    kd_fill_normal(x, &r, 0, 1);
    kd_tensor *y = kd_nearest(x, x, K);
    for (int64_t i = 0; i < 2 * POINTS; i++) {
        const kd_real *cloud = kdi_r(x) + i / POINTS * POINTS * WIDTH, *a = kdi_r(x) + i * WIDTH;
        double far = -1;
        for (int64_t k = 0; k < K; k++) { /* each is no nearer than the one before */
            double d = 0;
            for (int64_t c = 0; c < WIDTH; c++)
                d += pow((double)(cloud[kd_i64s(y)[i * K + k] * WIDTH + c] - a[c]), 2);
            CHECK(d >= far - 1e-4);
            far = d > far ? d : far;
        }
        int64_t nearer = 0;
        for (int64_t j = 0; j < POINTS; j++) {
            double d = 0;
            for (int64_t c = 0; c < WIDTH; c++)
                d += pow((double)(cloud[j * WIDTH + c] - a[c]), 2);
            nearer += d < far - 1e-4;
        }
        CHECK(nearer < K);
        CHECK_INT(kd_i64s(y)[i * K], i % POINTS); /* itself */
    }
}

TEST("clouds keep to themselves")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(2, 3, 1), 0, 1, 5, 0, 4, 5);
    CHECK_INDICES(kd_nearest(x, x, 2), 0, 1, 1, 0, 2, 1, 0, 1, 1, 2, 2, 1);
    CHECK_INDICES(kd_farthest_points(x, 2), 0, 2, 0, 2);
    kd_tensor *y = kd_group(x, I64S(e, KD_SHAPE(2, 2), 2, 0, 1, 1));
    CHECK_TENSOR(y, KD_SHAPE(2, 2, 1), 5, 0, 4, 4);
}

TEST("a ball has its first points in order of index, and is filled with the first of them")
{
    kd_engine *e = engine();
    kd_tensor *at = TENSOR(e, KD_SHAPE(1, 2, 1), 4, 8);
    CHECK_INDICES(kd_ball_query(line(e), at, 3, 3), 2, 3, 4, 1, 4, 1);
    CHECK_INDICES(kd_ball_query(line(e), at, 3, 2), 2, 3, 1, 4);
}

TEST("a ball reaches its radius; an empty one is its nearest point")
{
    kd_engine *e = engine();
    kd_tensor *at = TENSOR(e, KD_SHAPE(1, 2, 1), 6, 20);
    CHECK_INDICES(kd_ball_query(line(e), at, 2, 4), 2, 3, 4, 2, 1, 1, 1, 1);
}

TEST("a point that is not a number is nobody's neighbour, and nothing is out of range")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(1, 4, 1), 0, (double)NAN, 3, 4);
    kd_tensor *at = TENSOR(e, KD_SHAPE(1, 1, 1), 3);
    CHECK_INDICES(kd_nearest(x, at, 3), 2, 3, 0);
    CHECK_INDICES(kd_ball_query(x, at, 100, 4), 0, 2, 3, 0);
    kd_tensor *y = kd_farthest_points(x, 4);
    for (int i = 0; i < 4; i++)
        CHECK(kd_i64s(y)[i] >= 0 && kd_i64s(y)[i] < 4);
}

TEST("what is not a cloud, too many points and wrong indices are refused")
{
    kd_engine *e = engine();
    CHECK(kd_is_poisoned(kd_nearest(line(e), line(e), 7)));
    CHECK_HAS(kd_error_message(), "7 wanted of 6");
    engine();
    CHECK(kd_is_poisoned(kd_farthest_points(TENSOR(e, KD_SHAPE(2, 2), 1, 2, 3, 4), 1)));
    CHECK_HAS(kd_error_message(), "2x2");
    engine();
    CHECK(kd_is_poisoned(kd_group(line(e), I64S(e, KD_SHAPE(1, 2), 0, 6))));
    CHECK_HAS(kd_error_message(), "index 1 is 6, of 6 points");
    engine();
    kd_tensor *rows = TENSOR(e, KD_SHAPE(2, 1), 1, 2);
    CHECK(kd_is_poisoned(kd_segment_sum(rows, I64S(e, KD_SHAPE(3), 0, 2, 1))));
    CHECK_HAS(kd_error_message(), "rise");
    engine();
}

TEST("what is grouped twice gets the sum of both gradients")
{
    kd_engine *e = engine();
    kd_tensor *x = tracked(line(e));
    kd_tensor *y = kd_group(x, I64S(e, KD_SHAPE(1, 2, 2), 1, 1, 4, 0));
    kd_tensor *weight = TENSOR(e, KD_SHAPE(1, 2, 2, 1), 1, 2, 3, 4);
    CHECK_INT(kdi_backward_from(kd_sum(kd_mul(y, weight))), KD_OK);
    CHECK_GRADIENT(x, 4, 3, 0, 0, 3, 0);
}

TEST("segments are pooled by themselves; an empty one is zero")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(4, 2), 1, -5, 3, -6, 2, 8, -4, -7);
    kd_tensor *at = I64S(e, KD_SHAPE(4), 0, 3, 3, 4);
    CHECK_TENSOR(kd_segment_sum(x, at), KD_SHAPE(3, 2), 6, -3, 0, 0, -4, -7);
    CHECK_TENSOR(kd_segment_mean(x, at), KD_SHAPE(3, 2), 2, -1, 0, 0, -4, -7);
    CHECK_TENSOR(kd_segment_max(x, at), KD_SHAPE(3, 2), 3, 8, 0, 0, -4, -7);
}

/* ---- pooling before there is a map ---------------------------------------------------- */

struct layers {
    kd_layer *conv, *bn;
};

/* some gammas negative, one zero */
static struct layers layers_of(kd_engine *e, int64_t from, int64_t to, bool bias)
{
    static kd_rng r;
    r = kdi_rng(5, KDI_STREAM_TEST, 1);
    kd_scope *scope = kdi_scope_root(e, "", &r);
    kd_conv_spec spec = { .in = from, .out = to, .kernel = 1, .bias = bias };
    struct layers l = { kd_conv2d_new(scope, "conv", spec), kd_batchnorm_new(scope, "bn", to) };
    kd_fill_normal(l.bn->weight, &r, 0, 1);
    kd_fill_normal(l.bn->bias, &r, 0, 1);
    kdi_r(l.bn->weight)[0] = 0;
    return l;
}

static void check_same(const kd_real *x, const kd_real *y, int64_t n)
{
    double most = 0, tolerance = sizeof(kd_real) == 8 ? 1e-11 : 2e-5;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)y[i]));
    for (int64_t i = 0; i < n; i++)
        CHECK_NEAR(x[i], y[i], tolerance * fmax(most, 1));
}

typedef kd_tensor *pooled(struct layers l, kd_tensor *x);

static kd_tensor *maxed(struct layers l, kd_tensor *x)
{
    return kd_apply_conv_bn_max(l.conv, l.bn, x);
}

static kd_tensor *edged(struct layers l, kd_tensor *x)
{
    return kd_apply_edge_conv(l.conv, l.bn, x, kd_nearest(x, x, 6));
}

/* both ways, whole or in pieces: outputs, gradients, running statistics */
static void check_ways(pooled *f, int64_t from, int64_t to, kd_shape s, bool bias, bool training)
{
    kd_engine *e = engine();
    e->training = training;
    kd_rng r = kdi_rng(7, KDI_STREAM_TEST, 2);
    kd_tensor *x[2], *y[2];
    struct layers l[2];
    for (int i = 0; i < 2; i++) {
        l[i] = layers_of(e, from, to, bias);
        l[i].bn->unfolded = i == 1;
        x[i] = tracked(kdi_tensor(e->step, e, KD_REAL_T, s));
        if (i == 0)
            kd_fill_normal(x[0], &r, 1, 1);
        else
            memcpy(x[1]->data, x[0]->data, (size_t)kd_numel(x[0]) * sizeof(kd_real));
        y[i] = f(l[i], x[i]);
        CHECK_INT(kdi_backward_from(kd_sum(kd_square(kd_relu(y[i])))), KD_OK);
    }
    CHECK(kd_shape_equal(kd_shape_of(y[0]), kd_shape_of(y[1])));
    check_same(kdi_r(y[0]), kdi_r(y[1]), kd_numel(y[0]));
    check_same(x[0]->grad, x[1]->grad, kd_numel(x[0]));
    check_same(l[0].conv->weight->grad, l[1].conv->weight->grad, kd_numel(l[0].conv->weight));
    check_same(l[0].bn->weight->grad, l[1].bn->weight->grad, to);
    check_same(l[0].bn->bias->grad, l[1].bn->bias->grad, to);
    check_same(kdi_r(l[0].bn->mean), kdi_r(l[1].bn->mean), to);
    check_same(kdi_r(l[0].bn->var), kdi_r(l[1].bn->var), to);
    e->training = false;
}

TEST("the largest of bn(conv) is the same without the map between")
{
    check_ways(maxed, 9, 20, KD_SHAPE(3, 300, 9), true, true);
    check_ways(maxed, 9, 20, KD_SHAPE(3, 300, 9), true, false);
    check_ways(maxed, 20, 9, KD_SHAPE(2, 40, 5, 20), false, true);
    check_ways(maxed, 4, 5, KD_SHAPE(1, 1, 4), true, true);
}

TEST("edges are the same from their ends as one by one")
{
    check_ways(edged, 2 * 5, 16, KD_SHAPE(2, 40, 5), false, true);
    check_ways(edged, 2 * 5, 16, KD_SHAPE(2, 40, 5), false, false);
    check_ways(edged, 2 * 3, 33, KD_SHAPE(1, 7, 3), false, true);
}

TEST_MAIN
