/* Measuring student[0] on validation or test: the host's business alone. */
#include "train/trainer.h"

#include <math.h>
#include <string.h>

kdi_teacher *kdi_scored_teacher(kdi_trainer *t)
{
    if (t->nteacher)
        return &t->teacher[0];
    return t->reference.net ? &t->reference : NULL;
}

/* indices from..from+n, the last one repeated up to the fixed size */
static void fill_index(int64_t *index, int64_t from, int64_t n)
{
    for (int64_t i = 0; i < KDI_EVAL_BATCH; i++)
        index[i] = from + (i < n ? i : n - 1);
}

static kd_tensor *teacher_rows(kdi_trainer *t, const kdi_teacher *teacher, enum kd_split split,
                               int64_t from, int64_t n)
{
    int64_t classes = t->input.classes;
    kd_tensor *x = kdi_tensor(t->engine->step, t->engine, KD_REAL_T, KD_SHAPE(n, classes));
    memcpy(kdi_r(x), teacher->logits[split] + from * classes,
           (size_t)(n * classes) * sizeof(kd_real));
    return x;
}

/* a student that diverged has no metrics, only a reason */
static int refuse_diverged(const kdi_trainer *t, kd_tensor *logits, int64_t rows)
{
    const kd_real *z = kd_reals(logits);
    for (int64_t i = 0; i < rows * t->input.classes; i++)
        if (!isfinite(z[i]))
            return kd_error(KD_E_METHOD, "%s: the student's logits are not finite after epoch %d",
                            t->method->name, t->epoch + 1);
    return KD_OK;
}

/* what is scored: the first student's logits, or what the method makes of all students */
kd_tensor *kdi_predict(kdi_trainer *t, kd_tensor *input)
{
    kd_view view[KDI_MAX_NETS];
    bool training = t->engine->training;
    if (!t->method->predict)
        return kd_net_forward(t->student[0], input).logits;
    kdi_students_forward(t, input, view);
    for (int i = 0; i < t->nstudent; i++)
        kdi_widen_view(t, &view[i]);
    kd_step s = { .student = view,
                  .nstudent = t->nstudent,
                  .input = input,
                  .batch = kd_dim(input, 0),
                  .host = &t->host };
    t->engine->training = false;
    kd_error_scope(t->method->name, "predict");
    kd_tensor *z = t->method->predict(&s, t->self);
    kd_error_scope(NULL, NULL);
    t->engine->training = training;
    return z;
}

static void set_training(kdi_trainer *t, bool training)
{
    for (int i = 0; i < t->nstudent; i++)
        kdi_net_set_training(t->student[i], training);
}

static int visit_batches(kdi_trainer *t, enum kd_split split, int64_t n, kdi_on_batch *visit,
                         void *user)
{
    int64_t index[KDI_EVAL_BATCH];
    for (int64_t at = 0; at < n; at += KDI_EVAL_BATCH) {
        int64_t part = n - at < KDI_EVAL_BATCH ? n - at : KDI_EVAL_BATCH;
        kdi_step_reset(t->engine);
        fill_index(index, at, part);
        kdi_ask ask = { .split = split, .sample = index, .n = KDI_EVAL_BATCH };
        KD_TRY(visit(t, kdi_data_batch(t->engine, t->data, &ask), at, part, user));
    }
    return kd_error_code();
}

int kdi_each_batch(kdi_trainer *t, enum kd_split split, int64_t n, kdi_on_batch *visit, void *user)
{
    bool recording = t->engine->recording, training = t->student[0]->training;
    t->engine->recording = false;
    set_training(t, false);
    int code = visit_batches(t, split, n, visit, user);
    set_training(t, training);
    t->engine->recording = recording;
    return code;
}

typedef kd_tensor *changed_input(kdi_trainer *t, const kdi_batch *batch);

typedef struct scoring {
    enum kd_split split;
    kdi_teacher *teacher;  /* or NULL */
    changed_input *change; /* or NULL */
    void *acc;
} scoring;

static int score(kdi_trainer *t, const kdi_batch *batch, int64_t at, int64_t n, void *user)
{
    const scoring *o = user;
    kd_tensor *z = kdi_predict(t, o->change ? o->change(t, batch) : batch->input[t->input.kind]);
    KD_TRY(kd_error_code());
    KD_TRY(refuse_diverged(t, z, n));
    t->track->add(o->acc, z, o->teacher ? teacher_rows(t, o->teacher, o->split, at, n) : NULL,
                  batch->label, n);
    return KD_OK;
}

int kdi_evaluate(kdi_trainer *t, enum kd_split split, double *value, kdi_arena *a, kd_value **pred)
{
    kdi_teacher *teacher = kdi_scored_teacher(t);
    kdi_arena *own = pred ? a : kdi_arena_new("evaluation");
    int64_t n = t->data->part[split].n;
    int code = teacher ? kdi_teacher_logits(t, teacher, split) : KD_OK;
    void *acc = t->track->begin(own, n, t->input.classes);
    scoring o = { .split = split, .teacher = teacher, .acc = acc };
    if (code == KD_OK)
        code = kdi_each_batch(t, split, n, score, &o);
    t->track->end(acc, value);
    if (pred)
        *pred = t->track->predictions(acc, own);
    else
        kdi_arena_free(own);
    return code;
}

int kdi_evaluate_on(kdi_trainer *t, enum kd_split split, int64_t n, changed_input *change,
                    double *value)
{
    int64_t all = t->data->part[split].n;
    kdi_arena *own = kdi_arena_new("evaluation");
    n = n > 0 && n < all ? n : all;
    void *acc = t->track->begin(own, n, t->input.classes);
    scoring o = { .split = split, .change = change, .acc = acc };
    int code = kdi_each_batch(t, split, n, score, &o);
    t->track->end(acc, value);
    kdi_arena_free(own);
    return code;
}
