/* IDX files through the plugin idx: what is read, and what is refused with which words. */
#include "data_files.h"

enum { N = 40, M = 10, H = 3, W = 2 };

static unsigned char pixel[N * H * W], label[N];
static kdi_arena *arena;
static kdi_data *data;

/* 40 training and 10 test images of 3x2 in two classes, plain files */
static void sound_set(void)
{
    kd_error_clear();
    for (int i = 0; i < N * H * W; i++)
        pixel[i] = (unsigned char)(i * 37);
    for (int i = 0; i < N; i++)
        label[i] = (unsigned char)(i % 2);
    folder_empty();
    put_images("train-images-idx3-ubyte", N, H, W, pixel);
    put_labels("train-labels-idx1-ubyte", N, label);
    put_images("t10k-images-idx3-ubyte", M, H, W, pixel);
    put_labels("t10k-labels-idx1-ubyte", M, label);
}

static int open_idx(const char *option, int64_t value)
{
    kd_value *spec = kd_map(arena), *options = kd_map(arena);
    kd_set_text(spec, "name", "idx");
    kd_set(spec, "options", options);
    if (option)
        kd_set_int(options, option, value);
    return kdi_data_open(&data, spec, folder);
}

static void refused(int code, const char *a, const char *b, const char *c)
{
    CHECK_INT(open_idx(NULL, 0), code);
    CHECK(data == NULL);
    CHECK_HAS(kd_error_message(), a);
    CHECK_HAS(kd_error_message(), b);
    CHECK_HAS(kd_error_message(), c);
    kd_error_clear();
}

TEST("plain files give pixels, labels, shape and classes")
{
    sound_set();
    CHECK_INT(open_idx(NULL, 0), KD_OK);
    CHECK_INT(data->set.train.n, N);
    CHECK_INT(data->set.test.n, M);
    CHECK_INT(data->set.height, H);
    CHECK_INT(data->set.width, W);
    CHECK_INT(data->set.channels, 1);
    CHECK_INT(data->set.classes, 2);
    CHECK(memcmp(data->set.train.pixel, pixel, sizeof pixel) == 0);
    for (int i = 0; i < N; i++)
        CHECK_INT(data->set.train.label[i], label[i]);
    kdi_data_close(data);
}

TEST("gzip files, in one member or several, read the same and have the same checksum")
{
    char plain[KDI_SHA256_HEX];
    unsigned char bytes[1024];
    sound_set();
    CHECK_INT(open_idx(NULL, 0), KD_OK);
    memcpy(plain, data->sha256, sizeof plain);
    kdi_data_close(data);
    size_t n = get_file("train-images-idx3-ubyte", bytes, sizeof bytes);
    unlink(in_folder("train-images-idx3-ubyte"));
    put_gzip("train-images-idx3-ubyte.gz", bytes, 100);
    put_gzip("train-images-idx3-ubyte.gz", bytes + 100, n - 100);
    CHECK_INT(open_idx(NULL, 0), KD_OK);
    CHECK_TEXT(data->sha256, plain);
    kdi_data_close(data);
}

TEST("the checksum changes with one pixel, and with one label")
{
    char sound[KDI_SHA256_HEX];
    sound_set();
    CHECK_INT(open_idx(NULL, 0), KD_OK);
    memcpy(sound, data->sha256, sizeof sound);
    kdi_data_close(data);
    pixel[17]++;
    put_images("train-images-idx3-ubyte", N, H, W, pixel);
    CHECK_INT(open_idx(NULL, 0), KD_OK);
    CHECK(strcmp(data->sha256, sound) != 0);
    kdi_data_close(data);
    sound_set();
    label[3] = 0;
    put_labels("train-labels-idx1-ubyte", N, label);
    CHECK_INT(open_idx(NULL, 0), KD_OK);
    CHECK(strcmp(data->sha256, sound) != 0);
    kdi_data_close(data);
}

