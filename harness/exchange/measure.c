/* A teacher that others trained, as a run: its weights are read, fitted and measured on validation
 * and test; nothing is trained. It leaves the run.h5 that training would have left. */
#include "exchange/exchange.h"

#include "base/system.h"
#include "store/json_read.h"
#include "store/store.h"
#include "train/registry.h"
#include "train/result.h"
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* accuracy that a spec states may be off by this much, in %: other kernels round otherwise */
#define STATED_WITHIN 0.5

typedef struct measuring {
    const kd_value *spec, *with;
    const char *folder, *json, *path; /* path: of the weights */
    kdi_data *data;
    kdi_trainer *trainer;
    kdi_arena *arena;
} measuring;

/* ---- the weights ---------------------------------------------------------------------- */

/* is it the run that was made of that file? then it holds the same weights */
static bool is_its_run(const measuring *m, const char *sha256)
{
    static const char *const groups[] = { "spec", NULL };
    kd_value *run, *spec;
    bool same = false;
    if (kdi_is_sealed(m->path) && kdi_run_read(m->path, groups, m->arena, &run) == KD_OK) {
        const kd_value *json = kd_get(kd_get(run, "spec"), "json");
        if (json && json->kind == KD_V_STRING &&
            kdi_json_read(json->text, json->n, m->path, m->arena, &spec) == KD_OK)
            same = strcmp(kd_get_text(kd_get(spec, "weights"), "sha256", ""), sha256) == 0;
    }
    kd_error_clear();
    return same;
}

static int check_hash(const measuring *m)
{
    const char *said;
    char hex[KDI_SHA256_HEX];
    KD_TRY(kd_need_text(kd_get(m->spec, "weights"), "sha256", &said));
    KD_TRY(kdi_sha256_file(m->path, hex));
    if (strcmp(hex, said) != 0 && !is_its_run(m, said))
        return kd_error(KD_E_DATA,
                        "%s is not the file that the sweep was planned with: its SHA-256 is %s, "
                        "was %s",
                        m->path, hex, said);
    return KD_OK;
}

static int take_weights(const measuring *m)
{
    kd_value *file;
    kd_net *net = m->trainer->student[0];
    const char *owner = kdi_format(m->arena, "%s on %s", net->arch, m->data->class->name);
    KD_TRY(check_hash(m));
    KD_TRY(kdi_weights_read(m->path, NULL, m->arena, &file));
    KD_TRY(kdi_about_agrees(kd_get(file, "about"), m->data, m->path));
    return kdi_fit(net, file, m->path, owner, NULL);
}

/* ---- the measurement -------------------------------------------------------------------- */

static int measure_split(kdi_trainer *t, enum kd_split split, double *primary)
{
    double value[KDI_MOST_METRICS];
    char name[64];
    KD_TRY(kdi_evaluate(t, split, value, t->arena, &t->prediction[split]));
    for (int i = 0; i < t->track->nmetric; i++) {
        snprintf(name, sizeof name, "%s_%s", kdi_split_name[split], t->track->metric[i].name);
        *kdi_curve_at(t, name, 0) = value[i];
        if (t->track->metric[i].primary)
            *primary = value[i];
    }
    return KD_OK;
}

/* A network that guesses has 100 / classes % and a deviation of that. Whoever is not above it was
 * fed something else: other classes, another order of them, another scale. */
static int check_chance(const measuring *m, double validation)
{
    double n = (double)m->data->part[KD_VALIDATION].n, p = 1 / (double)m->data->set.classes;
    double chance = 100 * p, most = 100 * (p + 3 * sqrt(p * (1 - p) / n));
    if (validation > most || kd_get_bool(m->with, "as_it_is", false))
        return KD_OK;
    return kd_error(KD_E_DATA,
                    "%s: %.2f%% of validation right, guessing is right in %.2f%%: are its classes "
                    "and its input those of %s?",
                    m->path, validation, chance, m->data->class->name);
}

