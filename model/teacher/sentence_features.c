#include "teacher/sentence_features.h"

#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "teacher/principal_components.h"

void sentence_features_free(SentenceFeatures *f) {
  free(f->centre);
  free(f->basis);
  *f = (SentenceFeatures){0};
}

/* vectors become w (v - centre) / |v - centre|, layer by layer. */
static void centre_and_scale(const SentenceFeatures *f, float *vectors) {
  for (size_t l = 0; l < f->layers; l++) {
    float *vector = vectors + l * f->hidden;
    matrix_add_scaled(f->hidden, -1.0f, f->centre + l * f->hidden, vector);
    encoder_scale(f->hidden, vector);
    for (size_t i = 0; i < f->hidden; i++) vector[i] *= f->weights[l];
  }
}

Status sentence_features_learn(SentenceFeatures *f, size_t texts, float *vectors, uint64_t seed, Workers *workers,
                               Error *error) {
  size_t width = f->layers * f->hidden;
  f->size = width < SENTENCE_FEATURES_MOST ? width : SENTENCE_FEATURES_MOST;
  f->centre = memory_floats(width);
  f->basis = memory_floats(width * f->size);
  if (!f->centre || !f->basis) return error_no_memory(error);
  matrix_add_columns((Matrix){vectors, texts, width}, f->centre);
  for (size_t i = 0; i < width && texts; i++) f->centre[i] /= (float)texts;
  for (size_t i = 0; i < texts; i++) centre_and_scale(f, vectors + i * width);
  return principal_components((Matrix){vectors, texts, width}, f->size, seed, workers, f->basis, error);
}

void sentence_features_of(const SentenceFeatures *f, float *vectors, float *out) {
  size_t width = f->layers * f->hidden;
  centre_and_scale(f, vectors);
  memset(out, 0, f->size * sizeof *out);
  matrix_vector_at((Matrix){f->basis, width, f->size}, vectors, out);
}
