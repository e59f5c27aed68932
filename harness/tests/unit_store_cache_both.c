/* The teacher cache: rows come back exactly, or the file is refused; never zeros. */
#include "unit_store.h"

#include <sys/wait.h>
#include "store/teacher_cache.h"

enum { SAMPLES = 300, CLASSES = 10 };

static kd_value *a_key(const char *teacher)
{
    kd_value *key = kd_map(arena), *taps = kd_list(arena);
    kd_push(taps, kd_string(arena, "logits"));
    kd_push(taps, kd_string(arena, "stage1"));
    kd_set_text(key, "data", "fashion_mnist");
    kd_set_text(key, "teacher", teacher);
    kd_set_int(key, "augment", 0);
    kd_set(key, "taps", taps);
    return key;
}

static kd_real logit(int64_t sample, int64_t c)
{
    return (kd_real)(0.25 * (double)sample - 3.0 * (double)c);
}

static kd_real pixel(int64_t sample, int64_t i)
{
    return (kd_real)cos((double)(sample * 32 + i));
}

static kdi_cache_writer *a_writer(const char *path)
{
    const kdi_cache_column column[] = { { "logits", KD_SHAPE(CLASSES) },
                                        { "stage1", KD_SHAPE(4, 4, 2) } };
    kdi_cache_writer *w = NULL;
    CHECK_OK(kdi_cache_create(path, a_key("abc"), SAMPLES, column, 2, &w));
    return w;
}

static int put(kdi_cache_writer *w, int64_t first, int64_t n)
{
    kd_real logits[SAMPLES * CLASSES], map[SAMPLES * 32];
    for (int64_t i = 0; i < n; i++) {
        for (int64_t c = 0; c < CLASSES; c++)
            logits[i * CLASSES + c] = logit(first + i, c);
        for (int64_t k = 0; k < 32; k++)
            map[i * 32 + k] = pixel(first + i, k);
    }
    KD_TRY(kdi_cache_put(w, first, n, "logits", logits));
    return kdi_cache_put(w, first, n, "stage1", map);
}

static void make(const char *path)
{
    kdi_cache_writer *w = a_writer(path);
    CHECK_OK(put(w, 256, SAMPLES - 256)); /* any order */
    CHECK_OK(put(w, 0, 256));
    CHECK_OK(kdi_cache_finish(w));
}

TEST("rows come back exactly, whatever order they were written in")
{
    const char *path = file_of("cache.h5");
    kdi_cache *c;
    make(path);
    CHECK_OK(kdi_cache_open(path, a_key("abc"), &c));
    CHECK_INT(kdi_cache_samples(c), SAMPLES);
    CHECK(kd_shape_equal(*kdi_cache_row_shape(c, "stage1"), KD_SHAPE(4, 4, 2)));
    CHECK(kdi_cache_row_shape(c, "stage2") == NULL);
    for (int64_t i = 0; i < SAMPLES; i++) {
        for (int64_t k = 0; k < CLASSES; k++)
            CHECK(kdi_cache_row(c, "logits", i)[k] == logit(i, k));
        for (int64_t k = 0; k < 32; k++)
            CHECK(kdi_cache_row(c, "stage1", i)[k] == pixel(i, k));
    }
    kdi_cache_close(c);
}

