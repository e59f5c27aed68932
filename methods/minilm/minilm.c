/* MiniLM: the last layer's attention, and how alike its values are. */
#include <kd/method.h>

struct minilm {
    kd_real ce, kd, T, attention, value;
    int heads, last_s, last_t; /* layers, from 1 */
};

static int64_t heads_of(const struct kd_side *side, int layer)
{
    kd_tensor *score = kd_side_get(side, kd_numbered("score", layer));
    return score ? kd_dim(score, 1) : 0;
}

static void check_sizes(const kd_build *b, struct minilm *m)
{
    kd_tensor *s = kd_side_get(&b->student, kd_numbered("query", m->last_s));
    kd_tensor *t = kd_side_get(&b->teacher, kd_numbered("query", m->last_t));
    int64_t hs = heads_of(&b->student, m->last_s), ht = heads_of(&b->teacher, m->last_t);
    if (kd_dim(s, 1) != kd_dim(t, 1))
        kd_not_applicable("minilm: the student has %lld positions, the teacher %lld",
                          (long long)kd_dim(s, 1), (long long)kd_dim(t, 1));
    else if (m->heads == 0 && hs != ht)
        kd_not_applicable("minilm: the student has %lld attention heads, the teacher %lld",
                          (long long)hs, (long long)ht);
    else if (m->heads && (kd_channels(s) % m->heads || kd_channels(t) % m->heads))
        kd_fail("heads = %d divide no vectors of %lld and %lld channels", m->heads,
                (long long)kd_channels(s), (long long)kd_channels(t));
    m->heads = m->heads ? m->heads : (int)hs;
}

static void setup(kd_build *b, void *self)
{
    struct minilm *m = self;
    m->last_s = kd_side_count(&b->student, "query");
    m->last_t = kd_side_count(&b->teacher, "query");
    if (m->last_s == 0 || m->last_t == 0)
        kd_not_applicable("minilm: the %s has no attention layers",
                          m->last_s ? "teacher" : "student");
    else
        check_sizes(b, m);
}

static kd_tensor *relation(const kd_view *v, int layer, const char *a, const char *b, int heads)
{
    return kd_relation(kd_view_get(v, kd_numbered(a, layer)), kd_view_get(v, kd_numbered(b, layer)),
                       heads);
}

static kd_tensor *compared(kd_step *s, const struct minilm *m, const char *a, const char *b)
{
    return kd_relation_kl(relation(s->student, m->last_s, a, b, m->heads),
                          relation(s->teacher, m->last_t, a, b, m->heads), s->mask);
}

static void loss(kd_step *s, void *self)
{
    const struct minilm *m = self;
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits;

    kd_label_term(s, m->ce, kd_cross_entropy(zs, s->label));
    if (m->kd > 0)
        kd_term(s, "kd", m->kd * m->T * m->T, kd_kl_logits(zs, zt, m->T));
    kd_term(s, "attention", m->attention, compared(s, m, "query", "key"));
    kd_term(s, "value", m->value, compared(s, m, "value", "value"));
}

static const kd_option options[] = {
    KD_REAL(struct minilm, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct minilm, attention, 1, 0, 1e3, "weight of the attention distributions"),
    KD_REAL(struct minilm, value, 1, 0, 1e3, "weight of the relations of values"),
    KD_REAL(struct minilm, kd, 0, 0, 1e3, "weight of the teacher's softened predictions"),
    KD_REAL(struct minilm, T, 4, 0.1, 100, "their temperature"),
    KD_INT(struct minilm, heads, 0, 0, 64,
           "of both networks; 0: as they have them, and they must have as many"),
    { 0 },
};

KD_METHOD(
    minilm, .title = "MiniLM",
    .notes =
        "ce * CE(y, zs) + attention * KL(at || as) + value * KL(vt || vs), of the last layers: a = "
        "softmax(q k^T / sqrt(d)), v = softmax(v v^T / sqrt(d)), a head's d channels, over the "
        "tokens that are not padding; sum over keys, mean over heads and a text's tokens, then "
        "over texts. The authors published no training code; reductions are those of "
        "Bloomberg's. They distil without labels and train on them afterwards: here both at "
        "once. Networks of different widths, but equal numbers of heads; minilmv2 frees them.",
    .cite = { .key = "wang2020minilm",
              .authors = "Wang, Wei, Dong, Bao, Yang, Zhou",
              .title = "MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of "
                       "Pre-Trained Transformers",
              .venue = "NeurIPS",
              .year = 2020,
              .url = "https://arxiv.org/abs/2002.10957" },
    .scheme = KD_OFFLINE, .source = KD_RELATION, .category = "Applications/Large Language Models",
    .rows = true, .need = KD_NEED_ATTENTION,
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS |
             KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct minilm), .options = options, .setup = setup, .loss = loss);
