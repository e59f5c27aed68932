/* Byte-pair encoding, learning: the most frequent pair of neighbours becomes a token, again and
 * again; equally frequent pairs in the order of their tokens. Sennrich et al. 2016, over bytes. */
#include "data/tokenize.h"

#include <stdlib.h>
#include <string.h>

/* one place where a pair stood when it was noted; whether it still does is looked up */
typedef struct place {
    struct place *before;
    int64_t at;
} place;

typedef struct pair {
    int32_t left, right;
    int64_t count, claimed; /* claimed: what it was pushed with last */
    place *places;
    struct pair *before; /* of the same slot */
} pair;

/* what a pair was worth when it was pushed: lower counts are found out when it comes up */
typedef struct claim {
    int64_t count;
    pair *pair;
} claim;

/* All distinct pieces one behind the other, a byte each at first. A token that was joined to the
 * one before it is GONE; ENDS stands between two pieces. */
enum { GONE = -2, ENDS = -1 };
typedef struct {
    kdi_arena *arena;
    int32_t *token;
    int64_t *next, *before, *weight; /* neighbours; how often the piece was seen */
    int64_t n;
    pair **slot;
    int64_t slots;
    claim *heap;
    int64_t nheap, room;
    place *spare;
    int64_t nspare;
} learner;

/* ---- pairs, and those with the highest counts -------------------------------------------- */

static pair *pair_of(learner *l, int32_t left, int32_t right)
{
    uint64_t h = ((uint64_t)left << 32 | (uint32_t)right) * 0x9e3779b97f4a7c15u;
    pair **slot = &l->slot[(int64_t)(h >> 20) & (l->slots - 1)];
    for (pair *p = *slot; p; p = p->before)
        if (p->left == left && p->right == right)
            return p;
    pair *p = kdi_alloc0(l->arena, sizeof *p);
    *p = (pair){ .left = left, .right = right, .before = *slot };
    return *slot = p;
}

static bool above(claim a, claim b)
{
    if (a.count != b.count)
        return a.count > b.count;
    if (a.pair->left != b.pair->left)
        return a.pair->left < b.pair->left;
    return a.pair->right < b.pair->right;
}

static void push(learner *l, pair *p)
{
    if (p->claimed == p->count)
        return;
    p->claimed = p->count;
    if (l->nheap == l->room) {
        claim *wider = kdi_alloc(l->arena, 2 * (size_t)l->room * sizeof *wider);
        l->heap = memcpy(wider, l->heap, (size_t)l->nheap * sizeof *wider);
        l->room *= 2;
    }
    claim new = { p->count, p };
    int64_t i = l->nheap++;
    for (; i > 0 && above(new, l->heap[(i - 1) / 2]); i = (i - 1) / 2)
        l->heap[i] = l->heap[(i - 1) / 2];
    l->heap[i] = new;
}

static claim pop(learner *l)
{
    claim top = l->heap[0], last = l->heap[--l->nheap];
    int64_t i = 0;
    top.pair->claimed = 0;
    for (int64_t child; (child = 2 * i + 1) < l->nheap; i = child) {
        child += child + 1 < l->nheap && above(l->heap[child + 1], l->heap[child]);
        if (!above(l->heap[child], last))
            break;
        l->heap[i] = l->heap[child];
    }
    l->heap[i] = last;
    return top;
}

/* the pair that is worth most now, or NULL */
static pair *best(learner *l, int64_t least)
{
    while (l->nheap > 0) {
        claim top = pop(l);
        if (top.count == top.pair->count)
            return top.count >= least ? top.pair : NULL;
        if (top.pair->count >= least)
            push(l, top.pair);
    }
    return NULL;
}

/* ---- counting ------------------------------------------------------------------------------ */

static void note_place(learner *l, pair *p, int64_t at)
{
    enum { SPARE = 4096 };
    if (l->nspare == 0) {
        l->nspare = SPARE;
        l->spare = kdi_alloc(l->arena, SPARE * sizeof *l->spare);
    }
    place *here = &l->spare[--l->nspare];
    *here = (place){ p->places, at };
    p->places = here;
}

/* the token at `at` and the one behind it have become, or are no longer, neighbours */
static void count(learner *l, int64_t at, int sign)
{
    int64_t behind = l->next[at];
    if (l->token[at] < 0 || l->token[behind] < 0)
        return;
    pair *p = pair_of(l, l->token[at], l->token[behind]);
    p->count += sign * l->weight[at];
    if (sign > 0)
        note_place(l, p, at);
}

static int by_place(const void *p, const void *q)
{
    int64_t a = *(const int64_t *)p, b = *(const int64_t *)q;
    return (a > b) - (a < b);
}

