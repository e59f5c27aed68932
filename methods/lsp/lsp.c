/* Local structure preserving: how like its neighbours a place is, as a distribution over them, is
 * the same in the student as in the teacher. */
#include <kd/method.h>

enum { RBF, LINEAR, POLY, EUCLIDEAN };
enum { PAPER, AUTHORS_CODE };

struct lsp {
    kd_real ce, beta, sigma;
    int k, nodes, kernel, variant;
};

static void setup(kd_build *b, void *self)
{
    (void)self;
    for (int i = 0; i < b->npair; i++) {
        kd_shape s = kd_shape_of(b->pair[i].s);
        if (s.n < 3 || kd_shape_numel(s) / s.d[0] / s.d[s.n - 1] < 2)
            kd_not_applicable("%s has one place, which has no neighbours", b->pair[i].name);
    }
}

/* ---- which places are neighbours ---------------------------------------------- */

/* N,Q,C and N,P,C -> N,Q,P */
static kd_tensor *square_distances(kd_tensor *x, kd_tensor *y)
{
    kd_tensor *lx = kd_sum_axis(kd_square(x), 2), *ly = kd_sum_axis(kd_square(y), 2);
    kd_tensor *both = kd_add(lx, kd_transpose(ly, 1, 2));
    return kd_relu(kd_sub(both, kd_scale(kd_matmul_nt(x, y), 2)));
}

/* 1,HW,2: places of a grid */
static kd_tensor *grid(kd_tensor *map)
{
    int64_t height = kd_dim(map, 1), width = kd_dim(map, 2);
    kd_tensor *at = kd_zeros_like(map, KD_SHAPE(1, height * width, 2));
    for (int64_t i = 0; i < height * width && !kd_is_poisoned(at); i++) {
        kd_reals(at)[2 * i] = (kd_real)(i / width);
        kd_reals(at)[2 * i + 1] = (kd_real)(i % width);
    }
    return at;
}

/* N,P,3 or 1,P,2: in the cloud where the tap has a row a point, in the picture, in the text; else
 * the teacher's features say what is near */
static kd_tensor *coordinates(const kd_step *s, kd_tensor *map, kd_tensor *ft)
{
    bool cloud = kd_dtype_of(s->input) == KD_REAL_T && kd_ndim(s->input) == 3;
    if (cloud && kd_dim(s->input, 1) == kd_dim(ft, 1))
        return kd_slice(s->input, 2, 0, 3);
    return cloud || kd_ndim(map) != 4 ? ft : grid(map);
}

/* i64 NQ,k: the nearest of each of the first q places but itself */
static kd_tensor *neighbours(kd_tensor *at, int64_t n, int64_t q, int64_t k)
{
    int64_t places = kd_dim(at, 1);
    at = kd_detach(at);
    kd_tensor *far = square_distances(kd_slice(at, 1, 0, q), at);
    kd_tensor *own = kd_scale(kd_slice(kd_eye(at, places), 0, 0, q), (kd_real)1e30);
    kd_tensor *all = kd_broadcast_to(kd_add(far, own), KD_SHAPE(n, q, places));
    return kd_top(kd_neg(kd_reshape(all, KD_SHAPE(n * q, places))), k);
}

/* ---- how like them it is --------------------------------------------------------- */

/* N,P,C -> N,Q,P: of the first q places with all */
static kd_tensor *likeness(kd_tensor *f, int64_t q, const struct lsp *o)
{
    kd_tensor *node = kd_slice(f, 1, 0, q);
    kd_real width = 2 * o->sigma * o->sigma;
    if (o->kernel == RBF)
        return kd_exp(kd_scale(square_distances(node, f), -1 / width));
    if (o->kernel == EUCLIDEAN)
        return square_distances(node, f);
    kd_tensor *product = kd_matmul_nt(node, f);
    return o->kernel == POLY ? kd_square(product) : product;
}

/* N,P,C -> NQ,k: log of the softmax over the neighbours */
static kd_tensor *structure(kd_tensor *f, int64_t q, kd_tensor *near, const struct lsp *o)
{
    kd_tensor *all = likeness(f, q, o);
    return kd_log_softmax(kd_take(kd_reshape(all, KD_SHAPE(-1, kd_dim(f, 1))), near));
}

