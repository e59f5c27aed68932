/* Random numbers: the published Philox vectors, and what is promised of the draws made from it. */
#include "tests/engine_tools.h"

static void known_answer(const uint32_t counter[4], uint64_t key, const uint32_t wanted[4])
{
    uint32_t out[4];
    kdi_philox(counter, key, out);
    for (int i = 0; i < 4; i++)
        CHECK_INT(out[i], wanted[i]);
}

/* the known-answer vectors of the authors' library Random123, philox4x32 with 10 rounds */
TEST("Philox4x32-10 gives the published answers")
{
    known_answer((uint32_t[]){ 0, 0, 0, 0 }, 0,
                 (uint32_t[]){ 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 });
    known_answer((uint32_t[]){ ~0u, ~0u, ~0u, ~0u }, ~(uint64_t)0,
                 (uint32_t[]){ 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd });
    known_answer((uint32_t[]){ 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
                 (uint64_t)0x299f31d0 << 32 | 0xa4093822,
                 (uint32_t[]){ 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 });
}

TEST("the first four words of stream 0 and key 0 are the first block")
{
    kd_rng r = { .key = 0, .stream = 0, .counter = 0 };
    static const uint32_t wanted[] = { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 };
    for (int i = 0; i < 4; i++)
        CHECK_INT(kdi_u32(&r), wanted[i]);
}

TEST("a draw depends on its place, not on what was drawn before")
{
    kd_rng r = kdi_rng(5, KDI_STREAM_TEST, 3), s = r;
    for (int i = 0; i < 10; i++)
        kdi_u32(&r);
    s.counter = 10;
    CHECK_INT(kdi_u32(&r), kdi_u32(&s));
}

TEST("seeds, streams and sub-streams give different numbers")
{
    kd_rng r[] = { kdi_rng(1, KDI_STREAM_WEIGHTS, 0), kdi_rng(2, KDI_STREAM_WEIGHTS, 0),
                   kdi_rng(1, KDI_STREAM_ORDER, 0), kdi_rng(1, KDI_STREAM_WEIGHTS, 1) };
    uint32_t first[4];
    for (int i = 0; i < 4; i++)
        first[i] = kdi_u32(&r[i]);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            CHECK(first[i] != first[j]);
}

TEST("uniform numbers have the mean and variance of 0 to 1")
{
    enum { N = 100000 };
    kd_rng r = kdi_rng(1, KDI_STREAM_TEST, 0);
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        double u = kdi_uniform01(&r);
        CHECK(u >= 0 && u < 1);
        sum += u;
        squares += u * u;
    }
    /* four standard errors: sqrt(1/12/N) is 0.0009, that of u^2 sqrt(4/45/N) 0.00094 */
    CHECK_NEAR(sum / N, 0.5, 0.0037);
    CHECK_NEAR(squares / N, 1.0 / 3, 0.0038);
}

TEST("normal numbers have mean 0, variance 1 and the right tails")
{
    enum { N = 100000 };
    kd_rng r = kdi_rng(1, KDI_STREAM_TEST, 1);
    double sum = 0, squares = 0;
    int beyond = 0;
    for (int i = 0; i < N; i++) {
        double z = kdi_normal(&r);
        sum += z;
        squares += z * z;
        beyond += fabs(z) > 2;
    }
    /* four standard errors: 1/sqrt(N), sqrt(2/N), sqrt(0.0455 * 0.9545 / N) */
    CHECK_NEAR(sum / N, 0, 0.0127);
    CHECK_NEAR(squares / N, 1, 0.0179);
    CHECK_NEAR(beyond / (double)N, 0.0455, 0.0027);
}

TEST("numbers below n hit every value about equally often")
{
    enum { N = 60000, SIDES = 6 };
    int count[SIDES] = { 0 };
    kd_rng r = kdi_rng(1, KDI_STREAM_TEST, 2);
    for (int i = 0; i < N; i++) {
        int64_t k = kdi_below(&r, SIDES);
        CHECK(k >= 0 && k < SIDES);
        count[k]++;
    }
    for (int k = 0; k < SIDES; k++)
        CHECK_NEAR(count[k], N / SIDES, 366); /* four times sqrt(N * 1/6 * 5/6) */
}

TEST("a shuffle is a permutation and repeats with its seed")
{
    enum { N = 50 };
    int64_t x[N], y[N];
    int seen[N] = { 0 };
    for (int i = 0; i < N; i++)
        x[i] = y[i] = i;
    kd_rng r = kdi_rng(1, KDI_STREAM_ORDER, 0), s = r;
    kdi_shuffle(&r, x, N);
    kdi_shuffle(&s, y, N);
    int moved = 0;
    for (int i = 0; i < N; i++) {
        seen[x[i]]++;
        moved += x[i] != i;
    }
    for (int i = 0; i < N; i++)
        CHECK_INT(seen[i], 1);
    CHECK(moved > N / 2);
    assert_memory_equal(x, y, sizeof x);
}

TEST("a draw takes the next words, wherever in a block they begin")
{
    for (int skip = 0; skip < 5; skip++) {
        kd_rng one = kdi_rng(3, KDI_STREAM_TEST, 1), all = one;
        uint64_t word[6];
        for (int i = 0; i < skip; i++)
            CHECK_INT(kdi_u32(&one), kdi_u32(&all));
        for (int i = 0; i < 6; i++)
            word[i] = kdi_u32(&one);
        double u = 1.0 - (double)((word[0] << 32 | word[1]) >> 11) / 9007199254740992.0;
        double v = (double)((word[2] << 32 | word[3]) >> 11) / 9007199254740992.0;
        CHECK(kdi_normal(&all) == sqrt(-2.0 * log(u)) * cos(6.283185307179586477 * v));
        CHECK_INT(kdi_below(&all, 1000), (word[4] << 32 | word[5]) % 1000);
        CHECK_INT(all.counter, one.counter);
    }
}

TEST_MAIN
