/* Optimisers against torch's definitions worked out by hand, and the learning rate's schedules. */
#include "engine/engine.h"

#include "test.h"

typedef struct world {
    kd_engine *e;
    kd_scope *scope;
    kd_tensor *x;
    kdi_optim *o;
} world;

static world begin(kdi_optim_spec spec, kd_real at)
{
    world w = { .e = kdi_engine_new() };
    w.scope = kdi_scope_root(w.e, "net", NULL);
    w.x = kd_param_new(w.scope, "x", KD_SHAPE(2));
    kd_fill(w.x, at);
    w.o = kdi_optim_new(w.e, spec, &w.scope, 1);
    return w;
}

/* one step with gradient (g, 0) */
static double step(world *w, kd_real g, double lr)
{
    kdi_zero_grads(w->scope);
    kdi_grad(w->x)[0] = g;
    return kdi_optim_step(w->o, lr, 1);
}

static double x0(const world *w)
{
    return (double)kdi_r(w->x)[0];
}

TEST("plain SGD goes down the gradient, and weight decay is part of it")
{
    world w = begin((kdi_optim_spec){ .kind = KDI_SGD, .weight_decay = 0.5 }, 2);
    CHECK_NEAR(step(&w, 3, 0.1), 3, 1e-6);
    CHECK_NEAR(x0(&w), 2 - 0.1 * (3 + 0.5 * 2), 1e-6);
    CHECK_NEAR(kdi_r(w.x)[1], 2 - 0.1 * 0.5 * 2, 1e-6);
    kdi_engine_free(w.e);
}

TEST("the first step with momentum is the gradient's, later ones add up")
{
    world w = begin((kdi_optim_spec){ .kind = KDI_SGD, .momentum = 0.9 }, 1);
    step(&w, 1, 0.1); /* v = 1 */
    CHECK_NEAR(x0(&w), 0.9, 1e-6);
    step(&w, 2, 0.1); /* v = 2.9 */
    CHECK_NEAR(x0(&w), 0.61, 1e-6);
    kdi_engine_free(w.e);
}

TEST("Nesterov looks ahead by the momentum")
{
    world w = begin((kdi_optim_spec){ .kind = KDI_SGD, .momentum = 0.9, .nesterov = true }, 1);
    step(&w, 1, 0.1); /* v = 1, d = 1 + 0.9 */
    CHECK_NEAR(x0(&w), 0.81, 1e-6);
    step(&w, 2, 0.1); /* v = 2.9, d = 2 + 2.61 */
    CHECK_NEAR(x0(&w), 0.349, 1e-6);
    kdi_engine_free(w.e);
}

static const kdi_optim_spec adam = { .kind = KDI_ADAM, .beta1 = 0.9, .beta2 = 0.99, .eps = 1e-8 };

TEST("Adam's first step has the length of the learning rate, the second is as by hand")
{
    world w = begin(adam, 1);
    step(&w, 0.5f, 0.1);
    CHECK_NEAR(x0(&w), 0.9, 1e-6);
    step(&w, -1, 0.1);
    /* m = 0.9*0.05 - 0.1, v = 0.99*0.0025 + 0.01 */
    double m = -0.055 / (1 - 0.81), v = 0.012475 / (1 - 0.9801);
    CHECK_NEAR(x0(&w), 0.9 - 0.1 * m / sqrt(v), 1e-6);
    kdi_engine_free(w.e);
}

TEST("Adam's weight decay enters the gradient, AdamW's does not")
{
    kdi_optim_spec spec = adam;
    spec.weight_decay = 0.5;
    world w = begin(spec, 2);
    step(&w, 3, 0.1);
    /* every first step of Adam is lr long; the second element has only its decay for a gradient */
    CHECK_NEAR(x0(&w), 1.9, 1e-6);
    CHECK_NEAR(kdi_r(w.x)[1], 1.9, 1e-6);
    kdi_engine_free(w.e);
    spec.kind = KDI_ADAMW;
    w = begin(spec, 2);
    step(&w, 3, 0.1);
    CHECK_NEAR(x0(&w), 2 * (1 - 0.1 * 0.5) - 0.1, 1e-6);
    CHECK_NEAR(kdi_r(w.x)[1], 2 * (1 - 0.1 * 0.5), 1e-6);
    kdi_engine_free(w.e);
}

TEST("clipping shortens all gradients together, and never lengthens")
{
    world w = begin((kdi_optim_spec){ .kind = KDI_SGD, .clip = 1 }, 0);
    kdi_zero_grads(w.scope);
    kdi_grad(w.x)[0] = 3;
    kdi_grad(w.x)[1] = 4;
    CHECK_NEAR(kdi_optim_step(w.o, 1, 1), 5, 1e-6);
    CHECK_NEAR(x0(&w), -0.6, 1e-5);
    CHECK_NEAR(kdi_r(w.x)[1], -0.8, 1e-5);
    kd_fill(w.x, 0);
    step(&w, 0.25f, 1);
    CHECK_NEAR(x0(&w), -0.25, 1e-7);
    kdi_engine_free(w.e);
}

