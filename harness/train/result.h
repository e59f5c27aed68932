/* result.h - what a finished run leaves: the tree that becomes run.h5. */
#ifndef KDI_RESULT_H
#define KDI_RESULT_H

#include "train/trainer.h"

/* spec curve final weights pred (rerun bit for bit), cost, env, status */
int kdi_run_result(kdi_trainer *t, const char *spec_json, kdi_arena *a, kd_value **run);
/* env.c: this program, this machine, these libraries */
kd_value *kdi_environment(kdi_arena *a);
/* how many threads this process has and where they may run ("1", "0-3"); no result depends on it */
void kdi_add_process(kd_value *env, kdi_arena *a);
/* SHA-256 of the sources that a run's bits depend on: engine (with data and train), model, method,
 * data set */
void kdi_add_source_hashes(kd_value *map, const char *method, const char *dataset);

#endif
