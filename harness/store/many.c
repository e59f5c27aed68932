/* Many run files at once: a child a processor reads its share, so that ten thousand take seconds;
 * and while the parent works on some, children read those that it wants next. */
#include "store/pack.h"
#include "store/store.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_CHILDREN = 8, WORTH_A_CHILD = 16 };

typedef struct share {
    const kd_value *paths;
    int64_t first, end;
    const char *const *groups;
    int fd; /* of the child's answers */
    pid_t pid;
    bool ended_well;
} share;

/* ---- reading -------------------------------------------------------------------- */

/* a run's tree, or { error } */
static kd_value *read_one(const char *path, const char *const *groups, kdi_arena *a)
{
    kd_value *run = NULL;
    if (kdi_run_read(path, groups, a, &run) == KD_OK)
        return run;
    kd_value *bad = kd_map(a);
    kd_set_text(bad, "error", kd_error_message());
    kd_error_clear();
    return bad;
}

static void read_share(const share *s, kdi_arena *a, kd_value *list)
{
    for (int64_t i = s->first; i < s->end; i++)
        kd_push(list, read_one(s->paths->item[i]->text, s->groups, a));
}

static _Noreturn void child(const share *s)
{
    kdi_arena *a = kdi_arena_new("share");
    kd_value *list = kd_list(a);
    read_share(s, a, list);
    kdi_pack_and_end(s->fd, list);
}

/* ---- the parent ------------------------------------------------------------------- */

static void start(share *s)
{
    s->pid = -1;
    s->fd = memfd_create("kdbench", MFD_CLOEXEC);
    if (s->fd < 0)
        return;
    fflush(NULL); /* or the child would write it again */
    s->pid = fork();
    if (s->pid == 0)
        child(s);
}

static bool ended_well(const share *s)
{
    int status;
    if (s->pid < 0)
        return false;
    while (waitpid(s->pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool take(const share *s, kdi_arena *a, kd_value *list)
{
    struct stat info;
    void *map = MAP_FAILED;
    if (fstat(s->fd, &info) == 0 && info.st_size > 0)
        map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, s->fd, 0);
    if (map == MAP_FAILED)
        return false;
    kd_value *answer = kdi_unpack(map, (size_t)info.st_size, a);
    munmap(map, (size_t)info.st_size);
    bool whole = answer && answer->kind == KD_V_LIST && answer->n == s->end - s->first;
    for (int64_t i = 0; whole && i < answer->n; i++)
        kd_push(list, answer->item[i]);
    return whole;
}

/* what a child could not do is done here */
static void finish(share *s, kdi_arena *a, kd_value *list)
{
    if (!s->ended_well || !take(s, a, list))
        read_share(s, a, list);
    if (s->fd >= 0)
        close(s->fd);
}

static int children_for(int64_t n)
{
    cpu_set_t set;
    int cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    int64_t most = n / WORTH_A_CHILD;
    most = most > MOST_CHILDREN ? MOST_CHILDREN : most;
    return cpus > most ? (int)most : cpus;
}

/* ---- sets of shares ------------------------------------------------------------------ */

typedef struct readers {
    share shares[MOST_CHILDREN];
    int m;            /* children; 0: none started */
    int64_t n;        /* paths */
    char first[1024]; /* of the paths: which set this is */
} readers;

static void start_all(readers *r, const kd_value *paths, const char *const *groups)
{
    r->n = paths->n;
    r->m = children_for(paths->n);
    r->m = r->m < 2 ? 0 : r->m;
    for (int i = 0; i < r->m; i++) {
        r->shares[i] = (share){ paths, r->n * i / r->m, r->n * (i + 1) / r->m, groups, -1, -1 };
        start(&r->shares[i]);
    }
}

static bool is_for(const readers *r, const kd_value *paths)
{
    return r->m > 0 && r->n == paths->n && strcmp(r->first, paths->item[0]->text) == 0;
}

static void wait_for_all(readers *r)
{
    for (int i = 0; i < r->m; i++)
        r->shares[i].ended_well = ended_well(&r->shares[i]);
}

/* nobody asked for what these read */
static void drop(readers *r)
{
    wait_for_all(r);
    for (int i = 0; i < r->m; i++)
        if (r->shares[i].fd >= 0)
            close(r->shares[i].fd);
    r->m = 0;
}

static void finish_all(readers *r, const kd_value *paths, const char *const *groups, kdi_arena *a,
                       kd_value *list)
{
    for (int i = 0; i < r->m; i++) {
        r->shares[i].paths = paths;
        r->shares[i].groups = groups;
        finish(&r->shares[i], a, list);
    }
    if (r->m == 0)
        read_share(&(share){ .paths = paths, .end = paths->n, .groups = groups }, a, list);
}

/* started for the next call */
static void read_ahead(readers *r, const kd_value *next, const char *const *groups)
{
    r->m = 0;
    if (!next || next->n == 0 || strlen(next->item[0]->text) >= sizeof r->first)
        return;
    start_all(r, next, groups);
    strcpy(r->first, next->item[0]->text);
}

int kdi_runs_read(const kd_value *paths, const kd_value *next, const char *const *groups,
                  kdi_arena *a, kd_value **list)
{
    static readers ahead;
    *list = kd_list(a);
    if (!is_for(&ahead, paths)) {
        drop(&ahead);
        start_all(&ahead, paths, groups);
    }
    wait_for_all(&ahead);
    readers over = ahead;
    read_ahead(&ahead, next, groups); /* no processor waits while answers are unpacked */
    finish_all(&over, paths, groups, a, *list);
    return KD_OK;
}
