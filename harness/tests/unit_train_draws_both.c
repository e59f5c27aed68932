/* Random draws of a step by name. */
#include "tests/test.h"
#include "train/step.h"

static const int64_t label[] = { 0, 0, 1, 2, 2, 2 };

/* step `number` of a run; what was drawn before is forgotten */
static struct kdi_step *step_of(uint64_t seed, int64_t number)
{
    static kd_engine *e;
    static struct kdi_step s;
    if (!e)
        e = kdi_engine_new();
    kd_error_clear();
    kdi_step_reset(e);
    s = (struct kdi_step){ .engine = e, .seed = seed, .nsamples = 6, .train_label = label };
    s.pub.host = &s;
    s.pub.step = number;
    s.pub.batch = 3;
    s.pub.label = kdi_tensor(e->step, e, KD_I64_T, KD_SHAPE(3));
    memcpy(s.pub.label->data, (int64_t[]){ 0, 1, 2 }, 3 * sizeof *label);
    return &s;
}

static double uniform(uint64_t seed, int64_t number, const char *name)
{
    return (double)kd_reals(kd_uniform(&step_of(seed, number)->pub, name, KD_SHAPE(4)))[3];
}

TEST("a draw is a function of seed, step and name")
{
    double x = uniform(1, 0, "mask");
    CHECK(x == uniform(1, 0, "mask"));
    CHECK(x != uniform(2, 0, "mask"));
    CHECK(x != uniform(1, 1, "mask"));
    CHECK(x != uniform(1, 0, "noise"));
}

TEST("a draw does not depend on what else was drawn")
{
    double x = uniform(1, 0, "mask");
    struct kdi_step *s = step_of(1, 0);
    kd_normal(&s->pub, "before", KD_SHAPE(7));
    CHECK(x == (double)kd_reals(kd_uniform(&s->pub, "mask", KD_SHAPE(4)))[3]);
}

TEST("draws have the moments that their names promise")
{
    enum { N = 20000 };
    struct kdi_step *s = step_of(5, 0);
    const kd_real *u = kd_reals(kd_uniform(&s->pub, "u", KD_SHAPE(N)));
    const kd_real *z = kd_reals(kd_normal(&s->pub, "z", KD_SHAPE(N)));
    const int64_t *k = kd_i64s(kd_integers(&s->pub, "k", KD_SHAPE(N), 3));
    double mean_u = 0, mean_z = 0, square_z = 0, mean_k = 0;
    for (int i = 0; i < N; i++) {
        CHECK(u[i] >= 0 && u[i] < 1 && k[i] >= 0 && k[i] < 3);
        mean_u += (double)u[i] / N;
        mean_z += (double)z[i] / N;
        square_z += (double)z[i] * (double)z[i] / N;
        mean_k += (double)k[i] / N;
    }
    /* four standard errors of the mean of 20,000 */
    CHECK_NEAR(mean_u, 0.5, 4 * 0.289 / 141);
    CHECK_NEAR(mean_z, 0, 4.0 / 141);
    CHECK_NEAR(square_z, 1, 4 * 1.414 / 141);
    CHECK_NEAR(mean_k, 1, 4 * 0.816 / 141);
}

TEST("negatives are of another class than the sample")
{
    struct kdi_step *s = step_of(1, 0);
    const int64_t *at = kd_i64s(kd_negatives(&s->pub, "contrast", 50));
    for (int i = 0; i < 150; i++)
        CHECK(label[at[i]] != i / 50);
}

TEST("a name is drawn once a step, however it is stored")
{
    struct kdi_step *s = step_of(1, 0);
    char name[16] = "mask0";
    CHECK(!kd_is_poisoned(kd_uniform(&s->pub, name, KD_SHAPE(2))));
    strcpy(name, "mask1");
    CHECK(!kd_is_poisoned(kd_uniform(&s->pub, name, KD_SHAPE(2))));
    CHECK(kd_is_poisoned(kd_normal(&s->pub, "mask0", KD_SHAPE(2))));
    CHECK_HAS(kd_error_message(), "mask0 is drawn twice");
}

TEST("a replayed draw is given back in the shape that is asked for")
{
    struct kdi_step *s = step_of(1, 0);
    kdi_draw replay[] = { { "mask", kd_from_reals(kd_uniform(&s->pub, "like", KD_SHAPE(1)),
                                                  KD_SHAPE(4), (kd_real[]){ 1, 2, 3, 4 }) } };
    s->replay = replay;
    s->nreplay = 1;
    kd_tensor *x = kd_uniform(&s->pub, "mask", KD_SHAPE(2, 2));
    CHECK_TEXT(kd_shape_text(kd_shape_of(x)), "2x2");
    CHECK_NEAR(kd_reals(x)[2], 3, 0);
    CHECK(kd_is_poisoned(kd_uniform(&s->pub, "mask", KD_SHAPE(5))));
    CHECK_HAS(kd_error_message(), "wanted 5");
    kd_error_clear();
    CHECK(kd_is_poisoned(kd_integers(&s->pub, "mask", KD_SHAPE(4), 9)));
    CHECK_HAS(kd_error_message(), "integers");
}

TEST("draws that cannot be are refused")
{
    struct kdi_step *s = step_of(1, 0);
    CHECK(kd_is_poisoned(kd_integers(&s->pub, "none", KD_SHAPE(2), 0)));
    CHECK_HAS(kd_error_message(), "below 0");
    s = step_of(1, 0);
    s->nsamples = 2;
    CHECK(kd_is_poisoned(kd_negatives(&s->pub, "contrast", 1)));
    CHECK_HAS(kd_error_message(), "more than one class");
}

TEST_MAIN
