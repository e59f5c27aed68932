/* The dry run: one sample of zeros through a new network gives every shape, and its tape gives the
 * arithmetic. Too small an image is found here, before any training. */
#include "models/net.h"

#include <string.h>

/* each of its matrices once a row that comes out */
static bool by_rows(const kdi_node *node)
{
    return strcmp(node->op, "kd_windows") == 0 || strcmp(node->op, "kd_lstm") == 0;
}

/* elementwise: a parameter of positions is no matrix to multiply by */
static bool adds(const kdi_node *node)
{
    return strcmp(node->op, "kd_add") == 0 || strcmp(node->op, "kd_mul") == 0;
}

/* a position or a token that is added is no weight to multiply by */
static bool is_elementwise(const kdi_node *node)
{
    static const char *const op[] = { "kd_add", "kd_sub", "kd_mul", "kd_div" };
    for (size_t i = 0; i < sizeof op / sizeof *op; i++)
        if (strcmp(node->op, op[i]) == 0)
            return true;
    return false;
}

double kdi_node_flops(const kdi_node *node)
{
    if (is_elementwise(node))
        return 0;
    double sum = 0;
    for (int i = 1; i < node->nin && !adds(node); i++) {
        const kd_tensor *w = node->in[i];
        if (!w || !(w->flags & KDI_PARAM) || w->shape.n < 2)
            continue;
        if (!by_rows(node)) {
            const kd_tensor *each = w->layout == KDI_CONV_TRANSPOSED ? node->in[0] : node->out;
            return 2 * (double)kd_numel(each) * (double)(kd_numel(w) / w->shape.d[0]);
        }
        sum += 2 * (double)kd_rows(node->out) * (double)kd_numel(w);
    }
    return sum;
}

static kd_tensor *shape_only(kd_net *net, kd_tensor *like, int64_t batch)
{
    kd_tensor *x = kdi_net_alloc(net, sizeof *x);
    kd_shape s = kd_shape_of(like);
    s.d[0] = batch;
    *x = (kd_tensor){ .engine = net->engine, .shape = s, .type = KD_REAL_T };
    return x;
}

static void note_shapes(kd_net *net, const kd_view *v)
{
    kd_named *out = kdi_net_alloc(net, (size_t)net->noutput * sizeof *out);
    for (int i = 0; i < net->ntap; i++)
        net->tap[i].shape = kd_shape_of(v->tap[i].x);
    net->logits = kd_shape_of(v->logits);
    for (int i = 0; i < net->noutput; i++)
        out[i] = (kd_named){ .name = kdi_strdup(net->engine->run, net->output[i].name),
                             .x = shape_only(net, net->output[i].x, 1) };
    net->shape = out;
    net->nshape = net->noutput;
}

/* zeros for an input beside the samples too */
static void give_zero(kd_net *net)
{
    if (net->model->beside)
        kd_net_give(net, net->model->beside,
                    kd_from_i64s(net->input, KD_SHAPE(1), (int64_t[]){ 0 }));
}

/* one sample, evaluated; what it put on the tape is taken off again */
int kdi_net_measure(kd_net *net)
{
    kd_engine *e = net->engine;
    kdi_node *before = e->last;
    bool training = net->training, recording = e->recording;
    kd_tensor *x = kdi_net_zeros(net, 1);
    net->training = false;
    e->recording = true;
    net->input = x;
    kd_error_scope(net->arch, kdi_input_text(&net->in, e->step));
    give_zero(net);
    kd_view v = kd_net_forward(net, x);
    kd_error_scope(NULL, NULL);
    note_shapes(net, &v);
    net->flops = 0;
    for (const kdi_node *n = e->last; n != before; n = n->before)
        net->flops += kdi_node_flops(n);
    net->training = training;
    e->recording = recording;
    e->last = before;
    return kd_error_code();
}

static const kd_tap *tap_shapes(kd_net *net, int64_t batch)
{
    kd_tap *tap = kdi_net_alloc(net, (size_t)net->ntap * sizeof *tap);
    for (int i = 0; i < net->ntap; i++) {
        kd_tensor one = { .shape = net->tap[i].shape };
        kd_tensor *x = shape_only(net, &one, batch);
        tap[i] = (kd_tap){ .name = net->tap[i].name,
                           .kind = net->tap[i].kind,
                           .x = x,
                           .pre = net->want_pre ? x : NULL };
    }
    return tap;
}

static const kd_named *output_shapes(kd_net *net, int64_t batch)
{
    kd_named *out = kdi_net_alloc(net, (size_t)net->nshape * sizeof *out);
    for (int i = 0; i < net->nshape; i++)
        out[i] =
            (kd_named){ .name = net->shape[i].name, .x = shape_only(net, net->shape[i].x, batch) };
    return out;
}

/* shows the attention too, where that is wanted since the network was built */
int kdi_net_probe(kd_net *net, int64_t batch, kdi_probe *out)
{
    if (batch < 1)
        return kd_error(KD_E_USAGE, "%s: a batch of %lld", net->arch, (long long)batch);
    if (net->attention)
        KD_TRY(kdi_net_measure(net));
    const kd_tap *tap = tap_shapes(net, batch);
    kd_shape logits = net->logits;
    logits.d[0] = batch;
    *out = (kdi_probe){ .logits = logits,
                        .pooled = kd_shape_of(tap[net->ntap - 1].x),
                        .tap = tap,
                        .ntap = net->ntap,
                        .output = output_shapes(net, batch),
                        .noutput = net->nshape };
    return KD_OK;
}
