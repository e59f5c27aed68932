/* kd_conv2d and its transpose on the tape; conv.c has the kernels. */
#include "op.h"

static const kdi_epilogue no_epilogue;

/* ---- gradients that a kernel writes and cannot add ------------------------------ */

typedef struct target {
    kd_tensor *of;
    kd_real *write; /* where the kernel writes; NULL: not wanted */
    kd_real *sum;   /* what has to be added to afterwards, when that is elsewhere */
} target;

static target open_target(kd_tensor *x)
{
    target t = { .of = x };
    kd_real beta;
    kd_real *g = x ? kdi_grad_raw(x, &beta) : NULL;
    if (!g)
        return t;
    t.write = g;
    if (beta != 0) {
        t.write = kdi_grad_room(x);
        t.sum = g;
    }
    return t;
}

static void close_target(target t)
{
    if (!t.sum)
        return;
    kdi_axpy(kd_numel(t.of), 1, t.write, t.sum);
    kdi_grad_done(t.of, t.write);
}

/* sum of dy over everything but channels, where no kernel gives it */
static void bias_gradient(kd_tensor *bias, const kd_tensor *y)
{
    kd_real keep, *g = bias ? kdi_grad_raw(bias, &keep) : NULL;
    if (g)
        kdi_column_sums(kd_rows(y), kd_channels(y), y->grad, keep, g);
}

/* ---- sizes ------------------------------------------------------------------------ */

static bool bad_image(const char *op, const kd_tensor *x, const kd_tensor *w)
{
    if (x->shape.n != 4)
        kdi_refuse(op, "wants an image N,H,W,C, has %s", kd_shape_text(x->shape));
    else if (w->shape.n != 4)
        kdi_refuse(op, "wants a weight of four axes, has %s", kd_shape_text(w->shape));
    else
        return false;
    return true;
}

/* what follows from the weight; `out`: channels that the bias is for */
static bool conv_sizes(const char *op, const kd_tensor *w, int stride, int pad, int groups,
                       int64_t out, const kd_tensor *bias, kdi_conv *c)
{
    c->kh = (int)w->shape.d[1];
    c->kw = (int)w->shape.d[2];
    c->stride = stride ? stride : 1;
    c->pad = pad;
    c->groups = groups ? groups : 1;
    if (c->stride < 1 || pad < 0 || c->groups < 1)
        kdi_refuse(op, "stride %d, pad %d, groups %d make no sense", stride, pad, groups);
    else if (c->ic % c->groups || c->oc % c->groups)
        kdi_refuse(op, "%d groups do not divide %lld and %lld channels", c->groups,
                   (long long)c->ic, (long long)c->oc);
    else if (w->shape.d[0] != c->oc || w->shape.d[3] != c->ic / c->groups)
        kdi_refuse(op, "weight %s does not fit %lld and %lld channels in %d groups",
                   kd_shape_text(w->shape), (long long)c->ic, (long long)c->oc, c->groups);
    else if (bias && kd_numel(bias) != out)
        kdi_refuse(op, "bias has %s, %lld wanted", kd_shape_text(bias->shape), (long long)out);
    else
        return true;
    return false;
}

/* ---- convolution --------------------------------------------------------------- */

static void data_gradient(const kdi_conv *c, kd_tensor *x, kd_tensor *w, const kd_real *dy)
{
    kd_real keep, *g = kdi_grad_raw(x, &keep);
    if (keep == 0) {
        kdi_conv_backward_data(x->engine, c, dy, kdi_r(w), g);
    } else {
        kd_real *room = kdi_grad_room(x);
        kdi_conv_add_data(x->engine, c, dy, kdi_r(w), room, g);
        kdi_grad_done(x, room);
    }
}

static void conv_backward(const kdi_node *node)
{
    const kdi_conv *c = node->aux;
    kd_tensor *x = node->in[0], *w = node->in[1], *b = node->nin > 2 ? node->in[2] : NULL;
    kd_engine *e = node->out->engine;
    const kd_real *dy = node->out->grad;
    if (kdi_wants(w)) {
        target dw = open_target(w), db = open_target(b);
        kdi_conv_backward_weight(e, c, kdi_r(x), dy, dw.write, db.write);
        close_target(dw);
        close_target(db);
    } else {
        bias_gradient(b, node->out);
    }
    if (kdi_wants(x))
        data_gradient(c, x, w, dy);
}

const kdi_conv *kdi_node_conv(const kdi_node *node)
{
    return node->backward == conv_backward ? node->aux : NULL;
}

static bool conv2d_sizes(kd_tensor *x, kd_tensor *w, kd_tensor *bias, int stride, int pad,
                         int groups, kdi_conv *c)
{
    static const char op[] = "kd_conv2d";
    if (bad_image(op, x, w))
        return false;
    *c = (kdi_conv){ .n = x->shape.d[0],
                     .h = x->shape.d[1],
                     .w = x->shape.d[2],
                     .ic = x->shape.d[3],
                     .oc = w->shape.d[0] };
    if (!conv_sizes(op, w, stride, pad, groups, c->oc, bias, c))
        return false;
    if (c->h + 2 * pad < c->kh || c->w + 2 * pad < c->kw) {
        kdi_refuse(op, "a %dx%d kernel does not fit %s with %d padding", c->kh, c->kw,
                   kd_shape_text(x->shape), pad);
        return false;
    }
    c->oh = (c->h + 2 * pad - c->kh) / c->stride + 1;
    c->ow = (c->w + 2 * pad - c->kw) / c->stride + 1;
    return true;
}

