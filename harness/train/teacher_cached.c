/* What a teacher says of a training batch: from its cache, where that holds all that the method
 * reads, or by running it. The bits are the same. */
#include "train/trainer.h"

#include "base/system.h"
#include "train/cache_build.h"

bool kdi_cache_by_epoch(const kdi_data *d, enum kd_split split)
{
    return split == KD_TRAIN && d->augment != &kdi_augments[0];
}

/* one row a sample; of an augmented split one a sample and epoch */
static const int64_t *rows_of(const kdi_trainer *t, const int64_t *index, int64_t n)
{
    int64_t samples = t->data->part[KD_TRAIN].n;
    int64_t first = kdi_cache_by_epoch(t->data, KD_TRAIN) ? t->epoch * samples : 0;
    int64_t *row = kdi_alloc(t->engine->step, (size_t)n * sizeof *row);
    for (int64_t i = 0; i < n; i++)
        row[i] = first + index[i];
    return row;
}

static int read_rows(kdi_trainer *t, kdi_cache *c, const char *name, const int64_t *row, int64_t n,
                     kd_tensor **out)
{
    const kd_shape *one = kdi_cache_row_shape(c, name);
    kd_shape s = { .n = one->n + 1, .d = { n, 1, 1, 1, 1, 1 } };
    for (int i = 0; i < one->n; i++)
        s.d[i + 1] = one->d[i];
    *out = kdi_tensor(t->engine->step, t->engine, KD_REAL_T, s);
    return kdi_cache_read(c, name, row, n, kdi_r(*out));
}

static bool only_logits(const kdi_trainer *t)
{
    return t->method->need & KD_NEED_LOGITS;
}

/* the pooled vector is the last tap */
static const kdi_tap_info *pooled_of(const kd_net *net)
{
    return &net->tap[net->ntap - 1];
}

/* may the method look at this tap of teacher i? */
static bool is_read(const kdi_trainer *t, int i, int tap)
{
    const kdi_tap_info *info = &t->teacher[i].net->tap[tap];
    if (info == pooled_of(t->teacher[i].net))
        return true;
    if (t->method->taps == KD_TAPS_ALL && info->kind == KD_TAP_STAGE)
        return true;
    for (int k = 0; k < t->pairing[i].n; k++)
        if (t->pairing[i].t[k] == tap)
            return true;
    return false;
}

/* has the cache of teacher i all that this method may look at? */
static bool holds_all(const kdi_trainer *t, int i)
{
    const kdi_teacher *teacher = &t->teacher[i];
    const kd_net *net = teacher->net;
    if (!kdi_cache_row_shape(teacher->cache, "logits"))
        return false;
    if (only_logits(t))
        return true;
    for (int k = 0; k < net->ntap; k++)
        if (is_read(t, i, k) && !kdi_cache_row_shape(teacher->cache, net->tap[k].name))
            return false;
    return true;
}

/* may this method take what was computed before? */
static bool may_use_cache(const kdi_trainer *t, int i)
{
    const kdi_teacher *teacher = &t->teacher[i];
    return teacher->cache && !t->host.replaced && !t->pairing[i].pre &&
           !(t->method->need & (KD_NEED_TEACHER_LIVE | KD_NEED_ATTENTION)) && holds_all(t, i);
}

static int cached_taps(kdi_trainer *t, int i, const int64_t *row, int64_t n, kd_view *out)
{
    const kd_net *net = t->teacher[i].net;
    kd_tap *tap = kdi_alloc0(t->engine->step, (size_t)net->ntap * sizeof *tap);
    for (int k = 0; k < net->ntap; k++) {
        tap[k].name = net->tap[k].name;
        tap[k].kind = net->tap[k].kind;
        if (is_read(t, i, k))
            KD_TRY(read_rows(t, t->teacher[i].cache, tap[k].name, row, n, &tap[k].x));
        if (&net->tap[k] == pooled_of(net))
            out->pooled = tap[k].x;
    }
    out->tap = tap;
    out->ntap = net->ntap;
    return KD_OK;
}

static int cached_view(kdi_trainer *t, int i, const kdi_batch *batch, kd_view *out)
{
    kdi_teacher *teacher = &t->teacher[i];
    double began = kdi_now();
    const int64_t *row = rows_of(t, kd_i64s(batch->index), batch->n);
    kdi_net_see(teacher->net, batch->input[teacher->kind]);
    *out = (kd_view){ .net = teacher->net };
    KD_TRY(read_rows(t, teacher->cache, "logits", row, batch->n, &out->logits));
    if (!only_logits(t))
        KD_TRY(cached_taps(t, i, row, batch->n, out));
    t->teacher_seconds += kdi_now() - began;
    return KD_OK;
}

/* what a cache would not hold is not there either when the teacher runs */
static void hide_unread(const kdi_trainer *t, int i, kd_view *v)
{
    kd_tap *tap = kdi_alloc(t->engine->step, (size_t)v->ntap * sizeof *tap);
    if (t->method->step || t->method->need & KD_NEED_TEACHER_LIVE)
        return;
    for (int k = 0; k < v->ntap; k++) {
        tap[k] = v->tap[k];
        if (!is_read(t, i, k))
            tap[k].x = tap[k].pre = NULL;
    }
    v->tap = tap;
}

/* a teacher sees what students see, also what was put in its place, if both are of one kind */
static int run_live(kdi_trainer *t, int i, const kdi_batch *batch, kd_view *out)
{
    const kdi_teacher *teacher = &t->teacher[i];
    bool same = teacher->kind == t->input.kind;
    if (t->host.replaced && !same)
        return kd_error(KD_E_NOT_APPLICABLE,
                        "%s makes inputs of its own: a teacher of %s cannot see them",
                        t->method->name, kd_medium_name[teacher->kind]);
    return kdi_teacher_live(t, teacher->net, same ? t->host.pub.input : batch->input[teacher->kind],
                            out);
}

int kdi_teacher_view(kdi_trainer *t, int i, const kdi_batch *batch, kd_view *out)
{
    if (t->method->need & KD_NEED_TEACHER_NET) {
        *out =
            (kd_view){ .logits = kdi_poison(), .pooled = kdi_poison(), .net = t->teacher[i].net };
        return KD_OK;
    }
    if (may_use_cache(t, i))
        KD_TRY(cached_view(t, i, batch, out));
    else
        KD_TRY(run_live(t, i, batch, out));
    hide_unread(t, i, out);
    if (only_logits(t)) /* with and without a cache alike */
        *out = (kd_view){ .logits = out->logits, .pooled = kdi_poison(), .net = out->net };
    kdi_net_name_outputs(t->teacher[i].net, out);
    return KD_OK;
}