TEST("an IDX file of four axes holds colour images")
{
    unsigned char bytes[4096], colour[N * H * W * 3];
    const uint32_t train[] = { N, H, W, 3 }, test[] = { M, H, W, 3 };
    sound_set();
    for (size_t i = 0; i < sizeof colour; i++)
        colour[i] = (unsigned char)i;
    put_file("train-images-idx3-ubyte", bytes, idx_bytes(bytes, 4, train, colour, sizeof colour));
    put_file("t10k-images-idx3-ubyte", bytes, idx_bytes(bytes, 4, test, colour, M * H * W * 3));
    CHECK_INT(open_idx(NULL, 0), KD_OK);
    CHECK_INT(data->set.channels, 3);
    kdi_data_close(data);
}

TEST("a missing file is named")
{
    sound_set();
    unlink(in_folder("t10k-labels-idx1-ubyte"));
    refused(KD_E_FILE, "t10k-labels-idx1-ubyte", "missing", ".gz");
}

TEST("a folder in a file's place is refused")
{
    sound_set();
    unlink(in_folder("t10k-labels-idx1-ubyte"));
    CHECK_INT(mkdir(in_folder("t10k-labels-idx1-ubyte"), 0700), 0);
    refused(KD_E_FILE, "t10k-labels-idx1-ubyte", "not a regular file", "");
    rmdir(in_folder("t10k-labels-idx1-ubyte"));
}

TEST("a wrong magic number is shown beside the right one")
{
    sound_set();
    put_labels("train-images-idx3-ubyte", N, label);
    refused(KD_E_DATA, "train-images-idx3-ubyte", "0x00000801", "0x00000803");
    sound_set();
    put_images("t10k-labels-idx1-ubyte", M, 1, 1, label);
    refused(KD_E_DATA, "t10k-labels-idx1-ubyte", "0x00000803", "0x00000801");
}

TEST("a truncated file shows its size and the size wanted, wherever it ends")
{
    unsigned char bytes[1024];
    sound_set();
    size_t n = get_file("train-images-idx3-ubyte", bytes, sizeof bytes);
    put_file("train-images-idx3-ubyte", bytes, n - 1);
    refused(KD_E_DATA, "train-images-idx3-ubyte: has 255 bytes", "should have 256", "truncated");
    put_file("train-images-idx3-ubyte", bytes, 9);
    refused(KD_E_DATA, "train-images-idx3-ubyte", "has 9 bytes", "16");
    put_file("train-images-idx3-ubyte", bytes, 0);
    refused(KD_E_DATA, "train-images-idx3-ubyte", "has 0 bytes", "too few");
}

TEST("bytes after the end are refused")
{
    unsigned char bytes[1024];
    sound_set();
    size_t n = get_file("train-labels-idx1-ubyte", bytes, sizeof bytes);
    bytes[n] = 0;
    put_file("train-labels-idx1-ubyte", bytes, n + 1);
    refused(KD_E_DATA, "train-labels-idx1-ubyte: has 49 bytes", "should have 48", "after the end");
}

TEST("fewer labels than images are refused, with both numbers")
{
    sound_set();
    put_labels("train-labels-idx1-ubyte", N - 1, label);
    refused(KD_E_DATA, "train-labels-idx1-ubyte: 39 labels", "40", "train-images-idx3-ubyte");
}

TEST("a label out of range is shown with its place and the range")
{
    sound_set();
    label[7] = 5;
    put_labels("t10k-labels-idx1-ubyte", M, label);
    refused(KD_E_DATA, "t10k-labels-idx1-ubyte: label 5 of image 7", "should be 0..1", "");
}

TEST("a class without a training image is refused by its number")
{
    sound_set();
    for (int i = 0; i < N; i++)
        label[i] = (unsigned char)(i % 2 ? 2 : 0);
    put_labels("train-labels-idx1-ubyte", N, label);
    refused(KD_E_DATA, "train-labels-idx1-ubyte: class 1 has no training sample", "3 classes", "");
    sound_set();
    CHECK_INT(open_idx("classes", 3), KD_E_DATA);
    CHECK_HAS(kd_error_message(), "class 2 has no training sample");
    kd_error_clear();
}

