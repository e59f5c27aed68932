/* The gradient test: for every row, the operator's gradient against central differences, in double.
 * `grad` runs all rows, `grad kd_softmax` those of one operator. */
#include "grad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Central differences err by h^2/6 |f'''|, about 2e-11 here, and by rounding eps |f| / h, about
 * 1e-10: the tolerance leaves four digits for curvature, and a wrong formula misses it by far. */
static const double H = 1e-5, TOLERANCE = 1e-6;
/* gradients smaller than this are compared absolutely: rounding alone is about 1e-10 */
static const double SCALE_FLOOR = 1e-3;

static grad_row *rows;

void grad_add(grad_row *row)
{
    row->next = rows;
    rows = row;
}

/* ---- one check: a row and one set of shapes ------------------------------ */

typedef struct check {
    const grad_row *row;
    char set[128];
    kd_engine *engine;
    kd_scope *scope;
    int ninput;
    kd_shape shape[GRAD_MAX_INPUTS];
    double *value[GRAD_MAX_INPUTS];    /* where the operator is tried; in the run arena */
    double *gradient[GRAD_MAX_INPUTS]; /* what the tape says */
    bool failed;
} check;

static check *now; /* for grad_scope, which expressions call without arguments */

kd_scope *grad_scope(void)
{
    return now->scope;
}

kd_tensor *grad_indices(kd_tensor *like, kd_shape s, int64_t below)
{
    int64_t index[256];
    KD_ASSERT(kd_shape_numel(s) <= 256);
    for (int64_t i = 0; i < kd_shape_numel(s); i++)
        index[i] = (5 * i + 1) % below;
    return kd_from_i64s(like, s, index);
}

kd_tensor *grad_labels(kd_tensor *like, int64_t n, int64_t classes)
{
    return grad_indices(like, KD_SHAPE(n), classes);
}

static void complain(check *c, const char *what)
{
    c->failed = true;
    printf("FAIL %s [%s]: %s%s%s\n", c->row->op, c->set, what, kd_failed() ? ": " : "",
           kd_error_message());
}

/* "2x3" -> shape; stops after it */
static kd_shape parse_shape(char **at)
{
    kd_shape s = { .n = 0, .d = { 1, 1, 1, 1, 1, 1 } };
    for (;;) {
        s.d[s.n++] = strtoll(*at, at, 10);
        if (**at != 'x' || s.n == KD_MAX_DIM)
            return s;
        ++*at;
    }
}

static void parse_set(check *c)
{
    for (char *at = c->set; *at;) {
        if (*at == ' ') {
            at++;
            continue;
        }
        KD_ASSERT(*at >= '0' && *at <= '9' && c->ninput < GRAD_MAX_INPUTS);
        c->shape[c->ninput++] = parse_shape(&at);
    }
}

static double away_from_kinks(const grad_row *row, double v)
{
    for (int i = 0; i < row->kinks; i++)
        if (fabs(v - row->kink[i]) < 0.05)
            return row->kink[i] + (v < row->kink[i] ? -0.05 : 0.05) + (v - row->kink[i]);
    return v;
}

/* A shuffled, jittered grid: no two inputs are close, so maxima and differences have no ties. */
static void draw_inputs(check *c)
{
    double lo = c->row->lo, hi = c->row->hi;
    if (lo == 0 && hi == 0)
        lo = -2, hi = 2;
    int64_t n = 0, next = 0;
    for (int i = 0; i < c->ninput; i++)
        n += kd_shape_numel(c->shape[i]);
    kd_rng rng = kdi_rng(1, KDI_STREAM_TEST, kdi_hash64(c->row->op));
    int64_t *place = kdi_alloc(c->engine->run, (size_t)n * sizeof *place);
    for (int64_t i = 0; i < n; i++)
        place[i] = i;
    kdi_shuffle(&rng, place, n);
    for (int i = 0; i < c->ninput; i++) {
        size_t size = (size_t)kd_shape_numel(c->shape[i]) * sizeof(double);
        c->value[i] = kdi_alloc(c->engine->run, size);
        c->gradient[i] = kdi_alloc(c->engine->run, size);
        for (int64_t j = 0; j < kd_shape_numel(c->shape[i]); j++) {
            double at = (double)place[next++] + 0.2 + 0.6 * kdi_uniform01(&rng);
            c->value[i][j] = away_from_kinks(c->row, lo + (hi - lo) * at / (double)n);
        }
    }
}

