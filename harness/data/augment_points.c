/* Augmentation of point clouds, as PointNet and PointNet++ train with: turned about the axis that
 * points upwards, scaled, shaken, thinned out. */
#include "data/data.h"

#include <math.h>
#include <string.h>

static const double JITTER_SD = 0.01, JITTER_MOST = 0.05; /* PointNet: of a cloud of radius 1 */
static const double SCALE_LEAST = 2.0 / 3, SCALE_MOST = 3.0 / 2;
static const double DROP_MOST = 0.875; /* PointNet++: this share of the points, or less */

/* the two numbers of a point (or normal) that lie flat */
static void turn(kd_real *x, int u, int v, kd_real c, kd_real s)
{
    kd_real a = x[u], b = x[v];
    x[u] = c * a - s * b;
    x[v] = s * a + c * b;
}

static void rotate(const kd_dataset *shape, kd_rng *rng, kd_real *x)
{
    double angle = 6.283185307179586477 * kdi_uniform01(rng);
    kd_real c = (kd_real)cos(angle), s = (kd_real)sin(angle);
    int u = (shape->up + 1) % 3, v = (shape->up + 2) % 3;
    for (int64_t i = 0; i < shape->points; i++, x += shape->point_channels)
        for (int64_t j = 0; j < shape->point_channels; j += 3)
            turn(x + j, u, v, c, s);
}

static void scale(const kd_dataset *shape, kd_rng *rng, kd_real *x)
{
    kd_real by = (kd_real)(SCALE_LEAST + (SCALE_MOST - SCALE_LEAST) * kdi_uniform01(rng));
    for (int64_t i = 0; i < shape->points; i++, x += shape->point_channels)
        for (int j = 0; j < 3; j++)
            x[j] *= by;
}

static void jitter(const kd_dataset *shape, kd_rng *rng, kd_real *x)
{
    for (int64_t i = 0; i < shape->points; i++, x += shape->point_channels)
        for (int j = 0; j < 3; j++)
            x[j] += (kd_real)fmax(-JITTER_MOST, fmin(JITTER_MOST, JITTER_SD * kdi_normal(rng)));
}

/* what is dropped lies where the first point is, so that there are as many as before */
static void drop(const kd_dataset *shape, kd_rng *rng, kd_real *x)
{
    size_t size = (size_t)shape->point_channels * sizeof *x;
    double share = DROP_MOST * kdi_uniform01(rng);
    for (int64_t i = 1; i < shape->points; i++)
        if (kdi_uniform01(rng) < share)
            memcpy(x + i * shape->point_channels, x, size);
}

/* `points` of the stored ones, none twice, in their order (Knuth's selection sampling) */
static void redraw(const kd_dataset *shape, kd_rng *rng, const kd_real *from, kd_real *to)
{
    int64_t left = kdi_stored_points(shape), wanted = shape->points;
    for (; wanted > 0; left--, from += shape->point_channels) {
        if (kdi_below(rng, left) >= wanted)
            continue;
        memcpy(to, from, (size_t)shape->point_channels * sizeof *to);
        to += shape->point_channels;
        wanted--;
    }
}

void kdi_augment_points(const kdi_augment *how, const kd_dataset *shape, kd_rng *rng,
                        const kd_real *from, kd_real *to)
{
    if (how->redraw)
        redraw(shape, rng, from, to);
    else
        memcpy(to, from, (size_t)(shape->points * shape->point_channels) * sizeof *to);
    if (how->rotate)
        rotate(shape, rng, to);
    if (how->scale)
        scale(shape, rng, to);
    if (how->jitter)
        jitter(shape, rng, to);
    if (how->drop)
        drop(shape, rng, to);
}
