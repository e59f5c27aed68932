/* What Lua may ask of weights files. */
#include "exchange/exchange.h"

#include "store/store.h"

#include <string.h>

/* ---- what is in one -------------------------------------------------------------------- */

static kd_value *tensor_facts(const kd_value *file, kdi_arena *a)
{
    const kd_value *tensor = kd_get(file, "tensor"), *type = kd_get(file, "type");
    kd_value *list = kd_list(a);
    for (int64_t i = 0; i < tensor->n; i++) {
        kd_value *one = kd_map(a), *shape = kd_list(a);
        for (int k = 0; k < tensor->item[i]->shape.n; k++)
            kd_push(shape, kd_int(a, tensor->item[i]->shape.d[k]));
        kd_set_text(one, "name", tensor->key[i]);
        kd_set_text(one, "type", kd_get_text(type, tensor->key[i], NULL));
        kd_set(one, "shape", shape);
        kd_push(list, one);
    }
    return list;
}

/* weights_facts(path) -> { format, about, tensors = list of { name, type, shape } } */
static int weights_facts(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    kd_value *file;
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(kdi_weights_read(path, NULL, a, &file));
    *result = kd_map(a);
    kd_set_text(*result, "format", kd_get_text(file, "format", NULL));
    if (kd_get(file, "about"))
        kd_set(*result, "about", (kd_value *)kd_get(file, "about"));
    kd_set(*result, "tensors", tensor_facts(file, a));
    return KD_OK;
}

/* ---- in --------------------------------------------------------------------------------- */

typedef struct import {
    const kd_value *model, *dataset, *file;
    const char *path, *out, *format;
    kdi_data *data;
    kdi_network network;
} import;

static int open_import(import *m, const kd_value *ask, kdi_arena *a)
{
    const char *folder;
    enum kd_medium kind;
    kd_value *file;
    KD_TRY(kd_need_text(ask, "weights", &m->path));
    KD_TRY(kd_need_text(ask, "out", &m->out));
    KD_TRY(kdi_weights_format(m->out, &m->format));
    KD_TRY(kd_need_map(ask, "model", &m->model));
    KD_TRY(kd_need_map(ask, "dataset", &m->dataset));
    KD_TRY(kd_need_text(ask, "data", &folder));
    KD_TRY(kdi_weights_read(m->path, kd_get_text(ask, "which", NULL), a, &file));
    m->file = file;
    KD_TRY(kdi_model_kind(m->model, &kind));
    KD_TRY(kdi_data_open(&m->data, m->dataset, folder));
    kdi_about_classes(m->data, kd_get(ask, "classes"));
    if (!kdi_data_has(m->data, kind))
        return kd_error(KD_E_USAGE, "%s is fed %s, which %s does not have",
                        kd_get_text(m->model, "family", ""), kd_medium_name[kind],
                        m->data->class->name);
    kd_input in = kdi_data_input(m->data, kind);
    KD_TRY(kdi_about_agrees(kd_get(file, "about"), m->data, m->path));
    return kdi_network_open(&m->network, m->model, &in);
}

/* which file it was */
static int origin(const import *m, kdi_arena *a, kd_value **from)
{
    char hex[KDI_SHA256_HEX];
    KD_TRY(kdi_sha256_file(m->path, hex));
    *from = kd_map(a);
    kd_set_text(*from, "file_sha256", hex);
    kd_set_text(*from, "format", kd_get_text(m->file, "format", NULL));
    return KD_OK;
}

static int convert(import *m, const kd_value *ask, kdi_arena *a, kd_value *told)
{
    kd_value *from, *about;
    int64_t rounded = 0;
    KD_TRY(open_import(m, ask, a));
    kd_net *net = m->network.net;
    const char *owner = kdi_format(a, "%s on %s", net->arch, m->data->class->name);
    KD_TRY(kdi_fit(net, m->file, m->path, owner, &rounded));
    KD_TRY(origin(m, a, &from));
    KD_TRY(kdi_about(m->data, m->model, m->dataset, from, a, &about));
    kd_value *tree = kdi_scope_to_tree(net->scope, a, true);
    kdi_torch_ranks(net->model->name, tree);
    KD_TRY(kdi_weights_write(m->out, m->format, tree, about));
    kd_set_text(told, "arch", net->arch);
    kd_set_text(told, "format", kd_get_text(m->file, "format", NULL));
    kd_set_int(told, "tensors", tree->n);
    kd_set_int(told, "params", kdi_net_params(net));
    kd_set_int(told, "rounded", rounded);
    return KD_OK;
}

/* weights_import{ weights, which, model, dataset, data, classes, out } -> { arch, format, tensors,
 * params, rounded } */
static int weights_import(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *ask;
import m = { 0 };
    KD_TRY(kd_arg_map(args, 0, &ask));
    *result = kd_map(a);
    int code = convert(&m, ask, a, *result);
    kdi_network_close(&m.network);
    kdi_data_close(m.data);
    return code;
}

/* ---- out ---------------------------------------------------------------------------------- */

/* weights_export{ run, which, data, classes, out } -> { arch, tensors } */
static int weights_export(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *ask;
    const char *run, *out, *format;
    kd_value *file;
    KD_TRY(kd_arg_map(args, 0, &ask));
    KD_TRY(kd_need_text(ask, "run", &run));
    KD_TRY(kd_need_text(ask, "out", &out));
    KD_TRY(kdi_weights_format(out, &format));
    KD_TRY(kdi_network_of_run(run, ask, a, &file));
    const kd_value *about = kd_get(file, "about"), *model = kd_get(about, "model");
    kd_value *tensor = (kd_value *)kd_get(file, "tensor");
    kdi_torch_ranks(kd_get_text(model, "family", ""), tensor);
    KD_TRY(kdi_weights_write(out, format, tensor, about));
    *result = kd_map(a);
    kd_set_text(*result, "arch", kd_get_text(model, "arch", NULL));
    kd_set_int(*result, "tensors", tensor->n);
    return KD_OK;
}

const kdi_call kdi_exchange_calls[] = {
    { "weights_facts", weights_facts },   { "weights_import", weights_import },
    { "weights_export", weights_export }, { "measure", kdi_call_measure },
    { "predict", kdi_call_predict },      { 0 },
};
