/* Whole training runs small enough for checks. */
#include "check/toy.h"
#include "check/scene.h"
#include "check/settings.h"

#include <math.h>
#include <string.h>

/* ---- the data: a wave whose direction tells the class, in noise --------------------------- */

enum {
    SIDE = 8,
    CHANNELS = 3,
    CLASSES = 4,
    TRAIN = 80,
    TEST = 24,
    PIXELS = SIDE * SIDE * CHANNELS
};

static void draw_image(int64_t class, kd_rng *rng, uint8_t *to)
{
    static const double along_x[CLASSES] = { 1, 0, 1, 1 }, along_y[CLASSES] = { 0, 1, 1, -1 };
    double phase = 6.28318 * kdi_uniform01(rng);
    for (int i = 0; i < PIXELS; i++) {
        int x = i / CHANNELS % SIDE, y = i / CHANNELS / SIDE, c = i % CHANNELS;
        double wave = sin(phase + 0.9 * c + 1.2 * (along_x[class] * x + along_y[class] * y));
        double value = 128 + 60 * wave + 25 * kdi_normal(rng);
        to[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

static void draw_part(kd_dataset *d, int64_t n, uint64_t seed, kd_samples *out)
{
    uint8_t *pixel = kd_dataset_alloc(d, (size_t)n * PIXELS);
    int64_t *label = kd_dataset_alloc(d, (size_t)n * sizeof *label);
    for (int64_t i = 0; i < n; i++) {
        kd_rng rng = kdi_rng(seed, KDI_STREAM_TEST, (uint64_t)i);
        label[i] = i % CLASSES;
        draw_image(label[i], &rng, pixel + i * PIXELS);
    }
    *out = (kd_samples){ .n = n, .pixel = pixel, .label = label };
}

static int open_waves(kd_dataset *d, const void *self)
{
    (void)self;
    d->channels = CHANNELS;
    d->height = d->width = SIDE;
    d->classes = CLASSES;
    draw_part(d, TRAIN, 11, &d->train);
    draw_part(d, TEST, 12, &d->test);
    return KD_OK;
}

static const kd_dataset_class waves = {
    .abi = KD_ABI,
    .size = sizeof(kd_dataset_class),
    .name = "waves",
    .title = "Waves in noise",
    .track = KD_CLASSIFY,
    .open = open_waves,
};

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
        KD_TRY(network(toy->teacher ? toy->teacher : "resnet14_w0.3125", a, &entry));
        kd_push(list, entry);
    }
    kd_set(spec, "teacher", list);
    return KD_OK;
}

static int make_spec(const kd_method *m, const kdi_toy *toy, kdi_arena *a, kd_value **out)
{
    kd_value *spec = kd_map(a), *student, *method = kd_map(a);
    int n = toy->students ? toy->students : kdi_check_students(m);
    KD_TRY(network(toy->student ? toy->student : "resnet8_w0.25", a, &student));
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

/* ---- running
 * --------------------------------------------------------------------------------------- */

int kdi_toy_open(kdi_trainer **out, const kd_method *m, const kdi_toy *toy, kdi_arena *a)
{
    static const kdi_toy usual;
    kdi_trainer_with with = { 0 };
    kd_value *spec;
    *out = NULL;
    KD_TRY(make_spec(m, toy ? toy : &usual, a, &spec));
    KD_TRY(kdi_data_open_class(&with.data, &waves, NULL, ""));
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
