/* Samples as tensors: order of an epoch, and batches in the step arena. */
#include "data/data.h"

#include <string.h>

int64_t kdi_data_batches(const kdi_data *d, enum kd_split split, int64_t batch)
{
    int64_t n = d->part[split].n;
    return split == KD_TRAIN ? n / batch : (n + batch - 1) / batch;
}

void kdi_data_order(const kdi_data *d, uint64_t seed, int64_t epoch, int64_t *order)
{
    int64_t n = d->part[KD_TRAIN].n;
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    kd_rng r = kdi_rng(seed, KDI_STREAM_ORDER, (uint64_t)epoch);
    kdi_shuffle(&r, order, n);
}

/* ---- one sample of each kind ------------------------------------------------------ */

/* where a sample is and what is done to it */
typedef struct {
    const kdi_data *data;
    const kdi_ask *ask;
    const kdi_augment *how; /* NULL: nothing */
    const kd_samples *from;
    void *scratch; /* room for one plain sample; NULL: nothing is done to it */
} filling;

static void fill_image(const filling *f, int64_t place, void *to)
{
    const kdi_data *d = f->data;
    bool warped = f->how && (f->how->crop || f->how->flip || f->how->strong);
    kdi_data_normalise(d, f->from, place, warped ? f->scratch : to);
    if (warped)
        kdi_warp_image(kdi_augment_draw(f->how, &d->set, f->ask->seed, place, f->ask->epoch,
                                        f->ask->view),
                       &d->set, f->scratch, d->pad, to);
}

static kd_rng draws(const filling *f, int64_t place)
{
    return kdi_rng(f->ask->seed, KDI_STREAM_AUGMENT,
                   kdi_augment_stream(place, f->ask->epoch, f->ask->view));
}

static void fill_points(const filling *f, int64_t place, void *to)
{
    const kd_dataset *set = &f->data->set;
    int64_t stored = kdi_stored_points(set) * set->point_channels;
    int64_t n = f->how ? stored : set->points * set->point_channels;
    const float *x = f->from->point + place * stored;
    kd_real *plain = f->how ? f->scratch : to;
    for (int64_t i = 0; i < n; i++)
        plain[i] = (kd_real)x[i];
    kd_rng rng = draws(f, place);
    if (f->how)
        kdi_augment_points(f->how, set, &rng, plain, to);
}

static void fill_tokens(const filling *f, int64_t place, void *to)
{
    int64_t length = f->data->set.tokenizer.length, *out = to;
    const int64_t *begins = f->from->begins + place;
    int64_t n = begins[1] - begins[0] < length ? begins[1] - begins[0] : length;
    int64_t *plain = f->how ? f->scratch : to;
    for (int64_t i = 0; i < n; i++)
        plain[i] = f->from->token[begins[0] + i];
    kd_rng rng = draws(f, place);
    if (f->how)
        kdi_augment_tokens(f->how, &rng, plain, n, out);
    memset(out + n, 0, (size_t)(length - n) * sizeof *out);
}

static const struct {
    void (*fill)(const filling *f, int64_t place, void *to);
    enum kd_dtype type;
} kinds[KD_NMEDIUM] = {
    [KD_IMAGE] = { fill_image, KD_REAL_T },
    [KD_POINTS] = { fill_points, KD_REAL_T },
    [KD_TOKENS] = { fill_tokens, KD_I64_T },
};

/* ---- batches ---------------------------------------------------------------------- */

static kd_tensor *input_of(kd_engine *e, const kdi_data *d, const kdi_ask *ask, enum kd_medium kind)
{
    const kdi_part *part = &d->part[ask->split];
    kd_input in = kdi_data_input(d, kind);
    enum kd_dtype type = kinds[kind].type;
    kd_tensor *x = kdi_tensor(e->step, e, type, kdi_input_shape(&in, ask->n));
    size_t size = (size_t)(kd_numel(x) / ask->n) * kdi_dtype_size(type);
    int64_t stored = kdi_stored_points(&d->set) * d->set.point_channels;
    size_t plain = kind == KD_POINTS ? (size_t)stored * sizeof(kd_real) : size;
    bool changed = ask->augment && ask->split == KD_TRAIN && ask->augment != &kdi_augments[0];
    filling f = { .data = d,
                  .ask = ask,
                  .how = changed ? ask->augment : NULL,
                  .from = part->from,
                  .scratch = changed ? kdi_alloc(e->step, plain) : NULL };
    for (int64_t i = 0; i < ask->n; i++)
        kinds[kind].fill(&f, part->place[ask->sample[i]], (char *)x->data + (size_t)i * size);
    return x;
}

kdi_batch *kdi_data_batch(kd_engine *e, const kdi_data *d, const kdi_ask *ask)
{
    const kdi_part *part = &d->part[ask->split];
    kdi_batch *b = kdi_alloc0(e->step, sizeof *b);
    b->n = ask->n;
    b->label = kdi_tensor(e->step, e, KD_I64_T, KD_SHAPE(ask->n));
    b->index = kdi_tensor(e->step, e, KD_I64_T, KD_SHAPE(ask->n));
    for (int64_t i = 0; i < ask->n; i++) {
        KD_ASSERT(ask->sample[i] >= 0 && ask->sample[i] < part->n);
        kd_i64s(b->label)[i] = part->label[ask->sample[i]];
        kd_i64s(b->index)[i] = ask->sample[i];
    }
    for (int kind = 0; kind < KD_NMEDIUM; kind++)
        if (kdi_data_has(d, kind)) {
            b->input[kind] = input_of(e, d, ask, kind);
            b->item[b->nitem++] = (kd_named){ .name = kd_medium_name[kind], .x = b->input[kind] };
        }
    b->item[b->nitem++] = (kd_named){ .name = "label", .x = b->label };
    return b;
}
