/* Arrays of other people's HDF5 files, for readers of data sets. */
#include "data/read.h"

#include <string.h>
#include "store/guard.h"
#include "store/h5.h"

static bool has_member(kdi_h5 group, const char *name, kdi_arena *a, int *code)
{
    kdi_names names;
    *code = kdi_h5_members(group, a, &names);
    for (int64_t i = 0; *code == KD_OK && i < names.n; i++)
        if (strcmp(names.name[i], name) == 0)
            return true;
    return false;
}

/* Goes down "train/x" from the file; *object stays closed (id 0) where the path ends early. */
static int walk(kdi_h5 file, const char *path, kdi_arena *a, kdi_h5 *object)
{
    int code = KD_OK;
    size_t n = strcspn(path, "/");
    char *name = kdi_strdup(a, path);
    name[n] = '\0';
    *object = (kdi_h5){ 0 };
    kdi_h5 next;
    if (!kdi_h5_is_group(file) || !has_member(file, name, a, &code))
        return code;
    KD_TRY(kdi_h5_enter(file, name, &next));
    if (!path[n]) {
        *object = next;
        return KD_OK;
    }
    code = walk(next, path + n + 1, a, object);
    kdi_h5_leave(&next);
    return code;
}

/* ---- in a process of its own: HDF5 crashes on some damaged files ------------------ */

typedef struct {
    const char *file, *path; /* in the folder, in the file */
} wanted;

/* walks to the object and gives it to `look`; id 0: it is not there */
static int with_object(const wanted *w, kdi_arena *a, kd_value **out,
                       int (*look)(const wanted *w, kdi_h5 object, kdi_arena *a, kd_value **out))
{
    kdi_h5 h5, object;
    KD_TRY(kdi_h5_open(w->file, &h5));
    int code = walk(h5, w->path, a, &object);
    if (code == KD_OK)
        code = look(w, object, a, out);
    kdi_h5_leave(&object);
    kdi_h5_close(&h5);
    return code;
}

static int look_for(const wanted *w, kdi_h5 object, kdi_arena *a, kd_value **out)
{
    (void)w;
    *out = kd_bool(a, object.id > 0);
    return KD_OK;
}

static int look_at(const wanted *w, kdi_h5 object, kdi_arena *a, kd_value **out)
{
    kdi_leaf leaf;
    if (object.id <= 0 || kdi_h5_is_group(object))
        return kd_error(KD_E_DATA, "%s:%s: there is no such array", w->file, w->path);
    KD_TRY(kdi_h5_get_data(object, a, &leaf));
    if (leaf.type < KD_F32 || leaf.type > KD_U8)
        return kd_error(KD_E_DATA, "%s:%s: should hold numbers", w->file, w->path);
    *out = kd_array(a, (enum kd_element)leaf.type, leaf.shape, leaf.data);
    return KD_OK;
}

static int read_presence(const void *what, kdi_arena *a, kd_value **out)
{
    return with_object(what, a, out, look_for);
}

static int read_array(const void *what, kdi_arena *a, kd_value **out)
{
    return with_object(what, a, out, look_at);
}

static int ask(kd_dataset *d, const char *file, const char *path, kdi_read *read, kd_value **out)
{
    const wanted w = { kdi_format(d->arena, "%s/%s", d->folder, file), path };
    return kdi_guarded(w.file, read, &w, d->arena, out);
}

int kd_hdf5_has(kd_dataset *d, const char *file, const char *path, bool *yes)
{
    kd_value *there;
    KD_TRY(ask(d, file, path, read_presence, &there));
    *yes = there->yes;
    return KD_OK;
}

/* ---- numbers as readers take them ---------------------------------------------------- */

static const float *rounded(kd_dataset *d, const double *x, int64_t n)
{
    float *out = kdi_alloc(d->arena, (size_t)n * sizeof *out);
    for (int64_t i = 0; i < n; i++)
        out[i] = (float)x[i];
    return out;
}

static const int64_t *widened(kd_dataset *d, const int32_t *x, int64_t n)
{
    int64_t *out = kdi_alloc(d->arena, (size_t)n * sizeof *out);
    for (int64_t i = 0; i < n; i++)
        out[i] = x[i];
    return out;
}

int kd_hdf5_read(kd_dataset *d, const char *file, const char *path, kd_numbers *out)
{
    kd_value *v;
    *out = (kd_numbers){ .path = kdi_format(d->arena, "%s/%s:%s", d->folder, file, path) };
    KD_TRY(ask(d, file, path, read_array, &v));
    if (v->kind != KD_V_ARRAY)
        return kd_error(KD_E_DATA, "%s: should hold numbers", out->path);
    out->naxis = v->shape.n;
    memcpy(out->axis, v->shape.d, sizeof out->axis);
    if (v->element == KD_U8)
        out->byte = v->data;
    else if (v->element == KD_F32 || v->element == KD_F64)
        out->real = v->element == KD_F32 ? v->data : rounded(d, v->data, v->n);
    else
        out->integer = v->element == KD_I64 ? v->data : widened(d, v->data, v->n);
    return KD_OK;
}
