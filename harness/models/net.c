/* A network: built from its family's descriptor, run from any tap, asked about its batch-norms. */
#include "models/net.h"
#include <kd/method.h>

#include <string.h>

void *kdi_net_alloc(kd_net *net, size_t size)
{
    return kdi_alloc0(net->engine->run, size);
}

void kd_net_add_tap(kd_net *net, const char *name, enum kd_tap_kind kind, kd_layer *bn)
{
    KD_ASSERT(net->ntap < KDI_NET_TAPS);
    net->tap[net->ntap++] = (kdi_tap_info){
        .name = name,
        .pre_name = kdi_format(net->engine->run, "%s.pre", name),
        .kind = kind,
        .bn = bn,
    };
}

/* ---- layers, found through their scopes --------------------------------------- */

typedef void on_layer(kd_layer *layer, void *user);

static void each_layer(kd_scope *s, on_layer *f, void *user)
{
    if (s->layer)
        f(s->layer, user);
    for (kd_scope *c = s->child; c; c = c->next)
        each_layer(c, f, user);
}

static void count_batchnorm(kd_layer *layer, void *user)
{
    *(int *)user += layer->kind == KDI_LAYER_BATCHNORM;
}

static void note_batchnorm(kd_layer *layer, void *user)
{
    kd_net *net = user;
    if (layer->kind == KDI_LAYER_BATCHNORM)
        net->bn[net->nbn++] = layer;
}

/* ---- building ------------------------------------------------------------------- */

kd_net *kdi_net_build(kd_scope *in, const char *name, const kd_model *model, const void *self,
                      const kd_input *input, kd_rng *rng)
{
    kd_engine *e = in->engine;
    kd_net *net = kdi_alloc0(e->run, sizeof *net);
    net->engine = e;
    net->model = model;
    net->in = *input;
    net->training = true;
    net->self = kdi_alloc0(e->run, model->self_size);
    memcpy(net->self, self, model->self_size);
    model->spell(net->self, net->arch);
    net->scope = kd_scope_new(in, name);
    net->scope->rng = rng;
    net->scope->no_grid = false;
    if (model->build(net, net->scope, input, net->self) != KD_OK || kd_failed())
        return NULL;
    net->params = kdi_scope_params(net->scope);
    int n = 0;
    each_layer(net->scope, count_batchnorm, &n);
    net->bn = kdi_net_alloc(net, (size_t)n * sizeof *net->bn);
    each_layer(net->scope, note_batchnorm, net);
    return net;
}

int kdi_net_new(kd_net **out, kd_scope *in, const char *name, const kd_value *spec,
                const kd_input *input, kd_rng *rng)
{
    const kd_model *model;
    void *self;
    KD_TRY(kdi_model_bind(spec, in->engine->run, &model, &self));
    KD_TRY(kdi_input_check(model, input, in->engine->run));
    bool idle = !in->engine->last && kdi_arena_used(in->engine->step) == 0;
    *out = kdi_net_build(in, name, model, self, input, rng);
    if (!*out)
        return kd_error_code();
    KD_TRY(kdi_net_measure(*out));
    if (idle)
        kdi_step_reset(in->engine);
    return KD_OK;
}

void kdi_net_freeze(kd_net *net, bool frozen)
{
    net->frozen = frozen;
    if (frozen)
        net->training = false;
    kdi_scope_freeze(net->scope, frozen);
}

void kdi_net_set_training(kd_net *net, bool training)
{
    net->training = training;
}

void kdi_net_want_pre(kd_net *net, bool want)
{
    net->want_pre = want;
}

int64_t kdi_net_params(const kd_net *net)
{
    return net->params;
}

double kdi_net_flops(const kd_net *net)
{
    return net->flops;
}

void kdi_net_want_attention(kd_net *net, bool want)
{
    net->attention = want;
}

void kdi_net_want_all(kd_net *net, bool want)
{
    net->all = want;
}

/* ---- running -------------------------------------------------------------------- */

