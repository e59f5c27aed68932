/* Making a run from its spec: networks, method, optimiser. */
#include "train/trainer.h"
#include "base/option.h"
#include "store/store.h"
#include "train/registry.h"

#include <math.h>
#include <string.h>

/* ---- how to train -------------------------------------------------------------- */

static int read_optimiser(const kd_value *train, kdi_optim_spec *o)
{
    const char *kind = kd_get_text(train, "optimizer", "sgd");
    *o = (kdi_optim_spec){
        .momentum = kd_get_number(train, "momentum", 0.9),
        .beta1 = kd_get_number(train, "beta1", 0.9),
        .beta2 = kd_get_number(train, "beta2", 0.999),
        .eps = kd_get_number(train, "eps", 1e-8),
        .weight_decay = kd_get_number(train, "weight_decay", 5e-4),
        .nesterov = kd_get_bool(train, "nesterov", false),
        .clip = kd_get_number(train, "clip", 0),
    };
    if (strcmp(kind, "sgd") == 0)
        o->kind = KDI_SGD;
    else if (strcmp(kind, "adam") == 0)
        o->kind = KDI_ADAM;
    else if (strcmp(kind, "adamw") == 0)
        o->kind = KDI_ADAMW;
    else
        return kd_error(KD_E_USAGE, "optimizer '%s' is not sgd, adam or adamw", kind);
    return KD_OK;
}

/* warm-up and milestones are shares of the run */
static int read_milestones(const kd_value *train, kdi_schedule *s)
{
    enum { MOST = sizeof s->milestone / sizeof s->milestone[0] };
    const kd_value *list = kd_get(train, "milestones");
    int64_t n = list && list->kind == KD_V_LIST ? list->n : 0;
    if (n > MOST)
        return kd_error(KD_E_USAGE, "%lld milestones, at most %d", (long long)n, MOST);
    for (int64_t i = 0; i < n; i++)
        s->milestone[i] = list->item[i]->number;
    s->nmilestone = (int)n;
    return KD_OK;
}

static int read_schedule(const kd_value *train, kdi_schedule *s)
{
    static const struct {
        const char *name;
        enum kdi_schedule_kind kind;
    } known[] = { { "constant", KDI_CONSTANT },
                  { "multistep", KDI_STEPS },
                  { "cosine", KDI_COSINE },
                  { "onecycle", KDI_ONECYCLE },
                  { "linear", KDI_LINEAR } };
    const char *name = kd_get_text(train, "schedule", "cosine");
    *s = (kdi_schedule){
        .base = kd_get_number(train, "lr", 0.05),
        .floor = kd_get_number(train, "floor", 0),
        .warmup = kd_get_number(train, "warmup", 0),
        .gamma = kd_get_number(train, "gamma", 0.1),
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i].name) == 0) {
            s->kind = known[i].kind;
            return read_milestones(train, s);
        }
    return kd_error(KD_E_USAGE,
                    "schedule '%s' is not constant, multistep, cosine, onecycle or linear", name);
}

static int read_training(kdi_trainer *t)
{
    const kd_value *train;
    KD_TRY(kd_need_map(t->spec, "train", &train));
    t->nepochs = (int)kd_get_int(train, "epochs", 1);
    t->batch = kd_get_int(train, "batch", 64);
    t->eval_every = (int)kd_get_int(train, "eval_every", 1);
    KD_TRY(read_schedule(train, &t->schedule));
    if (t->nepochs < 1 || t->batch < 1 || t->eval_every < 1)
        return kd_error(KD_E_USAGE, "epochs %d, batch %lld, eval_every %d: each must be at least 1",
                        t->nepochs, (long long)t->batch, t->eval_every);
    t->steps_per_epoch = kdi_data_batches(t->data, KD_TRAIN, t->batch);
    t->nsteps = t->steps_per_epoch * t->nepochs;
    if (t->steps_per_epoch < 1)
        return kd_error(KD_E_USAGE, "%lld training samples do not fill one batch of %lld",
                        (long long)t->data->part[KD_TRAIN].n, (long long)t->batch);
    return KD_OK;
}

/* ---- networks --------------------------------------------------------------------- */

static int model_of(const kd_value *entry, const kd_value **model)
{
    KD_TRY(kd_need_map(entry, "model", model));
    return KD_OK;
}

/* a network for another task has other outputs */
static int check_task(const kdi_trainer *t, const kd_value *model)
{
    const kd_model *m = kdi_model_find(kd_get_text(model, "family", ""));
    unsigned tracks = m && m->tracks ? m->tracks : KD_CLASSIFY;
    if (tracks & (unsigned)t->track->bit)
        return KD_OK;
    return kd_error(KD_E_USAGE, "%s is a network for the task %s, this run's is %s", m->name,
                    kdi_model_task(m), t->track->name);
}

