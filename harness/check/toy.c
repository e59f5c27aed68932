/* Whole training runs small enough for checks. */
#include "check/toy.h"
#include "check/scene.h"
#include "check/settings.h"

/* ---- the spec ------------------------------------------------------------------------ */

static int network(const char *arch, kdi_arena *a, kd_value **entry)
{
    kd_value *model;
    KD_TRY(kdi_model_parse(arch, a, &model));
    *entry = kd_map(a);
    kd_set(*entry, "model", model);
    return KD_OK;
}

/* Gradients are clipped, so that weights of thousands (at, pkt) train as steadily as others; there
 * is no weight decay, so that a parameter moves only where it has a gradient. */
static kd_value *training(const kdi_toy *toy, kdi_arena *a)
{
    kd_value *t = kd_map(a);
    kd_set_int(t, "epochs", KDI_TOY_EPOCHS);
    kd_set_int(t, "batch", toy->batch ? toy->batch : KDI_TOY_BATCH);
    kd_set_text(t, "schedule", "constant");
    kd_set_number(t, "lr", 0.02);
    kd_set_number(t, "weight_decay", 0);
    kd_set_number(t, "clip", 1);
    return t;
}

static int teachers(const kd_method *m, const kdi_toy *toy, kdi_arena *a, kd_value *spec)
{
    kd_value *list = kd_list(a), *entry;
    for (int i = 0; i < kdi_check_teachers(m); i++) {
        KD_TRY(network(toy->teacher ? toy->teacher : toy->world->teacher, a, &entry));
        kd_push(list, entry);
    }
    kd_set(spec, "teacher", list);
    return KD_OK;
}

static int make_spec(const kd_method *m, const kdi_toy *toy, kdi_arena *a, kd_value **out)
{
    kd_value *spec = kd_map(a), *student, *method = kd_map(a);
    int n = toy->students ? toy->students : kdi_check_students(m);
    KD_TRY(network(toy->student ? toy->student : toy->world->student, a, &student));
    kd_set_int(student, "count", n);
    kd_set_text(method, "name", m->name);
    kd_set(method, "options", toy->options ? (kd_value *)toy->options : kdi_small_options(m, a));
    kd_set_int(spec, "seed", 1);
    kd_set(spec, "train", training(toy, a));
    kd_set(spec, "student", student);
    KD_TRY(teachers(m, toy, a, spec));
    kd_set(spec, "method", method);
    *out = spec;
    return KD_OK;
}

/* ---- running --------------------------------------------------------------------------- */

int kdi_toy_open(kdi_trainer **out, const kd_method *m, const kdi_toy *asked, kdi_arena *a)
{
    kdi_toy toy = asked ? *asked : (kdi_toy){ .batch = 0 };
    kdi_trainer_with with = { 0 };
    kd_value *spec;
    *out = NULL;
    toy.world = toy.world ? toy.world : kdi_world_of(m);
    KD_TRY(make_spec(m, &toy, a, &spec));
    KD_TRY(kdi_data_open_class(&with.data, toy.world->data, NULL, ""));
    int code = kdi_trainer_new(out, spec, &with);
    if (code != KD_OK) {
        kdi_trainer_free(*out);
        kdi_data_close(with.data);
        *out = NULL;
    }
    return code;
}

void kdi_toy_close(kdi_trainer *t)
{
    if (!t)
        return;
    kdi_data *data = t->data;
    kdi_trainer_free(t);
    kdi_data_close(data);
}

int kdi_toy_train(kdi_trainer *t, int epochs)
{
    for (int i = 0; i < epochs; i++)
        KD_TRY(kdi_trainer_epoch(t));
    return KD_OK;
}
