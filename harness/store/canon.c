/* The checksum of a tree's content: of what a file of it would hold, not of how HDF5 lays it out.
 *
 * Bytes fed to SHA-256, integers little-endian:
 *   leaf   'v', type (int32), 1 when a list (int32), axes (int32), sizes (int64 each), width of an
 *          element (int64), elements
 *   map    '{', for each member in order of the names' bytes: 'k', length (int64), name, value; '}'
 *   list   '[', each item; ']'
 *   dataset with attributes   '(', the data's leaf, its attributes as a map, ')' */
#include "store/store.h"
#include "store/tree.h"

#include <string.h>

typedef struct summer {
    kdi_sha256_state sum;
    kdi_arena *arena;
} summer;

static int add_value(summer *s, const kd_value *v, bool attribute);

static void add_mark(summer *s, char mark)
{
    kdi_sha256_add(&s->sum, &mark, 1);
}

static void add_leaf(summer *s, const kdi_leaf *leaf)
{
    int32_t head[3] = { leaf->type, leaf->list, leaf->shape.n };
    add_mark(s, 'v');
    kdi_sha256_add(&s->sum, head, sizeof head);
    kdi_sha256_add(&s->sum, leaf->shape.d, (size_t)leaf->shape.n * sizeof(int64_t));
    kdi_sha256_add(&s->sum, &leaf->width, sizeof leaf->width);
    kdi_sha256_add(&s->sum, leaf->data, (size_t)kdi_leaf_bytes(leaf));
}

static int add_map(summer *s, const kd_value *map, bool attributes)
{
    const int64_t *order = kdi_sorted_keys(map, s->arena);
    add_mark(s, '{');
    for (int64_t i = 0; i < map->n; i++) {
        const char *key = map->key[order[i]];
        const kd_value *v = map->item[order[i]];
        int64_t n = (int64_t)strlen(key);
        if (v->kind == KD_V_NIL || (attributes && strcmp(key, "@data") == 0))
            continue;
        add_mark(s, 'k');
        kdi_sha256_add(&s->sum, &n, sizeof n);
        kdi_sha256_add(&s->sum, key, (size_t)n);
        KD_TRY(add_value(s, v, attributes));
    }
    add_mark(s, '}');
    return KD_OK;
}

static int add_described(summer *s, const kd_value *map)
{
    int64_t n = 0;
    for (int64_t i = 0; i < map->n; i++)
        n += map->item[i]->kind != KD_V_NIL;
    if (n == 1)
        return add_value(s, kd_get(map, "@data"), false);
    add_mark(s, '(');
    KD_TRY(add_value(s, kd_get(map, "@data"), false));
    KD_TRY(add_map(s, map, true));
    add_mark(s, ')');
    return KD_OK;
}

static int add_list(summer *s, const kd_value *list)
{
    add_mark(s, '[');
    for (int64_t i = 0; i < list->n; i++)
        KD_TRY(add_value(s, list->item[i], false));
    add_mark(s, ']');
    return KD_OK;
}

static int add_value(summer *s, const kd_value *v, bool attribute)
{
    kdi_leaf leaf;
    if (attribute && kdi_leaf_of(v, true, s->arena, &leaf)) {
        add_leaf(s, &leaf);
        return KD_OK;
    }
    switch (attribute ? KDI_FORM_BAD : kdi_form_of(v, s->arena, &leaf)) {
    case KDI_FORM_ATTRIBUTE:
    case KDI_FORM_DATASET:
        add_leaf(s, &leaf);
        return KD_OK;
    case KDI_FORM_DESCRIBED:
        return add_described(s, v);
    case KDI_FORM_GROUP:
        return add_map(s, v, false);
    case KDI_FORM_LIST:
        return add_list(s, v);
    default:
        return kd_error(KD_E_USAGE, "a tree that cannot be stored has no checksum");
    }
}

int kdi_tree_sha256(const kd_value *tree, char hex[KDI_SHA256_HEX])
{
    summer s = { .arena = kdi_arena_new("sum") };
    kdi_sha256_start(&s.sum);
    int code = add_value(&s, tree, false);
    kdi_arena_free(s.arena);
    kdi_sha256_hex(&s.sum, hex);
    return code;
}
