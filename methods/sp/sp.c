/* Similarity-preserving distillation: which samples of a batch activate a network alike. */
#include <kd/method.h>

struct sp {
    kd_real ce, beta;
};

/* N,... -> N,N: inner products of the samples' maps, each row scaled to unit length */
static kd_tensor *similarity(kd_tensor *x)
{
    kd_tensor *f = kd_flatten(x, 1);
    return kd_l2_normalize(kd_matmul_nt(f, f), 1);
}

static void loss(kd_step *s, void *self)
{
    const struct sp *o = self;

    kd_label_term(s, o->ce, kd_cross_entropy(s->student->logits, s->label));
    for (int i = 0; i < s->npair; i++)
        kd_term(s, "sp", o->beta, kd_mse(similarity(s->pair[i].s), similarity(s->pair[i].t)));
}

static const kd_option options[] = {
    KD_REAL(struct sp, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct sp, beta, 3000, 0, 1e5, "weight of the similarity loss"),
    { 0 },
};

KD_METHOD(sp, .title = "Similarity-preserving knowledge distillation",
          .notes =
              "ce * CE(y, zs) + beta / N^2 * |G(fs) - G(ft)|^2 (Frobenius), summed over pairs; "
              "G(f) = F F' with rows of unit length, F: N samples x all activations of the last "
              "stage. Paper and RepDistiller agree.",
          .cite = { .key = "tung2019",
                    .authors = "Tung, Mori",
                    .title = "Similarity-Preserving Knowledge Distillation",
                    .venue = "ICCV",
                    .year = 2019,
                    .url = "https://arxiv.org/abs/1907.09682" },
          .scheme = KD_OFFLINE, .source = KD_RELATION, .category = "Sources/Similarity",
          .taps = KD_TAPS_LAST, .any_places = true,
          .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH,
          .self_size = sizeof(struct sp), .options = options, .loss = loss);
