/* Knowledge distillation: match the teacher's softened class probabilities. */
#include <kd/method.h>

struct kd {
    kd_real ce, kd, T;
};

static void loss(kd_step *s, void *self)
{
    const struct kd *o = self;
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits;

    kd_label_term(s, o->ce, kd_cross_entropy(zs, s->label));
    kd_term(s, "kd", o->kd * o->T * o->T, kd_kl_logits(zs, zt, o->T));
}

static const kd_option options[] = {
    KD_REAL(struct kd, ce, 0.1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct kd, kd, 0.9, 0, 1e3, "weight of the teacher loss"),
    KD_REAL(struct kd, T, 4, 0.1, 100, "temperature of both softmaxes"),
    { 0 },
};

KD_METHOD(
    kd, .title = "Knowledge distillation",
    .notes =
        "ce * CE(y, zs) + kd * T^2 * KL(softmax(zt/T) || softmax(zs/T)). KL: sum over classes, "
        "mean over the batch. Weights and T as RepDistiller; the paper leaves them open.",
    .cite = { .key = "hinton2015",
              .authors = "Hinton, Vinyals, Dean",
              .title = "Distilling the Knowledge in a Neural Network",
              .venue = "arXiv",
              .year = 2015,
              .url = "https://arxiv.org/abs/1503.02531" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE, .category = "Sources/Logit",
    .need = KD_NEED_LOGITS,
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS |
             KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct kd), .options = options, .loss = loss);
