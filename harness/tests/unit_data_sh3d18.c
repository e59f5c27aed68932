/* The real SH3D-18, where it was made: counts, folds, groups, and its three kinds of data. */
#include "made_files.h"

enum { PIECES = 575, POINT = 6, CLOUD = 1024 * POINT };

static kdi_data *data;

static void open_real(kdi_arena *a, int64_t fold)
{
    kd_value *options = kd_map(a);
    kd_set_int(options, "fold", fold);
    open_made(a, &data, "sh3d18", options);
}

TEST("SH3D-18 has 575 pieces in 18 classes, each in the test part of one fold")
{
    static const int64_t wanted[] = { 147, 144, 142, 142 };
    kdi_arena *a = kdi_arena_new("test");
    for (int fold = 0; fold < 4; fold++) {
        open_real(a, fold);
        CHECK_INT(data->set.classes, 18);
        CHECK_INT(data->part[KD_TEST].n, wanted[fold]);
        CHECK_INT(data->part[KD_TRAIN].n + data->part[KD_VALIDATION].n, PIECES - wanted[fold]);
        CHECK(data->part[KD_VALIDATION].n > 40 && data->part[KD_VALIDATION].n < 90);
        CHECK_INT(data->set.up, 1);
        kdi_data_close(data);
    }
    kdi_arena_free(a);
}

TEST("a piece is a cloud, a picture and a name at once")
{
    kdi_arena *a = kdi_arena_new("test");
    open_real(a, 0);
    const kd_samples *train = &data->set.train;
    CHECK(kdi_data_has(data, KD_IMAGE) && kdi_data_has(data, KD_POINTS));
    CHECK(kdi_data_has(data, KD_TOKENS));
    CHECK_INT(data->set.height, 32);
    CHECK_INT(data->set.width, 32);
    CHECK_INT(data->set.channels, 3);
    /* the first of the manifest that is not of fold 0: "Armchair", whose icon is on white */
    CHECK(train->at[1] - train->at[0] == 8 && memcmp(train->text, "Armchair", 8) == 0);
    CHECK_INT(train->pixel[0], 255);
    kdi_data_close(data);
    kdi_arena_free(a);
}

TEST("clouds are centred, one point is at 1, normals have length 1")
{
    kdi_arena *a = kdi_arena_new("test");
    open_real(a, 1);
    for (int64_t i = 0; i < data->set.train.n; i++) {
        const float *x = data->set.train.point + i * CLOUD;
        double mean[3] = { 0 }, farthest = 0;
        for (int p = 0; p < CLOUD; p += POINT) {
            for (int j = 0; j < 3; j++)
                mean[j] += x[p + j] / 1024;
            farthest = fmax(farthest, x[p] * x[p] + x[p + 1] * x[p + 1] + x[p + 2] * x[p + 2]);
            CHECK_NEAR(hypot(hypot(x[p + 3], x[p + 4]), x[p + 5]), 1, 1e-6);
        }
        CHECK_NEAR(farthest, 1, 1e-6);
        for (int j = 0; j < 3; j++)
            CHECK_NEAR(mean[j], 0, 1e-6);
    }
    kdi_data_close(data);
    kdi_arena_free(a);
}

TEST_MAIN
