/* Networks against their reference outputs: logits, loss, features, gradients. */
#include "check/models_check.h"
#include "check/models_compare.h"
#include "engine/simd.h"
#include "store/golden.h"

#include <math.h>
#include <string.h>

enum { SIDE = 32 }; /* the references' images */

/* what a mode compares; gradients jump where an activation changes sides, outputs do not */
struct verdict {
    kdi_compare outputs, gradients;
};

/* ---- one mode of one network -------------------------------------------------------- */

struct job {
    const kd_value *golden;
    kd_net *net;
    kd_engine *engine;
    kdi_arena *a;
    int64_t batch;
};

/* our N,H,W,C against the file's N,C,H,W */
static bool same_map(const kd_tensor *x, const kd_value *sizes)
{
    static const int order[] = { 0, 3, 1, 2 };
    if (!sizes || sizes->n != x->shape.n)
        return false;
    for (int i = 0; i < x->shape.n; i++)
        if (sizes->item[i]->integer != x->shape.d[x->shape.n == 4 ? order[i] : i])
            return false;
    return true;
}

static int compare_features(struct job *j, kdi_compare *c, const kd_view *v, const char *key,
                            const kd_value *list)
{
    bool pre = strcmp(key, "preact") == 0;
    if (list->n != v->ntap)
        return kd_error(KD_E_DATA, "%d taps, the file has %lld of %s", v->ntap, (long long)list->n,
                        key);
    for (int i = 0; i < v->ntap; i++) {
        kd_tensor *x = pre ? v->tap[i].pre : v->tap[i].x;
        int64_t n;
        const double *want = kdi_doubles(kd_get(list->item[i], "data"), &n);
        const char *what = kdi_format(j->a, "%s/%d (%s)", key, i, v->tap[i].name);
        if (n < 4 || !same_map(x, kd_get(list->item[i], "shape")))
            return kd_error(KD_E_DATA, "%s is %s (N,H,W,C), in the file it has another shape", what,
                            kd_shape_text(x->shape));
        kdi_compare_summary(c, what, kdi_channels_first(x, kdi_r(x), j->engine->step), kd_numel(x),
                            want, n, false);
    }
    return KD_OK;
}

static int compare_logits(kdi_compare *c, const kd_tensor *z, const kd_value *want)
{
    int64_t n;
    const double *x = kdi_doubles(want, &n);
    if (n != kd_numel(z))
        return kd_error(KD_E_DATA, "logits are %s, the file has %lld numbers",
                        kd_shape_text(z->shape), (long long)n);
    double scale = kdi_largest(x, n);
    for (int64_t i = 0; i < n; i++)
        kdi_compare_one(c, "logits", (double)kdi_r(z)[i], x[i], scale);
    return KD_OK;
}

static void compare_input_gradient(struct job *j, kdi_compare *c, const kd_tensor *x,
                                   const kd_value *mode)
{
    int64_t n, total = kd_numel(x);
    const double *first = kdi_doubles(kd_get(mode, "grad_input_first"), &n);
    const kd_real *g = kdi_channels_first(x, x->grad, j->engine->step);
    double scale = kd_get_number(mode, "grad_input_absmax", 0), most = 0;
    for (int64_t i = 0; i < n; i++)
        kdi_compare_one(c, "grad_input_first", (double)g[i], first[i], scale);
    for (int64_t i = 0; i < total; i++)
        most = fmax(most, fabs((double)g[i]));
    kdi_compare_one(c, "grad_input_absmax", most, scale, scale);
}

struct gradients {
    struct job *job;
    kdi_compare *c;
    const kd_value *want; /* map "0005" -> summary */
    int64_t k, seen;
};

static int compare_gradient(kd_tensor *x, const char *path, const char *unused, void *user)
{
    struct gradients *g = user;
    kdi_arena *step = g->job->engine->step;
    int64_t nwant;
    const double *want =
        kdi_doubles(kd_get(g->want, kdi_format(step, "%04lld", (long long)g->k++)), &nwant);
    (void)unused;
    if (!want)
        return KD_OK;
    if (!(x->flags & KDI_TOUCHED) || nwant < 5)
        return kd_error(KD_E_DATA, "%s got no gradient, in the file it has one", path);
    g->seen++;
    kd_tensor view = *x;
    kd_shape shape;
    kd_real *ordered = kdi_alloc(step, (size_t)kd_numel(x) * sizeof *ordered);
    view.data = x->grad;
    kdi_to_torch(&view, ordered, &shape);
    kdi_compare_summary(g->c, kdi_format(g->job->a, "grad/%04lld (%s)", (long long)g->k - 1, path),
                        ordered, kd_numel(x), want, nwant, true);
    return KD_OK;
}

static double largest_gradient(const kd_value *want)
{
    double most = 0;
    for (int64_t i = 0; i < want->n; i++) {
        int64_t n;
        const double *x = kdi_doubles(want->item[i], &n);
        most = n > 2 ? fmax(most, x[2]) : most;
    }
    return most;
}

