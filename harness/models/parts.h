/* parts.h - what several families are made of: conv + batch-norm pairs, residual blocks, widths
 * and architecture strings. */
#ifndef KDI_PARTS_H
#define KDI_PARTS_H

#include "models/net.h"

/* a convolution and the batch-norm after it */
typedef struct kdi_unit {
    kd_layer *conv, *bn;
} kdi_unit;

kdi_unit kdi_unit_new(kd_scope *in, const char *conv, const char *bn, kd_conv_spec spec,
                      enum kd_init how);
/* act(bn(conv(x)) + residual) */
kd_tensor *kdi_unit_apply(const kdi_unit *u, kd_tensor *x, kd_tensor *residual, enum kd_act act);

/* the child scope that torch's Sequential calls "0", "1", ... */
kd_scope *kdi_scope_number(kd_scope *in, int i);

/* says that a linear layer's inputs are a flattened map, so that torch's order can be found */
void kdi_linear_over_map(kd_layer *linear, int64_t channels, int64_t height, int64_t width);

/* `channels` times the width factor, cut to a whole number as the field's code does; at least 1 */
int kdi_scaled(int channels, kd_real width);
/* the same to the nearest multiple of `unit`, at least one */
int kdi_scaled_to(int channels, kd_real width, int unit);

/* the tail of an architecture string: "" keeps *width, "_w0.5" sets it, anything else is false */
bool kdi_parse_width(const char *tail, kd_real *width);
/* appends "_w0.5" unless width is the family's usual one */
void kdi_spell_width(char *buf, kd_real width, kd_real usual);

/* ---- the two blocks of He et al. (2016) ------------------------------------ */

typedef struct kdi_residual_spec {
    int in, planes, stride;
    bool bottleneck;      /* 1x1, 3x3, 1x1 with four times the planes; else two 3x3 */
    const char *shortcut; /* what the projection's scope is called */
} kdi_residual_spec;

typedef struct kdi_residual {
    kdi_unit unit[3], shortcut; /* shortcut.conv NULL: the identity */
    int n;
} kdi_residual;

kdi_residual kdi_residual_new(kd_scope *in, kdi_residual_spec spec);
/* pre: NULL, or where the value before the last activation goes */
kd_tensor *kdi_residual_apply(const kdi_residual *b, kd_tensor *x, kd_tensor **pre);
kd_layer *kdi_residual_last_bn(const kdi_residual *b);

#endif
