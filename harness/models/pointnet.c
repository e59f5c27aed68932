/* pointnet: the same few layers for every point, then the largest of each channel; spatial
 * transformers of the points and of their features where asked for.
 *
 * Qi et al. (CVPR 2017). Layers, names, dropout and initial values as in fxia22/pointnet.pytorch;
 * with normals as in yanx27/Pointnet_Pointnet2_pytorch, where the points' matrix leaves them alone.
 */
#include "models/points.h"

#include <stdio.h>

/* a network that predicts a matrix, near the identity at first */
struct tnet {
    kdi_unit conv[3];
    kd_layer *fc[3], *bn[2];
    int64_t size;
};

struct pointnet {
    kd_real width, dropout;
    bool input_tnet, feature_tnet;
    struct tnet stn, fstn;
    kdi_unit conv[3];
    kd_layer *fc[3], *bn[2];
    kd_net *net;
};

static const kd_option options[] = {
    KD_REAL(struct pointnet, width, 1, 0.015625, 16,
            "factor on every number of channels: 64, 128, 1024 a point, then 512, 256"),
    KD_BOOL(struct pointnet, input_tnet, false, "a learned 3x3 matrix turns the points"),
    KD_BOOL(struct pointnet, feature_tnet, false, "a learned matrix turns the points' features"),
    KD_REAL(struct pointnet, dropout, 0.3, 0, 0.95, "share of the last layer's inputs dropped"),
    { 0 },
};

static bool parse(const char *arch, void *self)
{
    struct pointnet *p = self;
    if (!kdi_take_word(&arch, "pointnet"))
        return false;
    p->input_tnet = kdi_take_word(&arch, "_stn");
    p->feature_tnet = kdi_take_word(&arch, "_fstn");
    kdi_take_real(&arch, "_w", &p->width);
    kdi_take_real(&arch, "_d", &p->dropout);
    return *arch == '\0';
}

static void spell(const void *self, char *buf)
{
    const struct pointnet *p = self;
    snprintf(buf, KDI_ARCH, "pointnet%s%s", p->input_tnet ? "_stn" : "",
             p->feature_tnet ? "_fstn" : "");
    kdi_give_real(buf, "_w", p->width, 1);
    kdi_give_real(buf, "_d", p->dropout, (kd_real)0.3);
}

/* ---- building ----------------------------------------------------------------------- */

static int64_t wide(const struct pointnet *p, int channels)
{
    return kdi_scaled(channels, p->width);
}

/* torch lists a module's convolutions, then its linear layers, then its batch-norms */
static struct tnet tnet_new(const struct pointnet *p, kd_scope *scope, int64_t from, int64_t size)
{
    static const char *const bn[] = { "bn1", "bn2", "bn3", "bn4", "bn5" };
    const int64_t c[] = { from, wide(p, 64), wide(p, 128), wide(p, 1024) };
    const int64_t f[] = { c[3], wide(p, 512), wide(p, 256), size * size };
    struct tnet t = { .size = size };
    for (int i = 0; i < 3; i++)
        t.conv[i].conv = kdi_point_conv(scope, kd_numbered("conv", i + 1), c[i], c[i + 1], true);
    for (int i = 0; i < 3; i++)
        t.fc[i] = kd_linear_new(scope, kd_numbered("fc", i + 1), f[i], f[i + 1]);
    for (int i = 0; i < 3; i++)
        t.conv[i].bn = kd_batchnorm_new(scope, bn[i], c[i + 1]);
    for (int i = 0; i < 2; i++)
        t.bn[i] = kd_batchnorm_new(scope, bn[3 + i], f[i + 1]);
    return t;
}

static void build_features(struct pointnet *p, kd_scope *scope, int64_t channels)
{
    const int64_t c[] = { channels, wide(p, 64), wide(p, 128), wide(p, 1024) };
    if (p->input_tnet)
        p->stn = tnet_new(p, kd_scope_new(scope, "stn"), channels, 3);
    for (int i = 0; i < 3; i++)
        p->conv[i].conv = kdi_point_conv(scope, kd_numbered("conv", i + 1), c[i], c[i + 1], true);
    for (int i = 0; i < 3; i++)
        p->conv[i].bn = kd_batchnorm_new(scope, kd_numbered("bn", i + 1), c[i + 1]);
    if (p->feature_tnet)
        p->fstn = tnet_new(p, kd_scope_new(scope, "fstn"), c[1], c[1]);
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct pointnet *p = self;
    const int64_t f[] = { wide(p, 1024), wide(p, 512), wide(p, 256), in->classes };
    p->net = net;
    build_features(p, kd_scope_new(scope, "feat"), in->channels);
    for (int i = 0; i < 3; i++)
        p->fc[i] = kd_linear_new(scope, kd_numbered("fc", i + 1), f[i], f[i + 1]);
    for (int i = 0; i < 2; i++)
        p->bn[i] = kd_batchnorm_new(scope, kd_numbered("bn", i + 1), f[i + 1]);
    kd_net_add_tap(net, "stage1", KD_TAP_STAGE, p->conv[0].bn);
    kd_net_add_tap(net, "stage2", KD_TAP_STAGE, p->conv[1].bn);
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, p->bn[1]);
    return KD_OK;
}

