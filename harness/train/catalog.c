/* What there is, as values: methods and networks described for lists, help and sweeps. */
#include "train/worker.h"

#include "base/option.h"
#include "data/data.h"
#include "models/net.h"
#include "train/registry.h"
#include "train/result.h"

extern const kdi_call kdi_catalog_calls[];

static const char *scheme_name(enum kd_scheme s)
{
    static const char *const name[] = { "offline", "online", "self" };
    return name[s];
}

static kd_value *bit_names(unsigned bits, const char *const *name, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    for (int i = 0; name[i]; i++)
        if (bits & 1u << i)
            kd_push(list, kd_string(a, name[i]));
    return list;
}

static kd_value *cite(const kd_cite *c, kdi_arena *a)
{
    kd_value *m = kd_map(a);
    kd_set_text(m, "key", c->key);
    kd_set_text(m, "authors", c->authors);
    kd_set_text(m, "title", c->title);
    kd_set_text(m, "venue", c->venue);
    kd_set_text(m, "url", c->url);
    kd_set_int(m, "year", c->year);
    return m;
}

static kd_value *range(struct kd_range r, kdi_arena *a)
{
    kd_value *m = kd_map(a);
    kd_set_int(m, "min", r.min);
    kd_set_int(m, "max", r.max);
    return m;
}

static kd_value *phases(const kd_method *m, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    for (const kd_phase *p = m->phases; p && p->name; p++)
        kd_push(list, kd_string(a, p->name));
    return list;
}

/* which outputs of which networks it gets, what it asks for besides and claims of itself */
static void add_interface(kd_value *v, const kd_method *m, kdi_arena *a)
{
    static const char *const taps[] = { "none", "stages", "last", "hint", "preactivation", "all" };
    static const char *const need[] = { "index",       "labels",      "teacher_live",
                                        "logits_only", "teacher_net", "attention",
                                        NULL };
    static const char *const second[] = { NULL, "view", "strong", "class" };
    static const char *const claim[] = { "zero_when_equal", "nonnegative", "shift_logits",
                                         "permute_batch", NULL };
    kd_set(v, "teachers", range(m->teachers, a));
    kd_set(v, "students", range(m->students, a));
    kd_set_text(v, "taps", taps[m->taps]);
    kd_set(v, "needs", bit_names(m->need, need, a));
    kd_set_text(v, "second", second[m->second]);
    kd_set(v, "media", bit_names(m->media ? m->media : 7u, kd_medium_name, a));
    kd_set_text(v, "trunk", m->trunk);
    kd_set_bool(v, "predicts", m->predict != NULL);
    kd_set(v, "phases", phases(m, a));
    kd_set(v, "claims", bit_names(m->props, claim, a));
}

static kd_value *method_value(const kd_method *m, kdi_arena *a)
{
    static const char *const source[] = { "response", "feature", "relation", "synthetic", NULL };
    static const char *const track[] = { "classify",  "segment", "lm", "diffuse",
                                         "represent", "align",   NULL };
    kd_value *v = kd_map(a);
    kd_set_text(v, "name", m->name);
    kd_set_text(v, "title", m->title);
    kd_set_text(v, "module", kdi_method_module(m->name));
    kd_set_text(v, "notes", m->notes);
    kd_set(v, "cite", cite(&m->cite, a));
    kd_set_text(v, "scheme", scheme_name(m->scheme));
    kd_set(v, "source", bit_names(m->source, source, a));
    kd_set_text(v, "category", m->category);
    kd_set(v, "tracks", bit_names(m->tracks ? m->tracks : KD_CLASSIFY, track, a));
    kd_set_bool(v, "baseline", m->baseline);
    add_interface(v, m, a);
    kd_set(v, "options", kdi_options_describe(m->options, a));
    return v;
}

static kd_value *input_value(const kd_input *in, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    if (in->kind == KD_IMAGE) {
        kd_set_int(v, "height", in->height);
        kd_set_int(v, "width", in->width);
    } else if (in->kind == KD_POINTS) {
        kd_set_int(v, "points", in->points);
    } else {
        kd_set_int(v, "length", in->length);
        kd_set_int(v, "vocabulary", in->vocabulary);
    }
    kd_set_int(v, "channels", in->channels);
    kd_set_int(v, "classes", in->classes);
    return v;
}

static kd_value *dataset_value(const kd_dataset_class *d, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    kd_set_text(v, "name", d->name);
    kd_set_text(v, "title", d->title);
    kd_set_text(v, "notes", d->notes);
    kd_set(v, "cite", cite(&d->cite, a));
    kd_set(v, "options", kdi_options_describe(d->options, a));
    kd_set(v, "kinds", bit_names(d->kinds ? d->kinds : 1u << KD_IMAGE, kd_medium_name, a));
    if (d->input.classes)
        kd_set(v, "input", input_value(&d->input, a));
    return v;
}

static kd_value *augment_value(const kdi_augment *m, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    kd_set_text(v, "name", m->name);
    kd_set_text(v, "help", m->help);
    kd_set(v, "kinds", bit_names(kdi_augment_kinds(m), kd_medium_name, a));
    return v;
}

static kd_value *metric_value(const kdi_track *t, const kdi_metric *m, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    kd_set_text(v, "name", m->name);
    kd_set_text(v, "track", t->name);
    kd_set_text(v, "unit", m->unit);
    kd_set_text(v, "help", m->help);
    kd_set(v, "higher_better", kd_bool(a, m->higher_better));
    return v;
}

