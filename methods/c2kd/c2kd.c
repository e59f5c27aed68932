/* Customised cross-modal distillation: proxies on both networks' features meet in the middle, and
 * only where they rank classes alike. */
#include <math.h>
#include <kd/method.h>

enum { PAPER, AUTHORS_CODE };

typedef struct proxy {
    kd_layer *fc1, *bn, *fc2;
} proxy;

struct c2kd {
    kd_real ce, proxies, cross, krc;
    int variant;
    proxy s, t;
};

static proxy new_proxy(kd_build *b, const char *name, kd_shape pooled)
{
    kd_scope *in = kd_scope_new(b->scope, name);
    int64_t width = pooled.d[1];
    return (proxy){ kd_linear_nobias_new(in, "fc1", width, width),
                    kd_batchnorm_new(in, "bn", width),
                    kd_linear_new(in, "fc2", width, b->nclasses) };
}

static void setup(kd_build *b, void *self)
{
    struct c2kd *m = self;
    m->s = new_proxy(b, "student", b->student.pooled);
    m->t = new_proxy(b, "teacher", b->teacher.pooled);
}

/* pooled features -> logits */
static kd_tensor *say(const proxy *p, kd_tensor *f)
{
    return kd_apply(p->fc2, kd_apply_bn_act(p->bn, kd_apply(p->fc1, f), NULL, KD_ACT_LEAKY));
}

/* Kendall's rank correlation, tau-b; -2 where one of the two says nothing */
static double kendall(const kd_real *a, const kd_real *b, int64_t n)
{
    double alike = 0, pairs_a = 0, pairs_b = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) {
            int da = (a[i] > a[j]) - (a[i] < a[j]), db = (b[i] > b[j]) - (b[i] < b[j]);
            alike += da * db;
            pairs_a += da != 0;
            pairs_b += db != 0;
        }
    return pairs_a > 0 && pairs_b > 0 ? alike / sqrt(pairs_a * pairs_b) : -2;
}

/* N,1: 1 where the two rank a sample's classes alike */
static kd_tensor *selected(kd_tensor *zs, kd_tensor *zt, kd_real krc)
{
    int64_t n = kd_rows(zs), classes = kd_channels(zs);
    kd_tensor *mask = kd_zeros_like(zs, KD_SHAPE(n, 1));
    for (int64_t i = 0; i < n && !kd_is_poisoned(mask); i++) {
        double tau = kendall(kd_reals(zs) + i * classes, kd_reals(zt) + i * classes, classes);
        kd_reals(mask)[i] = tau > (double)krc;
    }
    return mask;
}

/* the classes but the label's; authors_code: all of them, the label's logit 0 */
static kd_tensor *non_target(kd_tensor *z, kd_tensor *label, int variant)
{
    if (variant == PAPER)
        return kd_others(z, label);
    kd_tensor *own = kd_one_hot(z, label, kd_channels(z));
    return kd_mul(z, kd_shift(kd_neg(own), 1));
}

static kd_tensor *masked_kl(kd_tensor *learner, kd_tensor *source, kd_tensor *mask)
{
    return kd_mean(kd_mul(mask, kd_kl_rows(learner, kd_detach(source), 1)));
}

static void loss(kd_step *s, void *self)
{
    const struct c2kd *m = self;
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits;
    kd_tensor *ps = say(&m->s, s->student->pooled), *pt = say(&m->t, s->teacher->pooled);
    if (kd_is_poisoned(ps) || kd_is_poisoned(pt))
        return;
    kd_tensor *ns = non_target(ps, s->label, m->variant),
              *nt = non_target(pt, s->label, m->variant);
    kd_tensor *mask = m->variant == PAPER ? selected(ns, nt, m->krc) : selected(ps, pt, m->krc);

    kd_label_term(s, m->ce, kd_cross_entropy(zs, s->label));
    kd_term(s, "student_proxy", m->proxies, kd_kl_logits(ps, kd_detach(zs), 1));
    kd_term(s, "student", m->proxies, kd_kl_logits(zs, kd_detach(ps), 1));
    kd_term(s, "teacher_proxy", m->proxies, kd_kl_logits(pt, zt, 1));
    kd_term(s, "cross", m->cross, masked_kl(ns, nt, mask));
    kd_term(s, "cross", m->cross, masked_kl(nt, ns, mask));
}

static const char *const variants[] = { "paper", "authors_code", NULL };

static const kd_option options[] = {
    KD_REAL(struct c2kd, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct c2kd, proxies, 1, 0, 1e3,
            "weight of what each network and its own proxy learn from each other"),
    KD_REAL(struct c2kd, cross, 1, 0, 1e3, "weight of what the two proxies learn from each other"),
    KD_REAL(struct c2kd, krc, 0, -1, 1,
            "rank correlation of the two proxies above which a sample counts"),
    KD_CHOICE(struct c2kd, variant, PAPER, variants,
              "paper: correlation and KL of the classes but the label's; authors_code: correlation "
              "of all classes, and in the KL the label's logit is 0 instead of left out"),
    { 0 },
};

KD_METHOD(
    c2kd, .title = "Customised cross-modal distillation",
    .notes =
        "ce * CE(y, zs) + proxies * [KL(zs || ps) + KL(ps || zs) + KL(zt || pt)] + cross * mean of "
        "mask * [KL'(pt || ps) + KL'(ps || pt)]; KL(a || b) of softmax(a) and softmax(b), the "
        "first "
        "held constant, sum over classes, mean over the batch, no temperature. Proxies ps, pt: "
        "linear, batch-norm, leaky ReLU (0.1), linear, of the pooled features. KL': of the classes "
        "but the label's. mask: 1 where Kendall's tau-b of the two proxies' logits is above krc. "
        "The authors tune the teacher along (its label loss, and KL(pt || zt)); here it stays as "
        "it is and its proxy alone moves. No vectors of the authors' code exist: those here are "
        "derived from its formulas (derive.py).",
    .cite = { .key = "huo2024",
              .authors = "Huo, Xu, Guo, Wang, Guo",
              .title = "C2KD: Bridging the Modality Gap for Cross-Modal Knowledge Distillation",
              .venue = "CVPR",
              .year = 2024,
              .url = "https://openaccess.thecvf.com/content/CVPR2024/html/"
                     "Huo_C2KD_Bridging_the_Modality_Gap_for_Cross-Modal_Knowledge_Distillation_"
                     "CVPR_2024_paper.html" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_RELATION, .category = "Algorithms/Cross-modal",
    .need = KD_NEED_LABELS,
    .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct c2kd), .options = options, .setup = setup, .loss = loss);
