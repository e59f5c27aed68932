/* Inter-channel correlation: which channels go together in the teacher's map, row by row. */
#include <kd/method.h>

struct ickd {
    kd_real ce, beta;
    kd_layer *conv, *bn;
};

static void setup(kd_build *b, void *self)
{
    struct ickd *m = self;
    if (b->npair < 1 || kd_ndim(b->pair->s) != 4 || kd_ndim(b->pair->t) != 4) {
        kd_fail("it correlates channels of maps N,H,W,C, there are %d pairs: set pairs", b->npair);
        return;
    }
    kd_conv_spec spec = { .in = kd_channels(b->pair->s),
                          .out = kd_channels(b->pair->t),
                          .kernel = 1 };
    m->conv = kd_conv2d_new(b->scope, "conv", spec);
    m->bn = kd_batchnorm_new(b->scope, "bn", spec.out);
}

/* N,H,W,C -> N,C,C: each channel's products with all others, at unit length */
static kd_tensor *correlation(kd_tensor *f)
{
    kd_tensor *x = kd_places(f);
    return kd_l2_normalize(kd_matmul_tn(x, x), 2);
}

static void loss(kd_step *s, void *self)
{
    const struct ickd *m = self;

    kd_label_term(s, m->ce, kd_cross_entropy(s->student->logits, s->label));
    for (int i = 0; i < s->npair; i++) {
        kd_tensor *fs = kd_apply(m->bn, kd_apply(m->conv, s->pair[i].s)), *ft = s->pair[i].t;
        kd_tensor *square = kd_square(kd_sub(correlation(fs), correlation(ft)));
        kd_term(s, "ickd", m->beta, kd_mean(kd_sum_axis(square, 2)));
    }
}

static const kd_option options[] = {
    KD_REAL(struct ickd, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct ickd, beta, 2.5, 0, 1e4, "weight of the correlations' difference"),
    { 0 },
};

KD_METHOD(
    ickd, .title = "Inter-channel correlation",
    .notes =
        "ce * CE(y, zs) + beta * mean over batch and channels of |G(r(fs)) - G(ft)|^2 of a row, "
        "last stage; G: products of all pairs of channels, summed over places, each row at unit "
        "length, so that sizes of maps may differ; r: 1x1 convolution without bias to the "
        "teacher's channels, and batch-norm. Reductions and weight are the authors' code's; its "
        "second embedding, for the teacher, is never called and not made here. Several pairs share "
        "r. Measured (Fashion-MNIST, 5,000 images, 6 epochs, 3 seeds): 84.1 % against 84.3 % plain "
        "(resnet20 to resnet8, not resolved), 89.2 against 87.8 (wrn_16_2 to a vgg8 of a quarter).",
    .cite = { .key = "liu2021",
              .authors = "Liu, Huang, Lin, Xie, Wang, Chang, Liang",
              .title = "Exploring Inter-Channel Correlation for Diversity-Preserved Knowledge "
                       "Distillation",
              .venue = "ICCV",
              .year = 2021,
              .url = "https://arxiv.org/abs/2202.03680" },
    .scheme = KD_OFFLINE, .source = KD_RELATION, .category = "Sources/Similarity",
    .taps = KD_TAPS_LAST, .any_places = true, .props = KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct ickd), .options = options, .setup = setup, .loss = loss);
