/* What networks for point clouds share: layers over points, coordinates, pieces of names. */
#include "models/points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- layers ---------------------------------------------------------------------------- */

kd_layer *kdi_point_conv(kd_scope *in, const char *name, int64_t from, int64_t to, bool bias)
{
    return kd_conv2d_new(in, name,
                         (kd_conv_spec){ .in = from, .out = to, .kernel = 1, .bias = bias });
}

kdi_unit kdi_point_unit(kd_scope *in, const char *conv, const char *bn, int64_t from, int64_t to,
                        bool bias)
{
    kd_layer *c = kdi_point_conv(in, conv, from, to, bias);
    return (kdi_unit){ .conv = c, .bn = kd_batchnorm_new(in, bn, to) };
}

/* N,P,C as an image of one column */
static kd_tensor *image(kd_tensor *x)
{
    if (!x || kd_ndim(x) != 3)
        return x;
    return kd_reshape(x, KD_SHAPE(kd_dim(x, 0), kd_dim(x, 1), 1, kd_channels(x)));
}

static kd_tensor *apply(const kdi_unit *u, kd_tensor *x, kd_tensor *residual, enum kd_act act)
{
    kd_tensor *y = kdi_unit_apply(u, image(x), image(residual), act);
    return kd_ndim(x) == 3 ? kd_reshape(y, KD_SHAPE(kd_dim(x, 0), kd_dim(x, 1), kd_channels(y)))
                           : y;
}

kd_tensor *kdi_point_apply(const kdi_unit *u, kd_tensor *x, kd_tensor *residual, kd_tensor **pre)
{
    if (!pre)
        return apply(u, x, residual, KD_ACT_RELU);
    *pre = apply(u, x, residual, KD_ACT_NONE);
    return kd_relu(*pre);
}

kd_tensor *kdi_point_linear(const kdi_unit *u, kd_tensor *x)
{
    return apply(u, x, NULL, KD_ACT_NONE);
}

kd_tensor *kdi_shown_relu(kd_net *net, kd_layer *bn, kd_tensor *x, const char *name,
                          kd_tensor **pre)
{
    bool shown = kdi_net_shows_all(net);
    if (!pre && !shown)
        return kd_apply_bn_act(bn, x, NULL, KD_ACT_RELU);
    x = kd_apply(bn, x);
    if (shown)
        kd_net_output(net, name, x);
    if (pre)
        *pre = x;
    return kd_relu(x);
}

/* ---- coordinates ------------------------------------------------------------------------- */

kd_tensor *kdi_xyz(kd_tensor *cloud)
{
    return kd_channels(cloud) == 3 ? cloud : kd_slice(cloud, -1, 0, 3);
}

kd_tensor *kdi_at(kd_tensor *x, kd_tensor *index)
{
    return kd_group(x, index);
}

int kdi_points_within(int wanted, int64_t points)
{
    return wanted < points ? wanted : (int)points;
}

/* ---- architecture strings ------------------------------------------------------------------ */

bool kdi_take_word(const char **at, const char *mark)
{
    if (strncmp(*at, mark, strlen(mark)) != 0)
        return false;
    *at += strlen(mark);
    return true;
}

void kdi_take_real(const char **at, const char *mark, kd_real *out)
{
    const char *from = *at;
    char *end;
    if (!kdi_take_word(&from, mark))
        return;
    double value = strtod(from, &end);
    if (end == from)
        return;
    *out = (kd_real)value;
    *at = end;
}

void kdi_take_int(const char **at, const char *mark, int *out)
{
    const char *from = *at;
    char *end;
    if (!kdi_take_word(&from, mark))
        return;
    long value = strtol(from, &end, 10);
    if (end == from || value < 0 || value > 1 << 20)
        return;
    *out = (int)value;
    *at = end;
}

static void append(char *buf, const char *mark, double value)
{
    size_t used = strlen(buf);
    snprintf(buf + used, KDI_ARCH - used, "%s%g", mark, value);
}

void kdi_give_real(char *buf, const char *mark, kd_real value, kd_real usual)
{
    if (value != usual)
        append(buf, mark, (double)value);
}

void kdi_give_int(char *buf, const char *mark, int value, int usual)
{
    if (value != usual)
        append(buf, mark, value);
}
