/* What follows a convolution, of one vector. Included after vec_avx2.h or vec_avx512.h. */
#include "engine.h"

#define INLINE static inline __attribute__((always_inline))

/* NaN stays NaN: max and min give their second operand then */
INLINE vec activate(vec v, enum kd_act act)
{
    if (act == KD_ACT_RELU)
        return max(zero(), v);
    if (act == KD_ACT_RELU6)
        return min(all(6), max(zero(), v));
    if (act == KD_ACT_LEAKY)
        return add(max(zero(), v), mul(all(0.1f), min(zero(), v)));
    return v;
}
