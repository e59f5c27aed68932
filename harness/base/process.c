/* Worker processes: start one bound to a processor, wait for any, signal it. They die with us. */
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_ARGS = 64 };

static void send_to(int fd, const char *path)
{
    int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (file >= 0) {
        dup2(file, fd);
        close(file);
    }
}

static void bind_to(int64_t cpu)
{
    if (cpu < 0)
        return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

/* a descriptor that the worker is to find open under the same number */
static void hand_over(int64_t fd)
{
    if (fd >= 0)
        fcntl((int)fd, F_SETFD, 0);
}

_Noreturn static void become(const kd_value *args, char **argv, pid_t parent)
{
    const kd_value *env = kd_get(args, "env");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    for (int64_t i = 0; env && i < env->n; i++)
        setenv(env->key[i], env->item[i]->text ? env->item[i]->text : "", 1);
    setenv("KD_ROLE", "worker", 1);
    send_to(1, kd_get_text(args, "stdout", NULL));
    send_to(2, kd_get_text(args, "stderr", NULL));
    bind_to(kd_get_int(args, "cpu", -1));
    hand_over(kd_get_int(args, "fd", -1));
    execvp(argv[0], argv);
    fprintf(stderr, "kdbench: cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

/* { argv = {..}, env = {K = V}, stdout = file, stderr = file, cpu = n, fd = n } -> pid */
static int spawn(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *how, *list;
    char *argv[MOST_ARGS + 1] = { 0 };
    KD_TRY(kd_arg_map(args, 0, &how));
    list = kd_get(how, "argv");
    if (!list || list->kind != KD_V_LIST || list->n < 1 || list->n > MOST_ARGS)
        return kd_error(KD_E_USAGE, "spawn wants argv, a list of 1 to %d strings", MOST_ARGS);
    for (int64_t i = 0; i < list->n; i++)
        argv[i] = kdi_strdup(a, list->item[i]->text ? list->item[i]->text : "");
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return kd_error(KD_E_SYSTEM, "cannot fork: %s", strerror(errno));
    if (pid == 0)
        become(how, argv, parent);
    *result = kd_int(a, pid);
    return KD_OK;
}

/* ---- waiting ---------------------------------------------------------------------------- */

static void on_child(int signal_number)
{
    (void)signal_number; /* only so that ppoll is interrupted */
}

static int64_t reap(kdi_arena *a, kd_value **result)
{
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0)
        return pid;
    *result = kd_map(a);
    kd_set_int(*result, "pid", pid);
    if (WIFSIGNALED(status))
        kd_set_int(*result, "signal", WTERMSIG(status));
    else
        kd_set_int(*result, "exit", WEXITSTATUS(status));
    return pid;
}

/* SIGCHLD is blocked but inside ppoll: a child cannot end unseen between looking and sleeping */
static int wait_blocked(double until, bool patient, const sigset_t *unblocked, kdi_arena *a,
                        kd_value **result)
{
    for (;;) {
        int64_t pid = reap(a, result);
        if (pid > 0)
            return KD_OK;
        if (pid < 0 && errno != ECHILD && errno != EINTR)
            return kd_error(KD_E_SYSTEM, "cannot wait: %s", strerror(errno));
        double left = until - kdi_now();
        if (left <= 0 || (kdi_stop_requested() && !patient))
            return KD_OK;
        struct timespec most = { .tv_sec = (time_t)left,
                                 .tv_nsec = (long)(1e9 * (left - (double)(time_t)left)) };
        ppoll(NULL, 0, &most, unblocked);
    }
}

/* seconds, patient -> the first child that ended, or nil when none did in that time; when asked to
 * stop, at once unless patient */
static int wait_any(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *seconds = kd_arg(args, 0), *patient = kd_arg(args, 1);
    sigset_t child, before;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = on_child }, NULL);
    sigprocmask(SIG_BLOCK, &child, &before);
    int code = wait_blocked(kdi_now() + (seconds ? seconds->number : 0), patient && patient->yes,
                            &before, a, result);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}

/* pid, "TERM" or "KILL" */
static int send_signal(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *pid = kd_arg(args, 0);
    const char *name;
    KD_TRY(kd_arg_text(args, 1, &name));
    int number = strcmp(name, "KILL") == 0 ? SIGKILL : SIGTERM;
    if (!pid || pid->integer < 2 || (kill((pid_t)pid->integer, number) != 0 && errno != ESRCH))
        return kd_error(KD_E_SYSTEM, "cannot signal process %lld",
                        pid ? (long long)pid->integer : 0LL);
    *result = kd_bool(a, true);
    return KD_OK;
}

static int cpus(const kd_value *args, kdi_arena *a, kd_value **result)
{
    cpu_set_t set;
    (void)args;
    *result = kd_list(a);
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (size_t i = 0; i < CPU_SETSIZE; i++)
            if (CPU_ISSET(i, &set))
                kd_push(*result, kd_int(a, (int64_t)i));
    return KD_OK;
}

extern const kdi_call kdi_process_calls[];
const kdi_call kdi_process_calls[] = {
    { "spawn", spawn }, { "wait", wait_any }, { "kill", send_signal }, { "cpu_list", cpus }, { 0 },
};
