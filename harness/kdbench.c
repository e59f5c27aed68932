/* kdbench: one thread, the tables of functions that Lua may call, and cli.lua. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/system.h"
#include "data/data.h"
#include "lua/bind.h"
#include "store/store.h"
#include "train/worker.h"

extern const kdi_call kdi_catalog_calls[], kdi_process_calls[];

static const kdi_call *const tables[] = {
    kdi_system_calls,  kdi_process_calls, kdi_catalog_calls, kdi_data_calls,
    kdi_store_calls,   kdi_train_calls,   NULL,
};

/* OpenMP and OpenBLAS read these before main: set them and start again */
static void use_one_thread(char **argv)
{
    if (getenv("OMP_NUM_THREADS") && getenv("OPENBLAS_NUM_THREADS"))
        return;
    setenv("OMP_NUM_THREADS", "1", 0);
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
    execv("/proc/self/exe", argv);
}

static int is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* KD_HOME, then the tree this was built from, then where it was installed */
static const char *home(void)
{
    const char *set = getenv("KD_HOME");
    if (set)
        return set;
    return is_folder(KD_SOURCE_DIR "/harness/lua") ? KD_SOURCE_DIR : KD_INSTALL_DATA;
}

int main(int argc, char **argv)
{
    char lua[4096];
    use_one_thread(argv);
    setenv("KD_HOME", home(), 1);
    snprintf(lua, sizeof lua, "%s/harness/lua", home());
    return kdi_lua_main(tables, lua, "cli", argc, argv);
}
