/* dgcnn: edges to the nearest neighbours, found anew among the features of every stage.
 *
 * Wang et al. (TOG 2019). Layers, names and dropout as in WangYueFt/dgcnn's pytorch/model.py. */
#include "models/points.h"

#include <stdio.h>
#include <string.h>

enum { STAGES = 4 };

struct dgcnn {
    int k, emb_dims;
    kd_real width, dropout;
    kdi_unit edge[STAGES], last; /* convolutions without bias */
    kd_layer *fc[3], *bn[2];
    kd_tensor *x[STAGES]; /* what each stage gave, in this pass */
    int64_t pass[STAGES];
    kd_net *net;
};

static const kd_option options[] = {
    KD_INT(struct dgcnn, k, 20, 1, 1024, "neighbours of a point, itself among them; at most all"),
    KD_INT(struct dgcnn, emb_dims, 1024, 1, 65536, "channels before the points are pooled"),
    KD_REAL(struct dgcnn, width, 1, 0.03125, 16, "factor on every number of channels"),
    KD_REAL(struct dgcnn, dropout, 0.5, 0, 0.95, "share of the last layers' inputs dropped"),
    { 0 },
};

static const kd_real slope = (kd_real)0.2;

static bool parse(const char *arch, void *self)
{
    struct dgcnn *d = self;
    if (!kdi_take_word(&arch, "dgcnn"))
        return false;
    kdi_take_int(&arch, "_k", &d->k);
    kdi_take_int(&arch, "_e", &d->emb_dims);
    kdi_take_real(&arch, "_w", &d->width);
    kdi_take_real(&arch, "_d", &d->dropout);
    return *arch == '\0';
}

static void spell(const void *self, char *buf)
{
    const struct dgcnn *d = self;
    snprintf(buf, KDI_ARCH, "dgcnn");
    kdi_give_int(buf, "_k", d->k, 20);
    kdi_give_int(buf, "_e", d->emb_dims, 1024);
    kdi_give_real(buf, "_w", d->width, 1);
    kdi_give_real(buf, "_d", d->dropout, (kd_real)0.5);
}

/* ---- building ---------------------------------------------------------------------------- */

/* bn1 to bn5 come before all convolutions, which are the first of a Sequential each */
static void build_points(struct dgcnn *d, kd_scope *scope, const int64_t *c, int64_t all)
{
    for (int i = 0; i < STAGES; i++)
        d->edge[i].bn = kd_batchnorm_new(scope, kd_numbered("bn", i + 1), c[i + 1]);
    d->last.bn = kd_batchnorm_new(scope, "bn5", c[STAGES + 1]);
    for (int i = 0; i < STAGES; i++)
        d->edge[i].conv = kdi_point_conv(kd_scope_new(scope, kd_numbered("conv", i + 1)), "0",
                                         2 * c[i], c[i + 1], false);
    d->last.conv = kdi_point_conv(kd_scope_new(scope, "conv5"), "0", all, c[STAGES + 1], false);
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    static const int channels[] = { 64, 64, 128, 256 };
    struct dgcnn *d = self;
    int64_t c[STAGES + 2] = { in->channels }, all = 0;
    d->net = net;
    memset(d->x, 0, sizeof d->x); /* a copy of a network has none of its passes */
    for (int i = 0; i < STAGES; i++)
        all += c[i + 1] = kdi_scaled(channels[i], d->width);
    c[STAGES + 1] = kdi_scaled(d->emb_dims, d->width);
    build_points(d, scope, c, all);
    int64_t f[] = { 2 * c[STAGES + 1], kdi_scaled(512, d->width), kdi_scaled(256, d->width) };
    d->fc[0] = kd_linear_nobias_new(scope, "linear1", f[0], f[1]);
    d->bn[0] = kd_batchnorm_new(scope, "bn6", f[1]);
    d->fc[1] = kd_linear_new(scope, "linear2", f[1], f[2]);
    d->bn[1] = kd_batchnorm_new(scope, "bn7", f[2]);
    d->fc[2] = kd_linear_new(scope, "linear3", f[2], in->classes);
    static const char *const name[] = { "stage1", "stage2", "stage3", "stage4" };
    for (int i = 0; i < STAGES; i++)
        kd_net_add_tap(net, name[i], KD_TAP_STAGE, d->edge[i].bn);
    kd_net_add_tap(net, "stage5", KD_TAP_STAGE, d->last.bn);
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, d->bn[1]);
    return KD_OK;
}

