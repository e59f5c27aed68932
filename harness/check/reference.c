/* Tensors of a reference case: found by name, brought into the engine's order and compared. */
#include "check/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---------------------------------------------------------------------- */

/* "in/feat_s[1]" -> section "in", name "feat_s", place 1 (-1: no brackets) */
static bool split(const char *name, char section[96], const char **rest, int64_t *place)
{
    snprintf(section, 96, "%s", name);
    char *slash = strchr(section, '/'), *open = strchr(section, '[');
    *place = -1;
    if (!slash || (open && open < slash))
        return false;
    if (open) {
        char *end;
        *place = strtoll(open + 1, &end, 10);
        if (end == open + 1 || strcmp(end, "]") != 0)
            return false;
        *open = '\0';
    }
    *slash = '\0';
    *rest = slash + 1;
    return true;
}

bool kdi_reference_has(const kd_value *vector, const char *name, kdi_reference *out)
{
    char section[96];
    const char *rest;
    int64_t place;
    if (!split(name, section, &rest, &place))
        return false;
    const kd_value *v = kd_get(kd_get(vector, section), rest);
    if (v && place >= 0)
        v = kd_arg(v, place);
    if (!v || v->kind != KD_V_MAP || !kd_get(v, "data"))
        return false;
    *out = (kdi_reference){ .tensor = v, .data = kd_get(v, "data") };
    snprintf(out->name, sizeof out->name, "%s", name);
    return true;
}

int kdi_reference_find(const kd_value *vector, const char *name, kdi_reference *out)
{
    if (kdi_reference_has(vector, name, out))
        return KD_OK;
    return kd_error(KD_E_DATA, "%s/%s has no tensor %s", kd_get_text(vector, "method", "?"),
                    kd_get_text(vector, "case", "?"), name);
}

int64_t kdi_reference_count(const kd_value *vector, const char *name)
{
    char section[96];
    const char *rest;
    int64_t place;
    if (!split(name, section, &rest, &place))
        return -1;
    const kd_value *v = kd_get(kd_get(vector, section), rest);
    if (v && place < 0 && v->kind == KD_V_LIST)
        return v->n;
    kdi_reference found;
    return kdi_reference_has(vector, name, &found) ? 0 : -1;
}

/* ---- elements --------------------------------------------------------------------- */

double kdi_reference_at(const kdi_reference *r, int64_t i)
{
    switch (r->data->element) {
    case KD_F32:
        return (double)((const float *)r->data->data)[i];
    case KD_F64:
        return ((const double *)r->data->data)[i];
    case KD_I32:
        return ((const int32_t *)r->data->data)[i];
    case KD_I64:
        return (double)((const int64_t *)r->data->data)[i];
    case KD_U8:
        return ((const uint8_t *)r->data->data)[i];
    }
    return NAN;
}

double kdi_reference_absmax(const kdi_reference *r)
{
    double most = 0;
    for (int64_t i = 0; i < r->data->n; i++)
        most = fmax(most, fabs(kdi_reference_at(r, i)));
    return most;
}

/* ---- order: an image's N,C,H,W is the engine's N,H,W,C -------------------------------- */

kd_shape kdi_reference_shape(const kdi_reference *r, bool rows)
{
    kd_shape s = r->data->shape;
    if (s.n == 4)
        s = KD_SHAPE(s.d[0], s.d[2], s.d[3], s.d[1]);
    if (rows && s.n > 2)
        s = KD_SHAPE(kd_shape_numel(s) / s.d[s.n - 1], s.d[s.n - 1]);
    return s;
}

/* the place in the file of element i of the engine's tensor */
static int64_t in_file(kd_shape file, int64_t i)
{
    if (file.n != 4)
        return i;
    int64_t channels = file.d[1], places = file.d[2] * file.d[3];
    int64_t image = i / (channels * places), place = i / channels % places;
    return (image * channels + i % channels) * places + place;
}

static bool is_own(const kd_tensor *x)
{
    return x->layout != KDI_PLAIN;
}

static int check_size(const kdi_reference *r, const kd_tensor *x)
{
    if (kd_numel(x) == r->data->n)
        return KD_OK;
    return kd_error(KD_E_SHAPE, "%s has shape %s, the plugin's %s %s", r->name,
                    kd_shape_text(r->data->shape), x->name ? x->name : "tensor",
                    kd_shape_text(kd_shape_of(x)));
}

int kdi_reference_load(const kdi_reference *r, kd_tensor *x)
{
    KD_TRY(check_size(r, x));
    if (is_own(x)) {
        kd_real *value = kdi_alloc(x->engine->step, (size_t)r->data->n * sizeof *value);
        for (int64_t i = 0; i < r->data->n; i++)
            value[i] = (kd_real)kdi_reference_at(r, i);
        kdi_from_torch(x, value);
        return KD_OK;
    }
    for (int64_t i = 0; i < r->data->n; i++) {
        double v = kdi_reference_at(r, in_file(r->data->shape, i));
        if (kd_dtype_of(x) == KD_I64_T)
            kd_i64s(x)[i] = (int64_t)v;
        else
            kd_reals(x)[i] = (kd_real)v;
    }
    return KD_OK;
}

int kdi_reference_distance(const kdi_reference *r, const kd_tensor *x, const kd_real *value,
                           double *distance)
{
    KD_TRY(check_size(r, x));
    kd_real *torch = NULL;
    if (is_own(x)) {
        kd_tensor as_value = *x;
        kd_shape shape;
        as_value.data = (kd_real *)value;
        torch = kdi_alloc(x->engine->step, (size_t)r->data->n * sizeof *torch);
        kdi_to_torch(&as_value, torch, &shape);
    }
    *distance = 0;
    for (int64_t i = 0; i < r->data->n; i++) {
        int64_t at = torch ? i : in_file(r->data->shape, i);
        double away = fabs((double)(torch ? torch[i] : value[i]) - kdi_reference_at(r, at));
        *distance = isnan(away) ? INFINITY : fmax(*distance, away);
    }
    return KD_OK;
}
