/* Which kernel computes a convolution: one of our own families, oneDNN's, or the plain one for any
 * sizes. The choice depends on sizes but not on the batch, on the machine's instruction set and on
 * engine->plain: what conv_table.c has a row for is done as it says, all else by a rule. Nothing is
 * timed. */
#include "conv_table.h"
#include "simd.h"

/* A family of kernels of our own. Scratch is for any of the three passes, in elements. */
typedef struct family {
    const char *name;
    bool (*fits)(const kdi_conv *c);
    int64_t (*scratch)(const kdi_conv *c);
    void (*forward)(const kdi_conv *c, const kd_real *x, const kd_real *w, const kdi_epilogue *then,
                    kd_real *y, kd_real *scratch);
    void (*data)(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx,
                 kd_real *scratch);
    /* the same, added to dx; NULL: there is none */
    void (*add_data)(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx,
                     kd_real *scratch);
    void (*weight)(const kdi_conv *c, const kd_real *x, const kd_real *dy, kd_real *dw,
                   kd_real *scratch);
} family;

/* in this order, where no row says otherwise */
static const family families[] = {
    [KDI_CONV_WINOGRAD] = { .name = "winograd",
                            .fits = kdi_wino_fits,
                            .scratch = kdi_wino_scratch,
                            .forward = kdi_wino_forward,
                            .data = kdi_wino_backward_data,
                            .add_data = kdi_wino_add_data,
                            .weight = kdi_wino_backward_weight },
    [KDI_CONV_DIRECT] = { .name = "direct",
                          .fits = kdi_direct_fits,
                          .scratch = kdi_direct_scratch,
                          .forward = kdi_direct_forward,
                          .data = kdi_direct_backward_data,
                          .weight = kdi_direct_backward_weight },
    [KDI_CONV_DEPTHWISE] = { .name = "depthwise",
                             .fits = kdi_depthwise_fits,
                             .scratch = kdi_depthwise_scratch,
                             .forward = kdi_depthwise_forward,
                             .data = kdi_depthwise_backward_data,
                             .weight = kdi_depthwise_backward_weight },
};

/* measured: where oneDNN is as fast or faster than a kernel of our own */
static bool better_left(enum kdi_conv_kernel k, const kdi_conv *c, enum kdi_pass pass)
{
    bool shallow = c->h * c->w >= 1024 && c->ic <= 32;
    if (k == KDI_CONV_WINOGRAD)
        return c->stride == 2 && c->ic < 16;
    if (k == KDI_CONV_DIRECT && pass == KDI_BACKWARD_DATA)
        return c->stride == 1 || c->oc < 128;
    if (k == KDI_CONV_DIRECT)
        return shallow;
    if (k == KDI_CONV_DEPTHWISE)
        return pass == KDI_BACKWARD_WEIGHT && c->ow > 2;
    return false;
}

bool kdi_conv_fits(enum kdi_conv_kernel k, const kdi_conv *c)
{
    return k == KDI_CONV_ONEDNN || families[k].fits(c);
}

const char *kdi_conv_name(enum kdi_conv_kernel k)
{
    return k == KDI_CONV_ONEDNN ? "onednn" : families[k].name;
}

/* where no row says otherwise: the first that fits and was not seen to be slower */
enum kdi_conv_kernel kdi_conv_default(const kdi_conv *c, enum kdi_pass pass)
{
    for (enum kdi_conv_kernel f = 0; f < KDI_CONV_ONEDNN; f++)
        if (families[f].fits(c) && !better_left(f, c, pass))
            return f;
    return KDI_CONV_ONEDNN;
}

enum kdi_conv_kernel kdi_conv_choose(const kdi_conv *c, enum kdi_pass pass)
{
    int key[KDI_CONV_KEY];
    const kdi_conv_row *row = NULL;
    if (kdi_conv_key(kdi_simd_level(), c, pass, key))
        row = kdi_conv_find(kdi_conv_rows, kdi_conv_nrows, key);
    return row && kdi_conv_fits(row->kernel, c) ? row->kernel : kdi_conv_default(c, pass);
}

/* NULL: oneDNN's kernel, or the plain one */
static const family *own(const kd_engine *e, const kdi_conv *c, enum kdi_pass pass)
{
    enum kdi_conv_kernel k = e->plain ? KDI_CONV_ONEDNN : kdi_conv_choose(c, pass);
    return k < KDI_CONV_ONEDNN ? &families[k] : NULL;
}

