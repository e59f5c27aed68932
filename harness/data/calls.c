/* What Lua may ask about data sets. */
#include "data/data.h"

/* data_facts(spec, folder) -> kdi_data_facts: opens the data set, so it also checks it */
static int data_facts(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *folder;
    kdi_data *d;
    KD_TRY(kd_arg_text(args, 1, &folder));
    KD_TRY(kdi_data_open(&d, kd_arg(args, 0), folder));
    *result = kdi_data_facts(d, a);
    kdi_data_close(d);
    return KD_OK;
}

const kdi_call kdi_data_calls[] = { { "data_facts", data_facts }, { 0 } };
