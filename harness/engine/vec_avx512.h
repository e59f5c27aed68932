/* A vector of AVX-512: 16 lanes, 32 registers. See vec_avx2.h. */
#include <immintrin.h>

enum { LANES = 16 };

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

/* the first n lanes, 0 in the others; n may be more than there are */
#define kdi_first_lanes(n)  ((__mmask16)((n) >= 16 ? 0xFFFF : (1 << (n)) - 1))
#define load_some(p, n)     _mm512_maskz_loadu_ps(kdi_first_lanes(n), p)
#define store_some(p, v, n) _mm512_mask_storeu_ps(p, kdi_first_lanes(n), v)
