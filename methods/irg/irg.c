/* Instance relationship graph: samples as vertices, their distances as edges, and how a layer's
 * graph becomes the next one's. */
#include <kd/method.h>

enum { ZOO, SEMCKD };

struct irg {
    kd_real ce, beta, w_vert, w_edge, w_tran, w_graph, w_transform;
    int variant;
};

/* the largest element; its gradient is shared by all that are as large */
static kd_tensor *largest(kd_tensor *x)
{
    kd_tensor *most = kd_max_axis(kd_reshape(x, KD_SHAPE(-1)), 0);
    kd_tensor *is = kd_shift(kd_neg(kd_greater(most, x)), 1);
    return kd_div(kd_sum(kd_mul(is, x)), kd_sum(is));
}

/* N,... -> N,N: squared distances as shares of the largest of the batch (plus eps) */
static kd_tensor *edges(kd_tensor *f, kd_real eps)
{
    kd_tensor *d = kd_sqdist_among(kd_flatten(f, 1), (kd_real)1e-12);
    return kd_div(d, kd_shift(largest(d), eps));
}

static kd_tensor *edge_loss(kd_tensor *fs, kd_tensor *ft, kd_real eps)
{
    return kd_mse(edges(fs, eps), edges(ft, eps));
}

/* ---- Knowledge-Distillation-Zoo -------------------------------------------------------------- */

/* N,H,W,C -> N,H,W,to: neighbouring channels averaged */
static kd_tensor *fold(kd_tensor *f, int64_t to)
{
    int64_t n = kd_dim(f, 0), h = kd_dim(f, 1), w = kd_dim(f, 2), c = kd_channels(f);
    if (c == to)
        return f;
    kd_tensor *rows = kd_reshape(f, KD_SHAPE(n, h * w, c, 1));
    return kd_reshape(kd_adaptive_avg_pool2d(rows, h * w, to), KD_SHAPE(n, h, w, to));
}

/* N,1: how far each sample's map moves from one layer to the next, as share of the farthest */
static kd_tensor *transformation(kd_tensor *before, kd_tensor *after)
{
    int64_t c1 = kd_channels(before), c2 = kd_channels(after), c = c1 < c2 ? c1 : c2;
    kd_match_size(&before, &after);
    kd_tensor *move = kd_flatten(kd_sub(fold(before, c), fold(after, c)), 1);
    kd_tensor *square = kd_sum_axis(kd_square(move), 1);
    square = kd_max(square, kd_full_like(square, KD_SHAPE(1), (kd_real)1e-12));
    return kd_div(square, largest(square));
}

static bool is_map(kd_tensor *x)
{
    return kd_ndim(x) == 4;
}

/* the last two stages, NULL after a message where they are no maps */
static const kd_pair *last_two(const kd_step *s)
{
    const kd_pair *p = s->npair < 2 ? NULL : s->pair + s->npair - 2;
    if (p && is_map(p[0].s) && is_map(p[0].t) && is_map(p[1].s) && is_map(p[1].t))
        return p;
    kd_not_applicable(
        "a transformation is between two stages with maps N,H,W,C: set pairs in the sweep");
    return NULL;
}

static void zoo(kd_step *s, const struct irg *o)
{
    const kd_view *vs = s->student, *vt = s->teacher;
    const kd_pair *p = last_two(s);
    if (!p)
        return;
    kd_tensor *edge[] = { edge_loss(vs->pooled, vt->pooled, 0), edge_loss(p[0].s, p[0].t, 0),
                          edge_loss(p[1].s, p[1].t, 0) };
    kd_tensor *moves = transformation(p[0].s, p[1].s), *movet = transformation(p[0].t, p[1].t);

    kd_term(s, "vertex", o->beta * o->w_vert, kd_mse(vs->logits, vt->logits));
    kd_term(s, "edge", o->beta * o->w_edge / 3, kd_add_n(edge, 3));
    kd_term(s, "transform", o->beta * o->w_tran, kd_mse(moves, movet));
}

/* ---- SemCKD ---------------------------------------------------------------------------------- */

static bool same_shape(kd_tensor *a, kd_tensor *b)
{
    return kd_shape_equal(kd_shape_of(a), kd_shape_of(b));
}

