/* Filling a teacher cache: every sample once, at the fixed batch size. */
#include "train/cache_build.h"

#include "base/system.h"

kd_value *kdi_cache_key(const kdi_data *d, enum kd_split split, const char *teacher_sha256,
                        kdi_arena *a)
{
    kd_value *key = kd_map(a);
    kd_set_text(key, "data_sha256", d->sha256);
    kd_set_text(key, "split", kdi_split_name[split]);
    kd_set_int(key, "samples", d->part[split].n);
    kd_set_text(key, "augment", "none");
    kd_set_text(key, "teacher_sha256", teacher_sha256);
    kd_set_int(key, "batch", KDI_TEACHER_BATCH);
    kd_set_text(key, "onednn_isa", kdi_dnn_isa());
    kd_set_text(key, "openblas_core", kdi_blas_core());
    return key;
}

/* The pooled tap is the network's last one. The stem, which no method pairs by default and which is
 * as large as a stage, is left out: who wants it runs the teacher. */
static int columns(const kd_net *net, int64_t classes, bool taps, int64_t n, int64_t budget,
                   kdi_cache_column *column)
{
    int64_t bytes = 0;
    int count = 0;
    column[count++] = (kdi_cache_column){ "logits", KD_SHAPE(classes) };
    for (int i = net->ntap - 1; i >= 0 && net->tap[i].kind != KD_TAP_STEM; i--) {
        kd_shape row = { .n = net->tap[i].shape.n - 1, .d = { 1, 1, 1, 1, 1, 1 } };
        for (int k = 0; k < row.n; k++)
            row.d[k] = net->tap[i].shape.d[k + 1];
        bytes += n * kd_shape_numel(row) * (int64_t)sizeof(kd_real);
        if (i < net->ntap - 1 && (!taps || bytes > budget))
            return 2; /* logits and pooled features always */
        column[count++] = (kdi_cache_column){ net->tap[i].name, row };
    }
    return count;
}

/* column i is the i-th tap from the end */
static int put_batch(kdi_cache_writer *w, const kd_view *v, const kdi_cache_column *column,
                     int ncolumn, int64_t at, int64_t n)
{
    KD_TRY(kdi_cache_put(w, at, n, "logits", kd_reals(v->logits)));
    for (int i = 1; i < ncolumn; i++) {
        const kd_tap *tap = &v->tap[v->ntap - i];
        KD_TRY(kdi_cache_put(w, at, n, column[i].name, kd_reals(tap->x)));
    }
    return KD_OK;
}

static int fill(kdi_trainer *t, kdi_teacher *teacher, enum kd_split split, kdi_cache_writer *w,
                const kdi_cache_column *column, int ncolumn)
{
    int64_t n = t->data->part[split].n, index[KDI_TEACHER_BATCH];
    for (int64_t at = 0; at < n; at += KDI_TEACHER_BATCH) {
        int64_t part = n - at < KDI_TEACHER_BATCH ? n - at : KDI_TEACHER_BATCH;
        kdi_ask ask = { .split = split, .sample = index, .n = part };
        kd_view v;
        for (int64_t i = 0; i < part; i++)
            index[i] = at + i;
        kdi_step_reset(t->engine);
        KD_TRY(
            kdi_teacher_live(t, teacher->net, kdi_data_batch(t->engine, t->data, &ask)->input, &v));
        KD_TRY(put_batch(w, &v, column, ncolumn, at, part));
        if (kdi_stop_requested())
            return kd_error(KD_E_INTERRUPTED, "asked to stop");
    }
    return KD_OK;
}

int kdi_cache_build(kdi_trainer *t, kdi_teacher *teacher, enum kd_split split, bool taps,
                    int64_t budget, const char *path)
{
    kdi_cache_column column[KDI_NET_TAPS + 1];
    kdi_cache_writer *w;
    int64_t n = t->data->part[split].n;
    int ncolumn =
        columns(teacher->net, t->input.classes, taps && split == KD_TRAIN, n, budget, column);
    KD_TRY(kdi_cache_create(path, kdi_cache_key(t->data, split, teacher->sha256, t->arena), n,
                            column, ncolumn, &w));
    int code = fill(t, teacher, split, w, column, ncolumn);
    if (code != KD_OK) {
        kdi_cache_abandon(w);
        return code;
    }
    return kdi_cache_finish(w);
}
