/* The dry run: one sample of zeros through a new network gives every shape, and its tape gives the
 * arithmetic. Too small an image is found here, before any training. */
#include "models/net.h"

#include <string.h>

double kdi_node_flops(const kdi_node *node)
{
    for (int i = 1; i < node->nin; i++) {
        const kd_tensor *w = node->in[i];
        if (!w || !(w->flags & KDI_PARAM) || w->shape.n < 2)
            continue;
        const kd_tensor *each = w->layout == KDI_CONV_TRANSPOSED ? node->in[0] : node->out;
        return 2 * (double)kd_numel(each) * (double)(kd_numel(w) / w->shape.d[0]);
    }
    return 0;
}

static void note_shapes(kd_net *net, const kd_view *v)
{
    for (int i = 0; i < net->ntap; i++)
        net->tap[i].shape = kd_shape_of(v->tap[i].x);
}

/* one sample, evaluated; what it put on the tape is taken off again */
int kdi_net_measure(kd_net *net)
{
    kd_engine *e = net->engine;
    kdi_node *before = e->last;
    bool training = net->training, recording = e->recording;
    kd_shape s = KD_SHAPE(1, net->in.height, net->in.width, net->in.channels);
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, s);
    memset(x->data, 0, (size_t)kd_numel(x) * sizeof(kd_real));
    net->training = false;
    e->recording = true;
    kd_error_scope(net->arch, kdi_format(e->step, "%lldx%lld pixels", (long long)net->in.height,
                                         (long long)net->in.width));
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

static kd_tensor *shape_only(kd_net *net, kd_shape s, int64_t batch)
{
    kd_tensor *x = kdi_net_alloc(net, sizeof *x);
    s.d[0] = batch;
    *x = (kd_tensor){ .engine = net->engine, .shape = s, .type = KD_REAL_T };
    return x;
}

int kdi_net_probe(kd_net *net, int64_t batch, kdi_probe *out)
{
    if (batch < 1)
        return kd_error(KD_E_USAGE, "%s: a batch of %lld", net->arch, (long long)batch);
    kd_tap *tap = kdi_net_alloc(net, (size_t)net->ntap * sizeof *tap);
    for (int i = 0; i < net->ntap; i++) {
        kd_tensor *x = shape_only(net, net->tap[i].shape, batch);
        tap[i] = (kd_tap){ .name = net->tap[i].name,
                           .kind = net->tap[i].kind,
                           .x = x,
                           .pre = net->want_pre ? x : NULL };
    }
    *out = (kdi_probe){ .logits = KD_SHAPE(batch, net->in.classes),
                        .pooled = kd_shape_of(tap[net->ntap - 1].x),
                        .tap = tap,
                        .ntap = net->ntap };
    return KD_OK;
}