void kdi_net_name_outputs(const kd_net *net, kd_view *v)
{
    kdi_arena *a = net->engine->step;
    kd_named *out = kdi_alloc0(a, (size_t)(2 * v->ntap + 1 + net->noutput) * sizeof *out);
    int n = 0;
    out[n++] = (kd_named){ .name = "logits", .x = v->logits };
    for (int i = 0; i < v->ntap; i++) {
        if (v->tap[i].x)
            out[n++] = (kd_named){ .name = v->tap[i].name, .x = v->tap[i].x };
        if (v->tap[i].pre)
            out[n++] = (kd_named){ .name = net->tap[i].pre_name, .x = v->tap[i].pre };
    }
    for (int i = 0; i < net->noutput; i++)
        out[n++] = net->output[i];
    v->output = out;
    v->noutput = n;
}

static kd_tap *blank_taps(const kd_net *net)
{
    kd_tap *tap = kdi_alloc0(net->engine->step, (size_t)net->ntap * sizeof *tap);
    for (int i = 0; i < net->ntap; i++)
        tap[i] = (kd_tap){ .name = net->tap[i].name, .kind = net->tap[i].kind };
    return tap;
}

/* a loss that is run on tensors alone (check/bare.h) may have no network behind its views */
static bool missing(const kd_net *net, const char *call)
{
    if (!net)
        kd_fail("%s: there is no network here", call);
    return !net;
}

static kd_view no_view(void)
{
    return (kd_view){ .logits = kdi_poison(), .pooled = kdi_poison() };
}

/* the stages from `first` on, then the head; taps before them stay empty */
static kd_view run(kd_net *net, int first, kd_tensor *x)
{
    kd_tap *tap = blank_taps(net);
    kd_view v = { .tap = tap, .ntap = net->ntap, .net = net };
    bool before = net->engine->training;
    net->engine->training = net->training;
    net->noutput = 0;
    if (first == 0)
        kdi_net_see(net, x);
    else
        tap[first - 1].x = x;
    for (int i = first; i < net->ntap; i++) {
        kd_tensor *pre = NULL;
        x = net->model->stage(net->self, i, x, net->want_pre ? &pre : NULL);
        tap[i].x = x;
        tap[i].pre = net->want_pre && !pre ? x : pre;
    }
    v.pooled = x;
    v.logits = net->model->head(net->self, x);
    net->engine->training = before;
    kdi_net_name_outputs(net, &v);
    return v;
}

kd_view kd_net_forward(kd_net *net, kd_tensor *input)
{
    return missing(net, "kd_net_forward") ? no_view() : run(net, 0, input);
}

kd_view kd_net_evaluate(kd_net *net, kd_tensor *input)
{
    if (missing(net, "kd_net_evaluate"))
        return no_view();
    bool before = net->training;
    net->training = false;
    kd_view v = run(net, 0, input);
    net->training = before;
    return v;
}

/* rows of points or tokens, also where a method has them as a map one place wide */
static kd_tensor *as_rows(const kd_net *net, int tap, kd_tensor *x)
{
    kd_shape s = kd_shape_of(x);
    return net->tap[tap].shape.n == 3 && s.n == 4 ? kd_reshape(x, KD_SHAPE(s.d[0], -1, s.d[3])) : x;
}

kd_view kd_net_from(kd_net *net, int tap, kd_tensor *x)
{
    if (missing(net, "kd_net_from"))
        return no_view();
    if (tap < 0 || tap >= net->ntap) {
        kd_fail("kd_net_from: tap %d of %s, which has taps 0 to %d", tap, net->arch, net->ntap - 1);
        return run(net, net->ntap, kdi_poison());
    }
    return run(net, tap + 1, as_rows(net, tap, x));
}

kd_tensor *kd_net_head(kd_net *net, kd_tensor *pooled)
{
    if (missing(net, "kd_net_head"))
        return kdi_poison();
    bool before = net->engine->training;
    net->engine->training = net->training;
    kd_tensor *logits = net->model->head(net->self, pooled);
    net->engine->training = before;
    return logits;
}

static void keep_linear(kd_layer *layer, void *user)
{
    if (layer->kind == KDI_LAYER_LINEAR)
        *(kd_layer **)user = layer;
}

