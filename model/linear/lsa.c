#include "linear/lsa.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/random.h"

enum { ITERATIONS = 4, POLL_ROWS = 1024 };

/* Computes points [rows][size] = A W. */
static void project(const SparseRows *a, size_t size, const float *w, Workers *workers, float *points) {
  memset(points, 0, a->count * size * sizeof *points);
  for (size_t i = 0; i < a->count && (i % POLL_ROWS || !workers_stopped(workers)); i++)
    for (size_t e = a->begin[i]; e < a->end[i]; e++)
      matrix_add_scaled(size, a->value[e], w + a->feature[e] * size, points + i * size);
}

/* Computes w [features][size] = A' points. */
static void gather(const SparseRows *a, size_t size, const float *points, Workers *workers, float *w) {
  memset(w, 0, a->features * size * sizeof *w);
  for (size_t i = 0; i < a->count && (i % POLL_ROWS || !workers_stopped(workers)); i++)
    for (size_t e = a->begin[i]; e < a->end[i]; e++)
      matrix_add_scaled(size, a->value[e], points + i * size, w + a->feature[e] * size);
}

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

/* Makes the columns of w [rows][size] orthonormal: w becomes w L'^-1, where w'w = L L'.
** gram [size][size] is scratch.
*/
static void orthonormalise(size_t rows, size_t size, float *w, Workers *workers, float *gram) {
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

/* Scales each point to length 1. */
static void scale_points(size_t count, size_t size, float *points) {
  for (size_t i = 0; i < count; i++) {
    float *p = points + i * size;
    float length = sqrtf(matrix_dot(size, p, p));
    for (size_t j = 0; j < size && length > 0; j++) p[j] /= length;
  }
}

Status lsa_points(const SparseRows *a, size_t size, uint64_t seed, Workers *workers, float *points, Error *error) {
  float *w = memory_floats(a->features * size), *gram = memory_floats(size * size);
  Status status = w && gram ? STATUS_OK : error_no_memory(error);
  if (!status) {
    Random random = random_stream(seed, RANDOM_LSA, 0);
    for (size_t i = 0; i < a->features * size; i++) w[i] = random_normal(&random);
    orthonormalise(a->features, size, w, workers, gram);
    for (int i = 0; i < ITERATIONS && !workers_stopped(workers); i++) {
      project(a, size, w, workers, points);
      gather(a, size, points, workers, w);
      orthonormalise(a->features, size, w, workers, gram);
    }
    project(a, size, w, workers, points);
    scale_points(a->count, size, points);
  }
  free(w);
  free(gram);
  return status;
}
