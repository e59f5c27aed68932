/* kdbench: one thread, the tables of functions that Lua may call, and cli.lua. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/resample.h"
#include "base/system.h"
#include "bench/bench.h"
#include "bench/tune.h"
#include "check/check.h"
#include "check/golden_check.h"
#include "data/data.h"
#include "engine/simd.h"
#include "exchange/exchange.h"
#include "lua/bind.h"
#include "store/store.h"
#include "train/worker.h"

extern const kdi_call kdi_catalog_calls[], kdi_process_calls[];

enum { BAD_USAGE = 2 };

static const kdi_call *const tables[] = {
    kdi_system_calls,
    kdi_resample_calls,
    kdi_process_calls,
    kdi_catalog_calls,
    kdi_data_calls,
    kdi_store_calls,
    kdi_train_calls,
    kdi_exchange_calls,
    kdi_check_calls,
    kdi_golden_calls,
    kdi_bench_calls,
    kdi_tune_calls,
    NULL,
};

/* this program's own path; "" when the system does not say */
static const char *own_path(void)
{
    static char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return path;
}

/* where KD_SIMD allows less than the machine has: OpenBLAS's kernels that keep to it */
static const char *blas_core(void)
{
    return !kdi_simd_held_back() ? NULL : kdi_simd_off() ? "Prescott" : "Haswell";
}

/* OpenMP and OpenBLAS read these before main: set those that are not and start again */
static void set_environment(char **argv)
{
    const struct {
        const char *name, *value;
    } wanted[] = { { "OMP_NUM_THREADS", "1" },
                   { "OPENBLAS_NUM_THREADS", "1" },
                   { "OPENBLAS_CORETYPE", blas_core() } };
    bool again = false;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (wanted[i].value && !getenv(wanted[i].name)) {
            setenv(wanted[i].name, wanted[i].value, 0);
            again = true;
        }
    if (again)
        execv(own_path(), argv);
}

static bool environment_makes_sense(void)
{
    const char *word = kdi_simd_unknown();
    if (word)
        fprintf(stderr, "kdbench: KD_SIMD is '%s', should be off, avx2 or avx512\n", word);
    return !word;
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
    if (!environment_makes_sense())
        return BAD_USAGE;
    set_environment(argv);
    setenv("KD_HOME", home(), 1);
    snprintf(lua, sizeof lua, "%s/harness/lua", getenv("KD_HOME"));
    return kdi_lua_main(tables, lua, "cli", argc, argv);
}
