/* From a group of a file of reference outputs to a network: its family, options and input. */
#include "check/models_job.h"

#include <stdio.h>
#include <string.h>

/* ---- which family -------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

const kd_model *kdi_reference_family(const char *group, const kd_reference **as)
{
    const kd_model *found = NULL;
    *as = NULL;
    for (const kd_model *const *m = kdi_models; *m; m++)
        for (const kd_reference *r = (*m)->references; r && r->group; r++)
            if (begins(group, r->group) && (!*as || strlen(r->group) > strlen((*as)->group))) {
                *as = r;
                found = *m;
            }
    return found;
}

/* ---- "a:b c=1" ------------------------------------------------------------------------- */

/* the next word of *text into word: key, then *mark (':' or '='), then value; false at the end */
static bool next_word(const char **text, char *word, size_t size, char *mark, char **value)
{
    const char *from = *text ? *text + strspn(*text, " ") : "";
    size_t n = strcspn(from, " ");
    if (n == 0)
        return false;
    KD_ASSERT(n < size);
    memcpy(word, from, n);
    word[n] = '\0';
    *text = from + n;
    char *at = strpbrk(word, ":=");
    KD_ASSERT(at);
    *mark = *at;
    *at = '\0';
    *value = at + 1;
    return true;
}

/* is `name` what a word says: the same, or, where it ends in #, the same and a number? */
static bool fits(const char *word, const char *name, const char **number)
{
    size_t n = strlen(word);
    *number = "";
    if (n == 0 || word[n - 1] != '#')
        return strcmp(word, name) == 0;
    *number = name + n - 1;
    return strncmp(word, name, n - 1) == 0 && **number &&
           strspn(*number, "0123456789") == strlen(*number);
}

static const char *renamed(const char *text, const char *name, kdi_arena *a)
{
    char word[64], mark, *value;
    const char *number;
    while (next_word(&text, word, sizeof word, &mark, &value))
        if (mark == ':' && fits(word, name, &number))
            return kdi_format(a, "%.*s%s", (int)strcspn(value, "#"), value, number);
    return name;
}

const char *kdi_reference_output(const kdi_model_job *j, const char *name)
{
    return renamed(j->as->outputs, name, j->engine->step);
}

/* ---- its options ------------------------------------------------------------------------- */

