/* Each family's backward pass against differences, in the double build: along random directions of
 * all parameters and the input together. */
#include "tests/net_tools.h"

enum { DIRECTIONS = 3, BATCH = 8 };
static const double TOLERANCE = 2e-6;

/* logits and every tap, before and after the activation, each with weights of its own */
static kd_tensor *objective(kd_net *net, kd_tensor *x)
{
    kd_view v = kd_net_forward(net, x);
    kd_tensor *sum = NULL;
    kd_rng rng = kdi_rng(21, KDI_STREAM_TEST, 0);
    for (int i = 0; i < v.noutput; i++) {
        kd_tensor *y = v.output[i].x, *weight = kd_zeros_like(y, kd_shape_of(y));
        kd_fill_normal(weight, &rng, 0, 1);
        kd_tensor *term = kd_mean(kd_mul(kd_add(y, kd_scale(kd_square(y), (kd_real)0.1)), weight));
        sum = sum ? kd_add(sum, term) : term;
    }
    return sum;
}

struct walk {
    kd_rng rng;
    double step, slope; /* how far to move; gradient times direction */
};

static int move_one(kd_tensor *x, const char *path, const char *unused, void *user)
{
    struct walk *w = user;
    (void)path;
    (void)unused;
    if (!(x->flags & (KDI_PARAM | KDI_TRACKED)))
        return KD_OK;
    for (int64_t i = 0; i < kd_numel(x); i++) {
        double d = kdi_normal(&w->rng);
        w->slope += x->grad && w->step == 0 ? d * (double)x->grad[i] : 0;
        kdi_r(x)[i] += (kd_real)(w->step * d);
    }
    return KD_OK;
}

/* step 0 moves nothing and adds up the slope */
static double walk(kd_net *net, kd_tensor *x, int direction, double step)
{
    struct walk w = { .rng = kdi_rng(22, KDI_STREAM_TEST, (uint64_t)direction), .step = step };
    kdi_scope_each(net->scope, move_one, &w);
    move_one(x, "input", NULL, &w);
    return w.slope;
}

static double difference(kd_net *net, kd_tensor *x, int direction, double h)
{
    walk(net, x, direction, h);
    double up = (double)kd_item(objective(net, x));
    walk(net, x, direction, -2 * h);
    double down = (double)kd_item(objective(net, x));
    walk(net, x, direction, h);
    return (up - down) / (2 * h);
}

/* A step that crosses a kink of some activation says nothing, and one that is too small is noise:
 * a right gradient agrees at some step between, a wrong one at none. */
static void check_gradient(kd_net *net, const char *arch)
{
    kd_tensor *x = images(net, BATCH);
    x->flags |= KDI_TRACKED;
    kdi_zero_grads(net->scope);
    CHECK_INT(kdi_backward_from(objective(net, x)), KD_OK);
    for (int i = 0; i < DIRECTIONS; i++) {
        double slope = walk(net, x, i, 0), numeric = 0, off = INFINITY;
        for (double h = 1e-6; h > 1e-10 && off > TOLERANCE; h /= 10) {
            numeric = difference(net, x, i, h);
            off = fabs(slope - numeric) / fmax(1, fabs(numeric));
        }
        if (!(off <= TOLERANCE))
            fail_msg("%s, %s: gradient %.12g, differences %.12g", arch,
                     net->training ? "training" : "evaluating", slope, numeric);
    }
}

TEST("every family's gradients agree with differences, training and evaluating")
{
    for (int i = 0; i < SMALL_NETS; i++)
        for (int training = 0; training < 2; training++) {
            kd_engine *e = kdi_engine_new();
            kd_net *net = new_net(e, small_nets[i], (kd_input){ 2, 12, 12, 5 });
            ruffle(net);
            kdi_net_want_pre(net, true);
            kdi_net_set_training(net, training);
            check_gradient(net, small_nets[i]);
            no_failure(small_nets[i]);
            kdi_engine_free(e);
        }
}

TEST_MAIN
