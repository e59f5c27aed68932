/* Which convolutions are timed, and when a measured time changes a choice. */
#include "bench/tune.h"
#include "bench/bench.h"
#include "engine/simd.h"
#include "tests/test.h"

static const enum kdi_conv_kernel W = KDI_CONV_WINOGRAD, D = KDI_CONV_DIRECT,
                                  P = KDI_CONV_DEPTHWISE, O = KDI_CONV_ONEDNN;

/* times in the order of the kernels: Winograd, direct, depthwise, oneDNN */
TEST("a choice stays unless another is three per cent faster")
{
    const double close[] = { 0.98, INFINITY, INFINITY, 1 };
    const double clear[] = { 0.96, INFINITY, INFINITY, 1 };
    CHECK_INT(kdi_tune_pick(O, close), O);
    CHECK_INT(kdi_tune_pick(W, close), W);
    CHECK_INT(kdi_tune_pick(O, clear), W);
    CHECK_INT(kdi_tune_pick(W, clear), W);
}

TEST("the fastest of all wins, and what cannot compute it never does")
{
    const double seconds[] = { 0.9, 0.8, INFINITY, 1 };
    const double alone[] = { INFINITY, INFINITY, 2, INFINITY };
    CHECK_INT(kdi_tune_pick(O, seconds), D);
    CHECK_INT(kdi_tune_pick(O, alone), P);
}

static int add(kdi_shapes *s, const char *arch, int64_t channels, int64_t side)
{
    kd_value *spec;
    KD_TRY(kdi_model_parse(arch, s->arena, &spec));
    kd_set_int(spec, "channels", channels);
    kd_set_int(spec, "height", side);
    kd_set_int(spec, "width", side);
    return kdi_shapes_add(s, spec);
}

static int count(const kdi_shapes *s, enum kdi_pass pass)
{
    int n = 0;
    for (int i = 0; i < s->n; i++)
        n += s->at[i].pass == pass;
    return n;
}

/* resnet8: 8 -> 16 and 16 -> 16 at 28x28, 16 -> 32 and 32 -> 32 to 14x14, 32 -> 64 and 64 -> 64 to
 * 7x7, and two shortcuts */
TEST("the convolutions of a network are found once each, with the passes that a step needs")
{
    kdi_arena *a = kdi_arena_new("test");
    kdi_shapes s = { .arena = a };
    if (kdi_simd_level() == 0)
        skip();
    CHECK_INT(add(&s, "resnet8", 8, 28), KD_OK);
    CHECK_INT(count(&s, KDI_FORWARD), 8);
    CHECK_INT(count(&s, KDI_BACKWARD_WEIGHT), 8);
    CHECK_INT(count(&s, KDI_BACKWARD_DATA), 7); /* nobody wants the image's */
    for (int i = 0; i < s.n; i++) {
        CHECK(i == 0 || kdi_conv_compare(s.at[i - 1].key, s.at[i].key) < 0);
        CHECK_INT(s.at[i].key[0], kdi_simd_level());
        CHECK_INT(s.at[i].conv.n, KDI_BENCH_BATCH);
    }
    int before = s.n;
    CHECK_INT(add(&s, "resnet20", 8, 28), KD_OK); /* no layer that resnet8 has not */
    CHECK_INT(s.n, before);
    CHECK_INT(add(&s, "resnet8", 8, 32), KD_OK);
    CHECK_INT(s.n, 2 * before);
    kdi_arena_free(a);
}

TEST("every kernel that takes a convolution is timed")
{
    kdi_arena *a = kdi_arena_new("test");
    kdi_shapes s = { .arena = a };
    if (kdi_simd_level() == 0)
        skip();
    CHECK_INT(add(&s, "resnet8_w0.25", 1, 8), KD_OK);
    kdi_tuner *t = kdi_tuner_new(&s);
    kdi_tuned tuned;
    kdi_tune(t, &s.at[0], &tuned);
    for (enum kdi_conv_kernel k = 0; k < KDI_CONV_ONEDNN; k++)
        CHECK((tuned.seconds[k] < INFINITY) == kdi_conv_fits(k, &s.at[0].conv));
    CHECK((tuned.seconds[O] < INFINITY) == (kdi_dnn_version()[0] != '\0'));
    CHECK_INT(tuned.before, kdi_conv_choose(&s.at[0].conv, s.at[0].pass));
    CHECK(tuned.seconds[tuned.now] < INFINITY);
    kdi_tuner_free(t);
    kdi_arena_free(a);
}

TEST_MAIN
