#include "base/matrix.h"

#include <cblas.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas_memory.h"
#include "base/simd.h"
#include "base/sizes.h"

#ifdef OPENBLAS_IS_SHARED
/* Others may use this OpenBLAS, too. It was loaded before this library and may have started threads.
** It shall use none, since workers call it in parallel.
*/
__attribute__((constructor)) static void keep_to_one_thread(void) { openblas_set_num_threads(1); }
#else
/* Answers two questions that the statically linked OpenBLAS asks while it is loaded
** (-Wl,--wrap=getenv). It shall start no threads, since workers call it in parallel. And it
** shall choose its kernel by the processor's features: by the processor's model, a
** release older than the processor would fall back to SSE2.
*/
char *__real_getenv(const char *name);
char *__wrap_getenv(const char *name);

char *__wrap_getenv(const char *name) {
  static char one[] = "1";
  if (strcmp(name, "OPENBLAS_NUM_THREADS") == 0) return one;
  char *value = __real_getenv(name);
  if (value || strcmp(name, "OPENBLAS_CORETYPE") != 0) return value;
  static char skylake[] = "SkylakeX", haswell[] = "Haswell";
  SimdLevel level = simd_detect().level;
  if (level == SIMD_AVX512) return skylake;
  if (level == SIMD_AVX2) return haswell;
  return NULL;
}
#endif

/* C [m][n] = scale op(A) op(B) + beta C; op(A) is [m][k] and op(B) [k][n]. Strides are those of the rows as stored. */
typedef struct Product {
  CBLAS_TRANSPOSE of_a, of_b;
  size_t m, n, k;
  float scale;
  const float *a;
  size_t a_stride;
  const float *b;
  size_t b_stride;
  float beta;
  float *c;
  size_t c_stride;
} Product;

static void multiply(const Product *p) {
  blas_memory_begin();
  cblas_sgemm(CblasRowMajor, p->of_a, p->of_b, (blasint)p->m, (blasint)p->n, (blasint)p->k, p->scale, p->a,
              (blasint)p->a_stride, p->b, (blasint)p->b_stride, p->beta, p->c, (blasint)p->c_stride);
  blas_memory_end();
}

/* The part of a product of rows i to i + m, columns j to j + n and terms l to l + k. */
static Product part_of(const Product *p, size_t i, size_t m, size_t j, size_t n, size_t l, size_t k) {
  Product part = *p;
  part.m = m, part.n = n, part.k = k;
  part.a += p->of_a == CblasTrans ? l * p->a_stride + i : i * p->a_stride + l;
  part.b += p->of_b == CblasTrans ? j * p->b_stride + l : l * p->b_stride + j;
  part.c += i * p->c_stride + j;
  if (l > 0) part.beta = 1.0f;
  return part;
}

/* Pieces of about one size, so that none is so small that OpenBLAS would compute it in another way. They begin where
** tiles of its kernels do, hence the sums are those of the whole product, to the last bit.
*/
static void multiply_by_rows(const Product *p) {
  enum { TILES = 96 };
  size_t most = BLAS_MEMORY_PACKED / (p->k < BLAS_MEMORY_DEPTH ? p->k + 1 : BLAS_MEMORY_DEPTH);
  size_t pieces = (p->m - 1) / (smaller(most, BLAS_MEMORY_LONGEST) - TILES) + 1;
  size_t rows = ((p->m - 1) / pieces / TILES + 1) * TILES;
  for (size_t i = 0; i < p->m; i += rows) {
    Product piece = part_of(p, i, smaller(rows, p->m - i), 0, p->n, 0, p->k);
    multiply(&piece);
  }
}

static void product(const Product *p) {
  const size_t most = BLAS_MEMORY_LONGEST;
  if (p->m == 0 || p->n == 0) return;
  for (size_t l = 0; l == 0 || l < p->k; l += most)
    for (size_t j = 0; j < p->n; j += most) {
      Product piece = part_of(p, 0, p->m, j, smaller(most, p->n - j), l, smaller(most, p->k - l));
      multiply_by_rows(&piece);
    }
}

