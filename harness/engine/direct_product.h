/* The products of direct.h: pixels or channels x `width` vectors of sums held in registers.
 * Included by direct_avx2.c and direct_avx512.c, which say what a vector is and how many rows of
 * sums fit. */
#include "direct.h"
#include "vec_act.h"

enum { WIDTH = KDI_DIRECT_WIDTH, MOST_ROWS = 8 };

/* the lanes that vector w of a block has to give */
INLINE int lanes_of(int columns, int w)
{
    return columns - w * LANES < LANES ? columns - w * LANES : LANES;
}

/* rows after the last one repeat it */
INLINE int row_at(int r, int n)
{
    return r < n ? r : n - 1;
}

/* ---- pixels x columns, summed over what a pixel sees ------------------------------------------
 */

INLINE void put(const kdi_direct_product *job, int64_t at, int w, vec v, int lanes)
{
    if (job->bias)
        v = add(v, load_some(job->bias + w * LANES, lanes));
    if (job->residual)
        v = add(v, load_some(job->residual + at + w * LANES, lanes));
    store_some(job->y + at + w * LANES, activate(v, job->act), lanes);
}

/* one pixel's sums to where they go; `bare`: as they are */
INLINE void give(const kdi_direct_product *job, int64_t at, int width, const vec *sum, bool bare,
                 bool whole)
{
    for (int w = 0; w < width; w++) {
        float *y = job->y + at + w * LANES;
        if (!bare)
            put(job, at, w, sum[w], lanes_of(job->columns, w));
        else if (whole || w < width - 1)
            store(y, sum[w]);
        else
            store_some(y, sum[w], lanes_of(job->columns, w));
    }
}

/* pixels p to p + rows - 1 */
INLINE void product_rows(const kdi_direct_product *job, int rows, int width, int p)
{
    vec sum[MOST_ROWS][WIDTH], b[WIDTH];
    const float *from[MOST_ROWS], *u = job->u;
    for (int r = 0; r < rows; r++) {
        from[r] = job->from[p + r];
        const float *next = job->y + job->to[p + r + KDI_DIRECT_AHEAD];
        for (int w = 0; w < width; w += 16 / LANES)
            __builtin_prefetch(next + w * LANES, 1);
        for (int w = 0; w < width; w++)
            sum[r][w] = zero();
    }
    for (int s = 0; s < job->segments; s++) {
        for (int64_t k = 0; k < job->depth; k++, u += width * LANES) {
            for (int w = 0; w < width; w++)
                b[w] = load(u + w * LANES);
            for (int r = 0; r < rows; r++) {
                vec a = all(from[r][k]);
                for (int w = 0; w < width; w++)
                    sum[r][w] = fma(a, b[w], sum[r][w]);
            }
        }
        for (int r = 0; r < rows; r++)
            from[r] += job->step;
    }
    bool bare = !job->bias && !job->residual && job->act == KD_ACT_NONE;
    bool whole = job->columns == width * LANES;
    for (int r = 0; r < rows; r++) {
        int64_t at = job->to[p + r];
        if (bare && whole)
            give(job, at, width, sum[r], true, true);
        else if (bare)
            give(job, at, width, sum[r], true, false);
        else
            give(job, at, width, sum[r], false, false);
    }
}

static void product(const kdi_direct_product *job)
{
    if (job->width == 3)
        for (int p = 0; p < job->n; p += ROWS_OF_3)
            product_rows(job, ROWS_OF_3, 3, p);
    else if (job->width == 2)
        for (int p = 0; p < job->n; p += ROWS_OF_2)
            product_rows(job, ROWS_OF_2, 2, p);
    else
        for (int p = 0; p < job->n; p += ROWS_OF_1)
            product_rows(job, ROWS_OF_1, 1, p);
}

/* ---- channels x channels, summed over pixels ----------------------------------------------------
 */

INLINE vec load_column(const float *p, int w, int columns, bool whole)
{
    return whole ? load(p + w * LANES) : load_some(p + w * LANES, lanes_of(columns, w));
}

/* rows r to r + rows - 1; sums of this call begin at 0, so that long sums are sums of short ones */
INLINE void outer_rows(const kdi_direct_outer *job, int rows, int width, bool whole, int r)
{
    vec sum[MOST_ROWS][WIDTH], b[WIDTH];
    int at[MOST_ROWS];
    for (int i = 0; i < rows; i++) {
        at[i] = job->first_row + row_at(r + i, job->rows);
        for (int w = 0; w < width; w++)
            sum[i][w] = zero();
    }
    for (int p = 0; p < job->n; p++) {
        const float *row = job->row[p], *column = job->column[p] + job->first_column;
        __builtin_prefetch(job->row[p + KDI_DIRECT_AHEAD] + at[0]);
        if (r == 0)
            for (int w = 0; w < width; w += 16 / LANES)
                __builtin_prefetch(job->column[p + KDI_DIRECT_AHEAD] + job->first_column +
                                   w * LANES);
        for (int w = 0; w < width; w++)
            b[w] = load_column(column, w, job->columns, whole);
        for (int i = 0; i < rows; i++) {
            vec a = all(row[at[i]]);
            for (int w = 0; w < width; w++)
                sum[i][w] = fma(a, b[w], sum[i][w]);
        }
    }
    for (int i = 0; i < rows && r + i < job->rows; i++)
        for (int w = 0; w < width; w++) {
            float *u = job->u + ((r + i) * width + w) * LANES;
            store(u, add(load(u), sum[i][w]));
        }
}

INLINE void outer_as(const kdi_direct_outer *job, int rows, int width, bool whole)
{
    int r = 0, half = rows / 2;
    for (; r + half < job->rows; r += rows)
        outer_rows(job, rows, width, whole, r);
    if (r < job->rows)
        outer_rows(job, half, width, whole, r);
}

static void outer(const kdi_direct_outer *job)
{
    bool whole = job->columns == job->width * LANES;
    if (job->width == 3 && whole)
        outer_as(job, ROWS_OF_3, 3, true);
    else if (job->width == 3)
        outer_as(job, ROWS_OF_3, 3, false);
    else if (job->width == 2 && whole)
        outer_as(job, ROWS_OF_2, 2, true);
    else if (job->width == 2)
        outer_as(job, ROWS_OF_2, 2, false);
    else if (whole)
        outer_as(job, ROWS_OF_1, 1, true);
    else
        outer_as(job, ROWS_OF_1, 1, false);
}

#define KDI_DIRECT_KERNELS                                                                         \
    {                                                                                              \
        .lanes = LANES, .product = product, .outer = outer                                         \
    }