static int check_stated(const measuring *m, double test)
{
    double stated = kd_get_number(kd_get(m->spec, "weights"), "accuracy", NAN);
    if (isnan(stated) || fabs(test - stated) <= STATED_WITHIN)
        return KD_OK;
    return kd_error(KD_E_DATA, "%s: %.2f%% of test right, the sweep says accuracy = %g", m->path,
                    test, stated);
}

static int measure_all(const measuring *m)
{
    kdi_trainer *t = m->trainer;
    double began = kdi_now(), validation = NAN, test = NAN;
    KD_TRY(measure_split(t, KD_VALIDATION, &validation));
    KD_TRY(measure_split(t, KD_TEST, &test));
    KD_TRY(check_chance(m, validation));
    KD_TRY(check_stated(m, test));
    t->best_val = validation;
    t->best_test = test;
    t->best_val_epoch = t->best_test_epoch = 0;
    t->best_weights = kdi_scope_to_tree(t->student[0]->scope, t->arena, true);
    t->eval_seconds += kdi_now() - began;
    t->epoch = 1;
    return KD_OK;
}

/* ---- the run ------------------------------------------------------------------------------ */

/* no epoch and no step were taken */
static void say_untrained(kd_value *run)
{
    static const char *const protocol[] = { "last", "best_val", "best_test" };
    static const char *const unknown[] = { "seconds_per_step", "cpu_seconds_per_step",
                                           "seconds_per_step_without_teacher", "train_samples",
                                           "batch" };
    kd_value *cost = (kd_value *)kd_get(run, "cost");
    for (size_t i = 0; i < sizeof protocol / sizeof *protocol; i++)
        kd_set_int((kd_value *)kd_get(kd_get(run, "final"), protocol[i]), "epoch", 0);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        kd_set(cost, unknown[i], kd_nil(cost->arena));
    kd_set_int(cost, "steps", 0);
}

/* the spec with the one epoch that a trainer wants to see */
static kd_value *trainable(const kd_value *spec, kdi_arena *a)
{
    kd_value *out = kd_map(a), *train = kd_map(a);
    const kd_value *said = kd_get(spec, "train");
    for (int64_t i = 0; i < spec->n; i++)
        kd_set(out, spec->key[i], spec->item[i]);
    for (int64_t i = 0; said && i < said->n; i++)
        kd_set(train, said->key[i], said->item[i]);
    kd_set_int(train, "epochs", 1);
    kd_set(out, "train", train);
    return out;
}

static int open_all(measuring *m)
{
    const kd_value *dataset;
    const char *folder;
    KD_TRY(kdi_registry_open());
    KD_TRY(kd_need_map(m->spec, "dataset", &dataset));
    KD_TRY(kd_need_text(m->with, "data", &folder));
    KD_TRY(kdi_data_open(&m->data, dataset, folder));
    kdi_trainer_with has = { .data = m->data };
    return kdi_trainer_new(&m->trainer, trainable(m->spec, m->arena), &has);
}

static int finish(const measuring *m)
{
    kd_value *run;
    KD_TRY(kdi_run_result(m->trainer, m->json, m->arena, &run));
    say_untrained(run);
    return kdi_run_write(kdi_format(m->arena, "%s/run.h5", m->folder), run);
}

static int measure(measuring *m)
{
    KD_TRY(kdi_make_folders(m->folder));
    KD_TRY(open_all(m));
    KD_TRY(take_weights(m));
    KD_TRY(measure_all(m));
    return finish(m);
}

int kdi_call_measure(const kd_value *args, kdi_arena *a, kd_value **result)
{
    measuring m = { .arena = a };
    KD_TRY(kd_arg_map(args, 0, &m.spec));
    KD_TRY(kd_arg_text(args, 1, &m.folder));
    KD_TRY(kd_arg_map(args, 2, &m.with));
    KD_TRY(kd_need_text(m.with, "json", &m.json));
    KD_TRY(kd_need_text(m.with, "weights", &m.path));
    int code = measure(&m);
    kdi_trainer_free(m.trainer);
    kdi_data_close(m.data);
    *result = kd_bool(a, code == KD_OK);
    return code;
}
