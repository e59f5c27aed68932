/* The loops of depthwise.h over vectors of channels. Included by depthwise_avx2.c and
 * depthwise_avx512.c, which say what a vector is. `lanes` are those that the last vector has to
 * give; `whole`: all of them. */
#include "depthwise.h"
#include "vec_act.h"

INLINE vec get(const float *p, int lanes, bool whole)
{
    return whole ? load(p) : load_some(p, lanes);
}

INLINE void put(float *p, vec v, int lanes, bool whole)
{
    if (whole)
        store(p, v);
    else
        store_some(p, v, lanes);
}

/* outputs whose three columns are inside but for the first one's left */
INLINE int inner_outputs(int width, int stride)
{
    return width < 2 ? 0 : (width - 2) / stride + 1;
}

/* what output i of a row so many rows further on sees and the row before it does not */
INLINE void fetch(const float *middle, int64_t rows, int width, int stride, int channels, int c,
                  int i)
{
    int64_t row = stride == 2 ? 2 * rows : rows + 1;
    const float *next = middle + (row * width + i * stride) * channels + c;
    __builtin_prefetch(next);
    if (stride == 2) {
        __builtin_prefetch(next + channels);
        __builtin_prefetch(next + (int64_t)width * channels);
        __builtin_prefetch(next + (int64_t)(width + 1) * channels);
    }
}

/* ---- a row of outputs -------------------------------------------------------------------------
 */

/* output i, from column `first` of its three to before `last` */
INLINE void pixel(const kdi_dw_row *job, const vec taps[9], int c, int i, int first, int last,
                  bool bare, int lanes, bool whole)
{
    int64_t in = (int64_t)(i * job->stride - 1) * job->channels + c;
    int64_t at = (int64_t)i * job->channels + c;
    vec sum = zero();
    for (int y = 0; y < 3; y++)
        for (int x = first; x < last; x++)
            sum = fma(get(job->sees.x[y] + in + x * job->channels, lanes, whole), taps[3 * y + x],
                      sum);
    if (!bare && job->bias)
        sum = add(sum, get(job->bias + c, lanes, whole));
    if (!bare && job->residual)
        sum = add(sum, get(job->residual + at, lanes, whole));
    put(job->y + at, bare ? sum : activate(sum, job->act), lanes, whole);
}

INLINE void row_of(const kdi_dw_row *job, int c, bool bare, int lanes, bool whole)
{
    int inner = inner_outputs(job->width, job->stride);
    const float *next = job->y + (int64_t)job->outputs * job->channels + c;
    vec taps[9];
    for (int t = 0; t < 9; t++)
        taps[t] = load(job->taps + t * job->tap + c);
    if (inner > 0)
        pixel(job, taps, c, 0, 1, 3, bare, lanes, whole);
    else
        pixel(job, taps, c, 0, 1, 2, bare, lanes, whole);
    for (int i = 1; i < inner; i++) {
        __builtin_prefetch(next + (int64_t)i * job->channels, 1);
        fetch(job->sees.x[1], 1, job->width, job->stride, job->channels, c, i);
        pixel(job, taps, c, i, 0, 3, bare, lanes, whole);
    }
    if (inner < job->outputs && job->outputs > 1)
        pixel(job, taps, c, job->outputs - 1, 0, 2, bare, lanes, whole);
}

INLINE void row_as(const kdi_dw_row *job, bool bare)
{
    int c = 0;
    for (; c + LANES <= job->channels; c += LANES)
        row_of(job, c, bare, LANES, true);
    if (c < job->channels)
        row_of(job, c, bare, job->channels - c, false);
}

static void row(const kdi_dw_row *job)
{
    if (!job->bias && !job->residual && job->act == KD_ACT_NONE)
        row_as(job, true);
    else
        row_as(job, false);
}

/* ---- the gradient of a row of inputs, stride 2 -------------------------------------------------
 */

