/* tokenize.h - how a vocabulary is learned, and what it makes of a text. */
#ifndef KDI_TOKENIZE_H
#define KDI_TOKENIZE_H

#include <kd/dataset.h>
#include "data/words.h"

enum { KDI_PADDING, KDI_UNKNOWN, KDI_FIRST_TOKEN };

typedef struct kdi_vocabulary {
    int64_t size;     /* tokens, padding and unknown among them */
    kdi_words *words; /* KD_WORDS: number i is token KDI_FIRST_TOKEN + i */
} kdi_vocabulary;

/* the texts that a vocabulary is learned from: those of `from` at these places */
typedef struct kdi_corpus {
    const kd_samples *from;
    const int64_t *place;
    int64_t n;
} kdi_corpus;

/* a text of sound UTF-8 in lower case, in `room`, which holds the longest text of the samples */
const char *kdi_text_lower(const kd_samples *from, int64_t i, char *room, int64_t *n);

/* tokenize_words.c */
void kdi_words_learn(const kdi_corpus *c, const kd_tokenizer *t, char *room, kdi_arena *a,
                     kdi_vocabulary *out);
/* at most `most` tokens of a lower-cased text to `out`; how many they are */
int64_t kdi_words_encode(const kdi_vocabulary *v, const char *text, int64_t n, int64_t most,
                         int32_t *out);

#endif
