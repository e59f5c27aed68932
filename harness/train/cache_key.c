/* What a cached value depends on: data, teacher, augmentation, and all that decides bits. */
#include "train/cache_build.h"

#include "train/result.h"

#include <string.h>

/* the program, its libraries, and what of the machine they choose their kernels by */
static void add_environment(kd_value *key, kdi_arena *a)
{
    static const char *const deciding[] = { "compiler",
                                            "flags",
                                            "cpu_l1d_bytes",
                                            "cpu_l2_bytes",
                                            "cpu_l3_bytes",
                                            "glibc",
                                            "openblas",
                                            "openblas_core",
                                            "onednn",
                                            "onednn_isa",
                                            "simd",
                                            "conv_table",
                                            "OMP_NUM_THREADS",
                                            "OPENBLAS_NUM_THREADS",
                                            NULL };
    const kd_value *env = kdi_environment(a);
    for (int i = 0; deciding[i]; i++)
        kd_set(key, deciding[i], (kd_value *)kd_get(env, deciding[i]));
    kdi_add_source_hashes(key, NULL, NULL);
}

kd_value *kdi_cache_key(const kdi_data *d, enum kd_split split, const char *teacher_sha256,
                        kdi_arena *a)
{
    bool augmented = kdi_cache_by_epoch(d, split);
    kd_value *key = kd_map(a);
    kd_set_int(key, "real_bytes", (int64_t)sizeof(kd_real));
    kd_set_text(key, "data_sha256", d->sha256);
    kd_set_text(key, "split", kdi_split_name[split]);
    kd_set_int(key, "samples", d->part[split].n);
    kd_set_text(key, "augment", augmented ? d->augment->name : kdi_augments[0].name);
    kd_set_int(key, "augment_seed", augmented ? (int64_t)d->augment_seed : 0);
    kd_set_text(key, "teacher_sha256", teacher_sha256);
    kd_set_int(key, "batch", KDI_TEACHER_BATCH);
    add_environment(key, a);
    return key;
}
