/* Retrieval between kinds of data: does a finished student that sees points find what its teacher
 * made of the picture of the same thing, among all of the test set's, and the other way round? */
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>

static const int most[KDI_NRECALL] = { 1, 5, 10 };

/* ---- from embeddings to recall -------------------------------------------------------- */

/* rows at unit length, so that the cosine is a product; a row of zeros stays */
static double *unit_rows(const double *x, int64_t n, int64_t width, kdi_arena *a)
{
    double *out = kdi_alloc(a, (size_t)(n * width) * sizeof *out);
    for (int64_t i = 0; i < n; i++) {
        double square = 0;
        for (int64_t k = 0; k < width; k++)
            square += x[i * width + k] * x[i * width + k];
        for (int64_t k = 0; k < width; k++)
            out[i * width + k] = square <= 0 ? 0 : x[i * width + k] / sqrt(square);
    }
    return out;
}

static double product(const double *a, const double *b, int64_t n)
{
    double sum = 0;
    for (int64_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum;
}

/* what is not a number counts as nearer */
static void add_query(const double *query, const double *among, int64_t own, int64_t n,
                      int64_t width, double recall[KDI_NRECALL])
{
    double mine = product(query, among + own * width, width);
    int64_t nearer = 0, as_near = 0;
    for (int64_t j = 0; j < n; j++) {
        double other = product(query, among + j * width, width);
        as_near += j != own && other == mine;
        nearer += j != own && !(other <= mine);
    }
    for (int i = 0; i < KDI_NRECALL; i++) {
        double found = (double)(most[i] - nearer) / (double)(as_near + 1);
        recall[i] += found < 0 ? 0 : found > 1 ? 1 : found;
    }
}

void kdi_recall(const double *query, const double *among, int64_t n, int64_t width,
                double recall[KDI_NRECALL])
{
    kdi_arena *a = kdi_arena_new("retrieval");
    const double *q = unit_rows(query, n, width, a), *g = unit_rows(among, n, width, a);
    for (int i = 0; i < KDI_NRECALL; i++)
        recall[i] = 0;
    for (int64_t i = 0; i < n; i++)
        add_query(q + i * width, g, i, n, width, recall);
    for (int i = 0; i < KDI_NRECALL; i++)
        recall[i] *= 100 / (double)n;
    kdi_arena_free(a);
}

/* ---- the embeddings of a split --------------------------------------------------------- */

typedef struct gallery {
    kdi_teacher *teacher;
    kdi_arena *arena;
    int64_t n, width;
    double *s, *t; /* n x width; made by the first batch */
} gallery;

static kd_tensor *centred(kd_tensor *z)
{
    return kd_sub(z, kd_mean_axis(z, 1));
}

/* the method's, which sees students and teachers as its loss does */
static int embed_by_method(kdi_trainer *t, const kdi_batch *batch, kd_tensor **zs, kd_tensor **zt)
{
    kd_view student[KDI_MAX_NETS], teacher[KDI_MAX_NETS];
    bool training = t->engine->training;
    kdi_students_forward(t, batch->input[t->input.kind], student);
    for (int i = 0; i < t->nstudent; i++)
        kdi_widen_view(t, &student[i]);
    for (int i = 0; i < t->nteacher; i++) {
        KD_TRY(
            kdi_teacher_live(t, t->teacher[i].net, batch->input[t->teacher[i].kind], &teacher[i]));
        kdi_widen_view(t, &teacher[i]);
    }
    kd_step s = { .student = student,
                  .teacher = teacher,
                  .nstudent = t->nstudent,
                  .nteacher = t->nteacher,
                  .input = batch->input[t->input.kind],
                  .batch = batch->n,
                  .host = &t->host };
    t->engine->training = false;
    kd_error_scope(t->method->name, "embed");
    t->method->embed(&s, t->self, zs, zt);
    kd_error_scope(NULL, NULL);
    t->engine->training = training;
    return kd_error_code();
}

static int embed_by_logits(kdi_trainer *t, gallery *g, const kdi_batch *batch, kd_tensor **zs,
                           kd_tensor **zt)
{
    kd_view view;
    KD_TRY(kdi_teacher_live(t, g->teacher->net, batch->input[g->teacher->kind], &view));
    *zs = centred(kdi_predict(t, batch->input[t->input.kind]));
    *zt = centred(view.logits);
    return kd_error_code();
}

static int embed(kdi_trainer *t, gallery *g, const kdi_batch *batch, kd_tensor **zs, kd_tensor **zt)
{
    double spent = t->teacher_seconds; /* in steps, of which measuring is none */
    int code = t->method->embed && t->nteacher ? embed_by_method(t, batch, zs, zt)
                                               : embed_by_logits(t, g, batch, zs, zt);
    t->teacher_seconds = spent;
    return code;
}

static int check_embedding(const kdi_trainer *t, const kdi_batch *batch, kd_tensor *zs,
                           kd_tensor *zt)
{
    if (zs && zt && kd_ndim(zs) == 2 && kd_shape_equal(kd_shape_of(zs), kd_shape_of(zt)) &&
        kd_dim(zs, 0) == batch->n)
        return KD_OK;
    return kd_error(KD_E_METHOD,
                    "%s: embed gave %s and %s for %lld samples: rows of one width, one "
                    "a sample, are wanted",
                    t->method->name, zs ? kd_shape_text(kd_shape_of(zs)) : "nothing",
                    zt ? kd_shape_text(kd_shape_of(zt)) : "nothing", (long long)batch->n);
}

static void keep_rows(double *to, kd_tensor *from, int64_t at, int64_t n)
{
    int64_t width = kd_channels(from);
    for (int64_t i = 0; i < n * width; i++)
        to[at * width + i] = (double)kd_reals(from)[i];
}

static int add_batch(kdi_trainer *t, const kdi_batch *batch, int64_t at, int64_t n, void *user)
{
    gallery *g = user;
    kd_tensor *zs = NULL, *zt = NULL;
    KD_TRY(embed(t, g, batch, &zs, &zt));
    KD_TRY(check_embedding(t, batch, zs, zt));
    if (at == 0) {
        g->width = kd_channels(zs);
        g->s = kdi_alloc(g->arena, (size_t)(g->n * g->width) * sizeof *g->s);
        g->t = kdi_alloc(g->arena, (size_t)(g->n * g->width) * sizeof *g->t);
    }
    keep_rows(g->s, zs, at, n);
    keep_rows(g->t, zt, at, n);
    return KD_OK;
}

/* ---- as metrics ------------------------------------------------------------------------- */

static const char *const direction[] = { "to", "from" };

static bool applies(kdi_trainer *t)
{
    const kdi_teacher *teacher = kdi_scored_teacher(t);
    return teacher && teacher->kind != t->input.kind;
}

static void note(kdi_trainer *t, int way, const double *query, const double *among,
                 const gallery *g)
{
    double recall[KDI_NRECALL];
    char name[48];
    kdi_recall(query, among, g->n, g->width, recall);
    for (int i = 0; i < KDI_NRECALL; i++) {
        snprintf(name, sizeof name, "test_recall%d_%s_teacher", most[i], direction[way]);
        *kdi_curve_at(t, name, t->epoch) = recall[i];
    }
}

int kdi_retrieval(kdi_trainer *t)
{
    gallery g = { .teacher = kdi_scored_teacher(t), .n = t->data->part[KD_TEST].n };
    if (!applies(t) || g.n == 0)
        return KD_OK;
    g.arena = kdi_arena_new("embeddings");
    int code = kdi_each_batch(t, KD_TEST, g.n, add_batch, &g);
    if (code == KD_OK) {
        note(t, 0, g.s, g.t, &g);
        note(t, 1, g.t, g.s, &g);
    }
    kdi_arena_free(g.arena);
    return code;
}

void kdi_retrieval_metrics(kdi_trainer *t, kd_value *list)
{
    kdi_arena *a = list->arena;
    if (!applies(t))
        return;
    for (int way = 0; way < 2; way++)
        for (int i = 0; i < KDI_NRECALL; i++) {
            const char *from = kd_medium_name[way ? kdi_scored_teacher(t)->kind : t->input.kind];
            const char *to = kd_medium_name[way ? t->input.kind : kdi_scored_teacher(t)->kind];
            kd_value *m = kd_map(a);
            kd_set_text(m, "name", kdi_format(a, "recall%d_%s_teacher", most[i], direction[way]));
            kd_set_text(m, "unit", "%");
            kd_set_text(m, "help",
                        kdi_format(a,
                                   "share of test samples that, as %s, find themselves, as %s, "
                                   "among the %d nearest by the cosine; of equally near ones in "
                                   "random order",
                                   from, to, most[i]));
            kd_set_bool(m, "higher_better", true);
            kd_set_bool(m, "primary", false);
            kd_push(list, m);
        }
}
