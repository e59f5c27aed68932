/* Adversarially robust distillation: on attacked images the student says what the teacher says of
 * clean ones. */
#include <kd/method.h>

enum { PAPER, AUTHORS_CODE };

struct ard {
    kd_real alpha, T, eps, step_size;
    int steps, variant;
    const kd_pixel *pixel;
};

static void setup(kd_build *b, void *self)
{
    struct ard *m = self;
    m->pixel = b->pixel;
}

/* what the attack climbs */
struct target {
    kd_net *net;
    kd_tensor *label;
    bool training; /* batch-norm takes the batch's statistics, as in the authors' code */
};

static kd_tensor *label_loss(kd_tensor *x, void *user)
{
    const struct target *t = user;
    kd_view v = t->training ? kd_net_forward(t->net, x) : kd_net_evaluate(t->net, x);
    return kd_cross_entropy(v.logits, t->label);
}

static kd_tensor *attacked(kd_step *s, const struct ard *o)
{
    struct target t = { s->student->net, s->label, o->variant == AUTHORS_CODE };
    kd_attack how = { o->eps, o->step_size, o->steps, o->pixel };
    kd_tensor *u = kd_uniform(s, "start", kd_shape_of(s->input)); /* noise within +-eps */
    return kd_pgd(s->input, kd_scale(kd_shift(u, -0.5f), 2 * o->eps), how, label_loss, &t);
}

static void loss(kd_step *s, void *self)
{
    const struct ard *o = self;
    kd_tensor *z = kd_net_forward(s->student->net, attacked(s, o)).logits;
    kd_real share = o->variant == PAPER ? 1 : 1 / (kd_real)kd_channels(s->teacher->logits);

    kd_label_term(s, 1 - o->alpha, kd_cross_entropy(s->student->logits, s->label));
    kd_term(s, "robust", o->alpha * o->T * o->T * share, kd_kl_logits(z, s->teacher->logits, o->T));
}

static const char *const variants[] = { "paper", "authors_code", NULL };

static const kd_option options[] = {
    KD_REAL(struct ard, alpha, 1, 0, 1,
            "weight of the teacher's labels on attacked images; the rest is the label loss's on "
            "clean ones"),
    KD_REAL(struct ard, T, 30, 0.1, 100, "temperature of both softmaxes"),
    KD_REAL(struct ard, eps, 8.0 / 255, 0, 1, "the most that a pixel of 0..1 may change"),
    KD_REAL(struct ard, step_size, 2.0 / 255, 0, 1, "what a step changes it by, of pixels of 0..1"),
    KD_INT(struct ard, steps, 10, 1, 40, "steps of the attack: each costs a pass of the student"),
    KD_CHOICE(struct ard, variant, PAPER, variants,
              "paper: KL summed over the classes, attack on the student as it is evaluated; "
              "authors_code: mean over the classes, and the attack sees the batch's statistics"),
    { 0 },
};

KD_METHOD(
    ard, .title = "Adversarially robust distillation",
    .notes =
        "alpha * T^2 * KL(softmax(zt(x)/T) || softmax(zs(x')/T)) + (1 - alpha) * CE(y, zs(x)); KL: "
        "sum over classes, mean over the batch. x': PGD on the student's cross-entropy, from x + "
        "noise drawn evenly within +-eps, `steps` times x' + step_size * sign of the slope, kept "
        "within eps of x and within 0..1. eps and step_size are of pixels of 0..1; the inputs are "
        "normalised, so each channel's are divided by its deviation. The code's KL is torch's "
        "`mean`: over the classes too, 1/classes of the paper's; and its attack runs the student "
        "in training mode, batch statistics and all. It trades accuracy on clean images for that "
        "on attacked ones: below the plain student on the former is what the paper reports too, "
        "and its teachers are trained adversarially. No authors' vectors: derive.py computes them "
        "with torch's own operators in double precision, on a linear student.",
    .cite = { .key = "goldblum2020",
              .authors = "Goldblum, Fowl, Feizi, Goldstein",
              .title = "Adversarially Robust Distillation",
              .venue = "AAAI",
              .year = 2020,
              .url = "https://arxiv.org/abs/1905.09747" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE, .category = "Algorithms/Adversarial",
    .need = KD_NEED_LABELS | KD_NEED_LOGITS, .props = KD_PROP_NONNEGATIVE,
    .media = 1u << KD_IMAGE | 1u << KD_POINTS, .media_why = "an attack moves inputs by small steps",
    .self_size = sizeof(struct ard), .options = options, .setup = setup, .loss = loss);
