#include "base/matrix.h"

#include <cblas.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/simd.h"

/* Our copy of OpenBLAS is linked statically, and its calls of getenv() come
** here (-Wl,--wrap=getenv). While the library loads it asks how many threads
** to start: none, the calls of several workers are what runs in parallel. And
** it asks for a kernel: releases older than a processor fall back to SSE2 on
** it, so the processor's features are answered instead of its model.
*/
char *__real_getenv(const char *name);
char *__wrap_getenv(const char *name);

char *__wrap_getenv(const char *name) {
  static char one[] = "1";
  if (strcmp(name, "OPENBLAS_NUM_THREADS") == 0) return one;
  char *value = __real_getenv(name);
  if (value || strcmp(name, "OPENBLAS_CORETYPE") != 0) return value;
#if defined(__x86_64__)
  static char skylake[] = "SkylakeX", haswell[] = "Haswell";
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return skylake;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return haswell;
#endif
  return NULL;
}

#ifdef OPENBLAS_IS_SHARED
/* Nothing is answered to a shared copy, which has started its threads already. */
__attribute__((constructor)) static void keep_to_one_thread(void) { openblas_set_num_threads(1); }
#endif

static void product(CBLAS_TRANSPOSE at, CBLAS_TRANSPOSE bt, size_t m, size_t n, size_t k,
                    const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
                    size_t ldc) {
  if (m == 0 || n == 0) return;
  cblas_sgemm(CblasRowMajor, at, bt, (blasint)m, (blasint)n, (blasint)k, 1.0f, a, (blasint)lda, b,
              (blasint)ldb, beta, c, (blasint)ldc);
}

/* OpenBLAS copies the operands of a product into blocks of its own first. For
** AVX-512 it has kernels, too, that compute one of at most a million
** multiplications where it stands: in pieces of that size a product of narrow
** matrices is a fifth to a quarter faster. Other processors have no such kernels.
** This is the length of a piece, cut along a dimension of size `whole`.
*/
static size_t piece_of(size_t whole, size_t other_dimensions) {
  enum { MULTIPLICATIONS = 1000000, SHORTEST = 16, EVEN = 8 };
  size_t piece = other_dimensions ? MULTIPLICATIONS / other_dimensions / EVEN * EVEN : 0;
  bool worth_it = piece >= SHORTEST && piece < whole && strcmp(openblas_get_corename(), "SkylakeX") == 0;
  return worth_it ? piece : whole;
}

void matrix_product(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                    size_t ldb, float beta, float *c, size_t ldc) {
  size_t piece = piece_of(m, n * k);
  for (size_t i = 0; i < m; i += piece)
    product(CblasNoTrans, CblasNoTrans, m - i < piece ? m - i : piece, n, k, a + i * lda, lda, b, ldb, beta,
            c + i * ldc, ldc);
}

void matrix_product_at(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                       size_t ldb, float beta, float *c, size_t ldc) {
  size_t piece = piece_of(k, m * n), first = k < piece ? k : piece;
  product(CblasTrans, CblasNoTrans, m, n, first, a, lda, b, ldb, beta, c, ldc);
  for (size_t i = first; i < k; i += piece)
    product(CblasTrans, CblasNoTrans, m, n, k - i < piece ? k - i : piece, a + i * lda, lda, b + i * ldb, ldb,
            1.0f, c, ldc);
}

void matrix_product_bt(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                       size_t ldb, float beta, float *c, size_t ldc) {
  product(CblasNoTrans, CblasTrans, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

void matrix_vector(size_t m, size_t n, const float *a, size_t lda, const float *x, float *y) {
  if (m == 0) return;
  cblas_sgemv(CblasRowMajor, CblasNoTrans, (blasint)m, (blasint)n, 1.0f, a, (blasint)lda, x, 1,
              0.0f, y, 1);
}

void matrix_vector_at(size_t m, size_t n, const float *a, size_t lda, const float *x, float *y) {
  if (m == 0) return;
  cblas_sgemv(CblasRowMajor, CblasTrans, (blasint)m, (blasint)n, 1.0f, a, (blasint)lda, x, 1, 1.0f,
              y, 1);
}

/* Rows are short here: BLAS' own would spend more on the call. */
SIMD_VERSIONS(extern, void, matrix_add_scaled, (size_t n, float scale, const float *restrict x, float *restrict y),
              (n, scale, x, y)) {
  for (size_t i = 0; i < n; i++) y[i] += scale * x[i];
}

SIMD_VERSIONS(static, void, add_four,
              (size_t n, float scale, const float *restrict a, const float *restrict b, const float *restrict c,
               const float *restrict d, float *restrict y), (n, scale, a, b, c, d, y)) {
  for (size_t i = 0; i < n; i++) y[i] += scale * ((a[i] + b[i]) + (c[i] + d[i]));
}

/* Four at a time: y is read and written less often, more is read at once. */
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

/* In lanes, so that it vectorises; each has few of the squares, so that a float
** holds their sum.
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

/* In blocks, so that the lines of B which a block writes stay in the cache. */
void matrix_transpose(size_t m, size_t n, const float *a, float *b) {
  enum { BLOCK = 16 };
  for (size_t i0 = 0; i0 < m; i0 += BLOCK)
    for (size_t j = 0; j < n; j++)
      for (size_t i = i0; i < m && i < i0 + BLOCK; i++) b[j * m + i] = a[i * n + j];
}

SIMD_VERSIONS(extern, void, matrix_add_columns, (size_t m, size_t n, const float *a, size_t lda, float *out),
              (m, n, a, lda, out)) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) out[j] += a[i * lda + j];
}

const char *matrix_kernel(void) { return openblas_get_corename(); }
