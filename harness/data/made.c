/* What a data set is made into: its content, sealed, with the checksums of what it was made from.
 */
#include "data/made.h"

#include <string.h>
#include "data/data.h"
#include "store/store.h"
#include "store/tree.h"

/* ---- the file ------------------------------------------------------------------------ */

int kdi_made_write(const char *path, const char *package, const char *manifest_sha256,
                   const kd_value *content, char sha256[KDI_SHA256_HEX])
{
    kdi_arena *a = kdi_arena_new("made");
    kd_value *file = kd_map(a), *key = kd_map(a);
    int code = kdi_tree_sha256(content, sha256);
    kd_set_text(key, "package", package);
    kd_set_text(key, "manifest", manifest_sha256);
    kd_set_text(key, "content", sha256);
    kd_set(file, "made_from", key);
    kd_set(file, "content", (kd_value *)content);
    if (code == KD_OK)
        code = kdi_h5_write_contiguous(path, file);
    kdi_arena_free(a);
    return code;
}

static int read_part(const char *path, const char *part, kdi_arena *a, kd_value **out)
{
    if (kdi_seal_check(path) == KD_OK)
        return kdi_tree_read(path, part, NULL, a, out);
    return kd_error_code();
}

int kdi_made_read(kd_dataset *d, const char *file, kd_value **content)
{
    return read_part(kdi_format(d->arena, "%s/%s", d->folder, file), "content", d->arena, content);
}

/* ---- its parts ------------------------------------------------------------------------ */

int kdi_made_array(const kd_value *content, const char *key, enum kd_element type, int naxis,
                   const int64_t *axis, const kd_value **out)
{
    const kd_value *v = kd_get(content, key);
    bool fits = v && v->kind == KD_V_ARRAY && v->element == type && v->shape.n == naxis;
    for (int i = 0; fits && i < naxis; i++)
        fits = axis[i] < 0 || v->shape.d[i] == axis[i];
    *out = v;
    return fits ? KD_OK
                : kd_error(KD_E_DATA,
                           "the data set's file has no array '%s' as it should be: "
                           "remove the file, and kdbench prepare makes it again",
                           key);
}

int kdi_made_texts(kd_dataset *d, const kd_value *content, const char *key, int64_t n,
                   const char *const **out)
{
    const kd_value *v = kd_get(content, key);
    bool fits = v && v->kind == KD_V_LIST && (n < 0 || v->n == n);
    const char **text = kdi_alloc(d->arena, (size_t)(fits ? v->n : 0) * sizeof *text + 1);
    for (int64_t i = 0; fits && i < v->n; i++) {
        fits = v->item[i]->kind == KD_V_STRING;
        text[i] = fits ? v->item[i]->text : NULL;
    }
    *out = text;
    return fits ? KD_OK
                : kd_error(KD_E_DATA,
                           "the data set's file has no texts '%s' as they should be: "
                           "remove the file, and kdbench prepare makes it again",
                           key);
}

int kdi_made_labels(kd_dataset *d, const kd_value *content, int64_t *n, const int64_t **label)
{
    const kd_value *v, *classes = kd_get(content, "class");
    const int64_t any = -1;
    KD_TRY(kdi_made_array(content, "label", KD_I64, 1, &any, &v));
    KD_TRY(kdi_made_texts(d, content, "class", -1, &d->class_name));
    d->classes = classes->n;
    *n = v->n;
    *label = v->data;
    return KD_OK;
}

const int64_t *kdi_labels_take(kd_dataset *d, const int64_t *all, const int64_t *place, int64_t n)
{
    int64_t *to = kdi_alloc(d->arena, (size_t)n * sizeof *to + 1);
    for (int64_t i = 0; i < n; i++)
        to[i] = all[place[i]];
    return to;
}

const float *kdi_cloud_take(kd_dataset *d, const float *all, const int64_t *place, int64_t n)
{
    int64_t size = KDI_CLOUD * d->point_channels;
    float *to = kdi_alloc(d->arena, (size_t)(n * size) * sizeof *to + 1);
    for (int64_t i = 0; i < n; i++)
        for (int64_t p = 0; p < KDI_CLOUD; p++)
            memcpy(to + i * size + p * d->point_channels,
                   all + (place[i] * KDI_CLOUD + p) * KDI_CLOUD_CHANNELS,
                   (size_t)d->point_channels * sizeof *to);
    return to;
}

void kdi_texts_take(kd_dataset *d, const char *const *all, const int64_t *place, int64_t n,
                    kd_samples *to)
{
    int64_t *at = kdi_alloc(d->arena, (size_t)(n + 1) * sizeof *at);
    at[0] = 0;
    for (int64_t i = 0; i < n; i++)
        at[i + 1] = at[i] + (int64_t)strlen(all[place[i]]);
    char *text = kdi_alloc(d->arena, (size_t)at[n] + 1);
    for (int64_t i = 0; i < n; i++)
        memcpy(text + at[i], all[place[i]], (size_t)(at[i + 1] - at[i]));
    to->text = text;
    to->at = at;
}

/* ---- for Lua --------------------------------------------------------------------------- */

static int make(const kd_value *args, const char *manifest, kdi_making *m, kd_value *content)
{
    const kd_dataset_class *class = NULL;
    const char *name;
    KD_TRY(kd_need_text(args, "name", &name));
    KD_TRY(kdi_dataset_find(name, &class));
    if (!class->make)
        return kd_error(KD_E_USAGE, "%s: nothing has to be made for it", name);
    m->name = name;
    KD_TRY(kd_need_text(args, "from", &m->from));
    KD_TRY(kdi_table_read(m->arena, manifest, &m->manifest));
    return class->make(m, content);
}

static int make_file(const kd_value *args, kdi_arena *a, char sha256[KDI_SHA256_HEX])
{
    const char *package, *manifest, *out;
    char manifest_sum[KDI_SHA256_HEX];
    kdi_making m = { .arena = a, .progress_fd = (int)kd_get_int(args, "progress_fd", -1) };
    kd_value *content = kd_map(a);
    KD_TRY(kd_need_text(args, "package", &package));
    KD_TRY(kd_need_text(args, "manifest", &manifest));
    KD_TRY(kd_need_text(args, "out", &out));
    KD_TRY(kdi_sha256_file(manifest, manifest_sum));
    KD_TRY(make(args, manifest, &m, content));
    return kdi_made_write(out, package, manifest_sum, content, sha256);
}

int kdi_call_data_make(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *spec;
    char sha256[KDI_SHA256_HEX];
    KD_TRY(kd_arg_map(args, 0, &spec));
    kdi_arena *scratch = kdi_arena_new("making");
    int code = make_file(spec, scratch, sha256);
    kdi_arena_free(scratch);
    if (code == KD_OK)
        *result = kd_string(a, sha256);
    return code;
}

int kdi_call_data_made_from(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    return read_part(path, "made_from", a, result);
}
