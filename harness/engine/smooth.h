/* smooth.h - exponentials and their kin as plain arithmetic, so that loops over them become
 * vectors. In float to about 1e-7 of the value (polynomials fitted by least squares, weighted until
 * the largest relative error was least); in double they are the library's. */
#ifndef KDI_SMOOTH_H
#define KDI_SMOOTH_H

#include <kd/tensor.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "simd.h"

#ifdef KD_DOUBLE

KDI_INLINE kd_real kdi_exp(kd_real x)
{
    return exp(x);
}
KDI_INLINE kd_real kdi_tanh(kd_real x)
{
    return tanh(x);
}
/* e is exp(-x*x/2) */
KDI_INLINE kd_real kdi_normal_below(kd_real x, kd_real e)
{
    (void)e;
    return 0.5 * erfc(-x * 0.70710678118654752440);
}

#else

/* e^x = 2^n e^r with |r| at most ln(2)/2; below -87 it stays at e^-87 = 1.6e-38 */
KDI_INLINE kd_real kdi_exp(kd_real x)
{
    const float magic = 12582912.0f; /* 1.5 * 2^23: what is added to it is rounded to an integer */
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float shifted = x * 1.44269504f + magic, n = shifted - magic, scale;
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f; /* ln 2 in two parts */
    float p = 0.00138145513f;
    p = p * r + 0.00836871442f;
    p = p * r + 0.0416683885f;
    p = p * r + 0.166665207f;
    p = p * r + 0.499999934f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127u) << 23; /* magic's own bits fall off at the top */
    memcpy(&scale, &bits, sizeof scale);
    return (1.0f + (r + r * r * p)) * scale;
}

KDI_INLINE kd_real kdi_tanh(kd_real x)
{
    float a = x < 0 ? -x : x, z = x * x, p = 0.00214289683f;
    p = p * z - 0.00817733159f;
    p = p * z + 0.0217006781f;
    p = p * z - 0.0539467588f;
    p = p * z + 0.13333206f;
    p = p * z - 0.333333308f;
    float large = 1.0f - 2.0f / (kdi_exp(2.0f * a) + 1.0f);
    return a < 0.625f ? x + x * z * p : x < 0 ? -large : large;
}

/* how much of the normal distribution lies below x; e is exp(-x*x/2). With k = 1/(1 + 0.3|x|) the
 * tail is e times a polynomial of k. */
KDI_INLINE kd_real kdi_normal_below(kd_real x, kd_real e)
{
    float k = 1.0f / (1.0f + 0.3f * (x < 0 ? -x : x)), p = 0.0367428787f;
    p = p * k - 0.161684861f;
    p = p * k + 0.214142666f;
    p = p * k - 0.0609291311f;
    p = p * k + 0.132445139f;
    p = p * k + 0.0987176868f;
    p = p * k + 0.120949324f;
    p = p * k + 0.119616256f;
    float tail = e * (p * k);
    return x < 0 ? tail : 1.0f - tail;
}

#endif

KDI_INLINE kd_real kdi_sigmoid(kd_real x)
{
    return 1 / (1 + kdi_exp(-x));
}

#endif
