/* Depthwise 3x3 convolutions: walks over images row by row, so that the three rows that are seen
 * stay in the nearest cache and each tensor goes through memory once. The loops are in
 * depthwise_loops.h. */
#include "depthwise.h"

#include <string.h>

#include "simd.h"

#ifdef KDI_DEPTHWISE

enum { SLACK = 16 }; /* lanes of the widest vector */

bool kdi_depthwise_fits(const kdi_conv *c)
{
    return c->kh == 3 && c->kw == 3 && c->pad == 1 && c->stride <= 2 && c->groups == c->ic &&
           c->ic == c->oc && kdi_simd_level() >= 1;
}

static const kdi_dw_kernels *kernels(void)
{
    return kdi_simd_level() >= 2 ? &kdi_dw_avx512 : &kdi_dw_avx2;
}

/* ---- scratch: nine taps of all channels, a row of zeros -------------------------------------- */

static int64_t pitch_of(const kdi_conv *c)
{
    return c->ic + SLACK;
}

static int64_t zeros_of(const kdi_conv *c)
{
    int64_t longer = c->w > c->ow ? c->w : c->ow;
    return longer * c->ic;
}

int64_t kdi_depthwise_scratch(const kdi_conv *c)
{
    return 9 * pitch_of(c) + zeros_of(c);
}

static float *zeros(const kdi_conv *c, float *scratch)
{
    float *row = scratch + 9 * pitch_of(c);
    memset(row, 0, (size_t)zeros_of(c) * sizeof *row);
    return row;
}

/* channels, taps -> taps, channels; reversed: the last tap first */
static const float *turn(const kdi_conv *c, const float *w, bool reversed, float *taps)
{
    memset(taps, 0, (size_t)(9 * pitch_of(c)) * sizeof *taps);
    for (int64_t ch = 0; ch < c->ic; ch++)
        for (int64_t t = 0; t < 9; t++)
            taps[(reversed ? 8 - t : t) * pitch_of(c) + ch] = w[ch * 9 + t];
    return taps;
}

/* rows y*stride - 1 to y*stride + 1 of an image of `height` rows */
static kdi_dw_sight look(const kdi_conv *c, const float *image, int64_t height, int64_t width,
                         int64_t y, const float *none)
{
    kdi_dw_sight s = { .dy = NULL };
    for (int64_t k = 0; k < 3; k++) {
        int64_t row = y * c->stride - 1 + k;
        s.x[k] = row >= 0 && row < height ? image + row * width * c->ic : none;
    }
    return s;
}

/* ---- forward, and backward where stride is 1 --------------------------------------------------
 */

static void walk(const kdi_conv *c, const float *x, const float *taps, const kdi_epilogue *then,
                 float *y, const float *none)
{
    kdi_dw_row job = { .width = (int)c->w,
                       .outputs = (int)c->ow,
                       .stride = c->stride,
                       .channels = (int)c->ic,
                       .taps = taps,
                       .tap = pitch_of(c),
                       .bias = then->bias,
                       .act = then->act };
    for (int64_t n = 0; n < c->n; n++)
        for (int64_t row = 0; row < c->oh; row++) {
            int64_t at = (n * c->oh + row) * c->ow * c->oc;
            job.sees = look(c, x + n * c->h * c->w * c->ic, c->h, c->w, row, none);
            job.y = y + at;
            job.residual = then->residual ? then->residual + at : NULL;
            kernels()->row(&job);
        }
}

void kdi_depthwise_forward(const kdi_conv *c, const float *x, const float *w,
                           const kdi_epilogue *then, float *y, float *scratch)
{
    walk(c, x, turn(c, w, false, scratch), then, y, zeros(c, scratch));
}

/* ---- backward
 * -------------------------------------------------------------------------------------
 */

