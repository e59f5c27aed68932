/* Batches: normalised, in the order asked for, augmented by nothing but (sample, epoch, view). */
#include "data_files.h"

enum { TRAIN = 400, TEST_N = 30, SIDE = 12, SIZE = SIDE * SIDE };

static unsigned char pixel[TRAIN * SIZE], label[TRAIN];
static kdi_arena *arena;
static kd_engine *engine;

static kdi_data *open_with(const char *augment, int64_t train)
{
    kdi_data *d;
    kd_value *spec = kd_map(arena);
    kd_set_text(spec, "name", "idx");
    kd_set_text(spec, "augment", augment);
    kd_set_int(spec, "train", train);
    CHECK_INT(kdi_data_open(&d, spec, folder), KD_OK);
    return d;
}

static void refused(const char *key, kd_value *value, const char *a, const char *b)
{
    kdi_data *d;
    kd_value *spec = kd_map(arena);
    kd_set_text(spec, "name", "idx");
    kd_set(spec, key, value);
    CHECK_INT(kdi_data_open(&d, spec, folder), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), a);
    CHECK_HAS(kd_error_message(), b);
    kd_error_clear();
}

static const kd_real *image(const kdi_batch *b, int64_t i)
{
    return kd_reals(b->input[KD_IMAGE]) + i * SIZE;
}

/* one training sample as it is seen in an epoch, alone in its batch */
static const kd_real *view(const kdi_data *d, int64_t sample, int64_t epoch, int v, uint64_t seed)
{
    kdi_ask ask = { .split = KD_TRAIN,
                    .sample = &sample,
                    .n = 1,
                    .augment = d->augment,
                    .seed = seed,
                    .epoch = epoch,
                    .view = v };
    return image(kdi_data_batch(engine, d, &ask), 0);
}

static bool same(const kd_real *a, const kd_real *b)
{
    return memcmp(a, b, SIZE * sizeof *a) == 0;
}

TEST("a batch has the samples asked for, with label and number")
{
    kdi_data *d = open_with("none", 0);
    const int64_t sample[] = { 5, 0, 200, 5 };
    kdi_ask ask = { .split = KD_TRAIN, .sample = sample, .n = 4 };
    kdi_batch *b = kdi_data_batch(engine, d, &ask);
    CHECK_INT(b->n, 4);
    CHECK(kd_shape_equal(kd_shape_of(b->input[KD_IMAGE]), KD_SHAPE(4, SIDE, SIDE, 1)));
    for (int i = 0; i < 4; i++) {
        int64_t place = d->part[KD_TRAIN].place[sample[i]];
        CHECK_INT(kd_i64s(b->index)[i], sample[i]);
        CHECK_INT(kd_i64s(b->label)[i], label[place]);
        for (int j = 0; j < SIZE; j++)
            CHECK_NEAR(image(b, i)[j],
                       (pixel[place * SIZE + j] / 255.0 - d->set.mean[0]) / d->set.sd[0], 1e-6);
    }
    CHECK_TEXT(b->item[0].name, "image");
    CHECK(b->item[0].x == b->input[KD_IMAGE]);
    CHECK_TEXT(b->item[1].name, "label");
    CHECK(b->item[1].x == b->label);
    kdi_data_close(d);
}

TEST("the training split has mean 0 and deviation 1; a subset is normalised the same way")
{
    kdi_data *d = open_with("none", 0), *part = open_with("none", 40);
    int64_t n = d->part[KD_TRAIN].n;
    double sum = 0, square = 0;
    for (int64_t i = 0; i < n; i++) {
        kdi_ask ask = { .split = KD_TRAIN, .sample = &i, .n = 1 };
        const kd_real *x = image(kdi_data_batch(engine, d, &ask), 0);
        for (int j = 0; j < SIZE; j++) {
            sum += x[j];
            square += (double)x[j] * x[j];
        }
    }
    CHECK_NEAR(sum / (double)(n * SIZE), 0, 1e-5);
    CHECK_NEAR(square / (double)(n * SIZE), 1, 1e-5);
    CHECK_NEAR(part->set.mean[0], d->set.mean[0], 0);
    CHECK_NEAR(part->set.sd[0], d->set.sd[0], 0);
    kdi_data_close(d);
    kdi_data_close(part);
}

TEST("no sample is in two splits, and a subset takes from train only")
{
    kdi_data *d = open_with("none", 100);
    char used[TRAIN] = { 0 };
    CHECK_INT(d->part[KD_TRAIN].n, 100);
    CHECK_INT(d->part[KD_VALIDATION].n, TRAIN / 10);
    CHECK_INT(d->part[KD_TEST].n, TEST_N);
    for (int s = KD_TRAIN; s <= KD_VALIDATION; s++)
        for (int64_t i = 0; i < d->part[s].n; i++) {
            CHECK(!used[d->part[s].place[i]]);
            used[d->part[s].place[i]] = 1;
        }
    kdi_data_close(d);
}

