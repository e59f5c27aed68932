/* A method's callbacks without networks, data or trainer. */
#include "check/bare.h"

#include <string.h>

kdi_bare *kdi_bare_new(const kd_method *m, uint64_t seed)
{
    kd_engine *e = kdi_engine_new();
    kdi_bare *b = kdi_alloc0(e->run, sizeof *b);
    b->method = m;
    b->engine = e;
    b->rng = kdi_rng(seed, KDI_STREAM_METHOD, 0);
    b->leaves = kdi_scope_root(e, "leaves", &b->rng);
    b->own = kdi_scope_root(e, "method", &b->rng);
    b->self = kdi_alloc0(e->run, m->self_size ? m->self_size : 1);
    b->step.engine = e;
    b->step.seed = seed;
    b->step.replay = b->replay;
    b->step.pub.host = &b->step;
    b->step.pub.nepochs = 4;
    b->step.pub.nsteps = 16;
    kdi_bare_training_set(b, 64, 10);
    return b;
}

void kdi_bare_free(kdi_bare *b)
{
    if (b)
        kdi_engine_free(b->engine);
}

/* ---- what the networks and the data give ------------------------------------- */

static kd_scope *child(kd_scope *in, const char *name)
{
    for (kd_scope *c = in->child; c; c = c->next)
        if (strcmp(c->name, name) == 0)
            return c;
    return kd_scope_new(in, name);
}

static kd_tap *tap_named(kdi_bare_net *net, const char *name)
{
    for (int i = 0; i < net->view.ntap; i++)
        if (strcmp(net->tap[i].name, name) == 0)
            return &net->tap[i];
    KD_ASSERT(net->view.ntap < KDI_BARE_TAPS);
    kd_tap *tap = &net->tap[net->view.ntap++];
    *tap = (kd_tap){ .name = name, .kind = KD_TAP_STAGE };
    if (strcmp(name, "stem") == 0)
        tap->kind = KD_TAP_STEM;
    if (strcmp(name, "pooled") == 0)
        tap->kind = KD_TAP_POOLED;
    net->view.tap = net->tap;
    return tap;
}

static void keep_output(kdi_bare_net *net, const char *name, kd_tensor *x)
{
    KD_ASSERT(net->view.noutput < KDI_BARE_OUTPUTS);
    net->output[net->view.noutput++] = (kd_named){ .name = name, .x = x };
    net->view.output = net->output;
}

static void keep_tap(kdi_bare *b, kdi_bare_net *net, const char *what, kd_tensor *x)
{
    size_t n = strlen(what);
    if (strcmp(what, "logits") == 0) {
        net->view.logits = x;
    } else if (n > 4 && strcmp(what + n - 4, ".pre") == 0) {
        tap_named(net, kdi_format(b->engine->run, "%.*s", (int)n - 4, what))->pre = x;
    } else {
        tap_named(net, what)->x = x;
        if (strcmp(what, "pooled") == 0)
            net->view.pooled = x;
    }
}

kd_tensor *kdi_bare_output(kdi_bare *b, enum kdi_side side, int i, const char *name, kd_shape s)
{
    static const char *const net[] = { [KDI_STUDENT] = "student",
                                       [KDI_TEACHER] = "teacher",
                                       [KDI_STUDENT2] = "second_student",
                                       [KDI_TEACHER2] = "second_teacher" };
    KD_ASSERT(i >= 0 && i < KDI_MAX_NETS);
    kd_scope *scope = child(b->leaves, kdi_format(b->engine->run, "%s%d", net[side], i));
    scope->frozen = side == KDI_TEACHER || side == KDI_TEACHER2;
    kd_tensor *x = kd_param_new(scope, name, s);
    keep_output(&b->net[side][i], kdi_strdup(b->engine->run, name), x);
    if (b->nnet[side] <= i)
        b->nnet[side] = i + 1;
    return x;
}

kd_tensor *kdi_bare_leaf(kdi_bare *b, enum kdi_side side, int i, const char *what, kd_shape s)
{
    kd_tensor *x = kdi_bare_output(b, side, i, what, s);
    keep_tap(b, &b->net[side][i], kdi_strdup(b->engine->run, what), x);
    return x;
}

kd_tensor *kdi_bare_i64(kdi_bare *b, kd_shape s, const int64_t *value)
{
    kd_tensor *x = kdi_tensor(b->engine->run, b->engine, KD_I64_T, s);
    memcpy(x->data, value, (size_t)kd_numel(x) * sizeof *value);
    return x;
}

kd_tensor *kdi_bare_reals(kdi_bare *b, kd_shape s, const kd_real *value)
{
    kd_tensor *x = kdi_tensor(b->engine->run, b->engine, KD_REAL_T, s);
    memcpy(x->data, value, (size_t)kd_numel(x) * sizeof *value);
    return x;
}

void kdi_bare_labels(kdi_bare *b, int64_t n, const int64_t *label)
{
    b->step.pub.label = kdi_bare_i64(b, KD_SHAPE(n), label);
}