/* how different two layers' edges are, and the layers themselves where they can be compared */
static kd_tensor *layer_change(const kd_pair *p)
{
    const kd_real eps = (kd_real)1e-12;
    kd_tensor *s = edge_loss(p[0].s, p[1].s, eps), *t = edge_loss(p[0].t, p[1].t, eps);
    kd_tensor *sum = kd_square(kd_sub(s, t));
    if (same_shape(p[0].s, p[1].s) && same_shape(p[0].t, p[1].t)) {
        kd_tensor *moves = kd_mse(p[0].s, p[1].s), *movet = kd_mse(p[0].t, p[1].t);
        sum = kd_add(sum, kd_square(kd_sub(moves, movet)));
    }
    return sum;
}

static void semckd(kd_step *s, const struct irg *o)
{
    kd_tensor *fs = s->student->pooled, *ft = s->teacher->pooled;
    kd_term(s, "edge", o->beta * o->w_graph, edge_loss(fs, ft, (kd_real)1e-12));
    if (same_shape(fs, ft))
        kd_term(s, "vertex", o->beta * o->w_graph, kd_mse(fs, ft));
    for (int i = 0; i + 1 < s->npair; i += 2)
        kd_term(s, "transform", o->beta * o->w_transform, layer_change(s->pair + i));
}

static void loss(kd_step *s, void *self)
{
    const struct irg *o = self;

    kd_label_term(s, o->ce, kd_cross_entropy(s->student->logits, s->label));
    if (s->batch < 2) {
        kd_fail("a graph needs two samples, the batch has %lld", (long long)s->batch);
        return;
    }
    if (o->variant == ZOO)
        zoo(s, o);
    else
        semckd(s, o);
}

static const char *const variants[] = { "zoo", "semckd", NULL };

static const kd_option options[] = {
    KD_REAL(struct irg, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct irg, beta, 1, 0, 1e4, "weight of all that follows (SemCKD: 0.005)"),
    KD_REAL(struct irg, w_vert, 0.1, 0, 1e4, "zoo: weight of the vertices, the logits"),
    KD_REAL(struct irg, w_edge, 5, 0, 1e4, "zoo: weight of the edges of three layers"),
    KD_REAL(struct irg, w_tran, 5, 0, 1e4, "zoo: weight of the change between the last two stages"),
    KD_REAL(struct irg, w_graph, 1, 0, 1e4, "semckd: weight of edges and vertices"),
    KD_REAL(struct irg, w_transform, 1, 0, 1e4,
            "semckd: weight of the change between stages 1 and 2, 3 and 4..."),
    KD_CHOICE(struct irg, variant, ZOO, variants,
              "zoo: logits, edges of the last two stages and the pooled features, how far each "
              "sample moves; semckd: edges of the pooled features, how much edges change"),
    { 0 },
};

KD_METHOD(
    irg, .title = "Instance relationship graph",
    .notes =
        "ce * CE(y, zs) + beta * L. E(f): squared distances of the batch, at least 1e-12, 0 on "
        "the diagonal, divided by the largest, whose gradient flows. zoo: L = w_vert * MSE(zs, "
        "zt) + w_edge * mean of MSE(E(fs), E(ft)) for the last two stages and the pooled features "
        "+ w_tran * MSE(Ms, Mt), M_i = |f1_i - f2_i|^2 over its largest, f1 and f2 the last two "
        "stages, f1 averaged to f2's size, the wider one's neighbouring channels averaged (the "
        "Zoo knows a factor of 2 alone). semckd: L = w_graph * (MSE(E(fs), E(ft)) of the pooled "
        "features, divisor + 1e-12, + MSE(fs, ft) where they have one shape) + w_transform * sum "
        "over stages 1-2, 3-4... of (MSE(E(f1s), E(f2s)) - MSE(E(f1t), E(f2t)))^2, and the same "
        "of the maps where no shape changes. The authors' code is Caffe and not used; the paper's "
        "edge transformation is SemCKD's, its logit loss the Zoo's. MSE: mean over all elements.",
    .cite = { .key = "liu2019irg",
              .authors = "Liu, Cao, Li, Yuan, Hu, Li, Duan",
              .title = "Knowledge Distillation via Instance Relationship Graph",
              .venue = "CVPR",
              .year = 2019,
              .url = "https://openaccess.thecvf.com/content_CVPR_2019/html/"
                     "Liu_Knowledge_Distillation_via_Instance_Relationship_Graph_CVPR_2019_paper"
                     ".html" },
    .scheme = KD_OFFLINE, .source = KD_RELATION | KD_FEATURE | KD_RESPONSE,
    .category = "Sources/Similarity", .taps = KD_TAPS_STAGES,
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct irg), .options = options, .loss = loss);
