#include "fine_tuning/pair_loss.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* cosines [n][n] become the gradient of the loss. */
static double cosines_backward(size_t n, const uint32_t *targets, float *cosines) {
  double alike = 0, different = 0, loss = 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      alike += i != j && targets[i] == targets[j];
      different += targets[i] != targets[j];
    }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      bool same = targets[i] == targets[j];
      double pairs = same ? alike : different, error = i == j ? 0.0 : (double)cosines[i * n + j] - (same ? 1.0 : 0.0);
      loss += i == j ? 0.0 : error * error / pairs;
      cosines[i * n + j] = i == j ? 0.0f : (float)(2.0 * error / pairs);
    }
  return loss;
}

float pair_loss(Matrix vectors, const uint32_t *targets, float *scratch, float *d) {
  size_t n = vectors.rows, size = vectors.columns;
  float *cosines = scratch, *units = cosines + n * n, *lengths = units + n * size;
  memcpy(units, vectors.values, n * size * sizeof *units);
  for (size_t i = 0; i < n; i++) {
    lengths[i] = (float)sqrt(matrix_squares(size, units + i * size));
    matrix_normalise(size, units + i * size);
  }
  Matrix unit_vectors = {units, n, size};
  matrix_product_bt(unit_vectors, unit_vectors, 0.0f, cosines);
  double loss = cosines_backward(n, targets, cosines);
  matrix_product((Matrix){cosines, n, n}, unit_vectors, 0.0f, d); /* half of the gradient: cosines are symmetric */
  for (size_t i = 0; i < n; i++) {
    float *row = d + i * size, along = matrix_dot(size, row, units + i * size);
    matrix_add_scaled(size, -along, units + i * size, row);
    for (size_t k = 0; k < size; k++) row[k] = lengths[i] > 0.0f ? 2.0f * row[k] / lengths[i] : 0.0f;
  }
  return (float)loss;
}