static void whole_product(CBLAS_TRANSPOSE of_a, Matrix a, CBLAS_TRANSPOSE of_b, Matrix b, float beta, float *c) {
  size_t m = of_a == CblasTrans ? a.columns : a.rows, k = of_a == CblasTrans ? a.rows : a.columns;
  size_t n = of_b == CblasTrans ? b.rows : b.columns;
  product(&(Product){of_a, of_b, m, n, k, 1.0f, a.values, a.columns, b.values, b.columns, beta, c, n});
}

/* Large enough to be packed. */
static void multiply_zeros(void) {
  enum { SIDE = 128 };
  static const float zeros[SIDE * SIDE];
  static float c[SIDE * SIDE];
  const Matrix a = {zeros, SIDE, SIDE};
  whole_product(CblasNoTrans, a, CblasTrans, a, 0.0f, c);
}

bool matrix_prepare(void) { return blas_memory_prepare(multiply_zeros); }

size_t matrix_memory_bytes(void) { return blas_memory_bytes(); }

/* OpenBLAS first copies the operands of a product into blocks of its own. For AVX-512
** it also has kernels that read them in place, for products of at most a million
** multiplications. Cut into pieces of that size, a product of narrow matrices takes a
** fifth to a quarter less time. Returns the rows of a piece.
*/
static size_t rows_per_piece(size_t rows, size_t multiplications_per_row) {
  enum { MULTIPLICATIONS = 1000000, SHORTEST = 16, MULTIPLE = 8 };
  size_t piece = multiplications_per_row ? MULTIPLICATIONS / multiplications_per_row / MULTIPLE * MULTIPLE : 0;
  bool worth_it = piece >= SHORTEST && piece < rows && strcmp(openblas_get_corename(), "SkylakeX") == 0;
  return worth_it ? piece : rows;
}

/* Up to `count` rows of a matrix from row `first` on. */
static Matrix rows_of(Matrix a, size_t first, size_t count) {
  size_t left = a.rows - first;
  return (Matrix){a.values + first * a.columns, left < count ? left : count, a.columns};
}

void matrix_product(Matrix a, Matrix b, float beta, float *c) {
  size_t piece = rows_per_piece(a.rows, a.columns * b.columns);
  for (size_t i = 0; i < a.rows; i += piece)
    whole_product(CblasNoTrans, rows_of(a, i, piece), CblasNoTrans, b, beta, c + i * b.columns);
}

void matrix_product_at(Matrix a, Matrix b, float beta, float *c) {
  size_t piece = rows_per_piece(a.rows, a.columns * b.columns);
  whole_product(CblasTrans, rows_of(a, 0, piece), CblasNoTrans, rows_of(b, 0, piece), beta, c);
  for (size_t i = piece; i < a.rows; i += piece)
    whole_product(CblasTrans, rows_of(a, i, piece), CblasNoTrans, rows_of(b, i, piece), 1.0f, c);
}

void matrix_product_bt(Matrix a, Matrix b, float beta, float *c) {
  whole_product(CblasNoTrans, a, CblasTrans, b, beta, c);
}

void matrix_part_product(MatrixPart a, MatrixPart b, float scale, float *c, size_t c_stride) {
  product(&(Product){CblasNoTrans, CblasNoTrans, a.rows, b.columns, a.columns, scale, a.values, a.stride, b.values,
                     b.stride, 0.0f, c, c_stride});
}

void matrix_part_product_at(MatrixPart a, MatrixPart b, float scale, float *c, size_t c_stride) {
  product(&(Product){CblasTrans, CblasNoTrans, a.columns, b.columns, a.rows, scale, a.values, a.stride, b.values,
                     b.stride, 0.0f, c, c_stride});
}

void matrix_part_product_bt(MatrixPart a, MatrixPart b, float scale, float *c, size_t c_stride) {
  product(&(Product){CblasNoTrans, CblasTrans, a.rows, b.rows, a.columns, scale, a.values, a.stride, b.values,
                     b.stride, 0.0f, c, c_stride});
}

