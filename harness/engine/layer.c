/* Layers: parameters in a scope under torch's names, how they are drawn, how they are applied. */
#include "engine.h"

#include <math.h>
#include <string.h>

/* ---- drawing -------------------------------------------------------------------- */

typedef struct fans {
    double in, out; /* inputs of an output element, outputs of an input element, as torch counts */
} fans;

/* torch's second axis and the kernel; its first axis and the kernel */
static fans fans_of(const kd_layer *l)
{
    const int64_t *d = l->weight->shape.d;
    if (l->kind == KDI_LAYER_LINEAR)
        return (fans){ (double)d[1], (double)d[0] };
    double kernel = (double)(d[1] * d[2]);
    return (fans){ (double)d[3] * kernel, (double)d[0] * kernel };
}

/* NORMAL_FAN_OUT counts the channels that come out, whatever the groups and direction */
static double outputs(const kd_layer *l)
{
    if (l->kind == KDI_LAYER_LINEAR)
        return (double)l->weight->shape.d[0];
    return (double)l->conv.out * l->conv.kernel * l->conv.kernel;
}

/* one draw an element, in torch's order, so that both builds draw the same */
static void draw(kd_tensor *x, kd_rng *rng, bool normal, double width)
{
    int64_t n = kd_numel(x);
    kd_real *value = kdi_alloc(x->engine->step, (size_t)n * sizeof *value);
    for (int64_t i = 0; i < n; i++)
        value[i] =
            (kd_real)(normal ? width * kdi_normal(rng) : width * (2 * kdi_uniform01(rng) - 1));
    kdi_from_torch(x, value);
}

static void init_weighted(kd_layer *l, enum kd_init how)
{
    kd_rng *rng = l->scope->rng;
    double bound = 1 / sqrt(fans_of(l).in);
    switch (how) {
    case KD_INIT_TORCH:
        draw(l->weight, rng, false, bound);
        break;
    case KD_INIT_KAIMING_FAN_OUT:
        draw(l->weight, rng, true, sqrt(2 / fans_of(l).out));
        break;
    case KD_INIT_NORMAL_001:
        draw(l->weight, rng, true, 0.01);
        break;
    case KD_INIT_NORMAL_FAN_OUT:
        draw(l->weight, rng, true, sqrt(2 / outputs(l)));
        break;
    }
    if (l->bias && how == KD_INIT_TORCH)
        draw(l->bias, rng, false, bound);
    else if (l->bias)
        kd_fill(l->bias, 0);
}

void kd_layer_init(kd_layer *l, enum kd_init how)
{
    if (l->kind == KDI_LAYER_GROUPNORM || l->kind == KDI_LAYER_LAYERNORM) {
        kd_fill(l->weight, 1);
        kd_fill(l->bias, 0);
    } else if (l->kind == KDI_LAYER_BATCHNORM) {
        kd_fill(l->weight, 1);
        kd_fill(l->bias, 0);
        kd_fill(l->mean, 0);
        kd_fill(l->var, 1);
    } else if (l->kind == KDI_LAYER_EMBEDDING && l->scope->rng) {
        draw(l->weight, l->scope->rng, true, 1);
    } else if (l->scope->rng) { /* without one, who made the scope fills it */
        init_weighted(l, how);
    }
}

/* ---- making ----------------------------------------------------------------------- */

static kd_layer *layer_new(kd_scope *in, const char *name, enum kdi_layer_kind kind)
{
    kd_layer *l = kdi_alloc0(in->engine->run, sizeof *l);
    l->kind = kind;
    l->scope = kd_scope_new(in, name);
    l->scope->layer = l;
    return l;
}

kd_layer *kd_conv2d_new(kd_scope *in, const char *name, kd_conv_spec spec)
{
    spec.stride = spec.stride ? spec.stride : 1;
    spec.groups = spec.groups ? spec.groups : 1;
    KD_ASSERT(spec.in > 0 && spec.out > 0 && spec.kernel > 0);
    KD_ASSERT(spec.in % spec.groups == 0 && spec.out % spec.groups == 0);
    if (in->no_grid && spec.kernel > 1)
        kd_not_applicable("a convolution of %dx%d wants places in a grid", spec.kernel,
                          spec.kernel);
    kd_layer *l = layer_new(in, name, KDI_LAYER_CONV);
    l->conv = spec;
    int64_t first = spec.transposed ? spec.in : spec.out;
    int64_t last = (spec.transposed ? spec.out : spec.in) / spec.groups;
    l->weight = kd_param_new(l->scope, "weight", KD_SHAPE(first, spec.kernel, spec.kernel, last));
    l->weight->layout = spec.transposed ? KDI_CONV_TRANSPOSED : KDI_CONV;
    if (spec.bias)
        l->bias = kd_param_new(l->scope, "bias", KD_SHAPE(spec.out));
    kd_layer_init(l, KD_INIT_TORCH);
    return l;
}

