/* The tree of a finished run. */
#include "train/result.h"

#include "base/system.h"
#include "store/store.h"

#include <math.h>
#include <string.h>

/* ---- what reruns bit for bit ------------------------------------------------------ */

static kd_value *curves(const kdi_trainer *t, kdi_arena *a)
{
    kd_value *map = kd_map(a);
    for (int i = 0; i < t->ncurve; i++)
        kd_set(map, t->curve[i].name, kd_array(a, KD_F64, KD_SHAPE(t->nepochs), t->curve[i].value));
    return map;
}

static kd_value *metric_list(const kdi_trainer *t, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    for (int i = 0; i < t->track->nmetric; i++) {
        const kdi_metric *m = &t->track->metric[i];
        kd_value *map = kd_map(a);
        kd_set_text(map, "name", m->name);
        kd_set_text(map, "unit", m->unit);
        kd_set_text(map, "help", m->help);
        kd_set_bool(map, "higher_better", m->higher_better);
        kd_set_bool(map, "primary", m->primary);
        kd_push(list, map);
    }
    return list;
}

/* the primary one once more, under attack */
static void add_robust(const kdi_trainer *t, kd_value *list, kdi_arena *a)
{
    for (int64_t i = 0, n = t->attack.steps ? list->n : 0; i < n; i++) {
        const kd_value *m = list->item[i];
        if (!kd_get_bool(m, "primary", false))
            continue;
        kd_value *map = kd_map(a);
        kd_set_text(map, "name", kdi_format(a, "robust_%s", kd_get_text(m, "name", "")));
        kd_set_text(map, "unit", kd_get_text(m, "unit", ""));
        kd_set_text(map, "help",
                    kdi_format(a, "on images attacked by PGD: %d steps of %.4f, within %.4f",
                               t->attack.steps, (double)t->attack.step, (double)t->attack.eps));
        kd_set_bool(map, "higher_better", kd_get_bool(m, "higher_better", true));
        kd_set_bool(map, "primary", false);
        kd_push(list, map);
    }
}

/* the curve's values at one epoch, for the metrics of validation and test */
static kd_value *at_epoch(const kdi_trainer *t, int epoch, kdi_arena *a)
{
    kd_value *map = kd_map(a);
    kd_set_int(map, "epoch", epoch + 1);
    for (int i = 0; i < t->ncurve; i++) {
        const kdi_curve *c = &t->curve[i];
        if (strncmp(c->name, "validation_", 11) == 0 || strncmp(c->name, "test_", 5) == 0)
            kd_set_number(map, c->name, c->value[epoch]);
    }
    return map;
}

static kd_value * final(kdi_trainer *t, kdi_arena *a)
{
    kd_value *map = kd_map(a);
    kd_set(map, "last", at_epoch(t, t->nepochs - 1, a));
    kd_set(map, "best_val", at_epoch(t, t->best_val_epoch, a));
    kd_set(map, "best_test", at_epoch(t, t->best_test_epoch, a));
    kd_value *metrics = metric_list(t, a);
    add_robust(t, metrics, a);
    kdi_retrieval_metrics(t, metrics);
    kd_set(map, "metrics", metrics);
    return map;
}

static int weights(const kdi_trainer *t, kdi_arena *a, kd_value **out)
{
    *out = kd_map(a);
    kd_set(*out, "last", kdi_scope_to_tree(t->student[0]->scope, a, true));
    if (t->best_weights)
        kd_set(*out, "best_val", t->best_weights);
    return kd_error_code();
}

/* per sample of validation and test: kept from the last epoch's evaluation, or, in a run that was
 * killed just before its end, measured again */
static int predictions(kdi_trainer *t, kdi_arena *a, kd_value **out)
{
    double value[KDI_MOST_METRICS];
    *out = kd_map(a);
    for (enum kd_split split = KD_VALIDATION; split < KD_NSPLIT; split++) {
        kd_value *pred = t->prediction[split];
        if (!pred)
            KD_TRY(kdi_evaluate(t, split, value, a, &pred));
        kd_set(*out, kdi_split_name[split], pred);
    }
    return KD_OK;
}

static kd_value *spec_tree(const char *spec_json, const kd_value *spec, kdi_arena *a)
{
    kd_value *map = kd_map(a);
    kd_set_text(map, "json", spec_json);
    kd_set_text(map, "method", kd_get_text(kd_get(spec, "method"), "name", ""));
    kd_set_text(map, "dataset", kd_get_text(kd_get(spec, "dataset"), "name", ""));
    kd_set_text(map, "pair", kd_get_text(spec, "pair", ""));
    kd_set_int(map, "seed", kd_get_int(spec, "seed", 0));
    return map;
}

