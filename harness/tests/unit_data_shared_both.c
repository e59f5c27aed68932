/* A data set opened once and mapped by others: the same samples, whoever opened the files. */
#include "data_files.h"

#include <errno.h>
#include <sys/mman.h>

enum { TRAIN = 240, TEST_N = 30, SIDE = 6, SIZE = SIDE * SIDE };

static unsigned char pixel[TRAIN * SIZE], label[TRAIN];
static kdi_arena *arena;

static kdi_data *open_idx(int64_t train, int64_t classes)
{
    kdi_data *d;
    kd_value *spec = kd_map(arena), *options = kd_map(arena);
    kd_set_text(spec, "name", "idx");
    kd_set_int(spec, "train", train);
    kd_set_int(options, "classes", classes);
    kd_set(spec, "options", options);
    CHECK_INT(kdi_data_open(&d, spec, folder), KD_OK);
    return d;
}

static void offer(int fd)
{
    char text[16];
    snprintf(text, sizeof text, "%d", fd);
    setenv(KDI_SHARED_DATA, text, 1);
}

static int share(void)
{
    int fd;
    kdi_data *d = open_idx(0, 5);
    CHECK_INT(kdi_data_share(d, &fd), KD_OK);
    kdi_data_close(d);
    return fd;
}

static void same_parts(const kdi_data *a, const kdi_data *b)
{
    kd_real x[SIZE], y[SIZE];
    for (int split = 0; split < KD_NSPLIT; split++) {
        const kdi_part *p = &a->part[split], *q = &b->part[split];
        CHECK_INT(p->n, q->n);
        for (int64_t i = 0; i < p->n; i++) {
            CHECK_INT(p->place[i], q->place[i]);
            CHECK_INT(p->label[i], q->label[i]);
            kdi_data_normalise(a, p->from, p->place[i], x);
            kdi_data_normalise(b, q->from, q->place[i], y);
            CHECK(memcmp(x, y, sizeof x) == 0);
        }
    }
    CHECK_TEXT(a->sha256, b->sha256);
}

TEST("what is mapped is what the files hold, for all of them and for a subset")
{
    int fd = share();
    for (int64_t train = 0; train <= 60; train += 30) {
        unsetenv(KDI_SHARED_DATA);
        kdi_data *own = open_idx(train, 5);
        CHECK(own->map == NULL);
        offer(fd);
        kdi_data *mapped = open_idx(train, 5);
        CHECK(mapped->map != NULL);
        same_parts(own, mapped);
        kdi_data_close(own);
        kdi_data_close(mapped);
    }
    unsetenv(KDI_SHARED_DATA);
    close(fd);
}

TEST("another data set, another file and no file at all are not taken for it")
{
    int fd = share(), plain = memfd_create("plain", 0);
    offer(fd);
    kdi_data *d = open_idx(0, 0); /* other options */
    CHECK(d->map == NULL);
    kdi_data_close(d);
    const int wrong[] = { plain, -1, 12345 };
    for (int i = 0; i < 3; i++) {
        offer(wrong[i]);
        d = open_idx(0, 5);
        CHECK(d->map == NULL);
        kdi_data_close(d);
    }
    unsetenv(KDI_SHARED_DATA);
    close(plain);
    close(fd);
}

TEST("nobody can change what is shared")
{
    int fd = share();
    CHECK(pwrite(fd, "x", 1, 0) < 0 && errno == EPERM);
    CHECK(ftruncate(fd, 0) < 0);
    CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    close(fd);
}

int main(void)
{
    for (int i = 0; i < TRAIN * SIZE; i++)
        pixel[i] = (unsigned char)(i * 37 + i / SIZE);
    for (int i = 0; i < TRAIN; i++)
        label[i] = (unsigned char)(i % 5);
    arena = kdi_arena_new("test");
    folder_make();
    put_images("train-images-idx3-ubyte", TRAIN, SIDE, SIDE, pixel);
    put_labels("train-labels-idx1-ubyte", TRAIN, label);
    put_images("t10k-images-idx3-ubyte", TEST_N, SIDE, SIDE, pixel);
    put_labels("t10k-labels-idx1-ubyte", TEST_N, label);
    int failed = _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);
    folder_remove();
    kdi_arena_free(arena);
    return failed;
}
