/* Validation by whole groups: what belongs together, as variants of one shape do, is on one side.
 */
#include "data/made.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct {
    int64_t label, place;
    uint32_t hash;
    const char *group;
} card;

static int by_hash(const void *a, const void *b)
{
    const card *x = a, *y = b;
    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    int order = strcmp(x->group, y->group);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static uint32_t hash_of(const char *class_name, const char *group)
{
    uLong sum = crc32(0, (const Bytef *)class_name, (uInt)strlen(class_name));
    return (uint32_t)crc32(sum, (const Bytef *)group, (uInt)strlen(group));
}

static bool together(const card *a, const card *b)
{
    return a->label == b->label && strcmp(a->group, b->group) == 0;
}

/* the groups of one class: n cards in order */
static void hold_class(const card *c, int64_t n, double share, double most, bool *held)
{
    int64_t nheld = 0;
    for (int64_t i = 0, size; i < n && (double)nheld < share * (double)n; i += size) {
        for (size = 1; i + size < n && together(&c[i], &c[i + size]);)
            size++;
        if ((double)(nheld + size) > most * (double)n)
            continue;
        for (int64_t k = i; k < i + size; k++)
            held[c[k].place] = true;
        nheld += size;
    }
}

void kdi_hold_groups(const char *const *class_name, const int64_t *label, const char *const *group,
                     int64_t n, double share, double most, bool *held)
{
    kdi_arena *scratch = kdi_arena_new("groups");
    card *c = kdi_alloc(scratch, (size_t)n * sizeof *c);
    for (int64_t i = 0; i < n; i++) {
        c[i] = (card){ label[i], i, hash_of(class_name[label[i]], group[i]), group[i] };
        held[i] = false;
    }
    qsort(c, (size_t)n, sizeof *c, by_hash);
    for (int64_t i = 0, size; i < n; i += size) {
        for (size = 1; i + size < n && c[i + size].label == c[i].label;)
            size++;
        hold_class(c + i, size, share, most, held);
    }
    kdi_arena_free(scratch);
}
