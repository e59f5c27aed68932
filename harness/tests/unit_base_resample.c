/* Means of resamples, against those that stat/bootstrap.lua's own code draws. */
#include "test.h"
#include "base/resample.h"

TEST("the same bits come out as in Lua")
{
    static const double x[] = { 1.5, 2.25, 4, 8.125, 16, 31.75, 64.0625 };
    static const double want[] = { 0x1.a36db6db6db6ep+3, 0x1.0a49249249249p+3, 0x1.3149249249249p+4,
                                   0x1.10b6db6db6db7p+4 };
    double means[4];
    kdi_resample_means(x, 7, "bootstrap of a mean", means, 4);
    for (int i = 0; i < 4; i++)
        CHECK(means[i] == want[i]);
}

TEST("equal values have no other mean")
{
    static const double x[] = { 0.25, 0.25, 0.25 };
    double means[50];
    kdi_resample_means(x, 3, "any", means, 50);
    for (int i = 0; i < 50; i++)
        CHECK(means[i] == 0.25);
}

TEST_MAIN
