/* What the gradients of reference networks are of: a loss for each task of the files. */
#include "check/models_job.h"

#include <string.h>

typedef int task_loss(const kdi_model_job *j, const kd_view *v, bool training, kd_tensor **loss);

static int class_loss(const kdi_model_job *j, const char *labels, kd_tensor *z, kd_tensor **loss)
{
    kd_tensor *label;
    KD_TRY(kdi_reference_integers(j, labels, KD_SHAPE(j->batch), &label));
    *loss = kd_cross_entropy(z, label);
    return KD_OK;
}

static int classify(const kdi_model_job *j, const kd_view *v, bool training, kd_tensor **loss)
{
    (void)training;
    return class_loss(j, "labels", v->logits, loss);
}

/* DeiT: each head learns from its own labels; at the end their mean decides */
static int classify_distilled(const kdi_model_job *j, const kd_view *v, bool training,
                              kd_tensor **loss)
{
    kd_tensor *dist = kd_view_get(v, "logits_dist"), *other;
    if (!dist)
        return kd_error(KD_E_DATA, "no output is called logits_dist");
    if (!training)
        return class_loss(j, "labels", kd_scale(kd_add(v->logits, dist), (kd_real)0.5), loss);
    KD_TRY(class_loss(j, "labels", v->logits, loss));
    KD_TRY(class_loss(j, "labels_dist", dist, &other));
    *loss = kd_scale(kd_add(*loss, other), (kd_real)0.5);
    return KD_OK;
}

static int see(const kdi_model_job *j, const kd_view *v, bool training, kd_tensor **loss)
{
    bool distilled = kd_get(j->golden, "labels_dist") != NULL;
    return (distilled ? classify_distilled : classify)(j, v, training, loss);
}

/* each token from those before it, where it is not padding */
static int next_token(const kdi_model_job *j, const kd_view *v, bool training, kd_tensor **loss)
{
    kd_tensor *token, *length;
    int64_t n = j->batch, l = j->net->in.length, last = l - 1, words = 0;
    KD_TRY(kdi_reference_integers(j, "tokens", KD_SHAPE(n, l), &token));
    KD_TRY(kdi_reference_integers(j, "lengths", KD_SHAPE(n), &length));
    kd_tensor *z = kd_slice(v->logits, 1, 0, last);
    kd_tensor *next = kdi_tensor(j->engine->step, j->engine, KD_I64_T, KD_SHAPE(n * last));
    kd_tensor *counts = kd_zeros_like(v->logits, KD_SHAPE(n * last, 1));
    (void)training;
    for (int64_t i = 0; i < n * last; i++) {
        int64_t s = i / last, t = i % last + 1;
        bool valid = t < kd_i64s(length)[s];
        kd_i64s(next)[i] = kd_i64s(token)[s * l + t];
        kdi_r(counts)[i] = valid;
        words += valid;
    }
    z = kd_reshape(z, KD_SHAPE(n * last, kd_channels(z)));
    kd_tensor *rows = kd_mul(kd_cross_entropy_rows(z, next), counts);
    *loss = kd_scale(kd_sum(rows), 1 / (kd_real)(words ? words : 1));
    return KD_OK;
}

static int denoise(const kdi_model_job *j, const kd_view *v, bool training, kd_tensor **loss)
{
    (void)training;
    *loss = kd_mse(v->logits, kdi_reference_noise(j));
    return KD_OK;
}

static const struct {
    const char *task;
    task_loss *loss;
} tasks[] = {
    { "", classify },  { "3d", classify },   { "text", classify },
    { "vision", see }, { "lm", next_token }, { "denoise", denoise },
};

int kdi_reference_loss(const kdi_model_job *j, const kd_view *v, bool training, kd_tensor **loss)
{
    const char *task = kd_get_text(j->golden, "task", "");
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(tasks[i].task, task) == 0)
            return tasks[i].loss(j, v, training, loss);
    return kd_error(KD_E_DATA, "no loss is known for the task \"%s\"", task);
}
