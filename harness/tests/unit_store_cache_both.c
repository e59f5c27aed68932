/* The teacher cache: rows come back exactly, or the file is refused; never zeros. Its chunks are
 * checked when they are first read, its head when it is opened. */
#include "unit_store.h"

#include <sys/wait.h>
#include "store/cache.h"
#include "store/teacher_cache.h"

enum { SAMPLES = 2000, CLASSES = 10 }; /* chunks of 1638 and 512 rows in float */

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
    CHECK_OK(kdi_cache_create(path, a_key("abc"), NULL, SAMPLES, column, 2, &w));
    return w;
}

static int put(kdi_cache_writer *w, int64_t first, int64_t n)
{
    kd_real *logits = kdi_alloc(arena, (size_t)(n * CLASSES) * sizeof *logits);
    kd_real *map = kdi_alloc(arena, (size_t)(n * 32) * sizeof *map);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t c = 0; c < CLASSES; c++)
            logits[i * CLASSES + c] = logit(first + i, c);
        for (int64_t k = 0; k < 32; k++)
            map[i * 32 + k] = pixel(first + i, k);
    }
    KD_TRY(kdi_cache_put(w, "logits", logits, n));
    return kdi_cache_put(w, "stage1", map, n);
}

static void make(const char *path)
{
    kdi_cache_writer *w = a_writer(path);
    CHECK_OK(put(w, 0, 256));
    CHECK_OK(put(w, 256, SAMPLES - 256));
    CHECK_OK(kdi_cache_finish(w));
}

static bool right(kdi_cache *c, int64_t i)
{
    kd_real z[CLASSES], map[32];
    CHECK_OK(kdi_cache_read(c, "logits", &i, 1, z));
    CHECK_OK(kdi_cache_read(c, "stage1", &i, 1, map));
    bool yes = true;
    for (int64_t k = 0; k < CLASSES; k++)
        yes &= z[k] == logit(i, k);
    for (int64_t k = 0; k < 32; k++)
        yes &= map[k] == pixel(i, k);
    return yes;
}

/* opening and reading all of it: what a damaged file must not survive */
static int read_all(const char *path)
{
    kdi_cache *c;
    KD_TRY(kdi_cache_open(path, a_key("abc"), &c));
    int code = kdi_cache_verify(c);
    kdi_cache_close(c);
    return code;
}

TEST("rows come back exactly, in whatever order they are read")
{
    const char *path = file_of("cache.h5");
    kdi_cache *c;
    make(path);
    CHECK_OK(kdi_cache_open(path, a_key("abc"), &c));
    CHECK_INT(kdi_cache_rows(c), SAMPLES);
    CHECK(kd_shape_equal(*kdi_cache_row_shape(c, "stage1"), KD_SHAPE(4, 4, 2)));
    CHECK(kdi_cache_row_shape(c, "stage2") == NULL);
    for (int64_t i = SAMPLES - 1; i >= 0; i--)
        CHECK(right(c, i));
    const int64_t row[] = { SAMPLES - 1, 0, 700, 0 };
    kd_real z[4 * CLASSES];
    CHECK_OK(kdi_cache_read(c, "logits", row, 4, z));
    for (int64_t i = 0; i < 4; i++)
        CHECK(z[i * CLASSES + 2] == logit(row[i], 2));
    CHECK_OK(kdi_cache_verify(c));
    kdi_cache_close(c);
}