static const kd_option *option_of(const kd_model *m, const char *name)
{
    for (const kd_option *o = m->options; o && o->type != KD_T_END; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

static void set_option(const kd_model *m, kd_value *options, const char *name, const kd_value *v,
                       kdi_arena *a)
{
    const kd_option *o = option_of(m, name);
    if (o && o->type == KD_T_BOOL && v->kind == KD_V_INT)
        v = kd_bool(a, v->integer != 0);
    kd_set(options, kdi_strdup(a, name), (kd_value *)v);
}

/* item i of a list is an option of its own; options of the list beyond it are 0 */
static void set_list(const kd_model *m, kd_value *options, const char *name, const kd_value *list,
                     kdi_arena *a)
{
    for (int64_t i = 0; i < list->n || option_of(m, kd_numbered(name, i + 1)); i++)
        set_option(m, options, kd_numbered(name, i + 1), i < list->n ? list->item[i] : kd_int(a, 0),
                   a);
}

/* "norm=post", "blocks=3", "normals=true" */
static kd_value *said(const kd_model *m, const char *name, const char *text, kdi_arena *a)
{
    const kd_option *o = option_of(m, name);
    double number;
    if (o && o->type == KD_T_BOOL)
        return kd_bool(a, strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
    if (o && (o->type == KD_T_CHOICE || o->type == KD_T_TEXT))
        return kd_string(a, kdi_strdup(a, text));
    KD_ASSERT(sscanf(text, "%lf", &number) == 1);
    return o && o->type == KD_T_INT ? kd_int(a, (int64_t)number) : kd_number(a, number);
}

static const char *const sizes[] = { "channels", "classes", "points", "length", "vocab", "size" };

static bool is_size(const char *name)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (strcmp(sizes[i], name) == 0)
            return true;
    return false;
}

static kd_value *options_of(const kdi_model_job *j, kdi_arena *a)
{
    const char *text = j->as->options;
    char word[64], mark, *value;
    kd_value *options = kd_map(a);
    while (next_word(&text, word, sizeof word, &mark, &value))
        if (mark == '=')
            kd_set(options, kdi_strdup(a, word), said(j->model, word, value, a));
    for (int64_t i = 0; i < j->golden->n; i++) {
        const kd_value *v = j->golden->item[i];
        if (!begins(j->golden->key[i], "hp.") || is_size(j->golden->key[i] + 3))
            continue;
        const char *name = renamed(j->as->options, j->golden->key[i] + 3, a);
        if (v->kind == KD_V_LIST)
            set_list(j->model, options, name, v, a);
        else
            set_option(j->model, options, name, v, a);
    }
    return options;
}

/* ---- its input ----------------------------------------------------------------------------- */

/* before there were hp.*: 32x32, channels from the first convolution */
static int old_input(const kdi_model_job *j, kd_input *in)
{
    enum { SIDE = 32 };
    const kd_value *layout = kd_get(j->golden, "layout");
    const kd_value *first = layout->n ? kd_get(layout->item[0], "shape") : NULL;
    if (!first || first->n != 4 || first->item[1]->integer < 1 || first->item[1]->integer > 1024)
        return kd_error(KD_E_DATA, "the first tensor is not the weight of a convolution");
    in->height = in->width = SIDE;
    in->channels = first->item[1]->integer;
    return KD_OK;
}

/* a size that is there must be one */
static int hp_size(const kdi_model_job *j, const char *name, int64_t def, int64_t *out)
{
    enum { MOST = 1 << 20 };
    *out = kd_get_int(j->golden, kdi_format(j->engine->step, "hp.%s", name), def);
    if (*out < 0 || *out > MOST)
        return kd_error(KD_E_DATA, "hp.%s is %lld", name, (long long)*out);
    return KD_OK;
}

static int hp_input(const kdi_model_job *j, kd_input *in)
{
    int64_t words = kd_get(j->golden, "segments") ? 2 : 1;
    int64_t usual = in->kind == KD_TOKENS ? words : 3;
    KD_TRY(hp_size(j, "channels", usual, &in->channels));
    KD_TRY(hp_size(j, "classes", in->classes, &in->classes));
    KD_TRY(hp_size(j, "points", 0, &in->points));
    KD_TRY(hp_size(j, "length", 0, &in->length));
    KD_TRY(hp_size(j, "vocab", 0, &in->vocabulary));
    KD_TRY(hp_size(j, "size", 0, &in->height));
    in->width = in->height;
    return KD_OK;
}

/* classes and batch from the logits */
static int input_of(kdi_model_job *j, kd_input *in)
{
    const kd_value *logits = kd_get(kd_get(j->golden, "eval"), "logits");
    if (logits->shape.n < 2 || (!j->as && logits->shape.n != 2))
        return kd_error(KD_E_DATA, "logits are %s, should be samples x classes",
                        kd_shape_text(logits->shape));
    j->batch = logits->shape.d[0];
    *in = (kd_input){ .kind = j->model->kind, .classes = logits->shape.d[logits->shape.n - 1] };
    return j->as ? hp_input(j, in) : old_input(j, in);
}

int kdi_reference_spec(kdi_model_job *j, const char *group, kd_value **spec, kd_input *in)
{
    kdi_arena *a = j->engine->run;
    bool old = !kd_get(j->golden, "task");
    j->model = kdi_reference_family(group, &j->as);
    if (old || !j->model) {
        j->as = NULL;
        KD_TRY(kdi_model_parse(group, a, spec));
        j->model = kdi_model_find(kd_get_text(*spec, "family", ""));
    } else {
        *spec = kd_map(a);
        kd_set_text(*spec, "family", j->model->name);
        kd_set(*spec, "options", options_of(j, a));
    }
    return input_of(j, in);
}
