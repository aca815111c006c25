/* matrix.h -- products of row-major float matrices, through BLAS.
**
** `beta` 0 overwrites the result, 1 adds to it. Leading dimensions are in
** floats. Each call runs on the calling thread alone; calls from several
** threads at once are safe.
*/
#ifndef CLASSIFY_MATRIX_H
#define CLASSIFY_MATRIX_H

#include <stddef.h>
#include <stdint.h>

/* C [m][n] = A [m][k] B [k][n] + beta C */
void matrix_product(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                    size_t ldb, float beta, float *c, size_t ldc);

/* C [m][n] = A' B + beta C, where A is [k][m] */
void matrix_product_at(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                       size_t ldb, float beta, float *c, size_t ldc);

/* C [m][n] = A B' + beta C, where B is [n][k] */
void matrix_product_bt(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                       size_t ldb, float beta, float *c, size_t ldc);

/* y [m] = A [m][n] x [n] */
void matrix_vector(size_t m, size_t n, const float *a, size_t lda, const float *x, float *y);

/* y [n] += A' x, where A is [m][n] and x is [m] */
void matrix_vector_at(size_t m, size_t n, const float *a, size_t lda, const float *x, float *y);

/* y [n] += scale x */
void matrix_add_scaled(size_t n, float scale, const float *restrict x, float *restrict y);

/* y [n] += scale times the sum of rows rows[0 .. count - 1] of A, each [n] */
void matrix_add_rows(size_t count, size_t n, float scale, const float *a, const uint32_t *rows, float *y);

/* out [n] = x_scale x + y_scale y */
void matrix_sum_scaled(size_t n, float x_scale, const float *restrict x, float y_scale,
                       const float *restrict y, float *restrict out);

/* x . x */
double matrix_squares(size_t n, const float *x);

/* x . y */
float matrix_dot(size_t n, const float *x, const float *y);

/* B [n][m] = A' for A [m][n] */
void matrix_transpose(size_t m, size_t n, const float *a, float *b);

/* out [n] += the column sums of A [m][n] */
void matrix_add_columns(size_t m, size_t n, const float *a, size_t lda, float *out);

/* The name of the kernel that BLAS chose for this processor. */
const char *matrix_kernel(void);

#endif
