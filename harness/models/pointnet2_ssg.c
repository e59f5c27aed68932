/* pointnet2_ssg: PointNet over balls around sampled points, twice, then over all that is left.
 *
 * Qi et al. (NeurIPS 2017), single-scale grouping for classification. Layers, names, sizes and
 * dropout as in yanx27/Pointnet_Pointnet2_pytorch, but samples always begin with the first point.
 */
#include "models/points.h"

#include <stdio.h>
#include <string.h>

enum { LEVELS = 2, LAYERS = 3 };

struct level {
    kdi_unit unit[LAYERS];
};

/* where the points of a level are, in this pass */
struct place {
    int64_t pass;
    kd_tensor *xyz;
    kd_tensor *sample, *ball; /* i64, among the points of the level before */
};

struct pointnet2 {
    int npoint1, npoint2, nsample1, nsample2;
    kd_real radius1, radius2, width, dropout;
    struct level level[LEVELS + 1];
    kd_layer *fc[3], *bn[2];
    struct place place[LEVELS];
    kd_net *net;
};

static const kd_option options[] = {
    KD_INT(struct pointnet2, npoint1, 512, 1, 65536, "points sampled of the cloud, at most all"),
    KD_INT(struct pointnet2, npoint2, 128, 1, 65536, "points sampled of those"),
    KD_REAL(struct pointnet2, radius1, 0.2, 0, 1000, "of a ball around each of the first"),
    KD_REAL(struct pointnet2, radius2, 0.4, 0, 1000, "of a ball around each of the second"),
    KD_INT(struct pointnet2, nsample1, 32, 1, 1024, "points of a ball around the first"),
    KD_INT(struct pointnet2, nsample2, 64, 1, 1024, "points of a ball around the second"),
    KD_REAL(struct pointnet2, width, 1, 0.03125, 16, "factor on every number of channels"),
    KD_REAL(struct pointnet2, dropout, 0.4, 0, 0.95, "share of the last layers' inputs dropped"),
    { 0 },
};

static bool parse(const char *arch, void *self)
{
    struct pointnet2 *p = self;
    if (!kdi_take_word(&arch, "pointnet2_ssg"))
        return false;
    kdi_take_int(&arch, "_n", &p->npoint1);
    kdi_take_int(&arch, "-", &p->npoint2);
    kdi_take_real(&arch, "_r", &p->radius1);
    kdi_take_real(&arch, "-", &p->radius2);
    kdi_take_int(&arch, "_k", &p->nsample1);
    kdi_take_int(&arch, "-", &p->nsample2);
    kdi_take_real(&arch, "_w", &p->width);
    kdi_take_real(&arch, "_d", &p->dropout);
    return *arch == '\0';
}

static void spell(const void *self, char *buf)
{
    const struct pointnet2 *p = self;
    bool points = p->npoint1 != 512 || p->npoint2 != 128;
    bool radii = p->radius1 != (kd_real)0.2 || p->radius2 != (kd_real)0.4;
    bool samples = p->nsample1 != 32 || p->nsample2 != 64;
    snprintf(buf, KDI_ARCH, "pointnet2_ssg");
    kdi_give_int(buf, "_n", p->npoint1, points ? -1 : p->npoint1);
    kdi_give_int(buf, "-", p->npoint2, points ? -1 : p->npoint2);
    kdi_give_real(buf, "_r", p->radius1, radii ? -1 : p->radius1);
    kdi_give_real(buf, "-", p->radius2, radii ? -1 : p->radius2);
    kdi_give_int(buf, "_k", p->nsample1, samples ? -1 : p->nsample1);
    kdi_give_int(buf, "-", p->nsample2, samples ? -1 : p->nsample2);
    kdi_give_real(buf, "_w", p->width, 1);
    kdi_give_real(buf, "_d", p->dropout, (kd_real)0.4);
}

/* ---- building ------------------------------------------------------------------------- */

/* torch lists all convolutions of a level, then all batch-norms */
static int64_t level_new(struct pointnet2 *p, struct level *l, kd_scope *scope, int64_t from,
                         const int channels[LAYERS])
{
    kd_scope *convs = kd_scope_new(scope, "mlp_convs"), *bns = kd_scope_new(scope, "mlp_bns");
    for (int i = 0; i < LAYERS; i++) {
        int64_t to = kdi_scaled(channels[i], p->width);
        l->unit[i] = (kdi_unit){ .conv = kdi_point_conv(convs, kd_numbered("", i), from, to, true),
                                 .bn = kd_batchnorm_new(bns, kd_numbered("", i), to) };
        from = to;
    }
    return from;
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    static const int channels[][LAYERS] = { { 64, 64, 128 },
                                            { 128, 128, 256 },
                                            { 256, 512, 1024 } };
    struct pointnet2 *p = self;
    int64_t from = in->channels - 3;
    p->net = net;
    memset(p->place, 0, sizeof p->place); /* a copy of a network has none of its passes */
    for (int i = 0; i <= LEVELS; i++)
        from = level_new(p, &p->level[i], kd_scope_new(scope, kd_numbered("sa", i + 1)), from + 3,
                         channels[i]);
    const int64_t f[] = { from, kdi_scaled(512, p->width), kdi_scaled(256, p->width), in->classes };
    for (int i = 0; i < 3; i++) {
        p->fc[i] = kd_linear_new(scope, kd_numbered("fc", i + 1), f[i], f[i + 1]);
        if (i < 2)
            p->bn[i] = kd_batchnorm_new(scope, kd_numbered("bn", i + 1), f[i + 1]);
    }
    kd_net_add_tap(net, "stage1", KD_TAP_STAGE, p->level[0].unit[2].bn);
    kd_net_add_tap(net, "stage2", KD_TAP_STAGE, p->level[1].unit[2].bn);
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, p->bn[1]);
    return KD_OK;
}

