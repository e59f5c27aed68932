/* Joint graph entropy: classes are nodes, and how probable two of them are together is an edge; the
 * student's graph of each cloud learns to be the teacher's. */
#include <math.h>
#include <kd/method.h>

enum { PAPER, AUTHORS_CODE };

struct jgekd {
    kd_real ce, kd, target, others, T, warmup;
    int variant;
};

static kd_real warm(const kd_step *s, kd_real warmup)
{
    kd_real done = (kd_real)(s->epoch + 1), all = warmup * (kd_real)s->nepochs;
    return done < all ? done / all : 1;
}

/* x log x, 0 for 0 */
static kd_tensor *xlogx(kd_tensor *x)
{
    return kd_mul(x, kd_log(kd_clamp(x, (kd_real)1e-30, 1)));
}

/* Two bins of the graphs A = p p' / C: the label's edge with itself, and all others over C. KL of
 * them, where the student's second is the sum of its edges' logarithms over C; mean over the batch
 */
static kd_tensor *target_part(kd_tensor *zs, kd_tensor *zt, kd_tensor *label)
{
    kd_real classes = (kd_real)kd_channels(zs), log_classes = (kd_real)log((double)classes);
    kd_tensor *log_q = kd_log_softmax(zs), *p = kd_square(kd_pick(kd_softmax(zt), label));
    kd_tensor *own = kd_scale(p, 1 / classes);
    kd_tensor *rest = kd_scale(kd_shift(kd_neg(p), 1), 1 / (classes * classes));

    kd_tensor *log_own = kd_shift(kd_scale(kd_pick(log_q, label), 2), -log_classes);
    kd_tensor *all =
        kd_shift(kd_scale(kd_sum_axis(log_q, 1), 2 * classes), -classes * classes * log_classes);
    kd_tensor *log_rest = kd_scale(kd_sub(all, log_own), 1 / classes);

    kd_tensor *negative_entropy = kd_add(xlogx(own), xlogx(rest));
    kd_tensor *cross = kd_add(kd_mul(own, log_own), kd_mul(rest, log_rest));
    return kd_mean(kd_sub(negative_entropy, cross));
}

/* log(-log q): what the authors' graph is made of; nothing where q is 1 */
static kd_tensor *log_surprise(kd_tensor *log_q)
{
    return kd_log(kd_clamp(kd_neg(log_q), (kd_real)1e-12, (kd_real)1e30));
}

/* Cross entropy of the graphs among the other classes, over C^2: the logarithm of an edge is the
 * sum of its nodes', so that all pairs come to twice the nodes' cross entropy, and log C */
static kd_tensor *others_part(kd_tensor *zs, kd_tensor *zt, kd_tensor *label, int variant)
{
    double classes = (double)kd_channels(zs);
    kd_tensor *log_q = kd_log_softmax(kd_others(zs, label));
    kd_tensor *node = variant == PAPER ? log_q : log_surprise(log_q);
    kd_tensor *nodes = kd_soft_cross_entropy(kd_softmax(kd_others(zt, label)), node);
    return kd_scale(kd_shift(kd_scale(nodes, 2), (kd_real)log(classes)),
                    (kd_real)(1 / (classes * classes)));
}

static void loss(kd_step *s, void *self)
{
    const struct jgekd *o = self;
    kd_tensor *zs = kd_scale(s->student->logits, 1 / o->T);
    kd_tensor *zt = kd_scale(s->teacher->logits, 1 / o->T);
    kd_real weight = o->kd * warm(s, o->warmup);

    kd_label_term(s, o->ce, kd_cross_entropy(s->student->logits, s->label));
    kd_term(s, "target", weight * o->target * o->T * o->T, target_part(zs, zt, s->label));
    kd_term(s, "others", weight * o->others, others_part(zs, zt, s->label, o->variant));
}

static const char *const variants[] = { "paper", "authors_code", NULL };

static const kd_option options[] = {
    KD_REAL(struct jgekd, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct jgekd, kd, 1, 0, 1e3, "weight of both parts"),
    KD_REAL(struct jgekd, target, 1, 0, 1e3, "weight of the label's part within them"),
    KD_REAL(struct jgekd, others, 8, 0, 1e3, "weight of the other classes' part within them"),
    KD_REAL(struct jgekd, T, 4, 0.1, 100, "temperature of both softmaxes"),
    KD_REAL(struct jgekd, warmup, 5.0 / 250, 0, 1,
            "share of the run over which both weights rise (the authors: 5 of 250 epochs)"),
    KD_CHOICE(struct jgekd, variant, PAPER, variants,
              "paper: edges are products of probabilities; authors_code: among the other classes "
              "the student's are products of log-probabilities"),
    { 0 },
};

KD_METHOD(
    jgekd, .title = "Joint graph entropy knowledge distillation",
    .notes =
        "ce * CE(y, zs) + kd * w * (target * T^2 * KL2 + others * H). A graph of a sample: A_ij = "
        "p_i p_j / C, p = softmax(z/T). KL2 = sum of t (log t - l) over two bins: t = At_yy and "
        "(sum of the other At) / C, l = log As_yy and (sum of the other log As) / C. H = -(1/C) "
        "sum of At log As with p = softmax over the classes but y. Mean over the batch; w = "
        "min((epoch + 1) / (warmup * epochs), 1). H is a cross entropy: not 0 when student and "
        "teacher are equal. The authors' code multiplies log-probabilities in H's As, so that it "
        "falls where the student believes less in what the teacher believes in; they mention "
        "exploding gradients. Their labels are smoothed by 0.1, here not. In the paper teacher and "
        "student see two transformations or corruptions of one cloud, or the student is its own "
        "teacher; here both see the same. Code of the loss was published, but not as one that "
        "runs: the vectors are derived from its formulas (derive.py).",
    .cite = { .key = "tian2024",
              .authors = "Tian, Li, Hu, Deng",
              .title = "Joint graph entropy knowledge distillation for point cloud classification "
                       "and robustness against corruptions",
              .venue = "Information Sciences",
              .year = 2024,
              .url = "https://arxiv.org/abs/2509.22150" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_RELATION,
    .category = "Modalities/3D Input/Shape Classification", .need = KD_NEED_LABELS | KD_NEED_LOGITS,
    .props = KD_PROP_SHIFT_LOGITS | KD_PROP_PERMUTE_BATCH, .self_size = sizeof(struct jgekd),
    .options = options, .loss = loss);
