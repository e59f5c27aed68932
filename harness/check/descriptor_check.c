/* Point 1: the descriptor is sound. Everything the harness reads from it is present and fits. */
#include "check/verdict.h"
#include "base/option.h"
#include "train/registry.h"
#include "train/step.h"
#include "train/track.h"

#include <ctype.h>
#include <dlfcn.h>
#include <math.h>
#include <string.h>

static bool given(const char *s)
{
    return s && s[0];
}

static bool is_identifier(const char *s)
{
    if (!given(s) || !(isalpha((unsigned char)s[0]) || s[0] == '_'))
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '_')
            return false;
    return true;
}

/* ---- who it is --------------------------------------------------------------------- */

/* The folder, or the module's file, names the symbol; the descriptor must say the same. A method
 * that is no symbol was made by a test. */
static void check_name(const kd_method *m, kdi_verdict *v)
{
    static const char prefix[] = "kd_method_";
    Dl_info info;
    if (!is_identifier(m->name))
        kdi_fault(v, "the name '%s' is no identifier", m->name);
    if (!dladdr(m, &info) || !info.dli_sname || info.dli_saddr != (const void *)m)
        return;
    const char *folder = info.dli_sname;
    if (strncmp(folder, prefix, strlen(prefix)) == 0)
        folder += strlen(prefix);
    if (strcmp(folder, m->name) != 0)
        kdi_fault(v, "it calls itself %s, but its folder is %s", m->name, folder);
}

static void check_identity(const kd_method *m, kdi_verdict *v)
{
    const kd_cite *c = &m->cite;
    const struct {
        const char *name, *value;
    } text[] = { { "title", m->title },      { "category", m->category },
                 { "cite.key", c->key },     { "cite.authors", c->authors },
                 { "cite.title", c->title }, { "cite.venue", c->venue },
                 { "cite.url", c->url } };
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        if (!given(text[i].value))
            kdi_fault(v, ".%s is missing", text[i].name);
    if (c->year < 1950 || c->year > 2100)
        kdi_fault(v, ".cite.year is %d", c->year);
    if (given(c->url) && strncmp(c->url, "http", 4) != 0)
        kdi_fault(v, ".cite.url is '%s', must begin with http", c->url);
}

/* `known`: all bits that mean something */
static void check_bits(kdi_verdict *v, const char *name, unsigned bits, unsigned known)
{
    if (bits & ~known)
        kdi_fault(v, ".%s has the unknown bits 0x%x", name, bits & ~known);
}

static void check_range(kdi_verdict *v, const char *name, struct kd_range r)
{
    if (r.min < 0 || r.max < r.min || r.max > KDI_MAX_NETS)
        kdi_fault(v, ".%s is %d to %d, must be rising and at most %d", name, r.min, r.max,
                  KDI_MAX_NETS);
}

static void check_kind(const kd_method *m, kdi_verdict *v)
{
    if ((unsigned)m->scheme > KD_SELF)
        kdi_fault(v, ".scheme is %d, which is none", (int)m->scheme);
    if ((unsigned)m->taps > KD_TAPS_ALL)
        kdi_fault(v, ".taps is %d, which is none", (int)m->taps);
    if (!m->source)
        kdi_fault(v, ".source is missing: what is distilled, response, feature or relation");
    check_bits(v, "source", m->source, KD_RESPONSE | KD_FEATURE | KD_RELATION | KD_SYNTHETIC);
    check_bits(v, "tracks", m->tracks,
               KD_CLASSIFY | KD_SEGMENT | KD_LM | KD_DIFFUSE | KD_REPRESENT | KD_ALIGN);
    check_bits(v, "need", m->need,
               KD_NEED_INDEX | KD_NEED_LABELS | KD_NEED_TEACHER_LIVE | KD_NEED_LOGITS |
                   KD_NEED_TEACHER_NET | KD_NEED_ATTENTION);
    if ((unsigned)m->second > KD_SECOND_CLASS)
        kdi_fault(v, ".second is %d, which is none", (int)m->second);
    check_bits(v, "props", m->props,
               KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS |
                   KD_PROP_PERMUTE_BATCH);
    check_range(v, "teachers", m->teachers);
    check_range(v, "students", m->students);
    if (!kdi_track_find(m->tracks))
        kdi_fault(v, "no track that is built in is among its .tracks");
}

/* ---- options -------------------------------------------------------------------------- */

static size_t size_of(enum kd_type type)
{
    static const size_t size[] = { [KD_T_REAL] = sizeof(kd_real),
                                   [KD_T_INT] = sizeof(int),
                                   [KD_T_BOOL] = sizeof(bool),
                                   [KD_T_CHOICE] = sizeof(int),
                                   [KD_T_TEXT] = sizeof(const char *) };
    return type > KD_T_END && type <= KD_T_TEXT ? size[type] : SIZE_MAX / 2;
}

static int choices(const kd_option *o)
{
    int n = 0;
    while (o->choice && o->choice[n])
        n++;
    return n;
}

