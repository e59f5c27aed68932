/* ViTKD: a vision transformer mimics its teacher's first two layers and generates its last. */
#include <kd/method.h>

#include <math.h>

struct vitkd {
    kd_real ce, alpha, beta, lambda;
    int64_t side;        /* patches in a row of the image, and in a column */
    kd_layer *align2[2]; /* the first two layers; NULL: the tokens are as wide */
    kd_layer *align;     /* the last */
    kd_layer *conv0, *conv2;
    kd_tensor *mask_token;
};

enum { FIRST = 2 }; /* layers that are mimicked */

/* ---- setup -------------------------------------------------------------------------------- */

/* the patches of an image: the stem's rows; without a stem all rows of a layer are patches */
static int64_t patches_of(const kd_build *b)
{
    for (int i = 0; i < b->student.ntap; i++)
        if (b->student.tap[i].kind == KD_TAP_STEM)
            return kd_dim(b->student.tap[i].x, 1);
    return kd_dim(b->pair[0].s, 1);
}

static bool fits(const kd_build *b, struct vitkd *v)
{
    for (int i = 0; i < b->npair; i++)
        if (kd_ndim(b->pair[i].s) != 3 || kd_ndim(b->pair[i].t) != 3) {
            kd_not_applicable("it compares the tokens of two vision transformers");
            return false;
        }
    if (b->npair <= FIRST) {
        kd_not_applicable("it wants more than %d layers in both networks, %d are paired", FIRST,
                          b->npair);
        return false;
    }
    int64_t n = patches_of(b), here = kd_dim(b->pair[0].s, 1), there = kd_dim(b->pair[0].t, 1);
    if (here != there) {
        kd_not_applicable("the student has %lld tokens, the teacher %lld", (long long)here,
                          (long long)there);
        return false;
    }
    v->side = (int64_t)floor(sqrt((double)n) + 0.5);
    if (v->side * v->side != n)
        kd_not_applicable("%lld patches lie in no square", (long long)n);
    return v->side * v->side == n;
}

static void setup(kd_build *b, void *self)
{
    struct vitkd *v = self;
    if (!fits(b, v))
        return;
    int64_t from = kd_channels(b->pair[0].s), to = kd_channels(b->pair[0].t);
    kd_conv_spec spec = { .in = to, .out = to, .kernel = 3, .pad = 1, .bias = true };
    if (from != to) {
        kd_scope *align2 = kd_scope_new(b->scope, "align2");
        for (int i = 0; i < FIRST; i++)
            v->align2[i] = kd_linear_new(align2, kd_numbered("", i), from, to);
        v->align = kd_linear_new(b->scope, "align", from, to);
    }
    v->mask_token = kd_param_new(b->scope, "mask_token", KD_SHAPE(1, 1, to));
    kd_scope *generation = kd_scope_new(b->scope, "generation");
    v->conv0 = kd_conv2d_new(generation, "0", spec);
    v->conv2 = kd_conv2d_new(generation, "2", spec);
}

/* ---- the loss ------------------------------------------------------------------------------ */

/* N,T,C -> N,P,C: without the tokens in front */
static kd_tensor *patches(const struct vitkd *v, kd_tensor *x)
{
    int64_t tokens = kd_dim(x, 1);
    return kd_slice(x, 1, tokens - v->side * v->side, tokens);
}

static kd_tensor *aligned(kd_layer *align, kd_tensor *x)
{
    return align ? kd_apply(align, x) : x;
}

static kd_tensor *square_sum(kd_tensor *x)
{
    return kd_sum(kd_square(x));
}

static kd_tensor *mimic(kd_step *s, const struct vitkd *v)
{
    kd_tensor *sum[FIRST];
    for (int i = 0; i < FIRST; i++) {
        kd_tensor *fs = aligned(v->align2[i], patches(v, s->pair[i].s));
        sum[i] = square_sum(kd_sub(fs, patches(v, s->pair[i].t)));
    }
    return kd_add_n(sum, FIRST);
}

/* how many of n patches stay: n (1 - lambda), cut as the authors' double precision cuts it */
static int64_t kept(const struct vitkd *v, int64_t n)
{
    double lambda = floor((double)v->lambda * 1e6 + 0.5) / 1e6;
    return (int64_t)((double)n * (1 - lambda));
}