/* ---- what does not --------------------------------------------------------------------- */

/* median seconds of single-sample forward passes of student[0] */
static double latency(kdi_trainer *t)
{
    enum { TIMES = 9 };
    double seconds[TIMES];
    bool recording = t->engine->recording;
    int64_t index = 0;
    t->engine->recording = false;
    kdi_net_set_training(t->student[0], false);
    for (int i = 0; i < TIMES; i++) {
        kdi_step_reset(t->engine);
        kdi_ask ask = { .split = KD_TEST, .sample = &index, .n = 1 };
        kd_tensor *input = kdi_data_batch(t->engine, t->data, &ask)->input[t->input.kind];
        double began = kdi_now();
        kd_net_forward(t->student[0], input);
        seconds[i] = kdi_now() - began;
        for (int k = i; k > 0 && seconds[k] < seconds[k - 1]; k--) {
            double swap = seconds[k];
            seconds[k] = seconds[k - 1];
            seconds[k - 1] = swap;
        }
    }
    t->engine->recording = recording;
    return seconds[TIMES / 2];
}

static kd_value *cost(kdi_trainer *t, kdi_arena *a)
{
    kd_value *map = kd_map(a);
    const kdi_teacher *teacher = t->nteacher ? &t->teacher[0] : &t->reference;
    double steps = (double)t->nsteps;
    kd_set_number(map, "seconds_per_step", t->train_seconds / steps);
    kd_set_number(map, "cpu_seconds_per_step", t->train_cpu_seconds / steps);
    kd_set_number(map, "seconds_per_step_without_teacher",
                  (t->train_seconds - t->teacher_seconds) / steps);
    kd_set_number(map, "seconds", t->train_seconds + t->eval_seconds);
    kd_set_number(map, "train_seconds", t->train_seconds);
    kd_set_number(map, "eval_seconds", t->eval_seconds);
    kd_set_int(map, "step_memory_bytes", (int64_t)t->step_bytes);
    kd_set_int(map, "peak_memory_bytes", kdi_peak_memory());
    kd_set_int(map, "student_params", kdi_net_params(t->student[0]));
    kd_set_number(map, "student_flops", kdi_net_flops(t->student[0]));
    kd_set_int(map, "method_params", kdi_scope_params(t->owned));
    kd_set_int(map, "students", t->nstudent);
    kd_set_int(map, "steps", t->nsteps);
    kd_set_int(map, "train_samples", t->data->part[KD_TRAIN].n);
    kd_set_int(map, "batch", t->batch);
    if (teacher->net) {
        kd_set_int(map, "teacher_params", kdi_net_params(teacher->net));
        kd_set_number(map, "teacher_flops", kdi_net_flops(teacher->net));
    }
    kd_set_number(map, "student_latency_seconds", latency(t));
    return map;
}

static kd_value *environment(const kdi_trainer *t, kdi_arena *a)
{
    kd_value *env = kdi_environment(a), *source = kd_map(a), *teachers = kd_list(a);
    kdi_add_source_hashes(source, t->method->name,
                          kd_get_text(kd_get(t->spec, "dataset"), "name", NULL));
    kdi_add_process(env, a);
    kd_set(env, "sources", source);
    kd_set_text(env, "dataset_sha256", t->data->sha256);
    for (int i = 0; i < t->nteacher; i++)
        kd_push(teachers, kd_string(a, t->teacher[i].sha256));
    if (t->nteacher)
        kd_set(env, "teacher_sha256", teachers);
    return env;
}

static kd_value *status(kdi_arena *a)
{
    kd_value *map = kd_map(a);
    kd_set_text(map, "state", "done");
    kd_set_text(map, "finished", kdi_utc());
    return map;
}

int kdi_run_result(kdi_trainer *t, const char *spec_json, kdi_arena *a, kd_value **run)
{
    kd_value *w, *pred;
    *run = kd_map(a);
    KD_TRY(weights(t, a, &w));
    KD_TRY(predictions(t, a, &pred));
    kd_set(*run, "spec", spec_tree(spec_json, t->spec, a));
    kd_set(*run, "curve", curves(t, a));
    kd_set(*run, "final", final(t, a));
    kd_set(*run, "weights", w);
    kd_set(*run, "pred", pred);
    kd_set(*run, "cost", cost(t, a));
    kd_set(*run, "env", environment(t, a));
    kd_set(*run, "status", status(a));
    return KD_OK;
}
