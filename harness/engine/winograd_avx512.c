/* Winograd's loops with AVX-512: 16 lanes, 16 sums of 32 registers. */
#include "winograd.h"

#ifdef KDI_WINOGRAD
#include <immintrin.h>

enum { LANES = 16, ROWS = 8 };

typedef __m512 vec;
#define load(p)      _mm512_loadu_ps(p)
#define store(p, v)  _mm512_storeu_ps(p, v)
#define all(x)       _mm512_set1_ps(x)
#define zero()       _mm512_setzero_ps()
#define fma(a, b, c) _mm512_fmadd_ps(a, b, c)
#define add(a, b)    _mm512_add_ps(a, b)
#define sub(a, b)    _mm512_sub_ps(a, b)
#define mul(a, b)    _mm512_mul_ps(a, b)
#define max(a, b)    _mm512_max_ps(a, b)
#define min(a, b)    _mm512_min_ps(a, b)

#include "winograd_transform.h"

#include "winograd_product.h"

const kdi_wino_kernels kdi_wino_avx512 = KDI_WINO_KERNELS;
#endif
