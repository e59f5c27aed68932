/* Which kernel computes a convolution: Winograd's, oneDNN's, or the plain one for any sizes. The
 * choice depends on sizes, the machine's instruction set and engine->plain, never on a clock. */
#include "engine.h"

static bool by_winograd(const kd_engine *e, const kdi_conv *c, enum kdi_pass pass)
{
    (void)pass;
    return !e->plain && kdi_wino_fits(c);
}

static kd_real *plain_room(kd_engine *e, const kdi_conv *c)
{
    return kdi_work(e, kdi_plain_conv_scratch(c));
}

static kd_real activate(kd_real v, enum kd_act act)
{
    switch (act) {
    case KD_ACT_RELU:
        return v < 0 ? 0 : v;
    case KD_ACT_RELU6:
        return v < 0 ? 0 : v > 6 ? 6 : v;
    case KD_ACT_LEAKY:
        return v < 0 ? (kd_real)0.1 * v : v;
    default:
        return v;
    }
}

/* what the plain kernel leaves to do */
static void finish(const kdi_conv *c, const kdi_epilogue *then, kd_real *y)
{
    if (!then->residual && then->act == KD_ACT_NONE)
        return;
    for (int64_t i = 0, n = c->n * c->oh * c->ow * c->oc; i < n; i++)
        y[i] = activate(y[i] + (then->residual ? then->residual[i] : 0), then->act);
}

void kdi_conv_forward(kd_engine *e, const kdi_conv *c, const kd_real *x, const kd_real *w,
                      const kdi_epilogue *then, kd_real *y)
{
    if (by_winograd(e, c, KDI_FORWARD)) {
        kdi_wino_forward(c, x, w, then, y, kdi_work(e, kdi_wino_scratch(c)));
    } else if (e->plain || !kdi_dnn_conv_forward(c, x, w, then, y)) {
        kdi_plain_conv_forward(c, x, w, then->bias, y, plain_room(e, c));
        finish(c, then, y);
    }
}

void kdi_conv_backward_data(kd_engine *e, const kdi_conv *c, const kd_real *dy, const kd_real *w,
                            kd_real *dx)
{
    if (by_winograd(e, c, KDI_BACKWARD_DATA))
        kdi_wino_backward_data(c, dy, w, dx, kdi_work(e, kdi_wino_scratch(c)));
    else if (e->plain || !kdi_dnn_conv_backward_data(c, dy, w, dx))
        kdi_plain_conv_backward_data(c, dy, w, dx, plain_room(e, c));
}

/* sum of dy over everything but channels */
static void bias_gradient(const kdi_conv *c, const kd_real *dy, kd_real *dbias)
{
    for (int64_t ch = 0; ch < c->oc; ch++) {
        double sum = 0;
        for (int64_t i = 0; i < c->n * c->oh * c->ow; i++)
            sum += (double)dy[i * c->oc + ch];
        dbias[ch] = (kd_real)sum;
    }
}

void kdi_conv_backward_weight(kd_engine *e, const kdi_conv *c, const kd_real *x, const kd_real *dy,
                              kd_real *dw, kd_real *dbias)
{
    if (by_winograd(e, c, KDI_BACKWARD_WEIGHT)) {
        kdi_wino_backward_weight(c, x, dy, dw, kdi_work(e, kdi_wino_scratch(c)));
        if (dbias)
            bias_gradient(c, dy, dbias);
    } else if (e->plain || !kdi_dnn_conv_backward_weight(c, x, dy, dw, dbias)) {
        kdi_plain_conv_backward_weight(c, x, dy, dw, dbias, plain_room(e, c));
    }
}
