/* Copies of a network that follow it: moving averages, momentum encoders, frozen snapshots. */
#include "models/net.h"

#include <string.h>

/* two networks of one architecture list the same tensors in the same order */
struct list {
    kd_tensor **x;
    int64_t n, room;
};

static int push(kd_tensor *x, const char *path, const char *unused, void *user)
{
    struct list *l = user;
    (void)path;
    (void)unused;
    if (l->n < l->room)
        l->x[l->n] = x;
    l->n++;
    return KD_OK;
}

static struct list tensors_of(const kd_net *net, kdi_arena *a)
{
    struct list l = { 0 };
    kdi_scope_each(net->scope, push, &l);
    l = (struct list){ .x = kdi_alloc(a, (size_t)l.n * sizeof *l.x), .room = l.n };
    kdi_scope_each(net->scope, push, &l);
    return l;
}

kd_net *kd_net_copy(kd_scope *in, const char *name, const kd_net *from)
{
    kdi_arena *run = from->engine->run;
    kd_net *net =
        kdi_net_build(in, name, from->model, from->self, &from->in, NULL); /* draws nothing */
    if (!net)
        return NULL;
    kdi_net_freeze(net, true);
    net->want_pre = from->want_pre;
    net->attention = from->attention;
    net->logits = from->logits;
    net->params = from->params;
    net->flops = from->flops;
    struct list to = tensors_of(net, run), source = tensors_of(from, run);
    for (int i = 0; i < net->ntap; i++)
        net->tap[i].shape = from->tap[i].shape;
    for (int64_t i = 0; i < to.n; i++) {
        size_t size = (size_t)kd_numel(to.x[i]) * kdi_dtype_size(to.x[i]->type);
        memcpy(to.x[i]->data, source.x[i]->data, size);
        to.x[i]->flags = KDI_BUFFER;
    }
    return net;
}

/* Running statistics are averaged too, except in a copy that trains: it gathers its own. */
void kd_net_mix(kd_net *avg, const kd_net *now, kd_real keep)
{
    if (avg->model != now->model || strcmp(avg->arch, now->arch) != 0) {
        kd_fail("kd_net_mix: an average of %s cannot take in %s", avg->arch, now->arch);
        return;
    }
    struct list to = tensors_of(avg, avg->engine->step), from = tensors_of(now, avg->engine->step);
    for (int64_t i = 0; i < to.n; i++) {
        bool statistic = !(from.x[i]->flags & KDI_PARAM);
        if (to.x[i]->type != KD_REAL_T || (statistic && avg->training))
            continue;
        kd_real *a = kdi_r(to.x[i]);
        const kd_real *b = kdi_r(from.x[i]);
        for (int64_t k = 0, n = kd_numel(to.x[i]); k < n; k++)
            a[k] = keep * a[k] + (1 - keep) * b[k];
    }
}
