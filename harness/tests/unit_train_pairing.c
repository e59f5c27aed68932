/* Which student tap is compared with which teacher tap. */
#include "tests/test.h"
#include "train/pairing.h"

static const kd_tap deep[] = { { .name = "stem", .kind = KD_TAP_STEM },
                               { .name = "stage1", .kind = KD_TAP_STAGE },
                               { .name = "stage2", .kind = KD_TAP_STAGE },
                               { .name = "stage3", .kind = KD_TAP_STAGE },
                               { .name = "pooled", .kind = KD_TAP_POOLED } };
static const kd_tap flat[] = { { .name = "stem", .kind = KD_TAP_STEM },
                               { .name = "stage1", .kind = KD_TAP_STAGE },
                               { .name = "stage2", .kind = KD_TAP_STAGE },
                               { .name = "pooled", .kind = KD_TAP_POOLED } };
static const kdi_taps student = { "flat", flat, 4 }, teacher = { "deep", deep, 5 };

struct hinted {
    int hint_layer;
};
static const kd_option options[] = { KD_INT(struct hinted, hint_layer, 2, 0, 15, "tap"), { 0 } };

static int pair(enum kd_taps taps, int hint_layer, const kd_value *pairs, kdi_pairing *out)
{
    kd_method m = { .name = "toy", .taps = taps, .options = options };
    kd_error_clear();
    return kdi_pair_taps(&m, &(struct hinted){ hint_layer }, pairs, student, teacher, out);
}

TEST("stages are paired from the last one back")
{
    kdi_pairing p;
    CHECK_INT(pair(KD_TAPS_STAGES, 0, NULL, &p), KD_OK);
    CHECK_INT(p.n, 2);
    CHECK(p.s[0] == 1 && p.t[0] == 2 && p.s[1] == 2 && p.t[1] == 3 && !p.pre);
    CHECK_INT(pair(KD_TAPS_LAST, 0, NULL, &p), KD_OK);
    CHECK(p.n == 1 && p.s[0] == 2 && p.t[0] == 3);
    CHECK_INT(pair(KD_TAPS_STAGES_PRE, 0, NULL, &p), KD_OK);
    CHECK(p.n == 2 && p.pre);
}

TEST("a method that reads no taps, or has no teacher, gets no pairs")
{
    kdi_pairing p;
    CHECK_INT(pair(KD_TAPS_NONE, 0, NULL, &p), KD_OK);
    CHECK_INT(p.n, 0);
    kd_method m = { .name = "toy", .taps = KD_TAPS_STAGES };
    CHECK_INT(kdi_pair_taps(&m, NULL, NULL, student, (kdi_taps){ .n = 0 }, &p), KD_OK);
    CHECK_INT(p.n, 0);
}

TEST("a hint is the tap of one number in both networks, never the pooled vector")
{
    kdi_pairing p;
    CHECK_INT(pair(KD_TAPS_HINT, 1, NULL, &p), KD_OK);
    CHECK(p.n == 1 && p.s[0] == 1 && p.t[0] == 1);
    CHECK_INT(pair(KD_TAPS_HINT, 3, NULL, &p), KD_E_NOT_APPLICABLE);
    CHECK_HAS(kd_error_message(), "flat has 0..2, deep 0..3");
}

static kd_value *one_pair(kdi_arena *a, const char *s, const char *t)
{
    kd_value *pairs = kd_list(a), *names = kd_list(a);
    kd_push(names, kd_string(a, s));
    kd_push(names, kd_string(a, t));
    kd_push(pairs, names);
    return pairs;
}

TEST("a sweep's pairs are taken by name, before the method's wish")
{
    kdi_arena *a = kdi_arena_new("test");
    kdi_pairing p;
    CHECK_INT(pair(KD_TAPS_STAGES, 0, one_pair(a, "stem", "stage3"), &p), KD_OK);
    CHECK(p.n == 1 && p.s[0] == 0 && p.t[0] == 3);
    CHECK_INT(pair(KD_TAPS_STAGES, 0, one_pair(a, "stage3", "stage3"), &p), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "flat has no tap 'stage3'");
    kdi_arena_free(a);
}

TEST_MAIN
