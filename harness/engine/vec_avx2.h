/* A vector of AVX2 and FMA: 8 lanes, 16 registers. What is done with one has the same name in
 * vec_avx512.h, so that loops are written once. */
#include <immintrin.h>

enum { LANES = 8 };

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

static inline __m256i kdi_first_lanes(int n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* the first n lanes, 0 in the others; n may be more than there are */
#define load_some(p, n) _mm256_maskload_ps(p, kdi_first_lanes(n))

/* a masked store costs as much as ten others on some machines */
static inline void kdi_store_lanes(float *p, __m256 v, int n)
{
    float lane[8];
    if (n >= 8) {
        _mm256_storeu_ps(p, v);
    } else if (n == 4) {
        _mm_storeu_ps(p, _mm256_castps256_ps128(v));
    } else {
        _mm256_storeu_ps(lane, v);
        for (int i = 0; i < n; i++)
            p[i] = lane[i];
    }
}
#define store_some(p, v, n) kdi_store_lanes(p, v, n)

/* lanes from places that lie apart; places are 32 bits: a few million floats */
typedef __m256i lanes_at;
static inline lanes_at lanes_apart(int stride)
{
    const __m256i count = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_mullo_epi32(count, _mm256_set1_epi32(stride));
}
#define load_at(p, at) _mm256_i32gather_ps(p, at, 4)
