/* Values of a method's options that the check tries. */
#include "check/settings.h"

#include <stdio.h>
#include <string.h>

enum { SMALL = 32 };

/* ---- one map of options ------------------------------------------------------------ */

bool kdi_is_phase_length(const kd_method *m, const kd_option *o)
{
    for (const kd_phase *p = m->phases; p && p->name; p++)
        if (p->epochs && strcmp(p->epochs, o->name) == 0)
            return true;
    return false;
}

static double between(double x, const kd_option *o)
{
    return x < o->min ? o->min : x > o->max ? o->max : x;
}

kd_value *kdi_small_options(const kd_method *m, kdi_arena *a)
{
    kd_value *map = kd_map(a);
    for (const kd_option *o = m->options; o && o->type != KD_T_END; o++) {
        if (o->type != KD_T_INT)
            continue;
        if (kdi_is_phase_length(m, o))
            kd_set_int(map, o->name, (int64_t)between(1, o));
        else if (o->def > SMALL)
            kd_set_int(map, o->name, (int64_t)between(SMALL, o));
    }
    return map;
}

/* ---- lists of them -------------------------------------------------------------------- */

static int most_settings(const kd_method *m)
{
    int n = 2;
    for (const kd_option *o = m->options; o && o->type != KD_T_END; o++) {
        n += 2;
        for (int i = 0; o->choice && o->choice[i]; i++)
            n++;
    }
    return n;
}

static kdi_settings settings(const kd_method *m, kdi_arena *a)
{
    return (kdi_settings){ .at = kdi_alloc0(a, (size_t)most_settings(m) * sizeof(kdi_setting)) };
}

/* a new setting of the small defaults; its map is returned, to be changed */
static kd_value *add(kdi_settings *s, const kd_method *m, const kd_option *o, kdi_arena *a,
                     const char *name)
{
    kd_value *map = kdi_small_options(m, a);
    s->at[s->n++] = (kdi_setting){ .name = name, .option = o, .options = map };
    return map;
}

static void add_choices(kdi_settings *s, const kd_method *m, const kd_option *o, kdi_arena *a)
{
    for (int i = 0; o->choice[i]; i++)
        if (i != (int)o->def)
            kd_set_text(add(s, m, o, a, kdi_format(a, "%s = %s", o->name, o->choice[i])), o->name,
                        o->choice[i]);
}

static void add_switch(kdi_settings *s, const kd_method *m, const kd_option *o, kdi_arena *a)
{
    bool other = o->def == 0;
    kd_set_bool(add(s, m, o, a, kdi_format(a, "%s = %s", o->name, other ? "true" : "false")),
                o->name, other);
}

static bool is_off(const kd_option *o)
{
    return o->type == KD_T_REAL && o->def == 0 && o->max >= 1;
}

static void add_all_on(kdi_settings *s, const kd_method *m, kdi_arena *a)
{
    kd_value *map = NULL;
    for (const kd_option *o = m->options; o && o->type != KD_T_END; o++)
        if (is_off(o)) {
            map = map ? map : add(s, m, NULL, a, "weights of 0 as 1");
            kd_set_number(map, o->name, 1);
        }
}

kdi_settings kdi_variants(const kd_method *m, kdi_arena *a)
{
    kdi_settings s = settings(m, a);
    add(&s, m, NULL, a, "defaults");
    for (const kd_option *o = m->options; o && o->type != KD_T_END; o++) {
        if (o->type == KD_T_CHOICE)
            add_choices(&s, m, o, a);
        if (o->type == KD_T_BOOL)
            add_switch(&s, m, o, a);
    }
    add_all_on(&s, m, a);
    return s;
}

static void add_end(kdi_settings *s, const kd_method *m, const kd_option *o, double end,
                    kdi_arena *a)
{
    kd_value *map = add(s, m, o, a, kdi_format(a, "%s = %g", o->name, end));
    if (o->type == KD_T_INT)
        kd_set_int(map, o->name, (int64_t)end);
    else
        kd_set_number(map, o->name, end);
}

kdi_settings kdi_ends(const kd_method *m, kdi_arena *a)
{
    kdi_settings s = settings(m, a);
    for (const kd_option *o = m->options; o && o->type != KD_T_END; o++) {
        if (o->type == KD_T_CHOICE)
            add_choices(&s, m, o, a);
        if (o->type == KD_T_BOOL)
            add_switch(&s, m, o, a);
        if (o->type == KD_T_REAL || o->type == KD_T_INT) {
            add_end(&s, m, o, o->min, a);
            add_end(&s, m, o, o->max, a);
        }
    }
    return s;
}

kdi_settings kdi_ramps(const kd_method *m, kdi_arena *a)
{
    kdi_settings s = settings(m, a);
    for (const kd_option *o = m->options; o && o->type != KD_T_END; o++) {
        if (o->type != KD_T_REAL)
            continue;
        kd_value *ramp = kd_map(a);
        kd_set_text(ramp, "schedule", "ramp");
        kd_set_number(ramp, "from", o->min);
        kd_set_number(ramp, "to", o->max);
        const char *name = kdi_format(a, "%s from %g to %g", o->name, o->min, o->max);
        kd_set(add(&s, m, o, a, name), o->name, ramp);
    }
    return s;
}
