/* unet: the noise that is in an image, as denoising diffusion wants it; widths base * mult.
 *
 * Ho et al., "Denoising diffusion probabilistic models" (NeurIPS 2020): residual blocks with
 * group-norm, SiLU and the time's embedding, a skip from each level down to its level up, one head
 * of attention in the middle. Taps: the blocks down, the middle, the blocks up; the head gives a
 * map with the image's channels. The time steps are given beside the images. */
#include "models/parts.h"
#include <kd/method.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 6 };

typedef struct block {
    kd_layer *norm1, *conv1, *temb, *norm2, *conv2, *skip; /* skip NULL: the identity */
} block;

struct unet {
    int base, groups;
    int mult1, mult2, mult3, mult4, mult5, mult6;
    bool mid_attention;
    kd_net *net;
    int levels, width[LEVELS];
    kd_layer *time1, *time2, *conv_in, *downsample[LEVELS], *upsample[LEVELS];
    block down[LEVELS], mid1, mid2, up[LEVELS];
    kd_layer *norm, *qkv, *proj; /* attention in the middle */
    kd_layer *norm_out, *conv_out;
    /* of the pass that is running: silu of the time's embedding, and what the levels up take in */
    kd_tensor *time, *skip[LEVELS];
    int64_t pass, generation;
};

#define MULT(f, d, lo, what) KD_INT(struct unet, f, d, lo, 32, "level " what ": width / base")

static const kd_option options[] = {
    KD_INT(struct unet, base, 32, 4, 512, "channels at the first level with mult1 = 1; even"),
    MULT(mult1, 1, 1, "1"),
    MULT(mult2, 2, 0, "2; 0: there is none"),
    MULT(mult3, 0, 0, "3"),
    MULT(mult4, 0, 0, "4"),
    MULT(mult5, 0, 0, "5"),
    MULT(mult6, 0, 0, "6"),
    KD_INT(struct unet, groups, 4, 1, 64, "groups of every group-norm"),
    KD_BOOL(struct unet, mid_attention, true, "attention between the two blocks in the middle"),
    { 0 },
};

/* ---- names: unet32x1x2_g4, unet32x1x2_g4_noattn ---------------------------------------- */

static int *mult(struct unet *u, int level)
{
    int *const all[] = { &u->mult1, &u->mult2, &u->mult3, &u->mult4, &u->mult5, &u->mult6 };
    return all[level];
}

static int levels_of(const struct unet *u)
{
    int n = 0;
    while (n<LEVELS && * mult((struct unet *)u, n)> 0)
        n++;
    return n;
}

static bool take(const char **at, const char *before, int *number)
{
    size_t n = strlen(before);
    if (strncmp(*at, before, n) != 0 || (*at)[n] < '0' || (*at)[n] > '9')
        return false;
    char *end;
    *number = (int)strtol(*at + n, &end, 10);
    *at = end;
    return true;
}

static bool parse(const char *arch, void *self)
{
    struct unet *u = self;
    int level = 0;
    if (strcmp(arch, "unet") == 0)
        return true;
    if (!take(&arch, "unet", &u->base))
        return false;
    while (level < LEVELS && take(&arch, "x", mult(u, level)))
        level++;
    if (level == 0)
        return false;
    while (level < LEVELS)
        *mult(u, level++) = 0;
    take(&arch, "_g", &u->groups);
    u->mid_attention = strcmp(arch, "_noattn") != 0;
    return *arch == '\0' || !u->mid_attention;
}

static void spell(const void *self, char *buf)
{
    const struct unet *u = self;
    int used = snprintf(buf, KDI_ARCH, "unet%d", u->base), n = levels_of(u);
    for (int i = 0; i < n; i++)
        used += snprintf(buf + used, (size_t)(KDI_ARCH - used), "x%d", *mult((struct unet *)u, i));
    snprintf(buf + used, (size_t)(KDI_ARCH - used), "_g%d%s", u->groups,
             u->mid_attention ? "" : "_noattn");
}

/* ---- building ------------------------------------------------------------------------------ */

static kd_layer *conv(kd_scope *in, const char *name, int64_t from, int64_t to, int kernel,
                      int stride)
{
    kd_conv_spec spec = {
        .in = from, .out = to, .kernel = kernel, .stride = stride, .pad = kernel / 2, .bias = true
    };
    return kd_conv2d_new(in, name, spec);
}

