/* The second view of each sample: the same augmented anew, or another of its class. */
#include "train/trainer.h"

/* of each kind of data what is meant for it: images as crop_flip and strong, points as scale_jitter
 * and points_strong, texts as word_dropout and word_dropout_strong do */
static const kdi_augment view = {
    .name = "view", .crop = true, .flip = true, .jitter = true, .scale = true, .drop_words = 0.1
};
static const kdi_augment strong_view = { .name = "strong view",
                                         .crop = true,
                                         .flip = true,
                                         .strong = true,
                                         .jitter = true,
                                         .scale = true,
                                         .rotate = true,
                                         .drop = true,
                                         .drop_words = 0.3 };

static const kdi_augment *augmentation(const kdi_trainer *t)
{
    const kdi_augment *own = t->data->augment;
    if (t->method->second == KD_SECOND_STRONG)
        return &strong_view;
    return t->method->second == KD_SECOND_VIEW && own == &kdi_augments[0] ? &view : own;
}

/* Another training sample of the same class, by rejection; the same one where there is no other. */
static int64_t classmate(const kdi_part *train, int64_t classes, int64_t sample, kd_rng *rng)
{
    for (int64_t tries = 64 * classes; tries > 0; tries--) {
        int64_t at = kdi_below(rng, train->n);
        if (train->label[at] == train->label[sample] && at != sample)
            return at;
    }
    return sample;
}

static const int64_t *samples(const kdi_trainer *t, const kdi_batch *batch)
{
    const int64_t *own = kd_i64s(batch->index);
    if (t->method->second != KD_SECOND_CLASS)
        return own;
    int64_t *other = kdi_alloc(t->engine->step, (size_t)batch->n * sizeof *other);
    kd_rng rng = kdi_rng(t->seed ^ kdi_hash64("second"), KDI_STREAM_METHOD, (uint64_t)t->step);
    for (int64_t i = 0; i < batch->n; i++)
        other[i] = classmate(&t->data->part[KD_TRAIN], t->input.classes, own[i], &rng);
    return other;
}

int kdi_second_views(kdi_trainer *t, const kdi_batch *batch)
{
    kdi_ask ask = { .split = KD_TRAIN,
                    .sample = samples(t, batch),
                    .n = batch->n,
                    .augment = augmentation(t),
                    .seed = t->data->augment_seed,
                    .epoch = t->epoch,
                    .view = 1 };
    kd_step *s = &t->host.pub;
    const kdi_batch *other = kdi_data_batch(t->engine, t->data, &ask);
    s->input2 = other->input[t->input.kind];
    for (int i = 0; i < t->nteacher && !(t->method->need & KD_NEED_TEACHER_NET); i++)
        KD_TRY(kdi_teacher_live(t, t->teacher[i].net, other->input[t->teacher[i].kind],
                                &t->teacher_second[i]));
    kdi_students_forward(t, s->input2, t->student_second);
    for (int i = 0; i < t->nstudent; i++)
        kdi_widen_view(t, &t->student_second[i]);
    for (int i = 0; i < t->nteacher && !(t->method->need & KD_NEED_TEACHER_NET); i++)
        kdi_widen_view(t, &t->teacher_second[i]);
    return kd_error_code();
}
