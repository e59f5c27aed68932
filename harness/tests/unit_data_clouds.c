/* ModelNet40 and ScanObjectNN in small: files as people pass them on, and what is refused. */
#include "data_files.h"
#include "store/store.h"

enum { N = 400, M = 40, POINTS = 5, SIZE = POINTS * 3 };

static kdi_arena *arena;
static kdi_data *data;
static float point[N * SIZE], normal[N * SIZE];
static uint8_t label[N];

static void sound_arrays(void)
{
    kd_error_clear();
    for (int i = 0; i < N * SIZE; i++) {
        point[i] = (float)((i * 37) % 101) / 101;
        normal[i] = (float)(i % 7) / 7;
    }
    for (int i = 0; i < N; i++)
        label[i] = (uint8_t)(i % 40);
}

static kd_value *clouds(int64_t n, int64_t points, float *from)
{
    return kd_array(arena, KD_F32, KD_SHAPE(n, points, 3), from);
}

static kd_value *tree_of(int64_t n)
{
    kd_value *tree = kd_map(arena);
    kd_set(tree, "data", clouds(n, POINTS, point));
    kd_set(tree, "normal", clouds(n, POINTS, normal));
    kd_set(tree, "label", kd_array(arena, KD_U8, KD_SHAPE(n, 1), label));
    return tree;
}

static void put(const char *file, const kd_value *tree)
{
    CHECK_INT(kdi_h5_write(in_folder(file), tree), KD_OK);
}

/* two files of train and one of test */
static void sound_files(void)
{
    folder_empty();
    sound_arrays();
    put("ply_data_train0.h5", tree_of(N));
    put("ply_data_train1.h5", tree_of(M));
    put("ply_data_test0.h5", tree_of(M));
}

static int open_set(const char *name, int64_t points, const char *option, kd_value *value)
{
    kd_value *spec = kd_map(arena), *o = kd_map(arena);
    kd_set_text(spec, "name", name);
    kd_set(spec, "options", o);
    kd_set_int(o, "points", points);
    if (option)
        kd_set(o, option, value);
    return kdi_data_open(&data, spec, folder);
}

/* a training file that is not as it should be */
static void refused(const char *file, const kd_value *tree, const char *a, const char *b)
{
    put(file, tree);
    CHECK_INT(open_set("modelnet40", POINTS, NULL, NULL), KD_E_DATA);
    CHECK_HAS(kd_error_message(), file);
    CHECK_HAS(kd_error_message(), a);
    CHECK_HAS(kd_error_message(), b);
    sound_files();
}

TEST("all files of a part are read one after the other, the first points of each cloud")
{
    sound_files();
    CHECK_INT(open_set("modelnet40", 3, NULL, NULL), KD_OK);
    CHECK_INT(data->set.train.n, N + M);
    CHECK_INT(data->set.test.n, M);
    CHECK_INT(data->set.points, 3);
    CHECK_INT(data->set.point_channels, 3);
    for (int i = 0; i < N + M; i++) {
        int from = i < N ? i : i - N;
        CHECK_INT(data->set.train.label[i], from % 40);
        for (int j = 0; j < 9; j++)
            CHECK(data->set.train.point[i * 9 + j] == point[from * SIZE + j]);
    }
    kdi_data_close(data);
}

TEST("normals come after each point's place")
{
    sound_files();
    CHECK_INT(open_set("modelnet40", 2, "normals", kd_bool(arena, true)), KD_OK);
    CHECK_INT(data->set.point_channels, 6);
    const float *x = data->set.test.point + 6 * (2 * 7 + 1); /* cloud 7, point 1 */
    for (int j = 0; j < 3; j++) {
        CHECK(x[j] == point[7 * SIZE + 3 + j]);
        CHECK(x[3 + j] == normal[7 * SIZE + 3 + j]);
    }
    kdi_data_close(data);
}

