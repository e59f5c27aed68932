/* Opening a data set: options bound, files read and checked, splits cut, pixels measured. */
#include "data/data.h"

#include <inttypes.h>
#include <string.h>
#include "base/option.h"

int kdi_dataset_find(const char *name, const kd_dataset_class **out)
{
    for (int i = 0; kdi_datasets[i]; i++)
        if (strcmp(kdi_datasets[i]->name, name) == 0) {
            *out = kdi_datasets[i];
            return KD_OK;
        }
    return kd_error(KD_E_USAGE, "no data set '%s': kdbench list datasets shows them all", name);
}

/* ---- the spec ------------------------------------------------------------------- */

typedef struct {
    const char *name;
    int train, augment, augment_seed;
} request;

static const kd_option request_options[] = {
    KD_TEXT(request, name, "", "which data set"),
    KD_INT(request, train, 0, 0, 1e9, "training images, equally of each class; 0: all"),
    KD_CHOICE(request, augment, 0, kdi_augment_names, "what is done to training images"),
    KD_INT(request, augment_seed, 0, 0, 2147483647, "of the augmentation"),
    { 0 },
};

/* `options` belong to the reader, everything else is ours */
static int bind_request(kdi_data *d, const kd_value *spec, request *r)
{
    kd_value *own = kd_map(d->arena);
    for (int64_t i = 0; spec && spec->kind == KD_V_MAP && i < spec->n; i++)
        if (strcmp(spec->key[i], "options") != 0)
            kd_set(own, spec->key[i], spec->item[i]);
    KD_TRY(kdi_options_bind(request_options, r, own, d->class->name));
    d->augment = &kdi_augments[r->augment];
    d->augment_seed = (uint64_t)r->augment_seed;
    return KD_OK;
}

/* texts are copied: the spec need not outlive us */
static int bind_options(kdi_data *d, const kd_value *spec)
{
    const kd_dataset_class *class = d->class;
    d->self = kdi_alloc0(d->arena, class->self_size + 1);
    KD_TRY(kdi_options_bind(class->options, d->self, kd_get(spec, "options"), class->name));
    for (const kd_option *o = class->options; o && o->type != KD_T_END; o++)
        if (o->type == KD_T_TEXT) {
            const char **text = (const char **)(void *)((char *)d->self + o->at);
            *text = *text ? kdi_strdup(d->arena, *text) : NULL;
        }
    return KD_OK;
}

/* ---- the splits ------------------------------------------------------------------- */

static kdi_part part_of(kdi_arena *a, const kd_samples *from, const int64_t *place, int64_t n)
{
    int64_t *label = kdi_alloc(a, (size_t)n * sizeof *label);
    for (int64_t i = 0; i < n; i++)
        label[i] = from->label[place[i]];
    return (kdi_part){ .n = n, .place = place, .label = label, .from = from };
}

