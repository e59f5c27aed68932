/* One run from spec to run.h5: resumes where a checkpoint is, journals every epoch, and leaves
 * either a finished file or something to resume. */
#include "train/worker.h"

#include "base/json.h"
#include "base/system.h"
#include "store/store.h"
#include "train/cache_build.h"
#include "train/registry.h"
#include "train/result.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct worker {
    kdi_arena *arena;
    const kd_value *spec, *with;
    const char *folder, *json;
    kdi_data *data;
    kdi_trainer *trainer;
    kdi_trainer_with has;
} worker;

static const char *in_folder(const worker *w, const char *name)
{
    return kdi_format(w->arena, "%s/%s", w->folder, name);
}

/* ---- what a run is made from -------------------------------------------------------- */

static int open_weights(worker *w, const char *path, int i)
{
    static const char *const what[] = { "weights", NULL };
    kd_value *run;
    const kd_value *weights, *last;
    char hex[KDI_SHA256_HEX];
    KD_TRY(kdi_run_read(path, what, w->arena, &run));
    KD_TRY(kd_need_map(run, "weights", &weights));
    KD_TRY(kd_need_map(weights, "last", &last));
    KD_TRY(kdi_tree_sha256(last, hex));
    w->has.teacher[i].weights = last;
    w->has.teacher[i].sha256 = kdi_strdup(w->arena, hex);
    return KD_OK;
}

/* the files of one split, all opened as one; every epoch of this run must be in them */
static int open_split(worker *w, const kd_value *paths, enum kd_split split, int i)
{
    kdi_cache **c = &w->has.teacher[i].cache[split];
    const kd_value *train = kd_get(w->spec, "train");
    int64_t wanted = kdi_cache_rows_wanted(w->data, split, kd_get_int(train, "epochs", 1));
    for (int64_t k = 0; k < paths->n; k++) {
        const char *path;
        KD_TRY(kd_arg_text(paths, k, &path));
        KD_TRY(
            *c ? kdi_cache_add(*c, path)
               : kdi_cache_open(path,
                                kdi_cache_key(w->data, split, w->has.teacher[i].sha256, w->arena),
                                c));
        if (kdi_cache_rows(*c) < wanted)
            return kd_error(KD_E_DATA, "%s has %lld rows, wanted %lld; " KDI_CACHE_REBUILD, path,
                            (long long)kdi_cache_rows(*c), (long long)wanted);
    }
    return KD_OK;
}

static int open_caches(worker *w, const kd_value *cache, int i)
{
    for (enum kd_split split = KD_TRAIN; split < KD_NSPLIT; split++) {
        const kd_value *paths = kd_get(cache, kdi_split_name[split]);
        if (paths && paths->kind == KD_V_LIST)
            KD_TRY(open_split(w, paths, split, i));
    }
    return KD_OK;
}

/* with.teachers = list of { run = path, cache = { train = { path, ... }, ... } } */
static int open_teachers(worker *w)
{
    const kd_value *list = kd_get(w->with, "teachers");
    for (int i = 0; list && list->kind == KD_V_LIST && i < list->n && i < KDI_MAX_NETS; i++) {
        const char *run;
        KD_TRY(kd_need_text(list->item[i], "run", &run));
        KD_TRY(open_weights(w, run, i));
        KD_TRY(open_caches(w, kd_get(list->item[i], "cache"), i));
    }
    return KD_OK;
}

static int open_all(worker *w)
{
    const kd_value *dataset;
    const char *folder;
    KD_TRY(kdi_registry_open());
    KD_TRY(kd_need_map(w->spec, "dataset", &dataset));
    KD_TRY(kd_need_text(w->with, "data", &folder));
    KD_TRY(kdi_data_open(&w->data, dataset, folder));
    w->has.data = w->data;
    KD_TRY(open_teachers(w));
    return kdi_trainer_new(&w->trainer, w->spec, &w->has);
}

static void close_all(worker *w)
{
    kdi_trainer_free(w->trainer);
    for (int i = 0; i < KDI_MAX_NETS; i++)
        for (int split = 0; split < KD_NSPLIT; split++)
            if (w->has.teacher[i].cache[split])
                kdi_cache_close(w->has.teacher[i].cache[split]);
    if (w->data)
        kdi_data_close(w->data);
}

/* ---- journal ------------------------------------------------------------------------------ */

static const char *epoch_line(const kdi_trainer *t, int epoch, kdi_arena *a)
{
    kd_value *map = kd_map(a);
    kd_set_text(map, "event", "epoch");
    kd_set_int(map, "epoch", epoch + 1);
    kd_set_int(map, "epochs", t->nepochs);
    for (int i = 0; i < t->ncurve; i++)
        kd_set_number(map, t->curve[i].name, t->curve[i].value[epoch]);
    return kdi_json(map, a);
}

/* the journal is what the checkpoint says of the epochs done, no more and no less */
static int rewrite_journal(worker *w)
{
    kdi_arena *a = kdi_arena_new("journal");
    const char *text = "";
    for (int epoch = 0; epoch < w->trainer->epoch; epoch++)
        text = kdi_format(a, "%s%s\n", text, epoch_line(w->trainer, epoch, a));
    int code = kdi_write_atomic(in_folder(w, "journal.jsonl"), text, (int64_t)strlen(text));
    kdi_arena_free(a);
    return code;
}

