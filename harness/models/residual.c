/* The residual blocks of He et al., "Deep residual learning for image recognition" (CVPR 2016). */
#include "models/parts.h"

static kdi_unit unit(kd_scope *in, int i, int from, int to, int kernel, int stride)
{
    char conv[] = "conv0", bn[] = "bn0";
    conv[4] = bn[2] = (char)('1' + i);
    kd_conv_spec spec = {
        .in = from, .out = to, .kernel = kernel, .stride = stride, .pad = kernel / 2
    };
    return kdi_unit_new(in, conv, bn, spec, KD_INIT_KAIMING_FAN_OUT);
}

kdi_residual kdi_residual_new(kd_scope *in, kdi_residual_spec s)
{
    kdi_residual b = { .n = s.bottleneck ? 3 : 2 };
    int out = s.bottleneck ? 4 * s.planes : s.planes;
    if (s.bottleneck) {
        b.unit[0] = unit(in, 0, s.in, s.planes, 1, 1);
        b.unit[1] = unit(in, 1, s.planes, s.planes, 3, s.stride);
        b.unit[2] = unit(in, 2, s.planes, out, 1, 1);
    } else {
        b.unit[0] = unit(in, 0, s.in, s.planes, 3, s.stride);
        b.unit[1] = unit(in, 1, s.planes, s.planes, 3, 1);
    }
    if (s.stride != 1 || s.in != out) {
        kd_conv_spec spec = { .in = s.in, .out = out, .kernel = 1, .stride = s.stride };
        b.shortcut =
            kdi_unit_new(kd_scope_new(in, s.shortcut), "0", "1", spec, KD_INIT_KAIMING_FAN_OUT);
    }
    return b;
}

kd_tensor *kdi_residual_apply(const kdi_residual *b, kd_tensor *x, kd_tensor **pre)
{
    const kdi_unit *last = &b->unit[b->n - 1];
    kd_tensor *y = x, *shortcut = x;
    for (const kdi_unit *u = b->unit; u < last; u++)
        y = kdi_unit_apply(u, y, NULL, KD_ACT_RELU);
    if (b->shortcut.conv)
        shortcut = kdi_unit_apply(&b->shortcut, x, NULL, KD_ACT_NONE);
    if (!pre)
        return kdi_unit_apply(last, y, shortcut, KD_ACT_RELU);
    *pre = kdi_unit_apply(last, y, shortcut, KD_ACT_NONE);
    return kd_relu(*pre);
}

kd_layer *kdi_residual_last_bn(const kdi_residual *b)
{
    return b->unit[b->n - 1].bn;
}
