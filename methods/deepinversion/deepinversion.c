/* DeepInversion: images are climbed out of noise until the teacher's batch-norms see the statistics
 * they were trained on; then the student learns what the teacher says of them. */
#include <kd/method.h>

struct deepinversion {
    kd_real onehot, bn, tv, l2, invert, ce, kd, T;
    int invert_epochs, count;
    int64_t classes;
    kd_tensor *images;     /* count,H,W,C */
    kd_tensor *low, *high; /* what a pixel of each channel may be: C */
};

/* the ends of what pixels may be, as the network sees them */
static void make_bounds(kd_build *b, struct deepinversion *m)
{
    int64_t channels = b->input.d[b->input.n - 1];
    m->low = kd_buffer_new(b->scope, "low", KD_SHAPE(channels));
    m->high = kd_buffer_new(b->scope, "high", KD_SHAPE(channels));
    for (int64_t c = 0; c < channels; c++) {
        const kd_pixel *p = &b->pixel[c];
        kd_reals(m->low)[c] = (p->low - p->mean) / p->sd;
        kd_reals(m->high)[c] = (p->high - p->mean) / p->sd;
    }
}

static void setup(kd_build *b, void *self)
{
    struct deepinversion *m = self;
    kd_shape s = b->input;
    m->classes = b->nclasses;
    s.d[0] = m->count;
    m->images = kd_param_new(b->scope, "images", s);
    kd_fill_normal(m->images, b->rng, 0, 1);
    make_bounds(b, m);
    if (kd_net_batchnorms(b->teachers[0]) == 0)
        kd_not_applicable(
            "the teacher has no batch-norm whose statistics images could be made from");
}

/* ---- this step's images and what they should be -------------------------------------------- */

/* each sample's image: those of one training sample are always the same one */
static kd_tensor *places(kd_step *s, const struct deepinversion *m)
{
    kd_tensor *at = kd_copy(s->index);
    for (int64_t i = 0; i < kd_numel(at); i++)
        kd_i64s(at)[i] %= m->count;
    return at;
}

static kd_tensor *images(kd_step *s, const struct deepinversion *m)
{
    kd_shape shape = kd_shape_of(m->images);
    kd_tensor *rows = kd_gather(kd_flatten(m->images, 1), places(s, m));
    shape.d[0] = kd_dim(rows, 0);
    return kd_reshape(rows, shape);
}

/* image i is to be of class i modulo classes */
static kd_tensor *targets(kd_step *s, const struct deepinversion *m)
{
    kd_tensor *at = places(s, m);
    for (int64_t i = 0; i < kd_numel(at); i++)
        kd_i64s(at)[i] %= m->classes;
    return at;
}

/* ---- inversion ---------------------------------------------------------------------------------
 */

/* turned round by `by` places along an axis: what leaves at one end comes in at the other */
static kd_tensor *rolled(kd_tensor *x, int axis, int64_t by)
{
    int64_t n = kd_dim(x, axis), cut = ((n - by) % n + n) % n;
    if (cut == 0)
        return x;
    kd_tensor *part[] = { kd_slice(x, axis, cut, n), kd_slice(x, axis, 0, cut) };
    return kd_concat(part, 2, axis);
}

static kd_tensor *jittered(kd_step *s, const char *draw, kd_tensor *x)
{
    enum { MOST = 2 };
    kd_tensor *by = kd_integers(s, draw, KD_SHAPE(2), 2 * MOST + 1);
    if (kd_is_poisoned(by) || kd_ndim(x) != 4)
        return x;
    return rolled(rolled(x, 1, kd_i64s(by)[0] - MOST), 2, kd_i64s(by)[1] - MOST);
}

/* what the student sees, in both phases */
static void batch(kd_step *s, void *self)
{
    kd_replace_input(s, kd_detach(jittered(s, "shift", images(s, self))));
}

static kd_tensor *length(kd_tensor *x)
{
    return kd_sqrt(kd_sum(kd_square(x)));
}

/* |mean - running mean| + |variance - running variance| of what goes into one batch-norm */
static kd_tensor *mismatch(kd_layer *bn)
{
    kd_tensor *x = kd_batchnorm_input(bn);
    kd_tensor *rows = kd_reshape(x, KD_SHAPE(-1, kd_channels(x)));
    kd_shape c = KD_SHAPE(1, kd_channels(x));
    kd_tensor *mean = kd_reshape(kd_layer_tensor(bn, "running_mean"), c);
    kd_tensor *var = kd_reshape(kd_layer_tensor(bn, "running_var"), c);
    return kd_add(length(kd_sub(var, kd_var_axis(rows, 0, false))),
                  length(kd_sub(mean, kd_mean_axis(rows, 0))));
}

/* a frozen network's batch-norms, after a forward pass */
static kd_tensor *statistics(kd_net *net, kd_tensor *like)
{
    kd_tensor *sum = kd_zeros_like(like, KD_SHAPE(1));
    for (int i = 0, n = kd_net_batchnorms(net); i < n; i++)
        sum = kd_add(sum, mismatch(kd_net_batchnorm(net, i)));
    return sum;
}

/* neighbours' difference, the second one so much further down and right; N,H,W,C */
static kd_tensor *difference(kd_tensor *x, int64_t down, int64_t right)
{
    int64_t h = kd_dim(x, 1) - down, side = right < 0 ? -right : right, w = kd_dim(x, 2) - side;
    if (h < 1 || w < 1)
        return kd_zeros_like(x, KD_SHAPE(1));
    int64_t from = right < 0 ? side : 0, to = right < 0 ? 0 : side;
    kd_tensor *a = kd_slice(kd_slice(x, 1, 0, h), 2, from, from + w);
    kd_tensor *b = kd_slice(kd_slice(x, 1, down, down + h), 2, to, to + w);
    return length(kd_sub(a, b));
}

