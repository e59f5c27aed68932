/* Any bytes as records of CIFAR: the first byte says which variant and how many are wanted. */
#include "data/read.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    kd_cifar_part part = { .records = data[0] >> 2 & 3,
                           .label_bytes = 1 + (data[0] & 1),
                           .label_at = data[0] & 1 && data[0] & 2 };
    kd_dataset d = { .arena = kdi_arena_new("fuzz"), .classes = 10 };
    kdi_bytes file = { "batch", data + 1, (int64_t)size - 1 };
    uint8_t *pixel = kd_dataset_alloc(&d, (size_t)part.records * KDI_CIFAR_PIXELS);
    int64_t *label = kd_dataset_alloc(&d, (size_t)part.records * sizeof *label);
    kd_error_clear();
    int code =
        kdi_is_gzip(file.data, file.size)
            ? kdi_gunzip(d.arena, file.path, file.data, file.size, 1 << 16, &file.data, &file.size)
            : KD_OK;
    if (code == KD_OK)
        code = kdi_cifar_records(&d, &part, &file, pixel, label);
    for (int64_t i = 0; code == KD_OK && i < part.records; i++)
        KD_ASSERT(label[i] < 10);
    KD_ASSERT(code == KD_OK || strlen(kd_error_message()) > 0);
    kdi_arena_free(d.arena);
    return 0;
}
