/* Overhaul of feature distillation: before the activation, where a ReLU would hide nothing. */
#include <math.h>
#include <kd/method.h>

enum { AUTHORS_CODE, MDISTILLER };
enum { LEVELS = 16 };

struct connector {
    kd_layer *conv, *bn;
    kd_tensor *scale, *shift; /* of the teacher's last batch-norm before this map, a channel each */
    kd_tensor *margin;        /* the mean of what is below 0 there */
};

struct ofd {
    kd_real ce, beta;
    int variant;
    struct connector at[LEVELS];
    kd_tensor *known; /* 1 once the margins are there */
};

/* ---- setup ----------------------------------------------------------------------------- */

/* the teacher's tap whose map the pair compares */
static int teacher_tap(const kd_build *b, const kd_pair *p)
{
    for (int i = 0; i < b->teacher.ntap; i++)
        if (p->t == b->teacher.tap[i].pre || p->t == b->teacher.tap[i].x)
            return i;
    return -1;
}

/* what the teacher's batch-norm scales and shifts by; 1 and 0 where there is no network */
static void read_batchnorm(kd_build *b, const kd_pair *p, struct connector *c)
{
    kd_net *teacher = b->teachers ? b->teachers[0] : NULL;
    kd_layer *bn = teacher ? kd_net_tap_batchnorm(teacher, teacher_tap(b, p)) : NULL;
    kd_fill(c->scale, 1);
    if (!teacher)
        return;
    if (!bn || kd_numel(kd_layer_tensor(bn, "weight")) != kd_numel(c->scale)) {
        kd_not_applicable(
            "the teacher's map paired with %s does not come from a batch-norm: no margin", p->name);
        return;
    }
    kd_assign(c->scale, kd_layer_tensor(bn, "weight"));
    kd_assign(c->shift, kd_layer_tensor(bn, "bias"));
}

static struct connector connector_new(kd_scope *in, kd_scope *bn, int64_t from, int64_t to)
{
    struct connector c = {
        .conv = kd_conv2d_new(in, "0", (kd_conv_spec){ .in = from, .out = to, .kernel = 1 }),
        .bn = kd_batchnorm_new(in, "1", to),
        .scale = kd_buffer_new(bn, "scale", KD_SHAPE(to)),
        .shift = kd_buffer_new(bn, "shift", KD_SHAPE(to)),
        .margin = kd_buffer_new(bn, "margin", KD_SHAPE(to)),
    };
    kd_layer_init(c.conv, KD_INIT_NORMAL_FAN_OUT);
    return c;
}

static void setup(kd_build *b, void *self)
{
    struct ofd *m = self;
    kd_scope *connectors = kd_scope_new(b->scope, "connectors");
    kd_scope *teacher = kd_scope_new(b->scope, "teacher");
    for (int i = 0; i < b->npair; i++) {
        const kd_pair *p = &b->pair[i];
        if (kd_ndim(p->s) != 4 || kd_ndim(p->t) != 4) {
            kd_fail("pair %s is no pair of maps N,H,W,C", p->name);
            return;
        }
        m->at[i] = connector_new(kd_scope_new(connectors, kd_numbered("", i)),
                                 kd_scope_new(teacher, kd_numbered("", i)), kd_channels(p->s),
                                 kd_channels(p->t));
        read_batchnorm(b, p, &m->at[i]);
    }
    m->known = kd_buffer_new(b->scope, "known", KD_SHAPE(1));
}

/* ---- margins ----------------------------------------------------------------------------- */

/* the mean of a normal variable (mean, sd) given that it is below 0: mean - sd phi(a) / Phi(-a),
 * a = mean / sd, phi and Phi density and distribution; -3 sd where it is below 0 too rarely */
static double mean_below_zero(double mean, double sd)
{
    double a = mean / sd, below = erfc(a / sqrt(2)) / 2;
    if (!(below > 0.001))
        return -3 * sd;
    return mean - sd * exp(-a * a / 2) / sqrt(2 * 3.14159265358979323846) / below;
}

/* in single precision, as the reference keeps them */
static void find_margins(struct connector *c)
{
    for (int64_t k = 0; k < kd_numel(c->margin); k++) {
        double sd = fabs((double)kd_reals(c->scale)[k]), mean = (double)kd_reals(c->shift)[k];
        kd_reals(c->margin)[k] =
            (kd_real)(float)(sd > 0 ? mean_below_zero(mean, sd) : fmin(mean, 0));
    }
}

/* ---- loss --------------------------------------------------------------------------------- */

/* 1 where it holds, else 0 */
static kd_tensor *above_zero(kd_tensor *a)
{
    return kd_greater(a, kd_zeros_like(a, KD_SHAPE(1)));
}