/* A bias before a batch-norm has gradient zero but for rounding: a tensor counts as being at least
 * a small part as large as the largest. */
static int compare_gradients(struct job *j, kdi_compare *c, const kd_value *mode)
{
    const kd_value *want;
    KD_TRY(kd_need_map(mode, "grad", &want));
    struct gradients g = { .job = j, .c = c, .want = want };
    c->floor = (sizeof(kd_real) == 8 ? 1e-4 : 1e-2) * largest_gradient(want);
    KD_TRY(kdi_scope_each(j->net->scope, compare_gradient, &g));
    if (g.seen != want->n)
        return kd_error(KD_E_DATA, "%lld gradients, the file has %lld", (long long)g.seen,
                        (long long)want->n);
    return KD_OK;
}

static kd_tensor *labels(struct job *j)
{
    const kd_value *v = kd_get(j->golden, "labels");
    kd_tensor *y = kdi_tensor(j->engine->step, j->engine, KD_I64_T, KD_SHAPE(j->batch));
    for (int64_t i = 0; i < j->batch; i++)
        kd_i64s(y)[i] = ((const int32_t *)v->data)[i];
    return y;
}

static int compare_outputs(struct job *j, kdi_compare *c, const kd_view *v, const kd_value *mode)
{
    const kd_value *feat = kd_get(mode, "feat"), *preact = kd_get(mode, "preact");
    KD_TRY(compare_logits(c, v->logits, kd_get(mode, "logits")));
    if (feat)
        KD_TRY(compare_features(j, c, v, "feat", feat));
    return preact && v->tap[0].pre ? compare_features(j, c, v, "preact", preact) : KD_OK;
}

/* forward, backward and every comparison that the mode of the file has */
static int run_whole(struct job *j, struct verdict *found, const kd_value *mode)
{
    kd_tensor *x = kdi_golden_images(j->engine, j->batch, &j->net->in);
    x->flags |= KDI_TRACKED;
    kdi_zero_grads(j->net->scope);
    kdi_net_want_pre(j->net, kd_get(mode, "preact") != NULL);
    kd_view v = kd_net_forward(j->net, x);
    kd_tensor *loss = kd_cross_entropy(v.logits, labels(j));
    KD_TRY(kdi_backward_from(loss));
    double want = kd_get_number(mode, "loss", NAN);
    kdi_compare_one(&found->outputs, "loss", (double)kd_item(loss), want, fabs(want));
    KD_TRY(compare_outputs(j, &found->outputs, &v, mode));
    compare_input_gradient(j, &found->gradients, x, mode);
    return compare_gradients(j, &found->gradients, mode);
}

/* as a teacher runs: no gradients, batch-norms folded into the convolutions */
static int run_folded(struct job *j, struct verdict *found, const kd_value *mode)
{
    kdi_net_want_pre(j->net, false);
    kdi_net_freeze(j->net, true);
    kd_view v = kd_net_forward(j->net, kdi_golden_images(j->engine, j->batch, &j->net->in));
    return compare_outputs(j, &found->outputs, &v, mode);
}

/* ---- the modes ------------------------------------------------------------------------ */

static const struct plan {
    const char *mode, *key; /* key: which of the file's */
    bool training;
    int (*run)(struct job *j, struct verdict *found, const kd_value *mode);
} plans[] = {
    { "eval", "eval", false, run_whole },
    { "train", "train", true, run_whole },
    { "folded", "eval", false, run_folded },
};

/* What outputs may be off by in float, of the largest element. On the portable path, where sums are
 * direct, 1e-4 in every mode. Winograd's transforms round about ten times worse than a direct sum
 * (unit_engine_winograd): evaluating, that is still far below 1e-4; training, where each layer
 * divides by the statistics of four images and rounding grows with depth, it is ten times the
 * portable path's bound. */
static const struct bounds {
    double evaluating, training;
} bounds_plain = { 1e-4, 1e-4 }, bounds_fast = { 1e-4, 1e-3 };

/* Gradients jump where an activation changes sides, on any path. Evaluating, few do: a single
 * weight's gradient shows it. Training, a share of about err32 does, which is how far the logits of
 * the reference's own float run were off, and gradients are off by about its root; the factor
 * leaves twice what was seen. Double: rounding only. */
static struct verdict tolerances(const struct job *j, bool training)
{
    const kd_value *err32 = kd_get(j->golden, "err32");
    const struct bounds *most = j->engine->plain ? &bounds_plain : &bounds_fast;
    struct verdict v = { .outputs.a = j->a, .gradients.a = j->a };
    double off = err32 && err32->n == 2 ? err32->item[1]->number : 1e-5;
    bool exact = sizeof(kd_real) == 8;
    v.outputs.tolerance = exact ? 1e-9 : training ? most->training : most->evaluating;
    v.gradients.tolerance = exact ? 1e-9 : training ? fmax(1e-2, 60 * sqrt(off)) : 1e-3;
    return v;
}

