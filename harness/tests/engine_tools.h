/* engine_tools.h - for unit tests of the engine: one engine, small tensors written out, looks at
 * values and messages. */
#ifndef KDI_ENGINE_TOOLS_H
#define KDI_ENGINE_TOOLS_H

#include "engine/engine.h"
#include "tests/test.h"

/* rounding in float; the double build passes with room */
#define CLOSE 1e-6

/* a clean start for a test: no error, an empty step */
static inline kd_engine *engine(void)
{
    static kd_engine *e;
    if (!e)
        e = kdi_engine_new();
    kd_error_clear();
    kdi_step_reset(e);
    e->recording = true;
    return e;
}

/* in the running test's step: call engine() once, before */
static inline kd_tensor *tensor_of(kd_engine *e, kd_shape s, const double *value)
{
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, s);
    for (int64_t i = 0; i < kd_numel(x); i++)
        kdi_r(x)[i] = (kd_real)value[i];
    return x;
}
#define TENSOR(e, shape, ...) tensor_of(e, shape, (const double[]){ __VA_ARGS__ })

static inline kd_tensor *i64s_of(kd_engine *e, kd_shape s, const int64_t *value)
{
    kd_tensor *x = kdi_tensor(e->step, e, KD_I64_T, s);
    memcpy(x->data, value, (size_t)kd_numel(x) * sizeof *value);
    return x;
}
#define I64S(e, shape, ...) i64s_of(e, shape, (const int64_t[]){ __VA_ARGS__ })

static inline kd_tensor *tracked(kd_tensor *x)
{
    x->flags |= KDI_TRACKED;
    return x;
}

static inline void check_reals(const char *what, const kd_real *x, int64_t n, const double *wanted)
{
    for (int64_t i = 0; i < n; i++)
        if (!(fabs((double)x[i] - wanted[i]) <= CLOSE * fmax(1, fabs(wanted[i]))))
            fail_msg("%s: element %lld is %.9g, expected %.9g", what, (long long)i, (double)x[i],
                     wanted[i]);
}

/* shape and all values, row by row */
static inline void check_tensor(const char *what, kd_tensor *x, kd_shape s, const double *wanted)
{
    if (kd_is_poisoned(x))
        fail_msg("%s is poison: %s", what, kd_error_message());
    if (!kd_shape_equal(x->shape, s))
        fail_msg("%s has shape %s, expected %s", what, kd_shape_text(x->shape), kd_shape_text(s));
    check_reals(what, kdi_r(x), kd_numel(x), wanted);
}
#define CHECK_TENSOR(x, shape, ...) check_tensor(#x, x, shape, (const double[]){ __VA_ARGS__ })

/* x's gradient after kdi_backward_from */
#define CHECK_GRADIENT(x, ...)                                                                     \
    do {                                                                                           \
        CHECK((x)->grad != NULL);                                                                  \
        check_reals("gradient of " #x, (x)->grad, kd_numel(x), (const double[]){ __VA_ARGS__ });   \
    } while (0)

#endif
