/* words.h - text as words: UTF-8 checked, lower-cased and cut, and a table of distinct words. */
#ifndef KDI_WORDS_H
#define KDI_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/engine.h"

/* ---- utf8.c ------------------------------------------------------------------------ */

/* Code point that begins at `at` and how many bytes it has; -1 where the bytes are not UTF-8
 * (RFC 3629: no overlong forms, no surrogates, nothing above 10FFFF) or end too early. */
int32_t kdi_utf8(const char *at, const char *end, int *size);
/* place of the first byte that is no UTF-8 or is NUL; n when all is well */
int64_t kdi_utf8_bad(const char *text, int64_t n);
/* Letters of Latin, Greek and Cyrillic in lower case, all else as it is. Sound UTF-8, which keeps
 * its length. `to` may be `from`. */
void kdi_lower(const char *from, int64_t n, char *to);
/* Of sound UTF-8: the next run of letters and digits, which is all but white space, ASCII's
 * punctuation and the blocks of punctuation; false at the end. */
bool kdi_next_word(const char **at, const char *end, const char **word, int64_t *n);
/* the same, but what stands between words comes as well, one code point each, white space not;
 * *after_space: white space is before it */
bool kdi_next_piece(const char **at, const char *end, const char **piece, int64_t *n,
                    bool *after_space);

/* ---- words.c: distinct strings and how often each was seen ----------------------------- */

typedef struct kdi_word {
    const char *text;
    int64_t n, count;
    uint32_t hash;
} kdi_word;

typedef struct kdi_words {
    kdi_arena *arena;
    kdi_word *word;
    int64_t n, room;
    int32_t *slot; /* open addressing; 0 is free, else number + 1 */
    int64_t slots;
} kdi_words;

kdi_words *kdi_words_new(kdi_arena *a);
int64_t kdi_words_find(const kdi_words *w, const char *text, int64_t n); /* its number, or -1 */
int64_t kdi_words_add(kdi_words *w, const char *text, int64_t n); /* number; counts it; copies */
/* numbers from the most to the least frequent, equally frequent ones by their bytes */
int64_t *kdi_words_ranked(const kdi_words *w, kdi_arena *a);

#endif
