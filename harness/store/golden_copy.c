/* Copying method groups to a file of their own: how methods/<name>/golden.h5 are made. */
#include "store/golden.h"
#include "store/guard.h"
#include "store/h5.h"
#include "store/store.h"

#include <stdio.h>
#include "base/system.h"

static int copy_groups(kdi_h5 from, const char *const *methods, kdi_h5 to)
{
    for (; *methods; methods++) {
        kdi_h5 group;
        KD_TRY(kdi_h5_enter(from, *methods, &group)); /* says when it is not there */
        kdi_h5_leave(&group);
        KD_TRY(kdi_h5_copy(from, *methods, to));
    }
    return KD_OK;
}

static int copy_to(kdi_h5 from, const char *const *methods, const char *part)
{
    kdi_h5 to;
    KD_TRY(kdi_h5_create(part, KDI_SEAL_SIZE, &to));
    int code = copy_groups(from, methods, to);
    int closed = kdi_h5_close(&to);
    return code != KD_OK ? code : closed;
}

typedef struct request {
    const char *from, *part;
    const char *const *methods;
} request;

static int copy(const void *what, kdi_arena *a, kd_value **done)
{
    const request *r = what;
    kdi_h5 from;
    *done = kd_bool(a, true);
    KD_TRY(kdi_h5_open(r->from, &from));
    int code = copy_to(from, r->methods, r->part);
    kdi_h5_close(&from);
    return code;
}

static int copy_in(kdi_arena *a, const char *from, const char *const *methods, const char *to)
{
    kd_value *done;
    const char *part = kdi_format(a, "%s.part", to);
    int code = kdi_guarded(from, copy, &(request){ from, part, methods }, a, &done);
    if (code == KD_OK)
        code = kdi_seal(part);
    if (code != KD_OK)
        remove(part);
    return code == KD_OK ? kdi_commit_part(to) : code;
}

int kdi_golden_copy(const char *from, const char *const *methods, const char *to)
{
    if (!methods || !*methods)
        return kd_error(KD_E_USAGE, "no methods to copy from %s", from);
    kdi_arena *a = kdi_arena_new("copy");
    int code = copy_in(a, from, methods, to);
    kdi_arena_free(a);
    return code;
}
