/* resnet: the three-stage residual networks for CIFAR, resnet8 .. resnet110, resnet8x4, resnet32x4.
 *
 * He et al. (CVPR 2016), section 4.2; projections where the size changes. Layers, names and initial
 * values as in RepDistiller's models/resnet.py. */
#include "models/parts.h"

#include <stdio.h>
#include <string.h>

enum { STAGES = 3 };

struct resnet {
    int depth, widen;
    kd_real width;
    kdi_unit stem;
    kdi_residual *block[STAGES];
    int blocks; /* a stage */
    kd_layer *fc;
};

static const kd_option options[] = {
    KD_INT(struct resnet, depth, 20, 8, 1202,
           "layers: 6n + 2; not 50 or 152 (see imagenet_resnet)"),
    KD_INT(struct resnet, widen, 1, 1, 16, "the 4 of resnet8x4: stages of 16, 32, 64 times this"),
    KD_REAL(struct resnet, width, 1, 0.0625, 16, "factor on every number of channels"),
    { 0 },
};

/* 50 and 152 are 6n + 2 as well, but the field's resnet50 is the four-stage one */
static bool depth_fits(int depth)
{
    return depth >= 8 && depth % 6 == 2 && depth != 50 && depth != 152;
}

static bool parse(const char *arch, void *self)
{
    struct resnet *r = self;
    int used = 0, used_x = 0;
    if (sscanf(arch, "resnet%3d%n", &r->depth, &used) != 1 || !depth_fits(r->depth))
        return false;
    if (sscanf(arch + used, "x%2d%n", &r->widen, &used_x) != 1)
        r->widen = 1;
    return r->widen >= 1 && kdi_parse_width(arch + used + used_x, &r->width);
}

static void spell(const void *self, char *buf)
{
    const struct resnet *r = self;
    int n = snprintf(buf, KDI_ARCH, "resnet%d", r->depth);
    if (r->widen > 1)
        snprintf(buf + n, (size_t)(KDI_ARCH - n), "x%d", r->widen);
    kdi_spell_width(buf, r->width, 1);
}

static kdi_residual *stage_new(struct resnet *r, kd_net *net, kd_scope *in, int from, int to,
                               int stride)
{
    kdi_residual *block = kdi_net_alloc(net, (size_t)r->blocks * sizeof *block);
    for (int i = 0; i < r->blocks; i++)
        block[i] = kdi_residual_new(kdi_scope_number(in, i),
                                    (kdi_residual_spec){ .in = i ? to : from,
                                                         .planes = to,
                                                         .stride = i ? 1 : stride,
                                                         .shortcut = "downsample" });
    return block;
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct resnet *r = self;
    if (!depth_fits(r->depth))
        return kd_error(KD_E_USAGE,
                        "resnet: depth = %d, but it must be 6n + 2 (8, 14, 20, ..); "
                        "50 and 152 are family imagenet_resnet's",
                        r->depth);
    /* the wide ones of the field begin with 32 channels, whatever their factor */
    int from = kdi_scaled(r->widen > 1 ? 32 : 16, r->width);
    r->blocks = (r->depth - 2) / 6;
    kd_conv_spec stem = { .in = in->channels, .out = from, .kernel = 3, .pad = 1 };
    r->stem = kdi_unit_new(scope, "conv1", "bn1", stem, KD_INIT_KAIMING_FAN_OUT);
    kd_net_add_tap(net, "stem", KD_TAP_STEM, r->stem.bn);
    for (int i = 0; i < STAGES; i++) {
        static const char *const name[] = { "stage1", "stage2", "stage3" };
        static const char *const layer[] = { "layer1", "layer2", "layer3" };
        int to = kdi_scaled((16 << i) * r->widen, r->width);
        r->block[i] = stage_new(r, net, kd_scope_new(scope, layer[i]), from, to, i ? 2 : 1);
        kd_net_add_tap(net, name[i], KD_TAP_STAGE,
                       kdi_residual_last_bn(&r->block[i][r->blocks - 1]));
        from = to;
    }
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    r->fc = kd_linear_new(scope, "fc", from, in->classes);
    return KD_OK;
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct resnet *r = self;
    if (i == 0)
        return kdi_unit_apply(&r->stem, x, NULL, KD_ACT_RELU);
    if (i > STAGES)
        return kd_global_avg_pool(x);
    int last = r->blocks - 1;
    for (int j = 0; j <= last; j++)
        x = kdi_residual_apply(&r->block[i - 1][j], x, j == last ? pre : NULL);
    return x;
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    return kd_apply(((struct resnet *)self)->fc, pooled);
}

KD_MODEL(resnet,
         .help = "CIFAR residual network of 6n+2 layers (He et al. 2016), also the wide x4 ones",
         .self_size = sizeof(struct resnet), .options = options, .parse = parse, .spell = spell,
         .build = build, .stage = stage, .head = head);
