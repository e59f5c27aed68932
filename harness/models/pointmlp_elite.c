/* pointmlp_elite: residual blocks over neighbours, then over points; each neighbourhood is
 * normalised around its point. As many stages as dim_expansion1.. are not 0.
 *
 * Ma et al. (ICLR 2022). Layers, names and dropout as in ma-xu/pointMLP-pytorch; samples begin with
 * the first point. Normals, where there are any, are embedded beside the coordinates. */
#include "models/points.h"

#include <stdio.h>
#include <string.h>

enum { STAGES = 4, BLOCKS = 8 };

/* relu(x + bn(conv(relu(bn(conv(x)))))) */
struct block {
    kdi_unit in, out;
};

struct group {
    kd_tensor *alpha, *beta; /* 1,1,1,C */
    kdi_unit transfer;
    struct block pre[BLOCKS], pos[BLOCKS];
    int npre, npos;
    int64_t pass; /* of what follows */
    kd_tensor *xyz;
    kd_tensor *sample, *near; /* i64, among the points before */
};

struct pointmlp {
    int embed_dim;
    int dim_expansion1, dim_expansion2, dim_expansion3, dim_expansion4;
    int k_neighbors1, k_neighbors2, k_neighbors3, k_neighbors4;
    int pre_blocks1, pre_blocks2, pre_blocks3, pre_blocks4;
    int pos_blocks1, pos_blocks2, pos_blocks3, pos_blocks4;
    int reducers1, reducers2, reducers3, reducers4;
    kd_real res_expansion, width, dropout;
    kdi_unit embedding;
    struct group group[STAGES];
    int stages, k[STAGES], reducer[STAGES];
    kd_layer *fc[3], *bn[2];
    kd_net *net;
};

