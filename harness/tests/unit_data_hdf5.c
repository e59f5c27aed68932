/* The plugin hdf5: what people's files look like, and what is refused. Files are made through the
 * store. */
#include "data_files.h"
#include "store/store.h"

enum { N = 60, M = 20, H = 3, W = 2, C = 3, SIZE = H * W * C };

static kdi_arena *arena;
static kdi_data *data;
static uint8_t pixel[N * SIZE];
static int64_t label[N];

static void sound_arrays(void)
{
    kd_error_clear();
    folder_empty();
    for (int i = 0; i < N * SIZE; i++)
        pixel[i] = (uint8_t)(i * 29);
    for (int i = 0; i < N; i++)
        label[i] = i % 3;
}

static kd_value *bytes(int64_t n, void *from)
{
    return kd_array(arena, KD_U8, KD_SHAPE(n, H, W, C), from);
}

static kd_value *integers(int64_t n, void *from)
{
    return kd_array(arena, KD_I64, KD_SHAPE(n), from);
}

/* x_train, y_train, x_test, y_test */
static kd_value *sound_tree(void)
{
    sound_arrays();
    kd_value *tree = kd_map(arena);
    kd_set(tree, "x_train", bytes(N, pixel));
    kd_set(tree, "y_train", integers(N, label));
    kd_set(tree, "x_test", bytes(M, pixel));
    kd_set(tree, "y_test", integers(M, label));
    return tree;
}

static int open_with(const kd_value *tree, const char *option, kd_value *value)
{
    kd_value *spec = kd_map(arena), *o = kd_map(arena);
    kd_set_text(spec, "name", "hdf5");
    kd_set(spec, "options", o);
    if (option)
        kd_set(o, option, value);
    CHECK_INT(kdi_h5_write(in_folder("data.h5"), tree), KD_OK);
    return kdi_data_open(&data, spec, folder);
}

static void refused(const kd_value *tree, const char *a, const char *b)
{
    CHECK_INT(open_with(tree, NULL, NULL), KD_E_DATA);
    CHECK(data == NULL);
    CHECK_HAS(kd_error_message(), a);
    CHECK_HAS(kd_error_message(), b);
    kd_error_clear();
}

TEST("x_train, y_train, x_test, y_test are read as they are")
{
    CHECK_INT(open_with(sound_tree(), NULL, NULL), KD_OK);
    CHECK_INT(data->set.train.n, N);
    CHECK_INT(data->set.test.n, M);
    CHECK_INT(data->set.height, H);
    CHECK_INT(data->set.width, W);
    CHECK_INT(data->set.channels, C);
    CHECK_INT(data->set.classes, 3);
    CHECK(memcmp(data->set.train.pixel, pixel, sizeof pixel) == 0);
    for (int i = 0; i < N; i++)
        CHECK_INT(data->set.train.label[i], label[i]);
    kdi_data_close(data);
}

TEST("groups train and test with x and y are the same data")
{
    char flat[KDI_SHA256_HEX];
    CHECK_INT(open_with(sound_tree(), NULL, NULL), KD_OK);
    memcpy(flat, data->sha256, sizeof flat);
    kdi_data_close(data);
    kd_value *tree = kd_map(arena), *train = kd_map(arena), *test = kd_map(arena);
    kd_set(tree, "train", train);
    kd_set(tree, "test", test);
    kd_set(train, "x", bytes(N, pixel));
    kd_set(train, "y", integers(N, label));
    kd_set(test, "x", bytes(M, pixel));
    kd_set(test, "y", integers(M, label));
    CHECK_INT(open_with(tree, NULL, NULL), KD_OK);
    CHECK_TEXT(data->sha256, flat);
    kdi_data_close(data);
}