/* ---- where the points are ---------------------------------------------------------------- */

static void show_place(struct pointnet2 *p, int i, const struct place *at)
{
    if (!kdi_net_shows_all(p->net))
        return;
    kd_net_output(p->net, kd_numbered("fps", i + 1), at->sample);
    kd_net_output(p->net, kd_numbered("ball", i + 1), at->ball);
    kd_net_output(p->net, i ? "sa2.xyz" : "sa1.xyz", kd_transpose(at->xyz, 1, 2));
}

/* the points before level i: those of the cloud, or of the level before */
static kd_tensor *points_before(struct pointnet2 *p, int i);

/* computed once a pass: a pass may begin after the first level */
static const struct place *place_of(struct pointnet2 *p, int i)
{
    const int npoint[] = { p->npoint1, p->npoint2 }, nsample[] = { p->nsample1, p->nsample2 };
    const kd_real radius[] = { p->radius1, p->radius2 };
    struct place *at = &p->place[i];
    if (at->xyz && at->pass == kd_net_pass(p->net))
        return at;
    kd_tensor *xyz = points_before(p, i);
    at->pass = kd_net_pass(p->net);
    at->sample = kd_farthest_points(xyz, kdi_points_within(npoint[i], kd_dim(xyz, 1)));
    at->xyz = kdi_at(xyz, at->sample);
    at->ball = kd_ball_query(xyz, at->xyz, radius[i], nsample[i]);
    show_place(p, i, at);
    return at;
}

static kd_tensor *points_before(struct pointnet2 *p, int i)
{
    return i == 0 ? kdi_xyz(kd_net_input(p->net)) : place_of(p, i - 1)->xyz;
}

/* ---- running -------------------------------------------------------------------------------- */

/* rows of groups -> the largest of each channel in a group */
static kd_tensor *largest(const struct level *l, kd_tensor *x)
{
    for (int i = 0; i < LAYERS - 1; i++)
        x = kdi_point_apply(&l->unit[i], x, NULL, NULL);
    return kd_relu(kd_apply_conv_bn_max(l->unit[2].conv, l->unit[2].bn, x));
}

/* x: features of the points before, or NULL -> N,S,K,3+C: offsets from the centre, features */
static kd_tensor *balls(struct pointnet2 *p, int i, kd_tensor *x)
{
    const struct place *at = place_of(p, i);
    kd_tensor *xyz = kd_group(points_before(p, i), at->ball), *centre = at->xyz;
    centre = kd_reshape(centre, KD_SHAPE(kd_dim(centre, 0), kd_dim(centre, 1), 1, 3));
    xyz = kd_sub(xyz, centre);
    return x ? kd_concat((kd_tensor *[]){ xyz, kd_group(x, at->ball) }, 2, -1) : xyz;
}

static kd_tensor *pooled(struct pointnet2 *p, kd_tensor *x, kd_tensor **pre)
{
    x = kd_concat((kd_tensor *[]){ points_before(p, LEVELS), x }, 2, -1);
    x = largest(&p->level[LEVELS], x);
    if (kdi_net_shows_all(p->net))
        kd_net_output(p->net, "sa3.points", x);
    x = kdi_shown_relu(p->net, p->bn[0], kd_apply(p->fc[0], x), "bn1", NULL);
    x = kd_apply(p->fc[1], kd_net_dropout(p->net, x, p->dropout));
    return kdi_shown_relu(p->net, p->bn[1], x, "bn2", pre);
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct pointnet2 *p = self;
    if (i == LEVELS)
        return pooled(p, x, pre);
    if (i == 0)
        x = kd_channels(x) > 3 ? kd_slice(x, -1, 3, kd_channels(x)) : NULL;
    return largest(&p->level[i], balls(p, i, x));
}

static kd_tensor *head(void *self, kd_tensor *x)
{
    struct pointnet2 *p = self;
    return kd_apply(p->fc[2], kd_net_dropout(p->net, x, p->dropout));
}

static const kd_reference references[] = {
    { .group = "pointnet2", .outputs = "sa1.points:stage1 sa2.points:stage2", .log_softmax = true },
    { 0 },
};

KD_MODEL(pointnet2_ssg, .help = "PointNet over balls of sampled points (Qi et al. 2017)",
         .kind = KD_POINTS, .self_size = sizeof(struct pointnet2), .options = options,
         .parse = parse, .spell = spell, .build = build, .stage = stage, .head = head,
         .references = references);
