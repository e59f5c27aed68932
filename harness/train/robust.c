/* How a finished student holds up under attack: the primary metric on adversarial images, made for
 * it by projected gradient ascent of its own loss. Measured once, after the last epoch. */
#include "train/trainer.h"

#include <stdio.h>

int kdi_robust_read(kdi_trainer *t)
{
    const kd_value *attack = kd_get(t->spec, "attack");
    if (!attack)
        return KD_OK;
    t->attack = (kd_attack){ .eps = (kd_real)kd_get_number(attack, "eps", 8.0 / 255),
                             .step = (kd_real)kd_get_number(attack, "step", 2.0 / 255),
                             .steps = (int)kd_get_int(attack, "steps", 10),
                             .pixel = kdi_data_pixels(t->data, t->arena) };
    if (t->input.kind == KD_TOKENS)
        return kd_error(KD_E_USAGE, "attack: tokens have no neighbourhood to search");
    t->attacked = kd_get_int(attack, "samples", 0);
    if (t->attack.steps < 1 || t->attacked < 0)
        return kd_error(KD_E_USAGE, "attack: %d steps on %lld samples: at least 1, and 0 for all",
                        t->attack.steps, (long long)t->attacked);
    return KD_OK;
}

typedef struct target {
    kdi_trainer *t;
    kd_tensor *label;
} target;

static kd_tensor *label_loss(kd_tensor *x, void *user)
{
    const target *o = user;
    return kd_cross_entropy(kdi_predict(o->t, x), o->label);
}

static kd_tensor *input_of(const kdi_trainer *t, const kdi_batch *batch)
{
    return batch->input[t->input.kind];
}

/* evenly within +-eps; the same for a sample whatever the run's seed, method and batch */
static kd_tensor *start(kdi_trainer *t, const kdi_batch *batch)
{
    kd_tensor *noise = kd_zeros_like(input_of(t, batch), kd_shape_of(input_of(t, batch)));
    int64_t size = kd_numel(noise) / batch->n;
    for (int64_t i = 0; i < batch->n; i++) {
        uint64_t sample = (uint64_t)kd_i64s(batch->index)[i];
        kd_rng rng = kdi_rng(kdi_hash64("attack"), KDI_STREAM_METHOD, sample);
        for (int64_t k = 0; k < size; k++)
            kdi_r(noise)[i * size + k] = t->attack.eps * (kd_real)(2 * kdi_uniform01(&rng) - 1);
    }
    return noise;
}

static kd_tensor *attacked(kdi_trainer *t, const kdi_batch *batch)
{
    target o = { t, batch->label };
    return kd_pgd(input_of(t, batch), start(t, batch), t->attack, label_loss, &o);
}

int kdi_robust(kdi_trainer *t, enum kd_split split)
{
    double value[KDI_MOST_METRICS];
    char name[64];
    if (t->attack.steps == 0)
        return KD_OK;
    KD_TRY(kdi_evaluate_on(t, split, t->attacked, attacked, value));
    for (int i = 0; i < t->track->nmetric; i++)
        if (t->track->metric[i].primary) {
            snprintf(name, sizeof name, "%s_robust_%s", kdi_split_name[split],
                     t->track->metric[i].name);
            *kdi_curve_at(t, name, t->epoch) = value[i];
        }
    return KD_OK;
}