static kd_tensor *total_variation(kd_tensor *x)
{
    kd_tensor *straight = kd_add(difference(x, 0, 1), difference(x, 1, 0));
    return kd_add(straight, kd_add(difference(x, 1, 1), difference(x, 1, -1)));
}

static void invert_phase(kd_step *s, void *self)
{
    const struct deepinversion *m = self;
    kd_tensor *x = jittered(s, "jitter", images(s, m));
    kd_tensor *z = kd_net_forward(s->teacher->net, x).logits;
    if (m->onehot > 0)
        kd_term(s, "onehot", m->invert * m->onehot, kd_cross_entropy(z, targets(s, m)));
    if (m->bn > 0)
        kd_term(s, "bn", m->invert * m->bn, statistics(s->teacher->net, x));
    if (m->tv > 0)
        kd_term(s, "tv", m->invert * m->tv, total_variation(x));
    if (m->l2 > 0)
        kd_term(s, "l2", m->invert * m->l2, length(x));
}

/* pixels stay what pixels may be */
static void after(kd_step *s, void *self)
{
    const struct deepinversion *m = self;
    (void)s;
    kd_assign(m->images, kd_max(kd_min(kd_detach(m->images), m->high), m->low));
}

/* ---- distillation -------------------------------------------------------------------------- */

static void main_phase(kd_step *s, void *self)
{
    const struct deepinversion *m = self;
    kd_tensor *zs = s->student->logits;
    kd_tensor *zt = kd_net_forward(s->teacher->net, s->input).logits;
    kd_term(s, "kd", m->kd * m->T * m->T, kd_kl_logits(zs, zt, m->T));
    if (m->ce > 0)
        kd_term(s, "target", m->ce, kd_cross_entropy(zs, targets(s, m)));
}

static const kd_option options[] = {
    KD_INT(struct deepinversion, invert_epochs, 2, 1, 1000, "epochs that the images are made in"),
    KD_INT(struct deepinversion, count, 256, 1, 1 << 13, "images; the student sees no others"),
    KD_REAL(
        struct deepinversion, invert, 1, 0, 1e3,
        "weight of all of the images' loss (code: Adam at 0.1 with a learning rate of its own)"),
    KD_REAL(struct deepinversion, onehot, 1, 0, 1e3, "weight of the teacher's loss on the targets"),
    KD_REAL(struct deepinversion, bn, 10, 0, 1e4,
            "weight of the batch-norms' statistics (paper: 10, code for CIFAR: 100)"),
    KD_REAL(struct deepinversion, tv, 2.5e-5, 0, 1e3, "weight of the total variation"),
    KD_REAL(struct deepinversion, l2, 3e-8, 0, 1e3, "weight of the images' length (code: 0)"),
    KD_REAL(struct deepinversion, kd, 1, 0, 1e3, "weight of the teacher's labels on the images"),
    KD_REAL(struct deepinversion, T, 1, 0.1, 100, "their temperature"),
    KD_REAL(struct deepinversion, ce, 0, 0, 1e3, "weight of the images' targets for the student"),
    { 0 },
};

static const kd_phase phases[] = {
    { .name = "invert", .epochs = "invert_epochs", .train = KD_TRAIN_METHOD, .loss = invert_phase },
    { .name = "main", .train = KD_TRAIN_STUDENT, .loss = main_phase },
    { 0 },
};

KD_METHOD(
    deepinversion, .title = "DeepInversion",
    .notes =
        "For invert_epochs: onehot * CE(T(x), y) + bn * sum over the teacher's batch-norms of "
        "(|mean "
        "- running mean| + |variance - running variance|) of what goes into them + tv * lengths of "
        "the differences of neighbours in four directions + l2 * |x|; x: this batch's rows of "
        "`count` images, normal noise at first, shifted by up to 2 pixels round the edge; y: an "
        "image's number modulo classes. Then kd * T^2 * KL(softmax(zt/T) || softmax(zs/T)) on "
        "those "
        "images; the student never sees others, nor labels. Weights: the paper's for ImageNet; the "
        "code for CIFAR has bn = 100, l2 = 0, 256 images by 2000 steps of Adam at 0.1, batch after "
        "batch. Here the images are parameters under the sweep's optimiser, weight decay and all, "
        "seen count / batch steps apart: far fewer steps, so far below the plain student. Adaptive "
        "DeepInversion (competition with the student) is not here. The vectors hold the statistics "
        "of one batch-norm; the other parts follow the code's formulas. Measured (Fashion-MNIST, 6 "
        "epochs): 10 to 16 %, hardly more than chance. The images are seen some ten times each, "
        "the code's 2,000; this is the loss, proven, not a recipe for so short a run.",
    .cite = { .key = "yin2020",
              .authors = "Yin, Molchanov, Alvarez, Li, Mallya, Hoiem, Jha, Kautz",
              .title = "Dreaming to Distill: Data-Free Knowledge Transfer via DeepInversion",
              .venue = "CVPR",
              .year = 2020,
              .url = "https://arxiv.org/abs/1912.08795" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_SYNTHETIC,
    .category = "Algorithms/Adversarial", .need = KD_NEED_TEACHER_NET | KD_NEED_INDEX,
    .media = 1u << KD_IMAGE, .media_why = "it makes images",
    .self_size = sizeof(struct deepinversion), .options = options, .phases = phases, .setup = setup,
    .batch = batch, .after = after);
