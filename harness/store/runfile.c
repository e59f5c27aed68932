/* run.h5: one run's record, in two sets of groups with a checksum each. */
#include "store/store.h"
#include "store/tree.h"

#include <string.h>
#include "build_info.h" /* generated: version */

const char *const kdi_run_exact[] = { "spec", "curve", "final", "weights", "pred", NULL };
const char *const kdi_run_rest[] = { "env", "cost", "status", NULL };
static const char *const root_attribute[] = { "schema_version", "creator", "content_sha256",
                                              "rest_sha256", NULL };

static bool in_list(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

static int sum_of(const kd_value *run, const char *const *groups, char hex[KDI_SHA256_HEX])
{
    kdi_arena *a = kdi_arena_new("run sum");
    kd_value *set = kd_map(a);
    for (; *groups; groups++)
        if (kd_get(run, *groups))
            kd_set(set, *groups, (kd_value *)kd_get(run, *groups));
    int code = kdi_tree_sha256(set, hex);
    kdi_arena_free(a);
    return code;
}

static int check_members(const char *path, const kd_value *run)
{
    if (!run || run->kind != KD_V_MAP)
        return kd_error(KD_E_USAGE, "%s: a run is a map", path);
    for (int64_t i = 0; i < run->n; i++) {
        const char *key = run->key[i];
        bool group = in_list(kdi_run_exact, key) || in_list(kdi_run_rest, key);
        if (group && run->item[i]->kind != KD_V_MAP)
            return kd_error(KD_E_USAGE, "%s: /%s must be a map", path, key);
        if (!group && !in_list(root_attribute, key))
            return kd_error(KD_E_USAGE,
                            "%s: a run has no group '%s': it has spec curve final weights pred "
                            "env cost status",
                            path, key);
    }
    return KD_OK;
}

static int write_in(kdi_arena *a, const char *path, const kd_value *run)
{
    char sum[KDI_SHA256_HEX];
    kd_value *file = kd_map(a);
    for (int64_t i = 0; i < run->n; i++)
        kd_set(file, run->key[i], run->item[i]);
    kd_set_int(file, "schema_version", KDI_RUN_VERSION);
    kd_set_text(file, "creator", kd_get_text(run, "creator", "kdbench " KDI_VERSION));
    KD_TRY(sum_of(run, kdi_run_exact, sum));
    kd_set_text(file, "content_sha256", sum);
    KD_TRY(sum_of(run, kdi_run_rest, sum));
    kd_set_text(file, "rest_sha256", sum);
    return kdi_h5_write(path, file);
}

int kdi_run_write(const char *path, const kd_value *run)
{
    KD_TRY(check_members(path, run));
    kdi_arena *a = kdi_arena_new("run");
    int code = write_in(a, path, run);
    kdi_arena_free(a);
    return code;
}

int kdi_run_read(const char *path, const char *const *what, kdi_arena *a, kd_value **run)
{
    KD_TRY(kdi_seal_check(path));
    KD_TRY(kdi_tree_read_wanted(path, what, a, run));
    if (!kd_get_text(*run, "content_sha256", NULL))
        return kd_error(KD_E_DATA, "%s is not a run file: it has no content_sha256", path);
    int64_t version = kd_get_int(*run, "schema_version", 0);
    if (version != KDI_RUN_VERSION)
        return kd_error(KD_E_DATA, "%s has schema version %lld, this program reads %d", path,
                        (long long)version, KDI_RUN_VERSION);
    return KD_OK;
}

static int compare_sum(const char *path, const kd_value *run, const char *name,
                       const char *const *groups)
{
    char sum[KDI_SHA256_HEX];
    KD_TRY(sum_of(run, groups, sum));
    if (strcmp(kd_get_text(run, name, ""), sum) != 0)
        return kd_error(KD_E_DATA, "%s is damaged: its content does not have its %s", path, name);
    return KD_OK;
}

static int verify_in(kdi_arena *a, const char *path)
{
    kd_value *run;
    KD_TRY(kdi_run_read(path, NULL, a, &run));
    KD_TRY(compare_sum(path, run, "content_sha256", kdi_run_exact));
    return compare_sum(path, run, "rest_sha256", kdi_run_rest);
}

int kdi_run_verify(const char *path)
{
    kdi_arena *a = kdi_arena_new("verify");
    int code = verify_in(a, path);
    kdi_arena_free(a);
    return code;
}