/* the rows of outputs that saw row y of the input: its own through the middle taps, or two */
static void seen_by(const kdi_conv *c, const float *dy, const float *taps, int64_t y,
                    kdi_dw_spread *job)
{
    int64_t above = y / 2, pitch = c->ow * c->oc;
    job->rows = 0;
    for (int64_t tap = y % 2 ? 2 : 1, row = above; tap >= 0 && row < c->oh; tap -= 2, row++) {
        job->dy[job->rows] = dy + row * pitch;
        job->taps[job->rows++] = taps + 3 * tap * pitch_of(c);
    }
}

static void spread(const kdi_conv *c, const float *dy, const float *taps, float *dx)
{
    kdi_dw_spread job = {
        .width = (int)c->w, .outputs = (int)c->ow, .channels = (int)c->ic, .tap = pitch_of(c)
    };
    for (int64_t n = 0; n < c->n; n++)
        for (int64_t y = 0; y < c->h; y++) {
            seen_by(c, dy + n * c->oh * c->ow * c->oc, taps, y, &job);
            job.dx = dx + (n * c->h + y) * c->w * c->ic;
            kernels()->spread(&job);
        }
}

void kdi_depthwise_backward_data(const kdi_conv *c, const float *dy, const float *w, float *dx,
                                 float *scratch)
{
    static const kdi_epilogue none;
    if (c->stride == 1)
        walk(c, dy, turn(c, w, true, scratch), &none, dx, zeros(c, scratch));
    else
        spread(c, dy, turn(c, w, false, scratch), dx);
}

/* rows of outputs at once: what they see stays near; not the machine's choice, because gradients
 * are sums of such pieces */
static int64_t rows_of(const kdi_conv *c)
{
    int64_t rows = 2048 / ((c->stride * c->w + c->ow) * c->ic), least = 1 + 32 / c->ow;
    return rows < least ? least : rows < KDI_DW_ROWS ? rows : KDI_DW_ROWS;
}

void kdi_depthwise_backward_weight(const kdi_conv *c, const float *x, const float *dy, float *dw,
                                   float *scratch)
{
    kdi_dw_sight sees[KDI_DW_ROWS];
    const float *none = zeros(c, scratch);
    int64_t most = rows_of(c), all = c->n * c->oh, image = c->h * c->w * c->ic;
    kdi_dw_outer job = { .width = (int)c->w,
                         .outputs = (int)c->ow,
                         .stride = c->stride,
                         .channels = (int)c->ic,
                         .sees = sees,
                         .sum = scratch,
                         .tap = pitch_of(c) };
    memset(scratch, 0, (size_t)(9 * pitch_of(c)) * sizeof *scratch);
    for (int64_t first = 0; first < all; first += most) {
        job.n = (int)(all - first < most ? all - first : most);
        for (int64_t r = 0; r < job.n; r++) {
            int64_t row = first + r;
            sees[r] = look(c, x + row / c->oh * image, c->h, c->w, row % c->oh, none);
            sees[r].dy = dy + row * c->ow * c->oc;
        }
        kernels()->outer(&job);
    }
    for (int64_t ch = 0; ch < c->ic; ch++)
        for (int64_t t = 0; t < 9; t++)
            dw[ch * 9 + t] = scratch[t * pitch_of(c) + ch];
}

#else /* no loops for this machine, or for double */

bool kdi_depthwise_fits(const kdi_conv *c)
{
    (void)c;
    return false;
}

int64_t kdi_depthwise_scratch(const kdi_conv *c)
{
    (void)c;
    return 0;
}

void kdi_depthwise_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                           const kdi_epilogue *then, kd_real *y, kd_real *scratch)
{
    (void)c, (void)x, (void)w, (void)then, (void)y, (void)scratch;
}

void kdi_depthwise_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w,
                                 kd_real *dx, kd_real *scratch)
{
    (void)c, (void)dy, (void)w, (void)dx, (void)scratch;
}

void kdi_depthwise_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy,
                                   kd_real *dw, kd_real *scratch)
{
    (void)c, (void)x, (void)dy, (void)dw, (void)scratch;
}

#endif
