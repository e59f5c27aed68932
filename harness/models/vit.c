/* vit: vision transformer, with DeiT's distillation token where it is asked for.
 *
 * Dosovitskiy et al., "An image is worth 16x16 words" (ICLR 2021) and Touvron et al., "Training
 * data-efficient image transformers & distillation through attention" (ICML 2021); names and order
 * of parameters are timm's. Taps: the patches N,P,C; each block's tokens N,T,C, the class token
 * first, then the distillation token; the normed class token. With the distillation token the
 * logits of its own head are the output "logits_dist". */
#include "models/attention.h"
#include "models/parts.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH = 24 };

struct vit {
    int patch, depth, width, heads, ratio;
    bool distil;
    kd_net *net;
    kd_tensor *cls_token, *pos_embed, *dist_token;
    kd_layer *patches, *norm, *head, *head_dist;
    kdi_block block[DEPTH];
};

static const kd_option options[] = {
    KD_INT(struct vit, patch, 4, 1, 64, "height and width of a patch"),
    KD_INT(struct vit, depth, 6, 1, DEPTH, "blocks"),
    KD_INT(struct vit, width, 96, 1, 2048, "channels; a multiple of heads"),
    KD_INT(struct vit, heads, 3, 1, 64, "heads of attention"),
    KD_INT(struct vit, ratio, 4, 1, 16, "units of a block's MLP / width"),
    KD_BOOL(struct vit, distil, false, "DeiT's distillation token, with a head of its own"),
    { 0 },
};

/* ---- names: vit_p4_d6_w96_h3, deit_p4_d6_w96_h3_r2 ----------------------------------------- */

static const struct known {
    const char *name;
    int width, heads;
} known[] = { { "tiny", 192, 3 }, { "small", 384, 6 }, { "base", 768, 12 } };

/* timm's sizes, with patches of 16 and 12 blocks */
static bool parse_size(const char *size, struct vit *v)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(size, known[i].name) == 0) {
            v->patch = 16;
            v->depth = 12;
            v->width = known[i].width;
            v->heads = known[i].heads;
            return true;
        }
    return false;
}

static bool parse(const char *arch, void *self)
{
    struct vit *v = self;
    v->distil = strncmp(arch, "deit", 4) == 0;
    if (!v->distil && strncmp(arch, "vit", 3) != 0)
        return false;
    arch += v->distil ? 4 : 3;
    if (*arch == '\0')
        return true;
    if (*arch++ != '_')
        return false;
    int used = 0;
    if (sscanf(arch, "p%d_d%d_w%d_h%d%n", &v->patch, &v->depth, &v->width, &v->heads, &used) != 4)
        return parse_size(arch, v);
    arch += used;
    used = 0;
    if (sscanf(arch, "_r%d%n", &v->ratio, &used) == 1)
        arch += used;
    return *arch == '\0';
}

static void spell(const void *self, char *buf)
{
    const struct vit *v = self;
    int used = snprintf(buf, KDI_ARCH, "%s_p%d_d%d_w%d_h%d", v->distil ? "deit" : "vit", v->patch,
                        v->depth, v->width, v->heads);
    if (v->ratio != 4)
        snprintf(buf + used, (size_t)(KDI_ARCH - used), "_r%d", v->ratio);
}

/* ---- building ------------------------------------------------------------------------------- */

static int check_sizes(const struct vit *v, const kd_input *in)
{
    if (v->width % v->heads)
        return kd_error(KD_E_USAGE, "vit: width %d is no multiple of %d heads", v->width, v->heads);
    if (in->height % v->patch || in->width % v->patch)
        return kd_error(KD_E_SHAPE, "vit: images of %lldx%lld are not whole patches of %dx%d",
                        (long long)in->height, (long long)in->width, v->patch, v->patch);
    return KD_OK;
}

static kd_tensor *token(kd_scope *scope, const char *name, int64_t rows, int64_t width)
{
    kd_tensor *x = kd_param_new(scope, name, KD_SHAPE(1, rows, width));
    kdi_draw_narrow(scope, x);
    return x;
}

