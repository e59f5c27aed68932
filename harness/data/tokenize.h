/* tokenize.h - how a vocabulary is learned, and what it makes of a text. */
#ifndef KDI_TOKENIZE_H
#define KDI_TOKENIZE_H

#include <kd/dataset.h>
#include "base/sha256.h"
#include "data/words.h"

enum { KDI_PADDING, KDI_UNKNOWN, KDI_FIRST_TOKEN, KDI_FIRST_MERGE = KDI_FIRST_TOKEN + 256 };

/* KD_WORDS: word i is token KDI_FIRST_TOKEN + i. KD_BPE: byte b is token KDI_FIRST_TOKEN + b, and
 * merge i joins its two tokens to token KDI_FIRST_MERGE + i. */
typedef struct kdi_vocabulary {
    int kind;     /* enum kd_tokenizer_kind */
    int64_t size; /* tokens, padding and unknown among them */
    kdi_words *words;
    const int32_t (*merge)[2];
    int64_t nmerge;
    struct kdi_bpe *bpe; /* what encoding keeps */
} kdi_vocabulary;

/* the texts that a vocabulary is learned from: those of `from` at these places */
typedef struct kdi_corpus {
    const kd_samples *from;
    const int64_t *place;
    int64_t n;
} kdi_corpus;

/* a text of sound UTF-8 in lower case, in `room`, which holds the longest text of the samples */
const char *kdi_text_lower(const kd_samples *from, int64_t i, char *room, int64_t *n);

/* ---- tokenize_words.c -------------------------------------------------------------------- */

void kdi_words_learn(const kdi_corpus *c, const kd_tokenizer *t, char *room, kdi_arena *a,
                     kdi_vocabulary *out);
/* at most `most` tokens of a lower-cased text to `out`; how many they are */
int64_t kdi_words_encode(const kdi_vocabulary *v, const char *text, int64_t n, int64_t most,
                         int32_t *out);

/* ---- tokenize_bpe.c, tokenize_bytes.c ------------------------------------------------------ */

/* at most `most` merges of distinct pieces; a pair that is there less than `least` times, or once,
 * is left apart. Returns how many they are. */
int64_t kdi_bpe_learn(const kdi_words *pieces, int64_t most, int64_t least, kdi_arena *a,
                      const int32_t (**out)[2]);
/* the same in the order of a vocabulary */
void kdi_bytes_learn(const kdi_corpus *c, const kd_tokenizer *t, char *room, kdi_arena *a,
                     kdi_vocabulary *out);
void kdi_bytes_ready(kdi_vocabulary *v, kdi_arena *a); /* before the first text is encoded */
int64_t kdi_bytes_encode(const kdi_vocabulary *v, const char *text, int64_t n, int64_t most,
                         int32_t *out);

/* ---- vocabulary.c: what was learned once is kept ------------------------------------------- */

/* What it depends on: the texts, kind, size, min_count. */
void kdi_vocabulary_key(const kdi_corpus *c, const kd_tokenizer *t, char key[KDI_SHA256_HEX]);
/* false: not there, or damaged, or not the one of `key`; no error is left */
bool kdi_vocabulary_read(const char *key, kdi_arena *a, kdi_vocabulary *out);
void kdi_vocabulary_write(const char *key, const kdi_vocabulary *v); /* where there is a cache */

#endif
