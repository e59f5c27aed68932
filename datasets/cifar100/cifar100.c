/* CIFAR-100 in its public binary format: a coarse and a fine label byte, then the picture. */
#include <kd/dataset.h>

typedef struct {
    int labels, train_records, test_records;
} cifar100;

enum { COARSE, FINE }; /* as in the record */
static const char *const labels[] = { "coarse", "fine", NULL };

static const kd_option options[] = {
    KD_CHOICE(cifar100, labels, FINE, labels, "100 fine classes or 20 coarse ones"),
    KD_INT(cifar100, train_records, 50000, 1, 1000000,
           "images in train.bin; the public one: 50000"),
    KD_INT(cifar100, test_records, 10000, 1, 1000000, "images in test.bin; the public one: 10000"),
    { 0 },
};

static int open_files(kd_dataset *d, const void *self)
{
    static const char *const train[] = { "train.bin", NULL }, *const test[] = { "test.bin", NULL };
    const cifar100 *o = self;
    kd_cifar_part part = {
        .file = train, .records = o->train_records, .label_bytes = 2, .label_at = o->labels
    };
    d->classes = o->labels == FINE ? 100 : 20;
    KD_TRY(kd_cifar_read(d, &part, &d->train));
    part.file = test;
    part.records = o->test_records;
    return kd_cifar_read(d, &part, &d->test);
}

KD_DATASET(cifar100, .title = "CIFAR-100",
           .notes = "32x32 colour; 100 classes (20 coarse ones); 50,000 train and 10,000 test.",
           .cite = { .key = "krizhevsky2009learning",
                     .authors = "Alex Krizhevsky",
                     .title = "Learning Multiple Layers of Features from Tiny Images",
                     .venue = "University of Toronto",
                     .url = "https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf",
                     .year = 2009 },
           .track = KD_CLASSIFY, .input = { 3, 32, 32, 100 }, .self_size = sizeof(cifar100),
           .options = options, .open = open_files);
