/* What Lua may ask of the operating system. */
#include "base/sha256.h"
#include "base/system.h"

#include <limits.h>
#include <unistd.h>

static int write_atomic(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path, *text;
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(kd_arg_text(args, 1, &text));
    *result = kd_bool(a, true);
    return kdi_write_atomic(path, text, kd_arg(args, 1)->n);
}

static int append_sync(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path, *line;
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(kd_arg_text(args, 1, &line));
    *result = kd_bool(a, true);
    return kdi_append_line(path, line);
}

static int make_folders(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    *result = kd_bool(a, true);
    return kdi_make_folders(path);
}

static int lock(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    KD_TRY(kd_arg_text(args, 0, &path));
    *result = kd_bool(a, true);
    return kdi_lock(path);
}

static int sha256(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *text;
    char hex[KDI_SHA256_HEX];
    KD_TRY(kd_arg_text(args, 0, &text));
    kdi_sha256(text, (size_t)kd_arg(args, 0)->n, hex);
    *result = kd_string(a, hex);
    return KD_OK;
}

static int sha256_file(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    char hex[KDI_SHA256_HEX];
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(kdi_sha256_file(path, hex));
    *result = kd_string(a, hex);
    return KD_OK;
}

static int now(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kd_number(a, kdi_now());
    return KD_OK;
}

static int utc(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kd_string(a, kdi_utc());
    return KD_OK;
}

static int catch_stop(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    kdi_catch_stop();
    *result = kd_bool(a, true);
    return KD_OK;
}

static int stop_requested(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kd_bool(a, kdi_stop_requested());
    return KD_OK;
}

static int is_terminal(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *fd = kd_arg(args, 0);
    *result = kd_bool(a, isatty(fd ? (int)fd->integer : 2));
    return KD_OK;
}

static int cpus(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kd_int(a, sysconf(_SC_NPROCESSORS_ONLN));
    return KD_OK;
}

static int self(const kd_value *args, kdi_arena *a, kd_value **result)
{
    char path[PATH_MAX];
    (void)args;
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    if (n < 0)
        return kd_error(KD_E_SYSTEM, "cannot tell where this program is");
    *result = kd_string_n(a, path, n);
    return KD_OK;
}

static int kill_point(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *name;
    KD_TRY(kd_arg_text(args, 0, &name));
    kdi_kill_point(name);
    *result = kd_nil(a);
    return KD_OK;
}

const kdi_call kdi_system_calls[] = {
    { "write_atomic", write_atomic },
    { "append_sync", append_sync },
    { "mkdirs", make_folders },
    { "lock", lock },
    { "sha256", sha256 },
    { "sha256_file", sha256_file },
    { "now", now },
    { "utc", utc },
    { "catch_stop", catch_stop },
    { "stop_requested", stop_requested },
    { "isatty", is_terminal },
    { "cpus", cpus },
    { "self", self },
    { "kill_point", kill_point },
    { 0 },
};
