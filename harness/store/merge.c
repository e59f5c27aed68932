/* results.h5: the runs of a sweep in one file, each in a group of its own that looks like its
 * run.h5 without weights. Files are read one at a time, so memory does not grow with their number.
 */
#include "store/store.h"
#include "store/tree.h"

#include <stdio.h>
#include <string.h>
#include "base/system.h"
#include "build_info.h" /* generated: version */

enum { MERGED_VERSION = 1 };

/* ---- writing ------------------------------------------------------------------- */

typedef struct merger {
    kdi_h5 file, runs;
    kdi_links *links;
    const char *const *groups; /* of a run file */
} merger;

/* what a run's own file says, if it has one, and what the sweep says of it */
static int record_of(const merger *m, const kd_value *one, kdi_arena *a, kd_value **record)
{
    const char *file = kd_get_text(one, "file", NULL);
    const kd_value *more;
    *record = kd_map(a);
    if (file)
        KD_TRY(kdi_run_read(file, m->groups, a, record));
    KD_TRY(kd_need_map(one, "record", &more));
    for (int64_t i = 0; i < more->n; i++)
        kd_set(*record, more->key[i], more->item[i]);
    return KD_OK;
}

static int put_run(merger *m, const kd_value *one, kdi_arena *a)
{
    const char *hash;
    kd_value *record;
    kdi_h5 group;
    KD_TRY(kd_need_text(one, "hash", &hash));
    KD_TRY(record_of(m, one, a, &record));
    KD_TRY(kdi_h5_group_new(m->runs, hash, &group));
    KD_TRY(kdi_tree_put_shared(group, record, m->links, a));
    kdi_h5_leave(&group);
    return KD_OK;
}

static int put_runs(merger *m, const kd_value *runs)
{
    for (int64_t i = 0; i < runs->n; i++) {
        kdi_arena *a = kdi_arena_new("merged run");
        int code = put_run(m, runs->item[i], a);
        kdi_arena_free(a);
        KD_TRY(code);
    }
    return KD_OK;
}

static int put_head(merger *m, const kd_value *sweep, kdi_arena *a)
{
    kd_value *head = kd_map(a);
    kd_set_int(head, "merged_version", MERGED_VERSION);
    kd_set_int(head, "schema_version", KDI_RUN_VERSION);
    kd_set_text(head, "creator", "kdbench " KDI_VERSION);
    kd_set(head, "sweep", (kd_value *)sweep);
    KD_TRY(kdi_tree_put_shared(m->file, head, m->links, a));
    return kdi_h5_group_new(m->file, "runs", &m->runs);
}

static int write_part(const char *part, const kd_value *sweep, const kd_value *runs,
                      const char *const *groups, kdi_arena *a)
{
    merger m = { .links = kdi_links_new(a), .groups = groups };
    KD_TRY(kdi_h5_create_dense(part, KDI_SEAL_SIZE, &m.file));
    int code = put_head(&m, sweep, a);
    if (code == KD_OK)
        code = put_runs(&m, runs);
    int closed = kdi_h5_close(&m.file);
    KD_TRY(code != KD_OK ? code : closed);
    return kdi_seal(part);
}

int kdi_merge(const char *path, const kd_value *sweep, const kd_value *runs,
              const char *const *groups)
{
    if (!sweep || sweep->kind != KD_V_MAP || !runs || runs->kind != KD_V_LIST)
        return kd_error(KD_E_USAGE, "%s: a merged file is made of a sweep and a list of runs",
                        path);
    kdi_arena *a = kdi_arena_new("merge");
    const char *part = kdi_format(a, "%s.part", path);
    int code = write_part(part, sweep, runs, groups, a);
    if (code != KD_OK)
        remove(part);
    else
        code = kdi_commit_part(path);
    kdi_arena_free(a);
    return code;
}

/* ---- reading ------------------------------------------------------------------------ */

static int check_version(const char *path, const kd_value *head)
{
    int64_t merged = kd_get_int(head, "merged_version", 0);
    int64_t schema = kd_get_int(head, "schema_version", 0);
    if (merged == 0)
        return kd_error(KD_E_DATA, "%s is not a merged file: it has no merged_version", path);
    if (merged != MERGED_VERSION || schema != KDI_RUN_VERSION)
        return kd_error(KD_E_DATA,
                        "%s has merged version %lld of schema version %lld, this program reads %d "
                        "of %d",
                        path, (long long)merged, (long long)schema, MERGED_VERSION,
                        KDI_RUN_VERSION);
    return KD_OK;
}

static int count_runs(kdi_h5 file, kdi_arena *a, kdi_names *names)
{
    kdi_h5 runs;
    KD_TRY(kdi_h5_enter(file, "runs", &runs));
    KD_TRY(kdi_h5_members(runs, a, names));
    kdi_h5_leave(&runs);
    return KD_OK;
}

static int read_head(kdi_h5 file, kdi_arena *a, kd_value **head)
{
    static const char *const want[] = { "sweep", NULL };
    kdi_names names;
    KD_TRY(kdi_tree_get_wanted(file, want, a, head));
    KD_TRY(check_version(file.file, *head));
    KD_TRY(count_runs(file, a, &names));
    kd_set_int(*head, "count", names.n);
    return KD_OK;
}

/* [first, first+n) in order of their hashes: whole trees, each with its hash */
static int read_runs(kdi_h5 file, const char *const *groups, int64_t first, int64_t n, kdi_arena *a,
                     kd_value **list)
{
    kdi_h5 runs, one;
    kdi_names names;
    *list = kd_list(a);
    KD_TRY(kdi_h5_enter(file, "runs", &runs));
    KD_TRY(kdi_h5_members(runs, a, &names));
    for (int64_t i = first; i < names.n && i < first + n; i++) {
        kd_value *tree;
        KD_TRY(kdi_h5_enter(runs, names.name[i], &one));
        KD_TRY(kdi_tree_get_wanted(one, groups, a, &tree));
        kdi_h5_leave(&one);
        kd_set_text(tree, "hash", names.name[i]);
        kd_push(*list, tree);
    }
    kdi_h5_leave(&runs);
    return KD_OK;
}

int kdi_merged_head(const char *path, kdi_arena *a, kd_value **head)
{
    kdi_h5 file;
    KD_TRY(kdi_seal_check_once(path));
    KD_TRY(kdi_h5_open(path, &file));
    int code = read_head(file, a, head);
    kdi_h5_close(&file);
    return code;
}

int kdi_merged_runs(const char *path, const char *const *groups, int64_t first, int64_t n,
                    kdi_arena *a, kd_value **list)
{
    kdi_h5 file;
    kd_value *head;
    KD_TRY(kdi_seal_check_once(path));
    KD_TRY(kdi_h5_open(path, &file));
    int code = read_head(file, a, &head);
    if (code == KD_OK)
        code = read_runs(file, groups, first, n, a, list);
    kdi_h5_close(&file);
    return code;
}
