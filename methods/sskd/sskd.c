/* Distillation meets self-supervision: the student imitates which image, by the teacher's likeness,
 * a rotated image is of. */
#include <math.h>
#include <kd/method.h>

enum { MLP, NONE };
enum { ROTATIONS = 4 };

struct sskd {
    kd_real ce, kd, kd_T, tf, tf_T, ss, ss_T, ratio_tf, ratio_ss;
    int head_epochs, head;
    struct {
        kd_layer *first, *last;
    } s, t; /* the heads */
};

static void setup(kd_build *b, void *self)
{
    struct sskd *m = self;
    if (m->head == NONE)
        return;
    int64_t ws = b->student.pooled.d[1], wt = b->teacher.pooled.d[1];
    kd_scope *s = kd_scope_new(b->scope, "proj_s"), *t = kd_scope_new(b->scope, "proj_t");
    m->s.first = kd_linear_new(s, "0", ws, ws);
    m->s.last = kd_linear_new(s, "2", ws, ws);
    m->t.first = kd_linear_new(t, "0", wt, wt);
    m->t.last = kd_linear_new(t, "2", wt, wt);
}

/* ---- rotated images -------------------------------------------------------------------------- */

/* a square image turned by a quarter against the clock: at y,x what was at x,side-1-y */
static void turn(const kd_real *from, int64_t side, int64_t channels, kd_real *to)
{
    for (int64_t y = 0; y < side; y++)
        for (int64_t x = 0; x < side; x++)
            for (int64_t c = 0; c < channels; c++)
                *to++ = from[(x * side + side - 1 - y) * channels + c];
}

/* each image, then itself turned by 90, 180 and 270 degrees */
static void batch(kd_step *s, void *self)
{
    int64_t n = kd_dim(s->input, 0), side = kd_dim(s->input, 1), c = kd_channels(s->input);
    int64_t size = side * side * c;
    (void)self;
    if (side != kd_dim(s->input, 2)) {
        kd_fail("rotations want square images, these are %s", kd_shape_text(kd_shape_of(s->input)));
        return;
    }
    kd_tensor *all = kd_zeros_like(s->input, KD_SHAPE(ROTATIONS * n, side, side, c));
    kd_real *to = kd_reals(all);
    const kd_real *from = kd_reals(s->input);
    for (int64_t i = 0; i < n; i++, from += size) {
        for (int64_t k = 0; k < size; k++)
            *to++ = from[k];
        for (int quarter = 1; quarter < ROTATIONS; quarter++, to += size)
            turn(to - size, side, c, to);
    }
    kd_replace_input(s, all);
}

/* ---- what stands where ------------------------------------------------------------------------
 */

/* rows of the images as they are, or of their versions: N*V,D -> N,D or N*(V-1),D */
static kd_tensor *plain(kd_tensor *x, int64_t n)
{
    kd_tensor *all = kd_reshape(x, KD_SHAPE(n, -1, kd_channels(x)));
    return kd_reshape(kd_slice(all, 1, 0, 1), KD_SHAPE(n, kd_channels(x)));
}

static kd_tensor *turned(kd_tensor *x, int64_t n)
{
    kd_tensor *all = kd_reshape(x, KD_SHAPE(n, -1, kd_channels(x)));
    return kd_reshape(kd_slice(all, 1, 1, kd_dim(all, 1)), KD_SHAPE(-1, kd_channels(x)));
}

static kd_tensor *project(kd_tensor *f, kd_layer *first, kd_layer *last)
{
    return first ? kd_apply(last, kd_relu(kd_apply(first, f))) : f;
}

/* cosines of each version with each image: N*(V-1),N */
static kd_tensor *likeness(kd_tensor *f, int64_t n)
{
    kd_tensor *x = kd_l2_normalize(f, 1);
    return kd_matmul_nt(turned(x, n), plain(x, n));
}

/* ---- which versions the teacher is to be trusted in --------------------------------------------
 */