static block block_new(const struct unet *u, kd_scope *in, int from, int to)
{
    block b = { .norm1 = kd_groupnorm_new(in, "norm1", from, u->groups) };
    b.conv1 = conv(in, "conv1", from, to, 3, 1);
    b.temb = kd_linear_new(in, "temb", 4 * u->base, to);
    b.norm2 = kd_groupnorm_new(in, "norm2", to, u->groups);
    b.conv2 = conv(in, "conv2", to, to, 3, 1);
    if (from != to)
        b.skip = conv(in, "skip", from, to, 1, 1);
    return b;
}

static int check_sizes(struct unet *u, const kd_input *in)
{
    u->levels = levels_of(u);
    int64_t unit = (int64_t)1 << (u->levels - 1);
    for (int i = 0; i < u->levels; i++) {
        u->width[i] = u->base * *mult(u, i);
        if (u->width[i] % u->groups)
            return kd_error(KD_E_USAGE, "unet: %d channels at level %d are not %d groups",
                            u->width[i], i + 1, u->groups);
    }
    if (u->base % 2)
        return kd_error(KD_E_USAGE, "unet: base %d is odd, a sine and a cosine share it", u->base);
    if (in->height % unit || in->width % unit)
        return kd_error(KD_E_SHAPE, "unet: images of %lldx%lld, but %d levels want multiples of %d",
                        (long long)in->height, (long long)in->width, u->levels, (int)unit);
    return KD_OK;
}

static void build_down(struct unet *u, kd_scope *scope)
{
    kd_scope *down = kd_scope_new(scope, "down"), *smaller = kd_scope_new(scope, "downsample");
    int from = u->base;
    for (int i = 0; i < u->levels; from = u->width[i++])
        u->down[i] = block_new(u, kdi_scope_number(down, i), from, u->width[i]);
    for (int i = 0; i + 1 < u->levels; i++)
        u->downsample[i] = conv(smaller, kd_numbered("", i), u->width[i], u->width[i], 3, 2);
}

static void build_middle(struct unet *u, kd_scope *scope)
{
    int width = u->width[u->levels - 1];
    u->mid1 = block_new(u, kd_scope_new(scope, "mid1"), width, width);
    if (u->mid_attention) {
        kd_scope *attention = kd_scope_new(scope, "mid_attn");
        u->norm = kd_groupnorm_new(attention, "norm", width, u->groups);
        u->qkv = conv(attention, "qkv", width, 3 * width, 1, 1);
        u->proj = conv(attention, "proj", width, width, 1, 1);
    }
    u->mid2 = block_new(u, kd_scope_new(scope, "mid2"), width, width);
}

/* block j belongs to level levels - 1 - j */
static void build_up(struct unet *u, kd_scope *scope)
{
    kd_scope *up = kd_scope_new(scope, "up"), *larger = kd_scope_new(scope, "upsample");
    int from = u->width[u->levels - 1];
    for (int j = 0; j < u->levels; j++) {
        int to = u->width[u->levels - 1 - j];
        u->up[j] = block_new(u, kdi_scope_number(up, j), from + to, to);
        from = to;
    }
    for (int j = 0; j + 1 < u->levels; j++) {
        int width = u->width[u->levels - 1 - j];
        u->upsample[j] = conv(larger, kd_numbered("", j), width, width, 3, 1);
    }
}

static void add_taps(const struct unet *u, kd_net *net)
{
    kdi_arena *run = net->engine->run;
    for (int i = 0; i < u->levels; i++)
        kd_net_add_tap(net, kdi_format(run, "down%d", i), KD_TAP_STAGE, NULL);
    kd_net_add_tap(net, "mid", KD_TAP_STAGE, NULL);
    for (int j = 0; j < u->levels; j++)
        kd_net_add_tap(net, kdi_format(run, "up%d", j), KD_TAP_STAGE, NULL);
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct unet *u = self;
    KD_TRY(check_sizes(u, in));
    u->net = net;
    u->time1 = kd_linear_new(scope, "time1", u->base, 4 * u->base);
    u->time2 = kd_linear_new(scope, "time2", 4 * u->base, 4 * u->base);
    u->conv_in = conv(scope, "conv_in", in->channels, u->base, 3, 1);
    build_down(u, scope);
    build_middle(u, scope);
    build_up(u, scope);
    u->norm_out = kd_groupnorm_new(scope, "norm_out", u->width[0], u->groups);
    u->conv_out = conv(scope, "conv_out", u->width[0], in->channels, 3, 1);
    add_taps(u, net);
    return KD_OK;
}

/* ---- running ----------------------------------------------------------------------------------
 */

