/* cblas.h -- the functions of BLAS that model/base/matrix.c calls, for WebAssembly.
**
** OpenBLAS is made for processors whose instructions are known; this is written in vectors
** of four floats, which WebAssembly has (-msimd128), and which the compiler turns into
** single floats where it has not. Matrices are row-major, whatever `order` says, and
** increments are 1, since no other are asked for.
*/
#ifndef CLASSIFY_CBLAS_H
#define CLASSIFY_CBLAS_H

typedef int blasint;
typedef enum { CblasRowMajor = 101 } CBLAS_ORDER;
typedef enum { CblasNoTrans = 111, CblasTrans = 112 } CBLAS_TRANSPOSE;

/* C [m][n] = alpha op(A) op(B) + beta C; op(A) is [m][k] and op(B) [k][n]. With beta 0 what C
** holds is not read. lda, ldb and ldc are the floats from one row to the next, as stored.
*/
void cblas_sgemm(CBLAS_ORDER order, CBLAS_TRANSPOSE of_a, CBLAS_TRANSPOSE of_b, blasint m, blasint n, blasint k,
                 float alpha, const float *a, blasint lda, const float *b, blasint ldb, float beta, float *c,
                 blasint ldc);

/* y = alpha op(A) x + beta y; A is [m][n] as stored. */
void cblas_sgemv(CBLAS_ORDER order, CBLAS_TRANSPOSE of_a, blasint m, blasint n, float alpha, const float *a,
                 blasint lda, const float *x, blasint x_step, float beta, float *y, blasint y_step);

/* x . y */
float cblas_sdot(blasint n, const float *x, blasint x_step, const float *y, blasint y_step);

/* "wasm-simd128" or "wasm-scalar" */
const char *openblas_get_corename(void);

#endif
