/* Any bytes as safetensors: refused with a reason, or tensors that lie inside them. */
#include "store/store.h"
#include "store/weights_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const kd_value *file)
{
    const kd_value *tensor = kd_get(file, "tensor");
    for (int64_t i = 0; i < tensor->n; i++) {
        const kd_value *v = tensor->item[i];
        KD_ASSERT(v->kind == KD_V_ARRAY && v->n == kd_shape_numel(v->shape));
        KD_ASSERT(kd_get_text(kd_get(file, "type"), tensor->key[i], NULL));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char hex[KDI_SHA256_HEX];
    kd_value *file;
    kdi_arena *a = kdi_arena_new("fuzz");
    kd_error_clear();
    int code = kdi_safetensors_parse("input", data, (int64_t)size, a, &file);
    KD_ASSERT((code == KD_OK) == !kd_failed());
    KD_ASSERT(code == KD_OK || strlen(kd_error_message()) > 0);
    if (code == KD_OK) {
        look_at(file);
        kdi_tree_sha256(kd_get(file, "tensor"), hex);
    }
    kd_error_clear();
    kdi_arena_free(a);
    return 0;
}
