/* Which network: architecture strings of the field, and specs = { family, options }. */
#include "models/net.h"

#include "base/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const kd_model *kdi_model_find(const char *family)
{
    for (const kd_model *const *m = kdi_models; *m; m++)
        if (strcmp((*m)->name, family) == 0)
            return *m;
    return NULL;
}

/* 0.7 is 0.7 in a spec, not the float nearest to it: both builds write the same */
static void tidy(kd_value *options, kdi_arena *a)
{
    for (int64_t i = 0; i < options->n; i++)
        if (options->item[i]->kind == KD_V_NUMBER) {
            char text[32];
            snprintf(text, sizeof text, "%.7g", options->item[i]->number);
            options->item[i] = kd_number(a, strtod(text, NULL));
        }
}

static kd_value *spec_of(const kd_model *m, const void *self, kdi_arena *a)
{
    kd_value *spec = kd_map(a), *options = kdi_options_values(m->options, self, a);
    tidy(options, a);
    kd_set_text(spec, "family", m->name);
    kd_set(spec, "options", options);
    return spec;
}

static int unknown(const char *arch)
{
    char names[256] = "";
    size_t used = 0;
    for (const kd_model *const *m = kdi_models; *m && used < sizeof names; m++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                 (*m)->name);
    return kd_error(KD_E_USAGE, "no network is called %s; the families are %s", arch, names);
}

int kdi_model_parse(const char *arch, kdi_arena *a, kd_value **spec)
{
    for (const kd_model *const *m = kdi_models; *m; m++) {
        void *self = kdi_alloc0(a, (*m)->self_size);
        KD_TRY(kdi_options_bind((*m)->options, self, NULL, (*m)->name));
        if ((*m)->parse(arch, self)) {
            *spec = spec_of(*m, self, a);
            return KD_OK;
        }
    }
    return unknown(arch);
}

int kdi_model_bind(const kd_value *spec, kdi_arena *a, const kd_model **model, void **self)
{
    const char *family;
    KD_TRY(kd_need_text(spec, "family", &family));
    *model = kdi_model_find(family);
    if (!*model)
        return unknown(family);
    *self = kdi_alloc0(a, (*model)->self_size);
    KD_TRY(kdi_options_bind((*model)->options, *self, kd_get(spec, "options"), family));
    return KD_OK;
}

int kdi_model_kind(const kd_value *spec, enum kd_medium *kind)
{
    const char *family;
    KD_TRY(kd_need_text(spec, "family", &family));
    const kd_model *m = kdi_model_find(family);
    if (!m)
        return unknown(family);
    *kind = m->kind;
    return KD_OK;
}

const char *kdi_model_task(const kd_model *m)
{
    static const char *const task[] = {
        "classify", "segment", "lm", "diffuse", "represent", "align"
    };
    size_t i = 0;
    while (i + 1 < sizeof task / sizeof *task && m->tracks && !(m->tracks & 1u << i))
        i++;
    return task[i];
}

kd_value *kdi_model_describe(const char *family, kdi_arena *a)
{
    const kd_model *m = kdi_model_find(family);
    if (!m)
        return NULL;
    kd_value *map = kd_map(a);
    kd_set_text(map, "name", m->name);
    kd_set_text(map, "help", m->help);
    kd_set_text(map, "kind", kd_medium_name[m->kind]);
    kd_set_text(map, "task", kdi_model_task(m));
    kd_set(map, "options", kdi_options_describe(m->options, a));
    return map;
}