TEST("nchw becomes nhwc")
{
    char last[KDI_SHA256_HEX];
    static uint8_t planes[N * SIZE];
    CHECK_INT(open_with(sound_tree(), NULL, NULL), KD_OK);
    memcpy(last, data->sha256, sizeof last);
    kdi_data_close(data);
    for (int i = 0; i < N; i++)
        for (int at = 0; at < H * W; at++)
            for (int c = 0; c < C; c++)
                planes[i * SIZE + c * H * W + at] = pixel[i * SIZE + at * C + c];
    kd_value *tree = sound_tree();
    kd_set(tree, "x_train", kd_array(arena, KD_U8, KD_SHAPE(N, C, H, W), planes));
    kd_set(tree, "x_test", kd_array(arena, KD_U8, KD_SHAPE(M, C, H, W), planes));
    CHECK_INT(open_with(tree, "layout", kd_string(arena, "nchw")), KD_OK);
    CHECK_TEXT(data->sha256, last);
    kdi_data_close(data);
}

TEST("float images are normalised by their own mean and deviation")
{
    static float real[N * SIZE];
    kd_value *tree = sound_tree();
    for (int i = 0; i < N * SIZE; i++)
        real[i] = (float)pixel[i] * 0.5f - 3;
    kd_set(tree, "x_train", kd_array(arena, KD_F32, KD_SHAPE(N, H, W, C), real));
    kd_set(tree, "x_test", kd_array(arena, KD_F32, KD_SHAPE(M, H, W, C), real));
    CHECK_INT(open_with(tree, NULL, NULL), KD_OK);
    const kdi_part *train = &data->part[KD_TRAIN];
    double sum = 0, square = 0;
    kd_engine *e = kdi_engine_new();
    for (int64_t i = 0; i < train->n; i++) {
        kdi_ask ask = { .split = KD_TRAIN, .sample = &i, .n = 1 };
        const kd_real *x = kd_reals(kdi_data_batch(e, data, &ask)->input[KD_IMAGE]);
        for (int j = 1; j < SIZE; j += C) {
            CHECK_NEAR(x[j] * data->set.sd[1] + data->set.mean[1], real[train->place[i] * SIZE + j],
                       1e-4);
            sum += x[j];
            square += (double)x[j] * x[j];
        }
    }
    CHECK_NEAR(sum / (double)(train->n * H * W), 0, 1e-5);
    CHECK_NEAR(square / (double)(train->n * H * W), 1, 1e-5);
    kdi_engine_free(e);
    kdi_data_close(data);
}

TEST("x of three axes is one channel, y may be a column of small integers")
{
    static int32_t column[N];
    kd_value *tree = sound_tree();
    for (int i = 0; i < N; i++)
        column[i] = (int32_t)label[i];
    kd_set(tree, "x_train", kd_array(arena, KD_U8, KD_SHAPE(N, H, W), pixel));
    kd_set(tree, "x_test", kd_array(arena, KD_U8, KD_SHAPE(M, H, W), pixel));
    kd_set(tree, "y_train", kd_array(arena, KD_I32, KD_SHAPE(N, 1), column));
    CHECK_INT(open_with(tree, NULL, NULL), KD_OK);
    CHECK_INT(data->set.channels, 1);
    CHECK_INT(data->set.train.label[5], 2);
    kdi_data_close(data);
}

TEST("x and y alone are cut by a fixed rule: every fifth of a class is test")
{
    int64_t test[3] = { 0 };
    kd_value *tree = kd_map(arena);
    sound_arrays();
    kd_set(tree, "x", bytes(N, pixel));
    kd_set(tree, "y", integers(N, label));
    CHECK_INT(open_with(tree, NULL, NULL), KD_OK);
    CHECK_INT(data->set.train.n, 48);
    CHECK_INT(data->set.test.n, 12);
    for (int i = 0; i < 12; i++)
        test[data->set.test.label[i]]++;
    for (int c = 0; c < 3; c++)
        CHECK_INT(test[c], 4);
    int64_t found = 0; /* each test image is one of the file's, with its label */
    for (int i = 0; i < N; i++)
        for (int j = 0; j < 12; j++)
            found += memcmp(pixel + i * SIZE, data->set.test.pixel + j * SIZE, SIZE) == 0 &&
                     label[i] == data->set.test.label[j];
    CHECK(found >= 12);
    kdi_data_close(data);
    CHECK_INT(open_with(tree, "test_every", kd_int(arena, 2)), KD_OK);
    CHECK_INT(data->set.test.n, 30);
    kdi_data_close(data);
}

