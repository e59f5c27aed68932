/* A reference network's logits, features and choices of neighbours against the file's. */
#include "check/models_job.h"

#include <stdlib.h>
#include <string.h>

/* ---- shapes and orders ------------------------------------------------------------------- */

/* channels before places, as torch has them */
static kd_shape channels_first(kd_shape s)
{
    kd_shape t = s;
    t.d[1] = s.d[s.n - 1];
    for (int i = 2; i < s.n; i++)
        t.d[i] = s.d[i - 1];
    return t;
}

/* the same sizes, but for ones at the end */
static bool same_sizes(kd_shape s, const kd_value *sizes)
{
    int most = s.n > (int)sizes->n ? s.n : (int)sizes->n;
    for (int i = 0; i < most; i++) {
        int64_t want = i < sizes->n ? sizes->item[i]->integer : 1;
        if ((i < s.n ? s.d[i] : 1) != want)
            return false;
    }
    return sizes->n <= KD_MAX_DIM;
}

/* maps, and the points of clouds, have their channels first in a file */
static bool has_places(const kdi_model_job *j, const kd_tensor *x)
{
    return kd_ndim(x) == 4 || (kd_ndim(x) == 3 && j->model->kind == KD_POINTS);
}

const kd_real *kdi_reference_order(const kdi_model_job *j, const kd_tensor *x, const kd_real *in)
{
    return has_places(j, x) ? kdi_channels_first(x, in, j->engine->step) : in;
}

static bool is_tap(const kd_view *v, const char *name)
{
    for (int i = 0; i < v->ntap; i++) {
        size_t n = strlen(v->tap[i].name);
        if (strncmp(name, v->tap[i].name, n) == 0 &&
            (name[n] == '\0' || strcmp(name + n, ".pre") == 0))
            return true;
    }
    return false;
}

/* x's elements in the order of the file, whose sizes these are; NULL: no order fits. A tap's order
 * is known; what kd_net_output named is as the file has it, or has its channels last. */
static const kd_real *ordered(const kdi_model_job *j, const kd_tensor *x, bool tap,
                              const kd_value *sizes)
{
    bool places = tap && has_places(j, x);
    if (!places && same_sizes(x->shape, sizes))
        return kdi_r(x);
    if ((places || !tap) && kd_ndim(x) > 2 && same_sizes(channels_first(x->shape), sizes))
        return kdi_channels_first(x, kdi_r(x), j->engine->step);
    return NULL;
}

/* ---- features ------------------------------------------------------------------------------- */

static int compare_feature(const kdi_model_job *j, kdi_compare *c, const kd_tensor *x, bool tap,
                           const char *what, const kd_value *feature)
{
    int64_t n;
    const double *want = kdi_doubles(kd_get(feature, "data"), &n);
    const kd_real *got = ordered(j, x, tap, kd_get(feature, "shape"));
    if (n < 4 || !got)
        return kd_error(KD_E_DATA, "%s is %s here, in the file it has another shape", what,
                        kd_shape_text(x->shape));
    kdi_compare_summary(c, what, got, kd_numel(x), want, n, false);
    return KD_OK;
}

/* the file's features are the taps, in order */
static int compare_taps(const kdi_model_job *j, kdi_compare *c, const kd_view *v, const char *key,
                        const kd_value *list)
{
    bool pre = strcmp(key, "preact") == 0;
    if (list->n != v->ntap)
        return kd_error(KD_E_DATA, "%d taps, the file has %lld of %s", v->ntap, (long long)list->n,
                        key);
    for (int i = 0; i < v->ntap; i++) {
        kd_tensor *x = pre ? v->tap[i].pre : v->tap[i].x;
        const char *what = kdi_format(j->a, "%s/%d (%s)", key, i, v->tap[i].name);
        KD_TRY(compare_feature(j, c, x, true, what, list->item[i]));
    }
    return KD_OK;
}

static int compare_named(const kdi_model_job *j, kdi_compare *c, const kd_view *v,
                         const kd_value *list, bool every)
{
    for (int64_t i = 0; i < list->n; i++) {
        const char *name = kd_get_text(list->item[i], "name", "");
        const char *ours = kdi_reference_output(j, name);
        const char *what = kdi_format(j->a, "feat/%lld (%s)", (long long)i, name);
        kd_tensor *x = kd_view_get(v, ours);
        if (x)
            KD_TRY(compare_feature(j, c, x, is_tap(v, ours), what, list->item[i]));
        else if (every)
            return kd_error(KD_E_DATA, "%s: no output is called %s", what, ours);
    }
    return KD_OK;
}

/* ---- numbers in full --------------------------------------------------------------------------
 */