/* a network is fed what its family is made for, where the data have it */
static int input_for(const kdi_trainer *t, const kd_value *model, kd_input *in)
{
    enum kd_medium kind;
    KD_TRY(kdi_model_kind(model, &kind));
    KD_TRY(check_task(t, model));
    if (!kdi_data_has(t->data, kind))
        return kd_error(KD_E_USAGE, "%s is fed %s, which %s does not have",
                        kd_get_text(model, "family", ""), kd_medium_name[kind],
                        t->data->class->name);
    *in = kdi_data_input(t->data, kind);
    return KD_OK;
}

/* every student draws from its own stream, so that the first starts as the plain student does */
static int make_students(kdi_trainer *t, int n)
{
    const kd_value *student, *model;
    KD_TRY(kd_need_map(t->spec, "student", &student));
    KD_TRY(model_of(student, &model));
    t->students = kd_scope_new(t->root, "student");
    for (int i = 0; i < n; i++) {
        t->init_rng[i] = kdi_rng(t->seed, KDI_STREAM_WEIGHTS, (uint64_t)i);
        KD_TRY(input_for(t, model, &t->input));
        KD_TRY(kdi_net_new(&t->student[i], t->students, kdi_format(t->arena, "%d", i), model,
                           &t->input, &t->init_rng[i]));
        t->nstudent = i + 1;
    }
    return KD_OK;
}

static int make_teacher(kdi_trainer *t, kdi_teacher *out, const kd_value *entry, const char *name,
                        const kdi_trainer_with *with, int i)
{
    const kd_value *model, *weights = with->teacher[i].weights;
    kd_rng rng = kdi_rng(t->seed, KDI_STREAM_WEIGHTS, 1000 + (uint64_t)i);
    KD_TRY(model_of(entry, &model));
    kd_input in;
    KD_TRY(input_for(t, model, &in));
    out->kind = in.kind;
    out->scope = kdi_scope_root(t->engine, name, NULL);
    KD_TRY(kdi_net_new(&out->net, out->scope, "net", model, &in, weights ? NULL : &rng));
    out->sha256 = with->teacher[i].sha256 ? with->teacher[i].sha256 : "";
    if (weights)
        KD_TRY(kdi_scope_from_tree(out->net->scope, weights, name));
    kdi_net_freeze(out->net, true);
    out->cache = with->teacher[i].cache[KD_TRAIN];
    return KD_OK;
}

static int read_cached_logits(kdi_trainer *t, kdi_teacher *teacher, const kdi_trainer_with *with,
                              int i)
{
    for (enum kd_split split = KD_VALIDATION; split < KD_NSPLIT; split++) {
        kdi_cache *cache = with->teacher[i].cache[split];
        int64_t n = t->data->part[split].n, classes = t->input.classes;
        if (!cache)
            continue;
        int64_t *row = kdi_alloc(t->arena, (size_t)n * sizeof *row);
        for (int64_t k = 0; k < n; k++)
            row[k] = k;
        teacher->logits[split] = kdi_alloc(t->arena, (size_t)(n * classes) * sizeof(kd_real));
        KD_TRY(kdi_cache_read(cache, "logits", row, n, teacher->logits[split]));
    }
    return KD_OK;
}

static int make_teachers(kdi_trainer *t, const kdi_trainer_with *with)
{
    const kd_value *list = kd_get(t->spec, "teacher"), *reference = kd_get(t->spec, "reference");
    int64_t n = list && list->kind == KD_V_LIST ? list->n : 0;
    if (n > KDI_MAX_NETS)
        return kd_error(KD_E_USAGE, "%lld teachers, at most %d", (long long)n, KDI_MAX_NETS);
    for (int i = 0; i < n; i++) {
        char *name = kdi_format(t->arena, "teacher%d", i);
        KD_TRY(make_teacher(t, &t->teacher[i], list->item[i], name, with, i));
        KD_TRY(read_cached_logits(t, &t->teacher[i], with, i));
        t->nteacher = i + 1;
    }
    if (n == 0 && reference && reference->kind == KD_V_LIST && reference->n > 0) {
        KD_TRY(make_teacher(t, &t->reference, reference->item[0], "reference", with, 0));
        KD_TRY(read_cached_logits(t, &t->reference, with, 0));
    }
    return KD_OK;
}

