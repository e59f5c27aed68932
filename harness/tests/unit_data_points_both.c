/* Clouds of points augmented: what each kind of change leaves as it was, and what decides a draw.
 */
#include "test.h"
#include "data/data.h"

enum { N = 60, POINTS = 200, CHANNELS = 6, SIZE = POINTS * CHANNELS };

static kdi_arena *arena;
static kd_engine *engine;
static float point[N * SIZE];
static int64_t label[N];

static int open_memory(kd_dataset *d, const void *self)
{
    (void)self;
    d->classes = 2;
    d->points = POINTS;
    d->point_channels = CHANNELS;
    d->up = 2;
    d->train = d->test = (kd_samples){ .n = N, .point = point, .label = label };
    return KD_OK;
}

static const kd_dataset_class in_memory = { .name = "memory", .open = open_memory };

static kdi_data *open_with(const char *augment)
{
    kdi_data *d;
    kd_value *spec = kd_map(arena);
    kd_set_text(spec, "augment", augment);
    for (int i = 0; i < N * SIZE; i++)
        point[i] = (float)sin(i * 0.7 + i / SIZE);
    for (int i = 0; i < N; i++)
        label[i] = i % 2;
    kd_error_clear();
    return kdi_data_open_class(&d, &in_memory, spec, "") == KD_OK ? d : NULL;
}

/* one training sample as an augmentation shows it */
static const kd_real *see(const kdi_data *d, const char *how, int64_t sample, int64_t epoch,
                          int view, uint64_t seed)
{
    kdi_ask ask = { .split = KD_TRAIN,
                    .sample = &sample,
                    .n = 1,
                    .augment = kdi_augment_named(how),
                    .seed = seed,
                    .epoch = epoch,
                    .view = view };
    return kd_reals(kdi_data_batch(engine, d, &ask)->input[KD_POINTS]);
}

static bool same(const kd_real *a, const kd_real *b)
{
    return memcmp(a, b, SIZE * sizeof *a) == 0;
}

TEST("none is the cloud as it is, and so is every split but train")
{
    kdi_data *d = open_with("points_strong");
    const kd_real *x = see(d, "none", 3, 0, 0, 0);
    const float *from = point + d->part[KD_TRAIN].place[3] * SIZE;
    for (int i = 0; i < SIZE; i++)
        CHECK(x[i] == (kd_real)from[i]);
    const int64_t first = 0;
    kdi_ask ask = { .split = KD_TEST, .sample = &first, .n = 1, .augment = d->augment };
    x = kd_reals(kdi_data_batch(engine, d, &ask)->input[KD_POINTS]);
    for (int i = 0; i < SIZE; i++)
        CHECK(x[i] == (kd_real)point[i]);
    kdi_data_close(d);
}

TEST("jitter moves each coordinate by a deviation of 0.01, at most 0.05, and no normal")
{
    kdi_data *d = open_with("jitter");
    double square = 0, most = 0;
    for (int64_t s = 0; s < 40; s++) {
        const kd_real *x = see(d, "jitter", s, 0, 0, 1), *y = see(d, "none", s, 0, 0, 1);
        for (int i = 0; i < SIZE; i++) {
            double moved = fabs((double)x[i] - (double)y[i]);
            if (i % CHANNELS >= 3) {
                CHECK(moved == 0);
                continue;
            }
            square += moved * moved / (40 * POINTS * 3);
            most = fmax(most, moved);
        }
    }
    CHECK(most <= 0.05 + 1e-6 && most > 0.03); /* 24,000 draws reach beyond 3 deviations */
    CHECK_NEAR(sqrt(square), 0.01, 3e-4);      /* its error: 0.01/sqrt(2*24000) = 4.6e-5 */
    kdi_data_close(d);
}

TEST("scaling is one factor of 2/3 to 3/2 for the whole cloud; normals stay")
{
    kdi_data *d = open_with("none");
    kdi_augment scale = { .name = "scale", .scale = true };
    double least = 9, most = 0;
    kd_real x[SIZE], y[SIZE];
    for (int i = 0; i < SIZE; i++)
        x[i] = (kd_real)point[i];
    for (uint64_t s = 0; s < 300; s++) {
        kd_rng rng = kdi_rng(s, KDI_STREAM_TEST, 0);
        kdi_augment_points(&scale, &d->set, &rng, x, y);
        double by = (double)y[1] / (double)x[1];
        least = fmin(least, by);
        most = fmax(most, by);
        for (int i = 0; i < SIZE; i++)
            CHECK_NEAR(y[i], i % CHANNELS < 3 ? by * (double)x[i] : (double)x[i], 1e-6);
    }
    CHECK(least > 2.0 / 3 - 1e-6 && least < 0.69);
    CHECK(most < 1.5 + 1e-6 && most > 1.48);
    kdi_data_close(d);
}