kd_conv_spec kd_conv_between(const kd_tensor *from, const kd_tensor *to)
{
    int high = (int)kd_dim(from, 1), want = (int)kd_dim(to, 1);
    kd_conv_spec spec = { .in = kd_channels(from), .out = kd_channels(to), .bias = true };
    if (high == 2 * want || 2 * high == want) {
        spec.transposed = high < want;
        spec.kernel = spec.transposed ? 4 : 3;
        spec.stride = 2;
        spec.pad = 1;
    } else {
        spec.kernel = high > want ? 1 + high - want : 1;
    }
    return spec;
}

static kd_layer *linear_new(kd_scope *in, const char *name, int64_t from, int64_t to, bool bias)
{
    KD_ASSERT(from > 0 && to > 0);
    kd_layer *l = layer_new(in, name, KDI_LAYER_LINEAR);
    l->weight = kd_param_new(l->scope, "weight", KD_SHAPE(to, from));
    if (bias)
        l->bias = kd_param_new(l->scope, "bias", KD_SHAPE(to));
    kd_layer_init(l, KD_INIT_TORCH);
    return l;
}

kd_layer *kd_linear_new(kd_scope *in, const char *name, int64_t from, int64_t to)
{
    return linear_new(in, name, from, to, true);
}

kd_layer *kd_linear_nobias_new(kd_scope *in, const char *name, int64_t from, int64_t to)
{
    return linear_new(in, name, from, to, false);
}

kd_layer *kd_batchnorm_new(kd_scope *in, const char *name, int64_t channels)
{
    KD_ASSERT(channels > 0);
    kd_layer *l = layer_new(in, name, KDI_LAYER_BATCHNORM);
    l->weight = kd_param_new(l->scope, "weight", KD_SHAPE(channels));
    l->bias = kd_param_new(l->scope, "bias", KD_SHAPE(channels));
    l->mean = kd_buffer_new(l->scope, "running_mean", KD_SHAPE(channels));
    l->var = kd_buffer_new(l->scope, "running_var", KD_SHAPE(channels));
    l->eps = (kd_real)1e-5;
    l->keep = (kd_real)0.9;
    kd_layer_init(l, KD_INIT_TORCH);
    return l;
}

kd_layer *kd_groupnorm_new(kd_scope *in, const char *name, int64_t channels, int groups)
{
    KD_ASSERT(channels > 0 && groups > 0 && channels % groups == 0);
    kd_layer *l = layer_new(in, name, KDI_LAYER_GROUPNORM);
    l->weight = kd_param_new(l->scope, "weight", KD_SHAPE(channels));
    l->bias = kd_param_new(l->scope, "bias", KD_SHAPE(channels));
    l->eps = (kd_real)1e-5;
    l->groups = groups;
    kd_layer_init(l, KD_INIT_TORCH);
    return l;
}

kd_layer *kd_layernorm_new(kd_scope *in, const char *name, int64_t width, kd_real eps)
{
    KD_ASSERT(width > 0);
    kd_layer *l = layer_new(in, name, KDI_LAYER_LAYERNORM);
    l->weight = kd_param_new(l->scope, "weight", KD_SHAPE(width));
    l->bias = kd_param_new(l->scope, "bias", KD_SHAPE(width));
    l->eps = eps;
    kd_layer_init(l, KD_INIT_TORCH);
    return l;
}

kd_layer *kd_embedding_new(kd_scope *in, const char *name, int64_t rows, int64_t width)
{
    KD_ASSERT(rows > 0 && width > 0);
    kd_layer *l = layer_new(in, name, KDI_LAYER_EMBEDDING);
    l->weight = kd_param_new(l->scope, "weight", KD_SHAPE(rows, width));
    kd_layer_init(l, KD_INIT_TORCH);
    return l;
}

kd_tensor *kd_layer_tensor(kd_layer *l, const char *name)
{
    for (kdi_entry *entry = l->scope->entry; entry; entry = entry->next)
        if (strcmp(entry->x->name, name) == 0)
            return entry->x;
    return NULL;
}

/* ---- applying ------------------------------------------------------------------------ */

