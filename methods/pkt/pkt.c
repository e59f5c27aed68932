/* Probabilistic knowledge transfer: each sample's similarities to the batch as a distribution. */
#include <kd/method.h>

enum { PAPER, AUTHORS_CODE };

struct pkt {
    kd_real ce, beta, eps;
    int variant;
};

/* N,D -> N,N: (1 + cosine)/2 between samples, each row summing to one */
static kd_tensor *affinity(kd_tensor *x, const struct pkt *o)
{
    kd_tensor *f = kd_flatten(x, 1);
    kd_tensor *length = kd_sqrt(kd_sum_axis(kd_square(f), 1));
    f = kd_div(f, kd_shift(length, o->eps));
    kd_tensor *p = kd_scale(kd_shift(kd_matmul_nt(f, f), 1), 0.5f);
    if (o->variant == PAPER)
        p = kd_mul(p, kd_shift(kd_neg(kd_eye(p, kd_dim(p, 0))), 1));
    return kd_div(p, kd_sum_axis(p, 1));
}

static void loss(kd_step *s, void *self)
{
    const struct pkt *o = self;

    kd_label_term(s, o->ce, kd_cross_entropy(s->student->logits, s->label));
    if (s->batch < 2) {
        kd_fail("similarities need two samples, the batch has %lld", (long long)s->batch);
        return;
    }
    kd_tensor *p = affinity(s->teacher->pooled, o), *q = affinity(s->student->pooled, o);
    kd_tensor *ratio = kd_div(kd_shift(p, o->eps), kd_shift(q, o->eps));
    kd_term(s, "pkt", o->beta, kd_mean(kd_mul(p, kd_log(ratio))));
}

static const char *const variants[] = { "paper", "authors_code", NULL };

static const kd_option options[] = {
    KD_REAL(struct pkt, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct pkt, beta, 30000, 0, 1e6, "weight of the divergence"),
    KD_REAL(struct pkt, eps, 1e-7, 1e-12, 1e-3, "added to norms and inside the logarithm"),
    KD_CHOICE(struct pkt, variant, AUTHORS_CODE, variants,
              "paper: without a sample's similarity to itself; authors_code: with it"),
    { 0 },
};

KD_METHOD(pkt, .title = "Probabilistic knowledge transfer",
          .notes =
              "ce * CE(y, zs) + beta * mean over all N^2 entries of p log((p + eps)/(q + eps)); p "
              "(teacher) and q (student): (1 + cosine of two samples' pooled features)/2, rows "
              "scaled to sum 1, norm + eps as divisor. The paper sums over i != j and leaves a "
              "sample's similarity to itself out of the rows; its authors' code and RepDistiller "
              "average and leave it in. beta = 30000 belongs to the mean.",
          .cite = { .key = "passalis2018",
                    .authors = "Passalis, Tefas",
                    .title = "Learning Deep Representations with Probabilistic Knowledge Transfer",
                    .venue = "ECCV",
                    .year = 2018,
                    .url = "https://arxiv.org/abs/1803.10837" },
          .scheme = KD_OFFLINE, .source = KD_RELATION, .category = "Algorithms/Graph/Relational",
          .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_PERMUTE_BATCH, .self_size = sizeof(struct pkt),
          .options = options, .loss = loss);
