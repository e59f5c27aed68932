/* TextBrewer: a loss of predictions and a match of layers, each picked from a list. */
#include <kd/method.h>

enum { MOST = 32 };
enum { CE, MSE };
enum { NONE, HID_MSE, COS, PKD, FSP, MMD, ATT_MSE, ATT_MSE_SUM, ATT_CE, ATT_CE_MEAN };
enum { UNIFORM, LAST };

struct textbrewer {
    kd_real ce, kd, T, weight;
    int logits, match, layers, ns, nt;
    bool mask_keys;
    kd_layer *proj;
};

static bool of_attention(const struct textbrewer *m)
{
    return m->match >= ATT_MSE;
}

/* the teacher's layer, from 0, of the student's layer i */
static int teacher_layer(const struct textbrewer *m, int i)
{
    return m->layers == UNIFORM ? (i + 1) * m->nt / m->ns - 1 : m->nt - m->ns + i;
}

/* ---- before the first batch -------------------------------------------------------------- */

static void check_attention(const kd_build *b, struct textbrewer *m)
{
    m->ns = kd_side_count(&b->student, "score");
    m->nt = kd_side_count(&b->teacher, "score");
    kd_tensor *s = kd_side_get(&b->student, "score1"), *t = kd_side_get(&b->teacher, "score1");
    if (!s || !t)
        kd_not_applicable("textbrewer: the %s has no attention layers", s ? "teacher" : "student");
    else if (kd_dim(s, 2) != kd_dim(t, 2))
        kd_not_applicable("textbrewer: the student has %lld positions, the teacher %lld",
                          (long long)kd_dim(s, 2), (long long)kd_dim(t, 2));
    else if (kd_dim(s, 1) != kd_dim(t, 1) && (m->match == ATT_MSE || m->match == ATT_CE))
        kd_not_applicable("textbrewer: the student has %lld attention heads, the teacher %lld: "
                          "match = att_mse_sum and att_ce_mean compare all of them together",
                          (long long)kd_dim(s, 1), (long long)kd_dim(t, 1));
}

/* mmd compares positions: widths do not matter */
static void make_projection(kd_build *b, struct textbrewer *m, kd_tensor *s, kd_tensor *t)
{
    if (kd_channels(s) != kd_channels(t) && m->match != MMD)
        m->proj = kd_linear_new(b->scope, "proj", kd_channels(s), kd_channels(t));
}

static void check_states(kd_build *b, struct textbrewer *m)
{
    kd_tensor *s[MOST], *t[MOST];
    m->ns = kd_stages(b->student.tap, b->student.ntap, s, MOST);
    m->nt = kd_stages(b->teacher.tap, b->teacher.ntap, t, MOST);
    if (m->ns == 0 || m->nt == 0 || kd_ndim(s[0]) != 3 || kd_ndim(t[0]) != 3)
        kd_not_applicable("textbrewer: the networks' stages are no sequences of hidden states");
    else if (kd_dim(s[0], 1) != kd_dim(t[0], 1))
        kd_not_applicable("textbrewer: the student has %lld positions, the teacher %lld",
                          (long long)kd_dim(s[0], 1), (long long)kd_dim(t[0], 1));
    else if (!kd_equal_channels(b->student.tap, b->student.ntap) ||
             !kd_equal_channels(b->teacher.tap, b->teacher.ntap))
        kd_not_applicable("textbrewer: one projection for all layers wants layers of equal width");
    else
        make_projection(b, m, s[0], t[0]);
}

static void setup(kd_build *b, void *self)
{
    struct textbrewer *m = self;
    if (m->match == NONE || m->weight <= 0)
        return;
    if (of_attention(m))
        check_attention(b, m);
    else
        check_states(b, m);
    if (!kd_failed() && m->nt < m->ns)
        kd_not_applicable("textbrewer: the student has %d layers, the teacher %d", m->ns, m->nt);
}

/* ---- masks ---------------------------------------------------------------------------------- */

/* N,L as N,L,1 and as N,1,L */
static kd_tensor *rows_of(kd_tensor *mask)
{
    return kd_reshape(mask, KD_SHAPE(kd_dim(mask, 0), kd_dim(mask, 1), 1));
}

static kd_tensor *keys_of(kd_tensor *mask)
{
    return kd_reshape(mask, KD_SHAPE(kd_dim(mask, 0), 1, kd_dim(mask, 1)));
}

/* N,heads,L,.. -> N*heads,L,..: the mask of every head */
static kd_tensor *for_heads(kd_tensor *mask, kd_tensor *x)
{
    int64_t n = kd_dim(mask, 0), length = kd_dim(mask, 1), heads = kd_dim(x, 0) / n;
    mask = kd_broadcast_to(kd_reshape(mask, KD_SHAPE(n, 1, length)), KD_SHAPE(n, heads, length));
    return kd_reshape(mask, KD_SHAPE(n * heads, length));
}

/* mean of N,L,.. over tokens, or over pairs of them */
static kd_tensor *mean_of(kd_tensor *x, kd_tensor *mask, bool pairs)
{
    if (!mask)
        return kd_mean(x);
    return kd_mean_where(x, pairs ? kd_mul(rows_of(mask), keys_of(mask)) : rows_of(mask));
}

