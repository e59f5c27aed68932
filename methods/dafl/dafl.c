/* Data-free learning: a generator makes images that the teacher is sure of, in all classes, and the
 * student learns what the teacher says of them. No image of the data set is looked at. */
#include <kd/method.h>

enum { CONV, NONE };
enum { ABS, NORM };

struct dafl {
    kd_real kd, T, onehot, ie, act;
    int generator, act_norm, latent, channels;
    kd_shape image;
    kd_layer *linear, *conv[3], *bn[4];
    kd_tensor *made; /* this step's images, with a way back to the generator */
};

/* ---- the generator: a vector, a quarter of the height, a half, the whole ----------------------
 */

static int64_t part(int64_t size, int64_t by)
{
    return (size + by - 1) / by;
}

static void setup(kd_build *b, void *self)
{
    struct dafl *m = self;
    if (m->generator == NONE)
        return;
    int64_t c = m->channels, out = b->input.d[3];
    kd_scope *g = kd_scope_new(b->scope, "generator");
    kd_conv_spec spec = { .in = c, .out = c, .kernel = 3, .pad = 1, .bias = true };
    m->image = b->input;
    m->linear =
        kd_linear_new(g, "l1", m->latent, part(m->image.d[1], 4) * part(m->image.d[2], 4) * c);
    m->bn[0] = kd_batchnorm_new(g, "bn0", c);
    m->conv[0] = kd_conv2d_new(g, "conv1", spec);
    m->bn[1] = kd_batchnorm_new(g, "bn1", c);
    spec.out = c / 2;
    m->conv[1] = kd_conv2d_new(g, "conv2", spec);
    m->bn[2] = kd_batchnorm_new(g, "bn2", c / 2);
    spec.in = c / 2;
    spec.out = out;
    m->conv[2] = kd_conv2d_new(g, "conv3", spec);
}

/* leaky ReLU of slope 0.2 */
static kd_tensor *block(kd_layer *conv, kd_layer *bn, kd_tensor *x)
{
    return kd_leaky_relu(kd_apply(bn, kd_apply(conv, x)), (kd_real)0.2);
}

/* each channel with mean 0 and deviation 1 over the batch, as normalised data have */
static kd_tensor *standardised(kd_tensor *x)
{
    kd_tensor *rows = kd_reshape(x, KD_SHAPE(-1, kd_channels(x)));
    kd_tensor *sd = kd_sqrt(kd_shift(kd_var_axis(rows, 0, false), (kd_real)1e-5));
    return kd_reshape(kd_div(kd_sub(rows, kd_mean_axis(rows, 0)), sd), kd_shape_of(x));
}

static kd_tensor *generated(kd_step *s, const struct dafl *m)
{
    int64_t n = kd_dim(s->input, 0), h = m->image.d[1], w = m->image.d[2];
    kd_tensor *x = kd_apply(m->linear, kd_normal(s, "z", KD_SHAPE(n, m->latent)));
    x = kd_reshape(x, KD_SHAPE(n, part(h, 4), part(w, 4), m->channels));
    x = kd_upsample_nearest(kd_apply(m->bn[0], x), part(h, 2), part(w, 2));
    x = kd_upsample_nearest(block(m->conv[0], m->bn[1], x), h, w);
    return standardised(kd_tanh(kd_apply(m->conv[2], block(m->conv[1], m->bn[2], x))));
}

/* the student sees the images as constants */
static void batch(kd_step *s, void *self)
{
    struct dafl *m = self;
    if (m->generator == NONE)
        return;
    m->made = generated(s, m);
    kd_replace_input(s, kd_detach(m->made));
}

/* ---- what the teacher says of them ----------------------------------------------------------- */

/* sum of p log10 p of the mean probabilities: least when classes are as many */
static kd_tensor *information(kd_tensor *z)
{
    static const kd_real log10_e = (kd_real)0.43429448190325182765;
    kd_tensor *p = kd_mean_axis(kd_softmax(z), 0);
    kd_tensor *none = kd_zeros_like(z, KD_SHAPE(1));
    kd_tensor *log_p = kd_log(kd_max(p, kd_shift(none, (kd_real)1e-30))); /* 0 log 0 = 0 */
    return kd_scale(kd_sum(kd_mul(p, log_p)), log10_e);
}