TEST("the columns of several files are one cache, as long as key and rows are the same")
{
    const kdi_cache_column pooled[] = { { "pooled", KD_SHAPE(1) } };
    const char *one = file_of("one.h5"), *two = file_of("two.h5"), *other = file_of("other.h5");
    const kd_real x[SAMPLES] = { [5] = 7 };
    kdi_cache_writer *w;
    kdi_cache *c;
    make(one);
    CHECK_OK(kdi_cache_create(two, a_key("abc"), NULL, SAMPLES, pooled, 1, &w));
    CHECK_OK(kdi_cache_put(w, "pooled", x, SAMPLES));
    CHECK_OK(kdi_cache_finish(w));
    CHECK_OK(kdi_cache_create(other, a_key("abc"), NULL, 3, pooled, 1, &w));
    CHECK_OK(kdi_cache_put(w, "pooled", x, 3));
    CHECK_OK(kdi_cache_finish(w));
    CHECK_OK(kdi_cache_open(one, a_key("abc"), &c));
    CHECK_REFUSED(kdi_cache_add(c, one), "is in another file of this cache too");
    kdi_cache_close(c);
    CHECK_OK(kdi_cache_open(one, a_key("abc"), &c));
    CHECK_REFUSED(kdi_cache_add(c, other), "number of rows");
    kdi_cache_close(c);
    CHECK_OK(kdi_cache_open(one, a_key("abc"), &c));
    CHECK_OK(kdi_cache_add(c, two));
    kd_real y;
    CHECK_OK(kdi_cache_read(c, "pooled", &(int64_t){ 5 }, 1, &y));
    CHECK(y == 7);
    CHECK(right(c, 299));
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
            bool good = kdi_cache_open(path, a_key("abc"), &c) == KD_OK && right(c, 17);
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
    kd_real z[32];
    make(path);
    CHECK_OK(kdi_cache_open(path, a_key("abc"), &c));
    CHECK_REFUSED(kdi_cache_read(c, "logits", &(int64_t){ SAMPLES }, 1, z), "row 2000 of 2000");
    CHECK_REFUSED(kdi_cache_read(c, "logits", &(int64_t){ -1 }, 1, z), "row -1 of 2000");
    CHECK_REFUSED(kdi_cache_read(c, "stage9", &(int64_t){ 0 }, 1, z), "stage9");
    kdi_cache_close(c);
}

TEST("a cache with missing rows or too many is never finished")
{
    const char *path = file_of("holes.h5");
    kdi_cache_writer *w = a_writer(path);
    CHECK_OK(put(w, 0, 100));
    CHECK_REFUSED(put(w, 100, SAMPLES), "rows 100 to 2100 of 'logits', which has 2000");
    CHECK_REFUSED(kdi_cache_put(w, "x", NULL, 1), "no column 'x'");
    CHECK_REFUSED(kdi_cache_finish(w), "row 100 of 'logits' was never written");
    CHECK(access(path, F_OK) != 0);
    CHECK(access(file_of("holes.h5.part"), F_OK) != 0);
}

TEST("every flipped byte of a cache is found, at the latest when its row is read")
{
    const char *path = file_of("flip.h5");
    size_t n;
    make(path);
    unsigned char *data = read_bytes(path, &n);
    for (size_t i = 0; i < n; i += i < 8192 ? 61 : 6101) {
        data[i] ^= 0x20;
        write_bytes(path, data, n);
        CHECK_REFUSED(read_all(path), "flip.h5");
        data[i] ^= 0x20;
    }
}

TEST("a damaged chunk is refused when it is touched, and the others can be read")
{
    const char *path = file_of("chunk.h5");
    kdi_cache *c;
    size_t n;
    make(path);
    unsigned char *data = read_bytes(path, &n);
    const kd_real row[] = { logit(1900, 0), logit(1900, 1), logit(1900, 2) };
    unsigned char *at = memmem(data, n, row, sizeof row);
    assert_non_null(at);
    at[1] ^= 1;
    write_bytes(path, data, n);
    kd_real z[CLASSES];
    CHECK_OK(kdi_cache_open(path, a_key("abc"), &c));
    CHECK_OK(kdi_cache_read(c, "logits", &(int64_t){ 7 }, 1, z));
    CHECK(z[1] == logit(7, 1));
    /* its neighbour, too: a chunk is right or it is not */
    CHECK_REFUSED(kdi_cache_read(c, "logits", &(int64_t){ 1999 }, 1, z), "of 'logits' do not have");
    CHECK_REFUSED(kdi_cache_read(c, "logits", &(int64_t){ 1900 }, 1, z), "chunk.h5 is damaged");
    CHECK_REFUSED(kdi_cache_verify(c), "--rebuild-cache");
    kdi_cache_close(c);
    CHECK_REFUSED(kdi_cache_check(path), "chunk.h5 is damaged: rows");
}

TEST("a cache cut short anywhere, or made longer, is refused when it is opened")
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
    write_bytes(path, data, n - 1);
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "bytes, was written with");
    data[n] = 0; /* read_bytes leaves room for one more */
    write_bytes(path, data, n + 1);
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "bytes, was written with");
}

