/* What Lua may ask about data sets. */
#include "data/data.h"
#include "data/made.h"

static int open_for(const kd_value *args, kdi_data **d)
{
    const char *folder;
    KD_TRY(kd_arg_text(args, 1, &folder));
    return kdi_data_open(d, kd_arg(args, 0), folder);
}

/* data_facts(spec, folder) -> kdi_data_facts: opens the data set, so it also checks it */
static int data_facts(const kd_value *args, kdi_arena *a, kd_value **result)
{
    kdi_data *d;
    KD_TRY(open_for(args, &d));
    *result = kdi_data_facts(d, a);
    kdi_data_close(d);
    return KD_OK;
}

/* data_share(spec, folder) -> { facts, fd }: the same, and a descriptor that workers may inherit;
 * without one where the system gives none, and every worker then opens the files itself */
static int data_share(const kd_value *args, kdi_arena *a, kd_value **result)
{
    kdi_data *d;
    int fd;
    KD_TRY(open_for(args, &d));
    *result = kd_map(a);
    kd_set(*result, "facts", kdi_data_facts(d, a));
    if (kdi_data_share(d, &fd) == KD_OK)
        kd_set_int(*result, "fd", fd);
    else
        kd_error_clear();
    kdi_data_close(d);
    return KD_OK;
}

const kdi_call kdi_data_calls[] = {
    { "data_facts", data_facts },
    { "data_share", data_share },
    { "data_make", kdi_call_data_make },
    { "data_made_from", kdi_call_data_made_from },
    { 0 },
};
