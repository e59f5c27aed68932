/* imagenet_resnet: the four-stage residual networks resnet18, 34, 50, 101, 152 on small images.
 *
 * He et al. (CVPR 2016), table 1, with a 3x3 stem and no pooling after it. Layers, names and
 * initial values as in RepDistiller's models/resnetv2.py, whose ResNet50 this is. */
#include "models/parts.h"

#include <stdio.h>

enum { STAGES = 4 };

static const struct plan {
    int depth;
    bool bottleneck;
    int blocks[STAGES];
} plans[] = {
    { 18, false, { 2, 2, 2, 2 } },  { 34, false, { 3, 4, 6, 3 } },  { 50, true, { 3, 4, 6, 3 } },
    { 101, true, { 3, 4, 23, 3 } }, { 152, true, { 3, 8, 36, 3 } }, { 0 },
};

struct imagenet_resnet {
    int depth;
    kd_real width;
    const struct plan *plan;
    kdi_unit stem;
    kdi_residual *block[STAGES];
    kd_layer *linear;
};

static const kd_option options[] = {
    KD_INT(struct imagenet_resnet, depth, 50, 18, 152, "layers: 18, 34, 50, 101 or 152"),
    KD_REAL(struct imagenet_resnet, width, 1, 0.015625, 16, "factor on every number of channels"),
    { 0 },
};

static const struct plan *plan_of(int depth)
{
    for (const struct plan *p = plans; p->depth; p++)
        if (p->depth == depth)
            return p;
    return NULL;
}

static bool parse(const char *arch, void *self)
{
    struct imagenet_resnet *r = self;
    int used = 0;
    if (sscanf(arch, "resnet%3d%n", &r->depth, &used) != 1 &&
        sscanf(arch, "ResNet%3d%n", &r->depth, &used) != 1)
        return false;
    return plan_of(r->depth) && kdi_parse_width(arch + used, &r->width);
}

static void spell(const void *self, char *buf)
{
    const struct imagenet_resnet *r = self;
    snprintf(buf, KDI_ARCH, "resnet%d", r->depth);
    kdi_spell_width(buf, r->width, 1);
}

/* returns the channels that leave the stage */
static int stage_new(struct imagenet_resnet *r, kd_net *net, kd_scope *in, int s, int from)
{
    int planes = kdi_scaled(64 << s, r->width), n = r->plan->blocks[s];
    kdi_residual *block = kdi_net_alloc(net, (size_t)n * sizeof *block);
    for (int i = 0; i < n; i++) {
        kdi_residual_spec spec = { .in = from,
                                   .planes = planes,
                                   .stride = s > 0 && i == 0 ? 2 : 1,
                                   .bottleneck = r->plan->bottleneck,
                                   .shortcut = "shortcut" };
        block[i] = kdi_residual_new(kdi_scope_number(in, i), spec);
        from = r->plan->bottleneck ? 4 * planes : planes;
    }
    r->block[s] = block;
    return from;
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct imagenet_resnet *r = self;
    r->plan = plan_of(r->depth);
    if (!r->plan)
        return kd_error(KD_E_USAGE,
                        "imagenet_resnet: depth = %d, but there are 18, 34, 50, 101, 152",
                        r->depth);
    int from = kdi_scaled(64, r->width);
    kd_conv_spec stem = { .in = in->channels, .out = from, .kernel = 3, .pad = 1 };
    r->stem = kdi_unit_new(scope, "conv1", "bn1", stem, KD_INIT_KAIMING_FAN_OUT);
    kd_net_add_tap(net, "stem", KD_TAP_STEM, r->stem.bn);
    for (int s = 0; s < STAGES; s++) {
        static const char *const name[] = { "stage1", "stage2", "stage3", "stage4" };
        static const char *const layer[] = { "layer1", "layer2", "layer3", "layer4" };
        from = stage_new(r, net, kd_scope_new(scope, layer[s]), s, from);
        kd_net_add_tap(net, name[s], KD_TAP_STAGE,
                       kdi_residual_last_bn(&r->block[s][r->plan->blocks[s] - 1]));
    }
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    r->linear = kd_linear_new(scope, "linear", from, in->classes);
    return KD_OK;
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct imagenet_resnet *r = self;
    if (i == 0)
        return kdi_unit_apply(&r->stem, x, NULL, KD_ACT_RELU);
    if (i > STAGES)
        return kd_global_avg_pool(x);
    int last = r->plan->blocks[i - 1] - 1;
    for (int j = 0; j <= last; j++)
        x = kdi_residual_apply(&r->block[i - 1][j], x, j == last ? pre : NULL);
    return x;
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    return kd_apply(((struct imagenet_resnet *)self)->linear, pooled);
}

KD_MODEL(imagenet_resnet,
         .help = "four-stage residual network, resnet18 to resnet152 (He et al. 2016), 3x3 stem",
         .self_size = sizeof(struct imagenet_resnet), .options = options, .parse = parse,
         .spell = spell, .build = build, .stage = stage, .head = head);
