/* USKD: a classifier learns from soft labels that its own outputs and a weak head's order. */
#include <kd/method.h>

enum { PAPER, AUTHORS_CODE };

struct uskd {
    kd_real ce, alpha, beta, mu;
    int variant;
    kd_layer *fc;
};

/* the last stage but one, or the only one */
static const kd_tap *middle(const kd_tap *tap, int ntap)
{
    const kd_tap *last = NULL, *before = NULL;
    for (int i = 0; i < ntap; i++)
        if (tap[i].kind == KD_TAP_STAGE) {
            before = last;
            last = &tap[i];
        }
    return before ? before : last;
}

static void setup(kd_build *b, void *self)
{
    struct uskd *m = self;
    const kd_tap *tap = middle(b->student.tap, b->student.ntap);
    if (!tap) {
        kd_not_applicable("it reads a stage in the middle of the student, which has no stages");
        return;
    }
    m->fc = kd_linear_new(b->scope, "fc", kd_channels(tap->x), b->student.logits.d[1]);
}

static kd_tensor *weak_logits(const kd_step *s, const struct uskd *m)
{
    kd_tensor *f = middle(s->student->tap, s->student->ntap)->x;
    return kd_apply(m->fc, kd_ndim(f) == 4 ? kd_global_avg_pool(f) : f);
}

/* the label's class against a soft label of its own: p^2 + 1 - mean over the batch of p^2 */
static kd_tensor *target_loss(kd_tensor *z, kd_tensor *label)
{
    kd_tensor *square = kd_square(kd_pick(kd_softmax(z), label));
    kd_tensor *soft = kd_detach(kd_shift(kd_sub(square, kd_mean_axis(square, 0)), 1));
    return kd_mean(kd_mul(soft, kd_cross_entropy_rows(z, label)));
}

/* cross entropy with labels smoothed by 0.1 */
static kd_tensor *weak_loss(kd_tensor *w, kd_tensor *label)
{
    int64_t classes = kd_channels(w);
    kd_tensor *hard = kd_scale(kd_one_hot(w, label, classes), (kd_real)0.9);
    return kd_soft_cross_entropy(kd_shift(hard, (kd_real)(0.1 / (double)classes)),
                                 kd_log_softmax(w));
}

/* what the label's class leaves to each: x / (1 - x[label] + 1e-6) */
static kd_tensor *share(kd_tensor *x, kd_tensor *label)
{
    return kd_div(x, kd_shift(kd_neg(kd_pick(x, label)), (kd_real)(1 + 1e-6)));
}

/* N,C: 1/1, 1/2, ... from the row's largest value to its least; the first of equals first */
static kd_tensor *zipf(kd_tensor *score)
{
    kd_tensor *out = kd_zeros_like(score, kd_shape_of(score));
    if (kd_is_poisoned(score))
        return score;
    int64_t rows = kd_rows(score), c = kd_channels(score);
    for (int64_t n = 0; n < rows; n++) {
        const kd_real *x = kd_reals(score) + n * c;
        for (int64_t i = 0; i < c; i++) {
            int64_t before = 0;
            for (int64_t k = 0; k < c; k++)
                before += x[k] > x[i] || (x[k] == x[i] && k < i);
            kd_reals(out)[n * c + i] = 1 / (kd_real)(before + 1);
        }
    }
    return out;
}

/* the other classes among themselves, against Zipf's law in the order of both heads' outputs */
static kd_tensor *non_target_loss(kd_tensor *z, kd_tensor *w, kd_tensor *label, int variant)
{
    kd_tensor *own = variant == PAPER ? kd_softmax(z) : kd_log_softmax(z);
    kd_tensor *score = kd_add(share(kd_softmax(w), label), share(own, label));
    kd_tensor *is_label = kd_one_hot(z, label, kd_channels(z));
    kd_tensor *law = kd_mul(zipf(kd_detach(score)), kd_shift(kd_neg(is_label), 1));
    kd_tensor *soft = kd_div(law, kd_sum_axis(law, 1));
    return kd_soft_cross_entropy(soft, kd_log_softmax(kd_sub(z, kd_scale(is_label, 1e30f))));
}

static void loss(kd_step *s, void *self)
{
    const struct uskd *m = self;
    kd_tensor *z = s->student->logits, *w = weak_logits(s, m);

    kd_label_term(s, m->ce, kd_cross_entropy(z, s->label));
    kd_term(s, "target", m->alpha, target_loss(z, s->label));
    kd_term(s, "non_target", m->beta, non_target_loss(z, w, s->label, m->variant));
    kd_term(s, "weak", m->mu, weak_loss(w, s->label));
}

static const char *const variants[] = { "paper", "authors_code", NULL };

static const kd_option options[] = {
    KD_REAL(struct uskd, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct uskd, alpha, 1, 0, 1e3, "weight of the soft label of the label's class"),
    KD_REAL(struct uskd, beta, 0.1, 0, 1e3, "weight of the soft labels of the other classes"),
    KD_REAL(struct uskd, mu, 0.005, 0, 1e3, "weight of the weak head's label loss"),
    KD_CHOICE(struct uskd, variant, PAPER, variants,
              "paper: the order of the other classes is that of both heads' probabilities; "
              "authors_code: of the weak head's probabilities and the student's log-probabilities"),
    { 0 },
};

KD_METHOD(
    uskd, .title = "Universal self-knowledge distillation",
    .notes =
        "ce * CE(y, z) + alpha * mean of -(p[y]^2 + 1 - mean of p[y]^2) log p[y] + beta * mean of "
        "-sum over c != y of q[c] log n[c] + mu * CE(y smoothed by 0.1, w). p = softmax(z); n: "
        "softmax of z without y; w: a linear head on the pooled last stage but one; soft labels "
        "are constant; means over the batch. q: 1/rank over all classes, scaled to sum to 1 "
        "without y; rank by w'[c]/(1 - w'[y] + 1e-6) + p[c]/(1 - p[y] + 1e-6), w' = softmax(w). "
        "The authors' code has log p in place of p in the rank, by an overwritten variable.",
    .cite = { .key = "yang2023",
              .authors = "Yang, Zeng, Li, Zhang, Yuan, Li",
              .title = "From Knowledge Distillation to Self-Knowledge Distillation: A Unified "
                       "Approach with Normalized Loss and Customized Soft Labels",
              .venue = "ICCV",
              .year = 2023,
              .url = "https://arxiv.org/abs/2303.13005" },
    .scheme = KD_SELF, .source = KD_RESPONSE, .category = "Schemes/Self", .need = KD_NEED_LABELS,
    .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct uskd), .options = options, .setup = setup, .loss = loss);
