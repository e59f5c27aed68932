/* The points of a cloud nearest to a point. */
#include "nearest.h"
#include "op.h"

#include <math.h>
#include <string.h>

enum {
    FEW = 4,   /* coordinates for which differences are as fast as a matrix product */
    ROWS = 64, /* points whose distances are computed at once */
    LANES = 16
};

/* ---- all distances ---------------------------------------------------------------------- */

kdi_columns kdi_columns_new(const kd_tensor *x)
{
    kdi_columns c = { .points = kd_dim(x, 1), .width = kd_channels(x) };
    c.x = kdi_scratch(x, c.points * c.width);
    return c;
}

void kdi_columns_fill(kdi_columns *c, const kd_real *cloud)
{
    for (int64_t j = 0; j < c->points; j++)
        for (int64_t i = 0; i < c->width; i++)
            c->x[i * c->points + j] = cloud[j * c->width + i];
}

static void no_nan(kd_real *distance, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        distance[j] = distance[j] <= (kd_real)INFINITY ? distance[j] : (kd_real)INFINITY;
}

void kdi_distances(const kdi_columns *c, const kd_real *from, kd_real *distance)
{
    memset(distance, 0, (size_t)c->points * sizeof *distance);
    for (int64_t i = 0; i < c->width; i++) {
        const kd_real *x = c->x + i * c->points, a = from[i];
        for (int64_t j = 0; j < c->points; j++)
            distance[j] += (x[j] - a) * (x[j] - a);
    }
    no_nan(distance, c->points);
}

/* ---- the least ---------------------------------------------------------------------------- */

/* into the sorted list of n, behind its equals; what falls off the end is forgotten */
static void insert(kd_real d, int64_t at, int64_t n, kd_real *best, int64_t *to)
{
    int64_t i = n;
    for (; i > 0 && d < best[i - 1]; i--) {
        best[i] = best[i - 1];
        to[i] = to[i - 1];
    }
    best[i] = d;
    to[i] = at;
}

/* is any of some distances below? A mask, so that there is no jump a number */
static bool any_below(const kd_real *d, int64_t n, kd_real bound)
{
    int any = 0;
    for (int64_t j = 0; j < n; j++)
        any |= d[j] < bound;
    return any;
}

static void least(const kdi_nearest *job, const kd_real *distance, int64_t *to)
{
    int64_t k = job->k, points = job->columns.points;
    for (int64_t j = 0; j < k; j++)
        insert(distance[j], j, j, job->best, to);
    for (int64_t from = k; from < points; from += LANES) {
        int64_t end = from + LANES < points ? from + LANES : points;
        if (end - from == LANES ? !any_below(distance + from, LANES, job->best[k - 1])
                                : !any_below(distance + from, end - from, job->best[k - 1]))
            continue;
        for (int64_t j = from; j < end; j++)
            if (distance[j] < job->best[k - 1])
                insert(distance[j], j, k - 1, job->best, to);
    }
}

/* ---- for every point ------------------------------------------------------------------------ */

kdi_nearest kdi_nearest_new(const kd_tensor *x, int64_t k)
{
    kdi_nearest job = { .columns = kdi_columns_new(x), .k = k };
    job.product = kdi_scratch(x, ROWS * job.columns.points);
    job.square = kdi_scratch(x, job.columns.points);
    job.best = kdi_scratch(x, k + 1);
    return job;
}

static void by_differences(kdi_nearest *job, const kd_real *at, int64_t some, int64_t *to)
{
    for (int64_t i = 0; i < some; i++) {
        kdi_distances(&job->columns, at + i * job->columns.width, job->product);
        least(job, job->product, to + i * job->k);
    }
}

/* |a|^2 is the same for all of a's distances */
static void by_products(kdi_nearest *job, const kd_real *cloud, const kd_real *at, int64_t some,
                        int64_t *to)
{
    int64_t points = job->columns.points, width = job->columns.width;
    for (int64_t j = 0; j < points; j++)
        job->square[j] = (kd_real)kdi_dot(cloud + j * width, cloud + j * width, width);
    for (int64_t i = 0; i < some; i += ROWS) {
        int64_t rows = some - i < ROWS ? some - i : ROWS;
        for (int64_t r = 0; r < rows; r++)
            memcpy(job->product + r * points, job->square, (size_t)points * sizeof(kd_real));
        kdi_gemm(false, true, rows, points, width, -2, at + i * width, width, cloud, width, 1,
                 job->product, points);
        no_nan(job->product, rows * points);
        for (int64_t r = 0; r < rows; r++)
            least(job, job->product + r * points, to + (i + r) * job->k);
    }
}

void kdi_nearest_of(kdi_nearest *job, const kd_real *cloud, const kd_real *at, int64_t some,
                    int64_t *to)
{
    if (job->columns.width > FEW) {
        by_products(job, cloud, at, some, to);
        return;
    }
    kdi_columns_fill(&job->columns, cloud);
    by_differences(job, at, some, to);
}
