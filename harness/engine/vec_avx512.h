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

/* lanes from places that lie apart; places are 32 bits: a few million floats */
typedef __m512i lanes_at;
static inline lanes_at lanes_apart(int stride)
{
    const __m512i count = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_mullo_epi32(count, _mm512_set1_epi32(stride));
}
#define load_at(p, at) _mm512_i32gather_ps(at, p, 4)