TEST("training drops the last short batch, evaluation keeps it")
{
    kdi_data *d = open_with("none", 100);
    CHECK_INT(kdi_data_batches(d, KD_TRAIN, 32), 3);
    CHECK_INT(kdi_data_batches(d, KD_TRAIN, 100), 1);
    CHECK_INT(kdi_data_batches(d, KD_TRAIN, 101), 0);
    CHECK_INT(kdi_data_batches(d, KD_TEST, 7), 5);
    CHECK_INT(kdi_data_batches(d, KD_VALIDATION, 40), 1);
    kdi_data_close(d);
}

TEST("an epoch's order has every sample once and depends on seed and epoch only")
{
    kdi_data *d = open_with("none", 100);
    int64_t a[100], b[100], seen[100] = { 0 };
    kdi_data_order(d, 3, 1, a);
    for (int i = 0; i < 100; i++)
        seen[a[i]]++;
    for (int i = 0; i < 100; i++)
        CHECK_INT(seen[i], 1);
    kdi_data_order(d, 3, 2, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    kdi_data_order(d, 4, 1, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    kdi_data_order(d, 3, 1, b);
    CHECK(memcmp(a, b, sizeof a) == 0);
    kdi_data_close(d);
}

TEST("an augmented sample does not depend on the batch it is in, nor on what was drawn before")
{
    kdi_data *d = open_with("crop_flip", 0);
    const int64_t forth[] = { 1, 2, 3, 4, 5, 6, 7, 8 }, back[] = { 8, 3, 1, 200 };
    kdi_ask ask = {
        .split = KD_TRAIN, .sample = forth, .n = 8, .augment = d->augment, .seed = 9, .epoch = 2
    };
    kdi_batch *all = kdi_data_batch(engine, d, &ask);
    ask.sample = back;
    ask.n = 4;
    kdi_batch *some = kdi_data_batch(engine, d, &ask);
    CHECK(same(image(all, 7), image(some, 0)));
    CHECK(same(image(all, 2), image(some, 1)));
    CHECK(same(image(all, 0), image(some, 2)));
    for (int i = 0; i < 8; i++)
        CHECK(same(image(all, i), view(d, forth[i], 2, 0, 9)));
    kdi_data_close(d);
}

TEST("a subset sees the same augmentation of an image as the whole set does")
{
    kdi_data *d = open_with("crop_flip", 0), *part = open_with("crop_flip", 50);
    for (int64_t i = 0, j = 0; i < 50; i++) {
        while (d->part[KD_TRAIN].place[j] != part->part[KD_TRAIN].place[i])
            j++;
        CHECK(same(view(part, i, 3, 0, 1), view(d, j, 3, 0, 1)));
    }
    kdi_data_close(d);
    kdi_data_close(part);
}

TEST("epoch, view and seed each change what is seen")
{
    kdi_data *d = open_with("crop_flip", 0);
    int epoch = 0, seen = 0, seed = 0;
    for (int64_t i = 0; i < 20; i++) {
        const kd_real *first = view(d, i, 0, 0, 0);
        epoch += !same(first, view(d, i, 1, 0, 0));
        seen += !same(first, view(d, i, 0, 1, 0));
        seed += !same(first, view(d, i, 0, 0, 1));
    }
    CHECK(epoch > 15 && seen > 15 && seed > 15); /* 1 of 162 draws is the same by chance */
    kdi_data_close(d);
}

TEST("nothing but training images is augmented, and those only when asked")
{
    kdi_data *d = open_with("crop_flip", 0), *plain = open_with("none", 0);
    for (int64_t i = 0; i < 20; i++)
        for (int s = KD_TRAIN; s < KD_NSPLIT; s++) {
            kdi_ask ask = {
                .split = s, .sample = &i, .n = 1, .augment = s != KD_TRAIN ? d->augment : NULL
            };
            const kd_real *a = image(kdi_data_batch(engine, d, &ask), 0);
            CHECK(same(a, image(kdi_data_batch(engine, plain, &ask), 0)));
        }
    kdi_data_close(d);
    kdi_data_close(plain);
}

TEST("a crop moves the image over zeros, a flip mirrors it")
{
    enum { H = 3, W = 4 };
    const kd_dataset shape = { .height = H, .width = W, .channels = 2 };
    const kd_real pad[] = { -1, -2 };
    kd_real from[H * W * 2], to[H * W * 2];
    for (int i = 0; i < H * W; i++) {
        from[2 * i] = (kd_real)i;
        from[2 * i + 1] = (kd_real)(100 + i);
    }
    for (int top = 0; top <= 8; top++)
        for (int left = 0; left <= 8; left++)
            for (int flip = 0; flip < 2; flip++) {
                kdi_warp_image((kdi_warp){ top, left, flip }, &shape, from, pad, to);
                for (int y = 0; y < H; y++)
                    for (int x = 0; x < W; x++) {
                        int fy = y + top - 4, fx = (flip ? W - 1 - x : x) + left - 4;
                        bool inside = fy >= 0 && fy < H && fx >= 0 && fx < W;
                        int at = fy * W + fx;
                        CHECK_NEAR(to[2 * (y * W + x)], inside ? at : -1, 0);
                        CHECK_NEAR(to[2 * (y * W + x) + 1], inside ? 100 + at : -2, 0);
                    }
            }
}

TEST("draws cover every crop and both mirrors about equally")
{
    int top[9] = { 0 }, left[9] = { 0 }, flips = 0;
    for (int64_t i = 0; i < 9000; i++) {
        kdi_warp w = kdi_augment_draw(&kdi_augments[3], NULL, 7, i, 5, 0);
        top[w.top]++;
        left[w.left]++;
        flips += w.flip;
    }
    for (int i = 0; i < 9; i++) { /* 1000 expected, deviation 30 */
        CHECK(top[i] > 850 && top[i] < 1150);
        CHECK(left[i] > 850 && left[i] < 1150);
    }
    CHECK(flips > 4250 && flips < 4750);
}

TEST("padding is a black pixel, normalised as every other")
{
    kdi_data *d = open_with("crop", 0);
    CHECK_NEAR(d->pad[0], d->table[0][0], 0);
    kdi_data_close(d);
}

TEST("the names offered as an option are the augmentations")
{
    for (int i = 0; kdi_augments[i].name; i++)
        CHECK_TEXT(kdi_augment_names[i], kdi_augments[i].name);
}

TEST("requests that cannot be met are refused with both numbers")
{
    refused("train", kd_int(arena, 361), "361", "360");
    refused("train", kd_int(arena, 3), "3", "at least 4");
    refused("train", kd_int(arena, -1), "-1", "0..");
    refused("augment", kd_string(arena, "cutmix"), "cutmix", "crop_flip");
    refused("agument", kd_string(arena, "none"), "agument", "augment");
    refused("augment_seed", kd_string(arena, "one"), "augment_seed", "integer");
}

TEST("the facts tell the counts and the checksum")
{
    kdi_data *d = open_with("flip", 80);
    kd_value *f = kdi_data_facts(d, arena);
    CHECK_INT(kd_get_int(f, "train", 0), 80);
    CHECK_INT(kd_get_int(f, "validation", 0), 40);
    CHECK_INT(kd_get_int(f, "test", 0), TEST_N);
    CHECK_INT(kd_get_int(f, "classes", 0), 4);
    CHECK_TEXT(kd_get_text(f, "sha256", ""), d->sha256);
    CHECK_INT(strlen(d->sha256), 64);
    CHECK_TEXT(kd_get_text(f, "augment", ""), "flip");
    CHECK_NEAR(kd_get(f, "mean")->item[0]->number, d->set.mean[0], 0);
    kdi_data_close(d);
}

TEST("after the first batches the step arena asks for no more memory")
{
    kdi_data *d = open_with("crop_flip", 0);
    int64_t order[360];
    kdi_data_order(d, 0, 0, order);
    kdi_ask ask = { .split = KD_TRAIN, .sample = order, .n = 32, .augment = d->augment };
    for (int i = 0; i < 2; i++) {
        kdi_step_reset(engine);
        kdi_data_batch(engine, d, &ask);
    }
    int64_t before = kdi_arena_mallocs();
    for (int i = 0; i < 10; i++) {
        kdi_step_reset(engine);
        ask.sample = order + 32 * i;
        kdi_data_batch(engine, d, &ask);
    }
    CHECK_INT(kdi_arena_mallocs(), before);
    kdi_data_close(d);
}

int main(void)
{
    arena = kdi_arena_new("test");
    engine = kdi_engine_new();
    folder_make();
    for (size_t i = 0; i < sizeof pixel; i++)
        pixel[i] = (unsigned char)(i * i * 31 + i / 7);
    for (int i = 0; i < TRAIN; i++)
        label[i] = (unsigned char)(i % 4);
    put_images("train-images-idx3-ubyte", TRAIN, SIDE, SIDE, pixel);
    put_labels("train-labels-idx1-ubyte", TRAIN, label);
    put_images("t10k-images-idx3-ubyte", TEST_N, SIDE, SIDE, pixel + 5);
    put_labels("t10k-labels-idx1-ubyte", TEST_N, label);
    int failed = _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);
    folder_remove();
    kdi_engine_free(engine);
    kdi_arena_free(arena);
    return failed;
}
