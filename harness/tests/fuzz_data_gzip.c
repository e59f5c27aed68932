/* Any bytes as a gzip file: it unpacks within the limit or is refused. */
#include "data/read.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LIMIT = 1 << 15 };
    kdi_arena *a = kdi_arena_new("fuzz");
    const uint8_t *out = NULL;
    int64_t n = -1;
    kd_error_clear();
    int code = kdi_gunzip(a, "file", data, (int64_t)size, LIMIT, &out, &n);
    if (code == KD_OK) {
        KD_ASSERT(n >= 0 && n <= LIMIT);
        int64_t sum = 0;
        for (int64_t i = 0; i < n; i++)
            sum += out[i];
        KD_ASSERT(sum <= 255 * n);
    } else
        KD_ASSERT(strlen(kd_error_message()) > 0);
    kdi_arena_free(a);
    return 0;
}
