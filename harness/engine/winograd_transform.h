/* The transforms of winograd.h's forms over vectors of channels: F(4, 3) interpolated at 0, 1, -1,
 * 2, -2 and infinity, F(4, 2) at 0, 1, -1, 2 and infinity. Included by winograd_avx2.c and
 * winograd_avx512.c, which say what a vector is. */
#include "vec_act.h"
#include "winograd.h"

enum { SIDE = KDI_WINO_SIDE };

typedef void dimension(const vec *from, vec *to);

/* ---- F(4, 3) ------------------------------------------------------------------------- */

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
INLINE void output_of_points(const vec m[6], vec y[4])
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

/* ---- F(4, 2), and the even pixels beside it --------------------------------------------- */

/* five pixels to five points */
INLINE void points_of_five(vec d0, vec d1, vec d2, vec d3, vec d4, vec t[5])
{
    vec twist = sub(d3, d1), half = sub(d3, d2);
    t[0] = fma(all(2), sub(d0, d2), twist);
    t[1] = fma(all(-2), d1, half);
    t[2] = fma(all(2), sub(d1, d2), half);
    t[3] = twist;
    t[4] = fma(all(-2), twist, sub(d4, d2));
}

/* four points, five points to four pixels each */
INLINE void output_of_five(const vec m[5], vec y[4])
{
    vec near = add(m[1], m[2]), tilt = sub(m[1], m[2]);
    y[0] = add(m[0], add(near, m[3]));
    y[1] = fma(all(2), m[3], tilt);
    y[2] = fma(all(4), m[3], near);
    y[3] = add(fma(all(8), m[3], tilt), m[4]);
}

/* nine pixels, odd ones first, to nine points */
INLINE void points_of_strided_input(const vec d[9], vec t[9])
{
    for (int i = 0; i < 4; i++)
        t[i] = d[2 * i + 1];
    points_of_five(d[0], d[2], d[4], d[6], d[8], t + 4);
}

INLINE void output_of_strided_points(const vec m[9], vec y[4])
{
    output_of_five(m + 4, y);
    for (int i = 0; i < 4; i++)
        y[i] = add(y[i], m[i]);
}

INLINE void points_of_strided_output(const vec d[4], vec t[9])
{
    vec even = add(d[0], d[2]), odd = add(d[1], d[3]);
    for (int i = 0; i < 4; i++)
        t[i] = d[i];
    t[4] = d[0];
    t[5] = add(even, odd);
    t[6] = sub(even, odd);
    t[7] = fma(all(8), d[3], fma(all(4), d[2], fma(all(2), d[1], d[0])));
    t[8] = d[3];
}

/* backwards: five gradients of outputs, to eight pixels, even and odd in turn */
INLINE void points_of_strided_gradient(const vec d[5], vec t[9])
{
    for (int i = 0; i < 4; i++)
        t[i] = d[i];
    points_of_five(d[0], d[1], d[2], d[3], d[4], t + 4);
}

INLINE void gradient_of_strided_points(const vec m[9], vec y[8])
{
    vec odd[4];
    output_of_five(m + 4, odd);
    for (int i = 0; i < 4; i++) {
        y[2 * i] = m[i];
        y[2 * i + 1] = odd[i];
    }
}

INLINE void points_of_strided_taps(const vec g[3], vec t[6])
{
    vec both = mul(all(1.0f / 6), g[2]);
    t[0] = g[1];
    t[1] = mul(all(0.5f), g[0]);
    t[2] = mul(all(-0.5f), add(g[0], g[2]));
    t[3] = fma(all(-1.0f / 6), g[0], both);
    t[4] = fma(all(1.0f / 6), g[0], add(both, both));
    t[5] = g[2];
}

INLINE void taps_of_strided_points(const vec t[6], vec g[3])
{
    g[0] = fma(all(0.5f), sub(t[1], t[2]), mul(all(1.0f / 6), sub(t[4], t[3])));
    g[1] = t[0];
    g[2] = add(fma(all(-0.5f), t[2], mul(all(1.0f / 6), add(t[3], add(t[4], t[4])))), t[5]);
}

/* ---- tiles ---------------------------------------------------------------------------- */

/* Into the second-level cache, which waits for more lines at once than the first: 5 to 15 %.
 * `fresh`: columns that the tile before has not seen. */
INLINE void fetch(const kdi_wino_tile *tile, int64_t pixel, int64_t channel, int rows, int columns,
                  int fresh)
{
    for (int i = 0; i < rows; i++)
        for (int j = columns - fresh; j < columns; j++) {
            int64_t floats = j * pixel + channel;
            uintptr_t at = (uintptr_t)tile->row[i] + (uintptr_t)floats * sizeof(float);
            __builtin_prefetch((const void *)at, 0, 2); /* of any address: it reads nothing */
        }
}

/* columns first, then rows */
INLINE void gather(const kdi_wino_gather *job, int sees, int points, int fresh, dimension *f)
{
    int64_t pixel = job->pixel, stride = job->stride;
    for (int t = 0; t < job->n; t++) {
        const kdi_wino_tile *tile = job->tile + t;
        for (int g = 0; g < job->groups; g++) {
            float *to = job->points + ((int64_t)g * job->n + t) * LANES;
            vec d[SIDE], r[SIDE], mid[SIDE][SIDE];
            fetch(tile + KDI_WINO_AHEAD, pixel, g * LANES, sees, sees, fresh);
            for (int j = 0; j < sees; j++) {
                int64_t at = j * pixel + g * LANES;
                bool inside = j >= tile->first && j < tile->last;
                for (int i = 0; i < sees; i++)
                    d[i] = inside ? load(tile->row[i] + at) : zero();
                f(d, r);
                for (int i = 0; i < points; i++)
                    mid[i][j] = r[i];
            }
            for (int i = 0; i < points; i++) {
                f(mid[i], r);
                for (int j = 0; j < points; j++, to += stride)
                    store(to, r[j]);
            }
        }
    }
}

