/* Recall at 1, 5 and 10 on embeddings whose order can be seen by eye. */
#include "tests/engine_tools.h"
#include "train/trainer.h"

#include <math.h>

static void recall_is(const double *query, const double *among, int64_t n, int64_t width,
                      double one, double five, double ten)
{
    double r[KDI_NRECALL];
    kdi_recall(query, among, n, width, r);
    CHECK_NEAR(r[0], one, 1e-12);
    CHECK_NEAR(r[1], five, 1e-12);
    CHECK_NEAR(r[2], ten, 1e-12);
}

/* unit vectors at these degrees */
static void on_circle(const double *degrees, int64_t n, double *out)
{
    for (int64_t i = 0; i < n; i++) {
        out[2 * i] = cos(degrees[i] * acos(-1.0) / 180);
        out[2 * i + 1] = sin(degrees[i] * acos(-1.0) / 180);
    }
}

TEST("who finds itself first, whatever the lengths, has full recall")
{
    const double query[] = { 1, 0, 0, 5, -3, 0 }, among[] = { 7, 0, 0, 1, -1, 0 };
    recall_is(query, among, 3, 2, 100, 100, 100);
}

TEST("the rank is one more than how many are nearer")
{
    /* the query of row 0 is at 0 degrees and its own at 50: 10, 20, 30 and 40 are nearer, so it is
       fifth; the others find their own exactly */
    const double query_at[] = { 0, 10, 20, 30, 40, 90 }, among_at[] = { 50, 10, 20, 30, 40, 90 };
    double query[12], among[12];
    on_circle(query_at, 6, query);
    on_circle(among_at, 6, among);
    recall_is(query, among, 6, 2, 100.0 * 5 / 6, 100, 100);
}

TEST("directions differ")
{
    /* Queries 0 and 2 find their own first, query 1 finds the one at 10 before its own at 80. The
       other way round 10 is as near to queries 0 and 1, and 80 is nearest to 90. */
    const double query_at[] = { 0, 0, 90 }, among_at[] = { 10, 80, 90 };
    double query[6], among[6];
    on_circle(query_at, 3, query);
    on_circle(among_at, 3, among);
    recall_is(query, among, 3, 2, 200.0 / 3, 100, 100);
    recall_is(among, query, 3, 2, 50, 100, 100);
}

TEST("what cannot be told apart is found by chance")
{
    enum { N = 20 };
    double same[N * 3];
    for (int i = 0; i < N * 3; i++)
        same[i] = 1 + i % 3;
    recall_is(same, same, N, 3, 100.0 / N, 500.0 / N, 1000.0 / N);
}

TEST("equally near ones share the places that nearer ones leave")
{
    /* row 0 looks from 0 degrees, where row 1 lies; rows 0, 2 and 3 are all at 30, so that it is
       second, third or fourth. Row 1 finds itself; rows 2 and 3 one of three. */
    const double query_at[] = { 0, 0, 30, 30 }, among_at[] = { 30, 0, 30, 30 };
    double query[8], among[8], r[KDI_NRECALL];
    on_circle(query_at, 4, query);
    on_circle(among_at, 4, among);
    kdi_recall(query, among, 4, 2, r);
    CHECK_NEAR(r[0], 100 * (0 + 1 + 1.0 / 3 + 1.0 / 3) / 4, 1e-12);
    CHECK_NEAR(r[1], 100, 1e-12);
}

TEST("zeros and what is no number find nothing by themselves")
{
    const double query[] = { 0, 0, NAN, 0 }, among[] = { 1, 0, 0, 1 };
    recall_is(query, among, 2, 2, 25, 100, 100); /* row 0: all alike; row 1: last */
}

TEST_MAIN
