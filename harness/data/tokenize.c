/* Texts to tokens: the vocabulary is learned from the training split alone. */
#include "data/data.h"

int kdi_data_tokenize(kdi_data *d)
{
    return kdi_data_has(d, KD_TOKENS)
               ? kd_error(KD_E_USAGE, "%s: texts are not read yet", d->class->name)
               : KD_OK;
}