static void check_default(const kd_option *o, kdi_verdict *v)
{
    double most = o->type == KD_T_CHOICE ? choices(o) - 1 : o->max;
    if (o->type == KD_T_TEXT)
        return;
    if (o->type == KD_T_CHOICE && choices(o) < 2)
        kdi_fault(v, "option %s has %d choices", o->name, choices(o));
    if (!isfinite(o->min) || !isfinite(most) || !(o->min <= most))
        kdi_fault(v, "option %s has the range %g..%g", o->name, o->min, most);
    if (!(o->def >= o->min && o->def <= most))
        kdi_fault(v, "option %s has the default %g, outside of %g..%g", o->name, o->def, o->min,
                  most);
    if (o->type != KD_T_REAL && (o->def != floor(o->def) || o->min != floor(o->min)))
        kdi_fault(v, "option %s is no real, but its default or end is no integer", o->name);
}

static void check_option(const kd_method *m, const kd_option *o, kdi_verdict *v)
{
    if (!is_identifier(o->name)) {
        kdi_fault(v, "an option is called '%s'", o->name ? o->name : "");
        return;
    }
    if (!given(o->help))
        kdi_fault(v, "option %s has no help", o->name);
    for (const kd_option *other = m->options; other < o; other++)
        if (other->name && strcmp(other->name, o->name) == 0)
            kdi_fault(v, "two options are called %s", o->name);
    if (o->at + size_of(o->type) > m->self_size)
        kdi_fault(v, "option %s lies outside of the %zu bytes of .self_size", o->name,
                  m->self_size);
    check_default(o, v);
}

static void check_options(const kd_method *m, kdi_verdict *v)
{
    const kd_option *hint = kdi_option_find(m->options, "hint_layer");
    for (const kd_option *o = m->options; o && o->type != KD_T_END; o++)
        check_option(m, o, v);
    const kd_option *trunk = m->trunk ? kdi_option_find(m->options, m->trunk) : NULL;
    if (m->trunk && (!trunk || trunk->type != KD_T_INT))
        kdi_fault(v, ".trunk = \"%s\" needs an int option of that name", m->trunk);
    if (m->taps == KD_TAPS_HINT && (!hint || hint->type != KD_T_INT))
        kdi_fault(v, ".taps = KD_TAPS_HINT needs an int option hint_layer");
    if (m->taps != KD_TAPS_HINT && hint)
        kdi_fault(v, "it has an option hint_layer that nothing reads: set .taps = KD_TAPS_HINT");
}

/* ---- phases and saved fields ------------------------------------------------------------- */

static void check_phase(const kd_method *m, const kd_phase *p, kdi_verdict *v)
{
    const kd_option *o = p->epochs ? kdi_option_find(m->options, p->epochs) : NULL;
    bool last = !p[1].name;
    if (p->alternate && (last || p->epochs || p->train != KD_TRAIN_METHOD))
        kdi_fault(v,
                  "phase %s alternates with the next: there must be one, .epochs must be NULL, and "
                  ".train KD_TRAIN_METHOD",
                  p->name);
    for (const kd_phase *other = m->phases; other < p; other++)
        if (strcmp(other->name, p->name) == 0)
            kdi_fault(v, "two phases are called %s", p->name);
    if (p->epochs && (!o || o->type != KD_T_INT || o->min < 0))
        kdi_fault(v, "phase %s takes its epochs from '%s', which is no int option from 0 up",
                  p->name, p->epochs);
    if (!p->alternate && !p->epochs != last)
        kdi_fault(v, "phase %s: the last phase, and no other, has .epochs = NULL", p->name);
    if (!p->loss && !m->loss && !m->step)
        kdi_fault(v, "phase %s has no loss", p->name);
    check_bits(v, "phases.train", p->train, KD_TRAIN_STUDENT | KD_TRAIN_METHOD | KD_TRAIN_TEACHER);
}

static void check_field(const kd_method *m, const kd_field *f, kdi_verdict *v)
{
    if (f->type != KD_T_REAL && f->type != KD_T_INT)
        kdi_fault(v, "field %s of .state is neither real nor int", f->name);
    else if (f->at + size_of(f->type) > m->self_size)
        kdi_fault(v, "field %s of .state lies outside of .self_size", f->name);
    for (const kd_field *other = m->state; other < f; other++)
        if (strcmp(other->name, f->name) == 0)
            kdi_fault(v, "two fields of .state are called %s", f->name);
}

void kdi_point_descriptor(const kd_method *m, kdi_verdict *v)
{
    const char *fault = kdi_method_fault(m);
    if (fault) {
        kdi_fault(v, "%s", fault);
        return;
    }
    check_name(m, v);
    check_identity(m, v);
    check_kind(m, v);
    check_options(m, v);
    for (const kd_phase *p = m->phases; p && p->name; p++)
        check_phase(m, p, v);
    for (const kd_field *f = m->state; f && f->name; f++)
        check_field(m, f, v);
}
