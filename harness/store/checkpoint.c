/* checkpoint.h5: what a killed run goes on from; unpacked, sealed, replaced in one step. */
#include "store/store.h"
#include "store/tree.h"

enum { CHECKPOINT_VERSION = 1 };

int kdi_checkpoint_write(const char *path, const kd_value *tree)
{
    kdi_arena *a = kdi_arena_new("checkpoint");
    kd_value *file = kd_map(a);
    kd_set_int(file, "checkpoint_version", CHECKPOINT_VERSION);
    kd_set(file, "state", (kd_value *)tree);
    int code = kdi_h5_write_contiguous(path, file);
    kdi_arena_free(a);
    return code;
}

int kdi_checkpoint_read(const char *path, kdi_arena *a, kd_value **tree)
{
    kd_value *file;
    const kd_value *state;
    KD_TRY(kdi_seal_check(path));
    KD_TRY(kdi_tree_read(path, NULL, NULL, a, &file));
    int64_t version = kd_get_int(file, "checkpoint_version", 0);
    if (version != CHECKPOINT_VERSION)
        return kd_error(KD_E_DATA, "%s is not a checkpoint of version %d (found %lld)", path,
                        CHECKPOINT_VERSION, (long long)version);
    KD_TRY(kd_need_map(file, "state", &state));
    *tree = (kd_value *)state;
    return KD_OK;
}
