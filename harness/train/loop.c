/* One step, and one epoch of them. */
#include "train/trainer.h"

#include "base/system.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- one step ----------------------------------------------------------------- */

/* one row of logits a sample */
static kd_tensor *row_samples(kd_engine *e, int64_t n)
{
    kd_tensor *x = kdi_tensor(e->step, e, KD_I64_T, KD_SHAPE(n));
    for (int64_t i = 0; i < n; i++)
        kd_i64s(x)[i] = i;
    return x;
}

static void begin_step(kdi_trainer *t, const kdi_batch *batch)
{
    kd_step *s = &t->host.pub;
    kdi_step_clear(&t->host);
    s->input = batch->input[t->input.kind];
    s->mask = t->input.kind == KD_TOKENS ? kdi_token_mask(s->input) : NULL;
    s->label = batch->label;
    s->index = batch->index;
    s->row_sample = row_samples(t->engine, batch->n);
    s->item = batch->item;
    s->nitem = batch->nitem;
    s->batch = batch->n;
    s->step = t->step;
    s->epoch = t->epoch;
    kdi_options_at(&t->options, (double)t->step / (double)t->nsteps);
    for (int i = 0; i < t->nstudent; i++)
        kdi_net_set_step(t->student[i], t->seed, t->step);
}

static int call(kdi_trainer *t, const char *name, void (*f)(kd_step *, void *))
{
    if (!f)
        return KD_OK;
    kd_error_scope(t->method->name, name);
    f(&t->host.pub, t->self);
    kd_error_scope(NULL, NULL);
    return kd_error_code();
}

static int forward(kdi_trainer *t, const kdi_batch *batch)
{
    for (int i = 0; i < t->nteacher; i++) {
        KD_TRY(kdi_teacher_view(t, i, batch, &t->teacher_view[i]));
        kdi_widen_view(t, &t->teacher_view[i]);
    }
    kdi_students_forward(t, t->host.pub.input, t->student_view);
    for (int i = 0; i < t->nstudent; i++)
        kdi_widen_view(t, &t->student_view[i]);
    for (int i = 0; i < t->nteacher && t->teacher_view[i].ntap; i++)
        kdi_pair_views(&t->pairing[i], &t->student_view[0], &t->teacher_view[i], t->pair[i]);
    if (t->method->second)
        KD_TRY(kdi_second_views(t, batch));
    return kd_error_code();
}

static int check_finite(const kdi_trainer *t, kd_tensor *loss)
{
    if (!loss)
        return kd_error(KD_E_METHOD, "%s gave no term at step %lld", t->method->name,
                        (long long)t->step);
    if (isfinite(kd_item(loss)))
        return KD_OK;
    for (int i = 0; i < t->host.nterm; i++)
        if (!isfinite(t->host.term[i].value))
            return kd_error(KD_E_METHOD, "%s: term %s is %g at step %lld (epoch %d)",
                            t->method->name, t->host.term[i].name, t->host.term[i].value,
                            (long long)t->step, t->epoch + 1);
    return kd_error(KD_E_METHOD, "%s: the loss is not finite at step %lld", t->method->name,
                    (long long)t->step);
}

static int add_square(kd_tensor *x, const char *path, const char *unused, void *sum)
{
    (void)path;
    (void)unused;
    if (x->flags & KDI_TOUCHED)
        for (int64_t i = 0, n = kd_numel(x); i < n; i++)
            *(double *)sum += (double)x->grad[i] * (double)x->grad[i];
    return KD_OK;
}

static double grad_norm(kd_scope *s)
{
    double sum = 0;
    kdi_scope_each(s, add_square, &sum);
    return sqrt(sum);
}

/* how hard the distilling terms alone pull at the students: once an epoch */
static int measure_distillation(kdi_trainer *t)
{
    kd_tensor *loss = t->host.distil_loss;
    double norm = 0;
    if (loss && kdi_wants(loss)) {
        kdi_zero_grads(t->root);
        KD_TRY(kdi_backward_from(loss));
        norm = grad_norm(t->students);
        kdi_tape_forget_grads(t->engine);
    }
    if (isfinite(norm) && norm > t->distil_norm)
        t->distil_norm = norm;
    *kdi_curve_at(t, "distil_grad_norm", t->epoch) = norm;
    return KD_OK;
}

/* goes back over the tape as far as `stop`; NULL: over all of it */
static int update(kdi_trainer *t, unsigned who, kd_tensor *loss, const kdi_node *stop)
{
    kdi_zero_grads(t->root);
    KD_TRY(kdi_backward_to(loss, stop));
    kdi_optim_step(t->optim, kdi_schedule_at(&t->schedule, t->step, t->nsteps), who);
    return KD_OK;
}

static int call_loss(kdi_trainer *t, const kd_phase *phase, kd_tensor **loss)
{
    kdi_step_forget_loss(&t->host);
    KD_TRY(call(t, "loss", phase->loss ? phase->loss : t->method->loss));
    *loss = kdi_step_loss(&t->host);
    return check_finite(t, *loss);
}

static int learn(kdi_trainer *t, bool first_of_epoch)
{
    const kd_phase *phase = kdi_phase_at(&t->plan, t->epoch);
    const kdi_node *forward_pass = t->engine->last;
    kd_tensor *loss;
    for (const kd_phase *p = kdi_phase_alternates(t->method, phase); p < phase; p++) {
        KD_TRY(call_loss(t, p, &loss));
        KD_TRY(update(t, KD_TRAIN_METHOD, loss, forward_pass));
        kdi_tape_forget_grads(t->engine);
    }
    KD_TRY(call_loss(t, phase, &loss));
    if (first_of_epoch)
        KD_TRY(measure_distillation(t));
    return update(t, phase->train ? phase->train : KD_TRAIN_STUDENT | KD_TRAIN_METHOD, loss, NULL);
}