kd_tensor *kd_conv2d(kd_tensor *x, kd_tensor *weight, kd_tensor *bias, int stride, int pad,
                     int groups)
{
    kd_tensor *in[] = { x, weight, bias };
    if (kdi_unfit("kd_conv2d", bias ? 3 : 2, in))
        return kdi_poison();
    kdi_conv *c = kdi_aux(x, sizeof *c);
    if (!conv2d_sizes(x, weight, bias, stride, pad, groups, c))
        return kdi_poison();
    kd_tensor *y = kdi_out("kd_conv2d", KD_REAL_T, KD_SHAPE(c->n, c->oh, c->ow, c->oc),
                           conv_backward, c, bias ? 3 : 2, in);
    kdi_epilogue then = { .bias = bias ? kdi_r(bias) : NULL };
    kdi_conv_forward(x->engine, c, kdi_r(x), kdi_r(weight), &then, kdi_r(y));
    return y;
}

kd_tensor *kdi_conv2d_fused(kd_tensor *x, kd_tensor *weight, kd_tensor *bias, kd_conv_spec spec,
                            kd_tensor *residual, enum kd_act act)
{
    kd_tensor *in[] = { x, weight, bias, residual };
    kdi_conv c;
    if (kdi_unfit("kd_apply_conv_bn", residual ? 4 : 3, in))
        return kdi_poison();
    if (!conv2d_sizes(x, weight, bias, spec.stride, spec.pad, spec.groups, &c))
        return kdi_poison();
    kd_shape shape = KD_SHAPE(c.n, c.oh, c.ow, c.oc);
    if (residual && !kd_shape_equal(residual->shape, shape))
        return kdi_refuse("kd_apply_conv_bn", "the convolution gives %s, the residual is %s",
                          kd_shape_text(shape), kd_shape_text(residual->shape));
    kd_tensor *y = kdi_out("kd_apply_conv_bn", KD_REAL_T, shape, NULL, NULL, 1, &x);
    kdi_epilogue then = { kdi_r(bias), residual ? kdi_r(residual) : NULL, act };
    kdi_conv_forward(x->engine, &c, kdi_r(x), kdi_r(weight), &then, kdi_r(y));
    return y;
}

/* ---- transposed: the convolution from y to x, run backwards ---------------------- */

static void transpose_backward(const kdi_node *node)
{
    const kdi_conv *c = node->aux;
    kd_tensor *x = node->in[0], *w = node->in[1], *b = node->nin > 2 ? node->in[2] : NULL;
    kd_engine *e = node->out->engine;
    const kd_real *dy = node->out->grad;
    if (kdi_wants(w)) {
        target dw = open_target(w);
        kdi_conv_backward_weight(e, c, dy, kdi_r(x), dw.write, NULL);
        close_target(dw);
    }
    bias_gradient(b, node->out);
    if (kdi_wants(x)) {
        target dx = open_target(x);
        kdi_conv_forward(e, c, dy, kdi_r(w), &no_epilogue, dx.write);
        close_target(dx);
    }
}

static bool transpose_sizes(kd_tensor *x, kd_tensor *w, kd_tensor *bias, int stride, int pad,
                            int groups, kdi_conv *c)
{
    static const char op[] = "kd_conv_transpose2d";
    if (bad_image(op, x, w))
        return false;
    int64_t out = w->shape.d[3] * (groups ? groups : 1);
    *c = (kdi_conv){
        .n = x->shape.d[0], .oh = x->shape.d[1], .ow = x->shape.d[2], .oc = x->shape.d[3], .ic = out
    };
    if (!conv_sizes(op, w, stride, pad, groups, out, bias, c))
        return false;
    c->h = (c->oh - 1) * c->stride - 2 * pad + c->kh;
    c->w = (c->ow - 1) * c->stride - 2 * pad + c->kw;
    if (c->h < 1 || c->w < 1) {
        kdi_refuse(op, "%d padding leaves nothing of %s", pad, kd_shape_text(x->shape));
        return false;
    }
    return true;
}

kd_tensor *kd_conv_transpose2d(kd_tensor *x, kd_tensor *weight, kd_tensor *bias, int stride,
                               int pad, int groups)
{
    kd_tensor *in[] = { x, weight, bias };
    if (kdi_unfit("kd_conv_transpose2d", bias ? 3 : 2, in))
        return kdi_poison();
    kdi_conv *c = kdi_aux(x, sizeof *c);
    if (!transpose_sizes(x, weight, bias, stride, pad, groups, c))
        return kdi_poison();
    kd_tensor *y = kdi_out("kd_conv_transpose2d", KD_REAL_T, KD_SHAPE(c->n, c->h, c->w, c->ic),
                           transpose_backward, c, bias ? 3 : 2, in);
    kdi_conv_backward_data(x->engine, c, kdi_r(x), kdi_r(weight), kdi_r(y));
    if (bias)
        for (int64_t i = 0, n = kd_numel(y), ch = kd_channels(y); i < n; i++)
            kdi_r(y)[i] += kdi_r(bias)[i % ch];
    return y;
}
