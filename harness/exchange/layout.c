/* Where torch's networks convolve in one dimension: weights of 1x1 convolutions, which are O,I,1,1
 * here, are O,I,1 there. */
#include "exchange/exchange.h"

#include <string.h>

static const struct {
    const char *family, *prefix; /* of the names; "": all of them */
} one_dimension[] = {
    { "pointnet", "" },
    { "pointmlp_elite", "" },
    { "dgcnn", "conv5." },
};

static bool is_one(const char *family, const char *name)
{
    for (size_t i = 0; i < sizeof one_dimension / sizeof *one_dimension; i++)
        if (strcmp(family, one_dimension[i].family) == 0 &&
            strncmp(name, one_dimension[i].prefix, strlen(one_dimension[i].prefix)) == 0)
            return true;
    return false;
}

/* O,I,1,1, and not an affine parameter of 1,1,1,C */
static bool is_pointwise(const kd_value *v)
{
    return v->kind == KD_V_ARRAY && v->shape.n == 4 && v->shape.d[2] == 1 && v->shape.d[3] == 1;
}

void kdi_torch_ranks(const char *family, kd_value *tensor)
{
    for (int64_t i = 0; i < tensor->n; i++)
        if (is_pointwise(tensor->item[i]) && is_one(family, tensor->key[i]))
            tensor->item[i]->shape.n = 3;
}
