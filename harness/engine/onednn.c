/* oneDNN's convolutions. The only file that sees dnnl.h. */
#include "engine.h"

bool kdi_dnn_conv_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                          const kd_real *bias, kd_real *y)
{
    (void)c, (void)x, (void)w, (void)bias, (void)y;
    return false;
}

bool kdi_dnn_conv_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx)
{
    (void)c, (void)dy, (void)w, (void)dx;
    return false;
}

bool kdi_dnn_conv_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy,
                                  kd_real *dw, kd_real *dbias)
{
    (void)c, (void)x, (void)dy, (void)dw, (void)dbias;
    return false;
}

bool kdi_dnn_conv_fused(const kdi_conv *c, const kd_real *x, const kd_real *w, const kd_real *bias,
                        const kd_real *residual, enum kd_act act, kd_real *y)
{
    (void)c, (void)x, (void)w, (void)bias, (void)residual, (void)act, (void)y;
    return false;
}

const char *kdi_dnn_version(void)
{
    return "";
}

const char *kdi_dnn_isa(void)
{
    return "";
}