/* a row: how many columns come before its own, which is row / each, or that one's label */
static kd_tensor *ranks(kd_tensor *score, const int64_t *label, int64_t each)
{
    int64_t rows = kd_dim(score, 0), width = kd_dim(score, 1);
    kd_tensor *rank = kd_zeros_like(score, KD_SHAPE(rows));
    const kd_real *z = kd_reals(score);
    for (int64_t r = 0; r < rows; r++, z += width) {
        int64_t own = label ? label[r / each] : r / each;
        for (int64_t i = 0; i < width; i++)
            kd_reals(rank)[r] += z[i] > z[own] || (i < own && !(z[i] < z[own]));
    }
    return rank;
}

/* as many rows as are right, and that share of the others, rounded down */
static int64_t how_many(kd_tensor *rank, kd_real ratio)
{
    int64_t right = 0, rows = kd_numel(rank);
    for (int64_t r = 0; r < rows; r++)
        right += kd_reals(rank)[r] < 1;
    double share = round(ratio * 1e6) / 1e6; /* 0.7 is not less than 0.7, in a float either */
    return right + (int64_t)((double)(rows - right) * share);
}

/* The rows of lowest rank, in any order: i64 K, NULL when there are none. Of the last rank that has
 * room, those come first that the draw names. */
static kd_tensor *kept(kd_step *s, const char *name, kd_tensor *rank, kd_real ratio)
{
    int64_t rows = kd_numel(rank), k = how_many(rank, ratio), n = 0;
    if (k == 0)
        return NULL;
    kd_tensor *first = kd_integers(s, name, KD_SHAPE(k), rows);
    if (kd_is_poisoned(first))
        return NULL;
    kd_tensor *keep = kd_from_i64s(rank, KD_SHAPE(k), kd_i64s(first));
    for (kd_real now = 0; n < k; now++)
        for (int64_t i = 0; i < k + rows && n < k; i++) {
            int64_t at = i < k ? kd_i64s(first)[i] : i - k;
            if (kd_reals(rank)[at] == now) {
                kd_i64s(keep)[n++] = at;
                kd_reals(rank)[at] = -1; /* taken */
            }
        }
    return keep;
}

/* T^2 KL of the rows that are kept */
static void imitate(kd_step *s, const char *name, kd_real weight, kd_tensor *zs, kd_tensor *zt,
                    kd_real T, kd_tensor *keep)
{
    if (keep)
        kd_term(s, name, weight * T * T, kd_kl_logits(kd_gather(zs, keep), kd_gather(zt, keep), T));
}

/* ---- losses ---------------------------------------------------------------------------------- */

/* the teacher's head learns which image each version is of */
static void head_phase(kd_step *s, void *self)
{
    const struct sskd *m = self;
    int64_t n = kd_numel(s->label), each = kd_dim(s->teacher->pooled, 0) / n - 1;
    if (each < 1)
        return;
    kd_tensor *z = likeness(project(s->teacher->pooled, m->t.first, m->t.last), n);
    kd_tensor *own = kd_reshape(kd_eye(z, n), KD_SHAPE(n, 1, n));
    own = kd_reshape(kd_broadcast_to(own, KD_SHAPE(n, each, n)), KD_SHAPE(n * each, n));
    kd_term(s, "head", 1, kd_soft_cross_entropy(own, kd_log_softmax(z)));
}

static void versions(kd_step *s, const struct sskd *m, int64_t n, int64_t each)
{
    kd_tensor *zs = turned(s->student->logits, n), *zt = turned(s->teacher->logits, n);
    kd_tensor *ls = likeness(project(s->student->pooled, m->s.first, m->s.last), n);
    kd_tensor *lt = kd_detach(likeness(project(s->teacher->pooled, m->t.first, m->t.last), n));
    kd_tensor *p = kd_softmax(kd_scale(zt, 1 / m->tf_T));
    if (kd_is_poisoned(p) || kd_is_poisoned(lt))
        return;
    imitate(s, "tf", m->tf, zs, zt, m->tf_T,
            kept(s, "keep_tf", ranks(p, kd_i64s(s->label), each), m->ratio_tf));
    imitate(s, "ss", m->ss, ls, lt, m->ss_T,
            kept(s, "keep_ss", ranks(lt, NULL, each), m->ratio_ss));
}

