/* Running a teacher at the one fixed batch size; teacher_cached.c takes what is known already. */
#include "train/trainer.h"

#include "base/system.h"

#include <string.h>

/* rows [from, from+n) of x, padded with zeros to the fixed size */
static kd_tensor *padded(kd_tensor *x, int64_t from, int64_t n)
{
    kd_engine *e = kd_engine_of(x);
    kd_shape s = kd_shape_of(x);
    int64_t row = kd_numel(x) / s.d[0];
    s.d[0] = KDI_TEACHER_BATCH;
    size_t size = (size_t)row * kdi_dtype_size(x->type), rows = (size_t)n;
    kd_tensor *y = kdi_tensor(e->step, e, x->type, s);
    char *to = y->data;
    memcpy(to, (const char *)x->data + (size_t)from * size, rows * size);
    memset(to + rows * size, 0, (KDI_TEACHER_BATCH - rows) * size);
    return y;
}

static kd_tensor *resized(kd_tensor *like, int64_t n)
{
    kd_engine *e = kd_engine_of(like);
    kd_shape s = kd_shape_of(like);
    s.d[0] = n;
    return kdi_tensor(e->step, e, KD_REAL_T, s);
}

static void copy_rows(kd_tensor *to, int64_t at, kd_tensor *from, int64_t n)
{
    int64_t row = kd_numel(from) / kd_dim(from, 0);
    if (to)
        memcpy(kdi_r(to) + at * row, kdi_r(from), (size_t)(n * row) * sizeof(kd_real));
}

/* a view of n samples shaped like one chunk's */
static void begin_view(kd_engine *e, const kd_view *chunk, int64_t n, kd_view *out, kd_named *extra)
{
    kd_tap *tap = kdi_alloc0(e->step, (size_t)(chunk->ntap + 1) * sizeof *tap);
    *out = (kd_view){ .tap = tap, .ntap = chunk->ntap, .net = chunk->net };
    out->logits = resized(chunk->logits, n);
    out->pooled = resized(chunk->pooled, n);
    for (int i = 0; i < chunk->ntap; i++) {
        tap[i] = chunk->tap[i];
        tap[i].x = resized(chunk->tap[i].x, n);
        tap[i].pre = chunk->tap[i].pre ? resized(chunk->tap[i].pre, n) : NULL;
    }
    for (int i = 0; i < chunk->net->noutput; i++) {
        extra[i] = chunk->net->output[i];
        extra[i].x = resized(extra[i].x, n);
    }
}

static void fill_view(kd_view *out, const kd_view *chunk, int64_t at, int64_t n, kd_named *extra)
{
    for (int i = 0; i < chunk->net->noutput; i++)
        copy_rows(extra[i].x, at, chunk->net->output[i].x, n);
    copy_rows(out->logits, at, chunk->logits, n);
    copy_rows(out->pooled, at, chunk->pooled, n);
    for (int i = 0; i < chunk->ntap; i++) {
        copy_rows(out->tap[i].x, at, chunk->tap[i].x, n);
        if (chunk->tap[i].pre)
            copy_rows(out->tap[i].pre, at, chunk->tap[i].pre, n);
    }
}

int kdi_teacher_live(kdi_trainer *t, kd_net *net, kd_tensor *input, kd_view *out)
{
    int64_t n = kd_dim(input, 0);
    bool recording = t->engine->recording;
    double began = kdi_now();
    kd_named extra[KDI_NET_OUTPUTS];
    t->engine->recording = false;
    for (int64_t at = 0; at < n; at += KDI_TEACHER_BATCH) {
        int64_t part = n - at < KDI_TEACHER_BATCH ? n - at : KDI_TEACHER_BATCH;
        bool whole = n == KDI_TEACHER_BATCH;
        kd_view chunk = kd_net_forward(net, whole ? input : padded(input, at, part));
        if (kd_is_poisoned(chunk.logits))
            break;
        if (whole) {
            *out = chunk;
            break;
        }
        if (at == 0)
            begin_view(t->engine, &chunk, n, out, extra);
        fill_view(out, &chunk, at, part, extra);
        if (at + part == n) {
            memcpy(net->output, extra, (size_t)net->noutput * sizeof *extra);
            kdi_net_name_outputs(net, out);
        }
    }
    if (net->input != input) { /* kd_net_from goes on with all of them */
        net->input = input;
        net->pass++;
    }
    t->engine->recording = recording;
    t->teacher_seconds += kdi_now() - began;
    return kd_error_code();
}

int kdi_teacher_logits(kdi_trainer *t, kdi_teacher *teacher, enum kd_split split)
{
    int64_t n = t->data->part[split].n, classes = t->input.classes;
    int64_t index[KDI_TEACHER_BATCH];
    if (teacher->logits[split])
        return KD_OK;
    kd_real *all = kdi_alloc(t->arena, (size_t)(n * classes) * sizeof(kd_real));
    for (int64_t at = 0; at < n; at += KDI_TEACHER_BATCH) {
        int64_t part = n - at < KDI_TEACHER_BATCH ? n - at : KDI_TEACHER_BATCH;
        kd_view view;
        for (int64_t i = 0; i < part; i++)
            index[i] = at + i;
        kdi_step_reset(t->engine);
        kdi_ask ask = { .split = split, .sample = index, .n = part };
        const kdi_batch *batch = kdi_data_batch(t->engine, t->data, &ask);
        KD_TRY(kdi_teacher_live(t, teacher->net, batch->input[teacher->kind], &view));
        memcpy(all + at * classes, kdi_r(view.logits), (size_t)(part * classes) * sizeof(kd_real));
    }
    teacher->logits[split] = all;
    return KD_OK;
}
