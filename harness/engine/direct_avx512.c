/* The direct products with AVX-512: 24 sums of 32 registers. */
#include "direct.h"

#ifdef KDI_DIRECT
#include "vec_avx512.h"

enum { ROWS_OF_1 = 8, ROWS_OF_2 = 8, ROWS_OF_3 = 8 };

#include "direct_product.h"

const kdi_direct_kernels kdi_direct_avx512 = KDI_DIRECT_KERNELS;
#endif
