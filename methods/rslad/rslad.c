/* Robust soft label adversarial distillation: the teacher's labels in every place, in the attack
 * too. */
#include <kd/method.h>

enum { PAPER, AUTHORS_CODE };

struct rslad {
    kd_real ce, weight, alpha, eps, step_size, start;
    int steps, variant;
    const kd_pixel *pixel;
};

static void setup(kd_build *b, void *self)
{
    struct rslad *m = self;
    m->pixel = b->pixel;
}

static kd_tensor *soft_loss(kd_tensor *x, void *user)
{
    const kd_step *s = user;
    return kd_kl_logits(kd_net_evaluate(s->student->net, x).logits, s->teacher->logits, 1);
}

static kd_tensor *attacked(kd_step *s, const struct rslad *o)
{
    kd_attack how = { o->eps, o->step_size, o->steps, o->pixel };
    kd_tensor *noise = kd_normal(s, "start", kd_shape_of(s->input));
    return kd_pgd(s->input, kd_scale(noise, o->start), how, soft_loss, s);
}

/* paper: KL(pt || ps), mean over the batch; code: log(pt + 1e-5) for log pt, mean over classes too
 */
static kd_tensor *divergence(kd_tensor *zs, kd_tensor *zt, int variant)
{
    if (variant == PAPER)
        return kd_kl_logits(zs, zt, 1);
    kd_tensor *pt = kd_softmax(zt), *log_pt = kd_log(kd_shift(pt, (kd_real)1e-5));
    return kd_mean(kd_mul(pt, kd_sub(log_pt, kd_log_softmax(zs))));
}

static void loss(kd_step *s, void *self)
{
    const struct rslad *o = self;
    kd_tensor *zt = s->teacher->logits;
    kd_tensor *z = kd_net_forward(s->student->net, attacked(s, o)).logits;

    if (o->ce > 0)
        kd_label_term(s, o->ce, kd_cross_entropy(s->student->logits, s->label));
    kd_term(s, "robust", o->weight * o->alpha, divergence(z, zt, o->variant));
    kd_term(s, "clean", o->weight * (1 - o->alpha), divergence(s->student->logits, zt, o->variant));
}

static const char *const variants[] = { "paper", "authors_code", NULL };

static const kd_option options[] = {
    KD_REAL(struct rslad, ce, 0, 0, 1e3,
            "weight of the label loss on clean images (the paper has none)"),
    KD_REAL(struct rslad, weight, 1, 0, 1e3, "weight of both parts that distil"),
    KD_REAL(struct rslad, alpha, 5.0 / 6, 0, 1,
            "share of the part on attacked images, the rest is on clean ones"),
    KD_REAL(struct rslad, eps, 8.0 / 255, 0, 1, "the most that a pixel of 0..1 may change"),
    KD_REAL(struct rslad, step_size, 2.0 / 255, 0, 1,
            "what a step changes it by, of pixels of 0..1"),
    KD_REAL(struct rslad, start, 0.001, 0, 1,
            "deviation of the noise that the attack begins with, of pixels of 0..1"),
    KD_INT(struct rslad, steps, 10, 1, 40, "steps of the attack: each costs a pass of the student"),
    KD_CHOICE(struct rslad, variant, PAPER, variants,
              "paper: KL summed over the classes; authors_code: mean over them, log(pt + 1e-5)"),
    { 0 },
};

KD_METHOD(
    rslad, .title = "Robust soft label adversarial distillation",
    .notes =
        "ce * CE(y, zs(x)) + weight * (alpha * KL(pt(x) || ps(x')) + (1 - alpha) * KL(pt(x) || "
        "ps(x))), T = 1, sum "
        "over classes, mean over the batch. x': PGD on KL(pt(x) || ps(x')) of the student as it is "
        "evaluated, from x + start * normal noise, `steps` times x' + step_size * sign of the "
        "slope, kept within eps of x and within 0..1; eps, step_size and start are of pixels of "
        "0..1, divided by each channel's deviation, since inputs are normalised. The code takes "
        "the mean over classes too (1/classes of the paper's) and log(pt + 1e-5), which moves the "
        "value, not the gradient. It trades accuracy on clean images for that on attacked ones, "
        "and the paper's teachers are trained adversarially. No authors' vectors: derive.py "
        "computes them with torch's own operators in double precision, on a linear student.",
    .cite = { .key = "zi2021",
              .authors = "Zi, Zhao, Ma, Jiang",
              .title = "Revisiting Adversarial Robustness Distillation: Robust Soft Labels Make "
                       "Student Better",
              .venue = "ICCV",
              .year = 2021,
              .url = "https://arxiv.org/abs/2108.07969" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE, .category = "Algorithms/Adversarial",
    .need = KD_NEED_LOGITS, .media = 1u << KD_IMAGE | 1u << KD_POINTS,
    .media_why = "an attack moves inputs by small steps", .self_size = sizeof(struct rslad),
    .options = options, .setup = setup, .loss = loss);
