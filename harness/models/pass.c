/* What a network knows of the pass that is running: its input, its extra outputs, its dropout. */
#include "models/net.h"

#include <string.h>

/* ---- what a network is fed --------------------------------------------------------- */

static bool has_size(const kd_input *in)
{
    if (in->classes < 1 || in->channels < 1)
        return false;
    if (in->kind == KD_POINTS)
        return in->points > 0 && in->channels >= 3;
    if (in->kind == KD_TOKENS)
        return in->length > 0 && in->vocabulary > 1;
    return in->height > 0 && in->width > 0;
}

int kdi_input_check(const kd_model *model, const kd_input *in, kdi_arena *a)
{
    if (in->kind != model->kind)
        return kd_error(KD_E_USAGE, "%s is fed %s, this is %s", model->name,
                        kd_medium_name[model->kind], kd_medium_name[in->kind]);
    if (!has_size(in))
        return kd_error(KD_E_SHAPE, "%s: an input of %s with %lld channels and %lld classes",
                        model->name, kdi_input_text(in, a), (long long)in->channels,
                        (long long)in->classes);
    return KD_OK;
}

kd_tensor *kdi_net_zeros(const kd_net *net, int64_t n)
{
    kd_engine *e = net->engine;
    enum kd_dtype type = net->in.kind == KD_TOKENS ? KD_I64_T : KD_REAL_T;
    kd_tensor *x = kdi_tensor(e->step, e, type, kdi_input_shape(&net->in, n));
    memset(x->data, 0, (size_t)kd_numel(x) * kdi_dtype_size(type));
    int64_t each = x->shape.n > 2 ? x->shape.d[2] : 1;
    for (int64_t i = 0; type == KD_I64_T && i < kd_numel(x); i += each)
        kd_i64s(x)[i] = 1;
    return x;
}

/* ---- for stages and heads ----------------------------------------------------------- */

void kdi_net_see(kd_net *net, kd_tensor *input)
{
    net->input = input;
    net->noutput = 0;
    net->pass++;
}

kd_tensor *kd_net_input(const kd_net *net)
{
    return net->input;
}

int64_t kd_net_pass(const kd_net *net)
{
    return net->pass;
}

void kd_net_give(kd_net *net, const char *name, kd_tensor *x)
{
    if (!net->model->beside || strcmp(net->model->beside, name) != 0) {
        kd_fail("kd_net_give: %s takes %s beside its samples, not %s", net->arch,
                net->model->beside ? net->model->beside : "nothing", name);
        return;
    }
    net->given = x;
    net->given_generation = net->engine->generation;
}

kd_tensor *kd_net_given(const kd_net *net, const char *name)
{
    const kd_tensor *x = net->given, *input = net->input;
    bool fresh = x && input && net->given_generation == net->engine->generation;
    if (fresh && kd_is_poisoned(x))
        return net->given;
    if (fresh && x->type == KD_I64_T && kd_numel(x) == kd_dim(input, 0))
        return net->given;
    kd_fail("%s wants %s beside its samples, one i64 each: kd_net_give", net->arch, name);
    return kdi_poison();
}

bool kd_net_shows_attention(const kd_net *net)
{
    return net->attention;
}

bool kdi_net_shows_all(const kd_net *net)
{
    return net->all;
}

void kd_net_output(kd_net *net, const char *name, kd_tensor *x)
{
    if (net->noutput == KDI_NET_OUTPUTS) {
        kd_fail("%s has more than %d outputs", net->arch, KDI_NET_OUTPUTS);
        return;
    }
    net->output[net->noutput++] = (kd_named){ .name = kdi_strdup(net->engine->step, name), .x = x };
}

/* ---- dropout -------------------------------------------------------------------------- */

void kdi_net_set_step(kd_net *net, uint64_t seed, int64_t step)
{
    kd_rng rng = kdi_rng(seed ^ kdi_hash64(net->scope->name), KDI_STREAM_DROPOUT, (uint64_t)step);
    net->dropout_seed = (uint64_t)kdi_u32(&rng) << 32 | kdi_u32(&rng);
    net->ndropout = 0;
}

kd_tensor *kd_net_dropout(kd_net *net, kd_tensor *x, kd_real p)
{
    if (!net->training || !net->dropout_seed || p <= 0 || kd_is_poisoned(x))
        return x;
    kd_rng rng = kdi_rng(net->dropout_seed, KDI_STREAM_DROPOUT, (uint64_t)net->ndropout++);
    kd_tensor *keep = kd_zeros_like(x, kd_shape_of(x));
    kd_real *k = kd_reals(keep), scale = 1 / (1 - p);
    uint32_t below = (uint32_t)((double)p * 4294967296.0);
    for (int64_t i = 0, n = kd_numel(x); i < n; i++)
        k[i] = kdi_u32(&rng) < below ? 0 : scale;
    return kd_mul(x, keep);
}
