/* The transforms of F(4x4, 3x3), interpolated at 0, 1, -1, 2, -2 and infinity, over vectors of
 * channels. Included by winograd_avx2.c and winograd_avx512.c, which say what a vector is. */
#include "winograd.h"

#define INLINE static inline __attribute__((always_inline))

/* gathering runs this many tiles behind what is being fetched: 3 to 6 % where the image does not
 * fit the cache */
enum { AHEAD = 2 };

/* ---- one dimension ------------------------------------------------------------------ */

/* six pixels to six points (the paper's B') */
INLINE void points_of_input(const vec d[6], vec t[6])
{
    vec even = fma(all(-4), d[2], d[4]), odd = fma(all(-4), d[1], d[3]);
    vec half = sub(d[4], d[2]), twist = sub(d[3], d[1]);
    t[0] = fma(all(4), d[0], fma(all(-5), d[2], d[4]));
    t[1] = add(even, odd);
    t[2] = sub(even, odd);
    t[3] = fma(all(2), twist, half);
    t[4] = fma(all(-2), twist, half);
    t[5] = fma(all(4), d[1], fma(all(-5), d[3], d[5]));
}

/* six points to four pixels (A') */
INLINE void outputs_of_points(const vec m[6], vec y[4])
{
    vec near = add(m[1], m[2]), tilt = sub(m[1], m[2]);
    vec far = add(m[3], m[4]), twist = sub(m[3], m[4]);
    y[0] = add(m[0], add(near, far));
    y[1] = fma(all(2), twist, tilt);
    y[2] = fma(all(4), far, near);
    y[3] = add(fma(all(8), twist, tilt), m[5]);
}

/* four pixels' gradients to six points (A) */
INLINE void points_of_output(const vec d[4], vec t[6])
{
    vec even = add(d[0], d[2]), odd = add(d[1], d[3]);
    vec far = fma(all(4), d[2], d[0]), twist = fma(all(4), d[3], d[1]);
    t[0] = d[0];
    t[1] = add(even, odd);
    t[2] = sub(even, odd);
    t[3] = fma(all(2), twist, far);
    t[4] = fma(all(-2), twist, far);
    t[5] = d[3];
}

/* three taps to six points (G) */
INLINE void points_of_taps(const vec g[3], vec t[6])
{
    const vec sixth = all(-1.0f / 6), small = all(1.0f / 24);
    vec even = add(g[0], g[2]), far = fma(all(4), g[2], g[0]);
    t[0] = mul(all(0.25f), g[0]);
    t[1] = mul(sixth, add(even, g[1]));
    t[2] = mul(sixth, sub(even, g[1]));
    t[3] = mul(small, fma(all(2), g[1], far));
    t[4] = mul(small, fma(all(-2), g[1], far));
    t[5] = g[2];
}

/* six points' gradients to three taps (G') */
INLINE void taps_of_points(const vec t[6], vec g[3])
{
    const vec sixth = all(1.0f / 6), small = all(1.0f / 24);
    vec near = add(t[1], t[2]), tilt = sub(t[2], t[1]);
    vec far = add(t[3], t[4]), twist = sub(t[3], t[4]);
    g[0] = fma(small, far, fma(all(-1.0f / 6), near, mul(all(0.25f), t[0])));
    g[1] = fma(all(1.0f / 12), twist, mul(sixth, tilt));
    g[2] = fma(sixth, sub(far, near), t[5]);
}

/* ---- tiles ---------------------------------------------------------------------------- */

/* `size` pixels a side: columns first, then rows */
INLINE void gather(const kdi_wino_gather *job, int size, void (*dimension)(const vec *, vec *))
{
    for (int t = 0; t < job->n; t++) {
        const float *const *at = job->pixel + t * KDI_WINO_POINTS;
        const float *const *next = at + (t + AHEAD < job->n ? AHEAD * KDI_WINO_POINTS : 0);
        for (int g = 0; g < job->groups; g++) {
            float *to = job->points + ((int64_t)g * job->n + t) * LANES;
            vec d[6], r[6], mid[6][6];
            for (int i = 0; i < size; i++)
                for (int j = size - 4; j < size; j++)
                    __builtin_prefetch(next[i * 6 + j] + g * LANES);
            for (int j = 0; j < size; j++) {
                for (int i = 0; i < size; i++)
                    d[i] = load(at[i * 6 + j] + g * LANES);
                dimension(d, r);
                for (int i = 0; i < 6; i++)
                    mid[i][j] = r[i];
            }
            for (int i = 0; i < 6; i++) {
                dimension(mid[i], r);
                for (int j = 0; j < 6; j++)
                    store(to + (i * 6 + j) * job->stride, r[j]);
            }
        }
    }
}

