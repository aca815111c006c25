/* Logistic regression against plain gradient descent in double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "teacher/logistic_regression.h"
#include "unit/support.h"

enum { ROWS = 90, USED = 70, SIZE = 5, LABELS = 3, NUMBERS = LABELS * (SIZE + 1) };

typedef struct Rows {
  float x[ROWS * SIZE], targets[ROWS * LABELS], weights[ROWS];
  uint32_t used[USED];
  LogisticProblem problem;
} Rows;

/* Rows of three classes that overlap; some belong to several in part. */
static Rows *rows_new(void) {
  Rows *r = allocate(1, sizeof *r);
  Random random = random_stream(5, 0, 0);
  fill_normal(r->x, ROWS * SIZE, 1.0f, 7);
  for (uint32_t i = 0; i < ROWS; i++) {
    uint32_t label = r->x[i * SIZE] + 0.5f * random_normal(&random) > 0.4f ? 2 : r->x[i * SIZE + 1] > 0 ? 1 : 0;
    float share = i % 3 ? 1.0f : 0.7f;
    r->targets[i * LABELS + label] = share;
    r->targets[i * LABELS + (label + 1) % LABELS] += 1.0f - share;
    r->weights[i] = 0.2f + random_uniform(&random);
    if (i < USED) r->used[i] = (i * 37) % ROWS;
  }
  r->problem = (LogisticProblem){.x = r->x, .rows = r->used, .targets = r->targets, .weights = r->weights,
                                 .count = USED, .size = SIZE, .labels = LABELS, .cost = 2.0f};
  return r;
}

static void probabilities_of(const Rows *r, const double *w, size_t row, double *p) {
  double total = 0;
  for (size_t c = 0; c < LABELS; c++) {
    p[c] = w[LABELS * SIZE + c];
    for (size_t k = 0; k < SIZE; k++) p[c] += w[c * SIZE + k] * (double)r->x[row * SIZE + k];
    total += exp(p[c]);
  }
  for (size_t c = 0; c < LABELS; c++) p[c] = exp(p[c]) / total;
}

/* A small step along the gradient, many times. */
static void descend(const Rows *r, double *w) {
  for (int step = 0; step < 20000; step++) {
    double gradient[NUMBERS] = {0}, p[LABELS];
    for (size_t i = 0; i < LABELS * SIZE; i++) gradient[i] = w[i];
    for (size_t i = 0; i < USED; i++) {
      size_t row = r->used[i];
      probabilities_of(r, w, row, p);
      for (size_t c = 0; c < LABELS; c++) {
        double d = 2.0 * (double)r->weights[row] * (p[c] - (double)r->targets[row * LABELS + c]);
        for (size_t k = 0; k < SIZE; k++) gradient[c * SIZE + k] += d * (double)r->x[row * SIZE + k];
        gradient[LABELS * SIZE + c] += d;
      }
    }
    for (size_t i = 0; i < NUMBERS; i++) w[i] -= 0.01 * gradient[i];
  }
}

static void fit(const Rows *r, size_t threads, float *parameters) {
  Workers *workers;
  assert_ok(workers_new(threads, (Poll){0}, &workers, &error));
  assert_ok(logistic_regression_fit(&r->problem, 100, workers, parameters, &error));
  workers_free(workers);
}

/* The search ends where two steps lower the objective by 1e-4 of it, so probabilities are off by some 1e-3. */
TEST(probabilities_are_those_of_gradient_descent) {
  Rows *r = rows_new();
  float parameters[NUMBERS] = {0}, scores[ROWS * LABELS];
  double slow[NUMBERS] = {0}, p[LABELS];
  Workers *workers;
  assert_int_equal(logistic_regression_size(&r->problem), NUMBERS);
  fit(r, 1, parameters);
  descend(r, slow);
  assert_ok(workers_new(1, (Poll){0}, &workers, &error));
  assert_ok(logistic_regression_score(&r->problem, parameters, ROWS, workers, scores, &error));
  workers_free(workers);
  for (size_t i = 0; i < ROWS; i++) {
    double total = 0;
    probabilities_of(r, slow, i, p);
    for (size_t c = 0; c < LABELS; c++) total += exp((double)scores[i * LABELS + c]);
    for (size_t c = 0; c < LABELS; c++) assert_near(exp((double)scores[i * LABELS + c]) / total, p[c], 1e-2);
  }
  free(r);
}

TEST(any_number_of_threads_gives_the_same_bits) {
  Rows *r = rows_new();
  float first[NUMBERS] = {0};
  fit(r, 1, first);
  for (size_t threads = 2; threads <= 5; threads++) {
    float parameters[NUMBERS] = {0};
    fit(r, threads, parameters);
    assert_memory_equal(parameters, first, sizeof first);
  }
  free(r);
}

TEST(going_on_from_the_end_stays_there) {
  Rows *r = rows_new();
  float first[NUMBERS] = {0}, again[NUMBERS];
  fit(r, 2, first);
  memcpy(again, first, sizeof again);
  fit(r, 2, again);
  assert_close(again, first, NUMBERS, 0.05);
  free(r);
}

/* With nothing but weight 0, the least |W| is 0. */
TEST(rows_without_weight_do_not_count) {
  Rows *r = rows_new();
  float parameters[NUMBERS];
  fill_normal(parameters, NUMBERS, 1.0f, 3);
  memset(r->weights, 0, sizeof r->weights);
  fit(r, 1, parameters);
  for (size_t i = 0; i < LABELS * SIZE; i++) assert_near(parameters[i], 0.0, 0.02);
  free(r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(probabilities_are_those_of_gradient_descent),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
      cmocka_unit_test(going_on_from_the_end_stays_there),
      cmocka_unit_test(rows_without_weight_do_not_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
