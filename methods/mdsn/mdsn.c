/* Modality distillation: a hallucination stream that gives a missing kind of data's features from
 * the one that is there, and what its network says. */
#include <kd/method.h>

enum { PAPER, AUTHORS_CODE };

struct mdsn {
    kd_real alpha, lambda, hall, T;
    int variant;
    kd_layer *map;
};

static void setup(kd_build *b, void *self)
{
    struct mdsn *m = self;
    int64_t from = b->student.pooled.d[1], to = b->teacher.pooled.d[1];
    if (from != to)
        m->map = kd_linear_new(b->scope, "map", from, to);
}

static kd_tensor *mapped(const struct mdsn *m, kd_tensor *f)
{
    return m->map ? kd_apply(m->map, f) : f;
}

/* of features squeezed into 0..1: squared distance, mean over the batch */
static kd_tensor *hallucination(const kd_step *s, const struct mdsn *m)
{
    kd_tensor *fs = kd_sigmoid(mapped(m, s->student->pooled));
    kd_tensor *off = kd_sub(fs, kd_sigmoid(s->teacher->pooled));
    return kd_mean(kd_sum_axis(kd_square(off), 1));
}

static kd_tensor *imitation(const kd_step *s, const struct mdsn *m)
{
    kd_tensor *zs = s->student->logits;
    kd_tensor *p = kd_softmax(kd_scale(s->teacher->logits, 1 / m->T));
    return kd_soft_cross_entropy(p,
                                 kd_log_softmax(m->variant == PAPER ? zs : kd_scale(zs, 1 / m->T)));
}

static void loss(kd_step *s, void *self)
{
    const struct mdsn *m = self;
    kd_real classes = 1 - m->alpha;

    kd_label_term(s, classes * (1 - m->lambda), kd_cross_entropy(s->student->logits, s->label));
    kd_term(s, "imitation", classes * m->lambda, imitation(s, m));
    kd_term(s, "hallucination", m->alpha * m->hall, hallucination(s, m));
}

static void embed(kd_step *s, void *self, kd_tensor **zs, kd_tensor **zt)
{
    *zs = mapped(self, s->student->pooled);
    *zt = s->teacher->pooled;
}

static const char *const variants[] = { "paper", "authors_code", NULL };

static const kd_option options[] = {
    KD_REAL(struct mdsn, alpha, 0.5, 0, 1,
            "share of the feature loss; the rest is for labels and the teacher's softened ones"),
    KD_REAL(struct mdsn, lambda, 0.5, 0, 1, "share of the softened labels in that rest"),
    KD_REAL(struct mdsn, hall, 1, 0, 1e4, "weight of the feature loss within its share"),
    KD_REAL(struct mdsn, T, 10, 0.1, 100, "temperature of the teacher's labels"),
    KD_CHOICE(struct mdsn, variant, AUTHORS_CODE, variants,
              "authors_code: the student's softmax has the same temperature; paper: it has none"),
    { 0 },
};

KD_METHOD(
    mdsn, .title = "Modality distillation (hallucination)",
    .notes =
        "(1 - alpha) * [(1 - lambda) * CE(y, zs) + lambda * CE(softmax(zt/T), zs/T)] + alpha * "
        "hall "
        "* mean over the batch of |sigmoid(t(fs)) - sigmoid(ft)|^2, f: pooled features; CE: mean "
        "over the batch, no T^2. Variant paper, after generalised distillation: the student's "
        "logits are not divided by T. t: a linear map where widths differ; the authors' streams "
        "are equal networks, compared at the last map. Their code sums the feature loss over batch "
        "and map and weighs it 0.01. Their first two stages (each stream alone, then both, with "
        "the student's beginning as a copy of the teacher's stream) need equal networks; the "
        "teacher is trained alone here. The authors' code is TensorFlow 1: the vectors are derived "
        "from its formulas (derive.py).",
    .cite = { .key = "garcia2018",
              .authors = "Garcia, Morerio, Murino",
              .title = "Modality Distillation with Multiple Stream Networks for Action Recognition",
              .venue = "ECCV",
              .year = 2018,
              .url = "https://arxiv.org/abs/1806.07110" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_FEATURE, .category = "Algorithms/Cross-modal",
    .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct mdsn), .options = options, .setup = setup, .loss = loss,
    .embed = embed);
