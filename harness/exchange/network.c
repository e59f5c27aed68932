/* Networks out of files: built as `about` or a run's spec says, with the weights that are there. */
#include "exchange/exchange.h"

#include "store/json_read.h"
#include "store/store.h"

#include <string.h>

int kdi_network_open(kdi_network *n, const kd_value *model, const kd_input *in)
{
    n->engine = kdi_engine_new();
    int code = kdi_net_new(&n->net, kdi_scope_root(n->engine, "", NULL), "net", model, in, NULL);
    if (code == KD_OK) {
        n->engine->recording = false;
        kdi_net_set_training(n->net, false);
        return KD_OK;
    }
    kdi_network_close(n);
    return code;
}

void kdi_network_close(kdi_network *n)
{
    if (n->engine)
        kdi_engine_free(n->engine);
    *n = (kdi_network){ 0 };
}

/* ---- runs ------------------------------------------------------------------------- */

static int spec_of(const kd_value *run, const char *path, kdi_arena *a, kd_value **spec)
{
    const kd_value *json = kd_get(kd_get(run, "spec"), "json");
    if (!json || json->kind != KD_V_STRING)
        return kd_error(KD_E_DATA, "%s holds no spec", path);
    return kdi_json_read(json->text, json->n, kdi_format(a, "%s: its spec", path), a, spec);
}

/* what it was measured with: every metric of the last or the best epoch */
static kd_value *origin(const kd_value *run, const kd_value *spec, const char *which, kdi_arena *a)
{
    kd_value *from = kd_map(a);
    char hash[KDI_SHA256_HEX];
    const kd_value *json = kd_get(kd_get(run, "spec"), "json");
    const kd_value *measured = kd_get(kd_get(run, "final"), which);
    kdi_sha256(json->text, (size_t)json->n, hash);
    kd_set_text(from, "run", hash);
    kd_set_text(from, "content_sha256", kd_get_text(run, "content_sha256", NULL));
    kd_set_text(from, "method", kd_get_text(kd_get(spec, "method"), "name", NULL));
    kd_set_int(from, "seed", kd_get_int(spec, "seed", 0));
    kd_set_text(from, "which", which);
    if (measured)
        kd_set(from, "measured", (kd_value *)measured);
    return from;
}

static int weights_of(const kd_value *run, const char *path, const char *which,
                      const kd_value **weights)
{
    *weights = kd_get(kd_get(run, "weights"), which);
    return *weights && (*weights)->kind == KD_V_MAP
               ? KD_OK
               : kd_error(KD_E_DATA, "%s has no weights '%s'", path, which);
}

static kd_value *types_of(const kd_value *weights, kdi_arena *a)
{
    static const char *const name[] = { "F32", "F64", "I32", "I64", "U8" };
    kd_value *types = kd_map(a);
    for (int64_t i = 0; i < weights->n; i++)
        kd_set_text(types, weights->key[i], name[weights->item[i]->element]);
    return types;
}

static int describe(const kd_value *run, const kd_value *spec, const kd_value *ask, kdi_arena *a,
                    kd_value **about)
{
    const kd_value *student, *model, *dataset;
    const char *folder, *which = kd_get_text(ask, "which", "last");
    kdi_data *data;
    KD_TRY(kd_need_text(ask, "data", &folder));
    KD_TRY(kd_need_map(spec, "student", &student));
    KD_TRY(kd_need_map(student, "model", &model));
    KD_TRY(kd_need_map(spec, "dataset", &dataset));
    KD_TRY(kdi_data_open(&data, dataset, folder));
    kdi_about_classes(data, kd_get(ask, "classes"));
    int code = kdi_about(data, model, dataset, origin(run, spec, which, a), a, about);
    kdi_data_close(data);
    return code;
}

int kdi_network_of_run(const char *path, const kd_value *ask, kdi_arena *a, kd_value **file)
{
    static const char *const groups[] = { "spec", "weights", "final", NULL };
    kd_value *run, *spec, *about;
    const kd_value *weights;
    KD_TRY(kdi_run_read(path, groups, a, &run));
    KD_TRY(spec_of(run, path, a, &spec));
    KD_TRY(weights_of(run, path, kd_get_text(ask, "which", "last"), &weights));
    KD_TRY(describe(run, spec, ask, a, &about));
    *file = kd_map(a);
    kd_set_text(*file, "format", "HDF5");
    kd_set(*file, "tensor", (kd_value *)weights);
    kd_set(*file, "type", types_of(weights, a));
    kd_set(*file, "about", about);
    return KD_OK;
}
