/* matrix.h -- products of row-major float matrices, by BLAS, and sums of vectors.
**
** In the products `beta` 0 overwrites the result, 1 adds to it. Each call runs on the
** calling thread alone; calls from several threads at once are safe.
*/
#ifndef CLASSIFY_MATRIX_H
#define CLASSIFY_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* To be called before anything else here. Returns false if there is no memory for products. */
bool matrix_prepare(void);

/* Returns the addresses that a thread takes for products, in bytes. Only a part of them is filled. */
size_t matrix_memory_bytes(void);

typedef struct Matrix {
  const float *values; /* [rows][columns], borrowed */
  size_t rows, columns;
} Matrix;

/* C [m][n] = A B + beta C        A [m][k], B [k][n] */
void matrix_product(Matrix a, Matrix b, float beta, float *c);

/* C [m][n] = A' B + beta C       A [k][m], B [k][n] */
void matrix_product_at(Matrix a, Matrix b, float beta, float *c);

/* C [m][n] = A B' + beta C       A [m][k], B [n][k] */
void matrix_product_bt(Matrix a, Matrix b, float beta, float *c);

/* Some columns of a matrix, whose rows lie `stride` numbers apart. */
typedef struct MatrixPart {
  const float *values; /* borrowed */
  size_t rows, columns, stride;
} MatrixPart;

/* C [m][n] = scale A B, scale A' B or scale A B'; the rows of C lie c_stride numbers apart. */
void matrix_part_product(MatrixPart a, MatrixPart b, float scale, float *c, size_t c_stride);
void matrix_part_product_at(MatrixPart a, MatrixPart b, float scale, float *c, size_t c_stride);
void matrix_part_product_bt(MatrixPart a, MatrixPart b, float scale, float *c, size_t c_stride);

/* y [m] = A x                    A [m][n], x [n] */
void matrix_vector(Matrix a, const float *x, float *y);

/* y [n] += A' x                  A [m][n], x [m] */
void matrix_vector_at(Matrix a, const float *x, float *y);

/* B [n][m] = A'                  A [m][n] */
void matrix_transpose(Matrix a, float *b);

/* out [n] += the sum of the rows of A [m][n] */
void matrix_add_columns(Matrix a, float *out);

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

/* Scales x to length 1, unless it is zero. */
void matrix_normalise(size_t n, float *x);

/* The name of the kernel that BLAS chose for this processor. */
const char *matrix_kernel(void);

#endif
