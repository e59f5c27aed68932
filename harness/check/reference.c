/* Tensors of a reference case: found by name, brought into the engine's order and compared. */
#include "check/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---------------------------------------------------------------------- */

typedef struct parts {
    char section[96];
    const char *rest;
    int64_t place; /* in brackets; -1: there are none */
    bool slice;    /* [:,1]: of axis 1 */
} parts;

/* "in/feat_s[1]" -> section "in", rest "feat_s", place 1 */
static bool split(const char *name, parts *p)
{
    snprintf(p->section, sizeof p->section, "%s", name);
    char *slash = strchr(p->section, '/'), *open = strchr(p->section, '[');
    p->place = -1;
    p->slice = false;
    if (!slash || (open && open < slash))
        return false;
    if (open) {
        char *end, *number = open + 1;
        p->slice = strncmp(number, ":,", 2) == 0;
        number += p->slice ? 2 : 0;
        p->place = strtoll(number, &end, 10);
        if (end == number || strcmp(end, "]") != 0)
            return false;
        *open = '\0';
    }
    *slash = '\0';
    p->rest = slash + 1;
    return true;
}

/* member k of axis 1, as an array of its own */
static const kd_value *slice(const kd_value *data, int64_t k, kdi_arena *a)
{
    kd_shape s = data->shape;
    if (s.n < 2 || k < 0 || k >= s.d[1])
        return NULL;
    size_t size = kd_element_size(data->element);
    int64_t n = s.d[0], all = s.d[1], each = data->n / (n * all);
    char *to = kdi_alloc(a, (size_t)(n * each) * size + 1);
    for (int64_t i = 0; i < n; i++)
        memcpy(to + (size_t)(i * each) * size,
               (const char *)data->data + (size_t)((i * all + k) * each) * size,
               (size_t)each * size);
    for (int i = 1; i + 1 < s.n; i++)
        s.d[i] = s.d[i + 1];
    s.d[--s.n] = 1;
    return kd_array(a, data->element, s, to);
}

bool kdi_reference_has(const kd_value *vector, const char *name, kdi_reference *out)
{
    parts p;
    if (!split(name, &p))
        return false;
    const kd_value *v = kd_get(kd_get(vector, p.section), p.rest);
    if (v && p.place >= 0 && !p.slice)
        v = kd_arg(v, p.place);
    if (!v || v->kind != KD_V_MAP || !kd_get(v, "data"))
        return false;
    *out = (kdi_reference){ .tensor = v, .data = kd_get(v, "data") };
    if (p.slice)
        out->data = slice(out->data, p.place, vector->arena);
    snprintf(out->name, sizeof out->name, "%s", name);
    return out->data;
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
    parts p;
    if (!split(name, &p))
        return -1;
    const kd_value *v = kd_get(kd_get(vector, p.section), p.rest);
    if (v && p.place < 0 && v->kind == KD_V_LIST)
        return v->n;
    kdi_reference found;
    return kdi_reference_has(vector, name, &found) ? 0 : -1;
}

int64_t kdi_reference_slices(const kd_value *vector, const char *name)
{
    kdi_reference whole;
    if (!kdi_reference_has(vector, name, &whole) || whole.data->shape.n < 2)
        return 0;
    return whole.data->shape.d[1];
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
    if (s.n == 4 && !r->plain)
        s = KD_SHAPE(s.d[0], s.d[2], s.d[3], s.d[1]);
    if (rows && s.n > 2)
        s = KD_SHAPE(kd_shape_numel(s) / s.d[s.n - 1], s.d[s.n - 1]);
    return s;
}

/* the place in the file of element i of the engine's tensor */
static int64_t in_file(const kdi_reference *r, int64_t i)
{
    kd_shape file = r->data->shape;
    if (file.n != 4 || r->plain)
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
        double v = kdi_reference_at(r, in_file(r, i));
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
        int64_t at = torch ? i : in_file(r, i);
        double away = fabs((double)(torch ? torch[i] : value[i]) - kdi_reference_at(r, at));
        *distance = isnan(away) ? INFINITY : fmax(*distance, away);
    }
    return KD_OK;
}