TEST("several processes read one cache")
{
    const char *path = file_of("shared.h5");
    make(path);
    pid_t child[3];
    for (int i = 0; i < 3; i++)
        if ((child[i] = fork()) == 0) {
            kdi_cache *c;
            bool good = kdi_cache_open(path, a_key("abc"), &c) == KD_OK &&
                        kdi_cache_row(c, "logits", 17)[3] == logit(17, 3);
            _exit(good ? 0 : 1);
        }
    for (int i = 0; i < 3; i++) {
        int status;
        CHECK(waitpid(child[i], &status, 0) == child[i]);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

TEST("another teacher's cache is refused, and the message says what differs")
{
    const char *path = file_of("foreign.h5");
    kdi_cache *c;
    make(path);
    CHECK_REFUSED(kdi_cache_open(path, a_key("def"), &c), "its teacher is abc, wanted def");
    kd_value *key = a_key("abc");
    kd_set_int(key, "augment", 1);
    CHECK_REFUSED(kdi_cache_open(path, key, &c), "its augment is 0, wanted 1");
    kd_set_int(key, "augment", 0);
    kd_set_text(key, "view", "2");
    CHECK_REFUSED(kdi_cache_open(path, key, &c), "its view is missing, wanted 2");
    key = a_key("abc");
    kd_set(key, "data", kd_nil(arena));
    CHECK_REFUSED(kdi_cache_open(path, key, &c), "its data is fashion_mnist, wanted missing");
    kd_set_text(key, "data", "fashion_mnist");
    kd_push((kd_value *)kd_get(key, "taps"), kd_string(arena, "stage2"));
    CHECK_REFUSED(kdi_cache_open(path, key, &c), "its taps");
}

TEST("rows and columns that are not there are errors, not zeros")
{
    const char *path = file_of("rows.h5");
    kdi_cache *c;
    make(path);
    CHECK_OK(kdi_cache_open(path, a_key("abc"), &c));
    CHECK(kdi_cache_row(c, "logits", SAMPLES) == NULL);
    CHECK_HAS(kd_error_message(), "sample 300 of 300");
    kd_error_clear();
    CHECK(kdi_cache_row(c, "logits", -1) == NULL);
    kd_error_clear();
    CHECK(kdi_cache_row(c, "stage9", 0) == NULL);
    CHECK_HAS(kd_error_message(), "stage9");
    kdi_cache_close(c);
}

TEST("a cache with a missing or a repeated row is never finished")
{
    const char *path = file_of("holes.h5");
    kdi_cache_writer *w = a_writer(path);
    CHECK_OK(put(w, 0, 100));
    CHECK_REFUSED(put(w, 99, 2), "row 99 of 'logits' is written twice");
    CHECK_REFUSED(put(w, 250, 51), "rows 250 to 301 of 300");
    CHECK_REFUSED(kdi_cache_put(w, 0, 1, "x", NULL), "no column 'x'");
    CHECK_OK(put(w, 101, SAMPLES - 101));
    CHECK_REFUSED(kdi_cache_finish(w), "row 100 of 'logits' was never written");
    CHECK(access(path, F_OK) != 0);
    CHECK(access(file_of("holes.h5.part"), F_OK) != 0);
}

TEST("every flipped byte of a cache is found")
{
    const char *path = file_of("flip.h5");
    kdi_cache *c;
    size_t n;
    make(path);
    unsigned char *data = read_bytes(path, &n);
    for (size_t i = 0; i < n; i += 61) {
        data[i] ^= 0x20;
        write_bytes(path, data, n);
        CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "flip.h5");
        data[i] ^= 0x20;
    }
}

TEST("a row that does not have its sum is found even when the file was sealed again")
{
    const char *path = file_of("row.h5");
    kdi_cache *c;
    size_t n;
    make(path);
    unsigned char *data = read_bytes(path, &n);
    const kd_real row[] = { logit(7, 0), logit(7, 1), logit(7, 2) };
    unsigned char *at = memmem(data, n, row, sizeof row);
    assert_non_null(at);
    at[1] ^= 1;
    write_bytes(path, data, n);
    CHECK_OK(kdi_seal(path));
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "row 7 of 'logits'");
}

TEST("a cache cut short anywhere is refused")
{
    const char *path = file_of("cut.h5");
    kdi_cache *c;
    size_t n;
    make(path);
    unsigned char *data = read_bytes(path, &n);
    for (size_t i = 0; i < 50; i++) {
        write_bytes(path, data, n * i / 50);
        CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "cut.h5");
    }
}

TEST("rows of the other precision are refused")
{
    const char *path = file_of("precision.h5");
    kdi_cache *c;
    kd_value *tree = kd_map(arena), *rows = kd_map(arena), *sums = kd_map(arena);
    kd_set(rows, "logits",
           kd_array(arena, KD_FREAL == KD_F32 ? KD_F64 : KD_F32, KD_SHAPE(4, 10), NULL));
    kd_set(sums, "logits", kd_array(arena, KD_I64, KD_SHAPE(4), NULL));
    kd_set_int(tree, "cache_version", 1);
    kd_set_int(tree, "samples", 4);
    kd_set(tree, "key", a_key("abc"));
    kd_set(tree, "rows", rows);
    kd_set(tree, "crc32", sums);
    CHECK_OK(kdi_h5_write_contiguous(path, tree));
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "as this build does");
    kd_set(rows, "logits", kd_array(arena, KD_FREAL, KD_SHAPE(3, 10), NULL));
    CHECK_OK(kdi_h5_write_contiguous(path, tree));
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "one row a sample");
    kd_set(rows, "logits", kd_array(arena, KD_FREAL, KD_SHAPE(4, 10), NULL));
    CHECK_OK(kdi_h5_write_contiguous(path, tree));
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "CRC-32");
    kd_set(tree, "rows", kd_int(arena, 1));
    CHECK_OK(kdi_h5_write_contiguous(path, tree));
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "rows");
}

TEST_MAIN
