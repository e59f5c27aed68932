/* Point 3, double build: the gradients that the tape gives with respect to logits, taps, pooled
 * features and the method's own parameters are those of central differences, for several shapes of
 * networks, each variant of the options and each phase, with memory banks and averages set. What
 * the method holds constant is held constant in the differences too (engine/hold.c). */
#include "check/scene.h"
#include "check/settings.h"
#include "check/verdict.h"
#include "check/world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Differences are taken at three steps and the best counts: the largest has the least rounding, the
 * smallest bends least and comes between the fewest kinks. What is left of the error: 1e-6 of the
 * tensor's largest slope (third derivatives times step^2), and the rounding of both values. A kink
 * of a ReLU or maximum closer than the smallest step is rare, but possible: a place that fails is
 * tried once more elsewhere, and only two failures count. */
static const double STEP[] = { 1e-4, 1e-5, 1e-6 }, SHARE = 1e-6, ROUNDING = 64 * 2.3e-16;
enum { STEPS = 3, COORDINATES = 6, MOST_TENSORS = 256, TRIES = 2 };

/* ---- a point in the space of everything that is differentiated ------------------------- */

typedef struct place {
    kd_tensor *x;
    const char *path;
    kd_real *base, *grad; /* grad: NULL when the tape did not reach it */
} place;

typedef struct kept {
    kd_tensor *x;
    void *value;
    size_t size;
} kept;

typedef struct probe {
    kdi_bare *b;
    const char *phase;
    kdi_arena *arena;
    kdi_hold *hold;
    place at[MOST_TENSORS];
    int n;
    kept buffer[MOST_TENSORS];
    int nbuffer;
    void *self; /* a copy of the method's private struct */
    double value, largest;
    kd_rng rng;
    char worst[256]; /* the first disagreement; "" when there is none */
} probe;

static int note_tensor(kd_tensor *x, const char *path, const char *unused, void *user)
{
    probe *p = user;
    size_t size = (size_t)kd_numel(x) * kdi_dtype_size(x->type);
    (void)unused;
    if (p->n == MOST_TENSORS || p->nbuffer == MOST_TENSORS)
        return kd_error(KD_E_METHOD, "%s: more than %d tensors to differentiate",
                        p->b->method->name, MOST_TENSORS);
    void *copy = memcpy(kdi_alloc(p->arena, size + 1), x->data, size);
    if (x->flags & KDI_TRACKED && x->flags & KDI_PARAM)
        p->at[p->n++] = (place){ .x = x, .path = kdi_strdup(p->arena, path), .base = copy };
    else if (x->flags & KDI_BUFFER)
        p->buffer[p->nbuffer++] = (kept){ x, copy, size };
    return KD_OK;
}

/* of a network behind a view only what the loss ran through */
static int note_touched(kd_tensor *x, const char *path, const char *unused, void *user)
{
    return x->flags & KDI_TOUCHED ? note_tensor(x, path, unused, user) : KD_OK;
}

static size_t self_size(const probe *p)
{
    return p->b->method->self_size;
}

/* the loss may change the method's state: each evaluation begins with the same */
static void restore(probe *p)
{
    for (int i = 0; i < p->nbuffer; i++)
        memcpy(p->buffer[i].x->data, p->buffer[i].value, p->buffer[i].size);
    memcpy(p->b->self, p->self, self_size(p));
}

static void copy_gradients(probe *p)
{
    for (int i = 0; i < p->n; i++) {
        const kd_real *g = kdi_bare_grad(p->at[i].x);
        size_t n = (size_t)kd_numel(p->at[i].x);
        if (!g)
            continue;
        p->at[i].grad = memcpy(kdi_alloc(p->arena, n * sizeof *g + 1), g, n * sizeof *g);
        for (size_t k = 0; k < n; k++)
            p->largest = fmax(p->largest, fabs((double)g[k]));
    }
}

static int run_held(probe *p, double *value)
{
    kd_tensor *sum = NULL;
    p->b->engine->hold = p->hold;
    int code = kdi_bare_loss(p->b, p->phase);
    p->b->engine->hold = NULL;
    if (code == KD_OK)
        code = kdi_bare_sum(p->b, KDI_DISTIL | KDI_LABEL, NULL, &sum);
    *value = sum ? (double)kdi_r(sum)[0] : 0;
    return code == KD_OK && sum && kdi_wants(sum) ? kdi_bare_backward(p->b, sum) : code;
}

