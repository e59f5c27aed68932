/* lenet: two 5x5 convolutions and three linear layers; the smallest network here.
 *
 * LeCun et al., "Gradient-based learning applied to document recognition" (1998), with ReLU and
 * maximum pooling. Taps: each convolution after its activation, and the last hidden layer. */
#include "models/parts.h"

#include <stdio.h>
#include <string.h>

struct lenet {
    kd_real width;
    kd_layer *conv1, *conv2, *fc1, *fc2, *fc3;
};

static const kd_option options[] = {
    KD_REAL(struct lenet, width, 1, 0.125, 64, "factor on every number of channels and units"),
    { 0 },
};

static bool parse(const char *arch, void *self)
{
    struct lenet *l = self;
    if (strcmp(arch, "lenet5") == 0 || strcmp(arch, "LeNet5") == 0)
        return true;
    size_t n = strlen("lenet");
    return strncmp(arch, "lenet", n) == 0 && kdi_parse_width(arch + n, &l->width);
}

static void spell(const void *self, char *buf)
{
    snprintf(buf, KDI_ARCH, "lenet");
    kdi_spell_width(buf, ((const struct lenet *)self)->width, 1);
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct lenet *l = self;
    int64_t h = (in->height / 2 - 4) / 2, w = (in->width / 2 - 4) / 2;
    if (h < 1 || w < 1)
        return kd_error(KD_E_SHAPE, "lenet: images of %lldx%lld, but it wants at least 12x12",
                        (long long)in->height, (long long)in->width);
    int c1 = kdi_scaled(6, l->width), c2 = kdi_scaled(16, l->width);
    int n1 = kdi_scaled(120, l->width), n2 = kdi_scaled(84, l->width);
    kd_conv_spec conv1 = { .in = in->channels, .out = c1, .kernel = 5, .pad = 2, .bias = true };
    l->conv1 = kd_conv2d_new(scope, "conv1", conv1);
    l->conv2 = kd_conv2d_new(scope, "conv2",
                             (kd_conv_spec){ .in = c1, .out = c2, .kernel = 5, .bias = true });
    l->fc1 = kd_linear_new(scope, "fc1", h * w * c2, n1);
    kdi_linear_over_map(l->fc1, c2, h, w);
    l->fc2 = kd_linear_new(scope, "fc2", n1, n2);
    l->fc3 = kd_linear_new(scope, "fc3", n2, in->classes);
    kd_net_add_tap(net, "stage1", KD_TAP_STAGE, NULL);
    kd_net_add_tap(net, "stage2", KD_TAP_STAGE, NULL);
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    return KD_OK;
}

static kd_tensor *classify(const struct lenet *l, kd_tensor *x)
{
    x = kd_flatten(kd_max_pool2d(x, 2, 2, 0), 1);
    x = kd_relu(kd_apply(l->fc1, x));
    return kd_relu(kd_apply(l->fc2, x));
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct lenet *l = self;
    if (i == 2)
        return classify(l, x);
    kd_tensor *z = i ? kd_apply(l->conv2, kd_max_pool2d(x, 2, 2, 0)) : kd_apply(l->conv1, x);
    if (pre)
        *pre = z;
    return kd_relu(z);
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    return kd_apply(((struct lenet *)self)->fc3, pooled);
}

KD_MODEL(lenet, .help = "LeNet-5 with ReLU and maximum pooling (LeCun et al. 1998)",
         .self_size = sizeof(struct lenet), .options = options, .parse = parse, .spell = spell,
         .build = build, .stage = stage, .head = head);