/* y = op(A) x + beta y, in pieces for which the memory is enough. */
static void vector_product(CBLAS_TRANSPOSE of_a, Matrix a, const float *x, float beta, float *y) {
  const size_t most = BLAS_MEMORY_LONGEST;
  bool transposed = of_a == CblasTrans;
  for (size_t i = 0; i < a.rows; i += most)
    for (size_t j = 0; j == 0 || j < a.columns; j += most) {
      blas_memory_begin();
      cblas_sgemv(CblasRowMajor, of_a, (blasint)smaller(most, a.rows - i), (blasint)smaller(most, a.columns - j), 1.0f,
                  a.values + i * a.columns + j, (blasint)a.columns, x + (transposed ? i : j), 1,
                  (transposed ? i : j) > 0 ? 1.0f : beta, y + (transposed ? j : i), 1);
      blas_memory_end();
    }
}

void matrix_vector(Matrix a, const float *x, float *y) { vector_product(CblasNoTrans, a, x, 0.0f, y); }

void matrix_vector_at(Matrix a, const float *x, float *y) { vector_product(CblasTrans, a, x, 1.0f, y); }

/* Rows are so short that the call of cblas_saxpy() would take longer than the sum. */
SIMD_VERSIONS(extern, void, matrix_add_scaled, (size_t n, float scale, const float *restrict x, float *restrict y),
              (n, scale, x, y)) {
  for (size_t i = 0; i < n; i++) y[i] += scale * x[i];
}

SIMD_VERSIONS(static, void, add_four,
              (size_t n, float scale, const float *restrict a, const float *restrict b, const float *restrict c,
               const float *restrict d, float *restrict y), (n, scale, a, b, c, d, y)) {
  for (size_t i = 0; i < n; i++) y[i] += scale * ((a[i] + b[i]) + (c[i] + d[i]));
}

/* Adds four rows at a time, so that y is read and written less often. */
void matrix_add_rows(size_t count, size_t n, float scale, const float *a, const uint32_t *rows, float *y) {
  size_t r = 0;
  for (; r + 4 <= count; r += 4)
    add_four(n, scale, a + rows[r] * n, a + rows[r + 1] * n, a + rows[r + 2] * n, a + rows[r + 3] * n, y);
  for (; r < count; r++) matrix_add_scaled(n, scale, a + rows[r] * n, y);
}

SIMD_VERSIONS(extern, void, matrix_sum_scaled,
              (size_t n, float x_scale, const float *restrict x, float y_scale, const float *restrict y,
               float *restrict out), (n, x_scale, x, y_scale, y, out)) {
  for (size_t i = 0; i < n; i++) out[i] = x_scale * x[i] + y_scale * y[i];
}

/* Sums in separate lanes, so that the loop vectorises. Every 4096 numbers the lanes are
** added to a double, before rounding to float matters.
*/
SIMD_VERSIONS(extern, double, matrix_squares, (size_t n, const float *x), (n, x)) {
  enum { LANES = 32, RUN = 4096 };
  double sum = 0.0;
  for (size_t begin = 0; begin < n; begin += RUN) {
    size_t end = n - begin < RUN ? n : begin + RUN, i = begin;
    float lane[LANES] = {0};
    for (; i + LANES <= end; i += LANES)
      for (size_t j = 0; j < LANES; j++) lane[j] += x[i + j] * x[i + j];
    for (; i < end; i++) lane[i % LANES] += x[i] * x[i];
    for (size_t j = 0; j < LANES; j++) sum += (double)lane[j];
  }
  return sum;
}

float matrix_dot(size_t n, const float *x, const float *y) {
  return cblas_sdot((blasint)n, x, 1, y, 1);
}

/* Works in blocks of rows, so that the cache lines of B that are written stay in the cache. */
void matrix_transpose(Matrix a, float *b) {
  enum { BLOCK = 16 };
  for (size_t i0 = 0; i0 < a.rows; i0 += BLOCK)
    for (size_t j = 0; j < a.columns; j++)
      for (size_t i = i0; i < a.rows && i < i0 + BLOCK; i++) b[j * a.rows + i] = a.values[i * a.columns + j];
}

SIMD_VERSIONS(extern, void, matrix_add_columns, (Matrix a, float *out), (a, out)) {
  for (size_t i = 0; i < a.rows; i++)
    for (size_t j = 0; j < a.columns; j++) out[j] += a.values[i * a.columns + j];
}

void matrix_normalise(size_t n, float *x) {
  double length = sqrt(matrix_squares(n, x));
  for (size_t i = 0; i < n && length > 0; i++) x[i] = (float)(x[i] / length);
}

const char *matrix_kernel(void) { return openblas_get_corename(); }
