/* Winograd's loops with AVX-512: 16 sums of 32 registers. */
#include "winograd.h"

#ifdef KDI_WINOGRAD
#include "vec_avx512.h"

enum { ROWS = 8 };

#include "winograd_transform.h"

#include "winograd_product.h"

const kdi_wino_kernels kdi_wino_avx512 = KDI_WINO_KERNELS;
#endif