/* ---- the method ---------------------------------------------------------------------- */

static struct kd_range allowed(struct kd_range said, struct kd_range implied)
{
    return said.min || said.max ? said : implied;
}

static int check_counts(const kdi_trainer *t)
{
    const kd_method *m = t->method;
    bool offline = m->scheme == KD_OFFLINE && !m->baseline;
    struct kd_range teachers = allowed(m->teachers, (struct kd_range){ offline, offline });
    if (t->nteacher < teachers.min || t->nteacher > teachers.max)
        return kd_error(KD_E_USAGE, "%s learns from %d to %d teachers, the spec names %d", m->name,
                        teachers.min, teachers.max, t->nteacher);
    return KD_OK;
}

static int student_count(const kd_method *m, const kd_value *spec, int *out)
{
    struct kd_range range = allowed(m->students, (struct kd_range){ 1, 1 });
    int64_t n = kd_get_int(kd_get(spec, "student"), "count", range.min);
    if (n < range.min || n > range.max || n > KDI_MAX_NETS)
        return kd_error(KD_E_USAGE, "%s trains %d to %d students, the spec asks for %lld", m->name,
                        range.min, range.max, (long long)n);
    *out = (int)n;
    return KD_OK;
}

static void fill_side(kdi_trainer *t, kd_net *net, struct kd_side *out)
{
    kdi_probe probe;
    if (kdi_net_probe(net, t->batch, &probe) == KD_OK)
        *out = (struct kd_side){ .logits = probe.logits,
                                 .pooled = probe.pooled,
                                 .tap = probe.tap,
                                 .ntap = probe.ntap,
                                 .output = probe.output,
                                 .noutput = probe.noutput,
                                 .kind = net->in.kind };
    kdi_widen_side(t, out);
}

/* shapes of what is paired with teacher i */
static void fill_pairs(kdi_trainer *t, int i, const struct kd_side *student, kd_net *net,
                       struct kd_side *teacher)
{
    kd_view s = { .tap = student->tap }, v = { .tap = NULL };
    fill_side(t, net, teacher);
    v.tap = teacher->tap;
    kdi_pair_views(&t->pairing[i], &s, &v, t->pair[i]);
    t->pairs[i] = (kd_pairs){ t->pair[i], t->pairing[i].n };
}

static int call_setup(kdi_trainer *t)
{
    kd_net *nets[KDI_MAX_NETS] = { NULL };
    kd_build b = { .scope = t->owned,
                   .pair = t->pair[0],
                   .npair = t->pairing[0].n,
                   .pairs = t->pairs,
                   .nstudent = t->nstudent,
                   .nteacher = t->nteacher,
                   .batch = t->batch,
                   .nsamples = t->data->part[KD_TRAIN].n,
                   .nclasses = t->input.classes,
                   .label = t->data->part[KD_TRAIN].label,
                   .nsteps = t->nsteps,
                   .nepochs = t->nepochs,
                   .input = kdi_input_shape(&t->input, t->batch),
                   .pixel = kdi_data_pixels(t->data, t->arena),
                   .net = t->student[0],
                   .teachers = nets,
                   .rng = &t->method_rng };
    struct kd_side other;
    fill_side(t, t->student[0], &b.student);
    for (int i = 0; i < t->nteacher; i++) {
        nets[i] = t->teacher[i].net;
        fill_pairs(t, i, &b.student, nets[i], i == 0 ? &b.teacher : &other);
    }
    if (t->method->setup) {
        kd_error_scope(t->method->name, "setup");
        t->method->setup(&b, t->self);
        kd_error_scope(NULL, NULL);
    }
    return kd_error_code();
}

static void want(kd_net *net, const kdi_pairing *pairing, unsigned need)
{
    kdi_net_want_pre(net, pairing->pre);
    kdi_net_want_attention(net, need & KD_NEED_ATTENTION);
}

/* what networks show beside their taps */
static void want_outputs(kdi_trainer *t)
{
    for (int i = 0; i < t->nstudent; i++)
        want(t->student[i], &t->pairing[0], t->method->need);
    for (int i = 0; i < t->nteacher; i++)
        want(t->teacher[i].net, &t->pairing[i], t->method->need);
}

static kdi_taps taps_of(const kd_net *net, kd_tap tap[KDI_NET_TAPS])
{
    if (!net)
        return (kdi_taps){ .n = 0 };
    for (int i = 0; i < net->ntap; i++)
        tap[i] = (kd_tap){ .name = net->tap[i].name, .kind = net->tap[i].kind };
    return (kdi_taps){ net->arch, tap, net->ntap };
}

