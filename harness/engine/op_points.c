/* Choosing among the points of clouds: farthest-point samples, neighbours. Nothing here has a
 * gradient. Of equal distances the lower index comes first; a distance that is NaN is infinite. */
#include "op.h"
#include "nearest.h"

#include <math.h>
#include <string.h>

/* N,P,C with at least one point */
static bool clouds_fit(const char *op, kd_tensor *x)
{
    if (kdi_unfit(op, 1, &x))
        return false;
    if (kd_ndim(x) == 3 && kd_dim(x, 1) > 0 && kd_channels(x) > 0)
        return true;
    kdi_refuse(op, "wants clouds of points N,P,C, has %s", kd_shape_text(x->shape));
    return false;
}

static bool pair_fits(const char *op, kd_tensor *x, kd_tensor *at)
{
    if (!clouds_fit(op, x) || !clouds_fit(op, at))
        return false;
    if (kd_dim(x, 0) == kd_dim(at, 0) && kd_channels(x) == kd_channels(at))
        return true;
    kdi_refuse(op, "wants N,P,C and N,S,C, has %s and %s", kd_shape_text(x->shape),
               kd_shape_text(at->shape));
    return false;
}

static bool count_fits(const char *op, kd_tensor *x, int64_t k)
{
    if (k >= 1 && k <= kd_dim(x, 1))
        return true;
    kdi_refuse(op, "%lld wanted of %lld points", (long long)k, (long long)kd_dim(x, 1));
    return false;
}

static kd_tensor *chosen(const char *op, kd_tensor *x, kd_shape s)
{
    return kdi_out(op, KD_I64_T, s, NULL, NULL, 1, &x);
}

/* ---- farthest points ------------------------------------------------------------------ */

/* near = min(near, |x - from|^2); the place of the largest */
static int64_t farthest(const kdi_columns *x, const kd_real *from, kd_real *near, kd_real *distance)
{
    kdi_distances(x, from, distance);
    kd_real most = -1;
    int64_t best = 0;
    for (int64_t j = 0; j < x->points; j++)
        near[j] = distance[j] < near[j] ? distance[j] : near[j];
    for (int64_t j = 0; j < x->points; j++)
        if (near[j] > most) {
            most = near[j];
            best = j;
        }
    return best;
}

kd_tensor *kd_farthest_points(kd_tensor *x, int64_t k)
{
    static const char op[] = "kd_farthest_points";
    if (!clouds_fit(op, x) || !count_fits(op, x, k))
        return kdi_poison();
    int64_t n = kd_dim(x, 0), points = kd_dim(x, 1), width = kd_channels(x);
    kd_tensor *y = chosen(op, x, KD_SHAPE(n, k));
    kd_real *near = kdi_scratch(x, 2 * points), *distance = near + points;
    kdi_columns columns = kdi_columns_new(x);
    for (int64_t i = 0; i < n; i++) {
        const kd_real *cloud = kdi_r(x) + i * points * width;
        kdi_columns_fill(&columns, cloud);
        for (int64_t j = 0; j < points; j++)
            near[j] = (kd_real)INFINITY;
        for (int64_t j = 0, at = 0; j < k; j++) {
            kd_i64s(y)[i * k + j] = at;
            at = farthest(&columns, cloud + at * width, near, distance);
        }
    }
    return y;
}

/* ---- nearest neighbours ----------------------------------------------------------------- */

kd_tensor *kd_nearest(kd_tensor *x, kd_tensor *at, int64_t k)
{
    static const char op[] = "kd_nearest";
    if (!pair_fits(op, x, at) || !count_fits(op, x, k))
        return kdi_poison();
    int64_t n = kd_dim(x, 0), some = kd_dim(at, 1), width = kd_channels(x);
    kd_tensor *y = chosen(op, x, KD_SHAPE(n, some, k));
    kdi_nearest job = kdi_nearest_new(x, k);
    for (int64_t i = 0; i < n; i++)
        kdi_nearest_of(&job, kdi_r(x) + i * kd_dim(x, 1) * width, kdi_r(at) + i * some * width,
                       some, kd_i64s(y) + i * some * k);
    return y;
}

/* ---- all within a radius ------------------------------------------------------------------ */

/* the first k whose squared distance is at most `most`, in order; then the first again */
static void within(const kd_real *distance, int64_t points, double most, int64_t k, int64_t *to)
{
    int64_t found = 0, nearest = 0;
    for (int64_t j = 0; j < points && found < k; j++) {
        if ((double)distance[j] <= most)
            to[found++] = j;
        if (distance[j] < distance[nearest])
            nearest = j;
    }
    if (found == 0)
        to[found++] = nearest;
    for (int64_t j = found; j < k; j++)
        to[j] = to[0];
}

kd_tensor *kd_ball_query(kd_tensor *x, kd_tensor *at, kd_real radius, int64_t k)
{
    static const char op[] = "kd_ball_query";
    if (!pair_fits(op, x, at))
        return kdi_poison();
    if (k < 1 || !(radius >= 0))
        return kdi_refuse(op, "%lld points within %g", (long long)k, (double)radius);
    int64_t n = kd_dim(x, 0), points = kd_dim(x, 1), some = kd_dim(at, 1), width = kd_channels(x);
    kd_tensor *y = chosen(op, x, KD_SHAPE(n, some, k));
    kd_real *distance = kdi_scratch(x, points);
    kdi_columns columns = kdi_columns_new(x);
    for (int64_t i = 0; i < n * some; i++) {
        if (i % some == 0)
            kdi_columns_fill(&columns, kdi_r(x) + i / some * points * width);
        kdi_distances(&columns, kdi_r(at) + i * width, distance);
        within(distance, points, (double)radius * (double)radius, k, kd_i64s(y) + i * k);
    }
    return y;
}
