/* Any bytes as texts, all the way to a batch: the first byte says in which format (AG News, SST-2,
 * WordNet, plain lines), how they become tokens, and how many tokens there may be. */
#include "data/data.h"
#include "data/text.h"
#include "data/words.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static kdi_bytes file;
static int how;

static int open_wordnet(kd_dataset *d, kd_samples *out)
{
    kdi_lines l = kdi_lines_of(&file);
    kd_texts *t = kd_texts_new(d);
    kdi_synset s;
    for (bool more;;) {
        KD_TRY(kdi_wordnet_next(&l, &s, &more));
        if (!more)
            break;
        KD_ASSERT(s.lexfile >= 0 && s.lexfile < KDI_LEXNAMES && s.ndefinition <= s.ngloss);
        KD_ASSERT(!s.hypernym || (s.hypernym[0] >= '0' && s.hypernym[7] <= '9'));
        KD_TRY(kd_texts_add(t, file.path, s.line, s.definition, s.ndefinition, s.lexfile % 2));
    }
    kd_texts_end(t, file.path, out);
    return KD_OK;
}

static int open_lines(kd_dataset *d, kd_samples *out)
{
    kdi_lines l = kdi_lines_of(&file);
    kd_texts *t = kd_texts_new(d);
    const char *line;
    for (int64_t n; kdi_lines_next(&l, &line, &n);)
        KD_TRY(kd_texts_add(t, file.path, l.number, line, n, l.number % 2));
    kd_texts_end(t, file.path, out);
    return KD_OK;
}

static int open_format(kd_dataset *d, kd_samples *out)
{
    return how % 4 == 0   ? kdi_ag_news_part(d, &file, out)
           : how % 4 == 1 ? kdi_sst2_part(d, &file, out)
           : how % 4 == 2 ? open_wordnet(d, out)
                          : open_lines(d, out);
}

static int open_bytes(kd_dataset *d, const void *self)
{
    (void)self;
    d->classes = how % 4 == 0 ? 4 : 2;
    d->tokenizer = (kd_tokenizer){ .kind = how >> 2 & 1 ? KD_BPE : KD_WORDS,
                                   .vocabulary = how >> 3 & 1 ? 280 : 10000,
                                   .length = 1 + (how >> 4 & 15),
                                   .min_count = 1 };
    KD_TRY(open_format(d, &d->train));
    d->validation = d->test = d->train;
    return KD_OK;
}

static const kd_dataset_class in_memory = { .name = "bytes", .open = open_bytes };

static void take_batch(kdi_data *d)
{
    kd_engine *e = kdi_engine_new();
    const int64_t sample[] = { 0, d->part[KD_TRAIN].n - 1 };
    kdi_ask ask = { .split = KD_TRAIN,
                    .sample = sample,
                    .n = 2,
                    .augment = kdi_augment_named("word_dropout_strong") };
    kd_tensor *x = kdi_data_batch(e, d, &ask)->input[KD_TOKENS];
    for (int64_t i = 0; i < kd_numel(x); i++)
        KD_ASSERT(kd_i64s(x)[i] >= 0 && kd_i64s(x)[i] < d->set.vocabulary);
    KD_ASSERT(kd_i64s(x)[0] > 0);
    kdi_engine_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    setenv("KD_CACHE", "/nonexistent", 1);
    how = data[0];
    file = (kdi_bytes){ "bytes", data + 1, (int64_t)size - 1 };
    kd_error_clear();
    kdi_data *d;
    int code = kdi_data_open_class(&d, &in_memory, NULL, "");
    KD_ASSERT((code == KD_OK) == (d != NULL));
    KD_ASSERT(code == KD_OK || strlen(kd_error_message()) > 0);
    if (d)
        take_batch(d);
    kdi_data_close(d);
    return 0;
}