/* N,P,1: 0 at the patches with the smallest draws, which stay; 1 at those that are hidden */
static kd_tensor *hidden(kd_step *s, const struct vitkd *v)
{
    int64_t n = v->side * v->side, images = s->batch, few = kept(v, n);
    kd_tensor *draw = kd_uniform(s, "mask", KD_SHAPE(images, n));
    kd_tensor *mask = kd_zeros_like(draw, KD_SHAPE(images, n, 1));
    for (int64_t i = 0; !kd_is_poisoned(mask) && i < images * n; i++) {
        const kd_real *row = kd_reals(draw) + i / n * n;
        int64_t at = i % n, before = 0;
        for (int64_t k = 0; k < n; k++)
            before += row[k] < row[at] || (row[k] == row[at] && k < at);
        kd_reals(mask)[i] = before >= few;
    }
    return mask;
}

/* the teacher's hidden patches, made from the student's others */
static kd_tensor *generate(kd_step *s, const struct vitkd *v)
{
    const kd_pair *last = &s->pair[s->npair - 1];
    kd_tensor *x = aligned(v->align, patches(v, last->s)), *t = patches(v, last->t);
    kd_tensor *mask = hidden(s, v), *seen = kd_shift(kd_neg(mask), 1);
    x = kd_add(kd_mul(x, seen), kd_mul(mask, v->mask_token));
    x = kd_reshape(x, KD_SHAPE(kd_dim(t, 0), v->side, v->side, kd_channels(t)));
    x = kd_apply(v->conv2, kd_relu(kd_apply(v->conv0, x)));
    return square_sum(kd_mul(kd_sub(kd_places(x), t), mask));
}

static void loss(kd_step *s, void *self)
{
    const struct vitkd *v = self;
    kd_real images = (kd_real)s->batch;

    kd_label_term(s, v->ce, kd_cross_entropy(s->student->logits, s->label));
    kd_term(s, "mimic", v->alpha / images, mimic(s, v));
    kd_term(s, "generate", v->beta / v->lambda / images, generate(s, v));
}

static const kd_option options[] = {
    KD_REAL(struct vitkd, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct vitkd, alpha, 3e-5, 0, 1e3,
            "weight of the first two layers' squared differences, summed over tokens and channels "
            "(ImageNet: 3e-5)"),
    KD_REAL(struct vitkd, beta, 3e-6, 0, 1e3,
            "weight of the generation of the last layer, a sum too (ImageNet: 3e-6)"),
    KD_REAL(struct vitkd, lambda, 0.5, 1e-3, 1, "share of the patches that is hidden"),
    { 0 },
};

KD_METHOD(
    vitkd, .title = "ViTKD: feature-based distillation for vision transformers",
    .notes =
        "ce * CE(y, zs) + alpha / N * sum over the first two layers of |A_l(fs_l) - ft_l|^2 + "
        "beta / (lambda N) * |M (G(x) - ft_last)|^2, over patches alone. A: linear layers where "
        "the widths differ. x: the student's last layer with the patches under M replaced by a "
        "learned token, M the patches whose uniform draws are not among the int(P (1 - lambda)) "
        "smallest of an image. G: 3x3 convolution, ReLU, 3x3 convolution on the square of patches. "
        "The first and the last pairs are those of layers that both networks have: with unequal "
        "depths set pairs.",
    .cite = { .key = "yang2024vitkd",
              .authors = "Yang, Li, Zeng, Li, Yuan, Li",
              .title = "ViTKD: Feature-based Knowledge Distillation for Vision Transformers",
              .venue = "CVPRW",
              .year = 2024,
              .url = "https://arxiv.org/abs/2209.02432" },
    .scheme = KD_OFFLINE, .source = KD_FEATURE,
    .category = "Applications/Foundation Models/Vision Transformers/Vision Transformer (ViT)",
    .taps = KD_TAPS_STAGES, .media = 1u << KD_IMAGE, .media_why = "it restores patches of images",
    .rows = true, .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS,
    .self_size = sizeof(struct vitkd), .options = options, .setup = setup, .loss = loss);
