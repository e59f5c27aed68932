/* JSON by jansson, which bounds its depth and refuses names that come twice. */
#include "store/json_read.h"

#include <jansson.h>

enum { MOST_NAMES = 16384 }; /* of one object: a map is searched from its front */

typedef struct reader {
    kdi_arena *arena;
    bool too_many;
} reader;

static kd_value *value_of(reader *r, json_t *from);

static kd_value *list_of(reader *r, json_t *from)
{
    kd_value *list = kd_list(r->arena);
    for (size_t i = 0; i < json_array_size(from); i++)
        kd_push(list, value_of(r, json_array_get(from, i)));
    return list;
}

static kd_value *map_of(reader *r, json_t *from)
{
    kd_value *map = kd_map(r->arena);
    r->too_many = r->too_many || json_object_size(from) > MOST_NAMES;
    for (void *at = json_object_iter(from); at && !r->too_many;
         at = json_object_iter_next(from, at))
        kd_set(map, json_object_iter_key(at), value_of(r, json_object_iter_value(at)));
    return map;
}

static kd_value *value_of(reader *r, json_t *from)
{
    switch (json_typeof(from)) {
    case JSON_OBJECT:
        return map_of(r, from);
    case JSON_ARRAY:
        return list_of(r, from);
    case JSON_STRING:
        return kd_string_n(r->arena, json_string_value(from), (int64_t)json_string_length(from));
    case JSON_INTEGER:
        return kd_int(r->arena, json_integer_value(from));
    case JSON_REAL:
        return kd_number(r->arena, json_real_value(from));
    case JSON_TRUE:
    case JSON_FALSE:
        return kd_bool(r->arena, json_is_true(from));
    case JSON_NULL:
        break;
    }
    return kd_nil(r->arena);
}

int kdi_json_read(const char *text, int64_t n, const char *where, kdi_arena *a, kd_value **out)
{
    json_error_t wrong;
    json_t *json = json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &wrong);
    if (!json)
        return kd_error(KD_E_DATA, "%s is not JSON: %s (byte %d)", where, wrong.text,
                        wrong.position);
    reader r = { .arena = a };
    *out = value_of(&r, json);
    json_decref(json);
    return r.too_many
               ? kd_error(KD_E_DATA, "%s: an object of more than %d names", where, MOST_NAMES)
               : KD_OK;
}