void kdi_bare_index(kdi_bare *b, int64_t n, const int64_t *index)
{
    b->step.pub.index = kdi_bare_i64(b, KD_SHAPE(n), index);
}

void kdi_bare_training_set(kdi_bare *b, int64_t nsamples, int64_t nclasses)
{
    int64_t *label = kdi_alloc(b->engine->run, (size_t)nsamples * sizeof *label);
    for (int64_t i = 0; i < nsamples; i++)
        label[i] = i % nclasses;
    b->step.train_label = label;
    b->step.nsamples = nsamples;
    b->step.nclasses = nclasses;
}

void kdi_bare_replay(kdi_bare *b, const char *name, kd_tensor *x)
{
    KD_ASSERT(b->step.nreplay < KDI_MAX_DRAWS);
    b->replay[b->step.nreplay++] = (kdi_draw){ .name = kdi_strdup(b->engine->run, name), .x = x };
}

/* ---- running --------------------------------------------------------------------- */

static int find_loss(const kd_method *m, const char *phase, void (**loss)(kd_step *, void *))
{
    *loss = m->loss;
    if (!m->phases && phase && strcmp(phase, "main") != 0)
        return kd_error(KD_E_USAGE, "%s has no phase %s: it has no phases", m->name, phase);
    bool found = !m->phases;
    for (const kd_phase *p = m->phases; p && p->name; p++)
        if (!phase || strcmp(p->name, phase) == 0) {
            *loss = p->loss ? p->loss : m->loss;
            found = true;
        }
    if (!found)
        return kd_error(KD_E_USAGE, "%s has no phase %s", m->name, phase);
    if (!*loss)
        return kd_error(KD_E_USAGE, "%s has no .loss to run bare", m->name);
    return KD_OK;
}

int kdi_bare_loss(kdi_bare *b, const char *phase)
{
    void (*loss)(kd_step *, void *);
    KD_TRY(find_loss(b->method, phase, &loss));
    kdi_step_reset(b->engine);
    kdi_zero_grads(b->leaves);
    kdi_zero_grads(b->own);
    if (b->networks)
        kdi_zero_grads(b->networks);
    kdi_step_clear(&b->step);
    kd_error_scope(b->method->name, "loss");
    loss(&b->step.pub, b->self);
    kd_error_scope(NULL, NULL);
    return kd_error_code();
}

static bool wanted(const kdi_term *t, unsigned parts, const char *const *names)
{
    if (parts & (unsigned)(t->distils ? KDI_DISTIL : KDI_LABEL))
        return true;
    for (; names && *names; names++)
        if (strcmp(*names, t->name) == 0)
            return true;
    return false;
}

int kdi_bare_sum(kdi_bare *b, unsigned parts, const char *const *names, kd_tensor **sum)
{
    *sum = NULL;
    for (int i = 0; names && names[i]; i++)
        if (!kdi_step_term(&b->step, names[i]))
            return kd_error(KD_E_METHOD, "%s gave no term %s", b->method->name, names[i]);
    for (int i = 0; i < b->step.nterm; i++) {
        const kdi_term *t = &b->step.term[i];
        if (wanted(t, parts, names))
            *sum = *sum ? kd_add(*sum, t->sum) : t->sum;
    }
    return KD_OK;
}

int kdi_bare_backward(kdi_bare *b, kd_tensor *sum)
{
    kd_error_scope(b->method->name, "backward");
    int code = kdi_backward_from(sum);
    kd_error_scope(NULL, NULL);
    return code;
}

int kdi_bare_run(kdi_bare *b, const char *phase, unsigned parts, double *value)
{
    kd_tensor *sum;
    KD_TRY(kdi_bare_loss(b, phase));
    KD_TRY(kdi_bare_sum(b, parts, NULL, &sum));
    *value = sum ? (double)kd_item(sum) : 0;
    return sum ? kdi_bare_backward(b, sum) : KD_OK;
}

int kdi_bare_value(kdi_bare *b, const char *phase, unsigned parts, double *value)
{
    kd_tensor *sum = NULL;
    b->engine->recording = false;
    int code = kdi_bare_loss(b, phase);
    if (code == KD_OK)
        code = kdi_bare_sum(b, parts, NULL, &sum);
    b->engine->recording = true;
    *value = sum ? (double)kd_item(sum) : 0;
    return code;
}

int kdi_bare_after(kdi_bare *b)
{
    if (!b->method->after)
        return KD_OK;
    kd_error_scope(b->method->name, "after");
    b->method->after(&b->step.pub, b->self);
    kd_error_scope(NULL, NULL);
    return kd_error_code();
}

kd_tensor *kdi_bare_find(kdi_bare *b, const char *path)
{
    kd_tensor *x = kdi_scope_find(b->leaves, path);
    return x ? x : kdi_scope_find(b->own, path);
}

const kd_real *kdi_bare_grad(const kd_tensor *x)
{
    return x->flags & KDI_TOUCHED ? x->grad : NULL;
}
