/* CIFAR-10 in its public binary format: one label byte, then the picture. */
#include <kd/dataset.h>

typedef struct {
    int records;
} cifar10;

static const kd_option options[] = {
    KD_INT(cifar10, records, 10000, 1, 100000, "images in each file; the public ones have 10000"),
    { 0 },
};

static int open_files(kd_dataset *d, const void *self)
{
    static const char *const train[] = { "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                         "data_batch_4.bin", "data_batch_5.bin", NULL };
    static const char *const test[] = { "test_batch.bin", NULL };
    const cifar10 *o = self;
    kd_cifar_part part = { .file = train, .records = o->records, .label_bytes = 1 };
    d->classes = 10;
    KD_TRY(kd_cifar_read(d, &part, &d->train));
    part.file = test;
    return kd_cifar_read(d, &part, &d->test);
}

KD_DATASET(cifar10, .title = "CIFAR-10",
           .notes = "32x32 colour; 10 classes; 50,000 train and 10,000 test.",
           .cite = { .key = "krizhevsky2009learning",
                     .authors = "Alex Krizhevsky",
                     .title = "Learning Multiple Layers of Features from Tiny Images",
                     .venue = "University of Toronto",
                     .url = "https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf",
                     .year = 2009 },
           .track = KD_CLASSIFY, .input = { 3, 32, 32, 10 }, .self_size = sizeof(cifar10),
           .options = options, .open = open_files);