static int pair(kdi_trainer *t, int i)
{
    kd_tap student[KDI_NET_TAPS], teacher[KDI_NET_TAPS];
    return kdi_pair_taps(t->method, t->self, kd_get(t->spec, "pairs"),
                         taps_of(t->student[0], student),
                         taps_of(i < t->nteacher ? t->teacher[i].net : NULL, teacher),
                         &t->pairing[i]);
}

static int make_method(kdi_trainer *t)
{
    const kd_method *m = t->method;
    const kd_value *method = kd_get(t->spec, "method");
    t->self = kdi_alloc0(t->arena, m->self_size + 1);
    KD_TRY(kdi_method_options(m, t->self, kd_get(method, "options"), &t->options));
    KD_TRY(kdi_phase_plan(m, t->self, t->nepochs, &t->plan));
    KD_TRY(check_counts(t));
    KD_TRY(pair(t, 0));
    for (int i = 1; i < t->nteacher; i++)
        KD_TRY(pair(t, i));
    want_outputs(t);
    KD_TRY(kdi_share_trunk(t));
    t->method_rng = kdi_rng(t->seed, KDI_STREAM_METHOD, UINT64_MAX);
    t->owned = kd_scope_new(t->root, "method");
    t->owned->rng = &t->method_rng;
    KD_TRY(kdi_check_places(t));
    return call_setup(t);
}

static void make_host(kdi_trainer *t)
{
    t->host = (struct kdi_step){ .engine = t->engine,
                                 .trainer = t,
                                 .seed = t->seed,
                                 .nsamples = t->data->part[KD_TRAIN].n,
                                 .nclasses = t->input.classes,
                                 .train_label = t->data->part[KD_TRAIN].label };
    bool second = t->method->second != KD_SECOND_NONE;
    t->host.pub = (kd_step){ .student = t->student_view,
                             .teacher = t->teacher_view,
                             .student2 = second ? t->student_second : NULL,
                             .teacher2 = second && t->nteacher ? t->teacher_second : NULL,
                             .nstudent = t->nstudent,
                             .nteacher = t->nteacher,
                             .pair = t->pair[0],
                             .npair = t->pairing[0].n,
                             .pairs = t->pairs,
                             .nsteps = t->nsteps,
                             .nepochs = t->nepochs,
                             .host = &t->host };
}

static int make_all(kdi_trainer *t, const kdi_trainer_with *with)
{
    const kd_value *method;
    const char *name;
    int nstudent = 1;
    kdi_optim_spec optim;
    KD_TRY(kd_need_map(t->spec, "method", &method));
    KD_TRY(kd_need_text(method, "name", &name));
    KD_TRY(kdi_method_find(name, &t->method));
    t->track = kdi_track_find(t->method->tracks);
    if (!t->track)
        return kd_error(KD_E_USAGE, "%s works on no track that is built in", name);
    KD_TRY(read_training(t));
    KD_TRY(kdi_robust_read(t));
    KD_TRY(read_optimiser(kd_get(t->spec, "train"), &optim));
    KD_TRY(student_count(t->method, t->spec, &nstudent));
    KD_TRY(make_students(t, nstudent));
    KD_TRY(make_teachers(t, with));
    KD_TRY(make_method(t));
    kd_scope *scope[] = { t->students, t->owned };
    t->optim = kdi_optim_new(t->engine, optim, scope, 2);
    t->order = kdi_alloc(t->arena, (size_t)t->data->part[KD_TRAIN].n * sizeof *t->order);
    make_host(t);
    return kd_error_code();
}

int kdi_trainer_new(kdi_trainer **out, const kd_value *spec, const kdi_trainer_with *with)
{
    kdi_arena *arena = kdi_arena_new("trainer");
    kdi_trainer *t = kdi_alloc0(arena, sizeof *t);
    *out = t;
    t->arena = arena;
    t->engine = kdi_engine_new();
    t->spec = spec;
    t->data = with->data;
    t->input = (kd_input){ .classes = with->data->set.classes };
    t->seed = (uint64_t)kd_get_int(spec, "seed", 0);
    t->best_val_epoch = t->best_test_epoch = -1;
    t->best_val = t->best_test = NAN;
    t->root = kdi_scope_root(t->engine, "", NULL);
    return make_all(t, with);
}

void kdi_trainer_free(kdi_trainer *t)
{
    if (!t)
        return;
    for (int i = 0; i < 2; i++)
        kdi_arena_free(t->best_arena[i]);
    kdi_engine_free(t->engine);
    kdi_arena_free(t->arena);
}
