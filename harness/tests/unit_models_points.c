/* Networks for clouds of points: names, sizes, going on from taps, copies, dropout. */
#include "tests/net_tools.h"

static const kd_input cloud = { .kind = KD_POINTS, .channels = 6, .points = 40, .classes = 5 };

static const char *const nets[] = { "pointnet_w0.125", "pointnet_stn_fstn_w0.0625",
                                    "pointnet2_ssg_n12-5_r0.5-1_k6-4_w0.0625",
                                    "dgcnn_k5_e64_w0.125", "pointmlp_elite_e16_k6_w0.5" };
enum { NETS = sizeof nets / sizeof *nets };

static kd_tensor *points(kd_net *net, int64_t n, uint64_t which)
{
    kd_engine *e = net->engine;
    kd_rng rng = kdi_rng(9, KDI_STREAM_TEST, which);
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, KD_SHAPE(n, net->in.points, net->in.channels));
    kd_fill_uniform(x, &rng, -1, 1);
    return x;
}

static void each(void (*f)(kd_net *net))
{
    for (int i = 0; i < NETS; i++) {
        kd_engine *e = kdi_engine_new();
        kd_net *net = new_net(e, nets[i], cloud);
        ruffle(net);
        kdi_net_set_training(net, false);
        f(net);
        no_failure(nets[i]);
        kdi_engine_free(e);
    }
}

static void is_spelled_as_parsed(kd_net *net)
{
    bool found = false;
    for (int i = 0; i < NETS; i++)
        found = found || strcmp(net->arch, nets[i]) == 0;
    if (!found)
        fail_msg("spelled %s", net->arch);
}

TEST("a network is spelled as it was parsed")
{
    each(is_spelled_as_parsed);
}

static void goes_on_from_taps(kd_net *net)
{
    kd_view v = kd_net_forward(net, points(net, 2, 0));
    for (int i = 0; i < v.ntap; i++)
        CHECK(distance(kd_net_from(net, i, v.tap[i].x).logits, v.logits) == 0);
    CHECK(distance(kd_net_head(net, v.pooled), v.logits) == 0);
    CHECK(distance(kd_apply(kd_net_classifier(net), v.pooled), v.logits) == 0);
}

TEST("going on from any tap gives the same logits, and the classifier is the last layer")
{
    each(goes_on_from_taps);
}

/* what a cache of taps does: the input is seen, but no stage before the tap ran on it */
static void goes_on_alone(kd_net *net)
{
    kd_tensor *x = points(net, 2, 1);
    kd_view v = kd_net_forward(net, x);
    for (int i = 0; i < v.ntap; i++) {
        kd_net_forward(net, points(net, 3, 2));
        kdi_net_see(net, x);
        CHECK(distance(kd_net_from(net, i, v.tap[i].x).logits, v.logits) == 0);
    }
}

TEST("where points are is found again from the input when only a tap is given")
{
    each(goes_on_alone);
}

static void copies(kd_net *net)
{
    kd_tensor *x = points(net, 2, 3);
    kd_view v = kd_net_forward(net, x);
    kd_net *copy = kd_net_copy(net->scope->parent, "copy", net);
    CHECK(copy != NULL);
    CHECK(distance(kd_net_forward(copy, x).logits, v.logits) < 1e-5);
}

TEST("a copy says the same")
{
    each(copies);
}

static void has_points_as_rows(kd_net *net)
{
    kd_view v = kd_net_forward(net, points(net, 2, 0));
    for (int i = 0; i < v.ntap; i++)
        CHECK_INT(kd_ndim(v.tap[i].x), v.tap[i].kind == KD_TAP_POOLED ? 2 : 3);
}

TEST("taps have points as rows")
{
    each(has_points_as_rows);
}

static void drops_in_training(kd_net *net)
{
    kd_tensor *x = points(net, 8, 4);
    kd_tensor *logits[4];
    kdi_net_set_training(net, true);
    for (int i = 0; i < 4; i++) {
        kdi_net_set_step(net, 1, i / 2);
        logits[i] = kd_net_forward(net, x).logits;
    }
    CHECK(distance(logits[0], logits[1]) == 0); /* one step, one draw */
    CHECK(distance(logits[0], logits[2]) > 1e-3);
}

TEST("dropout draws anew each step, and the same in the same step")
{
    each(drops_in_training);
}

static void takes_few_points(kd_net *net)
{
    kd_engine *e = kdi_engine_new();
    kd_input few = cloud;
    few.points = 3;
    few.channels = 3;
    kd_net *small = new_net(e, net->arch, few);
    kd_view v = kd_net_forward(small, points(small, 2, 5));
    CHECK(largest(v.logits) < 1e6);
    kdi_engine_free(e);
}

TEST("fewer points than neighbours are enough, and normals need not be there")
{
    each(takes_few_points);
}

TEST("widths give the pilots' sizes")
{
    static const struct {
        const char *arch;
        int64_t parameters;
    } sizes[] = { { "pointnet_w0.3125", 81929 }, { "pointnet_w0.078125", 5954 } };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        kd_engine *e = kdi_engine_new();
        kd_input in = cloud;
        in.classes = 29;
        kd_net *net = new_net(e, sizes[i].arch, in);
        CHECK_INT(kdi_net_params(net), sizes[i].parameters);
        kdi_engine_free(e);
    }
}

TEST_MAIN
