/* Patient knowledge distillation: the first token's hidden state of several layers, not the last's
 * alone. */
#include <kd/method.h>

enum { SKIP, LAST, ALL };
enum { FIRST, MEAN };
enum { CODE, PAPER };
enum { MOST = 32 };

struct pkd {
    kd_real ce, kd, T, beta;
    int layers, token, variant;
    bool normalized;
};

/* how many layers are patient: all but the last, whose work is the prediction, or all */
static int count(const struct pkd *o, int student, int teacher)
{
    if (o->layers == ALL)
        return student == teacher ? student : 0;
    return student <= teacher ? student - 1 : 0;
}

/* of student layer i = 0..count-1 */
static int teacher_layer(const struct pkd *o, int i, int student, int teacher)
{
    if (o->layers == SKIP)
        return (i + 1) * teacher / student - 1; /* 12 layers for 6: 2, 4, ... 10, counted from 1 */
    return o->layers == LAST ? teacher - student + i : i; /* LAST: 7, 8, ... 11 */
}

static void setup(kd_build *b, void *self)
{
    const struct pkd *o = self;
    kd_tensor *s[MOST], *t[MOST];
    int ns = kd_stages(b->student.tap, b->student.ntap, s, MOST);
    int nt = kd_stages(b->teacher.tap, b->teacher.ntap, t, MOST);
    if (count(o, ns, nt) < 1) {
        kd_not_applicable("pkd: a student of %d layers and a teacher of %d have none to compare",
                          ns, nt);
        return;
    }
    if (kd_ndim(s[0]) > 3 || kd_ndim(t[0]) > 3)
        kd_not_applicable("pkd: stages of %s are no sequences of hidden states",
                          kd_shape_text(kd_shape_of(s[0])));
    else if (kd_channels(s[0]) != kd_channels(t[0]))
        kd_not_applicable("pkd: hidden states of %lld and %lld channels cannot be compared",
                          (long long)kd_channels(s[0]), (long long)kd_channels(t[0]));
}

/* N,L,C -> N,C */
static kd_tensor *token(const struct pkd *o, kd_tensor *x, kd_tensor *mask)
{
    if (kd_ndim(x) == 2)
        return x;
    kd_shape s = kd_shape_of(x), one = KD_SHAPE(s.d[0], s.d[2]);
    if (o->token == FIRST)
        return kd_reshape(kd_slice(x, 1, 0, 1), one);
    if (!mask)
        return kd_reshape(kd_mean_axis(x, 1), one);
    kd_tensor *length = kd_max(kd_sum_axis(mask, 1), kd_full_like(x, KD_SHAPE(1), 1));
    x = kd_mul(x, kd_reshape(mask, KD_SHAPE(s.d[0], s.d[1], 1)));
    return kd_div(kd_reshape(kd_sum_axis(x, 1), one), length);
}

static kd_tensor *distance(kd_step *s, const struct pkd *o, kd_tensor *hs, kd_tensor *ht)
{
    hs = token(o, hs, s->mask);
    ht = token(o, ht, s->mask);
    if (o->normalized) {
        hs = kd_l2_normalize(hs, -1);
        ht = kd_l2_normalize(ht, -1);
    }
    kd_tensor *mse = kd_mse(hs, ht);
    return o->variant == PAPER ? kd_scale(mse, (kd_real)kd_channels(hs)) : mse;
}

static kd_tensor *patience(kd_step *s, const struct pkd *o)
{
    kd_tensor *hs[MOST], *ht[MOST], *part[MOST];
    int ns = kd_stages(s->student->tap, s->student->ntap, hs, MOST);
    int nt = kd_stages(s->teacher->tap, s->teacher->ntap, ht, MOST);
    int n = count(o, ns, nt);
    for (int i = 0; i < n; i++)
        part[i] = distance(s, o, hs[i], ht[teacher_layer(o, i, ns, nt)]);
    kd_tensor *sum = kd_add_n(part, n);
    return o->variant == PAPER ? sum : kd_scale(sum, 1 / (kd_real)n);
}

static void loss(kd_step *s, void *self)
{
    const struct pkd *o = self;
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits;

    kd_label_term(s, o->ce, kd_cross_entropy(zs, s->label));
    if (o->kd > 0)
        kd_term(s, "kd", o->kd * o->T * o->T, kd_kl_logits(zs, zt, o->T));
    if (o->beta > 0)
        kd_term(s, "patience", o->beta, patience(s, o));
}

static const char *const maps[] = { "skip", "last", "all", NULL };
static const char *const tokens[] = { "first", "mean", NULL };
static const char *const variants[] = { "authors_code", "paper", NULL };

static const kd_option options[] = {
    KD_REAL(struct pkd, ce, 0.5, 0, 1e3, "weight of the label loss (the authors' 1 - alpha)"),
    KD_REAL(struct pkd, kd, 0.5, 0, 1e3, "weight of the softened predictions (their alpha)"),
    KD_REAL(struct pkd, T, 5, 0.1, 100, "their temperature"),
    KD_REAL(struct pkd, beta, 100, 0, 1e6,
            "weight of the hidden states (the paper tries 10 to 1000)"),
    KD_CHOICE(struct pkd, layers, SKIP, maps,
              "the teacher's layers: every so many, those before its last, or each with its own"),
    KD_CHOICE(struct pkd, token, FIRST, tokens,
              "which hidden state of a text: the first token's, or their mean"),
    KD_BOOL(struct pkd, normalized, true, "hidden states are scaled to length 1"),
    KD_CHOICE(struct pkd, variant, CODE, variants,
              "authors_code: mean over layers and channels; paper: their sum"),
    { 0 },
};

KD_METHOD(
    pkd, .title = "Patient knowledge distillation",
    .notes =
        "ce * CE(y, zs) + kd * T^2 * KL(softmax(zt/T) || softmax(zs/T)) + beta * mean of "
        "(hs/|hs| - ht/|ht|)^2 over samples, layers and channels, h the hidden state of the "
        "first token. The paper sums over layers and channels (variant = paper). All student "
        "layers but the last take part: layer i learns from teacher layer i * nt/ns (skip), or "
        "from those before the teacher's last (last); all: layer i from layer i, the last "
        "included. The authors' code computes the last term in half precision: not here. The "
        "first token is BERT's [CLS]; for networks that classify the mean of all tokens "
        "there is token = mean.",
    .cite = { .key = "sun2019patient",
              .authors = "Sun, Cheng, Gan, Liu",
              .title = "Patient Knowledge Distillation for BERT Model Compression",
              .venue = "EMNLP",
              .year = 2019,
              .url = "https://arxiv.org/abs/1908.09355" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_FEATURE,
    .category = "Applications/Large Language Models", .taps = KD_TAPS_ALL, .rows = true,
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS |
             KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct pkd), .options = options, .setup = setup, .loss = loss);