TEST("rotating keeps heights, radii and angles between points and normals")
{
    kdi_data *d = open_with("rotate");
    const kd_real *x = see(d, "none", 5, 0, 0, 0), *y = see(d, "rotate", 5, 2, 0, 0);
    double c = ((double)x[0] * y[0] + (double)x[1] * y[1]) /
               ((double)x[0] * x[0] + (double)x[1] * x[1]); /* cosine of the angle */
    CHECK(fabs(c) < 0.9999);
    for (int i = 0; i < SIZE; i += 3) {
        CHECK(x[i + 2] == y[i + 2]);
        double flat = hypot(x[i], x[i + 1]);
        CHECK_NEAR(hypot(y[i], y[i + 1]), flat, 1e-6);
        CHECK_NEAR((double)x[i] * y[i] + (double)x[i + 1] * y[i + 1], c * flat * flat, 1e-5);
    }
    kdi_data_close(d);
}

TEST("it turns about the axis that the data set says points upwards")
{
    kdi_data *d = open_with("none");
    kd_real x[SIZE], y[SIZE];
    kdi_augment rotate = { .name = "rotate", .rotate = true };
    for (int i = 0; i < SIZE; i++)
        x[i] = (kd_real)point[i];
    for (int up = 0; up < 3; up++) {
        kd_rng rng = kdi_rng(1, KDI_STREAM_TEST, 0);
        d->set.up = up;
        kdi_augment_points(&rotate, &d->set, &rng, x, y);
        for (int i = up; i < SIZE; i += 3)
            CHECK(x[i] == y[i]);
        CHECK(x[(up + 1) % 3] != y[(up + 1) % 3]);
    }
    kdi_data_close(d);
}

TEST("dropped points lie on the first, a share of them that is at most 7/8 and differs")
{
    kdi_data *d = open_with("none");
    kdi_augment drop = { .name = "drop", .drop = true };
    int least = POINTS, most = 0;
    kd_real x[SIZE], y[SIZE];
    for (int i = 0; i < SIZE; i++)
        x[i] = (kd_real)point[i];
    for (uint64_t s = 0; s < 200; s++) {
        kd_rng rng = kdi_rng(s, KDI_STREAM_TEST, 0);
        int dropped = 0;
        kdi_augment_points(&drop, &d->set, &rng, x, y);
        for (int p = 1; p < POINTS; p++) {
            bool gone = memcmp(y + p * CHANNELS, x, CHANNELS * sizeof *x) == 0;
            CHECK(gone || memcmp(y + p * CHANNELS, x + p * CHANNELS, CHANNELS * sizeof *x) == 0);
            dropped += gone;
        }
        least = dropped < least ? dropped : least;
        most = dropped > most ? dropped : most;
    }
    CHECK(least < 10 && most > 155 && most < 195); /* 0 to 174, give or take a binomial's 5 */
    kdi_data_close(d);
}

TEST("redrawn points are stored ones, in their order, none twice, others in another epoch")
{
    kdi_data *d = open_with("none");
    kdi_augment again = { .name = "redraw", .redraw = true };
    kd_real x[SIZE], y[2][SIZE];
    for (int i = 0; i < SIZE; i++)
        x[i] = (kd_real)point[i];
    d->set.stored_points = POINTS;
    d->set.points = POINTS / 4;
    for (uint64_t s = 0; s < 2; s++) {
        kd_rng rng = kdi_rng(s, KDI_STREAM_TEST, 0);
        kdi_augment_points(&again, &d->set, &rng, x, y[s]);
        int at = -1;
        for (int p = 0; p < POINTS / 4; p++) {
            do
                at++;
            while (at < POINTS &&
                   memcmp(x + at * CHANNELS, y[s] + p * CHANNELS, CHANNELS * sizeof *x) != 0);
            CHECK(at < POINTS);
        }
    }
    CHECK(memcmp(y[0], y[1], POINTS / 4 * CHANNELS * sizeof *x) != 0);
    kdi_data_close(d);
}

TEST("a draw depends on sample, epoch, view and seed, and on nothing else")
{
    kdi_data *d = open_with("points_strong");
    static const char how[] = "points_strong";
    const kd_real *x = see(d, how, 4, 1, 0, 7);
    CHECK(same(x, see(d, how, 4, 1, 0, 7)));
    CHECK(!same(x, see(d, how, 4, 2, 0, 7)));
    CHECK(!same(x, see(d, how, 4, 1, 1, 7)));
    CHECK(!same(x, see(d, how, 4, 1, 0, 8)));
    const int64_t both[] = { 9, 4 };
    kdi_ask ask = { .split = KD_TRAIN,
                    .sample = both,
                    .n = 2,
                    .augment = kdi_augment_named(how),
                    .seed = 7,
                    .epoch = 1 };
    CHECK(same(x, kd_reals(kdi_data_batch(engine, d, &ask)->input[KD_POINTS]) + SIZE));
    kdi_data_close(d);
}

TEST("what is meant for images or texts is refused, and what does something is named")
{
    CHECK(open_with("crop_flip") == NULL);
    CHECK_HAS(kd_error_message(), "crop_flip");
    CHECK_HAS(kd_error_message(), "these do: none, jitter, scale_jitter");
    CHECK_HAS(kd_error_message(), "rotate, rotate_scale_jitter, points_strong");
    CHECK(open_with("word_dropout") == NULL);
    kd_error_clear();
}

int main(void)
{
    arena = kdi_arena_new("test");
    engine = kdi_engine_new();
    int failed = _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);
    kdi_engine_free(engine);
    kdi_arena_free(arena);
    return failed;
}
