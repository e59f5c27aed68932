/* Any data set in IDX files, under whatever names: MNIST, KMNIST, EMNIST, one's own. */
#include <kd/dataset.h>

typedef struct {
    const char *train_images, *train_labels, *test_images, *test_labels;
    int classes;
} idx;

static const kd_option options[] = {
    KD_TEXT(idx, train_images, "train-images-idx3-ubyte", "training images, .gz or not"),
    KD_TEXT(idx, train_labels, "train-labels-idx1-ubyte", "their labels"),
    KD_TEXT(idx, test_images, "t10k-images-idx3-ubyte", "test images"),
    KD_TEXT(idx, test_labels, "t10k-labels-idx1-ubyte", "their labels"),
    KD_INT(idx, classes, 0, 0, 256, "number of classes; 0: the largest training label plus one"),
    { 0 },
};

static int64_t largest_label(const kd_samples *part)
{
    int64_t largest = 0;
    for (int64_t i = 0; i < part->n; i++)
        largest = part->label[i] > largest ? part->label[i] : largest;
    return largest;
}

static int open_files(kd_dataset *d, const void *self)
{
    const idx *o = self;
    d->classes = o->classes ? o->classes : 256;
    KD_TRY(kd_idx_read(d, o->train_images, o->train_labels, &d->train));
    if (!o->classes)
        d->classes = largest_label(&d->train) + 1;
    return kd_idx_read(d, o->test_images, o->test_labels, &d->test);
}

KD_DATASET(idx, .title = "IDX files",
           .notes = "u8 images n,h,w (or n,h,w,c) and u8 labels, as MNIST has them; plain or gzip.",
           .cite = { .key = "lecun1998gradient",
                     .authors = "Yann LeCun and Leon Bottou and Yoshua Bengio and Patrick Haffner",
                     .title = "Gradient-based learning applied to document recognition",
                     .venue = "Proceedings of the IEEE 86(11)",
                     .url = "https://doi.org/10.1109/5.726791",
                     .year = 1998 },
           .track = KD_CLASSIFY, .self_size = sizeof(idx), .options = options, .open = open_files);
