/* Filling a teacher's caches: every sample once, or once an epoch, at the fixed batch size. */
#include "train/cache_build.h"

#include "base/system.h"

#include <stdio.h>
#include <string.h>

int64_t kdi_cache_rows_wanted(const kdi_data *d, enum kd_split split, int64_t epochs)
{
    return d->part[split].n * (kdi_cache_by_epoch(d, split) ? epochs : 1);
}

/* for people */
static kd_value *about(const kdi_trainer *t, const kdi_teacher *teacher, kdi_arena *a)
{
    kd_value *map = kd_map(a);
    kd_set_text(map, "dataset", t->data->class->name);
    kd_set_text(map, "teacher", teacher->net->arch);
    return map;
}

/* ---- the files of one split ------------------------------------------------------------- */

typedef struct filling {
    kdi_trainer *t;
    kdi_teacher *teacher;
    enum kd_split split;
    int64_t epochs;
    int nfile;
    kdi_cache_file *file[KDI_NET_TAPS + 1];
    kdi_cache_writer *writer[KDI_NET_TAPS + 1];
} filling;

static int tap_of(const kd_net *net, const char *name)
{
    for (int i = 0; i < net->ntap; i++)
        if (strcmp(net->tap[i].name, name) == 0)
            return i;
    return -1;
}

static int column_of(const filling *f, const char *output, kdi_cache_column *column)
{
    const kd_net *net = f->teacher->net;
    *column = (kdi_cache_column){ output, KD_SHAPE(f->t->input.classes) };
    if (strcmp(output, "logits") == 0)
        return KD_OK;
    int tap = tap_of(net, output);
    if (tap < 0)
        return kd_error(KD_E_USAGE, "%s has no output '%s' to keep", net->arch, output);
    column->row = kd_shape_of_n(net->tap[tap].shape.n - 1, net->tap[tap].shape.d + 1);
    return KD_OK;
}

static int create(filling *f, int i)
{
    kdi_cache_column column[KDI_NET_TAPS + 1];
    const kdi_cache_file *file = f->file[i];
    kdi_arena *a = f->t->arena;
    for (int k = 0; k < file->noutput; k++)
        KD_TRY(column_of(f, file->output[k], &column[k]));
    return kdi_cache_create(file->path, kdi_cache_key(f->t->data, f->split, f->teacher->sha256, a),
                            about(f->t, f->teacher, a),
                            kdi_cache_rows_wanted(f->t->data, f->split, f->epochs), column,
                            file->noutput, &f->writer[i]);
}

static int put(const filling *f, const kd_view *v, int64_t n)
{
    for (int i = 0; i < f->nfile; i++)
        for (int k = 0; k < f->file[i]->noutput; k++) {
            const char *name = f->file[i]->output[k];
            int tap = tap_of(f->teacher->net, name);
            const kd_tensor *x = tap < 0 ? v->logits : v->tap[tap].x;
            KD_TRY(kdi_cache_put(f->writer[i], name, kdi_r(x), n));
        }
    return KD_OK;
}

static int fill_epoch(const filling *f, int64_t epoch)
{
    kdi_trainer *t = f->t;
    int64_t n = t->data->part[f->split].n, index[KDI_TEACHER_BATCH];
    for (int64_t at = 0; at < n; at += KDI_TEACHER_BATCH) {
        int64_t part = n - at < KDI_TEACHER_BATCH ? n - at : KDI_TEACHER_BATCH;
        kdi_ask ask = { .split = f->split,
                        .sample = index,
                        .n = part,
                        .augment = t->data->augment,
                        .seed = t->data->augment_seed,
                        .epoch = epoch };
        kd_view v;
        for (int64_t i = 0; i < part; i++)
            index[i] = at + i;
        kdi_step_reset(t->engine);
        kdi_batch *batch = kdi_data_batch(t->engine, t->data, &ask);
        KD_TRY(kdi_teacher_live(t, f->teacher->net, batch->input[f->teacher->kind], &v));
        KD_TRY(put(f, &v, part));
        if (kdi_stop_requested())
            return kd_error(KD_E_INTERRUPTED, "asked to stop");
    }
    return KD_OK;
}

static int fill_all(filling *f)
{
    for (int i = 0; i < f->nfile; i++)
        KD_TRY(create(f, i));
    int64_t epochs = kdi_cache_by_epoch(f->t->data, f->split) ? f->epochs : 1;
    for (int64_t epoch = 0; epoch < epochs; epoch++)
        KD_TRY(fill_epoch(f, epoch));
    return KD_OK;
}

static int fill(filling *f)
{
    int code = fill_all(f);
    for (int i = 0; i < f->nfile; i++) {
        if (code == KD_OK)
            code = kdi_cache_finish(f->writer[i]);
        else
            kdi_cache_abandon(f->writer[i]);
    }
    return code;
}

/* ---- what is there -------------------------------------------------------------------------- */

static int check_content(const filling *f, const kdi_cache_file *file, kdi_cache *c)
{
    int64_t wanted = kdi_cache_rows_wanted(f->t->data, file->split, f->epochs);
    if (kdi_cache_rows(c) < wanted)
        return kd_error(KD_E_DATA, "%s has %lld rows, wanted %lld; " KDI_CACHE_REBUILD, file->path,
                        (long long)kdi_cache_rows(c), (long long)wanted);
    for (int k = 0; k < file->noutput; k++)
        if (!kdi_cache_row_shape(c, file->output[k]))
            return kd_error(KD_E_DATA, "%s has no '%s'; " KDI_CACHE_REBUILD, file->path,
                            file->output[k]);
    return KD_OK;
}

static int check_file(const filling *f, const kdi_cache_file *file, bool thoroughly)
{
    kdi_cache *c;
    KD_TRY(kdi_cache_open(file->path,
                          kdi_cache_key(f->t->data, file->split, f->teacher->sha256, f->t->arena),
                          &c));
    int code = check_content(f, file, c);
    if (code == KD_OK && thoroughly)
        code = kdi_cache_verify(c);
    kdi_cache_close(c);
    return code;
}

static int look_at(const filling *f, kdi_cache_file *file, bool rebuild, kd_value *said)
{
    file->missing = !kdi_file_exists(file->path);
    if (file->missing)
        return KD_OK;
    int code = check_file(f, file, rebuild);
    if (code == KD_OK || !rebuild)
        return code;
    kd_push(said, kd_string(said->arena, kd_error_message()));
    kd_error_clear();
    remove(file->path);
    file->missing = true;
    return KD_OK;
}

int kdi_cache_build(kdi_trainer *t, kdi_teacher *teacher, kdi_cache_file *file, int nfile,
                    int64_t epochs, bool rebuild, kd_value *said)
{
    filling f = { .t = t, .teacher = teacher, .epochs = epochs };
    for (int i = 0; i < nfile; i++)
        KD_TRY(look_at(&f, &file[i], rebuild, said));
    for (enum kd_split split = KD_TRAIN; split < KD_NSPLIT; split++) {
        f = (filling){ .t = t, .teacher = teacher, .split = split, .epochs = epochs };
        for (int i = 0; i < nfile; i++)
            if (file[i].missing && file[i].split == split) {
                if (f.nfile == KDI_NET_TAPS + 1)
                    return kd_error(KD_E_USAGE, "%s: more files than outputs", file[i].path);
                f.file[f.nfile++] = &file[i];
            }
        if (f.nfile)
            KD_TRY(fill(&f));
    }
    return KD_OK;
}
