/* Winograd's loops four lanes at a time: for layers of 4 or 12 channels. */
#include "winograd.h"

#ifdef KDI_WINOGRAD
#include "vec_four.h"

enum { ROWS = 4 };

#include "winograd_transform.h"

#include "winograd_product.h"

const kdi_wino_kernels kdi_wino_four = KDI_WINO_KERNELS;
#endif
