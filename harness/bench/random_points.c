/* Clouds of random points with normals: a data set like any other, but in memory. */
#include "bench/bench.h"

enum { CHANNELS = 6 };

struct random_points {
    int points, classes, train;
};

static const kd_option options[] = {
    KD_INT(struct random_points, points, 256, 1, 65536, "of a cloud"),
    KD_INT(struct random_points, classes, 29, 2, 65536, "as many clouds of each"),
    KD_INT(struct random_points, train, 512, 1, 1 << 24, "clouds that train has at least"),
    { 0 },
};

static kd_samples draw(kd_dataset *d, int64_t n, uint64_t which)
{
    int64_t numbers = n * d->points * CHANNELS;
    float *point = kd_dataset_alloc(d, (size_t)numbers * sizeof *point);
    int64_t *label = kd_dataset_alloc(d, (size_t)n * sizeof *label);
    kd_rng r = kdi_rng(2, KDI_STREAM_TEST, which);
    for (int64_t i = 0; i < numbers; i++)
        point[i] = (float)(2 * kdi_uniform01(&r) - 1);
    for (int64_t i = 0; i < n; i++)
        label[i] = i % d->classes;
    return (kd_samples){ .n = n, .point = point, .label = label, .source = "random points" };
}

static int open_points(kd_dataset *d, const void *self)
{
    const struct random_points *o = self;
    d->points = o->points;
    d->point_channels = CHANNELS;
    d->classes = o->classes;
    d->train = draw(d, o->classes * kdi_bench_of_a_class(o->train, o->classes), 0);
    d->test = draw(d, d->train.n / KDI_HOLD_OUT, 1);
    return KD_OK;
}

const kd_dataset_class kdi_random_points = {
    .abi = KD_ABI,
    .size = sizeof(kd_dataset_class),
    .name = "random_points",
    .title = "Random points",
    .track = KD_CLASSIFY,
    .kinds = 1 << KD_POINTS,
    .self_size = sizeof(struct random_points),
    .options = options,
    .open = open_points,
};
