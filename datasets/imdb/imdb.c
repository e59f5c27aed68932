/* IMDB: film reviews, negative or positive, one file each in train|test/neg|pos. */
#include <string.h>
#include <kd/dataset.h>
#include "data/text.h"

typedef struct {
    kd_tokenizer tokenizer;
} imdb;

static const kd_option options[] = { KD_TOKENIZER_OPTIONS(imdb, tokenizer, 256), { 0 } };
static const char *const class_name[] = { "neg", "pos" };

/* the web page's line breaks are no words */
static void blank_breaks(const char *text, int64_t n, char *to)
{
    static const char mark[] = "<br />";
    const int64_t size = sizeof mark - 1;
    memcpy(to, text, (size_t)n);
    for (int64_t i = 0; i + size <= n; i++)
        if (memcmp(to + i, mark, (size_t)size) == 0)
            memset(to + i, ' ', (size_t)size);
}

static int open_class(kd_dataset *d, kd_texts *t, const char *part, int64_t label)
{
    const char *sub = kdi_format(d->arena, "%s/%s", part, class_name[label]);
    const char *const *name;
    int64_t n;
    char *room = kd_dataset_alloc(d, KD_TEXT_MOST);
    KD_TRY(kdi_folder_files(d, sub, ".txt", &name, &n));
    for (int64_t i = 0; i < n; i++) {
        kdi_bytes file;
        const char *path = kdi_format(d->arena, "%s/%s", sub, name[i]);
        KD_TRY(kd_dataset_read(d, path, KD_TEXT_MOST, &file.data, &file.size, &file.path));
        blank_breaks((const char *)file.data, file.size, room);
        KD_TRY(kd_texts_add(t, file.path, 0, room, file.size, label));
    }
    return KD_OK;
}

static int open_part(kd_dataset *d, const char *part, kd_samples *out)
{
    kd_texts *t = kd_texts_new(d);
    for (int64_t label = 0; label < 2; label++)
        KD_TRY(open_class(d, t, part, label));
    kd_texts_end(t, kdi_format(d->arena, "%s/%s", d->folder, part), out);
    return KD_OK;
}

static int open_files(kd_dataset *d, const void *self)
{
    static const char *const name[] = { "negative", "positive" };
    const imdb *o = self;
    d->classes = 2;
    d->class_name = name;
    d->tokenizer = o->tokenizer;
    KD_TRY(open_part(d, "train", &d->train));
    return open_part(d, "test", &d->test);
}

KD_DATASET(
    imdb, .title = "IMDB reviews",
    .notes = "Film reviews, negative or positive; 25,000 train (every tenth of a class of "
             "them validation) and 25,000 test. train/pos/*.txt, train/neg/*.txt, and the "
             "same in test.",
    .cite = { .key = "maas2011learning",
              .authors = "Andrew L. Maas and Raymond E. Daly and Peter T. Pham and Dan Huang "
                         "and Andrew Y. Ng and Christopher Potts",
              .title = "Learning Word Vectors for Sentiment Analysis",
              .venue = "ACL",
              .url = "https://aclanthology.org/P11-1015/",
              .year = 2011 },
    .track = KD_CLASSIFY, .kinds = 1u << KD_TOKENS, .self_size = sizeof(imdb), .options = options,
    .open = open_files);
