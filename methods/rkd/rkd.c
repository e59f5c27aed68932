/* Relational knowledge distillation: distances and angles between the samples of a batch. */
#include <kd/method.h>

struct rkd {
    kd_real ce, beta, w_d, w_a;
};

/* N,D -> N,N: distances, as multiples of the mean distance of two different samples */
static kd_tensor *distances(kd_tensor *f)
{
    int64_t n = kd_dim(f, 0);
    kd_tensor *apart = kd_shift(kd_neg(kd_eye(f, n)), 1); /* 0 on the diagonal, else 1 */
    kd_tensor *d = kd_mul(kd_sqrt(kd_pairwise_sqdist(f, f, (kd_real)1e-12)), apart);
    kd_tensor *mean = kd_scale(kd_sum(d), 1 / (kd_real)(n * (n - 1)));
    return kd_div(d, mean);
}

/* N,D -> N,N,N: [i][j][k] is the cosine of the angle at sample i between samples j and k */
static kd_tensor *angles(kd_tensor *f)
{
    int64_t n = kd_dim(f, 0), width = kd_dim(f, 1);
    kd_tensor *to = kd_reshape(f, KD_SHAPE(1, n, width));
    kd_tensor *from = kd_reshape(f, KD_SHAPE(n, 1, width));
    kd_tensor *way = kd_l2_normalize(kd_sub(to, from), 2);
    return kd_matmul_nt(way, way);
}

static void loss(kd_step *s, void *self)
{
    const struct rkd *o = self;
    kd_tensor *fs = kd_flatten(s->student->pooled, 1), *ft = kd_flatten(s->teacher->pooled, 1);

    kd_label_term(s, o->ce, kd_cross_entropy(s->student->logits, s->label));
    if (kd_dim(fs, 0) < 2) {
        kd_fail("relations need two samples, the batch has %lld", (long long)kd_dim(fs, 0));
        return;
    }
    kd_term(s, "distance", o->beta * o->w_d, kd_smooth_l1(distances(fs), distances(ft)));
    kd_term(s, "angle", o->beta * o->w_a, kd_smooth_l1(angles(fs), angles(ft)));
}

static const kd_option options[] = {
    KD_REAL(struct rkd, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct rkd, beta, 1, 0, 1e4, "weight of both relational losses"),
    KD_REAL(struct rkd, w_d, 25, 0, 1e4, "weight of the distances"),
    KD_REAL(struct rkd, w_a, 50, 0, 1e4, "weight of the angles"),
    { 0 },
};

KD_METHOD(
    rkd, .title = "Relational knowledge distillation",
    .notes =
        "ce * CE(y, zs) + beta * (w_d * L_D + w_a * L_A) on the pooled features. L_D: smooth L1 "
        "between |fi - fj| / (mean over i != j), squared distances at least 1e-12, diagonal 0, "
        "mean over all N^2 entries; the student's mean distance keeps its gradient. L_A: smooth "
        "L1 between the cosines <e_ij, e_ik>, mean over all N^3 of them, degenerate ones "
        "included. As the authors' code, which averages where the paper sums.",
    .cite = { .key = "park2019",
              .authors = "Park, Kim, Lu, Cho",
              .title = "Relational Knowledge Distillation",
              .venue = "CVPR",
              .year = 2019,
              .url = "https://arxiv.org/abs/1904.05068" },
    .scheme = KD_OFFLINE, .source = KD_RELATION, .category = "Sources/Similarity",
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct rkd), .options = options, .loss = loss);
