/* Is what a reader gave fit for training? And which data was it: a checksum of the content. */
#include "data/data.h"

#include <inttypes.h>
#include <string.h>

static const char *where(const kdi_data *d, const kd_images *part)
{
    return part->source ? part->source : d->class->name;
}

static int check_shape(const kdi_data *d)
{
    const kd_dataset *s = &d->set;
    if (s->channels < 1 || s->channels > 16 || s->height < 1 || s->width < 1)
        return kd_error(KD_E_DATA,
                        "%s: images of %" PRId64 "x%" PRId64 "x%" PRId64
                        ", should be at least 1x1 with 1..16 channels",
                        d->class->name, s->height, s->width, s->channels);
    if (s->classes < 2)
        return kd_error(KD_E_DATA, "%s: %" PRId64 " class, should be at least 2",
                        where(d, &s->train), s->classes);
    return KD_OK;
}

static int check_labels(const kdi_data *d, const kd_images *part, const char *which)
{
    if (part->n < 1 || (!part->pixel && !part->real))
        return kd_error(KD_E_DATA, "%s: no %s images", where(d, part), which);
    for (int64_t i = 0; i < part->n; i++)
        if (part->label[i] < 0 || part->label[i] >= d->set.classes)
            return kd_error(KD_E_DATA,
                            "%s: label %" PRId64 " of %s image %" PRId64 ", should be 0..%" PRId64,
                            where(d, part), part->label[i], which, i, d->set.classes - 1);
    return KD_OK;
}

static int check_classes(const kdi_data *d)
{
    const kd_images *train = &d->set.train;
    int64_t *count = kdi_alloc0(d->arena, (size_t)d->set.classes * sizeof *count);
    for (int64_t i = 0; i < train->n; i++)
        count[train->label[i]]++;
    for (int64_t c = 0; c < d->set.classes; c++)
        if (count[c] == 0)
            return kd_error(KD_E_DATA,
                            "%s: class %" PRId64
                            "%s%s%s has no training image, each of the %" PRId64
                            " classes should have some",
                            where(d, train), c, d->set.class_name ? " (" : "",
                            d->set.class_name ? d->set.class_name[c] : "",
                            d->set.class_name ? ")" : "", d->set.classes);
    return KD_OK;
}

static int check_reals(const kdi_data *d, const kd_images *part, const char *which)
{
    int64_t size = d->set.height * d->set.width * d->set.channels;
    for (int64_t i = 0; part->real && i < part->n * size; i++)
        if (part->real[i] - part->real[i] != 0)
            return kd_error(KD_E_DATA, "%s: %s image %" PRId64 " has a value that is not finite",
                            where(d, part), which, i / size);
    return KD_OK;
}

int kdi_data_check(const kdi_data *d)
{
    const kd_images *train = &d->set.train, *test = &d->set.test;
    KD_TRY(check_shape(d));
    KD_TRY(check_labels(d, train, "training"));
    KD_TRY(check_labels(d, test, "test"));
    KD_TRY(check_classes(d));
    KD_TRY(check_reals(d, train, "training"));
    KD_TRY(check_reals(d, test, "test"));
    if (!train->pixel != !test->pixel)
        return kd_error(KD_E_DATA, "%s: training and test images differ in type", d->class->name);
    return KD_OK;
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

static void add_part(kdi_sha256_state *s, const kd_images *part, int64_t size)
{
    add_int(s, part->n);
    for (int64_t i = 0; i < part->n; i++)
        add_int(s, part->label[i]);
    if (part->pixel)
        kdi_sha256_add(s, part->pixel, (size_t)(part->n * size));
    else
        for (int64_t i = 0; i < part->n * size; i++)
            add_real(s, part->real[i]);
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
    add_part(&s, &set->train, set->height * set->width * set->channels);
    add_part(&s, &set->test, set->height * set->width * set->channels);
    kdi_sha256_hex(&s, d->sha256);
}
