/* Images of random bytes, as many as a workload wants: a data set like any other, but in memory. */
#include "bench/bench.h"

struct random_images {
    int channels, side, classes, train;
};

static const kd_option options[] = {
    KD_INT(struct random_images, channels, 3, 1, 16, "of an image"),
    KD_INT(struct random_images, side, 32, 1, 4096, "height and width of an image"),
    KD_INT(struct random_images, classes, 100, 2, 65536, "as many images of each"),
    KD_INT(struct random_images, train, 4096, 1, 1 << 30, "images that train has at least"),
    { 0 },
};

static kd_samples draw(kd_dataset *d, int64_t n, uint64_t which)
{
    int64_t words = (n * d->height * d->width * d->channels + 3) / 4;
    uint32_t *pixel = kd_dataset_alloc(d, (size_t)words * sizeof *pixel);
    int64_t *label = kd_dataset_alloc(d, (size_t)n * sizeof *label);
    kd_rng r = kdi_rng(0, KDI_STREAM_TEST, which);
    for (int64_t i = 0; i < words; i++)
        pixel[i] = kdi_u32(&r);
    for (int64_t i = 0; i < n; i++)
        label[i] = i % d->classes;
    return (kd_samples){
        .n = n, .pixel = (const uint8_t *)pixel, .label = label, .source = "random images"
    };
}

int64_t kdi_bench_of_a_class(int64_t train, int64_t classes)
{
    int64_t kept = (train + classes - 1) / classes;
    int64_t all = kept + kept / (KDI_HOLD_OUT - 1) + 1;
    return all > KDI_HOLD_OUT ? all : KDI_HOLD_OUT;
}

static int open_images(kd_dataset *d, const void *self)
{
    const struct random_images *o = self;
    d->channels = o->channels;
    d->height = d->width = o->side;
    d->classes = o->classes;
    d->train = draw(d, o->classes * kdi_bench_of_a_class(o->train, o->classes), 0);
    d->test = draw(d, d->train.n / KDI_HOLD_OUT, 1);
    return KD_OK;
}

const kd_dataset_class kdi_random_images = {
    .abi = KD_ABI,
    .size = sizeof(kd_dataset_class),
    .name = "random_images",
    .title = "Random images",
    .track = KD_CLASSIFY,
    .self_size = sizeof(struct random_images),
    .options = options,
    .open = open_images,
};