/* mean over places: KL(s || t) in the paper, KL(t || s) in the code */
static kd_tensor *divergence(kd_tensor *log_s, kd_tensor *log_t, int variant)
{
    kd_tensor *p = kd_exp(variant == PAPER ? log_s : log_t), *off = kd_sub(log_s, log_t);
    kd_tensor *rows = kd_sum_axis(kd_mul(p, off), 1);
    return kd_scale(kd_mean(rows), variant == PAPER ? 1 : -1);
}

static void loss(kd_step *s, void *self)
{
    const struct lsp *o = self;

    kd_label_term(s, o->ce, kd_cross_entropy(s->student->logits, s->label));
    for (int i = 0; i < s->npair; i++) {
        kd_tensor *fs = s->pair[i].s, *ft = s->pair[i].t;
        if (kd_ndim(fs) == 4)
            kd_match_size(&fs, &ft);
        kd_tensor *map = fs;
        fs = kd_places(fs);
        ft = kd_places(ft);
        int64_t places = kd_dim(fs, 1), k = o->k < places - 1 ? o->k : places - 1;
        if (kd_is_poisoned(fs) || k < 1)
            return;
        int64_t q = o->nodes > 0 && o->nodes < places ? o->nodes : places;
        kd_tensor *near = neighbours(coordinates(s, map, ft), kd_dim(fs, 0), q, k);
        kd_tensor *log_s = structure(fs, q, near, o), *log_t = structure(ft, q, near, o);
        kd_term(s, "lsp", o->beta, divergence(log_s, log_t, o->variant));
    }
}

static const char *const kernels[] = { "rbf", "linear", "poly", "euclidean", NULL };
static const char *const variants[] = { "paper", "authors_code", NULL };

static const kd_option options[] = {
    KD_REAL(struct lsp, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct lsp, beta, 100, 0, 1e5, "weight of the structure loss"),
    KD_INT(struct lsp, k, 16, 1, 4096, "neighbours of a place"),
    KD_INT(
        struct lsp, nodes, 0, 0, 1 << 20,
        "only the first so many places have neighbours (points of a cloud come in random order); "
        "0: all, which costs most of a step"),
    KD_CHOICE(
        struct lsp, kernel, RBF, kernels,
        "likeness of two features: exp(-d^2 / (2 sigma^2)), their product, its square, or d^2"),
    KD_REAL(struct lsp, sigma, 1, 0.1, 1e4,
            "width of the rbf kernel, for features of this size (the paper: 100)"),
    KD_CHOICE(struct lsp, variant, PAPER, variants,
              "paper: KL(student || teacher); authors_code: KL(teacher || student)"),
    { 0 },
};

KD_METHOD(
    lsp, .title = "Local structure preserving",
    .notes =
        "ce * CE(y, zs) + beta * mean over places i of KL(LS_i(fs) || LS_i(ft)), LS_ij = softmax "
        "over the neighbours j of i of SIM(f_i, f_j), f the last stage's features. The paper's "
        "graphs are given; here a place's neighbours are the k nearest others: points of the cloud "
        "where the tap has a row a point, places of the picture, tokens of the text; else (taps of "
        "fewer points than the cloud) by the teacher's features. Maps of two sizes: the larger is "
        "averaged to the smaller first. The authors' code takes exp(-|f_i - f_j|_1 / 100) as "
        "likeness and the other direction of the KL. It needs a graph library: the vectors are "
        "derived from the paper's equations (derive.py). The paper's sigma of 100 is for its "
        "graphs: here (SH3D-18, pointnet to a narrower one) all neighbours are then as near, and "
        "the gradient is a ten-thousandth of that at sigma = 1.",
    .cite = { .key = "yang2020lsp",
              .authors = "Yang, Qiu, Song, Tao, Wang",
              .title = "Distilling Knowledge From Graph Convolutional Networks",
              .venue = "CVPR",
              .year = 2020,
              .url = "https://arxiv.org/abs/2003.10477" },
    .scheme = KD_OFFLINE, .source = KD_FEATURE | KD_RELATION, .category = "Algorithms/Graph-based",
    .taps = KD_TAPS_LAST,
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH |
             KD_PROP_SHIFT_LOGITS,
    .self_size = sizeof(struct lsp), .options = options, .setup = setup, .loss = loss);