INLINE void spread_of(const kdi_dw_spread *job, int rows, int c, int lanes, bool whole)
{
    float *next = job->dx + (int64_t)job->width * job->channels + c;
    vec taps[2][3], here[2], right[2];
    for (int r = 0; r < rows; r++) {
        for (int t = 0; t < 3; t++)
            taps[r][t] = load(job->taps[r] + t * job->tap + c);
        here[r] = get(job->dy[r] + c, lanes, whole);
    }
    for (int i = 0; i < job->outputs; i++) {
        int64_t at = (int64_t)2 * i * job->channels + c;
        vec even = zero(), odd = zero();
        __builtin_prefetch(next + at - c, 1);
        __builtin_prefetch(next + at - c + job->channels, 1);
        for (int r = 0; r < rows; r++) {
            const float *after = job->dy[r] + (int64_t)(i + 1) * job->channels + c;
            right[r] = i + 1 < job->outputs ? get(after, lanes, whole) : zero();
            even = fma(here[r], taps[r][1], even);
            odd = fma(right[r], taps[r][0], fma(here[r], taps[r][2], odd));
            here[r] = right[r];
        }
        put(job->dx + at, even, lanes, whole);
        if (2 * i + 1 < job->width)
            put(job->dx + at + job->channels, odd, lanes, whole);
    }
}

INLINE void spread_as(const kdi_dw_spread *job, int rows)
{
    int c = 0;
    for (; c + LANES <= job->channels; c += LANES)
        spread_of(job, rows, c, LANES, true);
    if (c < job->channels)
        spread_of(job, rows, c, job->channels - c, false);
}

static void spread(const kdi_dw_spread *job)
{
    if (job->rows == 2)
        spread_as(job, 2);
    else
        spread_as(job, 1);
}

/* ---- the gradient of the taps -------------------------------------------------------------------
 */

INLINE void add_pixel(const kdi_dw_outer *job, const kdi_dw_sight *sees, vec sum[9], int c, int i,
                      int first, int last, int lanes, bool whole)
{
    int64_t in = (int64_t)(i * job->stride - 1) * job->channels + c;
    vec d = get(sees->dy + (int64_t)i * job->channels + c, lanes, whole);
    for (int y = 0; y < 3; y++)
        for (int x = first; x < last; x++)
            sum[3 * y + x] =
                fma(d, get(sees->x[y] + in + x * job->channels, lanes, whole), sum[3 * y + x]);
}

INLINE void outer_of(const kdi_dw_outer *job, int c, int lanes, bool whole)
{
    int inner = inner_outputs(job->width, job->stride);
    vec sum[9];
    for (int t = 0; t < 9; t++)
        sum[t] = zero();
    for (int r = 0; r < job->n; r++) {
        const kdi_dw_sight *sees = job->sees + r;
        if (inner > 0)
            add_pixel(job, sees, sum, c, 0, 1, 3, lanes, whole);
        else
            add_pixel(job, sees, sum, c, 0, 1, 2, lanes, whole);
        for (int i = 1; i < inner; i++) {
            fetch(sees->x[1], job->n, job->width, job->stride, job->channels, c, i);
            __builtin_prefetch(sees->dy + (int64_t)(job->n * job->outputs + i) * job->channels + c);
            add_pixel(job, sees, sum, c, i, 0, 3, lanes, whole);
        }
        if (inner < job->outputs && job->outputs > 1)
            add_pixel(job, sees, sum, c, job->outputs - 1, 0, 2, lanes, whole);
    }
    for (int t = 0; t < 9; t++) {
        float *to = job->sum + t * job->tap + c;
        store(to, add(load(to), sum[t]));
    }
}

static void outer(const kdi_dw_outer *job)
{
    int c = 0;
    for (; c + LANES <= job->channels; c += LANES)
        outer_of(job, c, LANES, true);
    if (c < job->channels)
        outer_of(job, c, job->channels - c, false);
}

#define KDI_DW_KERNELS                                                                             \
    {                                                                                              \
        .row = row, .spread = spread, .outer = outer                                               \
    }
