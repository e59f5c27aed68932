/* Point 7: every option at its ends and awkward inputs: all numbers stay finite, or there is a
 * message that says what is wrong. Never a crash, never a NaN that nobody mentions. */
#include "check/scene.h"
#include "check/settings.h"
#include "check/toy.h"
#include "check/verdict.h"

#include <math.h>
#include <string.h>

static int find_bad(kd_tensor *x, const char *path, const char *unused, void *user)
{
    const kd_real *g = x->flags & KDI_TRACKED ? kdi_bare_grad(x) : NULL;
    (void)unused;
    for (int64_t i = 0, n = kd_numel(x); x->type == KD_REAL_T && i < n; i++)
        if (!isfinite(kdi_r(x)[i]) || (g && !isfinite(g[i]))) {
            *(const char **)user = kdi_strdup(x->engine->run, path);
            return KD_OK;
        }
    return KD_OK;
}

/* ---- bare steps ------------------------------------------------------------------------ */

/* a refusal that says who refuses is as good as a result */
static void refused(const kd_method *m, int code, const char *where, kdi_verdict *v)
{
    const char *why = kdi_taken_error(v);
    if (code != KD_E_NOT_APPLICABLE && !kdi_clear_message(m, why))
        kdi_fault(v, "%s: unclear message: \"%s\"", where, why);
}

/* a value that is not finite must not come from numbers that are: which one, after which phase? */
static void judge_bare(kdi_bare *b, const char *phase, double value, const char *where,
                       kdi_verdict *v)
{
    const char *bad = NULL;
    if (!isfinite(value)) {
        kdi_fault(v, "%s, phase %s: the loss is %g", where, phase, value);
        return;
    }
    kdi_scope_each(b->leaves, find_bad, &bad);
    kdi_scope_each(b->own, find_bad, &bad);
    if (bad)
        kdi_fault(v, "%s, phase %s: %s, or its gradient, is not finite", where, phase, bad);
}

static int bare_phases(kdi_bare *b, const char *where, kdi_verdict *v)
{
    const char *const *phase = kdi_phase_names(b->method, v->arena);
    for (int i = 0; phase[i]; i++) {
        double value;
        KD_TRY(kdi_bare_run(b, phase[i], KDI_DISTIL | KDI_LABEL, &value));
        KD_TRY(kdi_bare_after(b));
        judge_bare(b, phase[i], value, where, v);
    }
    return KD_OK;
}

static void try_bare(const kd_method *m, const kdi_scene *scene, const kdi_setting *setting,
                     kdi_verdict *v)
{
    kdi_bare *b;
    const char *where = setting->option ? setting->name : scene->name;
    int code = kdi_scene_open(&b, m, scene, setting->options, 5);
    if (code == KD_OK)
        code = bare_phases(b, where, v);
    if (code != KD_OK)
        refused(m, code, where, v);
    kdi_bare_free(b);
}

static void check_bare(const kd_method *m, const kdi_world *w, kdi_verdict *v)
{
    kdi_settings variants = kdi_variants(m, v->arena), ends = kdi_ends(m, v->arena);
    for (int i = 0; i < ends.n; i++)
        try_bare(m, w->scenes, &ends.at[i], v);
    for (const kdi_scene *s = w->awkward; s->name; s++)
        for (int i = 0; i < variants.n; i++) {
            kdi_setting plain = { variants.at[i].name, NULL, variants.at[i].options };
            try_bare(m, s, &plain, v);
        }
}

/* ---- whole runs ------------------------------------------------------------------------------ */

static int find_bad_weight(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)unused;
    for (int64_t i = 0, n = kd_numel(x); x->type == KD_REAL_T && i < n; i++)
        if (!isfinite(kdi_r(x)[i]))
            *(const char **)user = kdi_strdup(x->engine->run, path);
    return KD_OK;
}

static void try_run(const kd_method *m, const kdi_toy *toy, const char *where, kdi_verdict *v)
{
    kdi_trainer *t;
    const char *bad = NULL;
    int code = kdi_toy_open(&t, m, toy, v->arena);
    if (code == KD_OK)
        code = kdi_toy_train(t, toy->options ? KDI_TOY_EPOCHS : 2);
    if (code != KD_OK)
        refused(m, code, where, v);
    else
        kdi_scope_each(t->root, find_bad_weight, &bad);
    if (bad)
        kdi_fault(v, "%s: after training %s is not finite, and nothing was said", where, bad);
    kdi_toy_close(t);
}

static void check_runs(const kd_method *m, const kdi_world *w, kdi_verdict *v)
{
    int more = kdi_check_students(m) + 1;
    try_run(m, &(kdi_toy){ .batch = 2 }, "a batch of 2", v);
    for (const kdi_world_run *r = w->runs; r->name; r++)
        try_run(m, &(kdi_toy){ .student = r->student, .teacher = r->teacher }, r->name, v);
    if (more <= (m->students.max ? m->students.max : 1))
        try_run(m, &(kdi_toy){ .students = more }, "one student more", v);
    kdi_settings ramps = kdi_ramps(m, v->arena);
    for (int i = 0; i < ramps.n; i++)
        try_run(m, &(kdi_toy){ .options = ramps.at[i].options }, ramps.at[i].name, v);
    kdi_settings ends = kdi_ends(m, v->arena);
    for (int i = 0; i < ends.n; i++)
        if (kdi_is_phase_length(m, ends.at[i].option))
            try_run(m, &(kdi_toy){ .options = ends.at[i].options }, ends.at[i].name, v);
}

void kdi_point_edge(const kd_method *m, kdi_verdict *v)
{
    const kdi_world *w = kdi_world_of(m);
    if (kdi_runs_bare(m))
        check_bare(m, w, v);
    check_runs(m, w, v);
}
