/* The classification track's numbers, on a few rows of logits worked out by hand. */
#include "tests/engine_tools.h"
#include "train/track.h"

enum { METRICS = 16 };

static double metric_of(const double *value, const char *name)
{
    for (int i = 0; i < kdi_track_classify.nmetric; i++)
        if (strcmp(kdi_track_classify.metric[i].name, name) == 0)
            return value[i];
    fail_msg("no metric %s", name);
    return 0;
}

/* rows x 3 logits, their labels; teacher may be NULL */
static void score(const double *student, const double *teacher, const int64_t *label, int64_t rows,
                  double *value)
{
    kd_engine *e = engine();
    kdi_arena *a = kdi_arena_new("test");
    void *acc = kdi_track_classify.begin(a, rows, 3);
    kdi_track_classify.add(acc, tensor_of(e, KD_SHAPE(rows, 3), student),
                           teacher ? tensor_of(e, KD_SHAPE(rows, 3), teacher) : NULL,
                           i64s_of(e, KD_SHAPE(rows), label), rows);
    kdi_track_classify.end(acc, value);
    kdi_arena_free(a);
}

TEST("top-1 counts rows whose label has the largest logit, NLL is its mean surprise")
{
    double value[METRICS];
    score((double[]){ 0, 0, log(2), log(6), 0, 0 }, NULL, (int64_t[]){ 2, 1 }, 2, value);
    CHECK_NEAR(metric_of(value, "top1"), 50, 1e-9);
    CHECK_NEAR(metric_of(value, "top5"), 100, 1e-9);
    CHECK_NEAR(metric_of(value, "nll"), (log(2) + log(8)) / 2, 1e-6);
}

TEST("of equal logits the lowest class is chosen")
{
    double value[METRICS];
    score((double[]){ 1, 1, 1, 1, 1, 1 }, NULL, (int64_t[]){ 0, 1 }, 2, value);
    CHECK_NEAR(metric_of(value, "top1"), 50, 1e-9);
}

TEST("ECE is the distance of confidence from being right, over bins")
{
    double value[METRICS];
    /* confidence 1/2 twice, right once: nothing to mend; then 3/4 and wrong */
    score((double[]){ log(2), 0, 0, log(2), 0, 0 }, NULL, (int64_t[]){ 0, 1 }, 2, value);
    CHECK_NEAR(metric_of(value, "ece"), 0, 1e-6);
    score((double[]){ log(6), 0, 0 }, NULL, (int64_t[]){ 2 }, 1, value);
    CHECK_NEAR(metric_of(value, "ece"), 0.75, 1e-6);
}

TEST("agreement and KL compare with the teacher, and are missing without one")
{
    double value[METRICS];
    score((double[]){ log(2), 0, 0 }, (double[]){ 0, 0, log(2) }, (int64_t[]){ 0 }, 1, value);
    CHECK_NEAR(metric_of(value, "agreement"), 0, 1e-9);
    CHECK_NEAR(metric_of(value, "kl"), 0.25 * log(2), 1e-6); /* .25 log(.5) + .5 log(2) */
    score((double[]){ log(2), 0, 0 }, NULL, (int64_t[]){ 0 }, 1, value);
    CHECK(isnan(metric_of(value, "agreement")));
    CHECK(isnan(metric_of(value, "kl")));
}

TEST("the mean over classes counts rare classes as much as frequent ones")
{
    double value[METRICS];
    /* class 0: 3 samples, 2 right; class 1: 1 sample, right; class 2: chosen once, has none */
    score((double[]){ 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0 }, NULL, (int64_t[]){ 0, 0, 0, 1 }, 4,
          value);
    CHECK_NEAR(metric_of(value, "top1"), 75, 1e-9);
    CHECK_NEAR(metric_of(value, "mean_class"), 100 * (2.0 / 3 + 1) / 2, 1e-9);
    /* F1: 2*2/(3+2), 2*1/(1+1), 0/(0+1) */
    CHECK_NEAR(metric_of(value, "macro_f1"), 100 * (0.8 + 1 + 0) / 3, 1e-9);
}

TEST("a class without a sample and without a prediction is in no mean")
{
    double value[METRICS];
    /* class 0: 2 samples, 1 right, chosen once; class 1: 1 sample, right, chosen twice */
    score((double[]){ 1, 0, 0, 0, 1, 0, 0, 1, 0 }, NULL, (int64_t[]){ 0, 0, 1 }, 3, value);
    CHECK_NEAR(metric_of(value, "mean_class"), 75, 1e-9);
    CHECK_NEAR(metric_of(value, "macro_f1"), 100 * (2.0 / 3 + 2.0 / 3) / 2, 1e-9);
}

TEST("padding rows count in no metric of classes")
{
    kd_engine *e = engine();
    kdi_arena *a = kdi_arena_new("test");
    double value[METRICS];
    void *acc = kdi_track_classify.begin(a, 1, 3);
    kdi_track_classify.add(acc, tensor_of(e, KD_SHAPE(2, 3), (double[]){ 1, 0, 0, 0, 1, 0 }), NULL,
                           i64s_of(e, KD_SHAPE(2), (int64_t[]){ 0, 0 }), 1);
    kdi_track_classify.end(acc, value);
    CHECK_NEAR(metric_of(value, "mean_class"), 100, 1e-9);
    CHECK_NEAR(metric_of(value, "macro_f1"), 100, 1e-9);
    kdi_arena_free(a);
}

TEST("logits that are not numbers are never right")
{
    double value[METRICS];
    score((double[]){ NAN, NAN, NAN }, NULL, (int64_t[]){ 0 }, 1, value);
    CHECK_NEAR(metric_of(value, "top1"), 0, 1e-9);
}

TEST_MAIN