static int check_mode(struct job *j, const struct plan *plan, kd_value *modes, const char **reason)
{
    struct verdict found = tolerances(j, plan->training);
    kdi_step_reset(j->engine);
    KD_TRY(kdi_golden_fill(j->net, j->golden));
    kdi_net_set_training(j->net, plan->training);
    KD_TRY(plan->run(j, &found, kd_get(j->golden, plan->key)));
    if (kd_failed())
        return kd_error_code();
    const char *first = found.outputs.first ? found.outputs.first : found.gradients.first;
    if (first && !*reason)
        *reason = kdi_format(j->a, "%s: %s", plan->mode, first);
    kd_value *row = kd_map(j->a);
    kd_set_text(row, "mode", plan->mode);
    kd_set_bool(row, "ok", !first);
    kd_set(row, "outputs", kdi_compare_told(&found.outputs));
    if (found.gradients.n)
        kd_set(row, "gradients", kdi_compare_told(&found.gradients));
    kd_push(modes, row);
    return KD_OK;
}

/* ---- one network ---------------------------------------------------------------------- */

/* classes and batch from the logits, channels from the first convolution */
static int sizes(struct job *j, kd_input *in)
{
    const kd_value *logits = kd_get(kd_get(j->golden, "eval"), "logits");
    const kd_value *labels = kd_get(j->golden, "labels");
    const kd_value *layout = kd_get(j->golden, "layout");
    const kd_value *first = layout->n ? kd_get(layout->item[0], "shape") : NULL;
    if (logits->shape.n != 2)
        return kd_error(KD_E_DATA, "logits are %s, should be images x classes",
                        kd_shape_text(logits->shape));
    j->batch = logits->shape.d[0];
    *in = (kd_input){ .height = SIDE, .width = SIDE, .classes = logits->shape.d[1] };
    if (!labels || labels->kind != KD_V_ARRAY || labels->element != KD_I32 ||
        kd_shape_numel(labels->shape) != j->batch)
        return kd_error(KD_E_DATA, "labels are not %lld int32", (long long)j->batch);
    if (!first || first->n != 4 || first->item[1]->integer < 1 || first->item[1]->integer > 1024)
        return kd_error(KD_E_DATA, "the first tensor is not the weight of a convolution");
    in->channels = first->item[1]->integer;
    return KD_OK;
}

static int run_job(struct job *j, const kd_value *spec, kd_value *row, const char **reason)
{
    kd_input in;
    KD_TRY(sizes(j, &in));
    KD_TRY(kdi_net_new(&j->net, kdi_scope_root(j->engine, "", NULL), "net", spec, &in, NULL));
    kd_set_text(row, "family", j->net->model->name);
    kd_set_text(row, "arch", j->net->arch);
    kd_set_int(row, "parameters", kdi_net_params(j->net));
    if (kd_get_int(j->golden, "parameters", -1) != kdi_net_params(j->net))
        return kd_error(KD_E_DATA, "%lld parameters, the file has %lld",
                        (long long)kdi_net_params(j->net),
                        (long long)kd_get_int(j->golden, "parameters", -1));
    kd_value *modes = kd_list(j->a);
    kd_set(row, "modes", modes);
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        KD_TRY(check_mode(j, &plans[i], modes, reason));
    return KD_OK;
}

static int check_group(const char *path, const char *group, kdi_arena *a, kd_value *row,
                       const char **reason)
{
    struct job j = { .engine = kdi_engine_new(), .a = a };
    kd_value *golden, *spec;
    int code = kdi_golden_model(path, group, j.engine->run, &golden);
    j.golden = golden;
    if (code == KD_OK)
        code = kdi_model_parse(group, j.engine->run, &spec);
    if (code == KD_OK)
        code = run_job(&j, spec, row, reason);
    kdi_engine_free(j.engine);
    return code;
}

int kdi_check_models(const char *golden_path, kdi_arena *a, kd_value **report)
{
    kd_value *names, *rows = kd_list(a);
    KD_TRY(kdi_golden_models(golden_path, a, &names));
    bool all = names->n > 0;
    for (int64_t i = 0; i < names->n; i++) {
        kd_value *row = kd_map(a);
        const char *reason = NULL;
        kd_set_text(row, "group", names->item[i]->text);
        if (check_group(golden_path, names->item[i]->text, a, row, &reason) != KD_OK)
            reason = kdi_strdup(a, kd_error_message());
        kd_error_clear();
        kd_set_bool(row, "ok", !reason);
        kd_set_text(row, "reason", reason ? reason : "");
        kd_push(rows, row);
        all = all && !reason;
    }
    *report = kd_map(a);
    kd_set_bool(*report, "ok", all);
    kd_set_text(*report, "build", sizeof(kd_real) == 8 ? "double" : "float");
    kd_set_text(*report, "path", kdi_simd_off() ? "plain" : "fast");
    kd_set(*report, "groups", rows);
    return KD_OK;
}
