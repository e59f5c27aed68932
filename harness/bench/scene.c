/* A workload made ready: random samples, a teacher whose statistics fit its weights, and a trainer
 * that takes real steps. */
#include "bench/bench.h"

#include "base/system.h"
#include "store/store.h"
#include "train/cache_build.h"
#include "train/registry.h"

#include <string.h>

enum { SETTLE_ON = 16 };

/* ---- the spec ------------------------------------------------------------------- */

static int set_model(kd_value *entry, const char *arch, kdi_arena *a)
{
    kd_value *model;
    KD_TRY(kdi_model_parse(arch, a, &model));
    kd_set(entry, "model", model);
    return KD_OK;
}

static kd_value *training(const kdi_bench_how *how, kdi_arena *a)
{
    kd_value *train = kd_map(a);
    kd_set_int(train, "epochs", how->epochs);
    kd_set_int(train, "batch", KDI_BENCH_BATCH);
    kd_set_text(train, "optimizer", "sgd");
    kd_set_text(train, "schedule", "constant");
    kd_set_number(train, "lr", how->lr > 0 ? how->lr : 0.05);
    kd_set_number(train, "momentum", 0.9);
    kd_set_number(train, "weight_decay", 5e-4);
    kd_set_bool(train, "nesterov", true);
    return train;
}

static kd_value *method_of(const kdi_workload *w, kdi_arena *a)
{
    kd_value *method = kd_map(a), *options = kd_map(a);
    kd_set_text(method, "name", w->method ? w->method : "none");
    if (w->option.name)
        kd_set_number(options, w->option.name, w->option.value);
    kd_set(method, "options", options);
    return method;
}

/* a network that only runs is the reference of a run that never learns from it */
static int spec_of(const kdi_workload *w, const kdi_bench_how *how, kdi_arena *a, kd_value **out)
{
    kd_value *spec = kd_map(a), *student = kd_map(a), *teacher = kd_map(a), *list = kd_list(a);
    *out = spec;
    KD_TRY(set_model(student, w->student, a));
    kd_set_int(spec, "seed", 0);
    kd_set(spec, "student", student);
    kd_set(spec, "method", method_of(w, a));
    kd_set(spec, "train", training(how, a));
    if (!w->teacher)
        return KD_OK;
    KD_TRY(set_model(teacher, w->teacher, a));
    kd_push(list, teacher);
    kd_set(spec, w->method ? "teacher" : "reference", list);
    return KD_OK;
}

/* ---- data ------------------------------------------------------------------------- */

static const kd_dataset_class *data_of(const kdi_workload *w, kd_value *options)
{
    kd_set_int(options, "classes", w->classes);
    kd_set_int(options, "train", w->samples);
    if (w->length) {
        kd_set_int(options, "length", w->length);
        kd_set_int(options, "shortest", w->shortest);
        return &kdi_random_texts;
    }
    if (w->points) {
        kd_set_int(options, "points", w->points);
        return &kdi_random_points;
    }
    kd_set_int(options, "channels", w->channels);
    kd_set_int(options, "side", w->side);
    return &kdi_random_images;
}

static int open_data(kdi_bench *b)
{
    const kdi_workload *w = b->w;
    kd_value *spec = kd_map(b->arena), *options = kd_map(b->arena);
    const kd_dataset_class *class = data_of(w, options);
    kd_set(spec, "options", options);
    kd_set_int(spec, "train", w->samples);
    kd_set_text(spec, "augment", w->cached || w->length || w->points ? "none" : "crop_flip");
    return kdi_data_open_class(&b->data, class, spec, "");
}

/* ---- the teacher -------------------------------------------------------------------- */

/* As it is initialised every residual block doubles the variance, as a trained network's do not:
 * running statistics become those of one batch. */