static void gather_inputs(const kdi_wino_gather *job)
{
    gather(job, 6, points_of_input);
}

static void gather_outputs(const kdi_wino_gather *job)
{
    gather(job, 4, points_of_output);
}

INLINE void pixels_of_tile(const float *points, int64_t stride, vec y[4][4])
{
    vec m[6], r[4], mid[4][6];
    for (int j = 0; j < 6; j++) {
        for (int i = 0; i < 6; i++)
            m[i] = load(points + (i * 6 + j) * stride);
        outputs_of_points(m, r);
        for (int i = 0; i < 4; i++)
            mid[i][j] = r[i];
    }
    for (int i = 0; i < 4; i++)
        outputs_of_points(mid[i], y[i]);
}

/* NaN stays NaN: max and min give their second operand then */
INLINE vec activate(vec v, enum kd_act act)
{
    if (act == KD_ACT_RELU)
        return max(zero(), v);
    if (act == KD_ACT_RELU6)
        return min(all(6), max(zero(), v));
    if (act == KD_ACT_LEAKY)
        return add(max(zero(), v), mul(all(0.1f), min(zero(), v)));
    return v;
}

INLINE void scatter_as(const kdi_wino_scatter *job, bool residual, enum kd_act act)
{
    for (int t = 0; t < job->n; t++)
        for (int g = 0; g < job->groups; g++) {
            vec y[4][4], bias = job->bias ? load(job->bias + g * LANES) : zero();
            pixels_of_tile(job->points + ((int64_t)g * job->n + t) * LANES, job->stride, y);
            for (int i = 0; i < KDI_WINO_PIXELS; i++) {
                int64_t at = job->pixel[t][i] + g * LANES;
                if (job->pixel[t][i] < 0)
                    continue;
                vec v = add(y[i / 4][i % 4], bias);
                if (residual)
                    v = add(v, load(job->residual + at));
                store(job->y + at, activate(v, act));
            }
        }
}

static void scatter(const kdi_wino_scatter *job)
{
    bool residual = job->residual != NULL;
    if (job->act == KD_ACT_NONE && !residual)
        scatter_as(job, false, KD_ACT_NONE);
    else if (job->act == KD_ACT_RELU && !residual)
        scatter_as(job, false, KD_ACT_RELU);
    else if (job->act == KD_ACT_RELU)
        scatter_as(job, true, KD_ACT_RELU);
    else
        scatter_as(job, residual, job->act);
}

/* ---- weights ---------------------------------------------------------------------------- */

static void weight_points(const kdi_wino_weight *job)
{
    int64_t stride = (int64_t)job->rows * job->width * LANES;
    for (int64_t r = 0; r < job->rows; r++)
        for (int w = 0; w < job->width; w++) {
            const float *from = job->taps + r * job->row + w * LANES;
            float *to = job->points + (r * job->width + w) * LANES;
            vec g[3], t[6], mid[6][3];
            for (int x = 0; x < 3; x++) {
                for (int y = 0; y < 3; y++)
                    g[y] = load(from + (y * 3 + x) * job->tap);
                points_of_taps(g, t);
                for (int y = 0; y < 6; y++)
                    mid[y][x] = t[y];
            }
            for (int y = 0; y < 6; y++) {
                points_of_taps(mid[y], t);
                for (int x = 0; x < 6; x++)
                    store(to + (y * 6 + x) * stride, t[x]);
            }
        }
}

static void weight_taps(const kdi_wino_weight *job)
{
    int64_t stride = (int64_t)job->rows * job->width * LANES;
    for (int64_t r = 0; r < job->rows; r++)
        for (int w = 0; w < job->width; w++) {
            const float *from = job->points + (r * job->width + w) * LANES;
            float *to = job->gradient + r * job->row + w * LANES;
            vec t[6], g[3], mid[3][6];
            for (int x = 0; x < 6; x++) {
                for (int y = 0; y < 6; y++)
                    t[y] = load(from + (y * 6 + x) * stride);
                taps_of_points(t, g);
                for (int y = 0; y < 3; y++)
                    mid[y][x] = g[y];
            }
            for (int y = 0; y < 3; y++) {
                taps_of_points(mid[y], g);
                for (int x = 0; x < 3; x++)
                    store(to + (y * 3 + x) * job->tap, g[x]);
            }
        }
}
