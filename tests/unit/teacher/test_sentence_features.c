/* Features of sentence vectors against their formula in double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "teacher/sentence_features.h"
#include "unit/support.h"

enum { TEXTS = 30, LAYERS = 2, HIDDEN = 5, WIDTH = LAYERS * HIDDEN };

/* Normed vectors of ten numbers, turned by a basis that is orthonormal but for 1e-6. */
static const double TOLERANCE = 1e-5;

static const float WEIGHTS[LAYERS] = {0.6f, 0.8f};

static SentenceFeatures learn(size_t texts, const float *vectors, size_t threads) {
  SentenceFeatures f = {.layers = LAYERS, .hidden = HIDDEN, .weights = {WEIGHTS[0], WEIGHTS[1]}};
  Workers *workers;
  assert_ok(workers_new(threads, (Poll){0}, &workers, &error));
  assert_ok(sentence_features_learn(&f, texts, vectors, 1, workers, &error));
  workers_free(workers);
  return f;
}

static void make_vectors(float *vectors) {
  fill_normal(vectors, TEXTS * WIDTH, 1.0f, 1);
  for (size_t i = 0; i < TEXTS * WIDTH; i++) vectors[i] = vectors[i] * (float)(1 + i % 3) + 0.5f;
}

static double length_of(size_t size, const double *v) {
  double squares = 0;
  for (size_t i = 0; i < size; i++) squares += v[i] * v[i];
  return sqrt(squares);
}

/* u of all texts, and the mean over them. */
static void scale_slowly(const float *vectors, double u[TEXTS][WIDTH], double mean[WIDTH]) {
  memset(mean, 0, WIDTH * sizeof *mean);
  for (size_t i = 0; i < TEXTS; i++)
    for (size_t l = 0; l < LAYERS; l++) {
      double *row = u[i] + l * HIDDEN;
      for (size_t k = 0; k < HIDDEN; k++) row[k] = (double)vectors[i * WIDTH + l * HIDDEN + k];
      double length = length_of(HIDDEN, row);
      for (size_t k = 0; k < HIDDEN; k++) mean[l * HIDDEN + k] += (row[k] /= length) / TEXTS;
    }
}

/* Subtracts the mean of the rows, and scales each to length 1. */
static void centre_slowly(double rows[TEXTS][WIDTH]) {
  double mean[WIDTH] = {0};
  for (size_t i = 0; i < TEXTS; i++)
    for (size_t k = 0; k < WIDTH; k++) mean[k] += rows[i][k] / TEXTS;
  for (size_t i = 0; i < TEXTS; i++) {
    for (size_t k = 0; k < WIDTH; k++) rows[i][k] -= mean[k];
    double length = length_of(WIDTH, rows[i]);
    for (size_t k = 0; k < WIDTH; k++) rows[i][k] /= length;
  }
}

/* [w_1 v_1; w_2 v_2] of all texts, minus the mean, of length 1. */
static void compute_slowly(const float *vectors, double rows[TEXTS][WIDTH]) {
  double mean[WIDTH];
  scale_slowly(vectors, rows, mean);
  for (size_t i = 0; i < TEXTS; i++)
    for (size_t l = 0; l < LAYERS; l++) {
      double *row = rows[i] + l * HIDDEN;
      for (size_t k = 0; k < HIDDEN; k++) row[k] -= mean[l * HIDDEN + k];
      double length = length_of(HIDDEN, row);
      for (size_t k = 0; k < HIDDEN; k++) row[k] *= (double)WEIGHTS[l] / length;
    }
  centre_slowly(rows);
}

