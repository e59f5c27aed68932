/* Mean and deviation of each channel over the training split, and pixels scaled by them. */
#include "data/data.h"

#include <math.h>

static int64_t image_size(const kdi_data *d)
{
    return d->set.height * d->set.width * d->set.channels;
}

/* bytes: counted, so that the sums are exact and in no order */
static void count_pixels(const kdi_data *d, const kdi_part *train, int64_t (*count)[256])
{
    int64_t size = image_size(d), channels = d->set.channels;
    for (int64_t i = 0; i < train->n; i++) {
        const uint8_t *p = train->from->pixel + train->place[i] * size;
        for (int64_t j = 0; j < size; j += channels)
            for (int64_t c = 0; c < channels; c++)
                count[c][p[j + c]]++;
    }
}

static void byte_statistics(kdi_data *d, const kdi_part *train)
{
    int64_t(*count)[256] = kdi_alloc0(d->arena, (size_t)d->set.channels * sizeof *count);
    double n = (double)(train->n * d->set.height * d->set.width);
    count_pixels(d, train, count);
    for (int64_t c = 0; c < d->set.channels; c++) {
        int64_t sum = 0, square = 0;
        for (int64_t v = 0; v < 256; v++) {
            sum += count[c][v] * v;
            square += count[c][v] * v * v;
        }
        double mean = (double)sum / n;
        d->set.mean[c] = mean / 255;
        d->set.sd[c] = sqrt(fmax((double)square / n - mean * mean, 0)) / 255;
    }
}

static double channel_sum(const kdi_data *d, const kdi_part *train, int64_t c, double mean,
                          int power)
{
    int64_t size = image_size(d);
    double sum = 0;
    for (int64_t i = 0; i < train->n; i++) {
        const float *x = train->from->real + train->place[i] * size;
        for (int64_t j = c; j < size; j += d->set.channels)
            sum += power == 1 ? x[j] : (x[j] - mean) * (x[j] - mean);
    }
    return sum;
}

static void real_statistics(kdi_data *d, const kdi_part *train)
{
    double n = (double)(train->n * d->set.height * d->set.width);
    for (int64_t c = 0; c < d->set.channels; c++) {
        d->set.mean[c] = channel_sum(d, train, c, 0, 1) / n;
        d->set.sd[c] = sqrt(channel_sum(d, train, c, d->set.mean[c], 2) / n);
    }
}

/* a channel that never changes is only shifted */
static double divisor(const kdi_data *d, int64_t c)
{
    return d->set.sd[c] > 0 ? d->set.sd[c] : 1;
}

void kdi_data_statistics(kdi_data *d)
{
    if (!kdi_data_has(d, KD_IMAGE))
        return;
    const kdi_part train = { .n = d->cut.nkept, .place = d->cut.kept, .from = &d->set.train };
    (train.from->pixel ? byte_statistics : real_statistics)(d, &train);
}

const kd_pixel *kdi_data_pixels(const kdi_data *d, kdi_arena *a)
{
    if (!kdi_data_has(d, KD_IMAGE))
        return NULL;
    bool bytes = d->set.train.pixel != NULL;
    kd_pixel *p = kdi_alloc(a, (size_t)d->set.channels * sizeof *p);
    for (int64_t c = 0; c < d->set.channels; c++)
        p[c] = (kd_pixel){ .mean = (kd_real)d->set.mean[c],
                           .sd = (kd_real)divisor(d, c),
                           .low = bytes ? 0 : -INFINITY,
                           .high = bytes ? 1 : INFINITY };
    return p;
}

void kdi_data_scale(kdi_data *d)
{
    if (!kdi_data_has(d, KD_IMAGE))
        return;
    int64_t channels = d->set.channels;
    bool bytes = d->set.train.pixel != NULL;
    d->pad = kdi_alloc(d->arena, (size_t)channels * sizeof *d->pad);
    d->table = bytes ? kdi_alloc(d->arena, (size_t)channels * sizeof *d->table) : NULL;
    for (int64_t c = 0; c < channels; c++) {
        d->pad[c] = (kd_real)(-d->set.mean[c] / divisor(d, c));
        for (int v = 0; bytes && v < 256; v++)
            d->table[c][v] = (kd_real)((v / 255.0 - d->set.mean[c]) / divisor(d, c));
    }
}

static void from_bytes(const kdi_data *d, const uint8_t *p, int64_t size, kd_real *out)
{
    int64_t channels = d->set.channels;
    if (channels == 1) {
        for (int64_t j = 0; j < size; j++)
            out[j] = d->table[0][p[j]];
        return;
    }
    for (int64_t j = 0; j < size; j += channels)
        for (int64_t c = 0; c < channels; c++)
            out[j + c] = d->table[c][p[j + c]];
}

static void from_reals(const kdi_data *d, const float *x, int64_t size, kd_real *out)
{
    for (int64_t c = 0; c < d->set.channels; c++) {
        double mean = d->set.mean[c], by = divisor(d, c);
        for (int64_t j = c; j < size; j += d->set.channels)
            out[j] = (kd_real)((x[j] - mean) / by);
    }
}

void kdi_data_normalise(const kdi_data *d, const kd_samples *from, int64_t place, kd_real *out)
{
    int64_t size = image_size(d);
    if (from->pixel)
        from_bytes(d, from->pixel + place * size, size, out);
    else
        from_reals(d, from->real + place * size, size, out);
}
