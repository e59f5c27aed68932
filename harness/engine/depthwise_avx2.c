/* The depthwise loops with AVX2 and FMA. */
#include "depthwise.h"

#ifdef KDI_DEPTHWISE
#include "vec_avx2.h"

#include "depthwise_loops.h"

const kdi_dw_kernels kdi_dw_avx2 = KDI_DW_KERNELS;
#endif
