/* TinyBERT: embeddings, attention scores and hidden states of evenly chosen layers first, then
 * predictions. */
#include <kd/method.h>

enum { MOST = 32 };

struct tinybert {
    kd_real embedding, attention, hidden, ce, kd, T, keep;
    int intermediate_epochs, ns, step; /* student layers; teacher layers a student layer */
    kd_layer *fit_dense;
};

/* embeddings, then the layers' outputs; how many they are */
static int states(const kd_tap *tap, int ntap, kd_tensor **out)
{
    int n = 0;
    for (int i = 0; i < ntap && n < MOST; i++)
        if (tap[i].kind != KD_TAP_POOLED)
            out[n++] = tap[i].x;
    return n;
}

static bool uses_layers(const struct tinybert *m)
{
    return m->intermediate_epochs > 0 || m->keep > 0;
}

static bool layers_fit(const kd_build *b, int ns, int nt)
{
    kd_tensor *s = kd_side_get(&b->student, "score1"), *t = kd_side_get(&b->teacher, "score1");
    if (ns == 0 || nt == 0)
        kd_not_applicable("tinybert: the %s has no attention layers", ns ? "teacher" : "student");
    else if (nt % ns)
        kd_not_applicable("tinybert: the teacher's %d layers are no multiple of the student's %d",
                          nt, ns);
    else if (kd_dim(s, 1) != kd_dim(t, 1))
        kd_not_applicable("tinybert: the student has %lld attention heads, the teacher %lld",
                          (long long)kd_dim(s, 1), (long long)kd_dim(t, 1));
    else if (kd_dim(s, 2) != kd_dim(t, 2))
        kd_not_applicable("tinybert: the student has %lld positions, the teacher %lld",
                          (long long)kd_dim(s, 2), (long long)kd_dim(t, 2));
    return !kd_failed();
}

static void setup(kd_build *b, void *self)
{
    struct tinybert *m = self;
    kd_tensor *s[MOST], *t[MOST];
    int ns = kd_side_count(&b->student, "score"), nt = kd_side_count(&b->teacher, "score");
    if (!uses_layers(m) || !layers_fit(b, ns, nt))
        return;
    int hs = states(b->student.tap, b->student.ntap, s);
    int ht = states(b->teacher.tap, b->teacher.ntap, t);
    if (hs != ns + 1 || ht != nt + 1 || kd_ndim(s[0]) != 3 || kd_ndim(t[0]) != 3) {
        kd_not_applicable("tinybert: the networks' taps are not embeddings and one of each layer");
        return;
    }
    m->ns = ns;
    m->step = nt / ns;
    m->fit_dense = kd_linear_new(b->scope, "fit_dense", kd_channels(s[0]), kd_channels(t[0]));
}

/* what a network has lowered to hide it (-10000) is not compared */
static kd_tensor *visible(kd_tensor *score)
{
    return kd_mul(score, kd_greater(score, kd_full_like(score, KD_SHAPE(1), -100)));
}

/* N,heads,L,L: mean over heads and over pairs of tokens */
static kd_tensor *attention(kd_tensor *s, kd_tensor *t, kd_tensor *mask)
{
    if (!mask)
        return kd_mse(visible(s), visible(t));
    int64_t n = kd_dim(mask, 0), length = kd_dim(mask, 1);
    kd_tensor *pairs = kd_mul(kd_reshape(mask, KD_SHAPE(n, 1, length, 1)),
                              kd_reshape(mask, KD_SHAPE(n, 1, 1, length)));
    return kd_mean_where(kd_square(kd_sub(visible(s), visible(t))), pairs);
}

/* N,L,C: mean over tokens and channels */
static kd_tensor *state(const struct tinybert *m, kd_tensor *s, kd_tensor *t, kd_tensor *mask)
{
    s = kd_apply(m->fit_dense, s);
    if (!mask)
        return kd_mse(s, t);
    kd_tensor *tokens = kd_reshape(mask, KD_SHAPE(kd_dim(mask, 0), kd_dim(mask, 1), 1));
    return kd_mean_where(kd_square(kd_sub(s, t)), tokens);
}

