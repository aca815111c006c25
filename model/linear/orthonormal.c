#include "linear/orthonormal.h"

#include <math.h>

#include "base/matrix.h"

enum { POLL_ROWS = 1024 };

/* Replaces the lower triangle of G by L with G = L L'. A direction that is 0 except for rounding
** is later divided by its length before rounding, so that it stays below 1/1000, and has no
** effect on the others.
*/
static void cholesky(size_t n, float *g) {
  for (size_t j = 0; j < n; j++) {
    double left = g[j * n + j], whole = left;
    for (size_t k = 0; k < j; k++) left -= (double)g[j * n + k] * g[j * n + k];
    bool vanished = left <= 1e-6 * whole;
    g[j * n + j] = whole > 0 ? (float)sqrt(vanished ? whole : left) : 1.0f;
    for (size_t i = j + 1; i < n; i++) {
      double sum = g[i * n + j];
      for (size_t k = 0; k < j; k++) sum -= (double)g[i * n + k] * g[j * n + k];
      g[i * n + j] = vanished ? 0.0f : (float)(sum / g[j * n + j]);
    }
  }
}

void orthonormal_columns(size_t rows, size_t size, float *w, Workers *workers, float *gram) {
  matrix_product_at((Matrix){w, rows, size}, (Matrix){w, rows, size}, 0.0f, gram);
  cholesky(size, gram);
  for (size_t r = 0; r < rows && (r % POLL_ROWS || !workers_stopped(workers)); r++) {
    float *row = w + r * size;
    for (size_t j = 0; j < size; j++) {
      float sum = row[j];
      for (size_t k = 0; k < j; k++) sum -= gram[j * size + k] * row[k];
      row[j] = sum / gram[j * size + j];
    }
  }
}
