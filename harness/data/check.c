/* Is what a reader gave fit for training? And which data was it: a checksum of the content. */
#include "data/data.h"

#include <inttypes.h>
#include <string.h>

static const char *where(const kdi_data *d, const kd_samples *part)
{
    return part->source ? part->source : d->class->name;
}

static int check_shape(const kdi_data *d)
{
    const kd_dataset *s = &d->set;
    bool image = kdi_data_has(d, KD_IMAGE), points = kdi_data_has(d, KD_POINTS);
    if (points && (s->points < 1 || kdi_stored_points(s) < s->points ||
                   (s->point_channels != 3 && s->point_channels != 6)))
        return kd_error(KD_E_DATA,
                        "%s: clouds of %" PRId64 " points of %" PRId64
                        " numbers, should be at least one point of 3 or 6",
                        d->class->name, s->points, s->point_channels);
    if (image && (s->channels < 1 || s->channels > 16 || s->height < 1 || s->width < 1))
        return kd_error(KD_E_DATA,
                        "%s: images of %" PRId64 "x%" PRId64 "x%" PRId64
                        ", should be at least 1x1 with 1..16 channels",
                        d->class->name, s->height, s->width, s->channels);
    if (s->classes < 2)
        return kd_error(KD_E_DATA, "%s: %" PRId64 " class, should be at least 2",
                        where(d, &s->train), s->classes);
    return KD_OK;
}

static int check_labels(const kdi_data *d, const kd_samples *part, const char *which)
{
    if (part->n < 1 || !(kdi_samples_have(part, KD_IMAGE) || kdi_samples_have(part, KD_POINTS) ||
                         kdi_samples_have(part, KD_TOKENS)))
        return kd_error(KD_E_DATA, "%s: no %s samples", where(d, part), which);
    for (int64_t i = 0; i < part->n; i++)
        if (part->label[i] < 0 || part->label[i] >= d->set.classes)
            return kd_error(KD_E_DATA,
                            "%s: label %" PRId64 " of %s sample %" PRId64 ", should be 0..%" PRId64,
                            where(d, part), part->label[i], which, i, d->set.classes - 1);
    return KD_OK;
}

static int check_classes(const kdi_data *d)
{
    const kd_samples *train = &d->set.train;
    int64_t *count = kdi_alloc0(d->arena, (size_t)d->set.classes * sizeof *count);
    for (int64_t i = 0; i < train->n; i++)
        count[train->label[i]]++;
    for (int64_t c = 0; c < d->set.classes; c++)
        if (count[c] == 0)
            return kd_error(KD_E_DATA,
                            "%s: class %" PRId64
                            "%s%s%s has no training sample, each of the %" PRId64
                            " classes should have some",
                            where(d, train), c, d->set.class_name ? " (" : "",
                            d->set.class_name ? d->set.class_name[c] : "",
                            d->set.class_name ? ")" : "", d->set.classes);
    return KD_OK;
}

static int check_finite(const kdi_data *d, const kd_samples *part, const float *x, int64_t size,
                        const char *which)
{
    for (int64_t i = 0; x && i < part->n * size; i++)
        if (x[i] - x[i] != 0)
            return kd_error(KD_E_DATA, "%s: %s sample %" PRId64 " has a value that is not finite",
                            where(d, part), which, i / size);
    return KD_OK;
}

static int check_part(const kdi_data *d, const kd_samples *part, const char *which)
{
    const kd_dataset *s = &d->set;
    KD_TRY(check_labels(d, part, which));
    KD_TRY(check_finite(d, part, part->real, s->height * s->width * s->channels, which));
    KD_TRY(check_finite(d, part, part->point, kdi_stored_points(s) * s->point_channels, which));
    for (int kind = 0; kind < KD_NMEDIUM; kind++)
        if (kdi_samples_have(part, kind) != kdi_data_has(d, kind))
            return kd_error(KD_E_DATA, "%s: training and %s samples differ in %s: some have none",
                            d->class->name, which, kd_medium_name[kind]);
    if (!part->pixel != !s->train.pixel)
        return kd_error(KD_E_DATA, "%s: training and %s images differ in type", d->class->name,
                        which);
    return KD_OK;
}

int kdi_data_check(const kdi_data *d)
{
    KD_TRY(check_shape(d));
    KD_TRY(check_part(d, &d->set.train, "training"));
    KD_TRY(check_part(d, &d->set.test, "test"));
    if (d->set.validation.n > 0)
        KD_TRY(check_part(d, &d->set.validation, "validation"));
    return check_classes(d);
}

/* little-endian, so that the sum is the same on every machine */
static void add_int(kdi_sha256_state *s, int64_t x)
{
    unsigned char byte[8];
    for (int i = 0; i < 8; i++)
        byte[i] = (unsigned char)((uint64_t)x >> 8 * i);
    kdi_sha256_add(s, byte, sizeof byte);
}

static void add_real(kdi_sha256_state *s, float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    unsigned char byte[4];
    for (int i = 0; i < 4; i++)
        byte[i] = (unsigned char)(bits >> 8 * i);
    kdi_sha256_add(s, byte, sizeof byte);
}

static void add_reals(kdi_sha256_state *s, const float *x, int64_t n)
{
    for (int64_t i = 0; x && i < n; i++)
        add_real(s, x[i]);
}

static void add_part(kdi_sha256_state *s, const kd_samples *part, const kd_dataset *d)
{
    int64_t size = d->height * d->width * d->channels;
    add_int(s, part->n);
    for (int64_t i = 0; i < part->n; i++)
        add_int(s, part->label[i]);
    if (part->pixel)
        kdi_sha256_add(s, part->pixel, (size_t)(part->n * size));
    add_reals(s, part->real, part->n * size);
    add_reals(s, part->point, part->n * kdi_stored_points(d) * d->point_channels);
    for (int64_t i = 0; part->text && i <= part->n; i++)
        add_int(s, part->at[i]);
    if (part->text)
        kdi_sha256_add(s, part->text + part->at[0], (size_t)(part->at[part->n] - part->at[0]));
}

/* what says how texts become tokens is part of the data that a network sees */
static void add_tokenizer(kdi_sha256_state *s, const kd_tokenizer *t)
{
    add_int(s, t->kind);
    add_int(s, t->vocabulary);
    add_int(s, t->length);
    add_int(s, t->min_count);
}

void kdi_data_checksum(kdi_data *d)
{
    const kd_dataset *set = &d->set;
    kdi_sha256_state s;
    kdi_sha256_start(&s);
    add_int(&s, set->height);
    add_int(&s, set->width);
    add_int(&s, set->channels);
    add_int(&s, set->classes);
    if (kdi_data_has(d, KD_TOKENS))
        add_tokenizer(&s, &set->tokenizer);
    add_part(&s, &set->train, set);
    add_part(&s, &set->test, set);
    if (set->validation.n > 0)
        add_part(&s, &set->validation, set);
    kdi_sha256_hex(&s, d->sha256);
}
