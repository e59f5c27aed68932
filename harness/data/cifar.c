/* The binary format of CIFAR: each record has its label bytes, then 32x32 red, green, blue. */
#include "data/read.h"

#include <inttypes.h>
#include <string.h>

enum { AREA = KDI_CIFAR_SIDE * KDI_CIFAR_SIDE };

static int check_size(const char *path, int64_t size, int label_bytes, int64_t records)
{
    int64_t record = label_bytes + KDI_CIFAR_PIXELS, want = records * record;
    if (size != want)
        return kd_error(KD_E_DATA,
                        "%s: has %" PRId64 " bytes, should have %" PRId64 " (%" PRId64
                        " records of %" PRId64 "; %s)",
                        path, size, want, records, record,
                        size < want ? "truncated?" : "bytes after the end");
    return KD_OK;
}

static void interleave(const uint8_t *record, int label_bytes, int64_t n, uint8_t *pixel)
{
    for (int64_t i = 0; i < n; i++, record += label_bytes + KDI_CIFAR_PIXELS) {
        const uint8_t *red = record + label_bytes, *green = red + AREA, *blue = green + AREA;
        for (int j = 0; j < AREA; j++, pixel += 3) {
            pixel[0] = red[j];
            pixel[1] = green[j];
            pixel[2] = blue[j];
        }
    }
}

int kdi_cifar_records(kd_dataset *d, const kd_cifar_part *part, const kdi_bytes *file,
                      uint8_t *pixel, int64_t *label)
{
    const int64_t *checked;
    int64_t record = part->label_bytes + KDI_CIFAR_PIXELS;
    KD_TRY(check_size(file->path, file->size, part->label_bytes, part->records));
    KD_TRY(kd_dataset_labels(d, file->path, file->data + part->label_at, part->records, record,
                             d->classes, &checked));
    memcpy(label, checked, (size_t)part->records * sizeof *label);
    interleave(file->data, part->label_bytes, part->records, pixel);
    return KD_OK;
}

/* one file, into its place among the images */
static int read_one(kd_dataset *d, kdi_arena *scratch, const kd_cifar_part *part, const char *name,
                    uint8_t *pixel, int64_t *label, const char **path)
{
    kdi_bytes file;
    int64_t limit = part->records * (part->label_bytes + KDI_CIFAR_PIXELS);
    KD_TRY(kdi_dataset_path(d, name, &file.path));
    KD_TRY(kdi_read_file(scratch, file.path, limit, &file.data, &file.size));
    *path = file.path;
    return kdi_cifar_records(d, part, &file, pixel, label);
}

int kd_cifar_read(kd_dataset *d, const kd_cifar_part *part, kd_samples *out)
{
    int nfile = 0;
    while (part->file[nfile])
        nfile++;
    int64_t n = nfile * part->records;
    d->height = d->width = KDI_CIFAR_SIDE;
    d->channels = 3;
    uint8_t *pixel = kdi_alloc(d->arena, (size_t)n * KDI_CIFAR_PIXELS);
    int64_t *label = kdi_alloc(d->arena, (size_t)n * sizeof *label);
    kdi_arena *scratch = kdi_arena_new("cifar");
    int code = KD_OK;
    for (int i = 0; i < nfile && code == KD_OK; i++) {
        int64_t at = i * part->records;
        code = read_one(d, scratch, part, part->file[i], pixel + at * KDI_CIFAR_PIXELS, label + at,
                        &out->source);
        kdi_arena_reset(scratch);
    }
    kdi_arena_free(scratch);
    out->n = n;
    out->pixel = pixel;
    out->label = label;
    return code;
}
