/* The depthwise loops with AVX-512. */
#include "depthwise.h"

#ifdef KDI_DEPTHWISE
#include "vec_avx512.h"

#include "depthwise_loops.h"

const kdi_dw_kernels kdi_dw_avx512 = KDI_DW_KERNELS;
#endif
