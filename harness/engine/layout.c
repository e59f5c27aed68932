/* Between our element order (channels last) and torch's. */
#include "engine.h"

#include <string.h>

/* torch's axes, as strides into our elements, outermost first; returns how many */
static int torch_axes(const kd_tensor *x, kd_shape *shape, int64_t stride[KD_MAX_DIM])
{
    const int64_t *d = x->shape.d;
    switch (x->layout) {
    case KDI_CONV:            /* ours O,kh,kw,I; torch's O,I,kh,kw */
    case KDI_CONV_TRANSPOSED: /* ours I,kh,kw,O; torch's I,O,kh,kw */
        *shape = KD_SHAPE(d[0], d[3], d[1], d[2]);
        stride[0] = d[1] * d[2] * d[3];
        stride[1] = 1;
        stride[2] = d[2] * d[3];
        stride[3] = d[3];
        return 4;
    case KDI_CONV1D: /* ours O,k,I; torch's O,I,k */
        *shape = KD_SHAPE(d[0], d[2], d[1]);
        stride[0] = d[1] * d[2];
        stride[1] = 1;
        stride[2] = d[2];
        stride[3] = 0;
        return 4;
    case KDI_LINEAR_CHW: { /* ours O,(h w c); torch's O,(c h w) */
        int64_t c = x->chw[0], h = x->chw[1], w = x->chw[2];
        *shape = KD_SHAPE(d[0], c * h * w);
        stride[0] = c * h * w;
        stride[1] = 1;
        stride[2] = w * c;
        stride[3] = c;
        return 4;
    }
    default:
        *shape = x->shape;
        return 0;
    }
}

/* calls nothing for plain order; else moves element by element */
static void move(const kd_tensor *x, kd_real *torch, bool out, kd_shape *shape)
{
    int64_t s[KD_MAX_DIM], e[4];
    kd_real *ours = x->data;
    if (torch_axes(x, shape, s) == 0) {
        size_t size = (size_t)kd_numel(x) * sizeof(kd_real);
        memcpy(out ? torch : ours, out ? ours : torch, size);
        return;
    }
    e[0] = shape->d[0];
    for (int i = 1; i < 4; i++)
        e[i] = x->layout == KDI_LINEAR_CHW ? x->chw[i - 1] : shape->d[i];
    int64_t at = 0;
    for (int64_t a = 0; a < e[0]; a++)
        for (int64_t b = 0; b < e[1]; b++)
            for (int64_t c = 0; c < e[2]; c++)
                for (int64_t d = 0; d < e[3]; d++, at++) {
                    kd_real *mine = ours + a * s[0] + b * s[1] + c * s[2] + d * s[3];
                    if (out)
                        torch[at] = *mine;
                    else
                        *mine = torch[at];
                }
}

void kdi_to_torch(const kd_tensor *x, kd_real *out, kd_shape *shape)
{
    move(x, out, true, shape);
}

void kdi_from_torch(kd_tensor *x, const kd_real *in)
{
    kd_shape shape;
    move(x, (kd_real *)in, false, &shape);
}
