/* A network that is nothing but its classifier, for bare steps: vectors give features and the
 * frozen classifier that they are put through. */
#include "check/bare.h"
#include "models/net.h"

typedef struct head {
    kd_tensor *weight, *bias;
    kd_tensor *verdict; /* the logits, whatever is classified; or NULL */
    kd_layer *norm;     /* what is classified goes through it; or NULL */
} head;

static kd_tensor *apply(void *self, kd_tensor *pooled)
{
    const head *h = self;
    if (h->verdict)
        return h->verdict;
    if (h->norm)
        return kd_apply(h->norm, pooled);
    if (!h->weight)
        return pooled;
    return kd_linear(kd_ndim(pooled) > 2 ? kd_flatten(pooled, 1) : pooled, h->weight, h->bias);
}

/* kd_net_from: what was at a tap goes to the classifier as it is */
static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    (void)self, (void)i, (void)pre;
    return x;
}

static const kd_model head_alone = {
    .name = "head", .self_size = sizeof(head), .stage = stage, .head = apply
};

static kd_net *put_behind(kdi_bare *b, enum kdi_side side, int i, head h)
{
    kdi_arena *a = b->engine->run;
    kd_view *view = &b->net[side][i].view;
    kd_net *net = kdi_alloc0(a, sizeof *net);
    head *self = kdi_alloc0(a, sizeof *self);
    *self = h;
    *net = (kd_net){ .model = &head_alone, .engine = b->engine, .self = self, .arch = "a head" };
    net->ntap = view->ntap;
    for (int k = 0; k < view->ntap; k++) {
        const kd_tap *tap = &view->tap[k];
        kd_tensor *x = tap->x ? tap->x : tap->pre;
        net->tap[k] =
            (kdi_tap_info){ .name = tap->name, .kind = tap->kind, .shape = kd_shape_of(x) };
    }
    net->training = true;
    view->net = net;
    if (b->nnet[side] <= i)
        b->nnet[side] = i + 1;
    return net;
}

void kdi_bare_head(kdi_bare *b, enum kdi_side side, int i, kd_tensor *weight, kd_tensor *bias)
{
    put_behind(b, side, i, (head){ .weight = weight, .bias = bias });
}

void kdi_bare_verdict(kdi_bare *b, enum kdi_side side, int i, kd_tensor *logits)
{
    put_behind(b, side, i, (head){ .verdict = logits });
}

static kd_layer *norm_layer(kdi_bare *b, kd_tensor *mean, kd_tensor *var)
{
    kd_scope *scope = kdi_scope_root(b->engine, "norm", NULL);
    scope->frozen = true;
    kd_layer *norm = kd_batchnorm_new(scope, "bn", kd_numel(mean));
    kd_assign(kd_layer_tensor(norm, "running_mean"), mean);
    kd_assign(kd_layer_tensor(norm, "running_var"), var);
    return norm;
}

void kdi_bare_norm(kdi_bare *b, enum kdi_side side, int i, kd_tensor *mean, kd_tensor *var)
{
    kd_layer *norm = norm_layer(b, mean, var);
    kd_net *net = put_behind(b, side, i, (head){ .norm = norm });
    kd_layer **bn = kdi_alloc(b->engine->run, sizeof *bn);
    *bn = norm;
    net->bn = bn;
    net->nbn = 1;
    net->training = false;
}
