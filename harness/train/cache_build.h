/* cache_build.h - computing what a teacher says of every sample, once for all runs. */
#ifndef KDI_CACHE_BUILD_H
#define KDI_CACHE_BUILD_H

#include "train/trainer.h"

/* What a cached value depends on; the same map when it is written and when it is read. The epoch
 * of an augmented sample is in the number of its row: epoch x samples + sample. */
kd_value *kdi_cache_key(const kdi_data *d, enum kd_split split, const char *teacher_sha256,
                        kdi_arena *a);

/* is a sample of this split another image every epoch? */
bool kdi_cache_by_epoch(const kdi_data *d, enum kd_split split);
/* the rows that a cache of this split must have for `epochs` epochs */
int64_t kdi_cache_rows_wanted(const kdi_data *d, enum kd_split split, int64_t epochs);

typedef struct kdi_cache_file { /* one to be there: these outputs of one split */
    enum kd_split split;
    const char *path;
    int noutput;
    const char *output[KDI_NET_TAPS + 1]; /* "logits", names of taps */
    bool missing;
} kdi_cache_file;

/* Writes the files that are missing, with `epochs` epochs of an augmented split. One that is there
 * must be right: else an error or, with `rebuild`, it is verified to its last byte and, where that
 * fails, written anew; why goes to the list `said`. */
int kdi_cache_build(kdi_trainer *t, kdi_teacher *teacher, kdi_cache_file *file, int nfile,
                    int64_t epochs, bool rebuild, kd_value *said);

/* cache_needs.c, for Lua: teacher_outputs{ method, pairs, student, teacher, first } -> { outputs,
 * live }: those of this teacher (first: the one that is paired) that the method reads, and why it
 * cannot take them from a cache, if so. Networks as kd.model describes them. */
int kdi_teacher_outputs(const kd_value *args, kdi_arena *a, kd_value **result);

#endif
