/* models_job.h - one network of a file of reference outputs, being checked. */
#ifndef KDI_MODELS_JOB_H
#define KDI_MODELS_JOB_H

#include "check/models_compare.h"
#include "models/net.h"

typedef struct kdi_model_job {
    const kd_value *golden; /* kdi_golden_model's */
    const kd_reference *as; /* how the file speaks of the family; NULL: taps in order */
    const kd_model *model;  /* its family */
    kd_net *net;
    kd_engine *engine;
    kdi_arena *a;
    int64_t batch;
} kdi_model_job;

/* ---- models_reference.c: from a group to a network ---------------------------------- */

/* Family, options and sizes of the input that the group's hp.* say; a family that says nothing of
 * references is found by the group's name. Sets j->model, j->as and j->batch. */
int kdi_reference_spec(kdi_model_job *j, const char *group, kd_value **spec, kd_input *in);
/* what the file's `name` is called here */
const char *kdi_reference_output(const kdi_model_job *j, const char *name);
/* the names of families whose references the group fits, without a look into the file */
const kd_model *kdi_reference_family(const char *group, const kd_reference **as);

/* ---- models_input.c: what the references were fed -------------------------------------- */

/* by formula, or stored; checked against the file's summary of it */
int kdi_reference_input(const kdi_model_job *j, kd_tensor **x);
int kdi_reference_integers(const kdi_model_job *j, const char *name, kd_shape want, kd_tensor **x);
kd_tensor *kdi_reference_noise(const kdi_model_job *j); /* a U-Net's target */

/* ---- models_task.c: what the gradients are of ------------------------------------------- */

int kdi_reference_loss(const kdi_model_job *j, const kd_view *v, bool training, kd_tensor **loss);

/* ---- models_outputs.c, models_gradients.c: comparing -------------------------------------- */

/* the logits; every: and all features and indices of the file, else those that taps have */
int kdi_compare_outputs(const kdi_model_job *j, kdi_compare *c, const kd_view *v,
                        const kd_value *mode, bool every);
/* of parameters and of the input, after a backward pass */
int kdi_compare_gradients(const kdi_model_job *j, kdi_compare *c, const kd_tensor *x,
                          const kd_value *mode);

/* x's elements (or `in`, of its shape) in the order of a file that has channels first */
const kd_real *kdi_reference_order(const kdi_model_job *j, const kd_tensor *x, const kd_real *in);

#endif
