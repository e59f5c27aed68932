/* Trees of plain values. */
#include "base/value.h"

#include <string.h>

static kd_value *make(kdi_arena *a, enum kd_kind kind)
{
    kd_value *v = kdi_alloc0(a, sizeof *v);
    v->kind = kind;
    v->arena = a;
    return v;
}

kd_value *kd_nil(kdi_arena *a)
{
    return make(a, KD_V_NIL);
}

kd_value *kd_bool(kdi_arena *a, bool yes)
{
    kd_value *v = make(a, KD_V_BOOL);
    v->yes = yes;
    return v;
}

kd_value *kd_int(kdi_arena *a, int64_t i)
{
    kd_value *v = make(a, KD_V_INT);
    v->integer = i;
    v->number = (double)i;
    return v;
}

kd_value *kd_number(kdi_arena *a, double d)
{
    kd_value *v = make(a, KD_V_NUMBER);
    v->number = d;
    return v;
}

kd_value *kd_string_n(kdi_arena *a, const char *s, int64_t n)
{
    kd_value *v = make(a, KD_V_STRING);
    char *text = kdi_alloc(a, (size_t)n + 1);
    memcpy(text, s, (size_t)n);
    text[n] = '\0';
    v->text = text;
    v->n = n;
    return v;
}

kd_value *kd_string(kdi_arena *a, const char *s)
{
    return s ? kd_string_n(a, s, (int64_t)strlen(s)) : kd_nil(a);
}

size_t kd_element_size(enum kd_element e)
{
    static const size_t size[] = {
        [KD_F32] = 4, [KD_F64] = 8, [KD_I32] = 4, [KD_I64] = 8, [KD_U8] = 1
    };
    return size[e];
}

kd_value *kd_array(kdi_arena *a, enum kd_element e, kd_shape s, void *data)
{
    kd_value *v = make(a, KD_V_ARRAY);
    size_t size = (size_t)kd_shape_numel(s) * kd_element_size(e);
    v->element = e;
    v->shape = s;
    v->n = kd_shape_numel(s);
    v->data = data ? data : kdi_alloc0(a, size ? size : 1);
    return v;
}

kd_value *kd_list(kdi_arena *a)
{
    return make(a, KD_V_LIST);
}

kd_value *kd_map(kdi_arena *a)
{
    return make(a, KD_V_MAP);
}

static void grow(kd_value *v)
{
    if (v->n < v->room)
        return;
    int64_t room = v->room ? 2 * v->room : 8;
    kd_value **item = kdi_alloc(v->arena, (size_t)room * sizeof *item);
    memcpy(item, v->item ? v->item : item, (size_t)v->n * sizeof *item);
    v->item = item;
    if (v->kind == KD_V_MAP) {
        const char **key = kdi_alloc(v->arena, (size_t)room * sizeof *key);
        memcpy(key, v->key ? v->key : key, (size_t)v->n * sizeof *key);
        v->key = key;
    }
    v->room = room;
}

void kd_push(kd_value *list, kd_value *item)
{
    KD_ASSERT(list->kind == KD_V_LIST);
    grow(list);
    list->item[list->n++] = item;
}

static int64_t find(const kd_value *map, const char *key)
{
    if (map && map->kind == KD_V_MAP)
        for (int64_t i = 0; i < map->n; i++)
            if (strcmp(map->key[i], key) == 0)
                return i;
    return -1;
}

void kd_set(kd_value *map, const char *key, kd_value *item)
{
    KD_ASSERT(map->kind == KD_V_MAP);
    int64_t at = find(map, key);
    if (at < 0) {
        grow(map);
        at = map->n++;
        map->key[at] = kdi_strdup(map->arena, key);
    }
    map->item[at] = item;
}

void kd_set_text(kd_value *map, const char *key, const char *s)
{
    kd_set(map, key, kd_string(map->arena, s));
}

void kd_set_int(kd_value *map, const char *key, int64_t i)
{
    kd_set(map, key, kd_int(map->arena, i));
}

void kd_set_number(kd_value *map, const char *key, double d)
{
    kd_set(map, key, kd_number(map->arena, d));
}

void kd_set_bool(kd_value *map, const char *key, bool yes)
{
    kd_set(map, key, kd_bool(map->arena, yes));
}

const kd_value *kd_get(const kd_value *map, const char *key)
{
    int64_t at = find(map, key);
    return at < 0 || map->item[at]->kind == KD_V_NIL ? NULL : map->item[at];
}

const char *kd_get_text(const kd_value *map, const char *key, const char *def)
{
    const kd_value *v = kd_get(map, key);
    return v && v->kind == KD_V_STRING ? v->text : def;
}

/* 3.0 is as good as 3: JSON and Lua write either */
static bool is_integer(const kd_value *v)
{
    return v &&
           (v->kind == KD_V_INT || (v->kind == KD_V_NUMBER && v->number > -9e15 &&
                                    v->number < 9e15 && v->number == (double)(int64_t)v->number));
}

int64_t kd_get_int(const kd_value *map, const char *key, int64_t def)
{
    const kd_value *v = kd_get(map, key);
    if (!is_integer(v))
        return def;
    return v->kind == KD_V_INT ? v->integer : (int64_t)v->number;
}

double kd_get_number(const kd_value *map, const char *key, double def)
{
    const kd_value *v = kd_get(map, key);
    return v && (v->kind == KD_V_INT || v->kind == KD_V_NUMBER) ? v->number : def;
}

bool kd_get_bool(const kd_value *map, const char *key, bool def)
{
    const kd_value *v = kd_get(map, key);
    return v && v->kind == KD_V_BOOL ? v->yes : def;
}

static int missing(const kd_value *map, const char *key, const char *kind)
{
    static const char *const name[] = { "nil",      "a boolean", "an integer", "a number",
                                        "a string", "a list",    "a map",      "an array" };
    const kd_value *v = kd_get(map, key);
    return kd_error(KD_E_USAGE, "'%s' must be %s, is %s", key, kind, v ? name[v->kind] : "missing");
}

int kd_need_text(const kd_value *map, const char *key, const char **out)
{
    *out = kd_get_text(map, key, NULL);
    return *out ? KD_OK : missing(map, key, "a string");
}

int kd_need_int(const kd_value *map, const char *key, int64_t *out)
{
    if (!is_integer(kd_get(map, key)))
        return missing(map, key, "an integer");
    *out = kd_get_int(map, key, 0);
    return KD_OK;
}

int kd_need_map(const kd_value *map, const char *key, const kd_value **out)
{
    *out = kd_get(map, key);
    return *out && (*out)->kind == KD_V_MAP ? KD_OK : missing(map, key, "a map");
}

const kd_value *kd_arg(const kd_value *args, int64_t i)
{
    if (!args || args->kind != KD_V_LIST || i >= args->n || args->item[i]->kind == KD_V_NIL)
        return NULL;
    return args->item[i];
}

int kd_arg_text(const kd_value *args, int64_t i, const char **out)
{
    const kd_value *v = kd_arg(args, i);
    *out = v && v->kind == KD_V_STRING ? v->text : NULL;
    return *out ? KD_OK : kd_error(KD_E_USAGE, "argument %d must be a string", (int)i + 1);
}

int kd_arg_map(const kd_value *args, int64_t i, const kd_value **out)
{
    const kd_value *v = kd_arg(args, i);
    *out = v && v->kind == KD_V_MAP ? v : NULL;
    return *out ? KD_OK : kd_error(KD_E_USAGE, "argument %d must be a table of names", (int)i + 1);
}