/* ---- hidden states, N,L,C ------------------------------------------------------------------- */

static kd_tensor *first(kd_tensor *x)
{
    return kd_l2_normalize(kd_slice(x, 1, 0, 1), -1);
}

static kd_tensor *state(const struct textbrewer *m, kd_tensor *s, kd_tensor *t, kd_tensor *mask)
{
    if (m->match == PKD)
        return kd_scale(kd_mse(first(s), first(t)), (kd_real)kd_channels(s));
    if (m->match == COS)
        return mean_of(kd_shift(kd_neg(kd_cosine(s, t)), 1), mask, false);
    return mean_of(kd_square(kd_sub(s, t)), mask, false);
}

/* N,C,C between two layers, over a text's length; or (mmd) N,L,L over the width */
static kd_tensor *gram(const struct textbrewer *m, kd_tensor *a, kd_tensor *b, kd_tensor *mask)
{
    if (m->match == MMD)
        return kd_scale(kd_matmul_nt(a, b), 1 / (kd_real)kd_channels(b));
    if (!mask)
        return kd_scale(kd_matmul_tn(a, b), 1 / (kd_real)kd_dim(b, 1));
    kd_tensor *length = kd_max(kd_sum_axis(mask, 1), kd_full_like(a, KD_SHAPE(1), 1));
    a = kd_mul(a, rows_of(mask));
    b = kd_mul(b, rows_of(mask));
    return kd_div(kd_matmul_tn(a, b), kd_reshape(length, KD_SHAPE(kd_dim(mask, 0), 1, 1)));
}

static kd_tensor *grams(const struct textbrewer *m, kd_tensor *const s[2], kd_tensor *const t[2],
                        kd_tensor *mask)
{
    kd_tensor *away = kd_square(kd_sub(gram(m, s[0], s[1], mask), gram(m, t[0], t[1], mask)));
    return m->match == MMD ? mean_of(away, mask, true) : kd_mean(away);
}

static kd_tensor *match_states(kd_step *s, const struct textbrewer *m)
{
    kd_tensor *hs[MOST], *ht[MOST], *at[MOST], *part[MOST];
    bool pairs = m->match == FSP || m->match == MMD;
    kd_stages(s->student->tap, s->student->ntap, hs, MOST);
    kd_stages(s->teacher->tap, s->teacher->ntap, ht, MOST);
    int n = pairs && m->ns > 1 ? m->ns - 1 : m->ns, more = m->ns > 1;
    for (int i = 0; i < m->ns; i++) {
        hs[i] = m->proj ? kd_apply(m->proj, hs[i]) : hs[i];
        at[i] = ht[teacher_layer(m, i)];
    }
    for (int i = 0; i < n; i++)
        part[i] = pairs ? grams(m, (kd_tensor *[]){ hs[i], hs[i + more] },
                                (kd_tensor *[]){ at[i], at[i + more] }, s->mask)
                        : state(m, hs[i], at[i], s->mask);
    return kd_add_n(part, n);
}

/* ---- attention scores, N,heads,L,L -> N or N*heads,L,L --------------------------------------- */

/* without a mask, entries that networks lowered to hide them count as 0: all below -0.001 do */
static kd_tensor *shown(kd_tensor *x)
{
    return kd_greater(x, kd_full_like(x, KD_SHAPE(1), (kd_real)-1e-3));
}

static kd_tensor *attention_mse(kd_tensor *s, kd_tensor *t, kd_tensor *mask)
{
    if (!mask)
        return kd_mse(kd_mul(s, shown(s)), kd_mul(t, shown(t)));
    return mean_of(kd_square(kd_sub(s, t)), for_heads(mask, s), true);
}

static kd_tensor *attention_ce(kd_tensor *s, kd_tensor *t, kd_tensor *mask)
{
    kd_tensor *p = kd_softmax(t), *logq = kd_log_softmax(s);
    kd_tensor *keys = mask ? keys_of(for_heads(mask, s)) : shown(t);
    kd_tensor *rows = kd_neg(kd_sum_axis(kd_mul(kd_mul(p, keys), logq), -1));
    return mean_of(rows, mask ? for_heads(mask, s) : NULL, false);
}

/* heads apart, as rows of the batch; or their sum, or their mean */
static kd_tensor *heads(const struct textbrewer *m, kd_tensor *x)
{
    kd_shape s = kd_shape_of(x), one = KD_SHAPE(s.d[0], s.d[2], s.d[3]);
    if (m->match == ATT_MSE_SUM)
        return kd_reshape(kd_sum_axis(x, 1), one);
    if (m->match == ATT_CE_MEAN)
        return kd_reshape(kd_mean_axis(x, 1), one);
    return kd_reshape(x, KD_SHAPE(s.d[0] * s.d[1], s.d[2], s.d[3]));
}

static kd_tensor *scores(const struct textbrewer *m, const kd_view *v, int layer, kd_tensor *mask)
{
    kd_tensor *x = kd_view_get(v, kd_numbered("score", layer));
    bool ce = m->match == ATT_CE || m->match == ATT_CE_MEAN;
    return heads(m, ce && m->mask_keys ? kd_mask_keys(x, mask) : x);
}

