/* Texts of random words: a data set like any other, but in memory. Common words are as common in
 * them as in what people write: the nth is drawn about as often as 1/n. */
#include "bench/bench.h"

#include <math.h>
#include <string.h>

enum { WORD = 7 }; /* bytes of a word and the space after it */

struct random_texts {
    int length, shortest, vocabulary, classes, train;
};

static const kd_option options[] = {
    KD_INT(struct random_texts, length, 64, 1, 4096, "words of the longest text"),
    KD_INT(struct random_texts, shortest, 64, 1, 4096, "words of the shortest"),
    KD_INT(struct random_texts, vocabulary, 20000, 3, 1000000, "tokens, padding and unknown too"),
    KD_INT(struct random_texts, classes, 38, 2, 65536, "as many texts of each"),
    KD_INT(struct random_texts, train, 4096, 1, 1 << 24, "texts that train has at least"),
    { 0 },
};

/* six letters that count from aaaaaa */
static void spell_word(int64_t number, char *to)
{
    for (int i = WORD - 2; i >= 0; i--, number /= 26)
        to[i] = (char)('a' + number % 26);
    to[WORD - 1] = ' ';
}

static kd_samples draw(kd_dataset *d, const struct random_texts *o, int64_t n, uint64_t which)
{
    char *text = kd_dataset_alloc(d, (size_t)(n * o->length * WORD));
    int64_t *at = kd_dataset_alloc(d, (size_t)(n + 1) * sizeof *at);
    int64_t *label = kd_dataset_alloc(d, (size_t)n * sizeof *label);
    kd_rng r = kdi_rng(1, KDI_STREAM_TEST, which);
    double words = log((double)(o->vocabulary - 2));
    for (int64_t i = 0; i < n; i++) {
        int64_t length = o->shortest + kdi_below(&r, o->length - o->shortest + 1);
        label[i] = i % d->classes;
        at[i + 1] = at[i] + length * WORD;
        for (int64_t w = 0; w < length; w++)
            spell_word((int64_t)exp(words * kdi_uniform01(&r)) - 1, text + at[i] + w * WORD);
    }
    return (kd_samples){ .n = n, .text = text, .at = at, .label = label, .source = "random texts" };
}

static int open_texts(kd_dataset *d, const void *self)
{
    const struct random_texts *o = self;
    if (o->shortest > o->length)
        return kd_error(KD_E_USAGE, "random_texts: shortest = %d is more than length = %d",
                        o->shortest, o->length);
    d->classes = o->classes;
    d->tokenizer = (kd_tokenizer){ KD_WORDS, o->vocabulary, o->length, 1 };
    d->train = draw(d, o, o->classes * kdi_bench_of_a_class(o->train, o->classes), 0);
    d->test = draw(d, o, d->train.n / KDI_HOLD_OUT, 1);
    return KD_OK;
}

const kd_dataset_class kdi_random_texts = {
    .abi = KD_ABI,
    .size = sizeof(kd_dataset_class),
    .name = "random_texts",
    .title = "Random texts",
    .track = KD_CLASSIFY,
    .kinds = 1 << KD_TOKENS,
    .self_size = sizeof(struct random_texts),
    .options = options,
    .open = open_texts,
};