static void main_phase(kd_step *s, void *self)
{
    const struct sskd *m = self;
    int64_t n = kd_numel(s->label), each = kd_dim(s->student->logits, 0) / n - 1;
    kd_tensor *zs = plain(s->student->logits, n), *zt = plain(s->teacher->logits, n);

    kd_label_term(s, m->ce, kd_cross_entropy(zs, s->label));
    kd_term(s, "kd", m->kd * m->kd_T * m->kd_T, kd_kl_logits(zs, zt, m->kd_T));
    if (each > 0)
        versions(s, m, n, each);
}

static const char *const heads[] = { "mlp", "none", NULL };

static const kd_option options[] = {
    KD_INT(struct sskd, head_epochs, 1, 0, 1000,
           "epochs in which the teacher's head alone learns (the paper: 60 beside 240)"),
    KD_REAL(struct sskd, ce, 0.1, 0, 1e3, "weight of the label loss, of images as they are"),
    KD_REAL(struct sskd, kd, 0.9, 0, 1e3, "weight of the teacher's softened labels of these"),
    KD_REAL(struct sskd, kd_T, 4, 0.1, 100, "their temperature"),
    KD_REAL(struct sskd, tf, 2.7, 0, 1e3, "weight of its softened labels of rotated images"),
    KD_REAL(struct sskd, tf_T, 4, 0.1, 100, "their temperature"),
    KD_REAL(struct sskd, ss, 10, 0, 1e3, "weight of its likenesses of rotated images to images"),
    KD_REAL(struct sskd, ss_T, 0.5, 0.05, 100, "their temperature"),
    KD_REAL(struct sskd, ratio_tf, 1, 0, 1,
            "share of the rotated images that the teacher classifies wrongly and tf keeps"),
    KD_REAL(struct sskd, ratio_ss, 0.75, 0, 1,
            "share of the rotated images that the teacher finds unlike their own and ss keeps"),
    KD_CHOICE(struct sskd, head, MLP, heads,
              "mlp: two layers between pooled features and likenesses, on both sides; none"),
    { 0 },
};

static const kd_phase phases[] = {
    { .name = "head", .epochs = "head_epochs", .train = KD_TRAIN_METHOD, .loss = head_phase },
    { .name = "main", .loss = main_phase },
    { 0 },
};

KD_METHOD(
    sskd, .title = "Knowledge distillation meets self-supervision",
    .notes =
        "Each image is followed by itself turned by 90, 180, 270 degrees. Main phase: ce * CE(y, "
        "zs) + kd * K(zs, zt; kd_T) of the images as they are + tf * K(zs, zt; tf_T) of turned "
        "ones + ss * K(Ls, Lt; ss_T); K(a, b; T) = T^2 KL(softmax(b/T) || softmax(a/T)), mean "
        "over rows. L: cosines of each turned image with each image of the batch, of pooled "
        "features through linear, ReLU, linear. Head phase: the teacher's such head alone learns, "
        "by the cross entropy of Lt (no temperature) with the image's own number; then it is "
        "fixed. Rows are kept by the rank of the right column in the teacher's: all of rank 0 "
        "and, in order, ratio of the others, rounded down. Equal ranks are common; the code "
        "leaves their order to an unstable sort, here a draw settles it. As the authors' code; "
        "its student runs on four times the images, and the teacher has no cache.",
    .cite = { .key = "xu2020",
              .authors = "Xu, Liu, Li, Loy",
              .title = "Knowledge Distillation Meets Self-Supervision",
              .venue = "ECCV",
              .year = 2020,
              .url = "https://arxiv.org/abs/2006.07114" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_RELATION, .category = "Algorithms/Contrastive",
    .need = KD_NEED_LABELS | KD_NEED_TEACHER_LIVE,
    .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS, .media = 1u << KD_IMAGE,
    .media_why = "it turns images by quarters", .self_size = sizeof(struct sskd),
    .options = options, .phases = phases, .setup = setup, .batch = batch);
