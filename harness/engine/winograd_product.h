/* The products of Winograd's points: ROWS x width vectors of sums held in registers. Included by
 * winograd_avx2.c and winograd_avx512.c, which say what a vector is and how many fit. */
#include "winograd.h"

/* ---- tiles x channels, summed over channels ----------------------------------------------- */

/* ROWS tiles: v is their first lane, `group` floats from a group of channels to the next */
INLINE void product_rows(const kdi_wino_product *job, int width, const float *v, const float *u,
                         float *out)
{
    int64_t group = (int64_t)job->n * LANES;
    vec sum[ROWS][2], b[2];
    for (int r = 0; r < ROWS; r++)
        for (int w = 0; w < width; w++)
            sum[r][w] = zero();
    for (int g = 0; g < job->groups; g++, v += group)
        for (int k = 0; k < LANES; k++, u += width * LANES) {
            for (int w = 0; w < width; w++)
                b[w] = load(u + w * LANES);
            for (int r = 0; r < ROWS; r++) {
                vec a = all(v[r * LANES + k]);
                for (int w = 0; w < width; w++)
                    sum[r][w] = fma(a, b[w], sum[r][w]);
            }
        }
    for (int r = 0; r < ROWS; r++)
        for (int w = 0; w < width; w++)
            store(out + w * group + r * LANES, sum[r][w]);
}

INLINE void product_as(const kdi_wino_product *job, int width)
{
    for (int p = 0; p < job->points; p++) {
        const float *v = job->v + p * job->vstride;
        const float *u = job->u + (int64_t)job->weight[p] * job->groups * LANES * width * LANES;
        float *out = job->out + p * job->stride;
        for (int t = 0; t < job->n; t += ROWS)
            product_rows(job, width, v + t * LANES, u, out + t * LANES);
    }
}

static void product(const kdi_wino_product *job)
{
    if (job->width == 2)
        product_as(job, 2);
    else
        product_as(job, 1);
}

/* ---- channels x channels, summed over tiles -------------------------------------------------- */

/* ROWS channels: v is the first tile's */
INLINE void outer_rows(const kdi_wino_outer *job, int width, const float *v, const float *d,
                       float *u)
{
    int64_t group = (int64_t)job->n * LANES;
    vec sum[ROWS][2], b[2];
    for (int r = 0; r < ROWS; r++)
        for (int w = 0; w < width; w++)
            sum[r][w] = load(u + (r * width + w) * LANES);
    for (int t = 0; t < job->n; t++) {
        for (int w = 0; w < width; w++)
            b[w] = load(d + w * group + t * LANES);
        for (int r = 0; r < ROWS; r++) {
            vec a = all(v[t * LANES + r]);
            for (int w = 0; w < width; w++)
                sum[r][w] = fma(a, b[w], sum[r][w]);
        }
    }
    for (int r = 0; r < ROWS; r++)
        for (int w = 0; w < width; w++)
            store(u + (r * width + w) * LANES, sum[r][w]);
}

INLINE void outer_as(const kdi_wino_outer *job, int width)
{
    int rows = job->groups * LANES;
    for (int p = 0; p < job->points; p++) {
        const float *v = job->v + p * job->vstride, *d = job->d + p * job->dstride;
        float *u = job->u + (int64_t)job->weight[p] * rows * width * LANES;
        for (int r = 0; r < rows; r += ROWS)
            outer_rows(job, width, v + (int64_t)(r / LANES) * job->n * LANES + r % LANES, d,
                       u + (int64_t)r * width * LANES);
    }
}

static void outer(const kdi_wino_outer *job)
{
    if (job->width == 2)
        outer_as(job, 2);
    else
        outer_as(job, 1);
}

/* ---- what there is ------------------------------------------------------------------------------
 */

#define KDI_WINO_KERNELS                                                                           \
    {                                                                                              \
        .lanes = LANES,                                                                            \
        .forward = { { 6, 6, 4, gather_input, scatter_output },                                    \
                     { 9, 9, 4, gather_strided_input, scatter_strided_output } },                  \
        .data = { { 6, 6, 4, gather_input, scatter_output },                                       \
                  { 5, 9, 8, gather_strided_gradient, scatter_strided_gradient } },                \
        .weight = { { 4, 6, 0, gather_output, NULL }, { 4, 9, 0, gather_strided_output, NULL } },  \
        .weight_points = { weight_points, strided_weight_points },                                 \
        .weight_taps = { weight_taps, strided_weight_taps }, .product = product, .outer = outer,   \
    }
