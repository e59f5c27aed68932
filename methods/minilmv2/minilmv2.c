/* MiniLMv2: relations among the queries, the keys and the values of one layer, in heads of their
 * own. */
#include <kd/method.h>

enum { RELATIONS = 9 };

/* weights: of the first and second letter's vectors: q, k, v */
struct minilmv2 {
    kd_real ce, kd, T, qq, qk, qv, kq, kk, kv, vq, vk, vv;
    int heads, teacher_layer, last_s; /* layers, from 1 */
};

static void check_sizes(kd_build *b, struct minilmv2 *m)
{
    kd_tensor *s = kd_side_get(&b->student, kd_numbered("query", m->last_s));
    kd_tensor *t = kd_side_get(&b->teacher, kd_numbered("query", m->teacher_layer));
    kd_tensor *score = kd_side_get(&b->teacher, kd_numbered("score", m->teacher_layer));
    if (kd_dim(s, 1) != kd_dim(t, 1)) {
        kd_not_applicable("minilmv2: the student has %lld positions, the teacher %lld",
                          (long long)kd_dim(s, 1), (long long)kd_dim(t, 1));
        return;
    }
    m->heads = m->heads ? m->heads : score ? (int)kd_dim(score, 1) : 1;
    if (kd_channels(s) % m->heads || kd_channels(t) % m->heads)
        kd_fail("%d relation heads divide no vectors of %lld and %lld channels: set heads",
                m->heads, (long long)kd_channels(s), (long long)kd_channels(t));
}

static void setup(kd_build *b, void *self)
{
    struct minilmv2 *m = self;
    int layers = kd_side_count(&b->teacher, "query");
    m->last_s = kd_side_count(&b->student, "query");
    if (m->last_s == 0 || layers == 0) {
        kd_not_applicable("minilmv2: the %s has no attention layers",
                          m->last_s ? "teacher" : "student");
        return;
    }
    if (m->teacher_layer > layers) {
        kd_fail("teacher_layer = %d: the teacher has %d", m->teacher_layer, layers);
        return;
    }
    m->teacher_layer = m->teacher_layer ? m->teacher_layer : layers;
    check_sizes(b, m);
}

static kd_tensor *relation(const kd_view *v, int layer, const char *a, const char *b, int heads)
{
    return kd_relation(kd_view_get(v, kd_numbered(a, layer)), kd_view_get(v, kd_numbered(b, layer)),
                       heads);
}

static kd_tensor *compared(kd_step *s, const struct minilmv2 *m, const char *a, const char *b)
{
    return kd_relation_kl(relation(s->student, m->last_s, a, b, m->heads),
                          relation(s->teacher, m->teacher_layer, a, b, m->heads), s->mask);
}

static void loss(kd_step *s, void *self)
{
    static const char *const vectors[] = { "query", "key", "value" };
    const struct minilmv2 *m = self;
    const kd_real weight[RELATIONS] = { m->qq, m->qk, m->qv, m->kq, m->kk,
                                        m->kv, m->vq, m->vk, m->vv };
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits;

    kd_label_term(s, m->ce, kd_cross_entropy(zs, s->label));
    if (m->kd > 0)
        kd_term(s, "kd", m->kd * m->T * m->T, kd_kl_logits(zs, zt, m->T));
    for (int i = 0; i < RELATIONS; i++)
        if (weight[i] > 0)
            kd_term(s, "relation", weight[i], compared(s, m, vectors[i / 3], vectors[i % 3]));
}

static const kd_option options[] = {
    KD_REAL(struct minilmv2, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct minilmv2, qq, 1, 0, 1e3, "weight of relations of queries"),
    KD_REAL(struct minilmv2, kk, 1, 0, 1e3, "weight of relations of keys"),
    KD_REAL(struct minilmv2, vv, 1, 0, 1e3, "weight of relations of values"),
    KD_REAL(struct minilmv2, qk, 0, 0, 1e3, "weight of queries with keys"),
    KD_REAL(struct minilmv2, qv, 0, 0, 1e3, "weight of queries with values"),
    KD_REAL(struct minilmv2, kq, 0, 0, 1e3, "weight of keys with queries"),
    KD_REAL(struct minilmv2, kv, 0, 0, 1e3, "weight of keys with values"),
    KD_REAL(struct minilmv2, vq, 0, 0, 1e3, "weight of values with queries"),
    KD_REAL(struct minilmv2, vk, 0, 0, 1e3, "weight of values with keys"),
    KD_REAL(struct minilmv2, kd, 0, 0, 1e3, "weight of the teacher's softened predictions"),
    KD_REAL(struct minilmv2, T, 4, 0.1, 100, "their temperature"),
    KD_INT(struct minilmv2, heads, 0, 0, 64,
           "relation heads, which divide both widths (the paper: 48 for 12 of attention); 0: as "
           "many as the teacher's layer has of attention"),
    KD_INT(struct minilmv2, teacher_layer, 0, 0, 64, "which of the teacher's layers; 0: its last"),
    { 0 },
};

KD_METHOD(
    minilmv2, .title = "MiniLMv2",
    .notes =
        "ce * CE(y, zs) + sum of weight * KL(rt || rs) over pairs of vectors a, b: r = "
        "softmax(a b^T / sqrt(d)), in relation heads of d channels whatever the attention's, over "
        "the tokens that are not padding; sum over keys, mean over heads and a text's tokens, then "
        "over texts. Student: its last layer; teacher: the last, or for large ones an upper middle "
        "layer (the paper: the 21st of 24). The paper takes queries, keys and values with "
        "themselves. The authors published no training code; reductions are those of "
        "Bloomberg's. They distil without labels and train on them afterwards: here both at once.",
    .cite = { .key = "wang2021minilmv2",
              .authors = "Wang, Bao, Huang, Dong, Wei",
              .title = "MiniLMv2: Multi-Head Self-Attention Relation Distillation for Compressing "
                       "Pretrained Transformers",
              .venue = "ACL Findings",
              .year = 2021,
              .url = "https://arxiv.org/abs/2012.15828" },
    .scheme = KD_OFFLINE, .source = KD_RELATION, .category = "Applications/Large Language Models",
    .rows = true, .need = KD_NEED_ATTENTION,
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS |
             KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct minilmv2), .options = options, .setup = setup, .loss = loss);
