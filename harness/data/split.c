/* Cutting by fixed rules: validation out of train, and subsets of train that nest. Within a class
 * the order is that of a hash of (class, place), so no seed and no file order decides. */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int64_t label, place, rank; /* rank: in its class, by hash */
    uint64_t hash;
} card;

static uint64_t hash_of(int64_t label, int64_t place)
{
    kd_rng r = kdi_rng((uint64_t)label, KDI_STREAM_SPLIT, (uint64_t)place);
    uint64_t high = kdi_u32(&r);
    return high << 32 | kdi_u32(&r);
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_hash(const void *a, const void *b)
{
    const card *x = a, *y = b;
    int order = compare(x->label, y->label);
    if (order == 0)
        order = (x->hash > y->hash) - (x->hash < y->hash);
    return order ? order : compare(x->place, y->place);
}

static int by_rank(const void *a, const void *b)
{
    const card *x = a, *y = b;
    int order = compare(x->rank, y->rank);
    return order ? order : compare(x->label, y->label);
}

static int by_place(const void *a, const void *b)
{
    return compare(*(const int64_t *)a, *(const int64_t *)b);
}

/* cards of the places, class by class, in hash order, ranked */
static card *deal(kdi_arena *a, const kd_samples *all, const int64_t *place, int64_t n)
{
    card *c = kdi_alloc(a, (size_t)n * sizeof *c);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = place ? place[i] : i;
        c[i] = (card){ .label = all->label[at], .place = at };
        c[i].hash = hash_of(c[i].label, at);
    }
    qsort(c, (size_t)n, sizeof *c, by_hash);
    for (int64_t i = 0; i < n; i++)
        c[i].rank = i > 0 && c[i - 1].label == c[i].label ? c[i - 1].rank + 1 : 0;
    return c;
}

void kdi_split_hold_out(const kd_samples *all, int64_t every, int64_t *kept, int64_t *nkept,
                        int64_t *held, int64_t *nheld)
{
    kdi_arena *scratch = kdi_arena_new("split");
    card *c = deal(scratch, all, NULL, all->n);
    *nkept = *nheld = 0;
    for (int64_t i = 0; i < all->n; i++)
        if (c[i].rank % every == every - 1)
            held[(*nheld)++] = c[i].place;
        else
            kept[(*nkept)++] = c[i].place;
    qsort(kept, (size_t)*nkept, sizeof *kept, by_place);
    qsort(held, (size_t)*nheld, sizeof *held, by_place);
    kdi_arena_free(scratch);
}

void kdi_split_order(const kd_samples *all, const int64_t *place, int64_t n, int64_t *order)
{
    kdi_arena *scratch = kdi_arena_new("subset");
    card *c = deal(scratch, all, place, n);
    qsort(c, (size_t)n, sizeof *c, by_rank);
    for (int64_t i = 0; i < n; i++)
        order[i] = c[i].place;
    kdi_arena_free(scratch);
}

void kdi_split_take(const int64_t *order, int64_t wanted, int64_t *place)
{
    memcpy(place, order, (size_t)wanted * sizeof *place);
    qsort(place, (size_t)wanted, sizeof *place, by_place);
}

static kd_samples take(kd_dataset *d, const kd_samples *all, const int64_t *place, int64_t n)
{
    size_t size = (size_t)(d->height * d->width * d->channels);
    size_t bytes = size * (all->pixel ? 1 : sizeof *all->real);
    const char *from = all->pixel ? (const char *)all->pixel : (const char *)all->real;
    char *to = kdi_alloc(d->arena, (size_t)n * bytes);
    int64_t *label = kdi_alloc(d->arena, (size_t)n * sizeof *label);
    for (int64_t i = 0; i < n; i++) {
        memcpy(to + (size_t)i * bytes, from + (size_t)place[i] * bytes, bytes);
        label[i] = all->label[place[i]];
    }
    return (kd_samples){ .n = n,
                         .pixel = all->pixel ? (const uint8_t *)to : NULL,
                         .real = all->pixel ? NULL : (const float *)(void *)to,
                         .label = label,
                         .source = all->source };
}

void kd_dataset_cut(kd_dataset *d, const kd_samples *all, int64_t every)
{
    int64_t nkept, nheld;
    kdi_arena *scratch = kdi_arena_new("cut");
    int64_t *kept = kdi_alloc(scratch, (size_t)all->n * sizeof *kept);
    int64_t *held = kdi_alloc(scratch, (size_t)all->n * sizeof *held);
    kdi_split_hold_out(all, every, kept, &nkept, held, &nheld);
    d->train = take(d, all, kept, nkept);
    d->test = take(d, all, held, nheld);
    kdi_arena_free(scratch);
}
