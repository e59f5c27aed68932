/* The word tokeniser: a word is a run of letters and digits, the most frequent ones have numbers.
 */
#include "data/tokenize.h"

void kdi_words_learn(const kdi_corpus *c, const kd_tokenizer *t, char *room, kdi_arena *a,
                     kdi_vocabulary *out)
{
    kdi_arena *scratch = kdi_arena_new("words");
    kdi_words *seen = kdi_words_new(scratch);
    for (int64_t i = 0; i < c->n; i++) {
        int64_t n, size;
        const char *at = kdi_text_lower(c->from, c->place[i], room, &n), *end = at + n, *word;
        while (kdi_next_word(&at, end, &word, &size))
            kdi_words_add(seen, word, size);
    }
    const int64_t *rank = kdi_words_ranked(seen, scratch);
    out->words = kdi_words_new(a);
    for (int64_t i = 0; i < seen->n && i < t->vocabulary - KDI_FIRST_TOKEN; i++) {
        const kdi_word *w = &seen->word[rank[i]];
        if (w->count >= t->min_count)
            kdi_words_add(out->words, w->text, w->n);
    }
    out->size = KDI_FIRST_TOKEN + out->words->n;
    kdi_arena_free(scratch);
}

int64_t kdi_words_encode(const kdi_vocabulary *v, const char *text, int64_t n, int64_t most,
                         int32_t *out)
{
    int64_t count = 0, size;
    const char *at = text, *end = text + n, *word;
    while (count < most && kdi_next_word(&at, end, &word, &size)) {
        int64_t number = kdi_words_find(v->words, word, size);
        out[count++] = (int32_t)(number < 0 ? KDI_UNKNOWN : KDI_FIRST_TOKEN + number);
    }
    return count;
}
