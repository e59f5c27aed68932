/* LRC-BERT: a text's hidden states point where the teacher's do, and not where those of the batch's
 * other texts do. */
#include <kd/method.h>

enum { MOST = 32 };

struct lrc_bert {
    kd_real ce, kd, T, alpha;
    int contrast_epochs, ns, nt;
    kd_layer *fit;
};

static void check_sizes(const kd_build *b, const struct lrc_bert *m, kd_tensor *s, kd_tensor *t)
{
    if (m->ns == 0 || m->nt < m->ns)
        kd_not_applicable("lrc_bert: the student has %d layers, the teacher %d", m->ns, m->nt);
    else if (kd_ndim(s) != 3 || kd_ndim(t) != 3)
        kd_not_applicable("lrc_bert: stages of %s are no sequences of hidden states",
                          kd_shape_text(kd_shape_of(s)));
    else if (kd_dim(s, 1) != kd_dim(t, 1))
        kd_not_applicable("lrc_bert: the student has %lld positions, the teacher %lld",
                          (long long)kd_dim(s, 1), (long long)kd_dim(t, 1));
    else if (!kd_equal_channels(b->student.tap, b->student.ntap) ||
             !kd_equal_channels(b->teacher.tap, b->teacher.ntap))
        kd_not_applicable("lrc_bert: one linear map for all layers wants layers of equal width");
    else if (b->batch < 2)
        kd_fail("lrc_bert wants a batch of at least 2: the others are what to keep away from");
}

static void setup(kd_build *b, void *self)
{
    struct lrc_bert *m = self;
    kd_tensor *s[MOST], *t[MOST];
    m->ns = kd_stages(b->student.tap, b->student.ntap, s, MOST);
    m->nt = kd_stages(b->teacher.tap, b->teacher.ntap, t, MOST);
    check_sizes(b, m, s[0], t[0]);
    if (!kd_failed())
        m->fit = kd_linear_new(b->scope, "fit", kd_channels(s[0]), kd_channels(t[0]));
}

/* N,L,C -> L,N,C of length 1 (at least 1e-12) */
static kd_tensor *directions(kd_tensor *x)
{
    return kd_transpose(kd_l2_normalize(x, -1), 0, 1);
}

/* N,L -> L,N,N: 1 where both texts have a token */
static kd_tensor *together(kd_tensor *mask)
{
    int64_t n = kd_dim(mask, 0), length = kd_dim(mask, 1);
    mask = kd_transpose(mask, 0, 1);
    return kd_mul(kd_reshape(mask, KD_SHAPE(length, n, 1)),
                  kd_reshape(mask, KD_SHAPE(length, 1, n)));
}

/* N,N: cosines of student text i and teacher text j, mean over positions */
static kd_tensor *cosines(const struct lrc_bert *m, kd_tensor *s, kd_tensor *t, kd_tensor *mask)
{
    kd_tensor *cos = kd_matmul_nt(directions(kd_apply(m->fit, s)), directions(t));
    int64_t n = kd_dim(s, 0);
    if (!mask)
        return kd_reshape(kd_mean_axis(cos, 0), KD_SHAPE(n, n));
    kd_tensor *both = together(mask), *one = kd_full_like(cos, KD_SHAPE(1), 1);
    kd_tensor *count = kd_max(kd_sum_axis(both, 0), one);
    return kd_reshape(kd_div(kd_sum_axis(kd_mul(cos, both), 0), count), KD_SHAPE(n, n));
}

static kd_tensor *distances(kd_step *s, const struct lrc_bert *m)
{
    kd_tensor *hs[MOST], *ht[MOST], *cos[MOST];
    kd_stages(s->student->tap, s->student->ntap, hs, MOST);
    kd_stages(s->teacher->tap, s->teacher->ntap, ht, MOST);
    for (int i = 0; i < m->ns; i++)
        cos[i] = cosines(m, hs[i], ht[(i + 1) * m->nt / m->ns - 1], s->mask);
    return kd_shift(kd_scale(kd_add_n(cos, m->ns), -1 / (kd_real)m->ns), 1);
}

/* mean over i of 1 - mean_{j != i} (d_ij - d_ii)/2 + d_ii, times the layers */
static kd_tensor *contrast(kd_step *s, const struct lrc_bert *m)
{
    kd_tensor *d = distances(s, m);
    int64_t n = kd_dim(d, 0);
    kd_tensor *own = kd_mul(d, kd_eye(d, n));
    kd_real all = (kd_real)n, layers = (kd_real)m->ns;
    kd_tensor *others = kd_sub(kd_sum(d), kd_scale(kd_sum(own), all));
    kd_tensor *each =
        kd_sub(kd_scale(kd_sum(own), 1 / all), kd_scale(others, 1 / (2 * all * (all - 1))));
    return kd_scale(kd_shift(each, 1), layers);
}

static void contrast_phase(kd_step *s, void *self)
{
    const struct lrc_bert *m = self;
    kd_term(s, "contrast", m->alpha, contrast(s, m));
}

static void main_phase(kd_step *s, void *self)
{
    const struct lrc_bert *m = self;
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits;

    kd_label_term(s, m->ce, kd_cross_entropy(zs, s->label));
    if (m->kd > 0)
        kd_term(s, "kd", m->kd * m->T * m->T, kd_kl_logits(zs, zt, m->T));
    kd_term(s, "contrast", m->alpha, contrast(s, m));
}

static const kd_option options[] = {
    KD_INT(struct lrc_bert, contrast_epochs, 1, 0, 1000,
           "epochs of the first phase, of hidden states alone"),
    KD_REAL(struct lrc_bert, alpha, 1, 0, 1e3, "weight of the hidden states"),
    KD_REAL(struct lrc_bert, kd, 1, 0, 1e3, "weight of the softened predictions"),
    KD_REAL(struct lrc_bert, T, 1.1, 0.1, 100, "their temperature"),
    KD_REAL(struct lrc_bert, ce, 3, 0, 1e3, "weight of the label loss"),
    { 0 },
};

static const kd_phase phases[] = {
    { .name = "contrast", .epochs = "contrast_epochs", .loss = contrast_phase },
    { .name = "main", .loss = main_phase },
    { 0 },
};

KD_METHOD(
    lrc_bert, .title = "LRC-BERT",
    .notes =
        "alpha * layers * mean over texts i of 1 - mean_{j != i}(d_ij - d_ii)/2 + d_ii; d_ij = 1 - "
        "cos(W hs_i, ht_j), mean over layers and over the positions where both texts have a "
        "token; W linear, one for all layers; the batch's other texts are the negatives. First "
        "alone, then with kd * T^2 * KL(softmax(zt/T) || softmax(zs/T)) + ce * CE(y, zs). Teacher "
        "layer i * nt/ns for student layer i. The paper perturbs the embeddings by their gradient "
        "of a first pass: not here, nor in the reference vectors. The authors published no code; "
        "the formula is GLMKD's, which has padding in the mean.",
    .cite = { .key = "fu2021",
              .authors = "Fu, Zhou, Yang, Tang, Liu, Liu, Li",
              .title = "LRC-BERT: Latent-representation Contrastive Knowledge Distillation for "
                       "Natural Language Understanding",
              .venue = "AAAI",
              .year = 2021,
              .url = "https://arxiv.org/abs/2012.07335" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_FEATURE | KD_RELATION,
    .category = "Algorithms/Contrastive", .taps = KD_TAPS_ALL, .rows = true,
    .props = KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH | KD_PROP_SHIFT_LOGITS,
    .self_size = sizeof(struct lrc_bert), .options = options, .phases = phases, .setup = setup);
