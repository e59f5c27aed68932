/* Winograd's loops with AVX2 and FMA: 8 sums of 16 registers. */
#include "winograd.h"

#ifdef KDI_WINOGRAD
#include "vec_avx2.h"

enum { ROWS = 4 };

#include "winograd_transform.h"

#include "winograd_product.h"

const kdi_wino_kernels kdi_wino_avx2 = KDI_WINO_KERNELS;
#endif
