/* Arrays of other people's HDF5 files, for readers of data sets. */
#include "data/read.h"

#include <string.h>
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

static int open_file(kd_dataset *d, const char *name, kdi_h5 *file)
{
    const char *path = kdi_format(d->arena, "%s/%s", d->folder, name);
    return kdi_h5_open(path, file);
}

int kd_hdf5_has(kd_dataset *d, const char *file, const char *path, bool *yes)
{
    kdi_h5 h5, object;
    KD_TRY(open_file(d, file, &h5));
    int code = walk(h5, path, d->arena, &object);
    *yes = object.id > 0;
    kdi_h5_leave(&object);
    kdi_h5_close(&h5);
    return code;
}

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

static int convert(kd_dataset *d, const kdi_leaf *leaf, kd_numbers *out)
{
    int64_t n = kd_shape_numel(leaf->shape);
    out->naxis = leaf->shape.n;
    memcpy(out->axis, leaf->shape.d, sizeof out->axis);
    switch (leaf->type) {
    case KD_U8:
        out->byte = leaf->data;
        return KD_OK;
    case KD_F32:
        out->real = leaf->data;
        return KD_OK;
    case KD_F64:
        out->real = rounded(d, leaf->data, n);
        return KD_OK;
    case KD_I32:
        out->integer = widened(d, leaf->data, n);
        return KD_OK;
    case KD_I64:
        out->integer = leaf->data;
        return KD_OK;
    default:
        return kd_error(KD_E_DATA, "%s: should hold numbers", out->path);
    }
}

int kd_hdf5_read(kd_dataset *d, const char *file, const char *path, kd_numbers *out)
{
    kdi_h5 h5, object;
    kdi_leaf leaf;
    *out = (kd_numbers){ .path = kdi_format(d->arena, "%s/%s:%s", d->folder, file, path) };
    KD_TRY(open_file(d, file, &h5));
    int code = walk(h5, path, d->arena, &object);
    if (code == KD_OK && (object.id <= 0 || kdi_h5_is_group(object)))
        code = kd_error(KD_E_DATA, "%s: there is no such array", out->path);
    if (code == KD_OK)
        code = kdi_h5_get_data(object, d->arena, &leaf);
    if (code == KD_OK)
        code = convert(d, &leaf, out);
    kdi_h5_leave(&object);
    kdi_h5_close(&h5);
    return code;
}