static void gather_input(const kdi_wino_gather *job)
{
    gather(job, 6, 6, 4, points_of_input);
}

static void gather_output(const kdi_wino_gather *job)
{
    gather(job, 4, 6, 4, points_of_output);
}

static void gather_strided_input(const kdi_wino_gather *job)
{
    gather(job, 9, 9, 8, points_of_strided_input);
}

static void gather_strided_output(const kdi_wino_gather *job)
{
    gather(job, 4, 9, 4, points_of_strided_output);
}

static void gather_strided_gradient(const kdi_wino_gather *job)
{
    gather(job, 5, 9, 4, points_of_strided_gradient);
}

INLINE void put_row(const kdi_wino_scatter *job, const kdi_wino_tile *tile, int i, int gives, int g,
                    const vec *r, vec bias, bool residual, enum kd_act act)
{
    if (!tile->row[i])
        return;
    float *to = (float *)tile->row[i] + g * LANES;
    for (int j = 0; j < gives; j++, to += job->pixel) {
        if (j >= tile->last)
            return;
        vec v = add(r[j], bias);
        if (residual)
            v = add(v, load(to + job->residual));
        store(to, activate(v, act));
    }
}

INLINE void scatter_as(const kdi_wino_scatter *job, int points, int gives, dimension *f,
                       bool residual, enum kd_act act)
{
    int64_t stride = job->stride;
    for (int t = 0; t < job->n; t++)
        for (int g = 0; g < job->groups; g++) {
            const float *from = job->points + ((int64_t)g * job->n + t) * LANES;
            vec bias = job->bias ? load(job->bias + g * LANES) : zero();
            vec m[SIDE], r[SIDE], mid[SIDE][SIDE];
            fetch(job->tile + t + KDI_WINO_AHEAD, job->pixel, g * LANES, gives, gives, gives);
            for (int i = 0; i < points; i++) {
                for (int j = 0; j < points; j++, from += stride)
                    m[j] = load(from);
                f(m, r);
                for (int j = 0; j < gives; j++)
                    mid[j][i] = r[j];
            }
            vec y[SIDE][SIDE];
            for (int j = 0; j < gives; j++) {
                f(mid[j], r);
                for (int i = 0; i < gives; i++)
                    y[i][j] = r[i];
            }
            for (int i = 0; i < gives; i++)
                put_row(job, job->tile + t, i, gives, g, y[i], bias, residual, act);
        }
}

INLINE void scatter(const kdi_wino_scatter *job, int points, int gives, dimension *f)
{
    if (job->act == KD_ACT_NONE && !job->add)
        scatter_as(job, points, gives, f, false, KD_ACT_NONE);
    else if (job->act == KD_ACT_NONE)
        scatter_as(job, points, gives, f, true, KD_ACT_NONE);
    else if (job->act == KD_ACT_RELU && !job->add)
        scatter_as(job, points, gives, f, false, KD_ACT_RELU);
    else if (job->act == KD_ACT_RELU)
        scatter_as(job, points, gives, f, true, KD_ACT_RELU);
    else
        scatter_as(job, points, gives, f, job->add, job->act);
}

static void scatter_output(const kdi_wino_scatter *job)
{
    scatter(job, 6, 4, output_of_points);
}

static void scatter_strided_output(const kdi_wino_scatter *job)
{
    scatter(job, 9, 4, output_of_strided_points);
}

static void scatter_strided_gradient(const kdi_wino_scatter *job)
{
    scatter(job, 9, 8, gradient_of_strided_points);
}

/* ---- weights ---------------------------------------------------------------------------- */

/* the columns' taps, side by side or one by one */
INLINE vec columns_at(const float *from, const kdi_wino_weight *job, lanes_at at)
{
    return job->column == 1 ? load(from) : load_at(from, at);
}

INLINE void to_points(const kdi_wino_weight *job, dimension *f)
{
    int64_t stride = (int64_t)job->rows * job->width * LANES;
    const lanes_at at = lanes_apart((int)job->column);
    for (int64_t r = 0; r < job->rows; r++)
        for (int w = 0; w < job->width; w++) {
            const float *from = job->taps + r * job->row + w * LANES * job->column;
            float *to = job->points + (r * job->width + w) * LANES;
            vec g[3], t[6], mid[6][3];
            for (int x = 0; x < 3; x++) {
                for (int y = 0; y < 3; y++)
                    g[y] = columns_at(from + (y * 3 + x) * job->tap, job, at);
                f(g, t);
                for (int y = 0; y < 6; y++)
                    mid[y][x] = t[y];
            }
            for (int y = 0; y < 6; y++) {
                f(mid[y], t);
                for (int x = 0; x < 6; x++, to += stride)
                    store(to, t[x]);
            }
        }
}

static void weight_points(const kdi_wino_weight *job)
{
    to_points(job, points_of_taps);
}

static void strided_weight_points(const kdi_wino_weight *job)
{
    to_points(job, points_of_strided_taps);
}

INLINE void to_taps(const kdi_wino_weight *job, dimension *f)
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
                f(t, g);
                for (int y = 0; y < 3; y++)
                    mid[y][x] = g[y];
            }
            for (int y = 0; y < 3; y++) {
                f(mid[y], g);
                for (int x = 0; x < 3; x++)
                    store(to + (y * 3 + x) * job->tap, g[x]);
            }
        }
}

static void weight_taps(const kdi_wino_weight *job)
{
    to_taps(job, taps_of_points);
}

static void strided_weight_taps(const kdi_wino_weight *job)
{
    to_taps(job, taps_of_strided_points);
}
