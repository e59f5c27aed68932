/* Reading reference outputs of whole networks. */
#include "store/golden.h"
#include "store/guard.h"
#include "store/h5.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

static int refuse(const char *path, const char *group, const char *name, const char *why)
{
    return kd_error(KD_E_DATA, "%s: /%s: '%s' %s", path, group, name, why);
}

static bool is_group(const kd_value *v)
{
    return v && v->kind == KD_V_MAP && !kd_get(v, "@data");
}

/* int64 array -> list of ints, none negative */
static kd_value *sizes_of(const kd_value *array, kdi_arena *a)
{
    if (!array || array->kind != KD_V_ARRAY || array->element != KD_I64 || array->shape.n > 1)
        return NULL;
    kd_value *list = kd_list(a);
    for (int64_t i = 0; i < array->n; i++) {
        int64_t size = ((const int64_t *)array->data)[i];
        if (size < 0)
            return NULL;
        kd_push(list, kd_int(a, size));
    }
    return list;
}

static int layout_of(const char *path, const char *group, const kd_value *layout, kdi_arena *a,
                     kd_value **out)
{
    *out = kd_list(a);
    if (!is_group(layout))
        return refuse(path, group, "layout", "is missing or no group");
    for (int64_t i = 0; i < layout->n; i++) {
        const kd_value *v = layout->item[i];
        const char *want = kdi_format(a, "%04lld", (long long)i), *name, *kind;
        name = kd_get_text(v, "name", NULL);
        kind = kd_get_text(v, "kind", NULL);
        kd_value *shape = sizes_of(kd_get(v, "@data"), a);
        if (strcmp(layout->key[i], want) != 0 || !name || !kind || !shape)
            return refuse(path, group, want, "of layout has no name, kind or shape");
        kd_value *entry = kd_map(a);
        kd_set_text(entry, "name", name);
        kd_set_text(entry, "kind", kind);
        kd_set(entry, "shape", shape);
        kd_push(*out, entry);
    }
    return KD_OK;
}

/* feat or preact: datasets 0, 1, ... with the attribute shape, and perhaps name */
static int features_of(const char *path, const char *group, const kd_value *v, kdi_arena *a,
                       kd_value **out)
{
    *out = kd_list(a);
    for (int64_t i = 0; i < v->n; i++) {
        const char *name = kdi_format(a, "%lld", (long long)i);
        const kd_value *f = kd_get(v, name), *data = kd_get(f, "@data");
        const kd_value *shape = kd_get(f, "shape");
        if (!data || data->kind != KD_V_ARRAY || !shape || shape->kind != KD_V_LIST)
            return refuse(path, group, name, "of feat or preact is missing or has no shape");
        kd_value *entry = kd_map(a);
        kd_set(entry, "data", (kd_value *)data);
        kd_set(entry, "shape", (kd_value *)shape);
        kd_set_text(entry, "name", kd_get_text(f, "name", ""));
        kd_push(*out, entry);
    }
    return KD_OK;
}

static int mode_of(const char *path, const char *group, const kd_value *mode, kdi_arena *a,
                   kd_value **out)
{
    *out = kd_map(a);
    for (int64_t i = 0; i < mode->n; i++) {
        const char *key = mode->key[i];
        kd_value *v = mode->item[i];
        bool features = strcmp(key, "feat") == 0 || strcmp(key, "preact") == 0;
        if (features && is_group(v))
            KD_TRY(features_of(path, group, v, a, &v));
        else if (features)
            return refuse(path, group, key, "is not a group");
        else if (v->kind == KD_V_ARRAY && v->shape.n == 0 && v->element == KD_F64)
            v = kd_number(a, *(const double *)v->data);
        kd_set(*out, key, v);
    }
    if (!kd_get(*out, "logits") || kd_get(*out, "logits")->kind != KD_V_ARRAY)
        return refuse(path, group, "logits", "is not an array");
    return KD_OK;
}

static int model_of(const char *path, const char *group, kd_value *tree, kdi_arena *a)
{
    static const char *const mode[] = { "eval", "train" };
    kd_value *v;
    KD_TRY(layout_of(path, group, kd_get(tree, "layout"), a, &v));
    kd_set(tree, "layout", v);
    for (int i = 0; i < 2; i++) {
        if (!is_group(kd_get(tree, mode[i])))
            return refuse(path, group, mode[i], "is not a group");
        KD_TRY(mode_of(path, group, kd_get(tree, mode[i]), a, &v));
        kd_set(tree, mode[i], v);
    }
    return KD_OK;
}

int kdi_golden_model(const char *path, const char *group, kdi_arena *a, kd_value **out)
{
    KD_TRY(kdi_h5_read(path, group, NULL, a, out));
    if (!is_group(*out))
        return refuse(path, group, "", "is not a group");
    return model_of(path, group, *out, a);
}

static int read_names(const void *what, kdi_arena *a, kd_value **list)
{
    kdi_h5 file;
    kdi_names names;
    *list = kd_list(a);
    KD_TRY(kdi_h5_open(what, &file));
    int code = kdi_h5_members(file, a, &names);
    kdi_h5_close(&file);
    for (int64_t i = 0; code == KD_OK && i < names.n; i++)
        kd_push(*list, kd_string(a, names.name[i]));
    return code;
}

int kdi_golden_models(const char *path, kdi_arena *a, kd_value **list)
{
    return kdi_guarded(path, read_names, path, a, list);
}
