/* Which student tap is compared with which teacher tap: the method's wish, or the sweep's. */
#include "train/pairing.h"
#include "base/option.h"

#include <string.h>

static int tap_named(kdi_taps list, const char *name)
{
    for (int i = 0; i < list.n; i++)
        if (strcmp(list.tap[i].name, name) == 0)
            return i;
    return -1;
}

/* the places of at most KDI_MAX_PAIRS stages; how many they are */
static int stages_of(kdi_taps list, int *place)
{
    int n = 0;
    for (int i = 0; i < list.n && n < KDI_MAX_PAIRS; i++)
        if (list.tap[i].kind == KD_TAP_STAGE)
            place[n++] = i;
    return n;
}

/* taps before the pooled vector, which comes last */
static int maps_of(kdi_taps list)
{
    int n = 0;
    while (n < list.n && list.tap[n].kind != KD_TAP_POOLED)
        n++;
    return n;
}

static void add(kdi_pairing *p, int s, int t)
{
    p->s[p->n] = s;
    p->t[p->n++] = t;
}

/* the option hint_layer counts as RepDistiller does: 0 is the stem */
static int pair_hint(const kd_method *m, const void *self, kdi_taps student, kdi_taps teacher,
                     kdi_pairing *p)
{
    const kd_option *o = kdi_option_find(m->options, "hint_layer");
    if (!o || o->type != KD_T_INT)
        return kd_error(KD_E_USAGE, "%s pairs a hint but has no integer option hint_layer",
                        m->name);
    int at = *(const int *)((const char *)self + o->at);
    int ns = maps_of(student), nt = maps_of(teacher);
    if (at >= ns || at >= nt)
        return kd_error(KD_E_NOT_APPLICABLE, "hint_layer %d; %s has 0..%d, %s 0..%d", at,
                        student.net, ns - 1, teacher.net, nt - 1);
    add(p, at, at);
    return KD_OK;
}

void kdi_pair_stages(kdi_taps student, kdi_taps teacher, kdi_pairing *out)
{
    int s[KDI_MAX_PAIRS], t[KDI_MAX_PAIRS];
    int ns = stages_of(student, s), nt = stages_of(teacher, t), n = ns < nt ? ns : nt;
    out->n = 0;
    for (int i = 0; i < n; i++)
        add(out, s[ns - n + i], t[nt - n + i]);
}

/* pairs = { { "stage1", "stage2" }, ... }: student tap, teacher tap */
static int pair_named(const kd_value *pairs, kdi_taps student, kdi_taps teacher, kdi_pairing *p)
{
    if (pairs->kind != KD_V_LIST || pairs->n > KDI_MAX_PAIRS)
        return kd_error(KD_E_USAGE,
                        "pairs must be a list of at most %d { student tap, teacher tap }",
                        KDI_MAX_PAIRS);
    for (int64_t i = 0; i < pairs->n; i++) {
        const char *s, *t;
        KD_TRY(kd_arg_text(pairs->item[i], 0, &s));
        KD_TRY(kd_arg_text(pairs->item[i], 1, &t));
        int at = tap_named(student, s), to = tap_named(teacher, t);
        if (at < 0 || to < 0)
            return kd_error(KD_E_USAGE, "pairs: %s has no tap '%s'",
                            at < 0 ? student.net : teacher.net, at < 0 ? s : t);
        add(p, at, to);
    }
    return KD_OK;
}

int kdi_pair_taps(const kd_method *m, const void *self, const kd_value *pairs, kdi_taps student,
                  kdi_taps teacher, kdi_pairing *out)
{
    *out = (kdi_pairing){ .pre = m->taps == KD_TAPS_STAGES_PRE };
    if (m->taps == KD_TAPS_NONE || teacher.n == 0)
        return KD_OK;
    if (pairs)
        return pair_named(pairs, student, teacher, out);
    if (m->taps == KD_TAPS_HINT)
        return pair_hint(m, self, student, teacher, out);
    kdi_pair_stages(student, teacher, out);
    if (m->taps == KD_TAPS_LAST && out->n > 1) {
        out->s[0] = out->s[out->n - 1];
        out->t[0] = out->t[out->n - 1];
        out->n = 1;
    }
    return KD_OK;
}

static kd_tensor *side(const kd_tap *tap, bool pre)
{
    return pre && tap->pre ? tap->pre : tap->x;
}

void kdi_pair_views(const kdi_pairing *p, const kd_view *student, const kd_view *teacher,
                    kd_pair *out)
{
    for (int i = 0; i < p->n; i++)
        out[i] = (kd_pair){ .name = student->tap[p->s[i]].name,
                            .s = side(&student->tap[p->s[i]], p->pre),
                            .t = side(&teacher->tap[p->t[i]], p->pre) };
}
