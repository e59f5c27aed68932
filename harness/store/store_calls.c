/* What Lua may ask of the store. */
#include "store/store.h"
#include "store/golden.h"
#include "store/teacher_cache.h"

/* a list of strings as a C list ended by NULL; NULL for nothing */
static int names_of(const kd_value *list, kdi_arena *a, const char *const **out)
{
    *out = NULL;
    if (!list)
        return KD_OK;
    if (list->kind != KD_V_LIST)
        return kd_error(KD_E_USAGE, "a list of names is wanted");
    const char **name = kdi_alloc0(a, (size_t)(list->n + 1) * sizeof *name);
    for (int64_t i = 0; i < list->n; i++) {
        if (list->item[i]->kind != KD_V_STRING)
            return kd_error(KD_E_USAGE, "name %lld of the list is not a string", (long long)i + 1);
        name[i] = list->item[i]->text;
    }
    *out = name;
    return KD_OK;
}

/* h5_read(path [, group [, skip]]) */
static int h5_read(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path, *group = NULL;
    const char *const *skip;
    KD_TRY(kd_arg_text(args, 0, &path));
    if (kd_arg(args, 1))
        KD_TRY(kd_arg_text(args, 1, &group));
    KD_TRY(names_of(kd_arg(args, 2), a, &skip));
    return kdi_h5_read(path, group, skip, a, result);
}

/* h5_write(path, tree) */
static int h5_write(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    *result = kd_bool(a, true);
    return kdi_h5_write(path, kd_arg(args, 1));
}

/* h5_survey(path [, below]) */
static int h5_survey(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path, *below = NULL;
    KD_TRY(kd_arg_text(args, 0, &path));
    if (kd_arg(args, 1))
        KD_TRY(kd_arg_text(args, 1, &below));
    return kdi_h5_survey(path, below, a, result);
}

/* run_read(path [, groups]) */
static int run_read(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    const char *const *what;
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(names_of(kd_arg(args, 1), a, &what));
    return kdi_run_read(path, what, a, result);
}

/* runs_read(paths [, groups [, next paths]]) */
static int runs_read(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *const *paths, *const *what, *const *next;
    KD_TRY(names_of(kd_arg(args, 0), a, &paths));
    KD_TRY(names_of(kd_arg(args, 1), a, &what));
    KD_TRY(names_of(kd_arg(args, 2), a, &next));
    if (!paths)
        return kd_error(KD_E_USAGE, "runs_read: a list of paths is wanted");
    return kdi_runs_read(kd_arg(args, 0), next ? kd_arg(args, 2) : NULL, what, a, result);
}

/* run_write(path, run) */
static int run_write(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    *result = kd_bool(a, true);
    return kdi_run_write(path, kd_arg(args, 1));
}

/* run_verify(path) */
static int run_verify(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    *result = kd_bool(a, true);
    return kdi_run_verify(path);
}

/* merge(path, sweep, runs, groups) */
static int merge(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    const char *const *groups;
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(names_of(kd_arg(args, 3), a, &groups));
    *result = kd_bool(a, true);
    return kdi_merge(path, kd_arg(args, 1), kd_arg(args, 2), groups);
}

/* merged_head(path) */
static int merged_head(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    return kdi_merged_head(path, a, result);
}

/* merged_runs(path, groups, first, n): the first run is 1 */
static int merged_runs(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    const char *const *groups;
    const kd_value *first = kd_arg(args, 2), *n = kd_arg(args, 3);
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(names_of(kd_arg(args, 1), a, &groups));
    if (!first || first->kind != KD_V_INT || first->integer < 1 || !n || n->kind != KD_V_INT)
        return kd_error(KD_E_USAGE, "merged_runs: a first run (from 1) and a number are wanted");
    return kdi_merged_runs(path, groups, first->integer - 1, n->integer, a, result);
}

/* golden_list(path) */
static int golden_list(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    return kdi_golden_list(path, a, result);
}

/* golden_case(path, method, case) */
static int golden_case(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path, *method, *name;
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(kd_arg_text(args, 1, &method));
    KD_TRY(kd_arg_text(args, 2, &name));
    return kdi_golden_case(path, method, name, a, result);
}

/* golden_copy(from, methods, to) */
static int golden_copy(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *from, *to;
    const char *const *methods;
    KD_TRY(kd_arg_text(args, 0, &from));
    KD_TRY(names_of(kd_arg(args, 1), a, &methods));
    KD_TRY(kd_arg_text(args, 2, &to));
    *result = kd_bool(a, true);
    return kdi_golden_copy(from, methods, to);
}

/* cache_facts(path) */
static int cache_facts(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    return kdi_cache_facts(path, a, result);
}

/* cache_check(path) */
static int cache_check(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    *result = kd_bool(a, true);
    return kdi_cache_check(path);
}

const kdi_call kdi_store_calls[] = {
    { "h5_read", h5_read },         { "h5_write", h5_write },
    { "h5_survey", h5_survey },     { "run_read", run_read },
    { "runs_read", runs_read },     { "run_write", run_write },
    { "run_verify", run_verify },   { "merge", merge },
    { "merged_head", merged_head }, { "merged_runs", merged_runs },
    { "golden_list", golden_list }, { "golden_case", golden_case },
    { "golden_copy", golden_copy }, { "cache_facts", cache_facts },
    { "cache_check", cache_check }, { 0 },
};