static void intermediate(kd_step *s, const struct tinybert *m, kd_real weight)
{
    kd_tensor *hs[MOST], *ht[MOST];
    if (!m->fit_dense) {
        kd_fail("intermediate_epochs = 0 and keep = 0: layers are not compared");
        return;
    }
    states(s->student->tap, s->student->ntap, hs);
    states(s->teacher->tap, s->teacher->ntap, ht);
    kd_term(s, "embedding", weight * m->embedding, state(m, hs[0], ht[0], s->mask));
    for (int i = 1; i <= m->ns; i++) {
        kd_tensor *own = kd_view_get(s->student, kd_numbered("score", i));
        kd_tensor *other = kd_view_get(s->teacher, kd_numbered("score", i * m->step));
        kd_term(s, "attention", weight * m->attention, attention(own, other, s->mask));
        kd_term(s, "hidden", weight * m->hidden, state(m, hs[i], ht[i * m->step], s->mask));
    }
}

static void intermediate_phase(kd_step *s, void *self)
{
    intermediate(s, self, 1);
}

static void prediction_phase(kd_step *s, void *self)
{
    const struct tinybert *m = self;
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits;
    kd_tensor *soft = kd_soft_cross_entropy(kd_softmax(kd_scale(zt, 1 / m->T)),
                                            kd_log_softmax(kd_scale(zs, 1 / m->T)));

    kd_label_term(s, m->ce, kd_cross_entropy(zs, s->label));
    kd_term(s, "prediction", m->kd, kd_scale(soft, 1 / (kd_real)kd_channels(zs)));
    if (m->keep > 0)
        intermediate(s, m, m->keep);
}

static const kd_option options[] = {
    KD_INT(struct tinybert, intermediate_epochs, 2, 0, 1000,
           "epochs of the first phase, which has no labels and no predictions"),
    KD_REAL(struct tinybert, embedding, 1, 0, 1e3, "weight of the embeddings"),
    KD_REAL(struct tinybert, attention, 1, 0, 1e3, "weight of the attention scores"),
    KD_REAL(struct tinybert, hidden, 1, 0, 1e3, "weight of the hidden states"),
    KD_REAL(struct tinybert, kd, 1, 0, 1e4,
            "weight of the teacher's predictions, a mean over classes too, after the first phase"),
    KD_REAL(struct tinybert, T, 1, 0.1, 100, "their temperature"),
    KD_REAL(struct tinybert, ce, 0, 0, 1e3, "weight of the label loss, after the first phase"),
    KD_REAL(struct tinybert, keep, 0, 0, 1e3, "weight of the first phase's terms after it"),
    { 0 },
};

static const kd_phase phases[] = {
    { .name = "intermediate", .epochs = "intermediate_epochs", .loss = intermediate_phase },
    { .name = "prediction", .loss = prediction_phase },
    { 0 },
};

KD_METHOD(
    tinybert, .title = "TinyBERT",
    .notes =
        "First embedding * MSE(es W, et) + sum over student layers i of attention * MSE(as_i, "
        "at_ik) + hidden * MSE(hs_i W, ht_ik), k = nt/ns, a the scores before the softmax, W one "
        "linear layer (with bias) for all; means over tokens, pairs of tokens, heads and "
        "channels, without padding (the authors' code has it in the mean, and compares nothing "
        "there that is <= -100). Then kd * -sum_c softmax(zt/T) log softmax(zs/T) / C, mean over "
        "samples; the mean over classes is the authors' code's, the paper has their sum; no T^2. "
        "ce and keep, 0 in the paper, add the label loss and the first phase's terms to it. "
        "The teacher's layers must be a multiple of the student's, heads as many.",
    .cite = { .key = "jiao2020tinybert",
              .authors = "Jiao, Yin, Shang, Jiang, Chen, Li, Wang, Liu",
              .title = "TinyBERT: Distilling BERT for Natural Language Understanding",
              .venue = "EMNLP Findings",
              .year = 2020,
              .url = "https://arxiv.org/abs/1909.10351" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_FEATURE,
    .category = "Applications/Large Language Models", .rows = true,
    .need = KD_NEED_ATTENTION | KD_NEED_TEACHER_LIVE,
    .props = KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH | KD_PROP_SHIFT_LOGITS,
    .self_size = sizeof(struct tinybert), .options = options, .phases = phases, .setup = setup);
