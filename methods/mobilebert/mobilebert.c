/* MobileBERT: every layer's hidden states and attention, one layer after another. */
#include <kd/method.h>

enum { MOST = 32 };

struct mobilebert {
    kd_real ce, transfer, small;
    int stage, ns, nt;
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

static void check_sizes(const kd_build *b, struct mobilebert *m)
{
    kd_tensor *s[MOST], *t[MOST];
    kd_tensor *as = kd_side_get(&b->student, "score1"), *at = kd_side_get(&b->teacher, "score1");
    int hs = states(b->student.tap, b->student.ntap, s);
    int ht = states(b->teacher.tap, b->teacher.ntap, t);
    if (hs != m->ns + 1 || ht != m->nt + 1 || kd_ndim(s[0]) != 3 || kd_ndim(t[0]) != 3)
        kd_not_applicable(
            "mobilebert: the networks' taps are not embeddings and one of each layer");
    else if (kd_channels(s[0]) != kd_channels(t[0]))
        kd_not_applicable("mobilebert: the student's hidden states have %lld channels, the "
                          "teacher's %lld",
                          (long long)kd_channels(s[0]), (long long)kd_channels(t[0]));
    else if (!kd_shape_equal(kd_shape_of(as), kd_shape_of(at)))
        kd_not_applicable("mobilebert: the student's attention is %s, the teacher's %s",
                          kd_shape_text(kd_shape_of(as)), kd_shape_text(kd_shape_of(at)));
}

static void setup(kd_build *b, void *self)
{
    struct mobilebert *m = self;
    m->ns = kd_side_count(&b->student, "score");
    m->nt = kd_side_count(&b->teacher, "score");
    if (m->ns == 0 || m->nt == 0)
        kd_not_applicable("mobilebert: the %s has no attention layers",
                          m->ns ? "teacher" : "student");
    else if (m->nt < m->ns)
        kd_not_applicable("mobilebert: the student has %d layers, the teacher %d", m->ns, m->nt);
    else
        check_sizes(b, m);
}

/* the layer that is learned now, from 1; ns + 1: all of them */
static int stage(const kd_step *s, const struct mobilebert *m)
{
    if (m->stage > 0)
        return m->stage <= m->ns ? m->stage : m->ns + 1;
    return 1 + (int)(s->step * (m->ns + 1) / (s->nsteps > 0 ? s->nsteps : 1));
}

static kd_tensor *feature(kd_tensor *s, kd_tensor *t, kd_tensor *mask)
{
    if (!mask)
        return kd_mse(s, t);
    kd_tensor *tokens = kd_reshape(mask, KD_SHAPE(kd_dim(mask, 0), kd_dim(mask, 1), 1));
    return kd_mean_where(kd_square(kd_sub(s, t)), tokens);
}

static kd_tensor *attention(kd_tensor *s, kd_tensor *t, kd_tensor *mask)
{
    kd_tensor *rows = kd_kl_rows(kd_mask_keys(s, mask), kd_mask_keys(t, mask), 1);
    if (!mask)
        return kd_mean(rows);
    return kd_mean_where(rows, kd_reshape(mask, KD_SHAPE(kd_dim(mask, 0), 1, kd_dim(mask, 1), 1)));
}

static void loss(kd_step *s, void *self)
{
    const struct mobilebert *m = self;
    kd_tensor *hs[MOST], *ht[MOST];
    int now = stage(s, m), n = now <= m->ns ? now : m->ns;
    states(s->student->tap, s->student->ntap, hs);
    states(s->teacher->tap, s->teacher->ntap, ht);
    if (now > m->ns)
        kd_label_term(s, m->ce, kd_cross_entropy(s->student->logits, s->label));
    for (int i = 0; i <= n; i++) {
        kd_real weight = m->transfer * (i < now && now <= m->ns ? m->small : 1);
        int from = i * m->nt / m->ns;
        kd_term(s, "feature", weight, feature(hs[i], ht[from], s->mask));
        if (i > 0)
            kd_term(s, "attention", weight,
                    attention(kd_view_get(s->student, kd_numbered("score", i)),
                              kd_view_get(s->teacher, kd_numbered("score", from)), s->mask));
    }
}

static const kd_option options[] = {
    KD_REAL(struct mobilebert, ce, 1, 0, 1e3,
            "weight of the label loss, once every layer was learned"),
    KD_REAL(struct mobilebert, transfer, 0.5, 0, 1e3,
            "weight of the hidden states and attentions (GLMKD: 0.5)"),
    KD_REAL(struct mobilebert, small, 0.1, 0, 1,
            "share of it that layers keep which were learned before the present one"),
    KD_INT(struct mobilebert, stage, 0, 0, 64,
           "the layer that is learned, more than there are: all at once, with the labels; 0: one "
           "after another, and all in the last part of the run"),
    { 0 },
};

KD_METHOD(
    mobilebert, .title = "MobileBERT's progressive knowledge transfer",
    .notes =
        "While layer k is learned: transfer * sum over i <= k of w_i * (MSE(hs_i, ht_i) + "
        "KL(softmax(at_i) || softmax(as_i))), w_k = 1, below it w_i = small; i = 0 are the "
        "embeddings, which have no attention. Then, with w_i = 1 for all, ce * CE(y, zs) is added. "
        "A run is cut into layers + 1 equal parts. MSE: mean over tokens and channels; KL: sum "
        "over keys, mean over heads and tokens; padding left out. Reductions, shares and parts are "
        "those of GLMKD, a reimplementation: the authors freeze the layers below, or lower their "
        "learning rate, and their code is for TensorFlow 1. Teacher layer i * nt/ns where it has "
        "more. Hidden states as wide and heads as many as the teacher's: the paper's inverted "
        "bottlenecks are a network's affair.",
    .cite = { .key = "sun2020mobilebert",
              .authors = "Sun, Yu, Song, Liu, Yang, Zhou",
              .title = "MobileBERT: a Compact Task-Agnostic BERT for Resource-Limited Devices",
              .venue = "ACL",
              .year = 2020,
              .url = "https://arxiv.org/abs/2004.02984" },
    .scheme = KD_OFFLINE, .source = KD_FEATURE | KD_RELATION,
    .category = "Applications/Large Language Models", .rows = true,
    .need = KD_NEED_ATTENTION | KD_NEED_TEACHER_LIVE,
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH |
             KD_PROP_SHIFT_LOGITS,
    .self_size = sizeof(struct mobilebert), .options = options, .setup = setup, .loss = loss);
