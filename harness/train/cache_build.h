/* cache_build.h - computing what a teacher says of every sample, once for all runs. */
#ifndef KDI_CACHE_BUILD_H
#define KDI_CACHE_BUILD_H

#include "train/trainer.h"

/* what a cached value depends on; the same map when it is written and when it is read */
kd_value *kdi_cache_key(const kdi_data *d, enum kd_split split, const char *teacher_sha256,
                        kdi_arena *a);

/* Writes the file of one split: logits and pooled features; of the training split also every tap,
 * if that stays within `budget` bytes. */
int kdi_cache_build(kdi_trainer *t, kdi_teacher *teacher, enum kd_split split, bool taps,
                    int64_t budget, const char *path);

#endif
