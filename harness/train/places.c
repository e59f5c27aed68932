/* Points and tokens are rows of a tap, N,P,C; methods made for maps see them one place wide,
 * N,P,1,C, and are told where that has no meaning. */
#include "train/trainer.h"

static kd_tensor *widened(kd_tensor *x)
{
    kd_shape s = kd_shape_of(x);
    return s.n == 3 ? kd_reshape(x, KD_SHAPE(s.d[0], s.d[1], 1, s.d[2])) : x;
}

/* shapes without values: nothing for an operator to work on */
static kd_tensor *widened_shape(kd_engine *e, kd_tensor *x)
{
    kd_shape s = kd_shape_of(x);
    if (s.n != 3)
        return x;
    kd_tensor *y = kdi_alloc0(e->run, sizeof *y);
    *y = *x;
    y->shape = KD_SHAPE(s.d[0], s.d[1], 1, s.d[2]);
    return y;
}

static bool wants_rows(const kdi_trainer *t, const kd_tap *tap, int ntap)
{
    if (t->method->rows)
        return true;
    for (int i = 0; i < ntap; i++)
        if (tap[i].x && kd_ndim(tap[i].x) == 3)
            return false;
    return true;
}

void kdi_widen_view(const kdi_trainer *t, kd_view *v)
{
    if (wants_rows(t, v->tap, v->ntap))
        return;
    kd_tap *tap = kdi_alloc(t->engine->step, (size_t)v->ntap * sizeof *tap);
    for (int i = 0; i < v->ntap; i++) {
        tap[i] = v->tap[i];
        if (tap[i].x)
            tap[i].x = widened(tap[i].x);
        if (tap[i].pre)
            tap[i].pre = v->tap[i].pre == v->tap[i].x ? tap[i].x : widened(tap[i].pre);
    }
    v->tap = tap;
    kdi_net_name_outputs(v->net, v);
}

void kdi_widen_side(const kdi_trainer *t, struct kd_side *side)
{
    if (wants_rows(t, side->tap, side->ntap))
        return;
    kd_tap *tap = kdi_alloc(t->engine->run, (size_t)side->ntap * sizeof *tap);
    for (int i = 0; i < side->ntap; i++) {
        tap[i] = side->tap[i];
        tap[i].x = widened_shape(t->engine, tap[i].x);
        if (tap[i].pre)
            tap[i].pre = tap[i].x;
    }
    side->tap = tap;
}

static int64_t places(const kd_net *net, int tap)
{
    const kd_shape *s = &net->tap[tap].shape;
    return s->n < 3 ? 1 : kd_shape_numel(*s) / s->d[s->n - 1];
}

/* a pair of student and teacher taps; a vector has one place */
static void check_pair(const kd_net *student, int s, const kd_net *teacher, int t)
{
    int64_t here = places(student, s), there = places(teacher, t);
    const char *name = student->tap[s].name;
    if (here == 1 && there == 1)
        return;
    if (student->in.kind != teacher->in.kind)
        kd_not_applicable("%s: places of a student of %s are not those of a teacher of %s", name,
                          kd_medium_name[student->in.kind], kd_medium_name[teacher->in.kind]);
    else if (kdi_net_has_grid(student) != kdi_net_has_grid(teacher))
        kd_not_applicable("%s: one network has places in a grid, the other a row of them", name);
    else if (!kdi_net_has_grid(student) && here != there)
        kd_not_applicable("%s has %lld places, the teacher's %s %lld, in no grid", name,
                          (long long)here, teacher->tap[t].name, (long long)there);
}

/* a method that compares every stage with every other needs the same places in all of them */
static void check_stages(const kd_net *net)
{
    int64_t first = 0;
    for (int i = 0; i < net->ntap && !kdi_net_has_grid(net); i++) {
        if (net->tap[i].kind != KD_TAP_STAGE)
            continue;
        first = first ? first : places(net, i);
        if (places(net, i) != first)
            kd_not_applicable("stages of %s have %lld and %lld places, in no grid", net->arch,
                              (long long)first, (long long)places(net, i));
    }
}

static void check_medium(const kdi_trainer *t)
{
    const kd_method *m = t->method;
    if (m->media && !(m->media & 1u << t->input.kind))
        kd_not_applicable("%s; students are fed %s", m->media_why, kd_medium_name[t->input.kind]);
    for (int i = 0; i < t->nteacher; i++)
        if (m->need & KD_NEED_TEACHER_NET && t->teacher[i].kind != t->input.kind)
            kd_not_applicable("it gives teachers the students' inputs: %s for a teacher of %s",
                              kd_medium_name[t->input.kind], kd_medium_name[t->teacher[i].kind]);
}

/* a network without stages has nothing to pair */
static void check_pairs(const kdi_trainer *t, int i)
{
    const kd_net *s = t->student[0], *o = t->teacher[i].net;
    if (t->method->taps == KD_TAPS_NONE || t->pairing[i].n > 0)
        return;
    kd_not_applicable("no stage of %s has a partner in %s", s->arch, o->arch);
}

int kdi_check_places(kdi_trainer *t)
{
    check_medium(t);
    for (int i = 0; i < t->nteacher; i++) {
        const kdi_pairing *p = &t->pairing[i];
        check_pairs(t, i);
        for (int k = 0; k < p->n && !t->method->any_places; k++)
            check_pair(t->student[0], p->s[k], t->teacher[i].net, p->t[k]);
        if (t->method->taps == KD_TAPS_ALL)
            check_stages(t->teacher[i].net);
    }
    if (t->method->taps == KD_TAPS_ALL)
        check_stages(t->student[0]);
    bool on_taps = t->method->taps != KD_TAPS_NONE || t->input.kind != KD_IMAGE;
    t->owned->no_grid = on_taps && !t->method->rows && !kdi_net_has_grid(t->student[0]);
    return kd_error_code();
}