kd_tensor *kd_apply(kd_layer *l, kd_tensor *x)
{
    const kd_conv_spec *s = &l->conv;
    switch (l->kind) {
    case KDI_LAYER_LINEAR:
        return kd_linear(x, l->weight, l->bias);
    case KDI_LAYER_BATCHNORM:
        return kdi_batchnorm(l, x, NULL, KD_ACT_NONE);
    case KDI_LAYER_GROUPNORM:
        return kd_groupnorm(x, l->weight, l->bias, l->groups, l->eps);
    case KDI_LAYER_LAYERNORM:
        return kd_layer_norm(x, l->weight, l->bias, l->eps);
    case KDI_LAYER_EMBEDDING:
        return kd_gather(l->weight, x);
    default:
        if (s->transposed)
            return kd_conv_transpose2d(x, l->weight, l->bias, s->stride, s->pad, s->groups);
        return kd_conv2d(x, l->weight, l->bias, s->stride, s->pad, s->groups);
    }
}

kd_tensor *kd_apply_frozen(kd_layer *l, kd_tensor *x)
{
    KD_ASSERT(l->kind != KDI_LAYER_BATCHNORM);
    kd_layer held = *l;
    held.weight = kd_detach(l->weight);
    held.bias = l->bias ? kd_detach(l->bias) : NULL;
    return kd_apply(&held, x);
}

kd_tensor *kd_apply_bn_act(kd_layer *bn, kd_tensor *x, kd_tensor *residual, enum kd_act act)
{
    KD_ASSERT(bn->kind == KDI_LAYER_BATCHNORM);
    return kdi_batchnorm(bn, x, residual, act);
}

kd_tensor *kd_batchnorm_input(kd_layer *bn)
{
    KD_ASSERT(bn->kind == KDI_LAYER_BATCHNORM);
    bn->unfolded = true; /* from now on there is an input to ask for */
    if (!bn->input || bn->input_generation != bn->scope->engine->generation)
        return kdi_refuse("kd_batchnorm_input", "%s did not run in this step", bn->scope->name);
    return bn->input;
}

/* ---- folding: bn(conv(x)) as one convolution --------------------------------------------- */

static bool wants(const kd_tensor *x)
{
    return x && !kd_is_poisoned(x) && kdi_wants(x);
}

/* nothing here is being trained or differentiated, and nobody looks at what is between */
static bool can_fold(const kd_layer *conv, const kd_layer *bn, const kd_tensor *x,
                     const kd_tensor *residual)
{
    const kd_engine *e = conv->scope->engine;
    if (e->training || bn->unfolded || conv->conv.transposed ||
        kd_numel(bn->weight) != conv->conv.out)
        return false;
    return !e->recording || !(wants(conv->weight) || wants(conv->bias) || wants(bn->weight) ||
                              wants(bn->bias) || wants(x) || wants(residual));
}

/* Done anew in each call: it costs less than a hundredth of the convolution, and no weight can
 * change behind its back (moving averages do change). */
static void fold(kd_layer *conv, const kd_layer *bn)
{
    kd_engine *e = conv->scope->engine;
    int64_t channels = conv->conv.out, each = kd_numel(conv->weight) / channels;
    if (!conv->folded_weight) {
        conv->folded_weight = kdi_tensor(e->run, e, KD_REAL_T, conv->weight->shape);
        conv->folded_bias = kdi_tensor(e->run, e, KD_REAL_T, KD_SHAPE(channels));
    }
    for (int64_t c = 0; c < channels; c++) {
        double scale =
            (double)kdi_r(bn->weight)[c] / sqrt((double)kdi_r(bn->var)[c] + (double)bn->eps);
        double shift = conv->bias ? (double)kdi_r(conv->bias)[c] : 0;
        const kd_real *w = kdi_r(conv->weight) + c * each;
        kd_real *folded = kdi_r(conv->folded_weight) + c * each;
        for (int64_t i = 0; i < each; i++)
            folded[i] = (kd_real)(scale * (double)w[i]);
        kdi_r(conv->folded_bias)[c] =
            (kd_real)((shift - (double)kdi_r(bn->mean)[c]) * scale + (double)kdi_r(bn->bias)[c]);
    }
}

kd_tensor *kd_apply_conv_bn(kd_layer *conv, kd_layer *bn, kd_tensor *x, kd_tensor *residual,
                            enum kd_act act)
{
    KD_ASSERT(conv->kind == KDI_LAYER_CONV && bn->kind == KDI_LAYER_BATCHNORM);
    if (!can_fold(conv, bn, x, residual))
        return kdi_batchnorm(bn, kd_apply(conv, x), residual, act);
    fold(conv, bn);
    return kdi_conv2d_fused(x, conv->folded_weight, conv->folded_bias, conv->conv, residual, act);
}
