/* Copying method groups to a file of their own: how methods/<name>/golden.h5 are made. */
#include "store/golden.h"
#include "store/h5.h"

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
    KD_TRY(kdi_h5_create(part, 0, &to));
    int code = copy_groups(from, methods, to);
    int closed = kdi_h5_close(&to);
    return code != KD_OK ? code : closed;
}

int kdi_golden_copy(const char *from, const char *const *methods, const char *to)
{
    kdi_h5 source;
    if (!methods || !*methods)
        return kd_error(KD_E_USAGE, "no methods to copy from %s", from);
    KD_TRY(kdi_h5_open(from, &source));
    kdi_arena *a = kdi_arena_new("copy");
    const char *part = kdi_format(a, "%s.part", to);
    int code = copy_to(source, methods, part);
    kdi_h5_close(&source);
    if (code != KD_OK)
        remove(part);
    else
        code = kdi_commit_part(to);
    kdi_arena_free(a);
    return code;
}