/* weights, moments, banks; activations and gradients; passes of which nothing is kept */
static void note_memory(kdi_trainer *t)
{
    const kd_engine *e = t->engine;
    size_t bytes = kdi_arena_used(e->run) + kdi_arena_used(e->step) + kdi_arena_peak(e->aside);
    t->step_bytes = bytes > t->step_bytes ? bytes : t->step_bytes;
}

int kdi_trainer_step(kdi_trainer *t, const int64_t *index)
{
    kdi_ask ask = { .split = KD_TRAIN,
                    .sample = index,
                    .n = t->batch,
                    .augment = t->data->augment,
                    .seed = t->data->augment_seed,
                    .epoch = t->epoch };
    kdi_step_reset(t->engine);
    double began = kdi_now();
    const kdi_batch *batch = kdi_data_batch(t->engine, t->data, &ask);
    t->data_seconds += kdi_now() - began;
    t->now = batch;
    begin_step(t, batch);
    KD_TRY(call(t, "batch", t->method->batch));
    if (t->method->step) {
        KD_TRY(call(t, "step", t->method->step));
    } else {
        KD_TRY(forward(t, batch));
        KD_TRY(learn(t, t->step % t->steps_per_epoch == 0));
    }
    KD_TRY(call(t, "after", t->method->after));
    note_memory(t);
    t->step++;
    return KD_OK;
}

/* ---- one epoch ------------------------------------------------------------------- */

static void sum_terms(kdi_trainer *t)
{
    char name[64];
    double loss = 0;
    for (int i = 0; i < t->host.nterm; i++) {
        const kdi_term *term = &t->host.term[i];
        snprintf(name, sizeof name, "term_%s", term->name);
        double *at = kdi_curve_at(t, name, t->epoch);
        *at = (isnan(*at) ? 0 : *at) + term->value / (double)t->steps_per_epoch;
        loss += term->value;
    }
    double *at = kdi_curve_at(t, "loss", t->epoch);
    *at = (isnan(*at) ? 0 : *at) + loss / (double)t->steps_per_epoch;
}

static int evaluate_split(kdi_trainer *t, enum kd_split split, double *primary)
{
    double value[KDI_MOST_METRICS];
    char name[64];
    bool last = t->epoch + 1 == t->nepochs;
    KD_TRY(kdi_evaluate(t, split, value, t->arena, last ? &t->prediction[split] : NULL));
    for (int i = 0; i < t->track->nmetric; i++) {
        snprintf(name, sizeof name, "%s_%s", kdi_split_name[split], t->track->metric[i].name);
        *kdi_curve_at(t, name, t->epoch) = value[i];
        if (t->track->metric[i].primary)
            *primary = t->track->metric[i].higher_better ? value[i] : -value[i];
    }
    return last ? kdi_robust(t, split) : KD_OK;
}

/* the best so far by validation: its weights are kept; an earlier epoch wins a tie */
static void keep_best(kdi_trainer *t)
{
    kdi_arena *spare = t->best_arena[1] ? t->best_arena[1] : kdi_arena_new("best weights");
    kdi_arena_reset(spare);
    t->best_weights = kdi_scope_to_tree(t->student[0]->scope, spare, true);
    t->best_arena[1] = t->best_arena[0];
    t->best_arena[0] = spare;
}

static int evaluate(kdi_trainer *t)
{
    double began = kdi_now(), validation, test;
    KD_TRY(evaluate_split(t, KD_VALIDATION, &validation));
    KD_TRY(evaluate_split(t, KD_TEST, &test));
    if (t->best_val_epoch < 0 || validation > t->best_val) {
        t->best_val = validation;
        t->best_val_epoch = t->epoch;
        keep_best(t);
    }
    if (t->best_test_epoch < 0 || test > t->best_test) {
        t->best_test = test;
        t->best_test_epoch = t->epoch;
    }
    if (t->epoch + 1 == t->nepochs)
        KD_TRY(kdi_retrieval(t));
    t->eval_seconds += kdi_now() - began;
    return KD_OK;
}

int kdi_trainer_epoch(kdi_trainer *t)
{
    double began = kdi_now(), computed = kdi_cpu_now();
    *kdi_curve_at(t, "lr", t->epoch) = kdi_schedule_at(&t->schedule, t->step, t->nsteps);
    kdi_data_order(t->data, t->seed, t->epoch, t->order);
    for (int64_t i = 0; i < t->steps_per_epoch; i++) {
        KD_TRY(kdi_trainer_step(t, t->order + i * t->batch));
        sum_terms(t);
        if (kdi_stop_requested())
            return kd_error(KD_E_INTERRUPTED, "asked to stop");
    }
    t->train_seconds += kdi_now() - began;
    t->train_cpu_seconds += kdi_cpu_now() - computed;
    if ((t->epoch + 1) % t->eval_every == 0 || t->epoch + 1 == t->nepochs)
        KD_TRY(evaluate(t));
    t->epoch++;
    return kd_error_code();
}

/* ---- what a .step method may ask for ------------------------------------------------ */

void kd_step_forward(kd_step *s)
{
    kdi_trainer *t = s->host->trainer;
    if (t)
        forward(t, t->now);
}

void kd_step_update(kd_step *s, unsigned who, kd_tensor *loss)
{
    kdi_trainer *t = s->host->trainer;
    if (!t || kd_is_poisoned(loss) || check_finite(t, loss) != KD_OK)
        return;
    update(t, who, loss, NULL);
}