/* catalog() -> { methods, datasets, models, augmentations, metrics } */
static int catalog(const kd_value *args, kdi_arena *a, kd_value **result)
{
    kd_value *methods = kd_list(a), *datasets = kd_list(a), *models = kd_list(a);
    kd_value *augmentations = kd_list(a), *metrics = kd_list(a);
    const kdi_track *track = &kdi_track_classify;
    (void)args;
    KD_TRY(kdi_registry_open());
    for (int i = 0; i < kdi_method_count(); i++)
        kd_push(methods, method_value(kdi_method_at(i), a));
    for (int i = 0; kdi_datasets[i]; i++)
        kd_push(datasets, dataset_value(kdi_datasets[i], a));
    for (int i = 0; kdi_models[i]; i++)
        kd_push(models, kdi_model_describe(kdi_models[i]->name, a));
    for (const kdi_augment *m = kdi_augments; m->name; m++)
        kd_push(augmentations, augment_value(m, a));
    for (const kdi_metric *m = track->metric; m->name; m++)
        kd_push(metrics, metric_value(track, m, a));
    *result = kd_map(a);
    kd_set(*result, "methods", methods);
    kd_set(*result, "datasets", datasets);
    kd_set(*result, "models", models);
    kd_set(*result, "augmentations", augmentations);
    kd_set(*result, "metrics", metrics);
    return KD_OK;
}

/* model_parse("resnet8x4") -> { family, options } */
static int model_parse(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *arch;
    KD_TRY(kd_arg_text(args, 0, &arch));
    return kdi_model_parse(arch, a, result);
}

static kd_value *output_value(const char *name, const char *kind, int64_t reals, kdi_arena *a)
{
    kd_value *v = kd_map(a);
    kd_set_text(v, "name", name);
    kd_set_text(v, "kind", kind);
    kd_set_int(v, "reals", reals);
    return v;
}

/* what a network gives for one sample: logits, then its taps */
static kd_value *outputs(const kd_net *net, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    kd_push(list, output_value("logits", "logits", net->in.classes, a));
    for (int i = 0; i < net->ntap; i++) {
        const kdi_tap_info *tap = &net->tap[i];
        const char *kind = tap->kind == KD_TAP_STEM    ? "stem"
                           : tap->kind == KD_TAP_STAGE ? "stage"
                                                       : "pooled";
        kd_push(list, output_value(tap->name, kind, kd_shape_numel(tap->shape), a));
    }
    return list;
}

static kd_value *net_facts(const kd_net *net, kdi_arena *a)
{
    kd_value *v = kd_map(a), *taps = kd_list(a);
    for (int i = 0; i < net->ntap; i++)
        kd_push(taps, kd_string(a, net->tap[i].name));
    kd_set_text(v, "arch", net->arch);
    kd_set_int(v, "params", kdi_net_params(net));
    kd_set_number(v, "flops", kdi_net_flops(net));
    kd_set(v, "taps", taps);
    kd_set(v, "outputs", outputs(net, a));
    kd_set(v, "input", input_value(&net->in, a));
    kd_set_int(v, "real_bytes", (int64_t)sizeof(kd_real));
    return v;
}

/* what a network of this kind is fed, as far as it is said */
static kd_input input_of(const kd_value *said, enum kd_medium kind)
{
    if (kind == KD_POINTS)
        return (kd_input){ .kind = kind,
                           .channels = kd_get_int(said, "channels", 3),
                           .points = kd_get_int(said, "points", 1024),
                           .classes = kd_get_int(said, "classes", 40) };
    if (kind == KD_TOKENS)
        return (kd_input){ .kind = kind,
                           .channels = kd_get_int(said, "channels", 1),
                           .length = kd_get_int(said, "length", 64),
                           .vocabulary = kd_get_int(said, "vocabulary", 10000),
                           .classes = kd_get_int(said, "classes", 10) };
    return (kd_input){ kd_get_int(said, "channels", 3), kd_get_int(said, "height", 32),
                       kd_get_int(said, "width", 32), kd_get_int(said, "classes", 100) };
}

/* model{ family, options, and of its input: channels, height, width or points or length and
 * vocabulary, classes } -> { arch, params, flops, taps, outputs, real_bytes, input } */
static int model(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *spec;
    kd_net *net;
    KD_TRY(kd_arg_map(args, 0, &spec));
    const kd_model *family = kdi_model_find(kd_get_text(spec, "family", ""));
    kd_input in = input_of(spec, family ? family->kind : KD_IMAGE);
    kd_engine *e = kdi_engine_new();
    int code = kdi_net_new(&net, kdi_scope_root(e, "", NULL), "net", spec, &in, NULL);
    if (code == KD_OK)
        *result = net_facts(net, a);
    kdi_engine_free(e);
    return code;
}

static int environment(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kdi_environment(a);
    return KD_OK;
}

/* source_hashes{ method, dataset } -> { engine, model, method, dataset } */
static int source_hashes(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *what;
    KD_TRY(kd_arg_map(args, 0, &what));
    *result = kd_map(a);
    kdi_add_source_hashes(*result, kd_get_text(what, "method", NULL),
                          kd_get_text(what, "dataset", NULL));
    return KD_OK;
}

const kdi_call kdi_catalog_calls[] = {
    { "catalog", catalog },         { "model_parse", model_parse },     { "model", model },
    { "environment", environment }, { "source_hashes", source_hashes }, { 0 },
};
