/* Be your own teacher: early exits of a network learn from its last one. */
#include <kd/method.h>

enum { MOST = 8 };

/* bottleneck and classifier on a stage before the last */
struct exit {
    int tap;
    kd_layer *conv[3], *bn[3], *fc;
};

struct byot {
    kd_real alpha, T, beta;
    struct exit exit[MOST];
    int nexit;
};

/* what one exit gives: N,C logits and N,D features */
struct said {
    kd_tensor *z, *f;
};

/* 1x1 to a quarter of `width`, k x k with stride k down to the last stage's size, 1x1 to `width` */
static void make_exit(kd_build *b, struct exit *e, int number, int64_t k)
{
    int64_t from = kd_channels(b->student.tap[e->tap].x), width = b->student.pooled.d[1];
    int64_t middle = width / 4 > 0 ? width / 4 : 1;
    const int64_t in[] = { from, middle, middle }, out[] = { middle, middle, width };
    kd_scope *scope = kd_scope_new(b->scope, kd_numbered("exit", number));

    for (int i = 0; i < 3; i++) {
        int size = i == 1 ? (int)k : 1;
        kd_conv_spec spec = {
            .in = in[i], .out = out[i], .kernel = size, .stride = size, .bias = true
        };
        e->conv[i] = kd_conv2d_new(scope, kd_numbered("conv", i + 1), spec);
        kd_layer_init(e->conv[i], KD_INIT_KAIMING_FAN_OUT);
        e->bn[i] = kd_batchnorm_new(scope, kd_numbered("bn", i + 1), out[i]);
    }
    e->fc = kd_linear_new(scope, "fc", width, b->student.logits.d[1]);
}

static int last_stage(const kd_build *b)
{
    int last = -1;
    for (int i = 0; i < b->student.ntap; i++)
        if (b->student.tap[i].kind == KD_TAP_STAGE)
            last = i;
    return last;
}

static void setup(kd_build *b, void *self)
{
    struct byot *m = self;
    int last = last_stage(b);
    if (b->nstudent > 1)
        return;
    for (int i = 0; i < last && m->nexit < MOST; i++) {
        if (b->student.tap[i].kind != KD_TAP_STAGE)
            continue;
        int64_t k = kd_dim(b->student.tap[i].x, 1) / kd_dim(b->student.tap[last].x, 1);
        m->exit[m->nexit].tap = i;
        make_exit(b, &m->exit[m->nexit], m->nexit + 1, k > 0 ? k : 1);
        m->nexit++;
    }
    if (m->nexit == 0)
        kd_not_applicable("exits go on the stages before the last, and the student has none");
}

static struct said take_exit(const struct exit *e, kd_tensor *x)
{
    for (int i = 0; i < 3; i++)
        x = kd_apply_bn_act(e->bn[i], kd_apply(e->conv[i], x), NULL, KD_ACT_RELU);
    kd_tensor *f = kd_global_avg_pool(x);
    return (struct said){ kd_apply(e->fc, f), f };
}

/* sum of squared differences, over the batch too, where either feature is positive */
static kd_tensor *feature_loss(kd_tensor *f, kd_tensor *last)
{
    kd_tensor *zero = kd_zeros_like(f, KD_SHAPE(1));
    kd_tensor *counts = kd_max(kd_greater(f, zero), kd_greater(last, zero));
    return kd_sum(kd_mul(counts, kd_square(kd_sub(f, last))));
}

static void learn(kd_step *s, const struct byot *m, struct said exit, struct said last)
{
    kd_tensor *p = kd_softmax(kd_scale(last.z, 1 / m->T));
    kd_tensor *logq = kd_log_softmax(kd_scale(exit.z, 1 / m->T));

    kd_label_term(s, 1 - m->alpha, kd_cross_entropy(exit.z, s->label));
    kd_term(s, "exits", m->alpha * m->T * m->T, kd_soft_cross_entropy(p, logq));
    kd_term(s, "features", m->beta, feature_loss(exit.f, last.f));
}

static void loss(kd_step *s, void *self)
{
    const struct byot *m = self;
    const kd_view *v = s->student;
    struct said last = { kd_detach(v->logits), kd_detach(v->pooled) };

    kd_label_term(s, 1 - m->alpha, kd_cross_entropy(v->logits, s->label));
    for (int i = 0; i < m->nexit; i++)
        learn(s, m, take_exit(&m->exit[i], v->tap[m->exit[i].tap].x), last);
    for (int i = 1; i < s->nstudent; i++)
        learn(s, m, (struct said){ v[i].logits, v[i].pooled }, last);
}

static const kd_option options[] = {
    KD_REAL(struct byot, alpha, 0.1, 0, 1,
            "share of the last exit in what the others learn; 1 - alpha weighs all label losses"),
    KD_REAL(struct byot, T, 3, 0.1, 100, "temperature of both softmaxes"),
    KD_REAL(struct byot, beta, 1e-6, 0, 1e3,
            "weight of the squared differences of features, a sum over the batch"),
    { 0 },
};

KD_METHOD(
    byot, .title = "Be your own teacher",
    .notes =
        "(1 - alpha) * sum over all exits of CE(y, z) + sum over exits but the last of [alpha * "
        "T^2 * H(softmax(z4/T), softmax(z/T)) + beta * |f - f4|^2], z4 and f4, the network's own "
        "logits and pooled features, constant. CE and H (a cross entropy; the paper writes KL, "
        "whose gradient is the same): mean over the batch; |f - f4|^2: sum over batch and "
        "features, where either is positive (the paper: everywhere; the same behind a ReLU). Exits "
        "sit on each stage but the last: convolutions 1x1, k x k with stride k, 1x1, each with "
        "batch-norm and ReLU, then pooling and a linear classifier; they are dropped after "
        "training. Where there are several students, the first is the last exit and the others are "
        "the exits. Measured (Fashion-MNIST, 5,000 images, 6 epochs): 83.5 % against 84.3 % plain "
        "on a resnet8 of half width, which has little to give to three exits besides, 88.0 against "
        "87.8 on a vgg8 of a quarter.",
    .cite = { .key = "zhang2019",
              .authors = "Zhang, Song, Gao, Chen, Bao, Ma",
              .title = "Be Your Own Teacher: Improve the Performance of Convolutional Neural "
                       "Networks via Self Distillation",
              .venue = "ICCV",
              .year = 2019,
              .url = "https://arxiv.org/abs/1905.08094" },
    .scheme = KD_SELF, .source = KD_RESPONSE | KD_FEATURE, .category = "Schemes/Self",
    .students = { 1, 8 },
    .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct byot), .options = options, .setup = setup, .loss = loss);
