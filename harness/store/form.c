/* What becomes of a value in a file: attribute, dataset, group or list. */
#include "store/tree.h"

#include <stdlib.h>
#include <string.h>

enum kdi_form kdi_form_of(const kd_value *v, kdi_arena *a, kdi_leaf *leaf)
{
    if (v->kind == KD_V_NIL)
        return KDI_FORM_NOTHING;
    if (v->kind == KD_V_MAP)
        return kd_get(v, "@data") ? KDI_FORM_DESCRIBED : KDI_FORM_GROUP;
    bool leafy = kdi_leaf_of(v, false, a, leaf);
    if (v->kind == KD_V_LIST)
        return leafy ? KDI_FORM_DATASET : KDI_FORM_LIST;
    if (!leafy)
        return KDI_FORM_BAD;
    bool dataset = v->kind == KD_V_ARRAY || (v->kind == KD_V_STRING && v->n > KDI_LONG_TEXT);
    return dataset ? KDI_FORM_DATASET : KDI_FORM_ATTRIBUTE;
}

typedef struct place {
    const char *key;
    int64_t at;
} place;

static int by_key(const void *a, const void *b)
{
    return strcmp(((const place *)a)->key, ((const place *)b)->key);
}

const int64_t *kdi_sorted_keys(const kd_value *map, kdi_arena *a)
{
    place *p = kdi_alloc(a, (size_t)map->n * sizeof *p + 1);
    int64_t *order = kdi_alloc(a, (size_t)map->n * sizeof *order + 1);
    for (int64_t i = 0; i < map->n; i++)
        p[i] = (place){ map->key[i], i };
    if (map->n)
        qsort(p, (size_t)map->n, sizeof *p, by_key);
    for (int64_t i = 0; i < map->n; i++)
        order[i] = p[i].at;
    return order;
}