static int64_t *count_up(kdi_arena *a, int64_t n)
{
    int64_t *x = kdi_alloc(a, (size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = i;
    return x;
}

static kdi_part whole(kdi_arena *a, const kd_samples *s)
{
    return part_of(a, s, count_up(a, s->n), s->n);
}

const int64_t *kdi_data_subset_order(kdi_data *d)
{
    if (!d->cut.order) {
        int64_t *order = kdi_alloc(d->arena, (size_t)d->cut.nkept * sizeof *order);
        kdi_split_order(&d->set.train, d->cut.kept, d->cut.nkept, order);
        d->cut.order = order;
    }
    return d->cut.order;
}

static int take_subset(kdi_data *d, int64_t wanted)
{
    if (wanted > d->cut.nkept)
        return kd_error(KD_E_USAGE,
                        "%s: train = %" PRId64 ", there are %" PRId64
                        " training images beside validation",
                        d->class->name, wanted, d->cut.nkept);
    if (wanted < d->set.classes)
        return kd_error(KD_E_USAGE,
                        "%s: train = %" PRId64 ", should be at least %" PRId64 ", one a class",
                        d->class->name, wanted, d->set.classes);
    int64_t *place = kdi_alloc(d->arena, (size_t)wanted * sizeof *place);
    kdi_split_take(kdi_data_subset_order(d), wanted, place);
    d->part[KD_TRAIN] = part_of(d->arena, &d->set.train, place, wanted);
    return KD_OK;
}

static int cut(kdi_data *d)
{
    const kd_samples *train = &d->set.train;
    int64_t *kept = kdi_alloc(d->arena, (size_t)train->n * sizeof *kept);
    int64_t *held = kdi_alloc(d->arena, (size_t)train->n * sizeof *held);
    d->cut = (kdi_cut){ .kept = kept, .held = held };
    if (d->set.validation.n > 0) {
        d->cut = (kdi_cut){ .kept = count_up(d->arena, train->n), .held = held, .nkept = train->n };
        return KD_OK;
    }
    kdi_split_hold_out(train, KDI_HOLD_OUT, kept, &d->cut.nkept, held, &d->cut.nheld);
    if (d->cut.nheld == 0)
        return kd_error(KD_E_DATA,
                        "%s: no class has %d training images, so there is nothing for validation",
                        d->class->name, KDI_HOLD_OUT);
    return KD_OK;
}

static int make_parts(kdi_data *d, int64_t wanted)
{
    const kd_samples *train = &d->set.train;
    d->part[KD_VALIDATION] = d->set.validation.n > 0
                                 ? whole(d->arena, &d->set.validation)
                                 : part_of(d->arena, train, d->cut.held, d->cut.nheld);
    d->part[KD_TEST] = whole(d->arena, &d->set.test);
    if (wanted)
        return take_subset(d, wanted);
    d->part[KD_TRAIN] = part_of(d->arena, train, d->cut.kept, d->cut.nkept);
    return KD_OK;
}

/* ---- opening ------------------------------------------------------------------------ */

/* statistics are those of the whole training split, so that subsets see pixels the same way */
static int open_files(kdi_data *d)
{
    KD_TRY(d->class->open(&d->set, d->self));
    KD_TRY(kdi_data_check(d));
    kdi_data_checksum(d);
    KD_TRY(cut(d));
    KD_TRY(kdi_data_tokenize(d));
    kdi_data_statistics(d);
    return KD_OK;
}

/* an augmentation that is meant for other kinds would do nothing */
static int check_augment(const kdi_data *d)
{
    unsigned here = 0;
    const char *fit = "";
    for (int kind = 0; kind < KD_NMEDIUM; kind++)
        here |= (unsigned)kdi_data_has(d, kind) << kind;
    if (kdi_augment_kinds(d->augment) & here)
        return KD_OK;
    for (const kdi_augment *a = kdi_augments; a->name; a++)
        if (kdi_augment_kinds(a) & here)
            fit = kdi_format(d->arena, "%s%s%s", fit, *fit ? ", " : "", a->name);
    return kd_error(KD_E_USAGE, "%s: augment = '%s' does nothing to its samples; these do: %s",
                    d->class->name, d->augment->name, fit);
}

static int open_data(kdi_data *d, const kd_value *spec, const char *folder)
{
    request r;
    KD_TRY(bind_request(d, spec, &r));
    KD_TRY(bind_options(d, spec));
    d->set.arena = d->arena;
    d->set.folder = kdi_strdup(d->arena, folder);
    if (!kdi_data_attach(d))
        KD_TRY(open_files(d));
    KD_TRY(check_augment(d));
    kdi_data_scale(d);
    return make_parts(d, r.train);
}

int kdi_data_open_class(kdi_data **out, const kd_dataset_class *class, const kd_value *spec,
                        const char *folder)
{
    kdi_arena *arena = kdi_arena_new("data");
    kdi_data *d = kdi_alloc0(arena, sizeof *d);
    d->arena = arena;
    d->class = class;
    int code = open_data(d, spec, folder);
    if (code != KD_OK) {
        kdi_data_close(d);
        d = NULL;
    }
    *out = d;
    return code;
}

int kdi_data_open(kdi_data **out, const kd_value *spec, const char *folder)
{
    const char *name;
    const kd_dataset_class *class = NULL;
    *out = NULL;
    KD_TRY(kd_need_text(spec, "name", &name));
    KD_TRY(kdi_dataset_find(name, &class));
    return kdi_data_open_class(out, class, spec, folder);
}

const char *const kdi_split_name[] = { "train", "validation", "test" };

void kdi_data_close(kdi_data *d)
{
    if (!d)
        return;
    kdi_data_detach(d);
    kdi_arena_free(d->arena);
}

/* ---- what was opened -------------------------------------------------------------------- */

static kd_value *numbers(kdi_arena *a, const double *x, int64_t n)
{
    kd_value *list = kd_list(a);
    for (int64_t i = 0; i < n; i++)
        kd_push(list, kd_number(a, x[i]));
    return list;
}

static void add_shapes(const kdi_data *d, kd_value *m)
{
    const kd_dataset *set = &d->set;
    if (kdi_data_has(d, KD_IMAGE)) {
        kd_set_int(m, "height", set->height);
        kd_set_int(m, "width", set->width);
        kd_set_int(m, "channels", set->channels);
        kd_set(m, "mean", numbers(m->arena, set->mean, set->channels));
        kd_set(m, "sd", numbers(m->arena, set->sd, set->channels));
    }
    if (kdi_data_has(d, KD_POINTS)) {
        kd_set_int(m, "points", set->points);
        kd_set_int(m, "point_channels", set->point_channels);
    }
    if (kdi_data_has(d, KD_TOKENS)) {
        kd_set_int(m, "length", set->tokenizer.length);
        kd_set_int(m, "vocabulary", set->vocabulary);
    }
}

kd_value *kdi_data_facts(const kdi_data *d, kdi_arena *a)
{
    const kd_dataset *set = &d->set;
    kd_value *m = kd_map(a);
    kd_set_text(m, "name", d->class->name);
    kd_set_text(m, "sha256", d->sha256);
    add_shapes(d, m);
    kd_set_int(m, "classes", set->classes);
    kd_set_int(m, "train", d->part[KD_TRAIN].n);
    kd_set_int(m, "validation", d->part[KD_VALIDATION].n);
    kd_set_int(m, "test", d->part[KD_TEST].n);
    kd_set_text(m, "augment", d->augment->name);
    kd_set_int(m, "augment_seed", (int64_t)d->augment_seed);
    kd_set(m, "options", kdi_options_values(d->class->options, d->self, a));
    return m;
}
