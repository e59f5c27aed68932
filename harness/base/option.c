/* Options: a table bound by offset, checked against what the sweep says. */
#include "base/option.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static void *field(const kd_option *o, void *self)
{
    return (char *)self + o->at;
}

/* a value as it would be written in a sweep, for messages */
static const char *spelled(const kd_value *v, char buf[64])
{
    switch (v->kind) {
    case KD_V_NIL:
        return "nil";
    case KD_V_BOOL:
        return v->yes ? "true" : "false";
    case KD_V_INT:
        snprintf(buf, 64, "%lld", (long long)v->integer);
        return buf;
    case KD_V_NUMBER:
        snprintf(buf, 64, "%g", v->number);
        return buf;
    case KD_V_STRING:
        snprintf(buf, 64, "\"%.48s\"", v->text);
        return buf;
    case KD_V_LIST:
        return "a list";
    case KD_V_MAP:
        return "a map";
    case KD_V_ARRAY:
        return "an array";
    }
    return "?";
}

static int refuse(const kd_option *o, const kd_value *v, const char *owner, const char *want)
{
    char buf[64];
    return kd_error(KD_E_USAGE, "%s: option %s must be %s, is %s", owner, o->name, want,
                    spelled(v, buf));
}

static int out_of_range(const kd_option *o, const kd_value *v, const char *owner)
{
    char want[96];
    snprintf(want, sizeof want, "%g..%g", o->min, o->max);
    return refuse(o, v, owner, want);
}

/* ---- one setter a type ------------------------------------------------------ */

static int set_real(const kd_option *o, void *at, const kd_value *v, const char *owner)
{
    if (v->kind != KD_V_INT && v->kind != KD_V_NUMBER)
        return refuse(o, v, owner, "a number");
    if (!(v->number >= o->min && v->number <= o->max))
        return out_of_range(o, v, owner);
    *(kd_real *)at = (kd_real)v->number;
    return KD_OK;
}

/* 3.0 is as good as 3: Lua and JSON write either */
static int set_int(const kd_option *o, void *at, const kd_value *v, const char *owner)
{
    if (v->kind != KD_V_INT && v->kind != KD_V_NUMBER)
        return refuse(o, v, owner, "an integer");
    if (!(v->number >= o->min && v->number <= o->max && v->number >= INT_MIN &&
          v->number <= INT_MAX))
        return out_of_range(o, v, owner);
    if (v->number != (double)(int)v->number)
        return refuse(o, v, owner, "an integer");
    *(int *)at = (int)v->number;
    return KD_OK;
}

static int set_bool(const kd_option *o, void *at, const kd_value *v, const char *owner)
{
    if (v->kind != KD_V_BOOL)
        return refuse(o, v, owner, "true or false");
    *(bool *)at = v->yes;
    return KD_OK;
}

static void join(char *buf, size_t size, const char *name)
{
    size_t used = strlen(buf);
    snprintf(buf + used, size - used, "%s%s", used ? ", " : "", name);
}

static int set_choice(const kd_option *o, void *at, const kd_value *v, const char *owner)
{
    char names[256] = "";
    for (int i = 0; o->choice[i]; i++) {
        if (v->kind == KD_V_STRING && strcmp(v->text, o->choice[i]) == 0) {
            *(int *)at = i;
            return KD_OK;
        }
        join(names, sizeof names, o->choice[i]);
    }
    char want[300];
    snprintf(want, sizeof want, "one of %s", names);
    return refuse(o, v, owner, want);
}

static int set_text(const kd_option *o, void *at, const kd_value *v, const char *owner)
{
    if (v->kind != KD_V_STRING)
        return refuse(o, v, owner, "a text");
    *(const char **)at = v->text;
    return KD_OK;
}

static const struct {
    const char *name;
    int (*set)(const kd_option *o, void *at, const kd_value *v, const char *owner);
} kind[] = {
    [KD_T_REAL] = { "real", set_real }, [KD_T_INT] = { "int", set_int },
    [KD_T_BOOL] = { "bool", set_bool }, [KD_T_CHOICE] = { "choice", set_choice },
    [KD_T_TEXT] = { "text", set_text },
};

/* ---- tables ------------------------------------------------------------------ */

