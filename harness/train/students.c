/* Students of one run: each a network of its own, or branches of the first one's trunk. */
#include "train/trainer.h"

#include "base/option.h"

static int read_trunk(kdi_trainer *t)
{
    const kd_method *m = t->method;
    const kd_option *o = m->trunk ? kdi_option_find(m->options, m->trunk) : NULL;
    int last = t->student[0]->ntap - 2;
    t->trunk = -1;
    if (!m->trunk)
        return KD_OK;
    if (!o || o->type != KD_T_INT)
        return kd_error(KD_E_USAGE, "%s: its trunk ends at '%s', which is no integer option",
                        m->name, m->trunk);
    int *wanted = (int *)(void *)((char *)t->self + o->at);
    if (*wanted > last)
        *wanted = last;
    t->trunk = *wanted;
    return KD_OK;
}

/* untracks what a walk back from the logits did not come to */
static void drop_unreached(kd_scope *s)
{
    for (kdi_entry *entry = s->entry; entry; entry = entry->next)
        if (entry->x->flags & KDI_PARAM && !(entry->x->flags & KDI_TOUCHED)) {
            entry->x->flags &= ~(unsigned)KDI_TRACKED;
            entry->unused = "the first student's is used in its place";
        }
    for (kd_scope *c = s->child; c; c = c->next)
        drop_unreached(c);
}

static int keep_branch(kdi_trainer *t, kd_net *net)
{
    kd_shape s = net->tap[t->trunk].shape;
    kd_tensor *x = kdi_tensor(t->engine->step, t->engine, KD_REAL_T, s);
    bool training = net->training;
    kd_fill(x, 0);
    kdi_net_see(net, kdi_net_zeros(net, 1));
    kdi_net_set_training(net, false);
    kdi_zero_grads(net->scope);
    KD_TRY(kdi_backward_from(kd_sum(kd_net_from(net, t->trunk, x).logits)));
    kdi_net_set_training(net, training);
    drop_unreached(net->scope);
    kdi_zero_grads(net->scope);
    kdi_step_reset(t->engine);
    return KD_OK;
}

int kdi_share_trunk(kdi_trainer *t)
{
    KD_TRY(read_trunk(t));
    for (int i = 1; t->trunk >= 0 && i < t->nstudent; i++)
        KD_TRY(keep_branch(t, t->student[i]));
    return kd_error_code();
}

void kdi_students_forward(kdi_trainer *t, kd_tensor *input, kd_view *out)
{
    out[0] = kd_net_forward(t->student[0], input);
    for (int i = 1; i < t->nstudent; i++) {
        if (t->trunk >= 0)
            kdi_net_see(t->student[i], input);
        out[i] = t->trunk < 0 ? kd_net_forward(t->student[i], input)
                              : kd_net_from(t->student[i], t->trunk, out[0].tap[t->trunk].x);
    }
}