TEST("wrong axes, types, counts and labels are refused by file and array")
{
    sound_files();
    kd_value *tree = tree_of(M);
    kd_set(tree, "data", kd_array(arena, KD_F32, KD_SHAPE(M, SIZE), point));
    refused("ply_data_train1.h5", tree, "data: has 2 axes", "n,points,3");
    tree = tree_of(M);
    kd_set(tree, "data", kd_array(arena, KD_F32, KD_SHAPE(M, 3, POINTS), point));
    refused("ply_data_train1.h5", tree, "the last not of 3", "n,points,3");
    tree = tree_of(M);
    kd_set(tree, "data", kd_array(arena, KD_I32, KD_SHAPE(M, POINTS, 3), NULL));
    refused("ply_data_train0.h5", tree, "data: holds integers", "float32");
    tree = tree_of(M);
    kd_set(tree, "data", clouds(M, 3, point));
    refused("ply_data_test0.h5", tree, "clouds of 3 points, points = 5", "option points");
    tree = tree_of(M);
    kd_set(tree, "label", kd_array(arena, KD_U8, KD_SHAPE(M - 1), label));
    refused("ply_data_test0.h5", tree, "39 labels", "should be 40");
    tree = tree_of(M);
    kd_set(tree, "label", kd_array(arena, KD_F32, KD_SHAPE(M), NULL));
    refused("ply_data_test0.h5", tree, "label: holds reals", "integers");
    tree = tree_of(M);
    kd_set(tree, "label", kd_nil(arena));
    refused("ply_data_test0.h5", tree, "label", "no such array");
    label[3] = 40;
    refused("ply_data_test0.h5", tree_of(M), "label 40 of cloud 3", "0..39");
}

TEST("a cloud that is not finite is refused")
{
    sound_files();
    point[2 * SIZE + 1] = NAN;
    put("ply_data_test0.h5", tree_of(M));
    CHECK_INT(open_set("modelnet40", POINTS, NULL, NULL), KD_E_DATA);
    CHECK_HAS(kd_error_message(), "test sample 2 has a value that is not finite");
    kd_error_clear();
}

TEST("without its first file the set names it")
{
    sound_files();
    unlink(in_folder("ply_data_train0.h5"));
    CHECK_INT(open_set("modelnet40", POINTS, NULL, NULL), KD_E_FILE);
    CHECK_HAS(kd_error_message(), "ply_data_train0.h5");
    kd_error_clear();
}

TEST("a variant of ScanObjectNN is its own pair of files, each cloud centred")
{
    folder_empty();
    sound_arrays();
    for (int i = 0; i < N; i++)
        label[i] = (uint8_t)(i % 15);
    mkdir(in_folder("main_split"), 0700);
    put("main_split/training_objectdataset_augmented25rot.h5", tree_of(N));
    put("main_split/test_objectdataset_augmented25rot.h5", tree_of(M));
    CHECK(open_set("scanobjectnn", POINTS, NULL, NULL) != KD_OK); /* pb_t50_rs */
    CHECK_HAS(kd_error_message(), "main_split/training_objectdataset_augmentedrot_scale75.h5");
    kd_error_clear();
    CHECK_INT(open_set("scanobjectnn", POINTS, "variant", kd_string(arena, "pb_t25_r")), KD_OK);
    CHECK_INT(data->set.classes, 15);
    CHECK_INT(data->set.train.n, N);
    for (int i = 0; i < M; i++) {
        const float *x = data->set.test.point + i * SIZE;
        double mean[3] = { 0 }, farthest = 0;
        for (int j = 0; j < SIZE; j += 3) {
            for (int k = 0; k < 3; k++)
                mean[k] += x[j + k];
            farthest = fmax(farthest, hypot(hypot(x[j], x[j + 1]), x[j + 2]));
        }
        for (int k = 0; k < 3; k++)
            CHECK_NEAR(mean[k], 0, 1e-5);
        CHECK_NEAR(farthest, 1, 1e-6);
    }
    kdi_data_close(data);
    unlink(in_folder("main_split/training_objectdataset_augmented25rot.h5"));
    unlink(in_folder("main_split/test_objectdataset_augmented25rot.h5"));
    rmdir(in_folder("main_split"));
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
