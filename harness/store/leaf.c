/* Values as leaves, and leaves as values. */
#include "store/leaf.h"

#include <string.h>

static int64_t width_of(int type)
{
    return type <= KD_U8 ? (int64_t)kd_element_size((enum kd_element)type) : 1;
}

static void *fill(kdi_leaf *leaf, int type, int64_t width, kd_shape shape, kdi_arena *a)
{
    leaf->type = type;
    leaf->width = width;
    leaf->shape = shape;
    leaf->list = false;
    leaf->data = kdi_alloc0(a, (size_t)kdi_leaf_bytes(leaf) + 1);
    return leaf->data;
}

int64_t kdi_leaf_bytes(const kdi_leaf *leaf)
{
    return leaf->width * kd_shape_numel(leaf->shape);
}

/* ---- values -> leaves ------------------------------------------------------ */

static bool plain_text(const kd_value *v)
{
    return v->kind == KD_V_STRING && memchr(v->text, '\0', (size_t)v->n) == NULL;
}

/* the type that holds every item of a list: -1 when none does */
static int common_type(const kd_value *list)
{
    enum { HAS_BOOL = 1, HAS_INT = 2, HAS_NUMBER = 4, HAS_TEXT = 8, HAS_WIDE_INT = 16 };
    unsigned has = 0;
    for (int64_t i = 0; i < list->n; i++) {
        const kd_value *v = list->item[i];
        if (v->kind == KD_V_INT)
            has |= HAS_INT | (v->integer >> 53 != v->integer >> 63 ? HAS_WIDE_INT : 0);
        else if (v->kind == KD_V_BOOL || v->kind == KD_V_NUMBER)
            has |= v->kind == KD_V_BOOL ? HAS_BOOL : HAS_NUMBER;
        else if (plain_text(v))
            has |= HAS_TEXT;
        else
            return -1;
    }
    if (has == 0 || has == HAS_NUMBER || has == (HAS_INT | HAS_NUMBER))
        return KD_F64;
    if ((has | HAS_WIDE_INT) == (HAS_INT | HAS_WIDE_INT))
        return KD_I64;
    return has == HAS_BOOL ? KDI_LEAF_BOOL : has == HAS_TEXT ? KDI_LEAF_TEXT : -1;
}

static void put(const kd_value *v, int type, int64_t width, void *data, int64_t i)
{
    if (type == KD_I64)
        ((int64_t *)data)[i] = v->integer;
    else if (type == KD_F64)
        ((double *)data)[i] = v->number;
    else if (type == KDI_LEAF_BOOL)
        ((uint8_t *)data)[i] = v->yes;
    else
        memcpy((char *)data + i * width, v->text, (size_t)v->n);
}

static bool leaf_of_list(const kd_value *list, kdi_arena *a, kdi_leaf *leaf)
{
    int type = common_type(list);
    if (type < 0)
        return false;
    int64_t width = width_of(type);
    for (int64_t i = 0; i < list->n && type == KDI_LEAF_TEXT; i++)
        width = list->item[i]->n > width ? list->item[i]->n : width;
    void *data = fill(leaf, type, width, KD_SHAPE(list->n), a);
    leaf->list = true;
    for (int64_t i = 0; i < list->n; i++)
        put(list->item[i], type, width, data, i);
    return true;
}

static double number_at(const kdi_leaf *leaf, int64_t i)
{
    switch (leaf->type) {
    case KD_F32:
        return ((const float *)leaf->data)[i];
    case KD_F64:
        return ((const double *)leaf->data)[i];
    default:
        return 0;
    }
}

static int64_t integer_at(const kdi_leaf *leaf, int64_t i)
{
    switch (leaf->type) {
    case KD_I32:
        return ((const int32_t *)leaf->data)[i];
    case KD_I64:
        return ((const int64_t *)leaf->data)[i];
    default:
        return ((const uint8_t *)leaf->data)[i];
    }
}

static bool is_real(const kdi_leaf *leaf)
{
    return leaf->type == KD_F32 || leaf->type == KD_F64;
}

/* the elements as int64 or float64 */
static void widen(kdi_leaf *leaf, kdi_arena *a)
{
    kdi_leaf old = *leaf;
    int64_t n = kd_shape_numel(old.shape);
    void *data = fill(leaf, is_real(&old) ? KD_F64 : KD_I64, 8, old.shape, a);
    for (int64_t i = 0; i < n; i++)
        if (is_real(&old))
            ((double *)data)[i] = number_at(&old, i);
        else
            ((int64_t *)data)[i] = integer_at(&old, i);
    leaf->list = old.shape.n == 1;
}

static bool leaf_of_array(const kd_value *v, bool attribute, kdi_arena *a, kdi_leaf *leaf)
{
    *leaf = (kdi_leaf){ .type = (int)v->element,
                        .width = width_of((int)v->element),
                        .shape = v->shape,
                        .data = v->data };
    if (attribute)
        widen(leaf, a);
    return true;
}

bool kdi_leaf_of(const kd_value *v, bool attribute, kdi_arena *a, kdi_leaf *leaf)
{
    static const int type_of[] = { [KD_V_BOOL] = KDI_LEAF_BOOL,
                                   [KD_V_INT] = KD_I64,
                                   [KD_V_NUMBER] = KD_F64,
                                   [KD_V_STRING] = KDI_LEAF_TEXT };
    if (v->kind == KD_V_NIL || v->kind == KD_V_MAP || (v->kind == KD_V_STRING && !plain_text(v)))
        return false;
    if (v->kind == KD_V_ARRAY)
        return leaf_of_array(v, attribute, a, leaf);
    if (v->kind == KD_V_LIST)
        return leaf_of_list(v, a, leaf);
    int type = type_of[v->kind];
    int64_t width = type == KDI_LEAF_TEXT && v->n > 0 ? v->n : width_of(type);
    put(v, type, width, fill(leaf, type, width, kd_shape_of_n(0, NULL), a), 0);
    return true;
}

/* ---- leaves -> values -------------------------------------------------------- */

static kd_value *value_at(const kdi_leaf *leaf, int64_t i, kdi_arena *a)
{
    if (leaf->type == KDI_LEAF_TEXT) {
        const char *text = (const char *)leaf->data + i * leaf->width;
        return kd_string_n(a, text, (int64_t)strnlen(text, (size_t)leaf->width));
    }
    if (leaf->type == KDI_LEAF_BOOL)
        return kd_bool(a, ((const uint8_t *)leaf->data)[i] != 0);
    return is_real(leaf) ? kd_number(a, number_at(leaf, i)) : kd_int(a, integer_at(leaf, i));
}

kd_value *kdi_leaf_value(const kdi_leaf *leaf, bool attribute, kdi_arena *a)
{
    bool number = leaf->type <= KD_U8;
    if (leaf->shape.n == 0 && (attribute || !number))
        return value_at(leaf, 0, a);
    if (leaf->shape.n == 1 && (attribute || leaf->list || !number)) {
        kd_value *list = kd_list(a);
        for (int64_t i = 0; i < leaf->shape.d[0]; i++)
            kd_push(list, value_at(leaf, i, a));
        return list;
    }
    enum kd_element element = number ? (enum kd_element)leaf->type : KD_U8;
    return kd_array(a, element, leaf->shape, leaf->data);
}
