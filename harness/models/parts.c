/* Parts that several families share: conv + batch-norm, scaled widths, pieces of names. */
#include "models/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

kdi_unit kdi_unit_new(kd_scope *in, const char *conv, const char *bn, kd_conv_spec spec,
                      enum kd_init how)
{
    kdi_unit u = { .conv = kd_conv2d_new(in, conv, spec) };
    if (how != KD_INIT_TORCH)
        kd_layer_init(u.conv, how);
    u.bn = kd_batchnorm_new(in, bn, spec.out);
    return u;
}

kd_tensor *kdi_unit_apply(const kdi_unit *u, kd_tensor *x, kd_tensor *residual, enum kd_act act)
{
    return kd_apply_conv_bn(u->conv, u->bn, x, residual, act);
}

kd_scope *kdi_scope_number(kd_scope *in, int i)
{
    char name[16];
    snprintf(name, sizeof name, "%d", i);
    return kd_scope_new(in, name);
}

void kdi_linear_over_map(kd_layer *linear, int64_t channels, int64_t height, int64_t width)
{
    kd_tensor *w = linear->weight;
    KD_ASSERT(kd_dim(w, 1) == channels * height * width);
    w->layout = KDI_LINEAR_CHW;
    w->chw[0] = channels;
    w->chw[1] = height;
    w->chw[2] = width;
}

int kdi_scaled(int channels, kd_real width)
{
    /* the small constant makes 10 x 0.7 seven in float and in double */
    int n = (int)floor(channels * (double)width + 1e-4);
    return n < 1 ? 1 : n;
}

int kdi_scaled_to(int channels, kd_real width, int unit)
{
    int n = (int)floor(channels * (double)width / unit + 0.5 + 1e-4) * unit;
    return n < unit ? unit : n;
}

bool kdi_parse_width(const char *tail, kd_real *width)
{
    if (*tail == '\0')
        return true;
    if (strncmp(tail, "_w", 2) != 0)
        return false;
    char *end;
    *width = (kd_real)strtod(tail + 2, &end);
    return end > tail + 2 && *end == '\0';
}

void kdi_spell_width(char *buf, kd_real width, kd_real usual)
{
    size_t used = strlen(buf);
    if (width != usual)
        snprintf(buf + used, KDI_ARCH - used, "_w%g", (double)width);
}
