/* A table of distinct strings in the order in which they came, each with its count. */
#include "data/words.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

/* FNV-1a, its two halves folded */
static uint32_t hash_of(const char *text, int64_t n)
{
    uint64_t h = 14695981039346656037u;
    for (int64_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    return (uint32_t)(h ^ h >> 32);
}

kdi_words *kdi_words_new(kdi_arena *a)
{
    kdi_words *w = kdi_alloc0(a, sizeof *w);
    w->arena = a;
    w->room = FIRST_ROOM;
    w->word = kdi_alloc(a, (size_t)w->room * sizeof *w->word);
    w->slots = 2 * FIRST_ROOM;
    w->slot = kdi_alloc0(a, (size_t)w->slots * sizeof *w->slot);
    return w;
}

/* where it is, or the free place where it belongs */
static int64_t slot_of(const kdi_words *w, const char *text, int64_t n, uint32_t hash)
{
    int64_t at = hash & (w->slots - 1);
    for (; w->slot[at]; at = (at + 1) & (w->slots - 1)) {
        const kdi_word *x = &w->word[w->slot[at] - 1];
        if (x->hash == hash && x->n == n && memcmp(x->text, text, (size_t)n) == 0)
            break;
    }
    return at;
}

static void widen(kdi_words *w)
{
    kdi_word *word = kdi_alloc(w->arena, 2 * (size_t)w->room * sizeof *word);
    memcpy(word, w->word, (size_t)w->n * sizeof *word);
    w->word = word;
    w->room *= 2;
    w->slots *= 2;
    w->slot = kdi_alloc0(w->arena, (size_t)w->slots * sizeof *w->slot);
    for (int64_t i = 0; i < w->n; i++)
        w->slot[slot_of(w, word[i].text, word[i].n, word[i].hash)] = (int32_t)(i + 1);
}

int64_t kdi_words_find(const kdi_words *w, const char *text, int64_t n)
{
    return w->slot[slot_of(w, text, n, hash_of(text, n))] - 1;
}

int64_t kdi_words_add(kdi_words *w, const char *text, int64_t n)
{
    uint32_t hash = hash_of(text, n);
    int64_t at = slot_of(w, text, n, hash);
    if (!w->slot[at]) {
        if (w->n == w->room) {
            widen(w);
            at = slot_of(w, text, n, hash);
        }
        KD_ASSERT(w->n < INT32_MAX);
        char *copy = kdi_alloc(w->arena, (size_t)n + 1);
        memcpy(copy, text, (size_t)n);
        copy[n] = '\0';
        w->word[w->n] = (kdi_word){ .text = copy, .n = n, .hash = hash };
        w->slot[at] = (int32_t)++w->n;
    }
    w->word[w->slot[at] - 1].count++;
    return w->slot[at] - 1;
}

/* ---- in order of frequency ----------------------------------------------------------- */

static int by_rank(const void *p, const void *q)
{
    const kdi_word *a = *(const kdi_word *const *)p, *b = *(const kdi_word *const *)q;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int order = memcmp(a->text, b->text, (size_t)(a->n < b->n ? a->n : b->n));
    return order ? order : (a->n > b->n) - (a->n < b->n);
}

int64_t *kdi_words_ranked(const kdi_words *w, kdi_arena *a)
{
    const kdi_word **sorted = kdi_alloc(a, (size_t)(w->n + 1) * sizeof *sorted);
    int64_t *rank = kdi_alloc(a, (size_t)(w->n + 1) * sizeof *rank);
    for (int64_t i = 0; i < w->n; i++)
        sorted[i] = &w->word[i];
    qsort(sorted, (size_t)w->n, sizeof *sorted, by_rank);
    for (int64_t i = 0; i < w->n; i++)
        rank[i] = sorted[i] - w->word;
    return rank;
}
