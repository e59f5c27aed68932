/* The direct products with AVX2 and FMA: 8 or 12 sums of 16 registers. */
#include "direct.h"

#ifdef KDI_DIRECT
#include "vec_avx2.h"

enum { ROWS_OF_1 = 8, ROWS_OF_2 = 4, ROWS_OF_3 = 4 };

#include "direct_product.h"

const kdi_direct_kernels kdi_direct_avx2 = KDI_DIRECT_KERNELS;
#endif
