/* The classification track: top-1, top-5, NLL, ECE, how close the student is to its teacher, and
 * what counts every class alike. */
#include "train/track.h"

#include <math.h>
#include <string.h>

enum { TOP1, TOP5, NLL, ECE, AGREEMENT, KL, MEAN_CLASS, MACRO_F1, NMETRIC, BINS = 15 };

typedef struct tally {
    int64_t n, room, nclasses;
    double top1, top5, nll, agree, kl;
    bool has_teacher;
    int64_t bin_n[BINS]; /* equal-width bins of confidence, T = 1 */
    double bin_right[BINS], bin_confidence[BINS];
    int64_t *has, *chosen, *right; /* of each class: samples, predictions, and both at once */
    int32_t *prediction;
    double *sample_nll;
} tally;

static void *begin(kdi_arena *a, int64_t nsamples, int64_t nclasses)
{
    tally *t = kdi_alloc0(a, sizeof *t);
    t->room = nsamples;
    t->nclasses = nclasses;
    t->has = kdi_alloc0(a, (size_t)(nclasses + 1) * sizeof *t->has);
    t->chosen = kdi_alloc0(a, (size_t)(nclasses + 1) * sizeof *t->chosen);
    t->right = kdi_alloc0(a, (size_t)(nclasses + 1) * sizeof *t->right);
    t->prediction = kdi_alloc0(a, (size_t)(nsamples + 1) * sizeof *t->prediction);
    t->sample_nll = kdi_alloc0(a, (size_t)(nsamples + 1) * sizeof *t->sample_nll);
    return t;
}

static double log_sum_exp(const kd_real *z, int64_t n)
{
    double top = z[0], sum = 0;
    for (int64_t c = 1; c < n; c++)
        top = z[c] > top ? z[c] : top;
    for (int64_t c = 0; c < n; c++)
        sum += exp(z[c] - top);
    return top + log(sum);
}

static int64_t argmax(const kd_real *z, int64_t n)
{
    int64_t best = 0;
    for (int64_t c = 1; c < n; c++)
        if (z[c] > z[best])
            best = c;
    return best;
}

/* classes whose logit is not below the label's, of equal ones only those of lower number: a label
 * whose logit is not a number comes last */
static int64_t rank_of(const kd_real *z, int64_t n, int64_t label)
{
    int64_t before = 0;
    for (int64_t c = 0; c < n; c++)
        before += c != label && !(z[c] < z[label] || (z[c] == z[label] && c > label));
    return before;
}

static void add_calibration(tally *t, double confidence, bool right)
{
    int bin = confidence < 1 ? (int)(confidence * BINS) : BINS - 1; /* also when it is NaN */
    t->bin_n[bin]++;
    t->bin_right[bin] += right;
    t->bin_confidence[bin] += confidence;
}

static void add_teacher(tally *t, const kd_real *zs, double lse_s, const kd_real *zt)
{
    double lse_t = log_sum_exp(zt, t->nclasses), kl = 0;
    for (int64_t c = 0; c < t->nclasses; c++) {
        double log_p = zt[c] - lse_t;
        kl += exp(log_p) * (log_p - (zs[c] - lse_s));
    }
    t->has_teacher = true;
    t->kl += kl;
    t->agree += argmax(zs, t->nclasses) == argmax(zt, t->nclasses);
}

static void add(void *acc, kd_tensor *student, kd_tensor *teacher, kd_tensor *label, int64_t valid)
{
    tally *t = acc;
    for (int64_t i = 0; i < valid && t->n < t->room; i++, t->n++) {
        const kd_real *z = kd_reals(student) + i * t->nclasses;
        int64_t y = kd_i64s(label)[i], best = argmax(z, t->nclasses);
        double lse = log_sum_exp(z, t->nclasses);
        int64_t rank = rank_of(z, t->nclasses, y);
        t->top1 += rank < 1;
        t->top5 += rank < 5;
        t->nll += lse - z[y];
        t->prediction[t->n] = (int32_t)best;
        t->sample_nll[t->n] = lse - z[y];
        t->has[y]++;
        t->chosen[best]++;
        t->right[y] += rank < 1;
        add_calibration(t, exp(z[best] - lse), best == y);
        if (teacher)
            add_teacher(t, z, lse, kd_reals(teacher) + i * t->nclasses);
    }
}

/* over the classes that have a sample */
static double mean_class(const tally *t)
{
    double sum = 0, n = 0;
    for (int64_t c = 0; c < t->nclasses; c++)
        if (t->has[c]) {
            sum += (double)t->right[c] / (double)t->has[c];
            n++;
        }
    return 100 * sum / n;
}

/* F1 = 2 * right / (samples + predictions), over the classes that have either */
static double macro_f1(const tally *t)
{
    double sum = 0, n = 0;
    for (int64_t c = 0; c < t->nclasses; c++)
        if (t->has[c] + t->chosen[c]) {
            sum += 2 * (double)t->right[c] / (double)(t->has[c] + t->chosen[c]);
            n++;
        }
    return 100 * sum / n;
}

static void end(void *acc, double *value)
{
    tally *t = acc;
    double n = (double)t->n, ece = 0;
    for (int b = 0; b < BINS; b++)
        ece += fabs(t->bin_right[b] - t->bin_confidence[b]);
    value[TOP1] = 100 * t->top1 / n;
    value[TOP5] = 100 * t->top5 / n;
    value[NLL] = t->nll / n;
    value[ECE] = ece / n;
    value[AGREEMENT] = t->has_teacher ? 100 * t->agree / n : NAN;
    value[KL] = t->has_teacher ? t->kl / n : NAN;
    value[MEAN_CLASS] = mean_class(t);
    value[MACRO_F1] = macro_f1(t);
}

static kd_value *predictions(void *acc, kdi_arena *a)
{
    tally *t = acc;
    kd_value *map = kd_map(a);
    kd_set(map, "class", kd_array(a, KD_I32, KD_SHAPE(t->n), t->prediction));
    kd_set(map, "nll", kd_array(a, KD_F64, KD_SHAPE(t->n), t->sample_nll));
    return map;
}

static const kdi_metric metrics[] = {
    [TOP1] = { "top1", "%", "share of samples whose largest logit is the label's", true, true },
    [TOP5] = { "top5", "%", "share whose label is among the five largest", true, false },
    [NLL] = { "nll", "nat", "mean negative log-likelihood of the label", false, false },
    [ECE] = { "ece", "1", "expected calibration error, 15 equal-width bins, T = 1", false, false },
    [AGREEMENT] = { "agreement", "%", "share of samples where student and teacher choose alike",
                    true, false },
    [KL] = { "kl", "nat", "mean KL(teacher || student), T = 1", false, false },
    [MEAN_CLASS] = { "mean_class", "%",
                     "mean over classes of the share of their samples that are right; classes "
                     "without a sample do not count",
                     true, false },
    [MACRO_F1] = { "macro_f1", "%",
                   "mean over classes of F1; a class counts where it has a sample or a prediction, "
                   "as in scikit-learn",
                   true, false },
    [NMETRIC] = { 0 },
};

const kdi_track kdi_track_classify = {
    .name = "classify",
    .bit = KD_CLASSIFY,
    .metric = metrics,
    .nmetric = NMETRIC,
    .begin = begin,
    .add = add,
    .end = end,
    .predictions = predictions,
};

static const kdi_track *const tracks[] = { &kdi_track_classify, NULL };

const kdi_track *kdi_track_find(unsigned bits)
{
    for (int i = 0; tracks[i]; i++)
        if (!bits || bits & (unsigned)tracks[i]->bit)
            return tracks[i];
    return NULL;
}
