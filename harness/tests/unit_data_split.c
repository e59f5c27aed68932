/* Validation and subsets: fixed rules that no seed and no neighbour changes. */
#include "test.h"
#include "data/data.h"

enum { N = 1000, CLASSES = 7 };

static int64_t label[N], kept[N], held[N], nkept, nheld;
static kd_samples all = { .n = N, .label = label };

/* classes of unlike sizes, mixed */
static void deal_labels(void)
{
    for (int i = 0; i < N; i++)
        label[i] = i % 13 < CLASSES ? i % 13 : i % 3;
}

static void count(const int64_t *place, int64_t n, int64_t of[CLASSES])
{
    memset(of, 0, CLASSES * sizeof *of);
    for (int64_t i = 0; i < n; i++)
        of[label[place[i]]]++;
}

static void cut(void)
{
    deal_labels();
    kdi_split_hold_out(&all, 10, kept, &nkept, held, &nheld);
}

static void subset(int64_t *place, int64_t wanted)
{
    int64_t order[N];
    kdi_split_order(&all, kept, nkept, order);
    kdi_split_take(order, wanted, place);
}

static bool contains(const int64_t *list, int64_t n, int64_t x)
{
    for (int64_t i = 0; i < n; i++)
        if (list[i] == x)
            return true;
    return false;
}

TEST("validation is a tenth of each class, rounded down, and nothing is lost or shared")
{
    int64_t in_all[CLASSES], in_held[CLASSES], every[N];
    cut();
    CHECK_INT(nkept + nheld, N);
    for (int64_t i = 0; i < N; i++) {
        every[i] = i;
        CHECK(contains(kept, nkept, i) != contains(held, nheld, i));
    }
    count(every, N, in_all);
    count(held, nheld, in_held);
    for (int c = 0; c < CLASSES; c++)
        CHECK_INT(in_held[c], in_all[c] / 10);
}

TEST("both parts are in order of place")
{
    cut();
    for (int64_t i = 1; i < nkept; i++)
        CHECK(kept[i - 1] < kept[i]);
    for (int64_t i = 1; i < nheld; i++)
        CHECK(held[i - 1] < held[i]);
}

TEST("the rule is pinned: these places are validation, in every build and for ever")
{
    static const int64_t first[] = { 2, 11, 19, 22, 52, 59, 80, 89 };
    cut();
    CHECK_INT(nheld, 97);
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        CHECK_INT(held[i], first[i]);
}

TEST("validation is spread over the file, not one stretch of it")
{
    cut();
    int64_t early = 0;
    for (int64_t i = 0; i < nheld; i++)
        early += held[i] < N / 2;
    CHECK(early > nheld / 4 && early < 3 * nheld / 4);
}

TEST("what happens in one class does not move the others' validation")
{
    int64_t before[N], nbefore;
    cut();
    memcpy(before, held, sizeof before);
    nbefore = nheld;
    for (int i = 0; i < N; i++)
        if (label[i] == 3 && i % 2)
            label[i] = 6;
    kdi_split_hold_out(&all, 10, kept, &nkept, held, &nheld);
    for (int64_t i = 0; i < nbefore; i++)
        if (label[before[i]] != 3 && label[before[i]] != 6)
            CHECK(contains(held, nheld, before[i]));
}

TEST("a subset has as many of each class, and none of validation")
{
    int64_t place[N], of[CLASSES];
    cut();
    subset(place, 5 * CLASSES);
    count(place, 5 * CLASSES, of);
    for (int c = 0; c < CLASSES; c++)
        CHECK_INT(of[c], 5);
    for (int i = 0; i < 5 * CLASSES; i++)
        CHECK(!contains(held, nheld, place[i]));
}

TEST("a smaller subset is a part of every larger one")
{
    int64_t small[N], large[N];
    cut();
    for (int64_t n = CLASSES; n < nkept; n += 97) {
        subset(small, n);
        subset(large, n + 1);
        for (int64_t i = 0; i < n; i++)
            CHECK(contains(large, n + 1, small[i]));
    }
}

TEST("when a small class is used up the others fill the subset")
{
    int64_t place[N], of[CLASSES], all_of[CLASSES];
    cut();
    count(kept, nkept, all_of);
    subset(place, nkept - 1);
    count(place, nkept - 1, of);
    int64_t missing = 0;
    for (int c = 0; c < CLASSES; c++)
        missing += all_of[c] - of[c];
    CHECK_INT(missing, 1);
}

TEST_MAIN