TEST("a file without the arrays says what is looked for")
{
    kd_value *tree = kd_map(arena);
    sound_arrays();
    kd_set(tree, "images", bytes(N, pixel));
    refused(tree, "data.h5", "x_train, train/x and x");
}

TEST("a missing partner is named")
{
    kd_value *tree = sound_tree();
    kd_set(tree, "y_test", kd_nil(arena));
    refused(tree, "data.h5:y_test", "no such array");
}

TEST("counts that differ, wrong types and wrong shapes are refused by name")
{
    kd_value *tree = sound_tree();
    kd_set(tree, "y_train", integers(N - 1, label));
    refused(tree, "data.h5:y_train: 59 labels", "should be 60");
    tree = sound_tree();
    kd_set(tree, "x_train", integers(N, label));
    refused(tree, "data.h5:x_train: has 1 axes", "h,w,c");
    tree = sound_tree();
    kd_set(tree, "x_train", kd_array(arena, KD_I64, KD_SHAPE(N, 1, 1), label));
    refused(tree, "data.h5:x_train: holds integers", "uint8 or float32");
    tree = sound_tree();
    kd_set(tree, "y_train", kd_array(arena, KD_F32, KD_SHAPE(N), NULL));
    refused(tree, "data.h5:y_train: holds reals", "integers");
    tree = sound_tree();
    kd_set(tree, "x_test", kd_array(arena, KD_U8, KD_SHAPE(M, W, H, C), pixel));
    refused(tree, "data.h5:x_test: images of 2x3x3", "3x2x3");
}

TEST("labels below 0, out of range, or absurd are refused")
{
    kd_value *tree = sound_tree();
    label[4] = -1;
    refused(tree, "data.h5:y_train: label -1 of training sample 4", "0..2");
    tree = sound_tree();
    label[4] = (int64_t)1 << 40;
    refused(tree, "data.h5:y_train: its largest label is 1099511627776", "1000000");
    tree = sound_tree();
    label[4] = INT64_MAX;
    refused(tree, "data.h5:y_train", "1000000");
    static int64_t test_label[M];
    tree = sound_tree();
    test_label[3] = 3;
    kd_set(tree, "y_test", integers(M, test_label));
    refused(tree, "data.h5:y_test: label 3 of test sample 3", "0..2");
}

TEST("images that are not finite are refused")
{
    static float real[N * SIZE];
    kd_value *tree = sound_tree();
    real[7 * SIZE + 2] = INFINITY;
    kd_set(tree, "x_train", kd_array(arena, KD_F32, KD_SHAPE(N, H, W, C), real));
    refused(tree, "training sample 7", "not finite");
}

TEST("train and test of unlike types are refused")
{
    kd_value *tree = sound_tree();
    kd_set(tree, "x_test", kd_array(arena, KD_F32, KD_SHAPE(M, H, W, C), NULL));
    refused(tree, "hdf5", "differ in type");
}

TEST("a file that is none, or is cut short, is named")
{
    unsigned char head[300];
    kd_value *spec = kd_map(arena);
    kd_set_text(spec, "name", "hdf5");
    CHECK_INT(open_with(sound_tree(), NULL, NULL), KD_OK);
    kdi_data_close(data);
    size_t n = get_file("data.h5", head, sizeof head);
    put_file("data.h5", head, n);
    CHECK(kdi_data_open(&data, spec, folder) != KD_OK);
    CHECK_HAS(kd_error_message(), "data.h5");
    kd_error_clear();
    unlink(in_folder("data.h5"));
    CHECK_INT(kdi_data_open(&data, spec, folder), KD_E_FILE);
    CHECK_HAS(kd_error_message(), "data.h5");
    kd_error_clear();
}

int main(void)
{
    arena = kdi_arena_new("test");
    folder_make();
    int failed = _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);
    folder_remove();
    kdi_arena_free(arena);
    return failed;
}
