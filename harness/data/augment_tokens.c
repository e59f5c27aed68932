/* Augmentation of texts. */
#include "data/data.h"

#include <string.h>

void kdi_augment_tokens(const kdi_augment *how, kd_rng *rng, const int64_t *from, int64_t n,
                        int64_t *to)
{
    (void)how;
    (void)rng;
    memcpy(to, from, (size_t)n * sizeof *to);
}
