/* Clouds of points as people pass them on in HDF5: data n,points,3, label n, and perhaps normal. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "data/read.h"

/* ---- one file -------------------------------------------------------------------- */

typedef struct {
    kd_numbers data, normal, label;
    int64_t n;
} arrays;

static int check_points(const kd_numbers *x, int64_t n, int64_t points)
{
    if (x->naxis != 3 || x->axis[2] != 3)
        return kd_error(KD_E_DATA, "%s: has %d axes%s, should be n,points,3", x->path, x->naxis,
                        x->naxis == 3 ? ", the last not of 3" : "");
    if (!x->real)
        return kd_error(KD_E_DATA, "%s: holds integers, should hold float32", x->path);
    if (n >= 0 && x->axis[0] != n)
        return kd_error(KD_E_DATA, "%s: %" PRId64 " clouds, should be %" PRId64 " as in data",
                        x->path, x->axis[0], n);
    if (x->axis[1] < points)
        return kd_error(KD_E_DATA,
                        "%s: clouds of %" PRId64 " points, points = %" PRId64
                        " are wanted: give the option points",
                        x->path, x->axis[1], points);
    return KD_OK;
}

static int64_t label_at(const kd_numbers *y, int64_t i)
{
    return y->byte ? y->byte[i] : y->integer[i];
}

static int check_labels(const kd_numbers *y, int64_t n, int64_t classes)
{
    if (y->naxis != 1 && !(y->naxis == 2 && y->axis[1] == 1))
        return kd_error(KD_E_DATA, "%s: has %d axes, should have 1", y->path, y->naxis);
    if (y->real)
        return kd_error(KD_E_DATA, "%s: holds reals, should hold integers", y->path);
    if (y->axis[0] != n)
        return kd_error(KD_E_DATA, "%s: %" PRId64 " labels, should be %" PRId64 " as data has",
                        y->path, y->axis[0], n);
    for (int64_t i = 0; i < n; i++)
        if (label_at(y, i) < 0 || label_at(y, i) >= classes)
            return kd_error(KD_E_DATA,
                            "%s: label %" PRId64 " of cloud %" PRId64 ", should be 0..%" PRId64,
                            y->path, label_at(y, i), i, classes - 1);
    return KD_OK;
}

static int read_file(kd_dataset *d, const char *file, arrays *a)
{
    KD_TRY(kd_hdf5_read(d, file, "data", &a->data));
    KD_TRY(check_points(&a->data, -1, d->points));
    a->n = a->data.axis[0];
    if (d->point_channels == 6) {
        KD_TRY(kd_hdf5_read(d, file, "normal", &a->normal));
        KD_TRY(check_points(&a->normal, a->n, d->points));
    }
    KD_TRY(kd_hdf5_read(d, file, "label", &a->label));
    return check_labels(&a->label, a->n, d->classes);
}

/* ---- all of a part ----------------------------------------------------------------- */

static void put_cloud(const kd_dataset *d, const arrays *a, int64_t i, float *to)
{
    const float *x = a->data.real + i * a->data.axis[1] * 3;
    const float *normal =
        d->point_channels == 6 ? a->normal.real + i * a->normal.axis[1] * 3 : NULL;
    for (int64_t p = 0; p < d->points; p++, to += d->point_channels) {
        memcpy(to, x + 3 * p, 3 * sizeof *to);
        if (normal)
            memcpy(to + 3, normal + 3 * p, 3 * sizeof *to);
    }
}

static void put_file(const kd_dataset *d, const arrays *a, float *point, int64_t *label)
{
    for (int64_t i = 0; i < a->n; i++) {
        put_cloud(d, a, i, point + i * d->points * d->point_channels);
        label[i] = label_at(&a->label, i);
    }
}

int kd_clouds_read(kd_dataset *d, const char *const *file, kd_samples *out)
{
    int64_t files = 0, n = 0, size = d->points * d->point_channels;
    while (file[files])
        files++;
    arrays *a = kdi_alloc0(d->arena, (size_t)files * sizeof *a + 1);
    for (int64_t i = 0; i < files; i++) {
        KD_TRY(read_file(d, file[i], &a[i]));
        n += a[i].n;
    }
    float *point = kdi_alloc(d->arena, (size_t)(n * size) * sizeof *point + 1);
    int64_t *label = kdi_alloc(d->arena, (size_t)n * sizeof *label + 1);
    *out = (kd_samples){ .n = n, .point = point, .label = label };
    for (int64_t i = 0; i < files; i++) {
        put_file(d, &a[i], point, label);
        point += a[i].n * size;
        label += a[i].n;
    }
    return KD_OK;
}

void kd_clouds_centre(const kd_dataset *d, kd_samples *s)
{
    int64_t size = d->points * d->point_channels;
    float *to = kdi_alloc(d->arena, (size_t)(s->n * size) * sizeof *to + 1);
    memcpy(to, s->point, (size_t)(s->n * size) * sizeof *to);
    s->point = to;
    for (int64_t i = 0; i < s->n; i++, to += size) {
        double mean[3] = { 0 }, farthest = 0;
        for (int64_t p = 0; p < size; p++)
            if (p % d->point_channels < 3)
                mean[p % d->point_channels] += to[p] / (double)d->points;
        for (int64_t p = 0; p < size; p += d->point_channels) {
            double square = 0;
            for (int j = 0; j < 3; j++)
                square += (to[p + j] - mean[j]) * (to[p + j] - mean[j]);
            farthest = fmax(farthest, square);
        }
        double radius = farthest > 0 ? sqrt(farthest) : 1;
        for (int64_t p = 0; p < size; p++)
            if (p % d->point_channels < 3)
                to[p] = (float)((to[p] - mean[p % d->point_channels]) / radius);
    }
}