TEST("huge sizes in a header are refused before anything is allocated for them")
{
    unsigned char bytes[64] = { 0 };
    const uint32_t many[] = { 0xffffffff, H, W }, tall[] = { N, 0xffffffff, W };
    const uint32_t wide[] = { N, H, 0x80000000 }, none[] = { 0, H, W };
    const uint32_t most[] = { 0xffffffff, 8192, 8192 };
    sound_set();
    put_file("train-images-idx3-ubyte", bytes, idx_bytes(bytes, 3, many, pixel, 6));
    refused(KD_E_DATA, "train-images-idx3-ubyte: has 22 bytes", "should have 25769803786", "");
    put_file("train-images-idx3-ubyte", bytes, idx_bytes(bytes, 3, most, pixel, 6));
    refused(KD_E_DATA, "train-images-idx3-ubyte: has 22 bytes", "should have 2882303", "");
    put_file("train-images-idx3-ubyte", bytes, idx_bytes(bytes, 3, tall, pixel, 6));
    refused(KD_E_DATA, "train-images-idx3-ubyte", "4294967295 rows", "1..8192");
    put_file("train-images-idx3-ubyte", bytes, idx_bytes(bytes, 3, wide, pixel, 6));
    refused(KD_E_DATA, "train-images-idx3-ubyte", "2147483648 columns", "1..8192");
    put_file("train-images-idx3-ubyte", bytes, idx_bytes(bytes, 3, none, pixel, 6));
    refused(KD_E_DATA, "train-images-idx3-ubyte", "0 images", "1..");
}

TEST("test images of another shape than train's are refused")
{
    sound_set();
    put_images("t10k-images-idx3-ubyte", M, W, H, pixel);
    refused(KD_E_DATA, "t10k-images-idx3-ubyte", "2x3x1", "3x2x1");
}

/* the training images as gzip, with one byte changed */
static void spoilt_gzip(int64_t at, size_t shorter)
{
    unsigned char bytes[1024];
    sound_set();
    size_t n = get_file("train-images-idx3-ubyte", bytes, sizeof bytes);
    unlink(in_folder("train-images-idx3-ubyte"));
    put_gzip("train-images-idx3-ubyte.gz", bytes, n);
    n = get_file("train-images-idx3-ubyte.gz", bytes, sizeof bytes);
    if (at)
        bytes[(int64_t)n + at] ^= 0x55;
    put_file("train-images-idx3-ubyte.gz", bytes, n - shorter);
}

TEST("a gzip file whose CRC is wrong is refused")
{
    spoilt_gzip(-8, 0);
    refused(KD_E_DATA, "train-images-idx3-ubyte.gz", "corrupt", "data check");
}

TEST("a gzip file whose recorded length is wrong is refused")
{
    spoilt_gzip(-4, 0);
    refused(KD_E_DATA, "train-images-idx3-ubyte.gz", "corrupt", "length check");
}

TEST("a gzip file that ends too early is refused, wherever it ends")
{
    for (size_t shorter = 1; shorter < 100; shorter += 7) {
        spoilt_gzip(0, shorter);
        refused(KD_E_DATA, "train-images-idx3-ubyte.gz", "truncated", "");
    }
}

TEST("a gzip file followed by rubbish is refused")
{
    unsigned char bytes[1024];
    spoilt_gzip(0, 0);
    size_t n = get_file("train-images-idx3-ubyte.gz", bytes, sizeof bytes);
    memcpy(bytes + n, "rubbish", 7);
    put_file("train-images-idx3-ubyte.gz", bytes, n + 7);
    refused(KD_E_DATA, "train-images-idx3-ubyte.gz", "7 bytes after the end", "");
}

TEST("names of files are options, and an unknown option is refused")
{
    sound_set();
    CHECK_INT(rename(in_folder("train-labels-idx1-ubyte"), "renamed-labels"), 0);
    CHECK_INT(rename("renamed-labels", in_folder("labels.idx")), 0);
    kd_value *spec = kd_map(arena), *options = kd_map(arena);
    kd_set_text(spec, "name", "idx");
    kd_set(spec, "options", options);
    kd_set_text(options, "train_labels", "labels.idx");
    CHECK_INT(kdi_data_open(&data, spec, folder), KD_OK);
    kdi_data_close(data);
    CHECK_INT(open_idx("clases", 2), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "clases");
    kd_error_clear();
}

TEST("an unknown data set is refused by its name")
{
    kd_value *spec = kd_map(arena);
    kd_set_text(spec, "name", "imagenet");
    CHECK_INT(kdi_data_open(&data, spec, folder), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "imagenet");
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