const kd_option *kdi_option_find(const kd_option *table, const char *name)
{
    for (const kd_option *o = table; o && o->type != KD_T_END; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

int kdi_option_set(const kd_option *o, void *self, const kd_value *value, const char *owner)
{
    return kind[o->type].set(o, field(o, self), value, owner);
}

static void set_default(const kd_option *o, void *at)
{
    switch (o->type) {
    case KD_T_END:
        break;
    case KD_T_REAL:
        *(kd_real *)at = (kd_real)o->def;
        break;
    case KD_T_INT:
    case KD_T_CHOICE:
        *(int *)at = (int)o->def;
        break;
    case KD_T_BOOL:
        *(bool *)at = o->def != 0;
        break;
    case KD_T_TEXT:
        *(const char **)at = o->text;
        break;
    }
}

static int unknown(const kd_option *table, const char *name, const char *owner)
{
    char names[512] = "";
    for (const kd_option *o = table; o && o->type != KD_T_END; o++)
        join(names, sizeof names, o->name);
    return kd_error(KD_E_USAGE, "%s: there is no option %s; %s%s", owner, name,
                    names[0] ? "there are " : "it has none", names);
}

int kdi_options_bind(const kd_option *table, void *self, const kd_value *map, const char *owner)
{
    for (const kd_option *o = table; o && o->type != KD_T_END; o++)
        set_default(o, field(o, self));
    if (!map || map->kind == KD_V_NIL)
        return KD_OK;
    /* an empty table of Lua may arrive as an empty list */
    if (map->kind != KD_V_MAP && !(map->kind == KD_V_LIST && map->n == 0))
        return kd_error(KD_E_USAGE, "%s: options must be a map of names to values", owner);
    for (int64_t i = 0; i < map->n; i++) {
        const kd_option *o = kdi_option_find(table, map->key[i]);
        if (!o)
            return unknown(table, map->key[i], owner);
        if (map->item[i]->kind != KD_V_NIL)
            KD_TRY(kdi_option_set(o, self, map->item[i], owner));
    }
    return KD_OK;
}

static kd_value *value_at(const kd_option *o, const void *at, kdi_arena *a)
{
    switch (o->type) {
    case KD_T_REAL:
        return kd_number(a, (double)*(const kd_real *)at);
    case KD_T_INT:
        return kd_int(a, *(const int *)at);
    case KD_T_BOOL:
        return kd_bool(a, *(const bool *)at);
    case KD_T_CHOICE:
        return kd_string(a, o->choice[*(const int *)at]);
    case KD_T_TEXT:
        return kd_string(a, *(const char *const *)at);
    case KD_T_END:
        break;
    }
    return kd_nil(a);
}

kd_value *kdi_options_values(const kd_option *table, const void *self, kdi_arena *a)
{
    kd_value *all = kd_map(a);
    for (const kd_option *o = table; o && o->type != KD_T_END; o++)
        kd_set(all, o->name, value_at(o, (const char *)self + o->at, a));
    return all;
}

/* the declared default, not its image in kd_real: 0.1 stays 0.1 */
static kd_value *default_of(const kd_option *o, kdi_arena *a)
{
    union {
        kd_real r;
        int i;
        bool b;
        const char *t;
    } at;
    if (o->type == KD_T_REAL)
        return kd_number(a, o->def);
    set_default(o, &at);
    return value_at(o, &at, a);
}

static kd_value *describe(const kd_option *o, kdi_arena *a)
{
    kd_value *m = kd_map(a);
    kd_set_text(m, "name", o->name);
    kd_set_text(m, "help", o->help);
    kd_set_text(m, "type", kind[o->type].name);
    kd_set(m, "default", default_of(o, a));
    if (o->type == KD_T_REAL || o->type == KD_T_INT) {
        kd_set_number(m, "min", o->min);
        kd_set_number(m, "max", o->max);
    }
    if (o->type == KD_T_CHOICE) {
        kd_value *names = kd_list(a);
        for (int i = 0; o->choice[i]; i++)
            kd_push(names, kd_string(a, o->choice[i]));
        kd_set(m, "choice", names);
    }
    return m;
}

kd_value *kdi_options_describe(const kd_option *table, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    for (const kd_option *o = table; o && o->type != KD_T_END; o++)
        kd_push(list, describe(o, a));
    return list;
}
