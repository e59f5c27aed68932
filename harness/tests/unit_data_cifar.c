/* CIFAR's binary files through the plugins cifar10 and cifar100. */
#include "data_files.h"

enum { EACH = 20, PLANE = 1024, PIXELS = 3 * PLANE };

static unsigned char records[EACH * 5 * (PIXELS + 2)];
static kdi_arena *arena;
static kdi_data *data;

/* a pixel that tells where it is from */
static unsigned char value(int image, int plane, int at)
{
    return (unsigned char)(image * 11 + plane * 80 + at * 3);
}

static void put_records(const char *file, int first, int n, int label_bytes)
{
    unsigned char *to = records;
    for (int i = first; i < first + n; i++) {
        if (label_bytes == 2)
            *to++ = (unsigned char)(i % 100 / 5);
        *to++ = (unsigned char)(label_bytes == 2 ? i % 100 : i % 10);
        for (int plane = 0; plane < 3; plane++)
            for (int at = 0; at < PLANE; at++)
                *to++ = value(i, plane, at);
    }
    put_file(file, records, (size_t)(to - records));
}

static void sound_cifar10(void)
{
    char name[32];
    kd_error_clear();
    folder_empty();
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "data_batch_%d.bin", i + 1);
        put_records(name, i * EACH, EACH, 1);
    }
    put_records("test_batch.bin", 500, EACH, 1);
}

static void sound_cifar100(void)
{
    kd_error_clear();
    folder_empty();
    FILE *out = fopen(in_folder("train.bin"), "wb");
    for (int i = 0; i < 10; i++) { /* ten of each class */
        put_records("part", i * 100, 100, 2);
        fwrite(records, 1, (size_t)100 * (PIXELS + 2), out);
    }
    fclose(out);
    put_records("test.bin", 3, 100, 2);
}

static int open_cifar(const char *name, const char *labels)
{
    kd_value *spec = kd_map(arena), *options = kd_map(arena);
    kd_set_text(spec, "name", name);
    kd_set(spec, "options", options);
    if (strcmp(name, "cifar10") == 0)
        kd_set_int(options, "records", EACH);
    else {
        kd_set_int(options, "train_records", 1000);
        kd_set_int(options, "test_records", 100);
        kd_set_text(options, "labels", labels);
    }
    return kdi_data_open(&data, spec, folder);
}

static void refused(const char *name, const char *a, const char *b)
{
    CHECK_INT(open_cifar(name, "fine"), KD_E_DATA);
    CHECK_HAS(kd_error_message(), a);
    CHECK_HAS(kd_error_message(), b);
    kd_error_clear();
}

TEST("planes become interleaved pixels, file after file")
{
    sound_cifar10();
    CHECK_INT(open_cifar("cifar10", NULL), KD_OK);
    CHECK_INT(data->set.train.n, 5 * EACH);
    CHECK_INT(data->set.test.n, EACH);
    CHECK_INT(data->set.channels, 3);
    CHECK_INT(data->set.height, 32);
    for (int i = 0; i < 5 * EACH; i += 17)
        for (int at = 0; at < PLANE; at += 101)
            for (int c = 0; c < 3; c++)
                CHECK_INT(data->set.train.pixel[(i * PLANE + at) * 3 + c], value(i, c, at));
    CHECK_INT(data->set.train.label[37], 7);
    CHECK_INT(data->set.test.pixel[1], value(500, 1, 0));
    kdi_data_close(data);
}

TEST("CIFAR-100 has a fine and a coarse label")
{
    sound_cifar100();
    CHECK_INT(open_cifar("cifar100", "fine"), KD_OK);
    CHECK_INT(data->set.classes, 100);
    CHECK_INT(data->set.train.label[142], 42);
    CHECK_INT(data->set.train.pixel[PIXELS], value(1, 0, 0));
    kdi_data_close(data);
    CHECK_INT(open_cifar("cifar100", "coarse"), KD_OK);
    CHECK_INT(data->set.classes, 20);
    CHECK_INT(data->set.train.label[142], 8);
    kdi_data_close(data);
}

TEST("a truncated file shows its size and the size wanted, at a record's end too")
{
    sound_cifar10();
    put_records("data_batch_3.bin", 0, EACH - 1, 1);
    refused("cifar10", "data_batch_3.bin: has 58387 bytes", "should have 61460");
    sound_cifar10();
    put_file("test_batch.bin", records, 5000);
    refused("cifar10", "test_batch.bin: has 5000 bytes", "truncated");
    put_file("test_batch.bin", records, 0);
    refused("cifar10", "test_batch.bin: has 0 bytes", "truncated");
}

TEST("bytes after the end are refused")
{
    sound_cifar10();
    put_file("data_batch_2.bin", records, EACH * (PIXELS + 1) + 1);
    refused("cifar10", "data_batch_2.bin: has 61461 bytes", "61460");
}

TEST("a label out of range is shown with its place")
{
    sound_cifar10();
    put_records("data_batch_5.bin", 0, EACH, 1);
    records[4 * (PIXELS + 1)] = 10;
    put_file("data_batch_5.bin", records, EACH * (PIXELS + 1));
    refused("cifar10", "data_batch_5.bin: label 10 of image 4", "should be 0..9");
    sound_cifar100();
    put_records("test.bin", 0, 100, 2);
    records[1] = 100;
    put_file("test.bin", records, 100 * (PIXELS + 2));
    refused("cifar100", "test.bin: label 100 of image 0", "should be 0..99");
}

TEST("a missing file is named")
{
    sound_cifar10();
    unlink(in_folder("data_batch_4.bin"));
    CHECK_INT(open_cifar("cifar10", NULL), KD_E_FILE);
    CHECK_HAS(kd_error_message(), "data_batch_4.bin is missing");
    kd_error_clear();
}

TEST("a class missing in train is refused")
{
    sound_cifar100();
    put_records("train.bin", 0, 99, 2);
    kd_value *spec = kd_map(arena), *options = kd_map(arena);
    kd_set_text(spec, "name", "cifar100");
    kd_set(spec, "options", options);
    kd_set_int(options, "train_records", 99);
    kd_set_int(options, "test_records", 100);
    CHECK_INT(kdi_data_open(&data, spec, folder), KD_E_DATA);
    CHECK_HAS(kd_error_message(), "train.bin: class 99 has no training sample");
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
