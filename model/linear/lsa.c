#include "linear/lsa.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/random.h"
#include "linear/orthonormal.h"

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

/* Scales each point to length 1. */
static void scale_points(size_t count, size_t size, float *points) {
  for (size_t i = 0; i < count; i++) {
    float *p = points + i * size;
    float length = sqrtf(matrix_dot(size, p, p));
    for (size_t j = 0; j < size && length > 0; j++) p[j] /= length;
  }
}

Status lsa_points(const SparseRows *a, size_t size, uint64_t seed, Workers *workers, float *points, Error *error) {
  float *w = memory_floats(memory_product(a->features, size)), *gram = memory_floats(memory_product(size, size));
  Status status = w && gram ? STATUS_OK : error_no_memory(error);
  if (!status) {
    Random random = random_stream(seed, RANDOM_LSA, 0);
    for (size_t i = 0; i < a->features * size; i++) w[i] = random_normal(&random);
    orthonormal_columns(a->features, size, w, workers, gram);
    for (int i = 0; i < ITERATIONS && !workers_stopped(workers); i++) {
      project(a, size, w, workers, points);
      gather(a, size, points, workers, w);
      orthonormal_columns(a->features, size, w, workers, gram);
    }
    project(a, size, w, workers, points);
    scale_points(a->count, size, points);
  }
  free(w);
  free(gram);
  return status;
}
