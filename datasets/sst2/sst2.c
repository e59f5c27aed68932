/* SST-2: phrases and sentences of film reviews, negative or positive, as GLUE gives them. */
#include <kd/dataset.h>
#include "data/text.h"

enum { FILE_LIMIT = 1 << 28 };

typedef struct {
    kd_tokenizer tokenizer;
} sst2;

static const kd_option options[] = { KD_TOKENIZER_OPTIONS(sst2, tokenizer, 48), { 0 } };

static int open_part(kd_dataset *d, const char *name, kd_samples *out)
{
    kdi_bytes file;
    KD_TRY(kd_dataset_read(d, name, FILE_LIMIT, &file.data, &file.size, &file.path));
    return kdi_sst2_part(d, &file, out);
}

static int open_files(kd_dataset *d, const void *self)
{
    static const char *const name[] = { "negative", "positive" };
    const sst2 *o = self;
    d->classes = 2;
    d->class_name = name;
    d->tokenizer = o->tokenizer;
    KD_TRY(open_part(d, "train.tsv", &d->train));
    return open_part(d, "dev.tsv", &d->test);
}

KD_DATASET(
    sst2, .title = "SST-2",
    .notes = "Film reviews, negative or positive; 67,349 phrases train (every tenth of a "
             "class of them validation) and the 872 sentences of GLUE's dev.tsv test, "
             "because the labels of its test.tsv are not public.",
    .cite = { .key = "socher2013recursive",
              .authors = "Richard Socher and Alex Perelygin and Jean Wu and Jason Chuang and "
                         "Christopher D. Manning and Andrew Y. Ng and Christopher Potts",
              .title = "Recursive Deep Models for Semantic Compositionality Over a Sentiment "
                       "Treebank",
              .venue = "EMNLP",
              .url = "https://aclanthology.org/D13-1170/",
              .year = 2013 },
    .track = KD_CLASSIFY, .kinds = 1u << KD_TOKENS, .self_size = sizeof(sst2), .options = options,
    .open = open_files);