static int save(worker *w)
{
    kdi_trainer *t = w->trainer;
    kdi_arena *a = kdi_arena_new("checkpoint");
    int code = kdi_checkpoint_write(in_folder(w, "checkpoint.h5"), kdi_trainer_state(t, a));
    kdi_kill_point("between_checkpoint_and_journal");
    if (code == KD_OK)
        code = kdi_append_line(in_folder(w, "journal.jsonl"), epoch_line(t, t->epoch - 1, a));
    kdi_kill_point("after_journal");
    kdi_arena_free(a);
    return code;
}

static int resume(worker *w)
{
    const char *path = in_folder(w, "checkpoint.h5");
    kd_value *state;
    if (kdi_file_exists(path)) {
        KD_TRY(kdi_checkpoint_read(path, w->arena, &state));
        KD_TRY(kdi_trainer_restore(w->trainer, state));
    }
    return rewrite_journal(w);
}

/* ---- the run -------------------------------------------------------------------------------- */

static bool must_distil(const kdi_trainer *t)
{
    return !t->method->baseline && !t->method->step;
}

static int check_it_distilled(const kdi_trainer *t)
{
    if (must_distil(t) && !(t->distil_norm > 0))
        return kd_error(KD_E_METHOD,
                        "%s did not distil: its terms gave the student no gradient in "
                        "any epoch (weights of zero?)",
                        t->method->name);
    return KD_OK;
}

static int finish(worker *w)
{
    kd_value *run;
    KD_TRY(check_it_distilled(w->trainer));
    KD_TRY(kdi_run_result(w->trainer, w->json, w->arena, &run));
    kdi_kill_point("before_result");
    KD_TRY(kdi_run_write(in_folder(w, "run.h5"), run));
    kdi_kill_point("after_result");
    unlink(in_folder(w, "checkpoint.h5"));
    return KD_OK;
}

static int train_all(worker *w)
{
    KD_TRY(open_all(w));
    KD_TRY(resume(w));
    while (w->trainer->epoch < w->trainer->nepochs) {
        kdi_kill_point("epoch");
        KD_TRY(kdi_trainer_epoch(w->trainer));
        KD_TRY(save(w));
    }
    return finish(w);
}

static int begin(worker *w, const kd_value *args, kdi_arena *a)
{
    w->arena = a;
    KD_TRY(kd_arg_map(args, 0, &w->spec));
    KD_TRY(kd_arg_text(args, 1, &w->folder));
    KD_TRY(kd_arg_map(args, 2, &w->with));
    KD_TRY(kd_need_text(w->with, "json", &w->json));
    return kdi_make_folders(w->folder);
}

/* train(spec, folder, { json, data, teachers }) -> true; the folder gets run.h5 */
static int train(const kd_value *args, kdi_arena *a, kd_value **result)
{
    worker w = { 0 };
    KD_TRY(begin(&w, args, a));
    int code = train_all(&w);
    close_all(&w);
    *result = kd_bool(a, code == KD_OK);
    return code;
}

/* ---- the planned run that fills a teacher's caches ----------------------------------- */

enum { MOST_FILES = KD_NSPLIT * (KDI_NET_TAPS + 1) };

static int split_named(const char *name, enum kd_split *split)
{
    for (*split = KD_TRAIN; *split < KD_NSPLIT; ++*split)
        if (strcmp(name, kdi_split_name[*split]) == 0)
            return KD_OK;
    return kd_error(KD_E_USAGE, "there is no split '%s'", name);
}

/* { split, path, output } */
static int read_file(const kd_value *asked, kdi_cache_file *file)
{
    const char *split;
    file->noutput = 1;
    KD_TRY(kd_need_text(asked, "split", &split));
    KD_TRY(kd_need_text(asked, "path", &file->path));
    KD_TRY(kd_need_text(asked, "output", &file->output[0]));
    return split_named(split, &file->split);
}

static int build_caches(worker *w, kd_value *said)
{
    kdi_cache_file file[MOST_FILES];
    const kd_value *cache;
    KD_TRY(open_all(w));
    KD_TRY(kd_need_map(w->with, "cache", &cache));
    const kd_value *list = kd_get(cache, "files");
    kdi_teacher *teacher = w->trainer->nteacher ? &w->trainer->teacher[0] : &w->trainer->reference;
    if (!teacher->net)
        return kd_error(KD_E_USAGE, "a cache needs a spec with a teacher");
    if (!list || list->kind != KD_V_LIST || list->n > MOST_FILES)
        return kd_error(KD_E_USAGE, "a cache needs a list of 1 to %d files", MOST_FILES);
    for (int64_t i = 0; i < list->n; i++)
        KD_TRY(read_file(list->item[i], &file[i]));
    return kdi_cache_build(w->trainer, teacher, file, (int)list->n, kd_get_int(cache, "epochs", 1),
                           kd_get_bool(cache, "rebuild", false), said);
}

/* cache(spec, folder, { json, data, teachers, cache = { files = { { split, path, output } },
 * epochs, rebuild } }) -> why files that were there were computed again */
static int cache(const kd_value *args, kdi_arena *a, kd_value **result)
{
    worker w = { 0 };
    KD_TRY(begin(&w, args, a));
    *result = kd_list(a);
    int code = build_caches(&w, *result);
    close_all(&w);
    return code;
}

const kdi_call kdi_train_calls[] = {
    { "train", train }, { "cache", cache }, { "teacher_outputs", kdi_teacher_outputs }, { 0 }
};