/* ---- running -------------------------------------------------------------------------------- */

static kd_tensor *leaky(kd_tensor *x, kd_tensor **pre)
{
    if (pre)
        *pre = x;
    return kd_leaky_relu(x, slope);
}

/* the largest over a point's edges (neighbour - point, point): bn and leaky rise, so max commutes
 */
static kd_tensor *edges(struct dgcnn *d, int i, kd_tensor *x, kd_tensor **pre)
{
    kd_tensor *index = kd_nearest(x, x, kdi_points_within(d->k, kd_dim(x, 1)));
    if (kdi_net_shows_all(d->net))
        kd_net_output(d->net, kd_numbered("knn", i + 1), index);
    return leaky(kd_apply_edge_conv(d->edge[i].conv, d->edge[i].bn, x, index), pre);
}

/* what stage i gave in this pass; computed from the input where a pass began after it */
static kd_tensor *given(struct dgcnn *d, int i)
{
    if (d->x[i] && d->pass[i] == kd_net_pass(d->net))
        return d->x[i];
    d->x[i] = edges(d, i, i ? given(d, i - 1) : kd_net_input(d->net), NULL);
    d->pass[i] = kd_net_pass(d->net);
    return d->x[i];
}

static kd_tensor *embedded(struct dgcnn *d, kd_tensor **pre)
{
    kd_tensor *x[STAGES];
    for (int i = 0; i < STAGES; i++)
        x[i] = given(d, i);
    return leaky(kdi_point_linear(&d->last, kd_concat(x, STAGES, -1)), pre);
}

static kd_tensor *shown(struct dgcnn *d, const char *name, kd_tensor *x)
{
    if (kdi_net_shows_all(d->net))
        kd_net_output(d->net, name, x);
    return x;
}

static kd_tensor *pooled(struct dgcnn *d, kd_tensor *x, kd_tensor **pre)
{
    int64_t n = kd_dim(x, 0), c = kd_channels(x);
    kd_tensor *both[] = { kd_reshape(kd_max_axis(x, 1), KD_SHAPE(n, c)),
                          kd_reshape(kd_mean_axis(x, 1), KD_SHAPE(n, c)) };
    x = kd_apply(d->fc[0], kd_concat(both, 2, -1));
    x = leaky(shown(d, "bn6", kd_apply(d->bn[0], x)), NULL);
    x = kd_apply(d->fc[1], kd_net_dropout(d->net, x, d->dropout));
    return leaky(shown(d, "bn7", kd_apply(d->bn[1], x)), pre);
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct dgcnn *d = self;
    if (i > STAGES)
        return pooled(d, x, pre);
    if (i > 0) { /* the stage before gave this, or somebody in its place */
        d->x[i - 1] = x;
        d->pass[i - 1] = kd_net_pass(d->net);
    }
    return i == STAGES ? embedded(d, pre) : edges(d, i, x, pre);
}

static kd_tensor *head(void *self, kd_tensor *x)
{
    struct dgcnn *d = self;
    return kd_apply(d->fc[2], kd_net_dropout(d->net, x, d->dropout));
}

static const kd_reference references[] = {
    { .group = "dgcnn",
      .outputs = "x1:stage1 x2:stage2 x3:stage3 x4:stage4 conv5:stage5 bn7:pooled.pre" },
    { 0 },
};

KD_MODEL(dgcnn, .help = "edges to neighbours, found anew in every stage (Wang et al. 2019)",
         .kind = KD_POINTS, .self_size = sizeof(struct dgcnn), .options = options, .parse = parse,
         .spell = spell, .build = build, .stage = stage, .head = head, .references = references);
