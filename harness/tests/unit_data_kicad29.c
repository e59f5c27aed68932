/* The real KiCad-29, where it was made: counts, splits by family, options. */
#include "made_files.h"

static kdi_data *data;

static void open_real(kdi_arena *a, int64_t points, bool normals)
{
    kd_value *options = kd_map(a);
    kd_set_int(options, "points", points);
    kd_set_bool(options, "normals", normals);
    open_made(a, &data, "kicad29", options);
}

TEST("KiCad-29 has 1379 shapes to train and validate with and 480 of test, in 29 classes")
{
    kdi_arena *a = kdi_arena_new("test");
    open_real(a, 1024, true);
    CHECK_INT(data->part[KD_TRAIN].n, 1161);
    CHECK_INT(data->part[KD_VALIDATION].n, 218);
    CHECK_INT(data->part[KD_TEST].n, 480);
    CHECK_INT(data->set.classes, 29);
    CHECK_TEXT(data->set.class_name[0], "battery");
    CHECK_TEXT(data->set.class_name[28], "to_tht");
    CHECK_INT(data->set.up, 2);
    kdi_data_close(data);
    kdi_arena_free(a);
}

TEST("a network sees the first points, as many as are asked for, and normals can be left out")
{
    kdi_arena *a = kdi_arena_new("test");
    kd_engine *e = kdi_engine_new();
    open_real(a, 1024, true);
    kdi_data *all = data;
    open_real(a, 256, false);
    for (int64_t i = 0; i < data->set.test.n; i += 37) {
        kdi_ask ask = { .split = KD_TEST, .sample = &i, .n = 1 };
        const kd_real *x = kd_reals(kdi_data_batch(e, data, &ask)->input[KD_POINTS]);
        const kd_real *y = kd_reals(kdi_data_batch(e, all, &ask)->input[KD_POINTS]);
        for (int p = 0; p < 256; p++)
            for (int j = 0; j < 3; j++)
                CHECK(x[p * 3 + j] == y[p * 6 + j]);
    }
    kdi_data_close(all);
    kdi_data_close(data);
    kdi_engine_free(e);
    kdi_arena_free(a);
}

TEST("its content has the checksum that results are recorded with")
{
    kdi_arena *a = kdi_arena_new("test");
    open_real(a, 1024, true);
    CHECK_TEXT(data->sha256, "75634df17004477fcfec39418d55e60a43bcbd8acf9cf722e54a88e40b7e42b7");
    kdi_data_close(data);
    kdi_arena_free(a);
}

TEST_MAIN
