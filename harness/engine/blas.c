/* The only file that sees OpenBLAS. */
#include "engine.h"

#include <cblas.h>

#ifdef KD_DOUBLE
#define GEMM cblas_dgemm
#define AXPY cblas_daxpy
#else
#define GEMM cblas_sgemm
#define AXPY cblas_saxpy
#endif

/* A worker has one thread, whatever the environment says: how the work is split changes the bits.
 */
__attribute__((constructor)) static void use_one_thread(void)
{
    openblas_set_num_threads(1);
}

/* what a blasint counts to, where it has 32 bits */
static const int64_t MOST = INT32_MAX;

void kdi_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, kd_real alpha, const kd_real *a,
              int64_t lda, const kd_real *b, int64_t ldb, kd_real beta, kd_real *c, int64_t ldc)
{
    const int64_t size[] = { m, n, k, lda, ldb, ldc };
    for (int i = 0; i < 6; i++)
        if (size[i] > MOST) {
            kd_fail("a product of matrices with an axis of %lld: BLAS counts to %lld",
                    (long long)size[i], (long long)MOST);
            return;
        }
    GEMM(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, (blasint)m,
         (blasint)n, (blasint)k, alpha, a, (blasint)lda, b, (blasint)ldb, beta, c, (blasint)ldc);
}

void kdi_axpy(int64_t n, kd_real alpha, const kd_real *x, kd_real *y)
{
    const int64_t most = 1 << 30;
    for (; n > 0; n -= most, x += most, y += most)
        AXPY((blasint)(n < most ? n : most), alpha, x, 1, y, 1);
}

const char *kdi_blas_version(void)
{
    return openblas_get_config();
}

const char *kdi_blas_core(void)
{
    return openblas_get_corename();
}
