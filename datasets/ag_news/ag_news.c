/* AG News: titles and descriptions of news in four classes, in two CSV files. */
#include <kd/dataset.h>
#include "data/text.h"

enum { FILE_LIMIT = 1 << 28 };

typedef struct {
    kd_tokenizer tokenizer;
} ag_news;

static const kd_option options[] = { KD_TOKENIZER_OPTIONS(ag_news, tokenizer, 64), { 0 } };

static int open_part(kd_dataset *d, const char *name, kd_samples *out)
{
    kdi_bytes file;
    KD_TRY(kd_dataset_read(d, name, FILE_LIMIT, &file.data, &file.size, &file.path));
    return kdi_ag_news_part(d, &file, out);
}

static int open_files(kd_dataset *d, const void *self)
{
    static const char *const name[] = { "World", "Sports", "Business", "Sci/Tech" };
    const ag_news *o = self;
    d->classes = 4;
    d->class_name = name;
    d->tokenizer = o->tokenizer;
    KD_TRY(open_part(d, "train.csv", &d->train));
    return open_part(d, "test.csv", &d->test);
}

KD_DATASET(ag_news, .title = "AG News",
           .notes = "News in 4 classes, title and description; 120,000 train (every tenth of a "
                    "class of them validation) and 7,600 test. train.csv and test.csv: class "
                    "1..4, title, description.",
           .cite = { .key = "zhang2015character",
                     .authors = "Xiang Zhang and Junbo Zhao and Yann LeCun",
                     .title = "Character-level Convolutional Networks for Text Classification",
                     .venue = "NeurIPS",
                     .url = "https://arxiv.org/abs/1509.01626",
                     .year = 2015 },
           .track = KD_CLASSIFY, .kinds = 1u << KD_TOKENS, .self_size = sizeof(ag_news),
           .options = options, .open = open_files);
