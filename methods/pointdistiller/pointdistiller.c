/* PointDistiller: around the points that matter most to the teacher, a small graph of each
 * network's features is encoded, and the student's code learns to be the teacher's. */
#include <kd/method.h>

enum { PAPER, AUTHORS_CODE };

struct pointdistiller {
    kd_real ce, beta, share, tau;
    int k, variant;
    struct encoder {
        kd_layer *conv, *bn;
    } s, t;
};

static struct encoder new_encoder(kd_build *b, const char *name, int64_t from, int64_t to)
{
    kd_scope *in = kd_scope_new(b->scope, name);
    kd_conv_spec spec = { .in = 2 * from, .out = to, .kernel = 1 };
    return (struct encoder){ kd_conv2d_new(in, "conv", spec), kd_batchnorm_new(in, "bn", to) };
}

static void setup(kd_build *b, void *self)
{
    struct pointdistiller *m = self;
    if (b->npair != 1) {
        kd_fail("one pair of taps is compared, there are %d: set pairs", b->npair);
        return;
    }
    int64_t width = kd_channels(b->pair->s);
    m->s = new_encoder(b, "student", width, width);
    m->t = new_encoder(b, "teacher", kd_channels(b->pair->t), width);
}

/* N,P,C at centres i64 N,Q with neighbours i64 N,Q,k -> N,Q,1,D: each neighbour beside its centre,
 * a layer, the largest over the neighbours */
static kd_tensor *encode(const struct encoder *e, kd_tensor *f, kd_tensor *centres, kd_tensor *near)
{
    kd_tensor *around = kd_group(f, near), *own = kd_group(f, centres);
    if (kd_is_poisoned(around) || kd_is_poisoned(own))
        return around;
    kd_shape s = kd_shape_of(around);
    own = kd_broadcast_to(kd_reshape(own, KD_SHAPE(s.d[0], s.d[1], 1, s.d[3])), s);
    kd_tensor *edge = kd_concat((kd_tensor *[]){ around, own }, 2, 3);
    return kd_max_axis(kd_apply_bn_act(e->bn, kd_apply(e->conv, edge), NULL, KD_ACT_RELU), 2);
}

/* N,Q,1,1: how much a centre counts; 1 on average */
static kd_tensor *weights(const struct pointdistiller *o, kd_tensor *saliency, kd_tensor *centres)
{
    kd_tensor *chosen = kd_take(saliency, centres);
    kd_shape s = kd_shape_of(chosen);
    kd_tensor *share = kd_softmax(kd_scale(chosen, 1 / o->tau));
    return kd_reshape(kd_scale(share, (kd_real)s.d[1]), KD_SHAPE(s.d[0], s.d[1], 1, 1));
}

static kd_tensor *distance(const struct pointdistiller *o, kd_tensor *fs, kd_tensor *ft)
{
    int64_t places = kd_dim(ft, 1), some = (int64_t)(o->share * (kd_real)places + (kd_real)0.5);
    int64_t k = o->k < places ? o->k : places;
    kd_tensor *saliency = kd_reshape(kd_max_axis(ft, 2), KD_SHAPE(-1, places));
    kd_tensor *centres = kd_top(saliency, some > 0 ? some : 1);
    kd_tensor *near = kd_nearest(ft, kd_group(ft, centres), k);

    kd_tensor *off = kd_sub(encode(&o->s, fs, centres, near), encode(&o->t, ft, centres, near));
    kd_tensor *square = kd_square(off);
    return kd_mean(o->variant == PAPER ? kd_mul(weights(o, saliency, centres), square) : square);
}

static void loss(kd_step *s, void *self)
{
    const struct pointdistiller *o = self;
    kd_tensor *fs = s->pair->s, *ft = s->pair->t;

    kd_label_term(s, o->ce, kd_cross_entropy(s->student->logits, s->label));
    if (kd_ndim(fs) == 4)
        kd_match_size(&fs, &ft);
    fs = kd_places(fs);
    ft = kd_places(ft);
    if (!kd_is_poisoned(fs) && !kd_is_poisoned(ft))
        kd_term(s, "graph", o->beta, distance(o, fs, ft));
}

static const char *const variants[] = { "paper", "authors_code", NULL };

static const kd_option options[] = {
    KD_REAL(struct pointdistiller, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct pointdistiller, beta, 2, 0, 1e4, "weight of the graphs' distance"),
    KD_REAL(struct pointdistiller, share, 0.375, 0, 1,
            "share of the points that a graph is made around (PointRCNN: 6000 of 16384)"),
    KD_INT(struct pointdistiller, k, 16, 1, 4096,
           "neighbours in a graph, the point itself the first (PointRCNN: 128 of 16384 points)"),
    KD_REAL(struct pointdistiller, tau, 1, 1e-3, 1e3, "variant paper: temperature of the weights"),
    KD_CHOICE(struct pointdistiller, variant, AUTHORS_CODE, variants,
              "authors_code: all chosen points count alike; paper: as much as a softmax of their "
              "largest features says"),
    { 0 },
};

KD_METHOD(
    pointdistiller, .title = "PointDistiller",
    .notes =
        "ce * CE(y, zs) + beta * mean of w (G(fs) - G(ft))^2, f the last stage's features. The "
        "points whose largest teacher feature is largest are centres; a centre's neighbours are "
        "the k nearest in the teacher's features. G: ReLU(BN(W [neighbour, centre])), the largest "
        "over neighbours; one layer a network, both trained along and as wide as the student's "
        "features. Published for detection in voxels and points; here on classifiers' points (or "
        "places of a map, or tokens). The paper weighs centres by their importance; in the "
        "authors' code for points that weight is a softmax over one number and is not used. It "
        "needs a detection library: the vectors are derived from its formulas (derive.py).",
    .cite = { .key = "zhang2023pd",
              .authors = "Zhang, Dong, Tai, Ma",
              .title = "PointDistiller: Structured Knowledge Distillation Towards Efficient and "
                       "Compact 3D Detection",
              .venue = "CVPR",
              .year = 2023,
              .url = "https://arxiv.org/abs/2205.11098" },
    .scheme = KD_OFFLINE, .source = KD_FEATURE | KD_RELATION,
    .category = "Modalities/3D Input/Object Detection", .taps = KD_TAPS_LAST,
    .props = KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH | KD_PROP_SHIFT_LOGITS,
    .self_size = sizeof(struct pointdistiller), .options = options, .setup = setup, .loss = loss);