/* ---- running ------------------------------------------------------------------------- */

/* N,P,C -> N,size,size */
static kd_tensor *matrix(const struct tnet *t, kd_tensor *x)
{
    x = kdi_point_apply(&t->conv[0], x, NULL, NULL);
    x = kdi_point_apply(&t->conv[1], x, NULL, NULL);
    x = kd_relu(kd_apply_conv_bn_max(t->conv[2].conv, t->conv[2].bn, x));
    for (int i = 0; i < 2; i++)
        x = kd_apply_bn_act(t->bn[i], kd_apply(t->fc[i], x), NULL, KD_ACT_RELU);
    x = kd_apply(t->fc[2], x);
    kd_tensor *eye = kd_reshape(kd_eye(x, t->size), KD_SHAPE(1, t->size * t->size));
    return kd_reshape(kd_add(x, eye), KD_SHAPE(kd_dim(x, 0), t->size, t->size));
}

/* mean over samples of |1 - A A^T|, which a trainer may add for the features' matrix */
static kd_tensor *regularizer(kd_tensor *a)
{
    kd_tensor *off = kd_sub(kd_matmul_nt(a, a), kd_eye(a, kd_channels(a)));
    return kd_mean(kd_sqrt(kd_sum_axis(kd_square(kd_flatten(off, 1)), 1)));
}

static kd_tensor *turned_points(struct pointnet *p, kd_tensor *x)
{
    kd_tensor *a = matrix(&p->stn, x), *xyz = kd_matmul(kdi_xyz(x), a);
    if (kdi_net_shows_all(p->net))
        kd_net_output(p->net, "feat.stn", a);
    if (kd_channels(x) == 3)
        return xyz;
    return kd_concat((kd_tensor *[]){ xyz, kd_slice(x, -1, 3, kd_channels(x)) }, 2, -1);
}

static kd_tensor *turned_features(struct pointnet *p, kd_tensor *x)
{
    kd_tensor *a = matrix(&p->fstn, x);
    if (kdi_net_shows_all(p->net)) {
        kd_net_output(p->net, "feat.fstn", a);
        kd_net_output(p->net, "regularizer", regularizer(a));
    }
    return kd_matmul(x, a);
}

static kd_tensor *pooled(struct pointnet *p, kd_tensor *x, kd_tensor **pre)
{
    x = kd_apply_conv_bn_max(p->conv[2].conv, p->conv[2].bn, x);
    if (kdi_net_shows_all(p->net))
        kd_net_output(p->net, "global", x);
    x = kdi_shown_relu(p->net, p->bn[0], kd_apply(p->fc[0], x), "bn1", NULL);
    x = kd_net_dropout(p->net, kd_apply(p->fc[1], x), p->dropout);
    return kdi_shown_relu(p->net, p->bn[1], x, "bn2", pre);
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct pointnet *p = self;
    if (i == 2)
        return pooled(p, x, pre);
    if (i == 0 && p->input_tnet)
        x = turned_points(p, x);
    if (i == 1 && p->feature_tnet)
        x = turned_features(p, x);
    return kdi_point_apply(&p->conv[i], x, NULL, pre);
}

static kd_tensor *head(void *self, kd_tensor *x)
{
    return kd_apply(((struct pointnet *)self)->fc[2], x);
}

static const kd_reference references[] = {
    { .group = "pointnet",
      .outputs = "feat.bn1:stage1.pre feat.bn2:stage2.pre feat[0]:global",
      .log_softmax = true },
    { 0 },
};

KD_MODEL(pointnet,
         .help = "shared layers a point, then the largest of each channel (Qi et al. 2017)",
         .kind = KD_POINTS, .self_size = sizeof(struct pointnet), .options = options,
         .parse = parse, .spell = spell, .build = build, .stage = stage, .head = head,
         .references = references);
