/* Winograd's loops with AVX2 and FMA: 8 lanes, 8 sums of 16 registers. */
#include "winograd.h"

#ifdef KDI_WINOGRAD
#include <immintrin.h>

enum { LANES = 8, ROWS = 4 };

typedef __m256 vec;
#define load(p)      _mm256_loadu_ps(p)
#define store(p, v)  _mm256_storeu_ps(p, v)
#define all(x)       _mm256_set1_ps(x)
#define zero()       _mm256_setzero_ps()
#define fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define add(a, b)    _mm256_add_ps(a, b)
#define sub(a, b)    _mm256_sub_ps(a, b)
#define mul(a, b)    _mm256_mul_ps(a, b)
#define max(a, b)    _mm256_max_ps(a, b)
#define min(a, b)    _mm256_min_ps(a, b)

#include "winograd_transform.h"

#include "winograd_product.h"

const kdi_wino_kernels kdi_wino_avx2 = KDI_WINO_KERNELS;
#endif
