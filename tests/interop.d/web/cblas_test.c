/* cblas_test.c -- packages/web/source/cblas.c, compiled for this machine, against sums in double. Prints the
** worst relative error of all products; 1 is a result that has nothing to do with what it should be.
*/
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cblas.h"

enum { MOST = 300, PADDING = 3 /* floats between rows, which no product may touch */ };

static float a[MOST * (MOST + PADDING)], b[MOST * (MOST + PADDING)], c[MOST * (MOST + PADDING)];

static void fill(float *values, unsigned seed) {
  for (size_t i = 0; i < sizeof a / sizeof *a; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (float)(seed >> 8) / 8388608.0f - 1.0f;
  }
}

static float at(const float *values, CBLAS_TRANSPOSE of, blasint stride, blasint row, blasint column) {
  return of == CblasTrans ? values[column * stride + row] : values[row * stride + column];
}

static double error_of(double found, double expected, double size) { return fabs(found - expected) / (size + 1.0); }

static double product_error(blasint m, blasint n, blasint k, CBLAS_TRANSPOSE of_a, CBLAS_TRANSPOSE of_b, float beta) {
  blasint lda = (of_a == CblasTrans ? m : k) + PADDING, ldb = (of_b == CblasTrans ? k : n) + PADDING;
  double worst = 0.0;
  fill(c, 3);
  cblas_sgemm(CblasRowMajor, of_a, of_b, m, n, k, 0.5f, a, lda, b, ldb, beta, c, n + PADDING);
  static float before[MOST * (MOST + PADDING)];
  fill(before, 3);
  for (blasint i = 0; i < m; i++)
    for (blasint j = 0; j < n + PADDING; j++) {
      double sum = j < n ? beta * before[i * (n + PADDING) + j] : before[i * (n + PADDING) + j], size = 0.0;
      for (blasint p = 0; p < k && j < n; p++) {
        double term = 0.5 * at(a, of_a, lda, i, p) * at(b, of_b, ldb, p, j);
        sum += term;
        size += fabs(term);
      }
      worst = fmax(worst, error_of(c[i * (n + PADDING) + j], sum, size));
    }
  return worst;
}

static double vector_error(blasint m, blasint n, CBLAS_TRANSPOSE of) {
  blasint results = of == CblasTrans ? n : m, terms = of == CblasTrans ? m : n;
  double worst = 0.0;
  for (int beta = 0; beta < 2; beta++) {
    fill(c, 3);
    cblas_sgemv(CblasRowMajor, of, m, n, 1.0f, a, n + PADDING, b, 1, (float)beta, c, 1);
    static float before[MOST * (MOST + PADDING)];
    fill(before, 3);
    for (blasint i = 0; i < results; i++) {
      double sum = (double)before[i] * beta, size = 0.0;
      for (blasint p = 0; p < terms; p++) {
        double term = (double)at(a, of, n + PADDING, i, p) * b[p];
        sum += term;
        size += fabs(term);
      }
      worst = fmax(worst, error_of(c[i], sum, size));
    }
  }
  return worst;
}

int main(void) {
  static const blasint SIZES[] = {1, 2, 3, 4, 5, 8, 9, 17, 64, 255, 256, 257};
  enum { COUNT = sizeof SIZES / sizeof *SIZES };
  double worst = 0.0;
  fill(a, 1);
  fill(b, 2);
  for (int i = 0; i < COUNT * COUNT * COUNT; i++) {
    blasint m = SIZES[i % COUNT], n = SIZES[i / COUNT % COUNT], k = SIZES[i / COUNT / COUNT];
    if (m * n * k > 1 << 18) continue;
    for (int kind = 0; kind < 8; kind++)
      worst = fmax(worst, product_error(m, n, k, kind & 1 ? CblasTrans : CblasNoTrans,
                                        kind & 2 ? CblasTrans : CblasNoTrans, kind & 4 ? 1.0f : 0.0f));
    worst = fmax(worst, fmax(vector_error(m, n, CblasNoTrans), vector_error(m, n, CblasTrans)));
  }
  printf("%g\n", worst);
  return 0;
}
