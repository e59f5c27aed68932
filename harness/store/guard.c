/* Reading in a child process what may crash the reader. */
#include "store/guard.h"
#include "store/pack.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CPU_SECONDS = 120 };

/* ---- the child -------------------------------------------------------------------- */

/* dies quietly: its parent says what happened */
static void be_quiet(void)
{
    static const int deadly[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        signal(deadly[i], SIG_DFL);
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    setrlimit(RLIMIT_CPU, &(struct rlimit){ CPU_SECONDS, CPU_SECONDS });
}

static _Noreturn void child(int fd, kdi_read *read, const void *what)
{
    be_quiet();
    kdi_arena *a = kdi_arena_new("child");
    kd_value *answer = kd_map(a), *value = NULL;
    int code = read(what, a, &value);
    kd_set_int(answer, "code", code);
    if (code != KD_OK)
        kd_set_text(answer, "message", kd_error_message());
    else if (value)
        kd_set(answer, "value", value);
    kdi_pack_and_end(fd, answer);
}

/* ---- the parent --------------------------------------------------------------------- */

static int wait_for(const char *path, pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return kd_error(KD_E_SYSTEM, "cannot wait for the reader of %s: %s", path,
                            strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return KD_OK;
    if (WIFEXITED(status))
        return kd_error(KD_E_DATA, "%s cannot be read: there is not enough memory for it", path);
    int number = WTERMSIG(status);
    if (number == SIGINT || number == SIGTERM)
        return kd_error(KD_E_INTERRUPTED, "interrupted while reading %s", path);
    return kd_error(KD_E_DATA, "%s is damaged: HDF5 %s it (signal %d)", path,
                    number == SIGXCPU || number == SIGKILL ? "did not finish reading"
                                                           : "crashed while reading",
                    number);
}

static int take_answer(const char *path, const kd_value *answer, kd_value **out)
{
    int64_t code;
    if (!answer || kd_need_int(answer, "code", &code) != KD_OK)
        return kd_error(KD_E_DATA, "%s is damaged: its reader gave nonsense", path);
    *out = (kd_value *)kd_get(answer, "value");
    if (code != KD_OK)
        return kd_error((int)code, "%s", kd_get_text(answer, "message", "?"));
    return *out ? KD_OK : kd_error(KD_E_DATA, "%s is damaged: its reader gave nothing", path);
}

static int unpack(const char *path, int fd, kdi_arena *a, kd_value **out)
{
    struct stat info;
    void *map = MAP_FAILED;
    if (fstat(fd, &info) == 0 && info.st_size > 0)
        map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return kd_error(KD_E_SYSTEM, "cannot map what was read of %s", path);
    kd_value *answer = kdi_unpack(map, (size_t)info.st_size, a);
    munmap(map, (size_t)info.st_size);
    return take_answer(path, answer, out);
}

static int in_child(const char *path, kdi_read *read, const void *what, int fd)
{
    fflush(NULL); /* or the child would write it again */
    pid_t pid = fork();
    if (pid < 0)
        return kd_error(KD_E_SYSTEM, "cannot start a reader for %s: %s", path, strerror(errno));
    if (pid == 0)
        child(fd, read, what);
    return wait_for(path, pid);
}

int kdi_guarded(const char *path, kdi_read *read, const void *what, kdi_arena *a, kd_value **out)
{
    if (kdi_is_sealed(path)) {
        KD_TRY(kdi_seal_check(path));
        return read(what, a, out);
    }
    int fd = memfd_create("kdbench", MFD_CLOEXEC);
    if (fd < 0)
        return kd_error(KD_E_SYSTEM, "cannot make room to read %s: %s", path, strerror(errno));
    int code = in_child(path, read, what, fd);
    if (code == KD_OK)
        code = unpack(path, fd, a, out);
    close(fd);
    return code;
}
