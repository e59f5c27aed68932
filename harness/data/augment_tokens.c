/* Augmentation of texts: words are forgotten. */
#include "data/data.h"
#include "data/tokenize.h"

void kdi_augment_tokens(const kdi_augment *how, kd_rng *rng, const int64_t *from, int64_t n,
                        int64_t *to)
{
    for (int64_t i = 0; i < n; i++)
        to[i] = how->drop_words > 0 && kdi_uniform01(rng) < how->drop_words ? KDI_UNKNOWN : from[i];
}
