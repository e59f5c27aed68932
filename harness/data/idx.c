/* IDX, the format of MNIST and its relatives: a magic number 00 00 08 naxis, then naxis big-endian
 * sizes, then the bytes. */
#include "data/read.h"

#include <inttypes.h>

enum { LARGEST_SIDE = 8192, MOST_CHANNELS = 16 };
static const int64_t LARGEST_FILE = (int64_t)1 << 31;

static uint32_t big_endian(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* reads what stands before the body: sizes are taken as they come */
static int header(kdi_idx *x, const char *path, const uint8_t *data, int64_t size, int least,
                  int most)
{
    if (size < 4)
        return kd_error(KD_E_DATA, "%s: has %" PRId64 " bytes, too few for an IDX header", path,
                        size);
    uint32_t magic = big_endian(data), naxis = magic & 0xff;
    if (magic >> 8 != 0x08 || naxis < (uint32_t)least || naxis > (uint32_t)most)
        return kd_error(KD_E_DATA, "%s: begins with 0x%08" PRIx32 ", should begin with 0x%08x (%s)",
                        path, magic, 0x800 | (unsigned)least,
                        least == 1 ? "IDX labels" : "IDX images");
    x->naxis = (int)naxis;
    if (size < 4 + 4 * x->naxis)
        return kd_error(KD_E_DATA, "%s: has %" PRId64 " bytes, its header alone needs %d", path,
                        size, 4 + 4 * x->naxis);
    for (int i = 0; i < x->naxis; i++)
        x->axis[i] = big_endian(data + 4 + 4 * i);
    x->body = data + 4 + 4 * x->naxis;
    return KD_OK;
}

static int axis_within(const kdi_idx *x, const char *path, int i, int64_t most, const char *what)
{
    if (x->axis[i] < 1 || x->axis[i] > most)
        return kd_error(KD_E_DATA, "%s: says it has %" PRId64 " %s, should be 1..%" PRId64, path,
                        x->axis[i], what, most);
    return KD_OK;
}

/* the body must be exactly as long as the header says; sizes are within bounds already */
static int body_fits(const kdi_idx *x, const char *path, int64_t size)
{
    int64_t want = 4 + 4 * x->naxis, elements = 1;
    for (int i = 0; i < x->naxis; i++)
        elements *= x->axis[i];
    want += elements;
    if (size != want)
        return kd_error(KD_E_DATA, "%s: has %" PRId64 " bytes, should have %" PRId64 " (%s)", path,
                        size, want, size < want ? "truncated?" : "bytes after the end");
    return KD_OK;
}

int kdi_idx_images(kdi_idx *x, const char *path, const uint8_t *data, int64_t size)
{
    KD_TRY(header(x, path, data, size, 3, 4));
    KD_TRY(axis_within(x, path, 0, UINT32_MAX, "images"));
    KD_TRY(axis_within(x, path, 1, LARGEST_SIDE, "rows"));
    KD_TRY(axis_within(x, path, 2, LARGEST_SIDE, "columns"));
    if (x->naxis == 4)
        KD_TRY(axis_within(x, path, 3, MOST_CHANNELS, "channels"));
    else
        x->axis[3] = 1;
    return body_fits(x, path, size);
}

int kdi_idx_labels(kdi_idx *x, const char *path, const uint8_t *data, int64_t size)
{
    KD_TRY(header(x, path, data, size, 1, 1));
    KD_TRY(axis_within(x, path, 0, UINT32_MAX, "labels"));
    return body_fits(x, path, size);
}

/* test images must look as train images do */
static int same_shape(kd_dataset *d, const char *path, const kdi_idx *x)
{
    if (d->height == 0) {
        d->height = x->axis[1];
        d->width = x->axis[2];
        d->channels = x->axis[3];
    }
    if (d->height != x->axis[1] || d->width != x->axis[2] || d->channels != x->axis[3])
        return kd_error(KD_E_DATA,
                        "%s: images of %" PRId64 "x%" PRId64 "x%" PRId64 ", should be %" PRId64
                        "x%" PRId64 "x%" PRId64 " as in train",
                        path, x->axis[1], x->axis[2], x->axis[3], d->height, d->width, d->channels);
    return KD_OK;
}

int kdi_idx_part(kd_dataset *d, const kdi_bytes *images, const kdi_bytes *labels, kd_samples *out)
{
    kdi_idx x, y;
    KD_TRY(kdi_idx_images(&x, images->path, images->data, images->size));
    KD_TRY(same_shape(d, images->path, &x));
    KD_TRY(kdi_idx_labels(&y, labels->path, labels->data, labels->size));
    if (y.axis[0] != x.axis[0])
        return kd_error(KD_E_DATA, "%s: %" PRId64 " labels, should be %" PRId64 " as %s has images",
                        labels->path, y.axis[0], x.axis[0], images->path);
    *out = (kd_samples){ .n = x.axis[0], .pixel = x.body, .source = labels->path };
    return kd_dataset_labels(d, labels->path, y.body, out->n, 1, d->classes, &out->label);
}

int kd_idx_read(kd_dataset *d, const char *images, const char *labels, kd_samples *out)
{
    kdi_bytes x, y;
    KD_TRY(kd_dataset_read(d, images, LARGEST_FILE, &x.data, &x.size, &x.path));
    KD_TRY(kd_dataset_read(d, labels, LARGEST_FILE, &y.data, &y.size, &y.path));
    return kdi_idx_part(d, &x, &y, out);
}