static int settle(kd_net *net, const kdi_data *d)
{
    int64_t sample[SETTLE_ON];
    kd_engine *e = net->engine;
    for (int64_t i = 0; i < SETTLE_ON; i++)
        sample[i] = i;
    kdi_ask ask = { .split = KD_TRAIN, .sample = sample, .n = SETTLE_ON };
    for (int i = 0; i < net->nbn; i++)
        net->bn[i]->keep = 0;
    e->recording = false;
    kd_net_forward(net, kdi_data_batch(e, d, &ask)->input[net->in.kind]);
    return kd_error_code();
}

static int make_weights(kdi_bench *b, kd_engine *e, kd_value **weights)
{
    kd_rng rng = kdi_rng(0, KDI_STREAM_WEIGHTS, 1000);
    kd_value *model;
    kd_net *net;
    char hex[KDI_SHA256_HEX];
    KD_TRY(kdi_model_parse(b->w->teacher, b->arena, &model));
    enum kd_medium kind;
    KD_TRY(kdi_model_kind(model, &kind));
    kd_input input = kdi_data_input(b->data, kind);
    KD_TRY(kdi_net_new(&net, kdi_scope_root(e, "teacher", NULL), "net", model, &input, &rng));
    KD_TRY(settle(net, b->data));
    *weights = kdi_scope_to_tree(net->scope, b->arena, true);
    KD_TRY(kdi_tree_sha256(*weights, hex));
    b->teacher_sha256 = kdi_strdup(b->arena, hex);
    return KD_OK;
}

static int add_teacher(kdi_bench *b, const kdi_bench_how *how, kdi_trainer_with *with)
{
    kd_value *weights;
    kd_engine *e = kdi_engine_new();
    int code = make_weights(b, e, &weights);
    kdi_engine_free(e);
    KD_TRY(code);
    with->teacher[0].weights = weights;
    with->teacher[0].sha256 = b->teacher_sha256;
    if (!how->cache)
        return KD_OK;
    KD_TRY(kdi_cache_open(how->cache, kdi_cache_key(b->data, KD_TRAIN, b->teacher_sha256, b->arena),
                          &b->cache));
    with->teacher[0].cache[KD_TRAIN] = b->cache;
    return KD_OK;
}

int kdi_bench_open(kdi_bench *b, const kdi_workload *w, const kdi_bench_how *how)
{
    kdi_trainer_with with = { 0 };
    kd_value *spec;
    *b = (kdi_bench){ .w = w, .arena = kdi_arena_new("bench") };
    KD_TRY(kdi_registry_open());
    KD_TRY(open_data(b));
    with.data = b->data;
    if (w->teacher)
        KD_TRY(add_teacher(b, how, &with));
    KD_TRY(spec_of(w, how, b->arena, &spec));
    return kdi_trainer_new(&b->t, spec, &with);
}

void kdi_bench_close(kdi_bench *b)
{
    kdi_trainer_free(b->t);
    if (b->cache)
        kdi_cache_close(b->cache);
    kdi_data_close(b->data);
    kdi_arena_free(b->arena);
}

/* ---- steps -------------------------------------------------------------------------- */

bool kdi_bench_epoch_begins(const kdi_bench *b)
{
    return b->t->step % b->t->steps_per_epoch == 0;
}

static int infer(kdi_trainer *t, const int64_t *sample)
{
    kd_view view;
    kdi_ask ask = { .split = KD_TRAIN, .sample = sample, .n = t->batch };
    kdi_step_reset(t->engine);
    double began = kdi_now();
    kdi_batch *batch = kdi_data_batch(t->engine, t->data, &ask);
    t->data_seconds += kdi_now() - began;
    KD_TRY(kdi_teacher_live(t, t->reference.net, batch->input[t->reference.kind], &view));
    t->step++;
    return KD_OK;
}

int kdi_bench_step(kdi_bench *b)
{
    kdi_trainer *t = b->t;
    int64_t at = t->step % t->steps_per_epoch;
    if (at == 0) {
        t->epoch = (int)(t->step / t->steps_per_epoch);
        kdi_data_order(t->data, t->seed, t->epoch, t->order);
    }
    const int64_t *sample = t->order + at * t->batch;
    return b->w->method ? kdi_trainer_step(t, sample) : infer(t, sample);
}