TEST("a file that is no cache is refused with what it is")
{
    const char *path = file_of("other.h5");
    kdi_cache *c;
    kd_value *tree = kd_map(arena);
    kd_set_int(tree, "samples", 4);
    CHECK_OK(kdi_h5_write(path, tree));
    CHECK_REFUSED(kdi_cache_open(path, NULL, &c),
                  "other.h5 is not a teacher cache of version 2: it is another sealed file");
    write_bytes(path, "\211HDF\r\n\032\n and more", 17);
    CHECK_REFUSED(kdi_cache_open(path, NULL, &c), "an HDF5 file that kdbench did not seal");
    write_bytes(path, "hello", 5);
    CHECK_REFUSED(kdi_cache_open(path, NULL, &c), "it is something else");
    write_bytes(path, "", 0);
    CHECK_REFUSED(kdi_cache_open(path, NULL, &c), "it is empty");
    CHECK_REFUSED(kdi_cache_open(file_of("nowhere.h5"), NULL, &c), "cannot open");
}

/* as a writer would leave it, of whatever is in the tree; rows at the end are left out of the seal
 */
static void seal_tree(const char *path, const kd_value *tree, const void *rows, size_t bytes)
{
    size_t n;
    CHECK_OK(kdi_h5_write_contiguous(path, tree));
    unsigned char *data = read_bytes(path, &n), *at = rows ? memmem(data, n, rows, bytes) : NULL;
    kdi_cache_range range = { at ? at - data : 0, (int64_t)bytes };
    CHECK(!rows || at);
    CHECK_OK(kdi_cache_seal(path, &range, at ? 1 : 0));
}

static kd_value *a_tree(enum kd_element type, int64_t count, void *data)
{
    kd_value *tree = kd_map(arena), *rows = kd_map(arena), *sums = kd_map(arena);
    kd_set(rows, "logits", kd_array(arena, type, KD_SHAPE(4, 10), data));
    kd_set(sums, "logits", kd_array(arena, KD_I64, KD_SHAPE(1), NULL));
    kd_set_int(tree, "cache_version", 2);
    kd_set_int(tree, "count", count);
    kd_set(tree, "key", a_key("abc"));
    kd_set(tree, "about", kd_map(arena));
    kd_set(tree, "rows", rows);
    kd_set(tree, "crc32", sums);
    return tree;
}

TEST("rows of the other precision, another number or another version are refused")
{
    const char *path = file_of("precision.h5");
    double data[40];
    kdi_cache *c;
    size_t bytes = 40 * (sizeof(kd_real) == 4 ? 8 : 4);
    for (int i = 0; i < 40; i++)
        data[i] = 1.25 * i;
    kd_value *tree = a_tree(KD_FREAL == KD_F32 ? KD_F64 : KD_F32, 4, data);
    seal_tree(path, tree, data, bytes);
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "as this build does");
    CHECK_REFUSED(kdi_cache_check(path), "do not have their CRC-32"); /* whatever their precision */
    bytes = 40 * sizeof(kd_real);
    seal_tree(path, a_tree(KD_FREAL, 3, data), data, bytes);
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "another number of rows");
    seal_tree(path, a_tree(KD_FREAL, 4, data), NULL, 0);
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "columns that the head says");
    tree = a_tree(KD_FREAL, 4, data);
    kd_set_int(tree, "cache_version", 3);
    seal_tree(path, tree, data, bytes);
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "cache_version is another one");
    tree = a_tree(KD_FREAL, 4, data);
    kd_set(tree, "rows", kd_int(arena, 1));
    seal_tree(path, tree, NULL, 0);
    CHECK_REFUSED(kdi_cache_open(path, a_key("abc"), &c), "rows");
}

TEST("what a cache is can be read without its key")
{
    const char *path = file_of("facts.h5");
    kd_value *facts;
    make(path);
    CHECK_OK(kdi_cache_facts(path, arena, &facts));
    CHECK_INT(kd_get_int(facts, "rows", 0), SAMPLES);
    CHECK(strcmp(kd_get_text(kd_get(facts, "key"), "teacher", ""), "abc") == 0);
    const kd_value *columns = kd_get(facts, "columns");
    CHECK_INT(columns->n, 2);
    CHECK_INT(kd_get_int(columns->item[1], "bytes", 0), SAMPLES * 32 * (int64_t)sizeof(kd_real));
    CHECK_OK(kdi_cache_check(path));
}

TEST_MAIN
