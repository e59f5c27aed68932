/* shufflenetv1: grouped 1x1 convolutions with a channel shuffle between them.
 *
 * Zhang et al., "ShuffleNet" (CVPR 2018), three groups. Layers, names and initial values as in
 * RepDistiller's models/ShuffleNetv1.py: 240, 480, 960 channels, a 1x1 stem, no first pooling. */
#include "models/parts.h"

#include <stdio.h>
#include <string.h>

enum { STAGES = 3, GROUPS = 3, MOST = 8 };

static const int blocks[STAGES] = { 4, 8, 4 };

struct block {
    kdi_unit reduce, depthwise, expand;
    int groups; /* of the first convolution */
    bool down;  /* halves the map and appends its input's average */
};

struct shufflenetv1 {
    kd_real width;
    kdi_unit stem;
    struct block block[STAGES][MOST];
    kd_layer *linear;
};

static const kd_option options[] = {
    KD_REAL(struct shufflenetv1, width, 1, 0.05, 16,
            "factor on the number of channels, which stay multiples of 12"),
    { 0 },
};

static bool parse(const char *arch, void *self)
{
    struct shufflenetv1 *s = self;
    if (strcmp(arch, "ShuffleV1") == 0)
        return true;
    size_t n = strlen("shufflenetv1");
    return strncmp(arch, "shufflenetv1", n) == 0 && kdi_parse_width(arch + n, &s->width);
}

static void spell(const void *self, char *buf)
{
    snprintf(buf, KDI_ARCH, "shufflenetv1");
    kdi_spell_width(buf, ((const struct shufflenetv1 *)self)->width, 1);
}

static struct block block_new(kd_scope *in, int from, int to, int first_groups, bool down)
{
    int made = down ? to - from : to, mid = made / 4;
    struct block b = { .groups = first_groups, .down = down };
    b.reduce =
        kdi_unit_new(in, "conv1", "bn1",
                     (kd_conv_spec){ .in = from, .out = mid, .kernel = 1, .groups = first_groups },
                     KD_INIT_TORCH);
    b.depthwise = kdi_unit_new(
        in, "conv2", "bn2",
        (kd_conv_spec){
            .in = mid, .out = mid, .kernel = 3, .stride = down ? 2 : 1, .pad = 1, .groups = mid },
        KD_INIT_TORCH);
    b.expand = kdi_unit_new(in, "conv3", "bn3",
                            (kd_conv_spec){ .in = mid, .out = made, .kernel = 1, .groups = GROUPS },
                            KD_INIT_TORCH);
    return b;
}

static kd_tensor *block_apply(const struct block *b, kd_tensor *x, kd_tensor **pre)
{
    kd_tensor *y = kdi_unit_apply(&b->reduce, x, NULL, KD_ACT_RELU);
    if (b->groups > 1)
        y = kd_channel_shuffle(y, b->groups);
    y = kdi_unit_apply(&b->depthwise, y, NULL, KD_ACT_RELU);
    if (!b->down && !pre)
        return kdi_unit_apply(&b->expand, y, x, KD_ACT_RELU);
    y = kdi_unit_apply(&b->expand, y, b->down ? NULL : x, KD_ACT_NONE);
    if (b->down) {
        kd_tensor *parts[] = { y, kd_avg_pool2d(x, 3, 2, 1) };
        y = kd_concat(parts, 2, -1);
    }
    if (pre)
        *pre = y;
    return kd_relu(y);
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct shufflenetv1 *s = self;
    int from = kdi_scaled_to(24, s->width, 4 * GROUPS);
    kd_conv_spec stem = { .in = in->channels, .out = from, .kernel = 1 };
    s->stem = kdi_unit_new(scope, "conv1", "bn1", stem, KD_INIT_TORCH);
    kd_net_add_tap(net, "stem", KD_TAP_STEM, s->stem.bn);
    for (int i = 0; i < STAGES; i++) {
        static const char *const name[] = { "stage1", "stage2", "stage3" };
        static const char *const layer[] = { "layer1", "layer2", "layer3" };
        kd_scope *below = kd_scope_new(scope, layer[i]);
        int to = kdi_scaled_to(240, s->width, 4 * GROUPS) << i;
        for (int j = 0; j < blocks[i]; j++, from = to) /* the first of all has no groups */
            s->block[i][j] = block_new(kdi_scope_number(below, j), from, to,
                                       i == 0 && j == 0 ? 1 : GROUPS, j == 0);
        kd_net_add_tap(net, name[i], KD_TAP_STAGE, s->block[i][blocks[i] - 1].expand.bn);
    }
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    s->linear = kd_linear_new(scope, "linear", from, in->classes);
    return KD_OK;
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct shufflenetv1 *s = self;
    if (i == 0)
        return kdi_unit_apply(&s->stem, x, NULL, KD_ACT_RELU);
    if (i > STAGES)
        return kd_global_avg_pool(x);
    int last = blocks[i - 1] - 1;
    for (int j = 0; j <= last; j++)
        x = block_apply(&s->block[i - 1][j], x, j == last ? pre : NULL);
    return x;
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    return kd_apply(((struct shufflenetv1 *)self)->linear, pooled);
}

KD_MODEL(shufflenetv1, .help = "ShuffleNet with three groups (Zhang et al. 2018)",
         .self_size = sizeof(struct shufflenetv1), .options = options, .parse = parse,
         .spell = spell, .build = build, .stage = stage, .head = head);