kd_layer *kd_net_classifier(kd_net *net)
{
    kd_layer *last = NULL;
    if (net && net->model && net->model->classifier)
        return net->model->classifier(net->self);
    if (net && net->scope)
        each_layer(net->scope, keep_linear, &last);
    return last;
}

bool kdi_net_has_grid(const kd_net *net)
{
    for (int i = 0; i < net->ntap; i++)
        if (net->tap[i].kind != KD_TAP_POOLED && net->tap[i].shape.n != 4)
            return false;
    return true;
}

static kd_tensor *last_stage(const kd_tap *tap, int ntap)
{
    kd_tensor *x = NULL;
    for (int i = 0; i < ntap; i++)
        if (tap[i].kind == KD_TAP_STAGE)
            x = tap[i].x;
    return x;
}

static kd_tensor *averaged(kd_net *net, kd_tensor *x)
{
    if (!net || !net->model->map)
        return x;
    bool before = net->engine->training;
    net->engine->training = net->training;
    x = net->model->map(net->self, x);
    net->engine->training = before;
    return x;
}

kd_tensor *kd_view_map(const kd_view *v)
{
    kd_tensor *x = last_stage(v->tap, v->ntap);
    if (!x) {
        kd_fail("kd_view_map: %s has no stage", v->net ? v->net->arch : "the network");
        return kdi_poison();
    }
    if (v->net && !kdi_net_has_grid(v->net))
        kd_not_applicable("the pooled vector of %s is not the mean of a map", v->net->arch);
    x = averaged(v->net, x);
    bool fits = kd_ndim(x) == 4 && (!v->pooled || kd_channels(x) == kd_channels(v->pooled));
    if (fits || kd_is_poisoned(x))
        return x;
    kd_not_applicable("the pooled vector of %s is not the mean of its last map, of shape %s",
                      v->net ? v->net->arch : "the network", kd_shape_text(kd_shape_of(x)));
    return kdi_poison();
}

int64_t kd_map_channels(kd_shape pooled, const kd_tap *tap, int ntap)
{
    kd_tensor *x = last_stage(tap, ntap);
    return pooled.n == 2 ? pooled.d[1] : x ? kd_channels(x) : 0;
}

int kd_stages(const kd_tap *tap, int ntap, kd_tensor **map, int most)
{
    int n = 0;
    for (int i = 0; i < ntap && n < most; i++)
        if (tap[i].kind == KD_TAP_STAGE)
            map[n++] = tap[i].x;
    return n;
}

bool kd_equal_channels(const kd_tap *tap, int ntap)
{
    int64_t width = 0;
    for (int i = 0; i < ntap; i++) {
        if (tap[i].kind != KD_TAP_STAGE || !tap[i].x)
            continue;
        if (width && kd_channels(tap[i].x) != width)
            return false;
        width = kd_channels(tap[i].x);
    }
    return true;
}

kd_tensor *kd_view_get(const kd_view *v, const char *name)
{
    for (int i = 0; i < v->noutput; i++)
        if (strcmp(v->output[i].name, name) == 0)
            return v->output[i].x;
    return NULL;
}

kd_tensor *kd_side_get(const struct kd_side *side, const char *name)
{
    for (int i = 0; i < side->noutput; i++)
        if (strcmp(side->output[i].name, name) == 0)
            return side->output[i].x;
    return NULL;
}

int kd_side_count(const struct kd_side *side, const char *name)
{
    int n = 0;
    while (kd_side_get(side, kd_numbered(name, n + 1)))
        n++;
    return n;
}

/* ---- batch-norms ------------------------------------------------------------------ */

int kd_net_batchnorms(kd_net *net)
{
    if (missing(net, "kd_net_batchnorms"))
        return 0;
    for (int i = 0; i < net->nbn; i++)
        net->bn[i]->unfolded = true;
    return net->nbn;
}

kd_layer *kd_net_batchnorm(kd_net *net, int i)
{
    return !net || i < 0 || i >= net->nbn ? NULL : net->bn[i];
}

kd_layer *kd_net_tap_batchnorm(kd_net *net, int tap)
{
    if (!net || tap < 0 || tap >= net->ntap || !net->tap[tap].bn)
        return NULL;
    net->tap[tap].bn->unfolded = true;
    return net->tap[tap].bn;
}
