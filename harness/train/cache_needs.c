/* Which of a teacher's outputs a method reads in training: what a cache must hold for it. */
#include "train/cache_build.h"

#include "train/registry.h"

#include <string.h>

/* { arch, outputs = { { name, kind, ... } } } as kd.model gives it; logits are no tap */
static int read_taps(const kd_value *net, kdi_taps *taps, kdi_arena *a)
{
    static const struct {
        const char *name;
        enum kd_tap_kind kind;
    } known[] = { { "stem", KD_TAP_STEM }, { "stage", KD_TAP_STAGE }, { "pooled", KD_TAP_POOLED } };
    const kd_value *list = kd_get(net, "outputs");
    int64_t n = list && list->kind == KD_V_LIST ? list->n : 0;
    kd_tap *tap = kdi_alloc0(a, (size_t)(n + 1) * sizeof *tap);
    *taps = (kdi_taps){ .net = kd_get_text(net, "arch", "a network"), .tap = tap };
    for (int64_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            if (strcmp(kd_get_text(list->item[i], "kind", ""), known[k].name) == 0) {
                tap[taps->n].kind = known[k].kind;
                KD_TRY(kd_need_text(list->item[i], "name", &tap[taps->n++].name));
            }
    return KD_OK;
}

static int pair(const kd_value *ask, const kd_method *m, kdi_taps *teacher, kdi_pairing *out,
                kdi_arena *a)
{
    const kd_value *method, *one[2];
    void *self = kdi_alloc0(a, m->self_size + 1);
    kdi_options options;
    kdi_taps student;
    KD_TRY(kd_need_map(ask, "method", &method));
    KD_TRY(kd_need_map(ask, "student", &one[0]));
    KD_TRY(kd_need_map(ask, "teacher", &one[1]));
    KD_TRY(read_taps(one[0], &student, a));
    KD_TRY(read_taps(one[1], teacher, a));
    KD_TRY(kdi_method_options(m, self, kd_get(method, "options"), &options));
    return kdi_pair_taps(m, self, kd_get(ask, "pairs"), student, *teacher, out);
}

static const char *why_live(const kd_method *m)
{
    if (m->need & (KD_NEED_TEACHER_LIVE | KD_NEED_TEACHER_NET))
        return "it runs the teacher in every step";
    if (m->need & KD_NEED_ATTENTION)
        return "it reads what attention layers compute";
    if (m->taps == KD_TAPS_STAGES_PRE)
        return "it reads values before the activation";
    return m->step ? "it has a step of its own" : NULL;
}

static void add_once(kd_value *list, const char *name)
{
    for (int64_t i = 0; i < list->n; i++)
        if (strcmp(list->item[i]->text, name) == 0)
            return;
    kd_push(list, kd_string(list->arena, name));
}

/* the paired taps, where it wants them all every stage, and the pooled vector, whatever the method
 * makes of it */
static void add_taps(kd_value *list, const kdi_taps *teacher, const kdi_pairing *pairing, bool all)
{
    for (int i = 0; i < pairing->n; i++)
        add_once(list, teacher->tap[pairing->t[i]].name);
    for (int i = 0; all && i < teacher->n; i++)
        if (teacher->tap[i].kind == KD_TAP_STAGE)
            add_once(list, teacher->tap[i].name);
    add_once(list, teacher->tap[teacher->n - 1].name);
}

int kdi_teacher_outputs(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *ask, *method;
    const kd_method *m;
    const char *name;
    kdi_taps teacher;
    kdi_pairing pairing;
    kd_value *list = kd_list(a);
    KD_TRY(kdi_registry_open());
    KD_TRY(kd_arg_map(args, 0, &ask));
    KD_TRY(kd_need_map(ask, "method", &method));
    KD_TRY(kd_need_text(method, "name", &name));
    KD_TRY(kdi_method_find(name, &m));
    KD_TRY(pair(ask, m, &teacher, &pairing, a));
    *result = kd_map(a);
    kd_set_text(*result, "live", why_live(m));
    kd_set(*result, "outputs", list);
    add_once(list, "logits");
    if (!(m->need & KD_NEED_LOGITS) && teacher.n > 0)
        add_taps(list, &teacher, &pairing, m->taps == KD_TAPS_ALL);
    return KD_OK;
}