/* All components are kept here, and these only turn the rows: products of two rows stay. */
TEST(products_of_features_are_those_of_the_formula) {
  float vectors[TEXTS * WIDTH], features[TEXTS * WIDTH], scratch[WIDTH];
  double rows[TEXTS][WIDTH];
  make_vectors(vectors);
  compute_slowly(vectors, rows);
  SentenceFeatures f = learn(TEXTS, vectors, 1);
  assert_int_equal(f.size, WIDTH);
  for (size_t i = 0; i < TEXTS; i++)
    sentence_features_of(&f, vectors + i * WIDTH, scratch, features + i * WIDTH);
  for (size_t i = 0; i < TEXTS; i++) {
    assert_near(dot(features + i * WIDTH, features + i * WIDTH, WIDTH), 1.0, TOLERANCE);
    for (size_t j = 0; j < i; j++) {
      double expected = 0;
      for (size_t k = 0; k < WIDTH; k++) expected += rows[i][k] * rows[j][k];
      assert_near(dot(features + i * WIDTH, features + j * WIDTH, WIDTH), expected, TOLERANCE);
    }
  }
  sentence_features_free(&f);
}

/* Only the direction of a vector counts. */
TEST(the_length_of_a_vector_does_not_count) {
  float vectors[TEXTS * WIDTH], once[WIDTH], longer[WIDTH], scratch[WIDTH];
  make_vectors(vectors);
  SentenceFeatures f = learn(TEXTS, vectors, 1);
  sentence_features_of(&f, vectors, scratch, once);
  for (size_t i = 0; i < WIDTH; i++) vectors[i] *= 1000.0f;
  sentence_features_of(&f, vectors, scratch, longer);
  assert_close(longer, once, WIDTH, TOLERANCE);
  sentence_features_free(&f);
}

TEST(a_vector_of_zeros_gives_numbers) {
  float vectors[TEXTS * WIDTH], zero[WIDTH] = {0}, out[WIDTH], scratch[WIDTH];
  make_vectors(vectors);
  memset(vectors + 3 * WIDTH, 0, WIDTH * sizeof *vectors);
  SentenceFeatures f = learn(TEXTS, vectors, 1);
  sentence_features_of(&f, zero, scratch, out);
  for (size_t i = 0; i < WIDTH; i++) assert_true(isfinite(out[i]));
  sentence_features_free(&f);
  f = learn(1, zero, 1); /* nothing but such a text: all are zero */
  sentence_features_of(&f, zero, scratch, out);
  for (size_t i = 0; i < WIDTH; i++) assert_true(out[i] == 0.0f);
  sentence_features_free(&f);
}

TEST(features_are_at_most_256) {
  enum { WIDE = 300, FEW = 20 };
  float *vectors = allocate(FEW * WIDE, sizeof *vectors), scratch[WIDE], out[SENTENCE_FEATURES_MOST];
  SentenceFeatures f = {.layers = 1, .hidden = WIDE, .weights = {1.0f}};
  Workers *workers;
  fill_normal(vectors, FEW * WIDE, 1.0f, 5);
  assert_ok(workers_new(1, (Poll){0}, &workers, &error));
  assert_ok(sentence_features_learn(&f, FEW, vectors, 1, workers, &error));
  assert_int_equal(f.size, SENTENCE_FEATURES_MOST);
  for (size_t i = 0; i < FEW; i++) { /* twenty rows fit into 256 directions */
    sentence_features_of(&f, vectors + i * WIDE, scratch, out);
    assert_near(dot(out, out, f.size), 1.0, 1e-3);
  }
  workers_free(workers);
  sentence_features_free(&f);
  free(vectors);
}

TEST(any_number_of_threads_gives_the_same_bits) {
  float vectors[TEXTS * WIDTH];
  make_vectors(vectors);
  SentenceFeatures first = learn(TEXTS, vectors, 1);
  for (size_t threads = 0; threads <= 4; threads += 2) {
    SentenceFeatures f = learn(TEXTS, vectors, threads);
    assert_memory_equal(f.basis, first.basis, WIDTH * WIDTH * sizeof(float));
    assert_memory_equal(f.centre, first.centre, WIDTH * sizeof(float));
    sentence_features_free(&f);
  }
  sentence_features_free(&first);
  sentence_features_free(&first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_of_features_are_those_of_the_formula),
      cmocka_unit_test(the_length_of_a_vector_does_not_count),
      cmocka_unit_test(a_vector_of_zeros_gives_numbers),
      cmocka_unit_test(features_are_at_most_256),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