static kd_real *room(kd_engine *e, const family *f, const kdi_conv *c)
{
    return kdi_work(e, f->scratch(c));
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

/* what a kernel without epilogue leaves to do */
static void finish(const kdi_conv *c, const kdi_epilogue *then, kd_real *y)
{
    if (!then->residual && then->act == KD_ACT_NONE)
        return;
    for (int64_t i = 0, n = c->n * c->oh * c->ow * c->oc; i < n; i++)
        y[i] = activate(y[i] + (then->residual ? then->residual[i] : 0), then->act);
}

/* Where there are groups of several channels, oneDNN 2.6 adds a wrong residual with AVX2: there it
 * is added afterwards. */
static bool dnn_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                        const kdi_epilogue *then, kd_real *y)
{
    kdi_epilogue bare = { .bias = then->bias };
    bool depthwise = c->groups == c->ic && c->ic == c->oc;
    bool apart = then->residual && c->groups > 1 && !depthwise;
    if (!kdi_dnn_conv_forward(c, x, w, apart ? &bare : then, y))
        return false;
    if (apart)
        finish(c, then, y);
    return true;
}

void kdi_conv_forward(kd_engine *e, const kdi_conv *c, const kd_real *x, const kd_real *w,
                      const kdi_epilogue *then, kd_real *y)
{
    const family *f = own(e, c, KDI_FORWARD);
    if (f) {
        f->forward(c, x, w, then, y, room(e, f, c));
    } else if (e->plain || !dnn_forward(c, x, w, then, y)) {
        kdi_plain_conv_forward(c, x, w, then->bias, y, plain_room(e, c));
        finish(c, then, y);
    }
}

void kdi_conv_backward_data(kd_engine *e, const kdi_conv *c, const kd_real *dy, const kd_real *w,
                            kd_real *dx)
{
    const family *f = own(e, c, KDI_BACKWARD_DATA);
    if (f)
        f->data(c, dy, w, dx, room(e, f, c));
    else if (e->plain || !kdi_dnn_conv_backward_data(c, dy, w, dx))
        kdi_plain_conv_backward_data(c, dy, w, dx, plain_room(e, c));
}

void kdi_conv_add_data(kd_engine *e, const kdi_conv *c, const kd_real *dy, const kd_real *w,
                       kd_real *dx, kd_real *sum)
{
    const family *f = own(e, c, KDI_BACKWARD_DATA);
    if (f && f->add_data) {
        f->add_data(c, dy, w, sum, room(e, f, c));
    } else {
        kdi_conv_backward_data(e, c, dy, w, dx);
        kdi_axpy(c->n * c->h * c->w * c->ic, 1, dx, sum);
    }
}

void kdi_conv_backward_weight(kd_engine *e, const kdi_conv *c, const kd_real *x, const kd_real *dy,
                              kd_real *dw, kd_real *dbias)
{
    const family *f = own(e, c, KDI_BACKWARD_WEIGHT);
    if (f) {
        f->weight(c, x, dy, dw, room(e, f, c));
        if (dbias)
            kdi_column_sums(c->n * c->oh * c->ow, c->oc, dy, 0, dbias);
    } else if (e->plain || !kdi_dnn_conv_backward_weight(c, x, dy, dw, dbias)) {
        kdi_plain_conv_backward_weight(c, x, dy, dw, dbias, plain_room(e, c));
    }
}

bool kdi_conv_with(kd_engine *e, enum kdi_conv_kernel k, enum kdi_pass pass, const kdi_conv *c,
                   const kd_real *a, const kd_real *b, kd_real *out)
{
    static const kdi_epilogue nothing;
    if (!kdi_conv_fits(k, c))
        return false;
    if (k == KDI_CONV_ONEDNN)
        return pass == KDI_FORWARD         ? kdi_dnn_conv_forward(c, a, b, &nothing, out)
               : pass == KDI_BACKWARD_DATA ? kdi_dnn_conv_backward_data(c, a, b, out)
                                           : kdi_dnn_conv_backward_weight(c, a, b, out, NULL);
    const family *f = &families[k];
    if (pass == KDI_FORWARD)
        f->forward(c, a, b, &nothing, out, room(e, f, c));
    else if (pass == KDI_BACKWARD_DATA)
        f->data(c, a, b, out, room(e, f, c));
    else
        f->weight(c, a, b, out, room(e, f, c));
    return true;
}