/* ---- the scalar that is differentiated ------------------------------------ */

static double weight_of(int64_t i)
{
    return 0.3 + sin(1.7 * (double)i + 0.5);
}

static void weigh_backward(const kdi_node *node)
{
    kd_real *g = kdi_grad(node->in[0]);
    for (int64_t i = 0, n = kd_numel(node->in[0]); g && i < n; i++)
        g[i] += weight_of(i) * node->out->grad[0];
}

/* sum of the elements with fixed irregular weights: nothing cancels by symmetry */
static kd_tensor *weigh(kd_tensor *y)
{
    kd_tensor *sum = kdi_out("weigh", KD_REAL_T, KD_SHAPE(1), weigh_backward, NULL, 1, &y);
    if (kd_is_poisoned(sum))
        return sum;
    kdi_r(sum)[0] = 0;
    for (int64_t i = 0, n = kd_numel(y); i < n; i++)
        kdi_r(sum)[0] += weight_of(i) * kdi_r(y)[i];
    return sum;
}

static void plus_backward(const kdi_node *node)
{
    for (int i = 0; i < 2; i++)
        if (kdi_wants(node->in[i]))
            *kdi_grad(node->in[i]) += node->out->grad[0];
}

static kd_tensor *plus(kd_tensor *a, kd_tensor *b)
{
    kd_tensor *y =
        kdi_out("plus", KD_REAL_T, KD_SHAPE(1), plus_backward, NULL, 2, (kd_tensor *[]){ a, b });
    if (!kd_is_poisoned(y))
        kdi_r(y)[0] = kdi_r(a)[0] + kdi_r(b)[0];
    return y;
}

/* ---- running it ------------------------------------------------------------- */

/* a reset step arena full of NaN: an element that is used without being written shows */
static void fresh_step(kd_engine *e)
{
    enum { DIRT = 1 << 16 };
    kdi_step_reset(e);
    memset(kdi_alloc(e->step, DIRT), 0xff, DIRT);
    kdi_step_reset(e);
}

/* inputs as leaves; bit i of `tracked` says whether input i wants a gradient */
static void make_inputs(check *c, kd_tensor **x, unsigned tracked)
{
    for (int i = 0; i < c->ninput; i++) {
        x[i] = kdi_tensor(c->engine->step, c->engine, KD_REAL_T, c->shape[i]);
        memcpy(x[i]->data, c->value[i], (size_t)kd_numel(x[i]) * sizeof(kd_real));
        if (tracked >> i & 1)
            x[i]->flags |= KDI_TRACKED;
    }
}

static double value_at(check *c)
{
    kd_tensor *x[GRAD_MAX_INPUTS];
    fresh_step(c->engine);
    make_inputs(c, x, 0);
    return kd_item(weigh(c->row->build(x)));
}

static bool wanted(const check *c, int input)
{
    return !c->row->only || strchr(c->row->only, '0' + input);
}

static unsigned wanted_mask(const check *c)
{
    unsigned mask = 0;
    for (int i = 0; i < c->ninput; i++)
        mask |= wanted(c, i) ? 1u << i : 0;
    return mask;
}

static double largest(const double *x, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs(x[i]));
    return most;
}

static bool backward_of(check *c, kd_tensor **x, unsigned tracked, int times)
{
    fresh_step(c->engine);
    make_inputs(c, x, tracked);
    kd_tensor *loss = weigh(c->row->build(x));
    for (int i = 1; i < times; i++)
        loss = plus(loss, weigh(c->row->build(x)));
    return kdi_backward_from(loss) == KD_OK;
}

/* the tape's gradient, all inputs tracked at once; copied out of the step arena */
static bool take_gradients(check *c)
{
    kd_tensor *x[GRAD_MAX_INPUTS];
    if (!backward_of(c, x, wanted_mask(c), 1)) {
        complain(c, "no gradient");
        return false;
    }
    for (int i = 0; i < c->ninput; i++) {
        size_t size = (size_t)kd_shape_numel(c->shape[i]) * sizeof(double);
        if (x[i]->grad)
            memcpy(c->gradient[i], x[i]->grad, size);
        else
            memset(c->gradient[i], 0, size);
    }
    return true;
}