static kd_tensor *match_attention(kd_step *s, const struct textbrewer *m)
{
    kd_tensor *part[MOST];
    for (int i = 0; i < m->ns; i++) {
        kd_tensor *own = scores(m, s->student, i + 1, s->mask);
        kd_tensor *other = scores(m, s->teacher, teacher_layer(m, i) + 1, s->mask);
        part[i] = m->match == ATT_MSE || m->match == ATT_MSE_SUM
                      ? attention_mse(own, other, s->mask)
                      : attention_ce(own, other, s->mask);
    }
    return kd_add_n(part, m->ns);
}

/* ---- together ----------------------------------------------------------------------------------
 */

static kd_tensor *predictions(kd_step *s, const struct textbrewer *m)
{
    kd_tensor *zs = kd_scale(s->student->logits, 1 / m->T);
    kd_tensor *zt = kd_scale(s->teacher->logits, 1 / m->T);
    return m->logits == MSE ? kd_mse(zs, zt)
                            : kd_soft_cross_entropy(kd_softmax(zt), kd_log_softmax(zs));
}

static void loss(kd_step *s, void *self)
{
    const struct textbrewer *m = self;
    kd_label_term(s, m->ce, kd_cross_entropy(s->student->logits, s->label));
    if (m->kd > 0)
        kd_term(s, "kd", m->kd, predictions(s, m));
    if (m->match == NONE || m->weight <= 0)
        return;
    kd_term(s, "match", m->weight, of_attention(m) ? match_attention(s, m) : match_states(s, m));
}

static const char *const logits[] = { "ce", "mse", NULL };
static const char *const matches[] = { "none",   "hid_mse",     "cos",     "pkd",
                                       "fsp",    "mmd",         "att_mse", "att_mse_sum",
                                       "att_ce", "att_ce_mean", NULL };
static const char *const maps[] = { "uniform", "last", NULL };

static const kd_option options[] = {
    KD_REAL(struct textbrewer, ce, 0, 0, 1e3, "weight of the label loss (hard_label_weight)"),
    KD_REAL(struct textbrewer, kd, 1, 0, 1e3, "weight of the predictions (kd_loss_weight)"),
    KD_CHOICE(struct textbrewer, logits, CE, logits,
              "their loss: cross entropy with the teacher's, or squared distance of logits"),
    KD_REAL(struct textbrewer, T, 4, 0.1, 100, "their temperature; there is no T^2"),
    KD_CHOICE(struct textbrewer, match, HID_MSE, matches,
              "which layers' loss: of hidden states (hid_mse, cos, pkd: the first token; fsp, mmd: "
              "products of neighbouring layers), or of attention scores"),
    KD_REAL(struct textbrewer, weight, 1, 0, 1e4, "its weight, of each pair of layers"),
    KD_CHOICE(struct textbrewer, layers, UNIFORM, maps,
              "the teacher's layers: every so many, or its last ones"),
    KD_BOOL(struct textbrewer, mask_keys, true,
            "scores of padding are lowered before a softmax; false: they already are"),
    { 0 },
};

KD_METHOD(
    textbrewer, .title = "TextBrewer's losses",
    .notes =
        "ce * CE(y, zs) + kd * L(zs/T, zt/T) + weight * sum over student layers of the match; "
        "layer i learns from teacher layer i * nt/ns. L: cross entropy, sum over classes, mean "
        "over rows; or the mean square. hid_mse: mean square over tokens and channels; cos: 1 - "
        "cosine, mean over tokens; pkd: |hs/|hs| - ht/|ht||^2 of the first token, mean over texts; "
        "fsp: of layers i and i + 1, h_i^T h_i+1 / length (C,C), mean square; mmd: h_i h_i+1^T / "
        "width, mean square over pairs of tokens. Of scores before the softmax: att_mse, mean "
        "square over heads and pairs of tokens; att_mse_sum, of the sum over heads; att_ce, cross "
        "entropy of the rows' softmaxes, mean over heads and tokens; att_ce_mean, of the mean over "
        "heads. Without a mask scores below -0.001 count as 0, on each side by itself, as "
        "TextBrewer has it. proj, a linear layer, where widths differ. TextBrewer's presets "
        "combine several matches; here it is one, on all layers. Its kd_ce with match = none is KD "
        "less T^2 and the teacher's entropy.",
    .cite = { .key = "yang2020textbrewer",
              .authors = "Yang, Cui, Chen, Che, Liu, Wang, Hu",
              .title = "TextBrewer: An Open-Source Knowledge Distillation Toolkit for Natural "
                       "Language Processing",
              .venue = "ACL System Demonstrations",
              .year = 2020,
              .url = "https://arxiv.org/abs/2002.12620" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_FEATURE | KD_RELATION,
    .category = "Applications/Large Language Models", .taps = KD_TAPS_ALL, .rows = true,
    .need = KD_NEED_ATTENTION, .props = KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct textbrewer), .options = options, .setup = setup, .loss = loss);
