/* vgg: vgg8, 11, 13, 16, 19 with batch-norm and one linear layer.
 *
 * Simonyan and Zisserman (ICLR 2015), as CIFAR work uses them. Layers, names and initial values as
 * in RepDistiller's models/vgg.py: convolutions keep their bias, the last pooling is an average,
 * and images under 64 pixels skip the pooling before the fifth block. */
#include "models/parts.h"

#include <stdio.h>
#include <string.h>

enum { BLOCKS = 5, MOST = 4 };

static const struct plan {
    int depth;
    int convs[BLOCKS];
} plans[] = {
    { 8, { 1, 1, 1, 1, 1 } },  { 11, { 1, 1, 2, 2, 2 } }, { 13, { 2, 2, 2, 2, 2 } },
    { 16, { 2, 2, 3, 3, 3 } }, { 19, { 2, 2, 4, 4, 4 } }, { 0 },
};

struct vgg {
    int depth;
    kd_real width;
    const struct plan *plan;
    kdi_unit unit[BLOCKS][MOST];
    bool large; /* at least 64 pixels high */
    kd_layer *classifier;
};

static const kd_option options[] = {
    KD_INT(struct vgg, depth, 8, 8, 19, "layers: 8, 11, 13, 16 or 19"),
    KD_REAL(struct vgg, width, 1, 0.015625, 16, "factor on every number of channels"),
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
    struct vgg *v = self;
    int used = 0;
    if (sscanf(arch, "vgg%2d%n", &v->depth, &used) != 1 || !plan_of(v->depth))
        return false;
    if (strncmp(arch + used, "_bn", 3) == 0)
        used += 3;
    return kdi_parse_width(arch + used, &v->width);
}

static void spell(const void *self, char *buf)
{
    const struct vgg *v = self;
    snprintf(buf, KDI_ARCH, "vgg%d", v->depth);
    kdi_spell_width(buf, v->width, 1);
}

/* in torch's Sequential each convolution takes three places: itself, batch-norm, activation */
static void block_new(struct vgg *v, kd_scope *in, int b, int from, int to)
{
    for (int i = 0; i < v->plan->convs[b]; i++) {
        char conv[16], bn[16];
        snprintf(conv, sizeof conv, "%d", 3 * i);
        snprintf(bn, sizeof bn, "%d", 3 * i + 1);
        kd_conv_spec spec = { .in = i ? to : from, .out = to, .kernel = 3, .pad = 1, .bias = true };
        v->unit[b][i] = kdi_unit_new(in, conv, bn, spec, KD_INIT_NORMAL_FAN_OUT);
    }
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct vgg *v = self;
    v->plan = plan_of(v->depth);
    if (!v->plan)
        return kd_error(KD_E_USAGE, "vgg: depth = %d, but there are 8, 11, 13, 16, 19", v->depth);
    v->large = in->height >= 64;
    int from = (int)in->channels;
    for (int b = 0; b < BLOCKS; b++) {
        static const char *const block[] = { "block0", "block1", "block2", "block3", "block4" };
        static const char *const tap[] = { "stem", "stage1", "stage2", "stage3", "stage4" };
        int to = kdi_scaled(b < 3 ? 64 << b : 512, v->width);
        block_new(v, kd_scope_new(scope, block[b]), b, from, to);
        kd_net_add_tap(net, tap[b], b ? KD_TAP_STAGE : KD_TAP_STEM,
                       v->unit[b][v->plan->convs[b] - 1].bn);
        from = to;
    }
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    v->classifier = kd_linear_new(scope, "classifier", from, in->classes);
    kd_layer_init(v->classifier, KD_INIT_NORMAL_001);
    return KD_OK;
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct vgg *v = self;
    if (i == BLOCKS)
        return kd_global_avg_pool(x);
    if (i > 0 && (i < 4 || v->large))
        x = kd_max_pool2d(x, 2, 2, 0);
    int last = v->plan->convs[i] - 1;
    for (int j = 0; j < last; j++)
        x = kdi_unit_apply(&v->unit[i][j], x, NULL, KD_ACT_RELU);
    if (!pre || i == 0)
        return kdi_unit_apply(&v->unit[i][last], x, NULL, KD_ACT_RELU);
    *pre = kdi_unit_apply(&v->unit[i][last], x, NULL, KD_ACT_NONE);
    return kd_relu(*pre);
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    return kd_apply(((struct vgg *)self)->classifier, pooled);
}

KD_MODEL(vgg, .help = "VGG with batch-norm and one linear layer (Simonyan and Zisserman 2015)",
         .self_size = sizeof(struct vgg), .options = options, .parse = parse, .spell = spell,
         .build = build, .stage = stage, .head = head);