/* is x's gradient `times` what take_gradients saw? Only the order of sums may differ. */
static void same_gradient(check *c, int input, const kd_tensor *x, int times, const char *when)
{
    int64_t n = kd_numel(x);
    double scale = fmax(largest(c->gradient[input], n), SCALE_FLOOR);
    for (int64_t i = 0; i < n && !c->failed; i++) {
        double g = x->grad ? x->grad[i] : 0;
        if (!(fabs(g - times * c->gradient[input][i]) <= 1e-11 * scale))
            complain(c, when);
    }
}

/* used twice, gradients must add up; with one input tracked, the others must not be needed */
static void compare_uses(check *c)
{
    kd_tensor *x[GRAD_MAX_INPUTS];
    if (!backward_of(c, x, wanted_mask(c), 2))
        complain(c, "no gradient when used twice");
    for (int i = 0; i < c->ninput && !c->failed; i++)
        if (wanted(c, i))
            same_gradient(c, i, x[i], 2, "gradients of two uses do not add up");
    for (int i = 0; i < c->ninput && !c->failed; i++) {
        if (!wanted(c, i))
            continue;
        if (!backward_of(c, x, 1u << i, 1))
            complain(c, "no gradient when one input is tracked");
        else
            same_gradient(c, i, x[i], 1, "gradient depends on which inputs are tracked");
    }
}

static double derivative(check *c, double *at)
{
    double before = *at;
    *at = before + H;
    double above = value_at(c);
    *at = before - H;
    double below = value_at(c);
    *at = before;
    return (above - below) / (2 * H);
}

static void compare_input(check *c, int input)
{
    int64_t n = kd_shape_numel(c->shape[input]);
    double factor = c->row->factor == 0 ? 1 : c->row->factor;
    double *numeric = kdi_alloc(c->engine->run, (size_t)n * sizeof *numeric);
    for (int64_t i = 0; i < n; i++)
        numeric[i] = factor * derivative(c, &c->value[input][i]);
    const double *analytic = c->gradient[input];
    double scale = fmax(fmax(largest(numeric, n), largest(analytic, n)), SCALE_FLOOR);
    for (int64_t i = 0; i < n && !c->failed; i++) {
        if (fabs(analytic[i] - numeric[i]) <= TOLERANCE * scale)
            continue;
        char text[128];
        snprintf(text, sizeof text, "input %d element %lld: gradient %.9g, differences %.9g", input,
                 (long long)i, analytic[i], numeric[i]);
        complain(c, text);
    }
}

static void expect_no_gradient(check *c)
{
    kd_tensor *x[GRAD_MAX_INPUTS];
    fresh_step(c->engine);
    make_inputs(c, x, ~0u);
    kd_tensor *y = c->row->build(x);
    if (kd_is_poisoned(y))
        complain(c, "refused");
    else if (kdi_wants(y))
        complain(c, "tracked, though it has no gradient");
}

static void run_check(check *c)
{
    c->engine = kdi_engine_new();
    c->engine->training = !c->row->eval;
    kd_rng rng = kdi_rng(2, KDI_STREAM_TEST, 0);
    c->scope = kdi_scope_root(c->engine, "grad", &rng);
    now = c;
    kd_error_clear();
    parse_set(c);
    draw_inputs(c);
    if (c->row->no_gradient) {
        expect_no_gradient(c);
    } else if (take_gradients(c)) {
        compare_uses(c);
        for (int i = 0; i < c->ninput && !c->failed; i++)
            if (wanted(c, i))
                compare_input(c, i);
    }
    if (kd_failed() && !c->failed)
        complain(c, "refused");
    kdi_engine_free(c->engine);
}

/* every set of the row; returns how many failed */
static int run_row(const grad_row *row, int *checks)
{
    int failed = 0;
    for (const char *at = row->sets; *at;) {
        check c = { .row = row };
        size_t length = strcspn(at, ";");
        KD_ASSERT(length < sizeof c.set);
        memcpy(c.set, at, length);
        run_check(&c);
        failed += c.failed;
        ++*checks;
        at += length + (at[length] == ';');
    }
    return failed;
}

int main(int argc, char **argv)
{
    int nrow = 0, checks = 0, failed = 0;
    for (const grad_row *row = rows; row; row = row->next) {
        if (argc > 1 && strcmp(argv[1], row->op) != 0)
            continue;
        failed += run_row(row, &checks);
        nrow++;
    }
    printf("%d rows, %d checks, %d failed\n", nrow, checks, failed);
    return failed || !nrow ? 1 : 0;
}
