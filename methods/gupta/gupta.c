/* Supervision transfer: a student of one kind of data learns to have the features that a teacher
 * has of the same thing in another, without labels; then it is trained for the task. */
#include <kd/method.h>

struct gupta {
    kd_real transfer, ce, beta;
    int transfer_epochs;
    kd_layer *map;
};

static void setup(kd_build *b, void *self)
{
    struct gupta *m = self;
    int64_t from = b->student.pooled.d[1], to = b->teacher.pooled.d[1];
    if (from != to)
        m->map = kd_linear_new(b->scope, "map", from, to);
}

static kd_tensor *mapped(const struct gupta *m, kd_tensor *f)
{
    return m->map ? kd_apply(m->map, f) : f;
}

/* squared distance, mean over the batch */
static kd_tensor *distance(const kd_step *s, const struct gupta *m)
{
    kd_tensor *off = kd_sub(mapped(m, s->student->pooled), s->teacher->pooled);
    return kd_mean(kd_sum_axis(kd_square(off), 1));
}

static void transfer_phase(kd_step *s, void *self)
{
    const struct gupta *m = self;
    kd_term(s, "transfer", m->transfer, distance(s, m));
}

static void main_phase(kd_step *s, void *self)
{
    const struct gupta *m = self;
    kd_label_term(s, m->ce, kd_cross_entropy(s->student->logits, s->label));
    if (m->beta > 0)
        kd_term(s, "transfer", m->beta, distance(s, m));
}

static void embed(kd_step *s, void *self, kd_tensor **zs, kd_tensor **zt)
{
    *zs = mapped(self, s->student->pooled);
    *zt = s->teacher->pooled;
}

static const kd_option options[] = {
    KD_INT(struct gupta, transfer_epochs, 1, 0, 1000,
           "epochs of the transfer phase, which has no labels"),
    KD_REAL(struct gupta, transfer, 1, 0, 1e4, "weight of the distance in the transfer phase"),
    KD_REAL(struct gupta, ce, 1, 0, 1e3, "weight of the label loss after it"),
    KD_REAL(struct gupta, beta, 0, 0, 1e4,
            "weight of the distance after the transfer phase (the paper: 0)"),
    { 0 },
};

static const kd_phase phases[] = {
    { .name = "transfer", .epochs = "transfer_epochs", .loss = transfer_phase },
    { .name = "main", .loss = main_phase },
    { 0 },
};

KD_METHOD(
    gupta, .title = "Supervision transfer",
    .notes =
        "Transfer phase: transfer * mean over the batch of |t(fs) - ft|^2, f: pooled features of "
        "the same samples in the two kinds of data. Then ce * CE(y, zs) + beta * the same. t: a "
        "linear map with bias, trained along, where the two have different widths; else nothing. "
        "The paper compares a layer in the middle of two equal networks (and says that t may be a "
        "convolution); of an image and of points only whole samples correspond, so it is the "
        "pooled vector here. How long the transfer lasts is the sweep's affair; the paper trains "
        "it to the end. No vectors of the authors' code exist: those here are derived from the "
        "paper's equation (derive.py).",
    .cite = { .key = "gupta2016",
              .authors = "Gupta, Hoffman, Malik",
              .title = "Cross Modal Distillation for Supervision Transfer",
              .venue = "CVPR",
              .year = 2016,
              .url = "https://arxiv.org/abs/1507.00448" },
    .scheme = KD_OFFLINE, .source = KD_FEATURE, .category = "Algorithms/Cross-modal",
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH |
             KD_PROP_SHIFT_LOGITS,
    .self_size = sizeof(struct gupta), .options = options, .phases = phases, .setup = setup,
    .embed = embed);
