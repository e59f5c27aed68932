/* Numeric differences find gradients that are wrong, and only those. */
#include "tests/check_tools.h"

/* x^2, with a gradient that is wrong by a thousandth, or right */
static double wrong_by;

static void square_backward(const kdi_node *node)
{
    kd_tensor *x = node->in[0];
    kd_real *g = kdi_grad(x);
    for (int64_t i = 0, n = kd_numel(x); i < n; i++)
        g[i] += (kd_real)(2 + wrong_by) * kdi_r(x)[i] * node->out->grad[i];
}

static kd_tensor *own_square(kd_tensor *x)
{
    kd_tensor *y = kdi_out("own_square", KD_REAL_T, kd_shape_of(x), square_backward, NULL, 1, &x);
    for (int64_t i = 0, n = kd_numel(x); i < n; i++)
        kdi_r(y)[i] = kdi_r(x)[i] * kdi_r(x)[i];
    return y;
}

static void square_loss(kd_step *s, void *self)
{
    (void)self;
    kd_term(s, "square", 1, kd_mean(own_square(s->student->logits)));
}

static const char *fault_of_square(double by)
{
    kd_method m = toy_method();
    m.loss = square_loss;
    wrong_by = by;
    return fault_of(kdi_point_gradient, m);
}

TEST("a right gradient passes")
{
    CHECK_TEXT(fault_of_square(0), "");
    CHECK_TEXT(fault_of(kdi_point_gradient, toy_method()), "");
}

TEST("a gradient that is wrong by a thousandth is found")
{
    CHECK_HAS(fault_of_square(0.002), "student0.logits");
}

TEST("a gradient that is wrong by a millionth of a thousandth is not told from rounding")
{
    CHECK_TEXT(fault_of_square(2e-9), "");
}

static void forgetful_backward(const kdi_node *node)
{
    kdi_grad(node->in[0])[0] += node->out->grad[0];
}

/* the sum of x, of which the gradient reaches the first element alone */
static void forgetful_loss(kd_step *s, void *self)
{
    kd_tensor *x = s->student->pooled;
    kd_tensor *y = kdi_out("sum", KD_REAL_T, KD_SHAPE(1), forgetful_backward, NULL, 1, &x);
    (void)self;
    kdi_r(y)[0] = 0;
    for (int64_t i = 0, n = kd_numel(x); i < n; i++)
        kdi_r(y)[0] += kdi_r(x)[i];
    kd_term(s, "sum", 1, y);
}

TEST("a gradient that misses elements is found")
{
    kd_method m = toy_method();
    m.loss = forgetful_loss;
    CHECK_HAS(fault_of(kdi_point_gradient, m), "student0.pooled");
}

/* the same detached in four ways, and reversed: each is held or turned in the differences too */
static void held_loss(kd_step *s, void *self)
{
    kd_tensor *z = s->student->logits;
    kd_tensor *first = kd_sum(kd_slice(z, 0, 0, 1));
    (void)self;
    kd_term(s, "detach", 1, kd_sum(kd_mul(z, kd_detach(kd_square(z)))));
    kd_term(s, "copy", 1, kd_sum(kd_mul(z, kd_copy(z))));
    kd_term(s, "item", kd_item(first), kd_sum(kd_square(z)));
    kd_term(s, "reals", kd_reals(z)[1], kd_sum(z));
    kd_term(s, "reverse", 1, kd_sum(kd_square(kd_grad_reverse(z, (kd_real)0.3))));
}

TEST("what a method holds constant is held in the differences")
{
    kd_method m = toy_method();
    m.loss = held_loss;
    CHECK_TEXT(fault_of(kdi_point_gradient, m), "");
}

static void hinge_loss(kd_step *s, void *self)
{
    (void)self;
    kd_term(s, "hinge", 1, kd_sum(kd_relu(s->student->logits)));
    kd_term(s, "most", 1, kd_sum(kd_max_axis(s->student->pooled, -1)));
}

TEST("kinks beside the point are no fault")
{
    kd_method m = toy_method();
    m.loss = hinge_loss;
    CHECK_TEXT(fault_of(kdi_point_gradient, m), "");
}

/* ---- networks behind the views ---------------------------------------------------- */

static kd_layer *projector;

static void head_setup(kd_build *b, void *self)
{
    (void)self;
    projector = kd_linear_new(b->scope, "proj", b->student.pooled.d[1], b->teacher.pooled.d[1]);
}

static void head_loss(kd_step *s, void *self)
{
    kd_tensor *f = kd_apply(projector, s->student->pooled);
    (void)self;
    kd_term(s, "teacher", 1, kd_kl_logits(kd_net_head(s->teacher->net, f), s->teacher->logits, 4));
    kd_term(s, "student", 1,
            kd_mse(kd_net_head(s->student->net, s->student->pooled), s->teacher->logits));
}

TEST("losses through the heads of networks are differentiated, down to the student's head")
{
    kd_method m = toy_method();
    m.setup = head_setup;
    m.loss = head_loss;
    CHECK_TEXT(fault_of(kdi_point_gradient, m), "");
    CHECK_TEXT(fault_of(kdi_point_edge, m), "");
    CHECK_TEXT(fault_of(kdi_point_frozen, m), "");
}

static void wrong_head_loss(kd_step *s, void *self)
{
    (void)self;
    kd_tensor *z = kd_net_head(s->student->net, s->student->pooled);
    wrong_by = 0.002;
    kd_term(s, "square", 1, kd_mean(own_square(z)));
}

TEST("a wrong gradient of the student's head is found")
{
    kd_method m = toy_method();
    m.loss = wrong_head_loss;
    CHECK_HAS(fault_of(kdi_point_gradient, m), "d loss/d student0.pooled");
}

static void no_gradient_loss(kd_step *s, void *self)
{
    (void)self;
    kd_term(s, "nothing", 1, kd_sum(kd_square(s->teacher->logits)));
}

static void no_loss(kd_step *s, void *self)
{
    (void)s;
    (void)self;
}

TEST("a loss without any gradient is found")
{
    kd_method m = toy_method();
    m.loss = no_gradient_loss;
    CHECK_HAS(fault_of(kdi_point_gradient, m), "depends on nothing that is trained");
    m.loss = no_loss;
    CHECK_HAS(fault_of(kdi_point_gradient, m), "no gradient with respect to anything");
}

TEST_MAIN