static int analyse(probe *p)
{
    KD_TRY(kdi_scope_each(p->b->leaves, note_tensor, p));
    KD_TRY(kdi_scope_each(p->b->own, note_tensor, p));
    p->self = memcpy(kdi_alloc(p->arena, self_size(p) + 1), p->b->self, self_size(p));
    KD_TRY(run_held(p, &p->value));
    KD_TRY(kdi_scope_each(p->b->networks, note_touched, p));
    copy_gradients(p);
    return KD_OK;
}

static int evaluate(probe *p, double *value)
{
    restore(p);
    kdi_hold_replay(p->hold);
    p->b->engine->recording = false;
    int code = run_held(p, value);
    p->b->engine->recording = true;
    return code;
}

/* ---- along one direction ----------------------------------------------------------------- */

/* direction: one coordinate, or (-1) random signs for all of the tensor */
static void move(probe *p, const place *at, int64_t coordinate, const kd_real *sign, double step)
{
    (void)p;
    for (int64_t i = 0, n = kd_numel(at->x); i < n; i++)
        kdi_r(at->x)[i] = at->base[i];
    if (coordinate >= 0)
        kdi_r(at->x)[coordinate] += (kd_real)step;
    for (int64_t i = 0, n = kd_numel(at->x); coordinate < 0 && i < n; i++)
        kdi_r(at->x)[i] += (kd_real)(step * (double)sign[i]);
}

static double along(const place *at, int64_t coordinate, const kd_real *sign)
{
    double sum = 0;
    if (!at->grad)
        return 0;
    if (coordinate >= 0)
        return (double)at->grad[coordinate];
    for (int64_t i = 0, n = kd_numel(at->x); i < n; i++)
        sum += (double)at->grad[i] * (double)sign[i];
    return sum;
}

static double slope_scale(const place *at, const kd_real *sign)
{
    double most = 0, all = 0;
    for (int64_t i = 0, n = kd_numel(at->x); at->grad && i < n; i++) {
        most = fmax(most, fabs((double)at->grad[i]));
        all += fabs((double)at->grad[i]);
    }
    return sign ? all : most;
}

static int compare(probe *p, const place *at, int64_t coordinate, const kd_real *sign)
{
    double want = along(at, coordinate, sign), got = 0, scale = slope_scale(at, sign);
    for (int k = 0; k < STEPS; k++) {
        double up, down, h = STEP[k];
        move(p, at, coordinate, sign, h);
        KD_TRY(evaluate(p, &up));
        move(p, at, coordinate, sign, -h);
        KD_TRY(evaluate(p, &down));
        got = (up - down) / (2 * h);
        double tol = SHARE * scale + ROUNDING * (fabs(p->value) + p->largest) / h;
        if (fabs(got - want) <= tol)
            break;
        if (k == STEPS - 1 && !p->worst[0])
            snprintf(p->worst, sizeof p->worst, "d loss/d %s%s is %.9g, differences say %.9g",
                     at->path, coordinate < 0 ? " (in a random direction)" : "", want, got);
    }
    move(p, at, 0, sign, 0);
    return KD_OK;
}

static int64_t steepest(const place *at)
{
    int64_t best = 0;
    for (int64_t i = 1, n = kd_numel(at->x); at->grad && i < n; i++)
        if (fabs((double)at->grad[i]) > fabs((double)at->grad[best]))
            best = i;
    return best;
}

static int compare_tensor(probe *p, const place *at)
{
    int64_t n = kd_numel(at->x);
    kd_real *sign = kdi_alloc(p->arena, (size_t)n * sizeof *sign);
    for (int64_t i = 0; i < n; i++)
        sign[i] = kdi_u32(&p->rng) & 1 ? 1 : -1;
    KD_TRY(compare(p, at, -1, sign));
    if (!at->grad)
        return KD_OK;
    KD_TRY(compare(p, at, steepest(at), NULL));
    for (int i = 0; i < COORDINATES; i++)
        KD_TRY(compare(p, at, kdi_below(&p->rng, n), NULL));
    return KD_OK;
}