static kd_tensor *activation(kd_tensor *f, int norm)
{
    kd_tensor *size = norm == ABS ? kd_mean(kd_abs(f)) : kd_sqrt(kd_sum(kd_square(f)));
    return kd_neg(size);
}

static void loss(kd_step *s, void *self)
{
    struct dafl *m = self;
    kd_tensor *x = m->generator == NONE ? s->input : m->made ? m->made : generated(s, m);
    kd_view teacher = kd_net_forward(s->teacher->net, x);
    kd_tensor *zt = teacher.logits;
    m->made = NULL;
    if (kd_is_poisoned(zt))
        return;
    if (m->onehot > 0)
        kd_term(s, "onehot", m->onehot, kd_cross_entropy(zt, kd_argmax(zt)));
    if (m->ie > 0)
        kd_term(s, "ie", m->ie, information(zt));
    if (m->act > 0)
        kd_term(s, "act", m->act, activation(teacher.pooled, m->act_norm));
    if (m->kd > 0)
        kd_term(s, "kd", m->kd * m->T * m->T,
                kd_kl_logits(s->student->logits, kd_detach(zt), m->T));
}

static const char *const generators[] = { "conv", "none", NULL };
static const char *const norms[] = { "abs", "norm", NULL };

static const kd_option options[] = {
    KD_REAL(struct dafl, kd, 1, 0, 1e3, "weight of the teacher's labels in the student's loss"),
    KD_REAL(struct dafl, T, 1, 0.1, 100, "their temperature"),
    KD_REAL(struct dafl, onehot, 1, 0, 1e3,
            "weight of the teacher's certainty (code for CIFAR: 0.05)"),
    KD_REAL(struct dafl, ie, 5, 0, 1e3, "weight of the balance of the classes"),
    KD_REAL(struct dafl, act, 0.1, 0, 1e3,
            "weight of the size of the teacher's features (code for CIFAR: 0.01)"),
    KD_CHOICE(struct dafl, act_norm, ABS, norms,
              "abs: their mean absolute value; norm: the length of all of them as one vector"),
    KD_CHOICE(struct dafl, generator, CONV, generators,
              "conv: the paper's network; none: the batch's own images, what to compare with"),
    KD_INT(struct dafl, latent, 100, 1, 10000,
           "numbers that an image is made from (code: 100, for CIFAR 1000)"),
    KD_INT(struct dafl, channels, 32, 2, 1024,
           "of the generator's first layers (code: 128, which costs 16 times as much)"),
    { 0 },
};

KD_METHOD(
    dafl, .title = "Data-free learning of student networks",
    .notes =
        "Generator: onehot * CE(argmax zt, zt) + ie * sum of p log10 p, p = mean over the batch of "
        "softmax(zt), - act * mean |ft|; zt and ft: the frozen teacher's logits and pooled "
        "features "
        "of the images G(z), z normal. Student: kd * T^2 * KL(softmax(zt/T) || softmax(zs/T)) on "
        "the same images held constant. Both learn in each step. G: linear, batch-norm, twice (x2, "
        "3x3 convolution, batch-norm, leaky ReLU 0.2), 3x3 convolution, tanh, channels normalised "
        "over the batch. The code's batch-norms there have eps = 0.8, here 1e-5, and its generator "
        "learns by Adam at 0.2 (CIFAR: 0.02), here as the sweep's optimiser does. Data and labels "
        "are not looked at: below the plain student is what it costs, most of all in the few steps "
        "of a small sweep (the paper: 2000 epochs of 120 steps for CIFAR). Measured "
        "(Fashion-MNIST, 6 epochs without a real image): 24 to 49 %; the code takes 200 epochs of "
        "120 batches.",
    .cite = { .key = "chen2019",
              .authors = "Chen, Wang, Xu, Yang, Liu, Shi, Xu, Xu, Tian",
              .title = "Data-Free Learning of Student Networks",
              .venue = "ICCV",
              .year = 2019,
              .url = "https://arxiv.org/abs/1904.01186" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_SYNTHETIC,
    .category = "Algorithms/Adversarial", .need = KD_NEED_TEACHER_NET, .media = 1u << KD_IMAGE,
    .media_why = "its generator makes images", .self_size = sizeof(struct dafl), .options = options,
    .setup = setup, .batch = batch, .loss = loss);
