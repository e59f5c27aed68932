/* kdbench: one thread, the tables of functions that Lua may call, and cli.lua. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/system.h"
#include "bench/bench.h"
#include "check/check.h"
#include "check/golden_check.h"
#include "data/data.h"
#include "lua/bind.h"
#include "store/store.h"
#include "train/worker.h"

extern const kdi_call kdi_catalog_calls[], kdi_process_calls[];

static const kdi_call *const tables[] = {
    kdi_system_calls, kdi_process_calls, kdi_catalog_calls, kdi_data_calls,  kdi_store_calls,
    kdi_train_calls,  kdi_check_calls,   kdi_golden_calls,  kdi_bench_calls, NULL,
};

/* this program's own path; "" when the system does not say */
static const char *own_path(void)
{
    static char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return path;
}

/* OpenMP and OpenBLAS read these before main: set them and start again */
static void use_one_thread(char **argv)
{
    if (getenv("OMP_NUM_THREADS") && getenv("OPENBLAS_NUM_THREADS"))
        return;
    setenv("OMP_NUM_THREADS", "1", 0);
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
    execv(own_path(), argv);
}

/* where the Lua modules, maps and recipes are: KD_HOME, else the sources when this is the program
 * in the build folder, else what was installed beside it: BIN/../share/kdbench */
static const char *home(void)
{
    static char path[PATH_MAX + 32];
    const char *set = getenv("KD_HOME");
    if (set)
        return set;
    snprintf(path, sizeof path, "%s", own_path());
    char *slash = strrchr(path, '/');
    if (!slash)
        return KD_SOURCE_DIR;
    *slash = '\0';
    if (strcmp(path, KD_BUILD_DIR) == 0)
        return KD_SOURCE_DIR;
    strcat(path, "/../share/kdbench");
    return path;
}

int main(int argc, char **argv)
{
    char lua[2 * PATH_MAX];
    use_one_thread(argv);
    setenv("KD_HOME", home(), 1);
    snprintf(lua, sizeof lua, "%s/harness/lua", getenv("KD_HOME"));
    return kdi_lua_main(tables, lua, "cli", argc, argv);
}