/* N -> N,base: sines, then cosines, of t f_j with f_j = 10000^(-j / (base/2 - 1)) */
static kd_tensor *sines(const struct unet *u, kd_tensor *t)
{
    int64_t n = kd_numel(t);
    int half = u->base / 2;
    kd_tensor *y = kd_zeros_like(kd_net_input(u->net), KD_SHAPE(n, u->base));
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < half; j++) {
            double turn = (double)kd_i64s(t)[i] * exp(-log(10000) * j / (half - 1));
            kd_reals(y)[i * u->base + j] = (kd_real)sin(turn);
            kd_reals(y)[i * u->base + half + j] = (kd_real)cos(turn);
        }
    return y;
}

/* the time's embedding is that of a pass, whichever stage comes first */
static void see_time(struct unet *u)
{
    if (u->pass == kd_net_pass(u->net) && u->generation == u->net->engine->generation)
        return;
    u->pass = kd_net_pass(u->net);
    u->generation = u->net->engine->generation;
    memset(u->skip, 0, sizeof u->skip);
    kd_tensor *t = kd_net_given(u->net, "timesteps");
    u->time = t;
    if (kd_is_poisoned(t))
        return;
    kd_tensor *sine = sines(u, t);
    kd_tensor *e = kd_apply(u->time2, kd_silu(kd_apply(u->time1, sine)));
    u->time = kd_silu(e);
    kd_net_output(u->net, "time_sincos", sine);
    kd_net_output(u->net, "time_embed", e);
}

static kd_tensor *residual(const struct unet *u, const block *b, kd_tensor *x)
{
    kd_tensor *h = kd_apply(b->conv1, kd_silu(kd_apply(b->norm1, x)));
    kd_tensor *t = kd_apply(b->temb, u->time);
    h = kd_add(h, kd_reshape(t, KD_SHAPE(kd_dim(t, 0), 1, 1, kd_channels(t))));
    h = kd_apply(b->conv2, kd_silu(kd_apply(b->norm2, h)));
    return kd_add(h, b->skip ? kd_apply(b->skip, x) : x);
}

/* x + proj(softmax(q k^T / sqrt(C)) v) over all places */
static kd_tensor *attend(const struct unet *u, kd_tensor *x)
{
    int64_t width = kd_channels(x);
    kd_tensor *qkv = kd_places(kd_apply(u->qkv, kd_apply(u->norm, x)));
    kd_tensor *q = kd_slice(qkv, 2, 0, width), *k = kd_slice(qkv, 2, width, 2 * width);
    kd_tensor *score = kd_scale(kd_matmul_nt(q, k), (kd_real)(1 / sqrt((double)width)));
    kd_tensor *map = kd_softmax(score);
    kd_tensor *y = kd_matmul(map, kd_slice(qkv, 2, 2 * width, 3 * width));
    if (kdi_net_shows_all(u->net))
        kd_net_output(u->net, "mid_attn_map", map);
    return kd_add(x, kd_apply(u->proj, kd_reshape(y, kd_shape_of(x))));
}

static kd_tensor *middle(const struct unet *u, kd_tensor *x)
{
    x = residual(u, &u->mid1, x);
    if (u->mid_attention)
        x = attend(u, x);
    return residual(u, &u->mid2, x);
}

static kd_tensor *go_up(const struct unet *u, int j, kd_tensor *x)
{
    kd_tensor *skip = u->skip[u->levels - 1 - j];
    if (!skip) {
        kd_fail("unet: up%d wants what down%d gave in this pass", j, u->levels - 1 - j);
        return kdi_poison();
    }
    if (j > 0)
        x = kd_apply(u->upsample[j - 1],
                     kd_upsample_nearest(x, 2 * kd_dim(x, 1), 2 * kd_dim(x, 2)));
    return residual(u, &u->up[j], kd_concat((kd_tensor *[]){ x, skip }, 2, 3));
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct unet *u = self;
    (void)pre;
    see_time(u);
    if (i > u->levels)
        return go_up(u, i - u->levels - 1, x);
    if (i == u->levels)
        return middle(u, x);
    x = kd_apply(i ? u->downsample[i - 1] : u->conv_in, x);
    return u->skip[i] = residual(u, &u->down[i], x);
}

static kd_tensor *head(void *self, kd_tensor *x)
{
    struct unet *u = self;
    return kd_apply(u->conv_out, kd_silu(kd_apply(u->norm_out, x)));
}

/* the last linear layer is the time's */
static kd_layer *classifier(void *self)
{
    (void)self;
    return NULL;
}

static const kd_reference references[] = { { .group = "unet_" }, { 0 } };

KD_MODEL(unet, .help = "U-Net of denoising diffusion (Ho et al. 2020): the noise in an image",
         .tracks = KD_DIFFUSE, .beside = "timesteps", .self_size = sizeof(struct unet),
         .options = options, .parse = parse, .spell = spell, .build = build, .stage = stage,
         .head = head, .classifier = classifier, .references = references);