/* ---- one scene, one setting of the options, one phase ---------------------------------------- */

typedef struct task {
    const kd_method *m;
    const kdi_scene *scene;
    const kdi_setting *setting;
    const char *phase;
    kdi_verdict *v;
    bool first;   /* the scene that nothing may be refused in */
    int compared; /* tensors with a gradient */
} task;

/* a step before the one that is looked at: banks, averages and constants are set by it */
static int live_a_step(kdi_bare *b, const task *t, uint64_t seed)
{
    double value;
    KD_TRY(kdi_bare_run(b, t->phase, KDI_DISTIL | KDI_LABEL, &value));
    KD_TRY(kdi_bare_after(b));
    b->step.pub.step++;
    kdi_scene_fill(b, t->scene, seed + 1);
    kdi_scene_shake(b, seed);
    return KD_OK;
}

static int compare_all(probe *p, task *t)
{
    KD_TRY(analyse(p));
    if (!isfinite(p->value))
        return kd_error(KD_E_METHOD, "%s: the loss is %g", t->m->name, p->value);
    for (int i = 0; i < p->n; i++) {
        KD_TRY(compare_tensor(p, &p->at[i]));
        t->compared += p->at[i].grad != NULL;
    }
    if (kdi_hold_lost(p->hold))
        return kd_error(KD_E_METHOD,
                        "%s: the loss takes another path when its inputs move by 1e-6: "
                        "detached values cannot be compared",
                        t->m->name);
    return KD_OK;
}

static int try_place(task *t, uint64_t seed, char worst[256])
{
    kdi_bare *b;
    KD_TRY(kdi_scene_open(&b, t->m, t->scene, t->setting->options, seed));
    int code = live_a_step(b, t, seed);
    if (code == KD_OK) {
        probe *p = kdi_alloc0(b->engine->run, sizeof *p);
        *p = (probe){ .b = b,
                      .phase = t->phase,
                      .arena = b->engine->run,
                      .hold = kdi_hold_new(),
                      .rng = kdi_rng(seed, KDI_STREAM_TEST, 3) };
        code = compare_all(p, t);
        snprintf(worst, 256, "%s", p->worst);
        kdi_hold_free(p->hold);
    }
    kdi_bare_free(b);
    return code;
}

static void check_task(task *t)
{
    char worst[256] = "";
    int code = KD_OK;
    for (uint64_t seed = 1; seed <= TRIES; seed++) {
        code = try_place(t, seed, worst);
        if (code != KD_OK || !worst[0])
            break;
    }
    const char *where =
        kdi_format(t->v->arena, "%s, %s, phase %s", t->scene->name, t->setting->name, t->phase);
    if (code != KD_OK) {
        const char *why = kdi_taken_error(t->v);
        bool says_why = code == KD_E_NOT_APPLICABLE || kdi_clear_message(t->m, why);
        if (!t->first && says_why)
            kdi_remark(t->v, "%s: refused: %s", where, why);
        else
            kdi_fault(t->v, "%s: %s", where, why);
    } else if (worst[0]) {
        kdi_fault(t->v, "%s: %s", where, worst);
    }
}

void kdi_point_gradient(const kd_method *m, kdi_verdict *v)
{
    task t = { .m = m, .v = v };
    if (!kdi_runs_bare(m)) {
        kdi_remark(v, "it runs the whole step itself, so there is no loss to differentiate");
        return;
    }
    kdi_settings variants = kdi_variants(m, v->arena);
    const char *const *phase = kdi_phase_names(m, v->arena);
    const kdi_scene *scenes = kdi_world_of(m)->scenes;
    for (t.scene = scenes; t.scene->name; t.scene++)
        for (int i = 0; i < variants.n; i++)
            for (int k = 0; phase[k]; k++) {
                t.setting = &variants.at[i];
                t.phase = phase[k];
                t.first = t.scene == scenes;
                check_task(&t);
            }
    if (t.compared == 0)
        kdi_fault(v, "its loss has no gradient with respect to anything");
}