/* the places of a pair from left to right, so that of "aaa" the first two are joined */
static int64_t *sorted_places(const pair *p, kdi_arena *a, int64_t *n)
{
    *n = 0;
    for (const place *x = p->places; x; x = x->before)
        ++*n;
    int64_t *at = kdi_alloc(a, (size_t)(*n + 1) * sizeof *at), i = 0;
    for (const place *x = p->places; x; x = x->before)
        at[i++] = x->at;
    qsort(at, (size_t)*n, sizeof *at, by_place);
    return at;
}

/* neighbours lose their pairs and gain those with the new token */
static void join_at(learner *l, int64_t at, int32_t token)
{
    int64_t gone = l->next[at], before = l->before[at];
    count(l, before, -1);
    count(l, at, -1);
    count(l, gone, -1);
    l->token[at] = token;
    l->token[gone] = GONE;
    l->next[at] = l->next[gone];
    l->before[l->next[at]] = at;
    count(l, before, 1);
    count(l, at, 1);
}

static void join(learner *l, pair *p, int32_t token, kdi_arena *scratch)
{
    int64_t n, *at = sorted_places(p, scratch, &n);
    int32_t left = p->left, right = p->right;
    p->places = NULL;
    for (int64_t i = 0; i < n; i++)
        if (l->token[at[i]] == left && l->token[l->next[at[i]]] == right)
            join_at(l, at[i], token);
    for (int64_t i = 0; i < n; i++) {
        if (l->token[at[i]] != token)
            continue;
        int64_t before = l->before[at[i]], behind = l->next[at[i]];
        if (l->token[before] >= 0)
            push(l, pair_of(l, l->token[before], token));
        if (l->token[behind] >= 0)
            push(l, pair_of(l, token, l->token[behind]));
    }
}

/* ---- the pieces -------------------------------------------------------------------------------
 */

static void start(learner *l, const kdi_words *pieces)
{
    int64_t bytes = 1;
    for (int64_t i = 0; i < pieces->n; i++)
        bytes += pieces->word[i].n + 1;
    l->n = bytes;
    l->token = kdi_alloc(l->arena, (size_t)bytes * sizeof *l->token);
    l->next = kdi_alloc(l->arena, (size_t)bytes * sizeof *l->next);
    l->before = kdi_alloc(l->arena, (size_t)bytes * sizeof *l->before);
    l->weight = kdi_alloc0(l->arena, (size_t)bytes * sizeof *l->weight);
    l->token[0] = ENDS;
    int64_t at = 1;
    for (int64_t i = 0; i < pieces->n; i++) {
        const kdi_word *w = &pieces->word[i];
        for (int64_t k = 0; k < w->n; k++, at++) {
            l->token[at] = KDI_FIRST_TOKEN + (unsigned char)w->text[k];
            l->weight[at] = w->count;
        }
        l->token[at++] = ENDS;
    }
    for (int64_t i = 0; i < bytes; i++) {
        l->next[i] = i + 1 < bytes ? i + 1 : i;
        l->before[i] = i > 0 ? i - 1 : 0;
    }
}

static void count_all(learner *l)
{
    for (int64_t i = 0; i < l->n; i++)
        count(l, i, 1);
    for (int64_t i = 0; i < l->slots; i++)
        for (pair *p = l->slot[i]; p; p = p->before)
            push(l, p);
}

/* room for the pairs of so many bytes */
static void make_room(learner *l)
{
    enum { FIRST = 1024, MOST_SLOTS = 1 << 20 };
    l->slots = l->room = FIRST;
    while (l->slots < l->n && l->slots < MOST_SLOTS)
        l->slots *= 2;
    l->slot = kdi_alloc0(l->arena, (size_t)l->slots * sizeof *l->slot);
    l->heap = kdi_alloc(l->arena, (size_t)l->room * sizeof *l->heap);
}

int64_t kdi_bpe_learn(const kdi_words *pieces, int64_t most, int64_t least, kdi_arena *a,
                      const int32_t (**out)[2])
{
    kdi_arena *own = kdi_arena_new("byte pairs"), *scratch = kdi_arena_new("places");
    learner l = { .arena = own };
    int32_t(*merge)[2] = kdi_alloc(a, (size_t)(most + 1) * sizeof *merge);
    start(&l, pieces);
    make_room(&l);
    count_all(&l);
    int64_t n = 0;
    for (pair *p; n < most && (p = best(&l, least > 2 ? least : 2)); n++) {
        merge[n][0] = p->left;
        merge[n][1] = p->right;
        join(&l, p, (int32_t)(KDI_FIRST_MERGE + n), scratch);
        kdi_arena_reset(scratch);
    }
    kdi_arena_free(scratch);
    kdi_arena_free(own);
    *out = (const int32_t(*)[2])merge;
    return n;
}
