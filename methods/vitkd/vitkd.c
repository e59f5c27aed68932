/* ViTKD: a vision transformer mimics its teacher's first two layers and generates its last. */
#include <kd/method.h>

#include <math.h>

struct vitkd {
    kd_real ce, alpha, beta, lambda;
    int64_t side;       /* patches in a row of the image, and in a column */
    kd_layer *align[3]; /* of the first two layers and the last; NULL: the tokens are as wide */
    kd_layer *conv0, *conv2;
    kd_tensor *mask_token;
};

enum { FIRST = 2, LAYERS = FIRST + 1, MOST = 64 }; /* layers that are mimicked; and the last */

/* the first layers of a network and its last: how many there are */
static int layers_of(const kd_tap *tap, int ntap, kd_tensor *layer[LAYERS])
{
    kd_tensor *map[MOST];
    int n = kd_stages(tap, ntap, map, MOST);
    for (int i = 0; i < FIRST && i < n; i++)
        layer[i] = map[i];
    if (n > 0)
        layer[FIRST] = map[n - 1];
    return n;
}

/* ---- setup -------------------------------------------------------------------------------- */

/* the patches of an image: the stem's rows; without a stem all rows of a layer are patches */
static int64_t patches_of(const kd_build *b, const kd_tensor *layer)
{
    for (int i = 0; i < b->student.ntap; i++)
        if (b->student.tap[i].kind == KD_TAP_STEM && kd_ndim(b->student.tap[i].x) == 3)
            return kd_dim(b->student.tap[i].x, 1);
    return kd_dim(layer, 1);
}

static bool has_tokens(kd_tensor *const layer[LAYERS])
{
    for (int i = 0; i < LAYERS; i++)
        if (kd_ndim(layer[i]) != 3)
            return false;
    return true;
}

static bool fits(const kd_build *b, struct vitkd *v, kd_tensor *s[LAYERS], kd_tensor *t[LAYERS])
{
    int ns = layers_of(b->student.tap, b->student.ntap, s);
    int nt = layers_of(b->teacher.tap, b->teacher.ntap, t);
    if (ns <= FIRST || nt <= FIRST) {
        kd_not_applicable("it wants more than %d layers in both networks, they have %d and %d",
                          FIRST, ns, nt);
        return false;
    }
    if (!has_tokens(s) || !has_tokens(t)) {
        kd_not_applicable("it compares the tokens of two vision transformers");
        return false;
    }
    int64_t n = patches_of(b, s[0]), here = kd_dim(s[0], 1), there = kd_dim(t[0], 1);
    v->side = (int64_t)floor(sqrt((double)n) + 0.5);
    if (here != there)
        kd_not_applicable("the student has %lld tokens, the teacher %lld", (long long)here,
                          (long long)there);
    else if (v->side * v->side != n)
        kd_not_applicable("%lld patches lie in no square", (long long)n);
    return here == there && v->side * v->side == n;
}

static void setup(kd_build *b, void *self)
{
    struct vitkd *v = self;
    kd_tensor *s[LAYERS], *t[LAYERS];
    if (!fits(b, v, s, t))
        return;
    int64_t from = kd_channels(s[0]), to = kd_channels(t[0]);
    kd_conv_spec spec = { .in = to, .out = to, .kernel = 3, .pad = 1, .bias = true };
    if (from != to) {
        kd_scope *align2 = kd_scope_new(b->scope, "align2");
        for (int i = 0; i < FIRST; i++)
            v->align[i] = kd_linear_new(align2, kd_numbered("", i), from, to);
        v->align[FIRST] = kd_linear_new(b->scope, "align", from, to);
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

static kd_tensor *mimic(const struct vitkd *v, kd_tensor *const fs[LAYERS],
                        kd_tensor *const ft[LAYERS])
{
    kd_tensor *sum[FIRST];
    for (int i = 0; i < FIRST; i++) {
        kd_tensor *x = aligned(v->align[i], patches(v, fs[i]));
        sum[i] = square_sum(kd_sub(x, patches(v, ft[i])));
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
static kd_tensor *generate(kd_step *s, const struct vitkd *v, kd_tensor *fs, kd_tensor *ft)
{
    kd_tensor *x = aligned(v->align[FIRST], patches(v, fs)), *t = patches(v, ft);
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
    kd_tensor *fs[LAYERS], *ft[LAYERS];
    layers_of(s->student->tap, s->student->ntap, fs);
    layers_of(s->teacher->tap, s->teacher->ntap, ft);

    kd_label_term(s, v->ce, kd_cross_entropy(s->student->logits, s->label));
    kd_term(s, "mimic", v->alpha / images, mimic(v, fs, ft));
    kd_term(s, "generate", v->beta / v->lambda / images, generate(s, v, fs[FIRST], ft[FIRST]));
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
        "smallest of an image. G: 3x3 convolution, ReLU, 3x3 convolution on the square of "
        "patches.",
    .cite = { .key = "yang2024vitkd",
              .authors = "Yang, Li, Zeng, Li, Yuan, Li",
              .title = "ViTKD: Feature-based Knowledge Distillation for Vision Transformers",
              .venue = "CVPRW",
              .year = 2024,
              .url = "https://arxiv.org/abs/2209.02432" },
    .scheme = KD_OFFLINE, .source = KD_FEATURE,
    .category = "Applications/Foundation Models/Vision Transformers/Vision Transformer (ViT)",
    .taps = KD_TAPS_ALL, .media = 1u << KD_IMAGE, .media_why = "it restores patches of images",
    .rows = true, .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS,
    .self_size = sizeof(struct vitkd), .options = options, .setup = setup, .loss = loss);