static kd_tensor *no(kd_tensor *mask)
{
    return kd_shift(kd_neg(mask), 1);
}

/* partial distance: t' = max(t, margin); (s - t')^2 where s > t' or t' > 0 */
static kd_tensor *partial(kd_tensor *fs, kd_tensor *ft, kd_tensor *margin)
{
    kd_tensor *t = kd_max(ft, margin);
    kd_tensor *counts = kd_max(kd_greater(fs, t), above_zero(t));
    return kd_mul(kd_square(kd_sub(fs, t)), counts);
}

/* the same in three cases: t up to the margin, from there to 0, above 0. With a positive margin, of
 * a channel that is all positive, the first and the last can both hold. */
static kd_tensor *three_cases(kd_tensor *fs, kd_tensor *ft, kd_tensor *margin)
{
    kd_tensor *over = kd_greater(ft, margin), *positive = above_zero(ft);
    kd_tensor *low = kd_mul(kd_greater(fs, margin), no(over));
    kd_tensor *middle = kd_mul(kd_greater(fs, ft), kd_mul(over, no(positive)));
    kd_tensor *to_margin = kd_mul(kd_square(kd_sub(fs, margin)), low);
    return kd_add(to_margin, kd_mul(kd_square(kd_sub(fs, ft)), kd_add(middle, positive)));
}

static kd_tensor *distance(const struct ofd *m, const struct connector *c, kd_tensor *fs,
                           kd_tensor *ft)
{
    if (m->variant == MDISTILLER)
        ft = kd_adaptive_avg_pool2d(ft, kd_dim(fs, 1), kd_dim(fs, 2));
    else
        kd_match_size(&fs, &ft);
    kd_tensor *x = kd_apply_conv_bn(c->conv, c->bn, fs, NULL, KD_ACT_NONE);
    return kd_sum(m->variant == MDISTILLER ? three_cases(x, ft, c->margin)
                                           : partial(x, ft, c->margin));
}

static void loss(kd_step *s, void *self)
{
    struct ofd *m = self;
    kd_label_term(s, m->ce, kd_cross_entropy(s->student->logits, s->label));
    for (int i = 0; i < s->npair; i++) {
        if (kd_item(m->known) == 0)
            find_margins(&m->at[i]);
        kd_tensor *fs = s->pair[i].s, *ft = s->pair[i].t;
        double weight = (double)m->beta / (double)kd_dim(fs, 0) * pow(0.5, s->npair - i - 1);
        kd_term(s, "ofd", (kd_real)weight, distance(m, &m->at[i], fs, ft));
    }
    kd_fill(m->known, 1);
}

static const char *const variants[] = { "authors_code", "mdistiller", NULL };

static const kd_option options[] = {
    KD_REAL(struct ofd, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct ofd, beta, 1e-3, 0, 1e3,
            "weight of the distance, which is a sum over a sample's elements"),
    KD_CHOICE(struct ofd, variant, AUTHORS_CODE, variants,
              "authors_code: the larger of two maps is averaged to the smaller's size; mdistiller: "
              "the teacher's is always brought to the student's, and the distance is written in "
              "three cases"),
    { 0 },
};

KD_METHOD(
    ofd, .title = "A comprehensive overhaul of feature distillation",
    .notes =
        "ce * CE(y, zs) + beta / N * sum over the n stages of d(r(fs_i), max(ft_i, margin_i)) / "
        "2^(n-1-i), maps before the activation. d: sum over all elements of (s - t)^2 where s > t "
        "or t > 0. r: 1x1 convolution and batch-norm. margin: a channel's mean of what is below "
        "0, from scale s and shift m of the teacher's last batch-norm before the map, as if its "
        "values were normal: m - |s| phi(m/s) / Phi(-m/s), and -3 |s| where Phi(-m/s) <= 0.001. "
        "The authors' code multiplies by 1/N and 1/1000, which is beta; their maps are of one "
        "size. mdistiller's copy agrees wherever margins are negative. The paper does not give the "
        "halving of the weights from stage to stage.",
    .cite = { .key = "heo2019overhaul",
              .authors = "Heo, Kim, Yun, Park, Kwak, Choi",
              .title = "A Comprehensive Overhaul of Feature Distillation",
              .venue = "ICCV",
              .year = 2019,
              .url = "https://arxiv.org/abs/1904.01866" },
    .scheme = KD_OFFLINE, .source = KD_FEATURE, .category = "Sources/Feature",
    .taps = KD_TAPS_STAGES_PRE,
    .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct ofd), .options = options, .setup = setup, .loss = loss);
