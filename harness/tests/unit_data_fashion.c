/* The real Fashion-MNIST, where it is: known counts, labels, mean and deviation. */
#include "test.h"
#include "data/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *find_folder(void)
{
    static char path[3][512];
    const char *user = getenv("KD_DATA"), *cache = getenv("KD_CACHE"), *home = getenv("HOME");
    const char *xdg = getenv("XDG_CACHE_HOME");
    struct stat info;
    snprintf(path[0], sizeof path[0], "%s/fashion_mnist", user ? user : "");
    snprintf(path[1], sizeof path[1], "/usr/share/datasets/fashion-mnist");
    snprintf(path[2], sizeof path[2], "%s%s/fashion_mnist",
             cache ? cache
             : xdg ? xdg
                   : home,
             cache ? ""
             : xdg ? "/kdbench"
                   : "/.cache/kdbench");
    for (int i = 0; i < 3; i++) {
        char file[1024];
        snprintf(file, sizeof file, "%.512s/train-images-idx3-ubyte.gz", path[i]);
        if (stat(file, &info) == 0)
            return path[i];
    }
    return NULL;
}

static kdi_data *open_real(kdi_arena *a, int64_t train)
{
    kdi_data *d;
    const char *folder = find_folder();
    if (!folder)
        skip();
    kd_value *spec = kd_map(a);
    kd_set_text(spec, "name", "fashion_mnist");
    kd_set_int(spec, "train", train);
    if (kdi_data_open(&d, spec, folder) != KD_OK)
        fail_msg("%s", kd_error_message());
    return d;
}

TEST("Fashion-MNIST has 60000 and 10000 images of 28x28, equally of ten classes")
{
    kdi_arena *a = kdi_arena_new("test");
    kdi_data *d = open_real(a, 0);
    int64_t train[10] = { 0 }, test[10] = { 0 };
    CHECK_INT(d->set.train.n, 60000);
    CHECK_INT(d->set.test.n, 10000);
    CHECK_INT(d->set.height, 28);
    CHECK_INT(d->set.width, 28);
    CHECK_INT(d->set.channels, 1);
    for (int i = 0; i < 60000; i++)
        train[d->set.train.label[i]]++;
    for (int i = 0; i < 10000; i++)
        test[d->set.test.label[i]]++;
    for (int c = 0; c < 10; c++) {
        CHECK_INT(train[c], 6000);
        CHECK_INT(test[c], 1000);
    }
    kdi_data_close(d);
    kdi_arena_free(a);
}

TEST("its training pixels have mean 0.2860 and deviation 0.3530, as published")
{
    kdi_arena *a = kdi_arena_new("test");
    kdi_data *d = open_real(a, 0);
    double sum = 0, square = 0, n = 60000 * 784;
    for (int64_t i = 0; i < 60000 * 784; i++) {
        double x = d->set.train.pixel[i] / 255.0;
        sum += x;
        square += x * x;
    }
    double mean = sum / n;
    CHECK_NEAR(mean, 0.2860, 5e-5);
    CHECK_NEAR(sqrt(square / n - mean * mean), 0.3530, 5e-5);
    CHECK_NEAR(d->set.mean[0], mean, 5e-4); /* of nine tenths of them */
    CHECK_NEAR(d->set.sd[0], 0.3530, 5e-4);
    kdi_data_close(d);
    kdi_arena_free(a);
}

TEST("validation takes 600 of each class, a subset equally many of each")
{
    kdi_arena *a = kdi_arena_new("test");
    kdi_data *d = open_real(a, 10000);
    int64_t held[10] = { 0 }, train[10] = { 0 };
    CHECK_INT(d->part[KD_VALIDATION].n, 6000);
    CHECK_INT(d->part[KD_TRAIN].n, 10000);
    for (int64_t i = 0; i < 6000; i++)
        held[d->part[KD_VALIDATION].label[i]]++;
    for (int64_t i = 0; i < 10000; i++)
        train[d->part[KD_TRAIN].label[i]]++;
    for (int c = 0; c < 10; c++) {
        CHECK_INT(held[c], 600);
        CHECK_INT(train[c], 1000);
    }
    kdi_data_close(d);
    kdi_arena_free(a);
}

TEST("its content has the checksum that results are recorded with")
{
    kdi_arena *a = kdi_arena_new("test");
    kdi_data *d = open_real(a, 0);
    CHECK_TEXT(d->sha256, "5183e8542acc205873af1adbd57daa0c5fb7632fd6114a1ab50bfdc2aff71e82");
    kdi_data_close(d);
    kdi_arena_free(a);
}

TEST_MAIN
