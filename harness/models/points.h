/* points.h - what networks for point clouds share: layers over N,P,C, coordinates, pieces of
 * architecture strings. */
#ifndef KDI_POINTS_H
#define KDI_POINTS_H

#include "models/parts.h"

/* a 1x1 convolution and its batch-norm; bias as the repositories have it */
kdi_unit kdi_point_unit(kd_scope *in, const char *conv, const char *bn, int64_t from, int64_t to,
                        bool bias);
kd_layer *kdi_point_conv(kd_scope *in, const char *name, int64_t from, int64_t to, bool bias);
/* relu(bn(conv(x) [+ residual])) over N,P,C or N,S,K,C; pre: NULL, or the value before the relu */
kd_tensor *kdi_point_apply(const kdi_unit *u, kd_tensor *x, kd_tensor *residual, kd_tensor **pre);
/* bn(conv(x)), nothing after it */
kd_tensor *kdi_point_linear(const kdi_unit *u, kd_tensor *x);

/* act(bn(x)) of vectors N,C, shown by that name before the activation; pre as above */
kd_tensor *kdi_shown_relu(kd_net *net, kd_layer *bn, kd_tensor *x, const char *name,
                          kd_tensor **pre);

kd_tensor *kdi_xyz(kd_tensor *cloud);              /* N,P,C -> N,P,3 */
kd_tensor *kdi_at(kd_tensor *x, kd_tensor *index); /* N,P,C and i64 N,S -> N,S,C */
int kdi_points_within(int wanted, int64_t points); /* at most as many as there are */

/* ---- "_w0.5", "_k20" ------------------------------------------------------ */

/* where *at begins with `mark`: the number behind it, and *at moves on; else nothing */
void kdi_take_real(const char **at, const char *mark, kd_real *out);
void kdi_take_int(const char **at, const char *mark, int *out);
bool kdi_take_word(const char **at, const char *mark);
/* appends mark and number to an architecture string unless it is the usual one */
void kdi_give_real(char *buf, const char *mark, kd_real value, kd_real usual);
void kdi_give_int(char *buf, const char *mark, int value, int usual);

#endif
