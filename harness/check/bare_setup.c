/* What a bare step knows before its loss runs: pairs, shapes, labels, and what .setup makes. */
#include "check/bare.h"
#include "base/option.h"

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

static struct kd_side side_of(const kdi_bare *b, enum kdi_side side)
{
    const kd_view *v = &b->net[side][0].view;
    return (struct kd_side){ .logits = shape_or_none(v->logits),
                             .pooled = shape_or_none(v->pooled),
                             .tap = v->tap,
                             .ntap = v->ntap,
                             .output = v->output,
                             .noutput = v->noutput,
                             .kind = b->kind };
}

static int64_t batch_of(const kdi_bare *b)
{
    const kd_view *v = &b->net[KDI_STUDENT][0].view;
    const kd_tensor *any = v->logits ? v->logits : v->noutput ? v->output[0].x : NULL;
    if (b->step.pub.mask) /* logits may be a text's tokens */
        any = b->step.pub.mask;
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
    const kd_tensor *z = b->net[KDI_STUDENT][0].view.logits;
    int64_t rows = z ? kd_rows(z) : p->batch;
    p->row_sample = counting(b, rows, rows);
    for (int64_t i = 0; i < rows; i++)
        kd_i64s(p->row_sample)[i] = i * p->batch / rows;
    if (!p->index)
        p->index = counting(b, p->batch, b->step.nsamples);
    if (!p->label) /* of any class that the logits have */
        p->label = counting(b, rows, z ? kd_channels(z) : b->step.nclasses);
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
        .student = side_of(b, KDI_STUDENT),
        .teacher = side_of(b, KDI_TEACHER),
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