#define FOUR(name, a, b, c, d, low, high, help)                                                    \
    KD_INT(struct pointmlp, name##1, a, low, high, help ", of the first stage"),                   \
        KD_INT(struct pointmlp, name##2, b, low, high, help ", of the second"),                    \
        KD_INT(struct pointmlp, name##3, c, low, high, help ", of the third"),                     \
        KD_INT(struct pointmlp, name##4, d, low, high, help ", of the fourth")

static const kd_option options[] = {
    KD_INT(struct pointmlp, embed_dim, 32, 1, 4096, "channels that the coordinates become"),
    FOUR(dim_expansion, 2, 2, 2, 1, 0, 16, "factor on the channels; 0: no stage from here on"),
    FOUR(k_neighbors, 24, 24, 24, 24, 0, 1024, "neighbours of a point; at most all"),
    FOUR(pre_blocks, 1, 1, 2, 1, 0, BLOCKS, "residual blocks over neighbours"),
    FOUR(pos_blocks, 1, 1, 2, 1, 0, BLOCKS, "residual blocks over points"),
    FOUR(reducers, 2, 2, 2, 2, 0, 1024, "as many points are left as this divides them by"),
    KD_REAL(struct pointmlp, res_expansion, 0.25, 0.001, 16, "inner channels of a block, of outer"),
    KD_REAL(struct pointmlp, width, 1, 0.03125, 16, "factor on every number of channels"),
    KD_REAL(struct pointmlp, dropout, 0.5, 0, 0.95, "share of the last layers' inputs dropped"),
    { 0 },
};

static bool parse(const char *arch, void *self)
{
    struct pointmlp *m = self;
    if (!kdi_take_word(&arch, "pointmlp_elite"))
        return false;
    kdi_take_int(&arch, "_e", &m->embed_dim);
    kdi_take_int(&arch, "_k", &m->k_neighbors1);
    m->k_neighbors2 = m->k_neighbors3 = m->k_neighbors4 = m->k_neighbors1;
    kdi_take_real(&arch, "_w", &m->width);
    kdi_take_real(&arch, "_d", &m->dropout);
    return *arch == '\0';
}

/* what has no letter is the repository's, or is read in the options */
static void spell(const void *self, char *buf)
{
    const struct pointmlp *m = self;
    snprintf(buf, KDI_ARCH, "pointmlp_elite");
    kdi_give_int(buf, "_e", m->embed_dim, 32);
    kdi_give_int(buf, "_k", m->k_neighbors1, 24);
    kdi_give_real(buf, "_w", m->width, 1);
    kdi_give_real(buf, "_d", m->dropout, (kd_real)0.5);
}

/* ---- building ------------------------------------------------------------------------------ */

/* what torch calls net1.0 and net1.1: a convolution and its batch-norm */
static kdi_unit unit_new(kd_scope *in, const char *name, int64_t from, int64_t to)
{
    return kdi_point_unit(kd_scope_new(in, name), "0", "1", from, to, false);
}

static struct block block_new(kd_scope *in, int64_t channels, kd_real expansion)
{
    int64_t inner = kdi_scaled((int)channels, expansion);
    struct block b = { .in = unit_new(in, "net1", channels, inner) };
    b.out = unit_new(in, "net2", inner, channels);
    return b;
}

static void blocks_new(kd_scope *in, struct block *block, int n, int64_t channels, kd_real inner)
{
    kd_scope *list = kd_scope_new(in, "operation");
    for (int i = 0; i < n; i++)
        block[i] = block_new(kdi_scope_number(list, i), channels, inner);
}

static void build_groups(struct pointmlp *m, kd_scope *scope, const int64_t *c)
{
    kd_scope *groupers = kd_scope_new(scope, "local_grouper_list");
    kd_scope *pre = kd_scope_new(scope, "pre_blocks_list");
    kd_scope *pos = kd_scope_new(scope, "pos_blocks_list");
    for (int i = 0; i < m->stages; i++) {
        struct group *g = &m->group[i];
        kd_scope *grouper = kdi_scope_number(groupers, i), *before = kdi_scope_number(pre, i);
        g->alpha = kd_param_new(grouper, "affine_alpha", KD_SHAPE(1, 1, 1, c[i]));
        g->beta = kd_param_new(grouper, "affine_beta", KD_SHAPE(1, 1, 1, c[i]));
        kd_fill(g->alpha, 1);
        g->transfer = kdi_point_unit(kd_scope_new(kd_scope_new(before, "transfer"), "net"), "0",
                                     "1", 2 * c[i], c[i + 1], false);
        blocks_new(before, g->pre, g->npre, c[i + 1], m->res_expansion);
        blocks_new(kdi_scope_number(pos, i), g->pos, g->npos, c[i + 1], m->res_expansion);
    }
}

static int plan(struct pointmlp *m, int64_t *c)
{
    const int expansion[] = { m->dim_expansion1, m->dim_expansion2, m->dim_expansion3,
                              m->dim_expansion4 };
    const int k[] = { m->k_neighbors1, m->k_neighbors2, m->k_neighbors3, m->k_neighbors4 };
    const int pre[] = { m->pre_blocks1, m->pre_blocks2, m->pre_blocks3, m->pre_blocks4 };
    const int pos[] = { m->pos_blocks1, m->pos_blocks2, m->pos_blocks3, m->pos_blocks4 };
    const int reducer[] = { m->reducers1, m->reducers2, m->reducers3, m->reducers4 };
    while (m->stages < STAGES && expansion[m->stages] > 0) {
        int i = m->stages++;
        if (k[i] < 1 || reducer[i] < 1)
            return kd_error(KD_E_USAGE, "pointmlp_elite: stage %d has %d neighbours, reducer %d",
                            i + 1, k[i], reducer[i]);
        c[i + 1] = c[i] * expansion[i];
        m->k[i] = k[i];
        m->reducer[i] = reducer[i];
        m->group[i].npre = pre[i];
        m->group[i].npos = pos[i];
    }
    return m->stages ? KD_OK : kd_error(KD_E_USAGE, "pointmlp_elite: dim_expansion1 is 0");
}

static void build_classifier(struct pointmlp *m, kd_scope *in, int64_t from, int64_t classes)
{
    static const char *const fc[] = { "0", "4", "8" }, *const bn[] = { "1", "5" };
    const int64_t f[] = { from, kdi_scaled(512, m->width), kdi_scaled(256, m->width), classes };
    for (int i = 0; i < 3; i++) {
        m->fc[i] = kd_linear_new(in, fc[i], f[i], f[i + 1]);
        if (i < 2)
            m->bn[i] = kd_batchnorm_new(in, bn[i], f[i + 1]);
    }
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    static const char *const name[] = { "stage1", "stage2", "stage3", "stage4" };
    struct pointmlp *m = self;
    int64_t c[STAGES + 1] = { kdi_scaled(m->embed_dim, m->width) };
    m->net = net;
    m->stages = 0;
    memset(m->group, 0, sizeof m->group); /* a copy of a network has none of its passes */
    KD_TRY(plan(m, c));
    m->embedding = unit_new(kd_scope_new(scope, "embedding"), "net", in->channels, c[0]);
    build_groups(m, scope, c);
    build_classifier(m, kd_scope_new(scope, "classifier"), c[m->stages], in->classes);
    kd_net_add_tap(net, "stem", KD_TAP_STEM, m->embedding.bn);
    for (int i = 0; i < m->stages; i++) {
        struct group *g = &m->group[i];
        kd_net_add_tap(net, name[i], KD_TAP_STAGE, g->npos ? g->pos[g->npos - 1].out.bn : NULL);
    }
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, m->bn[1]);
    return KD_OK;
}

/* ---- where the points are -------------------------------------------------------------------- */

static const struct group *place_of(struct pointmlp *m, int i)
{
    struct group *g = &m->group[i];
    if (g->xyz && g->pass == kd_net_pass(m->net))
        return g;
    kd_tensor *xyz = kd_detach(i == 0 ? kdi_xyz(kd_net_input(m->net)) : place_of(m, i - 1)->xyz);
    int64_t points = kd_dim(xyz, 1), left = points / m->reducer[i];
    g->pass = kd_net_pass(m->net);
    g->sample = kd_farthest_points(xyz, left > 0 ? left : 1);
    g->xyz = kdi_at(xyz, g->sample);
    g->near = kd_nearest(xyz, g->xyz, kdi_points_within(m->k[i], points));
    if (kdi_net_shows_all(m->net)) {
        kd_net_output(m->net, kd_numbered("fps", i + 1), g->sample);
        kd_net_output(m->net, kd_numbered("knn", i + 1), g->near);
    }
    return g;
}

/* ---- running ----------------------------------------------------------------------------------
 */

static kd_tensor *block(const struct block *b, kd_tensor *x, kd_tensor **pre)
{
    return kdi_point_apply(&b->out, kdi_point_apply(&b->in, x, NULL, NULL), x, pre);
}

/* divided by the standard deviation of a sample's numbers */
static kd_tensor *normalized(kd_tensor *x)
{
    kd_tensor *sd = kd_sqrt(kd_var_axis(kd_flatten(x, 1), 1, true));
    sd = kd_reshape(kd_shift(sd, (kd_real)1e-5), KD_SHAPE(kd_dim(x, 0), 1, 1, 1));
    return kd_div(x, sd);
}

/* N,P,C -> N,S,K,2C: neighbours less their point, normalised, and the point itself */
static kd_tensor *neighbourhoods(struct pointmlp *m, int i, kd_tensor *x)
{
    const struct group *g = place_of(m, i);
    kd_tensor *near = kd_group(x, g->near), *centre = kdi_at(x, g->sample);
    kd_shape s = kd_shape_of(near);
    centre = kd_reshape(centre, KD_SHAPE(s.d[0], s.d[1], 1, s.d[3]));
    near = normalized(kd_sub(near, centre));
    near = kd_add(kd_mul(near, g->alpha), g->beta);
    return kd_concat((kd_tensor *[]){ near, kd_broadcast_to(centre, s) }, 2, -1);
}

static kd_tensor *grouped(struct pointmlp *m, int i, kd_tensor *x, kd_tensor **pre)
{
    const struct group *g = &m->group[i];
    x = kdi_point_apply(&g->transfer, neighbourhoods(m, i, x), NULL, NULL);
    for (int j = 0; j < g->npre; j++)
        x = block(&g->pre[j], x, NULL);
    x = kd_max_axis(x, 2);
    x = kd_reshape(x, KD_SHAPE(kd_dim(x, 0), kd_dim(x, 1), kd_channels(x)));
    if (kdi_net_shows_all(m->net))
        kd_net_output(m->net, kd_numbered("pre_blocks_list.", i), kd_transpose(x, 1, 2));
    for (int j = 0; j < g->npos; j++)
        x = block(&g->pos[j], x, j == g->npos - 1 ? pre : NULL);
    return x;
}

static kd_tensor *pooled(struct pointmlp *m, kd_tensor *x, kd_tensor **pre)
{
    x = kd_reshape(kd_max_axis(x, 1), KD_SHAPE(kd_dim(x, 0), kd_channels(x)));
    x = kdi_shown_relu(m->net, m->bn[0], kd_apply(m->fc[0], x), "classifier.1", NULL);
    x = kd_apply(m->fc[1], kd_net_dropout(m->net, x, m->dropout));
    return kdi_shown_relu(m->net, m->bn[1], x, "classifier.5", pre);
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct pointmlp *m = self;
    if (i == 0)
        return kdi_point_apply(&m->embedding, x, NULL, pre);
    return i <= m->stages ? grouped(m, i - 1, x, pre) : pooled(m, x, pre);
}

static kd_tensor *head(void *self, kd_tensor *x)
{
    struct pointmlp *m = self;
    return kd_apply(m->fc[2], kd_net_dropout(m->net, x, m->dropout));
}

static const kd_reference references[] = {
    { .group = "pointmlp",
      .outputs = "embedding:stem pos_blocks_list.0:stage1 pos_blocks_list.1:stage2 "
                 "pos_blocks_list.2:stage3 pos_blocks_list.3:stage4" },
    { 0 },
};

KD_MODEL(pointmlp_elite, .help = "residual blocks over neighbourhoods of points (Ma et al. 2022)",
         .kind = KD_POINTS, .self_size = sizeof(struct pointmlp), .options = options,
         .parse = parse, .spell = spell, .build = build, .stage = stage, .head = head,
         .references = references);
