/* A method's callbacks without networks, data or trainer. */
#include "check/bare.h"
#include "base/option.h"

#include <stdio.h>
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

static void keep_leaf(kdi_bare *b, kdi_bare_net *net, const char *what, kd_tensor *x)
{
    size_t n = strlen(what);
    if (strcmp(what, "logits") == 0) {
        net->view.logits = x;
    } else if (n > 4 && strcmp(what + n - 4, ".pre") == 0) {
        tap_named(net, kdi_format(b->engine->run, "%.*s", (int)n - 4, what))->pre = x;
    } else {
        tap_named(net, kdi_strdup(b->engine->run, what))->x = x;
        if (strcmp(what, "pooled") == 0)
            net->view.pooled = x;
    }
}

kd_tensor *kdi_bare_leaf(kdi_bare *b, enum kdi_side side, int i, const char *what, kd_shape s)
{
    static const char *const name[] = { [KDI_STUDENT] = "student",
                                        [KDI_TEACHER] = "teacher",
                                        [KDI_STUDENT2] = "second_student",
                                        [KDI_TEACHER2] = "second_teacher" };
    KD_ASSERT(i >= 0 && i < KDI_MAX_NETS);
    char net[32];
    snprintf(net, sizeof net, "%s%d", name[side], i);
    kd_scope *scope = child(b->leaves, net);
    scope->frozen = side == KDI_TEACHER || side == KDI_TEACHER2;
    kd_tensor *x = kd_param_new(scope, what, s);
    keep_leaf(b, &b->net[side][i], what, x);
    if (b->nnet[side] <= i)
        b->nnet[side] = i + 1;
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

/* ---- pairs --------------------------------------------------------------------- */

static kdi_taps taps_of(const kdi_bare_net *net, const char *called)
{
    return (kdi_taps){ called, net->tap, net->view.ntap };
}

static int pair_with(kdi_bare *b, int i)
{
    kdi_pairing pairing;
    const kdi_bare_net *net = &b->net[KDI_TEACHER][i], *own = &b->net[KDI_STUDENT][0];
    kdi_taps student = taps_of(own, "the student"), teacher = taps_of(net, "the teacher");
    if (b->pair_all && b->method->taps != KD_TAPS_NONE) {
        pairing.pre = b->method->taps == KD_TAPS_STAGES_PRE;
        kdi_pair_stages(student, teacher, &pairing);
    } else {
        KD_TRY(kdi_pair_taps(b->method, b->self, NULL, student, teacher, &pairing));
    }
    kdi_pair_views(&pairing, &own->view, &net->view, b->pair[i]);
    b->pairs[i] = (kd_pairs){ b->pair[i], pairing.n };
    return KD_OK;
}

static int pair_taps(kdi_bare *b)
{
    for (int i = 0; i == 0 || i < b->nnet[KDI_TEACHER]; i++)
        KD_TRY(pair_with(b, i));
    b->step.pub.pairs = b->pairs;
    b->step.pub.pair = b->pair[0];
    b->step.pub.npair = b->pairs[0].n;
    return KD_OK;
}

/* ---- setup ---------------------------------------------------------------------- */

static kd_shape shape_or_none(const kd_tensor *x)
{
    return x ? kd_shape_of(x) : (kd_shape){ .n = 0, .d = { 1, 1, 1, 1, 1, 1 } };
}

static struct kd_side side_of(const kd_view *v)
{
    return (struct kd_side){ .logits = shape_or_none(v->logits),
                             .pooled = shape_or_none(v->pooled),
                             .tap = v->tap,
                             .ntap = v->ntap };
}

static int64_t batch_of(const kdi_bare *b)
{
    const kd_view *v = &b->net[KDI_STUDENT][0].view;
    const kd_tensor *any = v->logits ? v->logits : v->pooled ? v->pooled : NULL;
    if (!any && v->ntap)
        any = v->tap[0].x ? v->tap[0].x : v->tap[0].pre;
    return any ? kd_dim(any, 0) : b->step.pub.label ? kd_numel(b->step.pub.label) : 0;
}

static const kd_view *views(kdi_bare *b, enum kdi_side side)
{
    kd_view *v = kdi_alloc0(b->engine->run, KDI_MAX_NETS * sizeof *v);
    for (int i = 0; i < b->nnet[side]; i++)
        v[i] = b->net[side][i].view;
    return b->nnet[side] ? v : NULL;
}

/* 0, 1, ... below, 0, 1, ... */
static kd_tensor *counting(kdi_bare *b, int64_t n, int64_t below)
{
    kd_tensor *x = kdi_tensor(b->engine->run, b->engine, KD_I64_T, KD_SHAPE(n));
    for (int64_t i = 0; i < n; i++)
        kd_i64s(x)[i] = i % below;
    return x;
}

static void fill_step(kdi_bare *b)
{
    kd_step *p = &b->step.pub;
    p->student = views(b, KDI_STUDENT);
    p->teacher = views(b, KDI_TEACHER);
    p->student2 = views(b, KDI_STUDENT2);
    p->teacher2 = views(b, KDI_TEACHER2);
    p->nstudent = b->nnet[KDI_STUDENT];
    p->nteacher = b->nnet[KDI_TEACHER];
    p->batch = batch_of(b);
    p->row_sample = counting(b, p->batch, p->batch);
    if (!p->index)
        p->index = counting(b, p->batch, b->step.nsamples);
    const kd_tensor *z = b->net[KDI_STUDENT][0].view.logits;
    if (!p->label) /* of any class that the logits have */
        p->label = counting(b, p->batch, z ? kd_channels(z) : b->step.nclasses);
}

static int check_count(const kd_method *m, const char *what, struct kd_range claimed,
                       struct kd_range implied, int n)
{
    struct kd_range range = claimed.max ? claimed : implied;
    if (n >= range.min && n <= range.max)
        return KD_OK;
    return kd_error(KD_E_USAGE, "%s wants %d to %d %s, has %d", m->name, range.min, range.max, what,
                    n);
}

static int check_counts(const kdi_bare *b)
{
    const kd_method *m = b->method;
    int offline = m->scheme == KD_OFFLINE && !m->baseline;
    KD_TRY(check_count(m, "teachers", m->teachers, (struct kd_range){ offline, 1 },
                       b->nnet[KDI_TEACHER]));
    return check_count(m, "students", m->students, (struct kd_range){ 1, 1 }, b->nnet[KDI_STUDENT]);
}

/* where the maker put networks behind the views */
static kd_net *const *teachers(kdi_bare *b)
{
    kd_net **net = kdi_alloc0(b->engine->run, KDI_MAX_NETS * sizeof *net);
    for (int i = 0; i < b->nnet[KDI_TEACHER]; i++)
        net[i] = b->net[KDI_TEACHER][i].view.net;
    return net;
}

static const kd_pixel *pixels(kdi_bare *b)
{
    kd_tensor *x = b->step.pub.input;
    int64_t channels = x && kd_dtype_of(x) == KD_REAL_T ? kd_channels(x) : 1;
    kd_pixel *p = kdi_alloc(b->engine->run, (size_t)channels * sizeof *p);
    for (int64_t c = 0; c < channels; c++)
        p[c] = (kd_pixel){ .mean = (kd_real)0.5, .sd = (kd_real)0.25, .low = 0, .high = 1 };
    return b->pixel ? b->pixel : p;
}

static void fill_build(kdi_bare *b)
{
    const kd_step *p = &b->step.pub;
    b->build = (kd_build){
        .scope = b->own,
        .student = side_of(&b->net[KDI_STUDENT][0].view),
        .teacher = side_of(&b->net[KDI_TEACHER][0].view),
        .pair = p->pair,
        .npair = p->npair,
        .pairs = p->pairs,
        .nstudent = p->nstudent,
        .nteacher = p->nteacher,
        .batch = p->batch,
        .nsamples = b->step.nsamples,
        .nclasses = b->step.nclasses,
        .label = b->step.train_label,
        .nsteps = p->nsteps,
        .nepochs = p->nepochs,
        .input = shape_or_none(p->input),
        .pixel = pixels(b),
        .net = b->net[KDI_STUDENT][0].view.net,
        .teachers = teachers(b),
        .rng = &b->rng,
    };
}

int kdi_bare_setup(kdi_bare *b, const kd_value *options)
{
    KD_TRY(kdi_options_bind(b->method->options, b->self, options, b->method->name));
    KD_TRY(check_counts(b));
    fill_step(b);
    KD_TRY(pair_taps(b));
    fill_build(b);
    if (!b->method->setup)
        return KD_OK;
    kd_error_scope(b->method->name, "setup");
    b->method->setup(&b->build, b->self);
    kd_error_scope(NULL, NULL);
    return kd_error_code();
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
