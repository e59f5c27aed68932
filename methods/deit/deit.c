/* DeiT: the student's distillation token learns from the teacher, its class token from labels. */
#include <kd/method.h>

enum { HARD, SOFT };

struct deit {
    kd_real alpha, tau;
    int type;
};

static void setup(kd_build *b, void *self)
{
    (void)self;
    if (!kd_side_get(&b->student, "logits_dist"))
        kd_not_applicable("the student has no distillation token");
}

/* KL(softmax(zt/tau) || softmax(zs/tau)) tau^2, the mean over all elements */
static kd_tensor *soft(const struct deit *d, kd_tensor *zs, kd_tensor *zt)
{
    kd_real weight = d->tau * d->tau / (kd_real)kd_channels(zs);
    return kd_scale(kd_kl_logits(zs, zt, d->tau), weight);
}

static void loss(kd_step *s, void *self)
{
    const struct deit *d = self;
    kd_tensor *zs = kd_view_get(s->student, "logits_dist"), *zt = s->teacher->logits;
    kd_tensor *distil = d->type == HARD ? kd_cross_entropy(zs, kd_argmax(zt)) : soft(d, zs, zt);

    kd_label_term(s, 1 - d->alpha, kd_cross_entropy(s->student->logits, s->label));
    kd_term(s, "deit", d->alpha, distil);
}

static kd_tensor *predict(kd_step *s, void *self)
{
    (void)self;
    kd_tensor *both = kd_add(s->student->logits, kd_view_get(s->student, "logits_dist"));
    return kd_scale(both, (kd_real)0.5);
}

static const char *const types[] = { "hard", "soft", NULL };

static const kd_option options[] = {
    KD_CHOICE(
        struct deit, type, HARD, types,
        "hard: the distillation token learns the teacher's decision; soft: its probabilities"),
    KD_REAL(struct deit, alpha, 0.5, 0, 1,
            "weight of the distillation term; the label loss has 1 - alpha"),
    KD_REAL(struct deit, tau, 1, 0.1, 100,
            "soft: the temperature (1 in the authors' code, 3 in the paper)"),
    { 0 },
};

KD_METHOD(
    deit, .title = "DeiT: distillation through attention",
    .notes =
        "(1 - alpha) CE(y, z_class) + alpha D(z_dist, zt), z_class and z_dist the heads of the "
        "student's class token and of its distillation token. hard: D = CE(argmax zt, z_dist). "
        "soft: D = tau^2 / (N C) * sum of KL(softmax(zt/tau) || softmax(z_dist/tau)): the authors' "
        "code takes the mean over batch and classes (batch alone in the paper's equation). What is "
        "scored is the mean of both heads' logits. The student is a vit with distil = true.",
    .cite = { .key = "touvron2021deit",
              .authors = "Touvron, Cord, Douze, Massa, Sablayrolles, Jegou",
              .title =
                  "Training data-efficient image transformers & distillation through attention",
              .venue = "ICML",
              .year = 2021,
              .url = "https://arxiv.org/abs/2012.12877" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE,
    .category = "Applications/Foundation Models/Prominent Foundation Models",
    .need = KD_NEED_LOGITS,
    .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct deit), .options = options, .setup = setup, .loss = loss,
    .predict = predict);
