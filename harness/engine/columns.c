/* Sums down the columns of a matrix: what a bias gets of its outputs' gradient. */
#include "engine.h"
#include "simd.h"

enum { SIDE = 64 }; /* columns at once: their sums stay in registers */

typedef struct columns {
    int64_t rows, pitch;
    int64_t n; /* columns of this piece, at most SIDE */
    const kd_real *x;
    double *sum; /* SIDE of them */
} columns;

KDI_INLINE void add_rows_body(const columns *job)
{
    double sum[SIDE] = { 0 };
    if (job->n == SIDE)
        for (int64_t i = 0; i < job->rows; i++)
            for (int64_t c = 0; c < SIDE; c++)
                sum[c] += (double)job->x[i * job->pitch + c];
    else
        for (int64_t i = 0; i < job->rows; i++)
            for (int64_t c = 0; c < job->n; c++)
                sum[c] += (double)job->x[i * job->pitch + c];
    for (int64_t c = 0; c < job->n; c++)
        job->sum[c] = sum[c];
}
KDI_SIMD(add_rows, columns)

void kdi_column_sums(int64_t rows, int64_t channels, const kd_real *x, kd_real keep, kd_real *to)
{
    double sum[SIDE];
    for (int64_t c = 0; c < channels; c += SIDE) {
        int64_t n = channels - c < SIDE ? channels - c : SIDE;
        columns job = { .rows = rows, .pitch = channels, .n = n, .x = x + c, .sum = sum };
        add_rows(&job);
        for (int64_t k = 0; k < n; k++)
            to[c + k] = (keep != 0 ? to[c + k] : 0) + (kd_real)sum[k];
    }
}
