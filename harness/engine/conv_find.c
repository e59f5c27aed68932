/* Looking up a convolution among the rows of conv_table.c. */
#include "conv_table.h"

bool kdi_conv_key(int isa, const kdi_conv *c, enum kdi_pass pass, int key[KDI_CONV_KEY])
{
    const int64_t part[KDI_CONV_KEY] = { isa,       (int)pass, c->kh, c->stride, c->pad,
                                         c->groups, c->h,      c->w,  c->ic,     c->oc };
    for (int i = 0; i < KDI_CONV_KEY; i++) {
        if (part[i] > INT32_MAX)
            return false;
        key[i] = (int)part[i];
    }
    return c->kh == c->kw;
}

int kdi_conv_compare(const int *a, const int *b)
{
    for (int i = 0; i < KDI_CONV_KEY; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

const kdi_conv_row *kdi_conv_find(const kdi_conv_row *row, int n, const int *key)
{
    for (int low = 0, high = n; low < high;) {
        int middle = low + (high - low) / 2, order = kdi_conv_compare(key, row[middle].key);
        if (order == 0)
            return &row[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
