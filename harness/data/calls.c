/* What Lua may ask about data sets. */
#include "data/data.h"

#include "base/option.h"

static int sha256_file(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    char hex[KDI_SHA256_HEX];
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(kdi_sha256_file(path, hex));
    *result = kd_string(a, hex);
    return KD_OK;
}

static kd_value *cite(const kd_cite *c, kdi_arena *a)
{
    kd_value *m = kd_map(a);
    kd_set_text(m, "key", c->key);
    kd_set_text(m, "authors", c->authors);
    kd_set_text(m, "title", c->title);
    kd_set_text(m, "venue", c->venue);
    kd_set_text(m, "url", c->url);
    kd_set_int(m, "year", c->year);
    return m;
}

/* datasets() -> list of { name, title, notes, track, cite, options } */
static int datasets(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kd_list(a);
    for (int i = 0; kdi_datasets[i]; i++) {
        const kd_dataset_class *c = kdi_datasets[i];
        kd_value *m = kd_map(a);
        kd_set_text(m, "name", c->name);
        kd_set_text(m, "title", c->title);
        kd_set_text(m, "notes", c->notes);
        kd_set_int(m, "track", c->track);
        kd_set(m, "cite", cite(&c->cite, a));
        kd_set(m, "options", kdi_options_describe(c->options, a));
        kd_push(*result, m);
    }
    return KD_OK;
}

/* data_facts(spec, folder) -> kdi_data_facts: opens the data set, so it also checks it */
static int data_facts(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *folder;
    kdi_data *d;
    KD_TRY(kd_arg_text(args, 1, &folder));
    KD_TRY(kdi_data_open(&d, kd_arg(args, 0), folder));
    *result = kdi_data_facts(d, a);
    kdi_data_close(d);
    return KD_OK;
}

/* augments() -> list of { name, help } */
static int augments(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kd_list(a);
    for (const kdi_augment *g = kdi_augments; g->name; g++) {
        kd_value *m = kd_map(a);
        kd_set_text(m, "name", g->name);
        kd_set_text(m, "help", g->help);
        kd_push(*result, m);
    }
    return KD_OK;
}

const kdi_call kdi_data_calls[] = {
    { "sha256_file", sha256_file },
    { "datasets", datasets },
    { "data_facts", data_facts },
    { "augments", augments },
    { 0 },
};
