/* Fashion-MNIST: 70,000 grey 28x28 pictures of ten kinds of clothing, in IDX files. */
#include <kd/dataset.h>

static int open_files(kd_dataset *d, const void *self)
{
    (void)self;
    d->classes = 10;
    KD_TRY(kd_idx_read(d, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", &d->train));
    KD_TRY(kd_idx_read(d, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", &d->test));
    return KD_OK;
}

KD_DATASET(fashion_mnist, .title = "Fashion-MNIST",
           .notes = "28x28 grey; 10 classes; 60,000 train (6,000 a class, every tenth of them "
                    "validation) and 10,000 test.",
           .cite = { .key = "xiao2017fashion",
                     .authors = "Han Xiao and Kashif Rasul and Roland Vollgraf",
                     .title = "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine "
                              "Learning Algorithms",
                     .venue = "arXiv",
                     .url = "https://arxiv.org/abs/1708.07747",
                     .year = 2017 },
           .track = KD_CLASSIFY, .input = { 1, 28, 28, 10 }, .open = open_files);
