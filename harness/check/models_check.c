/* Networks against their reference outputs: logits, loss, features, gradients. */
#include "check/models_check.h"
#include "check/models_job.h"
#include "engine/simd.h"
#include "store/golden.h"

#include <math.h>
#include <string.h>

/* what a mode compares; gradients jump where an activation changes sides, outputs do not */
struct verdict {
    kdi_compare outputs, gradients;
};

/* ---- one mode of one network -------------------------------------------------------- */

typedef kdi_model_job job;

/* everything that the file has a name for is shown: values before activations, attention, choices
 */
static int run_shown(const job *j, struct verdict *found, const kd_value *mode, kd_tensor *x)
{
    kdi_net_want_pre(j->net, true);
    kdi_net_want_attention(j->net, true);
    kdi_net_want_all(j->net, true);
    kd_view v = kd_net_forward(j->net, x);
    kdi_net_want_attention(j->net, false);
    kdi_net_want_all(j->net, false);
    return kd_failed() ? kd_error_code() : kdi_compare_outputs(j, &found->outputs, &v, mode, true);
}

/* forward, backward and every comparison that the mode of the file has */
static int run_whole(const job *j, struct verdict *found, const kd_value *mode)
{
    kd_tensor *x, *loss;
    bool training = j->net->training;
    KD_TRY(kdi_reference_input(j, &x));
    if (j->as)
        KD_TRY(run_shown(j, found, mode, x));
    if (kd_dtype_of(x) == KD_REAL_T)
        x->flags |= KDI_TRACKED;
    kdi_zero_grads(j->net->scope);
    kdi_net_want_pre(j->net, kd_get(mode, "preact") != NULL);
    kd_view v = kd_net_forward(j->net, x);
    KD_TRY(kdi_reference_loss(j, &v, training, &loss));
    KD_TRY(kdi_backward_from(loss));
    double want = kd_get_number(mode, "loss", NAN);
    kdi_compare_one(&found->outputs, "loss", (double)kd_item(loss), want, fabs(want));
    KD_TRY(kdi_compare_outputs(j, &found->outputs, &v, mode, false));
    return kdi_compare_gradients(j, &found->gradients, x, mode);
}

/* as a teacher runs: no gradients, batch-norms folded into the convolutions */
static int run_folded(const job *j, struct verdict *found, const kd_value *mode)
{
    kd_tensor *x;
    KD_TRY(kdi_reference_input(j, &x));
    kdi_net_want_pre(j->net, false);
    kdi_net_freeze(j->net, true);
    kd_view v = kd_net_forward(j->net, x);
    return kd_failed() ? kd_error_code() : kdi_compare_outputs(j, &found->outputs, &v, mode, false);
}

/* ---- the modes ------------------------------------------------------------------------ */

static const struct plan {
    const char *mode, *key; /* key: which of the file's */
    bool training;
    int (*run)(const job *j, struct verdict *found, const kd_value *mode);
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
 * leaves twice what was seen. Networks with a task have weights more than twice as large, and
 * points choose the largest of their neighbours beside: a choice that flips shows in 1e-3 of a
 * gradient. Double: rounding only. */
static struct verdict tolerances(const job *j, bool training)
{
    const kd_value *err32 = kd_get(j->golden, "err32");
    const struct bounds *most = j->engine->plain ? &bounds_plain : &bounds_fast;
    struct verdict v = { .outputs.a = j->a, .gradients.a = j->a };
    double off = err32 && err32->n == 2 ? err32->item[1]->number : 1e-5;
    bool exact = sizeof(kd_real) == 8;
    double training_most = j->as ? fmax(most->training, 10 * off) : most->training;
    double few = j->as ? 1e-2 : 1e-3;
    v.outputs.tolerance = exact ? 1e-9 : training ? training_most : most->evaluating;
    v.gradients.tolerance = exact ? 1e-9 : training ? fmax(1e-2, 60 * sqrt(off)) : few;
    return v;
}

static int check_mode(job *j, const struct plan *plan, kd_value *modes, const char **reason)
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

static int run_job(job *j, const char *group, kd_value *row, const char **reason)
{
    kd_input in;
    kd_value *spec;
    KD_TRY(kdi_reference_spec(j, group, &spec, &in));
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
    job j = { .engine = kdi_engine_new(), .a = a };
    kd_value *golden;
    int code = kdi_golden_model(path, group, j.engine->run, &golden);
    j.golden = golden;
    if (code == KD_OK)
        code = run_job(&j, group, row, reason);
    kdi_engine_free(j.engine);
    return code;
}

/* by the names of groups alone: which family it is, or NULL */
static const char *family_of(const char *group, kdi_arena *a)
{
    const kd_reference *as;
    const kd_model *m = kdi_reference_family(group, &as);
    kd_value *spec;
    if (!m && kdi_model_parse(group, a, &spec) == KD_OK)
        return kd_get_text(spec, "family", NULL);
    kd_error_clear();
    return m ? m->name : NULL;
}

static bool wanted(const char *group, const kd_value *families, kdi_arena *a)
{
    const char *family = families ? family_of(group, a) : NULL;
    for (int64_t i = 0; family && i < families->n; i++)
        if (families->item[i]->text && strcmp(families->item[i]->text, family) == 0)
            return true;
    return !families;
}

int kdi_check_models(const char *golden_path, const kd_value *families, kdi_arena *a,
                     kd_value **report)
{
    kd_value *names, *rows = kd_list(a);
    KD_TRY(kdi_golden_models(golden_path, a, &names));
    bool all = names->n > 0;
    for (int64_t i = 0; i < names->n; i++) {
        kd_value *row = kd_map(a);
        const char *reason = NULL, *group = names->item[i]->text;
        if (!wanted(group, families, a))
            continue;
        kd_set_text(row, "group", group);
        if (check_group(golden_path, group, a, row, &reason) != KD_OK)
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