static void build_embedding(struct vit *v, kd_scope *scope, const kd_input *in)
{
    int64_t patches = (in->height / v->patch) * (in->width / v->patch);
    kd_conv_spec spec = {
        .in = in->channels, .out = v->width, .kernel = v->patch, .stride = v->patch, .bias = true
    };
    v->cls_token = token(scope, "cls_token", 1, v->width);
    v->pos_embed = token(scope, "pos_embed", patches + 1 + v->distil, v->width);
    if (v->distil)
        v->dist_token = token(scope, "dist_token", 1, v->width);
    v->patches = kd_conv2d_new(kd_scope_new(scope, "patch_embed"), "proj", spec);
    kd_fill(v->patches->bias, 0);
}

static void build_blocks(struct vit *v, kd_scope *scope)
{
    static const kdi_block_names names = { "norm1", "attn", "qkv", "proj",
                                           "norm2", "mlp",  "fc1", "fc2" };
    kdi_block_spec spec = { .width = v->width,
                            .hidden = (int64_t)v->ratio * v->width,
                            .heads = v->heads,
                            .eps = (kd_real)1e-6,
                            .act = kd_gelu };
    kd_scope *blocks = kd_scope_new(scope, "blocks");
    for (int i = 0; i < v->depth; i++)
        v->block[i] = kdi_block_new(kdi_scope_number(blocks, i), &names, spec);
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct vit *v = self;
    KD_TRY(check_sizes(v, in));
    v->net = net;
    build_embedding(v, scope, in);
    build_blocks(v, scope);
    v->norm = kd_layernorm_new(scope, "norm", v->width, (kd_real)1e-6);
    v->head = kdi_narrow_linear(scope, "head", v->width, in->classes);
    if (v->distil)
        v->head_dist = kdi_narrow_linear(scope, "head_dist", v->width, in->classes);
    kd_net_add_tap(net, "patch_embed", KD_TAP_STEM, NULL);
    for (int i = 1; i <= v->depth; i++)
        kd_net_add_tap(net, kdi_format(net->engine->run, "hidden%d", i), KD_TAP_STAGE, NULL);
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    return KD_OK;
}

/* ---- running ----------------------------------------------------------------------------------
 */

/* N,P,C -> N,T,C: the tokens in front, each with its position */
static kd_tensor *with_tokens(const struct vit *v, kd_tensor *x)
{
    kd_tensor *part[3];
    kd_shape one = KD_SHAPE(kd_dim(x, 0), 1, v->width);
    int n = 0;
    part[n++] = kd_broadcast_to(v->cls_token, one);
    if (v->distil)
        part[n++] = kd_broadcast_to(v->dist_token, one);
    part[n++] = x;
    return kd_add(kd_concat(part, n, 1), v->pos_embed);
}

static kd_tensor *row(kd_tensor *x, int64_t i)
{
    return kd_reshape(kd_slice(x, 1, i, i + 1), KD_SHAPE(kd_dim(x, 0), kd_channels(x)));
}

/* the normed class token; only tokens with a head are normed, but where all are asked for */
static kd_tensor *pool(const struct vit *v, kd_tensor *x)
{
    bool all = kdi_net_shows_all(v->net);
    x = kd_apply(v->norm, all ? x : kd_slice(x, 1, 0, 1 + v->distil));
    if (all)
        kd_net_output(v->net, "final_norm", x);
    if (v->distil)
        kd_net_output(v->net, "logits_dist", kd_apply(v->head_dist, row(x, 1)));
    return row(x, 0);
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    const struct vit *v = self;
    (void)pre;
    if (i == 0)
        return kd_places(kd_apply(v->patches, x));
    if (i > v->depth)
        return pool(v, x);
    return kdi_block_apply(&v->block[i - 1], v->net, i, i == 1 ? with_tokens(v, x) : x);
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    return kd_apply(((struct vit *)self)->head, pooled);
}

static kd_layer *classifier(void *self)
{
    return ((struct vit *)self)->head;
}

static const kd_reference references[] = {
    { .group = "vit_", .outputs = "attn#:attention#" },
    { .group = "deit_", .outputs = "attn#:attention#" },
    { 0 },
};

KD_MODEL(vit,
         .help = "Vision transformer (Dosovitskiy et al. 2021), with DeiT's distillation token "
                 "(Touvron et al. 2021)",
         .self_size = sizeof(struct vit), .options = options, .parse = parse, .spell = spell,
         .build = build, .stage = stage, .head = head, .classifier = classifier,
         .references = references);
