#include "teacher/sentence_features.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "teacher/principal_components.h"

void sentence_features_free(SentenceFeatures *f) {
  free(f->centre);
  free(f->mean);
  free(f->basis);
  *f = (SentenceFeatures){0};
}

/* Returns 1 / |v|, or 0 of a vector that is zero. */
static float inverse_length(size_t size, const float *vector) {
  double squares = matrix_squares(size, vector);
  return squares > 0 ? (float)(1.0 / sqrt(squares)) : 0.0f;
}

/* row [layers][hidden] = w (v - centre) / |v - centre|, for v of length 1 */
static void normalise(const SentenceFeatures *f, const float *vectors, float *row) {
  for (size_t l = 0; l < f->layers; l++, vectors += f->hidden, row += f->hidden) {
    float scale = inverse_length(f->hidden, vectors);
    matrix_sum_scaled(f->hidden, scale, vectors, -1.0f, f->centre + l * f->hidden, row);
    scale = f->weights[l] * inverse_length(f->hidden, row);
    for (size_t i = 0; i < f->hidden; i++) row[i] *= scale;
  }
}

static void find_centre(SentenceFeatures *f, size_t texts, const float *vectors) {
  for (size_t i = 0; i < texts * f->layers; i++, vectors += f->hidden)
    matrix_add_scaled(f->hidden, inverse_length(f->hidden, vectors) / (float)texts, vectors,
                      f->centre + i % f->layers * f->hidden);
}

static void subtract_mean(SentenceFeatures *f, size_t texts, float *rows) {
  size_t width = f->layers * f->hidden;
  for (size_t i = 0; i < texts; i++) matrix_add_scaled(width, 1.0f / (float)texts, rows + i * width, f->mean);
  for (size_t i = 0; i < texts; i++) matrix_add_scaled(width, -1.0f, f->mean, rows + i * width);
}

Status sentence_features_learn(SentenceFeatures *f, size_t texts, const float *vectors, uint64_t seed,
                               Workers *workers, Error *error) {
  size_t width = f->layers * f->hidden;
  float *rows = memory_floats(memory_product(texts + 1, width));
  f->size = width < SENTENCE_FEATURES_MOST ? width : SENTENCE_FEATURES_MOST;
  f->centre = memory_floats(width);
  f->mean = memory_floats(width);
  f->basis = memory_floats(memory_product(width, f->size));
  Status status = rows && f->centre && f->mean && f->basis ? STATUS_OK : error_no_memory(error);
  if (!status) {
    find_centre(f, texts, vectors);
    for (size_t i = 0; i < texts; i++) normalise(f, vectors + i * width, rows + i * width);
    subtract_mean(f, texts, rows);
    status = principal_components((Matrix){rows, texts, width}, f->size, seed, workers, f->basis, error);
  }
  free(rows);
  return status;
}

void sentence_features_of(const SentenceFeatures *f, const float *vectors, float *scratch, float *out) {
  size_t width = f->layers * f->hidden;
  normalise(f, vectors, scratch);
  matrix_add_scaled(width, -1.0f, f->mean, scratch);
  memset(out, 0, f->size * sizeof *out);
  matrix_vector_at((Matrix){f->basis, width, f->size}, scratch, out);
  float scale = inverse_length(f->size, out);
  for (size_t i = 0; i < f->size; i++) out[i] *= scale;
}
