/* A vector of four lanes with FMA, for layers of 4 or 12 channels. See vec_avx2.h. */
#include <immintrin.h>

enum { LANES = 4 };

typedef __m128 vec;
#define load(p)      _mm_loadu_ps(p)
#define store(p, v)  _mm_storeu_ps(p, v)
#define all(x)       _mm_set1_ps(x)
#define zero()       _mm_setzero_ps()
#define fma(a, b, c) _mm_fmadd_ps(a, b, c)
#define add(a, b)    _mm_add_ps(a, b)
#define sub(a, b)    _mm_sub_ps(a, b)
#define mul(a, b)    _mm_mul_ps(a, b)
#define max(a, b)    _mm_max_ps(a, b)
#define min(a, b)    _mm_min_ps(a, b)

/* lanes from places that lie apart; places are 32 bits: a few million floats */
typedef __m128i lanes_at;
static inline lanes_at lanes_apart(int stride)
{
    return _mm_setr_epi32(0, stride, 2 * stride, 3 * stride);
}
#define load_at(p, at) _mm_i32gather_ps(p, at, 4)
