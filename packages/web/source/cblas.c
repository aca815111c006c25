#include "cblas.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef float Vector __attribute__((vector_size(16), aligned(4), may_alias));

/* A tile of C is ROWS x COLUMNS: its sums stay in registers, of which there are sixteen. */
#ifdef __wasm_simd128__
enum { ROWS = 4 };
#else
enum { ROWS = 2 };
#endif
enum { LANES = 4, VECTORS = 2, COLUMNS = LANES * VECTORS, DEPTH = 256 /* of a panel of B */ };

#define INLINE static inline __attribute__((always_inline))

/* A matrix of which element (i, j) lies at values[i * down + j * right]. */
typedef struct View {
  const float *values;
  size_t down, right;
} View;

typedef struct Result {
  float *values;
  size_t stride;
  float alpha, beta;
} Result;

static View view_of(CBLAS_TRANSPOSE transpose, const float *values, blasint stride) {
  bool transposed = transpose == CblasTrans;
  return (View){values, transposed ? 1 : (size_t)stride, transposed ? (size_t)stride : 1};
}

/* Adds a tile's sums to C, of which it has `rows` rows and `columns` columns. */
INLINE void put(Result c, int rows, size_t columns, Vector sums[ROWS][VECTORS]) {
  for (int i = 0; i < rows; i++) {
    float *to = c.values + (size_t)i * c.stride;
    for (int v = 0; v < VECTORS && columns == COLUMNS; v++) {
      Vector *four = (Vector *)to + v;
      *four = c.beta == 0.0f ? c.alpha * sums[i][v] : c.alpha * sums[i][v] + c.beta * *four;
    }
    for (size_t j = 0; j < columns && columns < COLUMNS; j++) {
      float sum = c.alpha * sums[i][j / LANES][j % LANES];
      to[j] = c.beta == 0.0f ? sum : sum + c.beta * to[j];
    }
  }
}

/* The rows of b are COLUMNS floats each, b_stride apart. */
INLINE void tile(size_t depth, View a, const float *b, size_t b_stride, Result c, int rows, size_t columns) {
  Vector sums[ROWS][VECTORS];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < VECTORS; v++) sums[i][v] = (Vector){0};
  for (size_t k = 0; k < depth; k++, b += b_stride) {
    const Vector *four = (const Vector *)b;
    for (int i = 0; i < rows; i++)
      for (int v = 0; v < VECTORS; v++) sums[i][v] += a.values[(size_t)i * a.down + k * a.right] * four[v];
  }
  put(c, rows, columns, sums);
}

static void column_of_tiles(size_t m, size_t depth, View a, const float *b, size_t b_stride, Result c,
                            size_t columns) {
  size_t i = 0;
  for (; i + ROWS <= m; i += ROWS, a.values += ROWS * a.down, c.values += ROWS * c.stride)
    tile(depth, a, b, b_stride, c, ROWS, columns);
  for (; i < m; i++, a.values += a.down, c.values += c.stride) tile(depth, a, b, b_stride, c, 1, columns);
}

/* Copies up to COLUMNS columns of B side by side, and zeros behind them. */
static void pack(size_t depth, size_t columns, View b, float *panel) {
  if (columns < COLUMNS) memset(panel, 0, depth * COLUMNS * sizeof *panel);
  for (size_t j = 0; j < columns; j++)
    for (size_t k = 0; k < depth; k++) panel[k * COLUMNS + j] = b.values[k * b.down + j * b.right];
}

/* B's columns are copied unless they lie side by side already and are read by few rows. */
static void panels(size_t m, size_t n, size_t depth, View a, View b, Result c) {
  enum { FEW_ROWS = 4 * ROWS };
  float panel[DEPTH * COLUMNS];
  for (size_t j = 0; j < n; j += COLUMNS) {
    size_t columns = n - j < COLUMNS ? n - j : COLUMNS;
    View part = {b.values + j * b.right, b.down, b.right};
    Result to = {c.values + j, c.stride, c.alpha, c.beta};
    bool packed = columns < COLUMNS || b.right != 1 || m > FEW_ROWS;
    if (packed) pack(depth, columns, part, panel);
    column_of_tiles(m, depth, a, packed ? panel : part.values, packed ? COLUMNS : b.down, to, columns);
  }
}

void cblas_sgemm(CBLAS_ORDER order, CBLAS_TRANSPOSE of_a, CBLAS_TRANSPOSE of_b, blasint m, blasint n, blasint k,
                 float alpha, const float *a, blasint lda, const float *b, blasint ldb, float beta, float *c,
                 blasint ldc) {
  (void)order;
  View from_a = view_of(of_a, a, lda), from_b = view_of(of_b, b, ldb);
  size_t done = 0;
  do {
    size_t depth = (size_t)k - done < DEPTH ? (size_t)k - done : DEPTH;
    View part_a = {from_a.values + done * from_a.right, from_a.down, from_a.right};
    View part_b = {from_b.values + done * from_b.down, from_b.down, from_b.right};
    panels((size_t)m, (size_t)n, depth, part_a, part_b, (Result){c, (size_t)ldc, alpha, done ? 1.0f : beta});
    done += depth;
  } while (done < (size_t)k);
}

static float sum_of(Vector v) { return (v[0] + v[1]) + (v[2] + v[3]); }

float cblas_sdot(blasint n, const float *x, blasint x_step, const float *y, blasint y_step) {
  (void)x_step;
  (void)y_step;
  Vector sums[4] = {{0}};
  blasint i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES)
    for (int v = 0; v < 4; v++) sums[v] += *(const Vector *)(x + i + v * LANES) * *(const Vector *)(y + i + v * LANES);
  float sum = sum_of((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; i < n; i++) sum += x[i] * y[i];
  return sum;
}

static void scale(size_t n, float beta, float *y) {
  if (beta == 0.0f) memset(y, 0, n * sizeof *y);
  for (size_t i = 0; i < n && beta != 0.0f && beta != 1.0f; i++) y[i] *= beta;
}

void cblas_sgemv(CBLAS_ORDER order, CBLAS_TRANSPOSE of_a, blasint m, blasint n, float alpha, const float *a,
                 blasint lda, const float *x, blasint x_step, float beta, float *y, blasint y_step) {
  (void)order;
  (void)y_step;
  scale((size_t)(of_a == CblasTrans ? n : m), beta, y);
  for (blasint i = 0; i < m; i++, a += lda) {
    if (of_a == CblasNoTrans) y[i] += alpha * cblas_sdot(n, a, 1, x, x_step);
    for (blasint j = 0; j < n && of_a == CblasTrans; j++) y[j] += alpha * x[i] * a[j];
  }
}

const char *openblas_get_corename(void) {
#ifdef __wasm_simd128__
  return "wasm-simd128";
#else
  return "wasm-scalar";
#endif
}
