/* net_tools.h - for tests of networks: an engine with one network on deterministic numbers. */
#ifndef KDI_NET_TOOLS_H
#define KDI_NET_TOOLS_H

#include "models/net.h"
#include "tests/test.h"

#include <stdio.h>

/* small ones of every family, for images of 12 pixels or more */
static const char *const small_nets[] = {
    "resnet8_w0.25",     "resnet8x4_w0.125", "resnet18_w0.0625",   "resnet50_w0.03125",
    "wrn_10_2_w0.25",    "vgg8_w0.0625",     "mobilenetv2_w0.125", "shufflenetv1_w0.2",
    "shufflenetv2_w0.1", "lenet_w0.5",       "vit_p4_d2_w6_h2",    "deit_p6_d2_w6_h3_r2"
};
enum { SMALL_NETS = sizeof small_nets / sizeof *small_nets };

static inline kd_net *new_net(kd_engine *e, const char *arch, kd_input in)
{
    kd_error_clear();
    kd_rng *rng = kdi_alloc(e->run, sizeof *rng);
    *rng = kdi_rng(7, KDI_STREAM_TEST, 0);
    kd_scope *root = kdi_scope_root(e, "", rng);
    kd_value *spec;
    kd_net *net;
    if (kdi_model_parse(arch, e->run, &spec) != KD_OK ||
        kdi_net_new(&net, root, "net", spec, &in, rng) != KD_OK)
        fail_msg("%s: %s", arch, kd_error_message());
    return net;
}

static inline int ruffle_one(kd_tensor *x, const char *path, const char *unused, void *user)
{
    kd_rng *rng = user;
    (void)unused;
    if (strstr(path, "running_var"))
        kd_fill_uniform(x, rng, (kd_real)0.5, (kd_real)1.5);
    else if (strstr(path, "running_mean"))
        kd_fill_normal(x, rng, 0, (kd_real)0.3);
    else if (x->shape.n == 1)
        for (int64_t i = 0; i < kd_numel(x); i++)
            kdi_r(x)[i] += (kd_real)(0.3 * (2 * kdi_uniform01(rng) - 1));
    return KD_OK;
}

/* batch-norms and biases as after some training, so that mistakes show */
static inline void ruffle(kd_net *net)
{
    kd_rng rng = kdi_rng(8, KDI_STREAM_TEST, 0);
    kdi_scope_each(net->scope, ruffle_one, &rng);
}

static inline kd_tensor *images(kd_net *net, int64_t n)
{
    kd_engine *e = net->engine;
    kd_rng rng = kdi_rng(9, KDI_STREAM_TEST, 0);
    kd_shape s = KD_SHAPE(n, net->in.height, net->in.width, net->in.channels);
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, s);
    kd_fill_normal(x, &rng, 0, 1);
    return x;
}

static inline double largest(const kd_tensor *x)
{
    double most = 0;
    for (int64_t i = 0; i < kd_numel(x); i++)
        most = fmax(most, fabs((double)kdi_r(x)[i]));
    return most;
}

/* largest difference over the largest value */
static inline double distance(const kd_tensor *a, const kd_tensor *b)
{
    CHECK(kd_shape_equal(kd_shape_of(a), kd_shape_of(b)));
    double most = 0;
    for (int64_t i = 0; i < kd_numel(a); i++)
        most = fmax(most, fabs((double)kdi_r(a)[i] - (double)kdi_r(b)[i]));
    return most / fmax(largest(b), 1e-30);
}

static inline void no_failure(const char *where)
{
    if (kd_failed())
        fail_msg("%s: %s", where, kd_error_message());
}

#endif