TEST("a parameter without a gradient in this step, or a frozen one, stays as it is")
{
    world w = begin((kdi_optim_spec){ .kind = KDI_SGD, .momentum = 0.9, .weight_decay = 1 }, 1);
    step(&w, 1, 0.1);
    double before = x0(&w);
    kdi_zero_grads(w.scope);
    CHECK_NEAR(kdi_optim_step(w.o, 0.1, 1), 0, 0);
    CHECK_NEAR(x0(&w), before, 0);
    kdi_scope_freeze(w.scope, true);
    w.x->flags |= KDI_TOUCHED; /* as left from an earlier phase */
    kdi_optim_step(w.o, 0.1, 1);
    CHECK_NEAR(x0(&w), before, 0);
    kdi_engine_free(w.e);
}

TEST("the mask says whose turn it is")
{
    kd_engine *e = kdi_engine_new();
    kd_scope *s[2] = { kdi_scope_root(e, "a", NULL), kdi_scope_root(e, "b", NULL) };
    kd_tensor *x[2] = { kd_param_new(s[0], "x", KD_SHAPE(1)),
                        kd_param_new(s[1], "x", KD_SHAPE(1)) };
    kdi_optim *o = kdi_optim_new(e, (kdi_optim_spec){ .kind = KDI_SGD }, s, 2);
    for (int i = 0; i < 2; i++)
        kdi_grad(x[i])[0] = 1;
    CHECK_NEAR(kdi_optim_step(o, 1, 2), 1, 1e-7);
    CHECK_NEAR(kdi_r(x[0])[0], 0, 0);
    CHECK_NEAR(kdi_r(x[1])[0], -1, 0);
    kdi_engine_free(e);
}

TEST("the state has a name for every parameter, and putting it back repeats the step")
{
    world w = begin(adam, 1);
    step(&w, 1, 0.1);
    kd_scope *state = kdi_optim_scope(w.o);
    kd_tensor *m = kdi_scope_find(state, "0.x.momentum"), *v = kdi_scope_find(state, "0.x.square");
    kd_tensor *t = kdi_scope_find(state, "0.x.step");
    CHECK(m && v && t);
    CHECK_INT(kd_i64s(t)[0], 1);
    kd_real m0 = kdi_r(m)[0], v0 = kdi_r(v)[0], x = kdi_r(w.x)[0];
    step(&w, -2, 0.1);
    double after = x0(&w);
    kdi_r(m)[0] = m0, kdi_r(v)[0] = v0, kdi_r(w.x)[0] = x;
    kd_i64s(t)[0] = 1;
    step(&w, -2, 0.1);
    CHECK_NEAR(x0(&w), after, 0);
    kdi_engine_free(w.e);
}

/* ---- schedules --------------------------------------------------------------- */

TEST("milestones multiply the rate by gamma from their step on")
{
    kdi_schedule s = {
        .kind = KDI_STEPS, .base = 1, .gamma = 0.1, .milestone = { 0.5, 0.75 }, .nmilestone = 2
    };
    CHECK_NEAR(kdi_schedule_at(&s, 0, 100), 1, 0);
    CHECK_NEAR(kdi_schedule_at(&s, 49, 100), 1, 0);
    CHECK_NEAR(kdi_schedule_at(&s, 50, 100), 0.1, 1e-12);
    CHECK_NEAR(kdi_schedule_at(&s, 75, 100), 0.01, 1e-12);
}

TEST("cosine starts at the peak, is halfway in the middle and ends near the floor")
{
    kdi_schedule s = { .kind = KDI_COSINE, .base = 1, .floor = 0.2 };
    CHECK_NEAR(kdi_schedule_at(&s, 0, 1000), 1, 1e-12);
    CHECK_NEAR(kdi_schedule_at(&s, 500, 1000), 0.6, 1e-12);
    CHECK_NEAR(kdi_schedule_at(&s, 999, 1000), 0.2, 1e-5);
}

TEST("a warm-up rises from above zero to the peak, whatever follows")
{
    for (int kind = KDI_CONSTANT; kind <= KDI_LINEAR; kind++) {
        kdi_schedule s = { .kind = (enum kdi_schedule_kind)kind, .base = 2, .warmup = 0.1 };
        CHECK_NEAR(kdi_schedule_at(&s, 0, 100), 0.2, 1e-12);
        CHECK_NEAR(kdi_schedule_at(&s, 4, 100), 1, 1e-12);
        CHECK_NEAR(kdi_schedule_at(&s, 9, 100), 2, 1e-12);
    }
}

TEST("one cycle is a triangle whose peak is at 0.3 when nothing else is said")
{
    kdi_schedule s = { .kind = KDI_ONECYCLE, .base = 1 };
    CHECK_NEAR(kdi_schedule_at(&s, 29, 100), 1, 1e-12);
    CHECK_NEAR(kdi_schedule_at(&s, 30, 100), 1, 1e-12);
    CHECK_NEAR(kdi_schedule_at(&s, 65, 100), 0.5, 1e-12);
    CHECK_NEAR(kdi_schedule_at(&s, 99, 100), 1.0 / 70, 1e-12);
}

TEST("linear goes straight to the floor, constant stays")
{
    kdi_schedule s = { .kind = KDI_LINEAR, .base = 1, .floor = 0.5 };
    CHECK_NEAR(kdi_schedule_at(&s, 50, 100), 0.75, 1e-12);
    s.kind = KDI_CONSTANT;
    CHECK_NEAR(kdi_schedule_at(&s, 99, 100), 1, 0);
}

TEST_MAIN
