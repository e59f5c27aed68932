/* SGD, Adam and AdamW as torch defines them; one pass over memory a parameter. */
#include "op.h"

#include <math.h>

#include "simd.h"

/* one parameter and its state; unused ones are NULL */
typedef struct slot {
    struct slot *next;
    kd_tensor *x;
    kd_tensor *momentum; /* SGD's velocity; Adam's mean of gradients */
    kd_tensor *square;   /* Adam's mean of squared gradients */
    kd_tensor *step;     /* i64: Adam's updates of this parameter so far */
    int scope;           /* bit of the mask */
} slot;

struct kdi_optim {
    kd_engine *engine;
    kdi_optim_spec spec;
    kd_scope *state;
    slot *first, *last;
};

/* ---- state --------------------------------------------------------------- */

typedef struct maker {
    kdi_optim *o;
    kd_scope *state; /* "0", "1"...: one a scope of parameters */
    int scope;
} maker;

static kd_tensor *state_of(const maker *m, const char *path, const char *what, kd_shape shape)
{
    const char *name = kdi_format(m->o->engine->run, "%s.%s", path, what);
    return kd_buffer_new(m->state, name, shape);
}

static int make_slot(kd_tensor *x, const char *path, const char *unused, void *user)
{
    const maker *m = user;
    kdi_optim *o = m->o;
    (void)unused;
    if (!(x->flags & KDI_PARAM))
        return KD_OK;
    slot *s = kdi_alloc0(o->engine->run, sizeof *s);
    *s = (slot){ .x = x, .scope = m->scope };
    bool adam = o->spec.kind != KDI_SGD;
    if (adam || o->spec.momentum != 0)
        s->momentum = state_of(m, path, "momentum", x->shape);
    if (adam) {
        s->square = state_of(m, path, "square", x->shape);
        s->step =
            kd_buffer_i64_new(m->state, kdi_format(o->engine->run, "%s.step", path), KD_SHAPE(1));
    }
    *(o->last ? &o->last->next : &o->first) = s;
    o->last = s;
    return KD_OK;
}

kdi_optim *kdi_optim_new(kd_engine *e, kdi_optim_spec spec, kd_scope *const *scope, int nscope)
{
    kdi_optim *o = kdi_alloc0(e->run, sizeof *o);
    o->engine = e;
    o->spec = spec;
    o->state = kdi_scope_root(e, "optimiser", NULL);
    for (int i = 0; i < nscope; i++) {
        maker m = { .o = o, .scope = i };
        m.state = kd_scope_new(o->state, kdi_format(e->run, "%d", i));
        kdi_scope_each(scope[i], make_slot, &m);
    }
    return o;
}

kd_scope *kdi_optim_scope(kdi_optim *o)
{
    return o->state;
}

/* ---- updates: d is the gradient with the L2 penalty's ---------------------- */

typedef struct update {
    int64_t n;
    kd_real *x, *momentum, *square;
    const kd_real *g;
    kd_real clip, decay, lr;  /* g is scaled by clip first */
    kd_real keep, keep2, eps; /* momentum or beta1, beta2 */
    kd_real root, shrink;     /* Adam: sqrt(1 - beta2^t); AdamW: 1 - lr*decay */
    bool nesterov;
} update;

KDI_INLINE void sgd_plain_body(const update *u)
{
    kd_real *restrict x = u->x;
    const kd_real *restrict g = u->g;
    for (int64_t i = 0; i < u->n; i++)
        x[i] -= u->lr * (u->clip * g[i] + u->decay * x[i]);
}
KDI_SIMD(sgd_plain, update)

/* v = momentum*v + d; x -= lr*v, or with Nesterov x -= lr*(d + momentum*v) */
KDI_INLINE void sgd_momentum_body(const update *u)
{
    kd_real *restrict x = u->x, *restrict v = u->momentum;
    const kd_real *restrict g = u->g;
    for (int64_t i = 0; i < u->n; i++) {
        kd_real d = u->clip * g[i] + u->decay * x[i];
        v[i] = u->keep * v[i] + d;
        x[i] -= u->lr * (u->nesterov ? d + u->keep * v[i] : v[i]);
    }
}
KDI_SIMD(sgd_momentum, update)

/* lr holds lr / (1 - beta1^t) */
KDI_INLINE void adam_body(const update *u)
{
    kd_real *restrict x = u->x, *restrict m = u->momentum, *restrict v = u->square;
    const kd_real *restrict g = u->g;
    for (int64_t i = 0; i < u->n; i++) {
        kd_real d = u->clip * g[i] + u->decay * x[i];
        m[i] += (1 - u->keep) * (d - m[i]);
        v[i] = u->keep2 * v[i] + (1 - u->keep2) * d * d;
#ifdef KD_DOUBLE
        kd_real root = sqrt(v[i]);
#else
        kd_real root = sqrtf(v[i]);
#endif
        x[i] = u->shrink * x[i] - u->lr * m[i] / (root / u->root + u->eps);
    }
}
KDI_SIMD(adam, update)

static void step_sgd(const kdi_optim_spec *spec, update u)
{
    u.decay = (kd_real)spec->weight_decay;
    u.keep = (kd_real)spec->momentum;
    u.nesterov = spec->nesterov;
    if (u.momentum)
        sgd_momentum(&u);
    else
        sgd_plain(&u);
}

static void step_adam(const kdi_optim_spec *spec, double lr, int64_t step, update u)
{
    u.keep = (kd_real)spec->beta1;
    u.keep2 = (kd_real)spec->beta2;
    u.eps = (kd_real)spec->eps;
    u.root = (kd_real)sqrt(1 - pow(spec->beta2, (double)step));
    u.lr = (kd_real)(lr / (1 - pow(spec->beta1, (double)step)));
    if (spec->kind == KDI_ADAM)
        u.decay = (kd_real)spec->weight_decay;
    u.shrink = spec->kind == KDI_ADAMW ? (kd_real)(1 - lr * spec->weight_decay) : 1;
    adam(&u);
}

static bool due(const slot *s, unsigned mask)
{
    const unsigned both = KDI_TRACKED | KDI_TOUCHED;
    return mask >> s->scope & 1 && (s->x->flags & both) == both;
}

static double gradient_norm(const kdi_optim *o, unsigned mask)
{
    double sum = 0;
    for (const slot *s = o->first; s; s = s->next)
        if (due(s, mask))
            sum += kdi_dot(s->x->grad, s->x->grad, kd_numel(s->x));
    return sqrt(sum);
}

double kdi_optim_step(kdi_optim *o, double lr, unsigned mask)
{
    double norm = gradient_norm(o, mask), clip = 1;
    if (o->spec.clip > 0 && o->spec.clip / (norm + 1e-6) < 1)
        clip = o->spec.clip / (norm + 1e-6);
    for (slot *s = o->first; s; s = s->next) {
        if (!due(s, mask))
            continue;
        update u = { .n = kd_numel(s->x),
                     .x = kdi_r(s->x),
                     .g = s->x->grad,
                     .clip = (kd_real)clip,
                     .lr = (kd_real)lr,
                     .momentum = s->momentum ? kdi_r(s->momentum) : NULL,
                     .square = s->square ? kdi_r(s->square) : NULL };
        if (o->spec.kind == KDI_SGD)
            step_sgd(&o->spec, u);
        else
            step_adam(&o->spec, lr, ++*(int64_t *)s->step->data, u);
    }
    return norm;
}