static int compare_full(const kdi_model_job *j, kdi_compare *c, const char *what, kd_tensor *x,
                        const kd_value *want)
{
    int64_t n;
    const double *w = kdi_doubles(want, &n);
    if (kd_is_poisoned(x))
        return KD_OK; /* which check_mode reports */
    if (n != kd_numel(x))
        return kd_error(KD_E_DATA, "%s are %s, the file has %lld numbers", what,
                        kd_shape_text(x->shape), (long long)n);
    const kd_real *got =
        kd_ndim(x) == 4 ? kdi_channels_first(x, kdi_r(x), j->engine->step) : kdi_r(x);
    double scale = kdi_largest(w, n);
    for (int64_t i = 0; i < n; i++)
        kdi_compare_one(c, what, (double)got[i], w[i], scale);
    return KD_OK;
}

/* further outputs that a file has in full or as one number */
static int compare_others(const kdi_model_job *j, kdi_compare *c, const kd_view *v,
                          const kd_value *mode)
{
    static const char *const name[] = { "logits_dist", "regularizer" };
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        const kd_value *want = kd_get(mode, name[i]);
        kd_tensor *x = kd_view_get(v, name[i]);
        if (!want)
            continue;
        if (!x)
            return kd_error(KD_E_DATA, "no output is called %s", name[i]);
        if (want->kind == KD_V_NUMBER)
            kdi_compare_one(c, name[i], (double)kd_item(x), want->number, want->number);
        else
            KD_TRY(compare_full(j, c, name[i], x, want));
    }
    return KD_OK;
}

/* ---- choices: samples, neighbours
 * ---------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* as the file has them: nearest neighbours are sets, sorted by index */
static const int64_t *choices(const kdi_model_job *j, const char *name, kd_tensor *x)
{
    int64_t n = kd_numel(x), each = kd_channels(x);
    int64_t *i64 = kdi_alloc(j->engine->step, (size_t)n * sizeof *i64);
    memcpy(i64, kd_i64s(x), (size_t)n * sizeof *i64);
    if (strncmp(name, "knn", 3) == 0)
        for (int64_t i = 0; i < n; i += each)
            qsort(i64 + i, (size_t)each, sizeof *i64, ascending);
    return i64;
}

static int compare_choice(const kdi_model_job *j, kdi_compare *c, const char *name, kd_tensor *x,
                          const kd_value *want)
{
    if (!x || kd_dtype_of(x) != KD_I64_T || want->kind != KD_V_ARRAY || want->element != KD_I32 ||
        kd_shape_numel(want->shape) != kd_numel(x))
        return kd_error(KD_E_DATA, "index/%s: no output of that name, or of another size", name);
    const int64_t *got = choices(j, name, x);
    const char *what = kdi_format(j->a, "index/%s", name);
    for (int64_t i = 0, n = kd_numel(x); i < n; i++)
        kdi_compare_one(c, what, (double)got[i], (double)((const int32_t *)want->data)[i], 1);
    return KD_OK;
}

static int compare_choices(const kdi_model_job *j, kdi_compare *c, const kd_view *v,
                           const kd_value *index)
{
    for (int64_t i = 0; index && i < index->n; i++)
        KD_TRY(compare_choice(j, c, index->key[i], kd_view_get(v, index->key[i]), index->item[i]));
    return KD_OK;
}

/* ---- all of them
 * ------------------------------------------------------------------------------------ */

static int compare_old(const kdi_model_job *j, kdi_compare *c, const kd_view *v,
                       const kd_value *mode)
{
    const kd_value *feat = kd_get(mode, "feat"), *preact = kd_get(mode, "preact");
    if (feat)
        KD_TRY(compare_taps(j, c, v, "feat", feat));
    return preact && v->tap[0].pre ? compare_taps(j, c, v, "preact", preact) : KD_OK;
}

int kdi_compare_outputs(const kdi_model_job *j, kdi_compare *c, const kd_view *v,
                        const kd_value *mode, bool every)
{
    const kd_value *feat = kd_get(mode, "feat");
    kd_tensor *z = j->as && j->as->log_softmax ? kd_log_softmax(v->logits) : v->logits;
    KD_TRY(compare_full(j, c, "logits", z, kd_get(mode, "logits")));
    if (!j->as)
        return compare_old(j, c, v, mode);
    if (feat)
        KD_TRY(compare_named(j, c, v, feat, every));
    if (!every)
        return KD_OK;
    KD_TRY(compare_others(j, c, v, mode));
    KD_TRY(compare_choices(j, c, v, kd_get(j->golden, "index")));
    return compare_choices(j, c, v, kd_get(mode, "index"));
}
