/* Byte-pair encoding of texts: pieces, and the learned merges applied to them in their order. A
 * piece is a word or one other character; where white space or the text's beginning is before it, a
 * blank is its first byte. */
#include "data/tokenize.h"

#include <string.h>

enum { PIECE = 64 }; /* a longer one is cut */

typedef struct kdi_bpe {
    kdi_arena *arena;
    int32_t *slot; /* of a pair of tokens: its merge + 1 */
    int64_t slots;
    kdi_words *known; /* pieces that were encoded */
    struct encoded {
        const int32_t *token;
        int64_t n;
    } * of; /* of each of them */
    int64_t room;
} kdi_bpe;

/* ---- pieces ---------------------------------------------------------------------------- */

typedef struct {
    const char *begin, *at, *end;
    const char *rest; /* of a long piece */
    int64_t nrest;
    char piece[PIECE];
} cutter;

static bool next_piece(cutter *c, int64_t *n)
{
    bool space = false;
    if (c->nrest == 0) {
        if (!kdi_next_piece(&c->at, c->end, &c->rest, &c->nrest, &space))
            return false;
        space = space || c->rest == c->begin;
        c->piece[0] = ' ';
    }
    int64_t take = c->nrest < PIECE - space ? c->nrest : PIECE - space;
    memcpy(c->piece + space, c->rest, (size_t)take);
    c->rest += take;
    c->nrest -= take;
    *n = take + space;
    return true;
}

void kdi_bytes_learn(const kdi_corpus *c, const kd_tokenizer *t, char *room, kdi_arena *a,
                     kdi_vocabulary *out)
{
    kdi_arena *scratch = kdi_arena_new("pieces");
    kdi_words *pieces = kdi_words_new(scratch);
    for (int64_t i = 0; i < c->n; i++) {
        int64_t n, size;
        const char *text = kdi_text_lower(c->from, c->place[i], room, &n);
        cutter cut = { .begin = text, .at = text, .end = text + n };
        while (next_piece(&cut, &size))
            kdi_words_add(pieces, cut.piece, size);
    }
    out->nmerge =
        kdi_bpe_learn(pieces, t->vocabulary - KDI_FIRST_MERGE, t->min_count, a, &out->merge);
    out->size = KDI_FIRST_MERGE + out->nmerge;
    kdi_arena_free(scratch);
}

/* ---- encoding ----------------------------------------------------------------------------- */

static int64_t slot_of(const kdi_vocabulary *v, int32_t left, int32_t right)
{
    const kdi_bpe *b = v->bpe;
    uint64_t h = ((uint64_t)left << 32 | (uint32_t)right) * 0x9e3779b97f4a7c15u;
    int64_t at = (int64_t)(h >> 20) & (b->slots - 1);
    for (; b->slot[at]; at = (at + 1) & (b->slots - 1)) {
        const int32_t *m = v->merge[b->slot[at] - 1];
        if (m[0] == left && m[1] == right)
            break;
    }
    return at;
}

void kdi_bytes_ready(kdi_vocabulary *v, kdi_arena *a)
{
    enum { FIRST_ROOM = 1024 };
    kdi_bpe *b = v->bpe = kdi_alloc0(a, sizeof *b);
    *b = (kdi_bpe){ .arena = a, .slots = 1024, .known = kdi_words_new(a), .room = FIRST_ROOM };
    while (b->slots < 2 * v->nmerge)
        b->slots *= 2;
    b->slot = kdi_alloc0(a, (size_t)b->slots * sizeof *b->slot);
    b->of = kdi_alloc(a, FIRST_ROOM * sizeof *b->of);
    for (int64_t i = 0; i < v->nmerge; i++)
        b->slot[slot_of(v, v->merge[i][0], v->merge[i][1])] = (int32_t)(i + 1);
}

/* the merge that was learned first, of the leftmost pair; -1: none */
static int64_t first_merge(const kdi_vocabulary *v, const int32_t *token, int64_t n, int64_t *where)
{
    int64_t best = -1;
    for (int64_t i = 0; i + 1 < n; i++) {
        int64_t merge = v->bpe->slot[slot_of(v, token[i], token[i + 1])] - 1;
        if (merge >= 0 && (best < 0 || merge < best)) {
            best = merge;
            *where = i;
        }
    }
    return best;
}

static int64_t encode_piece(const kdi_vocabulary *v, const char *piece, int64_t n, int32_t *token)
{
    int64_t where = 0;
    for (int64_t i = 0; i < n; i++)
        token[i] = KDI_FIRST_TOKEN + (unsigned char)piece[i];
    for (int64_t merge; (merge = first_merge(v, token, n, &where)) >= 0; n--) {
        token[where] = (int32_t)(KDI_FIRST_MERGE + merge);
        memmove(token + where + 1, token + where + 2, (size_t)(n - where - 2) * sizeof *token);
    }
    return n;
}

static const struct encoded *tokens_of(const kdi_vocabulary *v, const char *piece, int64_t n)
{
    kdi_bpe *b = v->bpe;
    int64_t before = b->known->n, number = kdi_words_add(b->known, piece, n);
    if (b->known->n == before)
        return &b->of[number];
    if (number == b->room) {
        struct encoded *wider = kdi_alloc(b->arena, 2 * (size_t)b->room * sizeof *wider);
        b->of = memcpy(wider, b->of, (size_t)b->room * sizeof *wider);
        b->room *= 2;
    }
    int32_t token[PIECE];
    int64_t count = encode_piece(v, piece, n, token);
    int32_t *kept = kdi_alloc(b->arena, (size_t)count * sizeof *kept);
    memcpy(kept, token, (size_t)count * sizeof *kept);
    b->of[number] = (struct encoded){ kept, count };
    return &b->of[number];
}

int64_t kdi_bytes_encode(const kdi_vocabulary *v, const char *text, int64_t n, int64_t most,
                         int32_t *out)
{
    int64_t count = 0, size;
    cutter cut = { .begin = text, .at = text, .end = text + n };
    while (count < most && next_piece(&cut, &size)) {
        const struct encoded *e = tokens_of(v, cut.piece, size);
        for (int64_t i = 0; i < e->n && count < most; i++)
            out[count++] = e->token[i];
    }
    return count;
}
