/* simd.h - one kernel, compiled for what the machine has. The body is written once as plain C;
 * there is no -ffast-math and no contraction, so every version gives the same bits. */
#ifndef KDI_SIMD_H
#define KDI_SIMD_H

#include <stdbool.h>

/* 0: the compiler's baseline, 1: AVX2 and FMA, 2: AVX-512. KD_SIMD=off in the environment: 0;
 * KD_SIMD=avx2: at most 1; avx512, empty or not there: what the machine has. */
int kdi_simd_level(void);
const char *kdi_simd_name(void);    /* "off", "baseline", "avx2", "avx512" */
bool kdi_simd_off(void);            /* KD_SIMD=off: the portable path, and no library beside it */
bool kdi_simd_held_back(void);      /* the machine has more than KD_SIMD allows */
const char *kdi_simd_unknown(void); /* a KD_SIMD that is none of these words; NULL: it is one */
void kdi_simd_limit(int level);     /* for tests: at most this from now on */

#define KDI_INLINE static inline __attribute__((always_inline))

/* From `KDI_INLINE void f_body(const T *job)` make `static void f(const T *job)`, which calls the
 * body's version for this machine. */
#if defined(__x86_64__) && defined(__GNUC__)
#define KDI_SIMD(f, T)                                                                             \
    static void f##_base(const T *job)                                                             \
    {                                                                                              \
        f##_body(job);                                                                             \
    }                                                                                              \
    __attribute__((target("avx2"))) static void f##_avx2(const T *job)                             \
    {                                                                                              \
        f##_body(job);                                                                             \
    }                                                                                              \
    __attribute__((                                                                                \
        target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512"))) static void         \
        f##_avx512(const T *job)                                                                   \
    {                                                                                              \
        f##_body(job);                                                                             \
    }                                                                                              \
    static void f(const T *job)                                                                    \
    {                                                                                              \
        static void (*const version[])(const T *) = { f##_base, f##_avx2, f##_avx512 };            \
        version[kdi_simd_level()](job);                                                            \
    }
#else
#define KDI_SIMD(f, T)                                                                             \
    static void f(const T *job)                                                                    \
    {                                                                                              \
        f##_body(job);                                                                             \
    }
#endif

#endif
