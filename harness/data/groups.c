/* Validation by whole groups: what belongs together, as variants of one shape do, is on one side.
 */
#include "data/made.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* of a class's training samples: validation is less than SHARE before its last group, at most MOST
 */
static const double SHARE = 0.12, MOST = 0.25;

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

/* ---- three parts --------------------------------------------------------------------- */

static kd_samples take_where(kd_dataset *d, const kdi_rows *r, const int *part, int wanted)
{
    int64_t *place = kdi_alloc(d->arena, (size_t)r->n * sizeof *place + 1), n = 0;
    for (int64_t i = 0; i < r->n; i++)
        if (part[i] == wanted)
            place[n++] = i;
    return r->take(d, r->all, place, n);
}

void kdi_made_cut(kd_dataset *d, const kdi_rows *r)
{
    size_t room = (size_t)r->n + 1;
    int *part = kdi_alloc(d->arena, room * sizeof *part);
    bool *held = kdi_alloc(d->arena, room * sizeof *held);
    int64_t *label = kdi_alloc(d->arena, room * sizeof *label), n = 0;
    const char **group = kdi_alloc(d->arena, room * sizeof *group);
    for (int64_t i = 0; i < r->n; i++)
        if (!r->test[i]) {
            label[n] = r->label[i];
            group[n++] = r->group[i];
        }
    kdi_hold_groups(d->class_name, label, group, n, SHARE, MOST, held);
    n = 0;
    for (int64_t i = 0; i < r->n; i++)
        part[i] = r->test[i] ? KD_TEST : held[n++] ? KD_VALIDATION : KD_TRAIN;
    d->train = take_where(d, r, part, KD_TRAIN);
    d->validation = take_where(d, r, part, KD_VALIDATION);
    d->test = take_where(d, r, part, KD_TEST);
}
