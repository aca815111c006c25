/* Newton's method beside dual coordinate descent, which test_svm.c holds against gradient descent. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "linear/svm.h"
#include "linear/svm_newton.h"
#include "unit/no_memory.h"
#include "unit/support.h"

/* Words 0 to 39, of which 0 to 29 have a bundle; bundles 30 to 39 are of no word; features 40 to 59 are in bundles. */
enum { ROWS = 400, WORDS = 40, OWN = 30, LISTED = 20, FEATURES = WORDS + LISTED, BUNDLES = 40, EACH = 4, ENTRIES = 8 };

typedef struct Problem {
  size_t begin[ROWS + 1];
  uint32_t feature[ROWS * ENTRIES], targets[ROWS], listed[BUNDLES * EACH];
  float value[ROWS * ENTRIES], costs[ROWS], squares[FEATURES];
  Bundle bundle[BUNDLES];
  Bundles bundles;
  SparseRows rows;
} Problem;

static Problem *problem_new(uint64_t seed) {
  Problem *p = allocate(1, sizeof *p);
  Random random = random_stream(seed, 0, 0);
  for (size_t b = 0; b < BUNDLES; b++) p->bundle[b] = (Bundle){b * EACH, EACH, 0.25f};
  for (size_t i = 0; i < COUNT(p->listed); i++) p->listed[i] = WORDS + (uint32_t)random_below(&random, LISTED);
  for (size_t i = 0; i < ROWS; i++) {
    p->targets[i] = (uint32_t)random_below(&random, 3);
    p->costs[i] = i % 9 ? 0.5f + 2.0f * random_uniform(&random) : 0.0f; /* a class weight may be zero */
    for (size_t e = 0; e < ENTRIES; e++) {
      uint32_t word = 3 * (uint32_t)random_below(&random, 13) + p->targets[i];
      bool other = random_below(&random, 3) == 0;
      p->feature[i * ENTRIES + e] = e == 0 ? FEATURES + OWN + (uint32_t)random_below(&random, BUNDLES - OWN)
                                    : other ? (uint32_t)random_below(&random, FEATURES) : word;
      p->value[i * ENTRIES + e] = 0.2f + 0.4f * random_uniform(&random);
    }
    p->begin[i + 1] = (i + 1) * ENTRIES;
  }
  for (size_t f = 0; f < FEATURES; f++) p->squares[f] = f % 11 ? 0.5f + 0.05f * (float)f : 0.0f;
  p->bundles = (Bundles){.count = BUNDLES, .own = OWN, .first = 0, .bundle = p->bundle, .feature = p->listed};
  p->rows = (SparseRows){ROWS, FEATURES, p->begin, p->begin + 1, p->feature, p->value, &p->bundles};
  return p;
}

static Status fit_with(const Problem *p, const float *from, size_t threads, Poll poll, float weights[FEATURES + 1]) {
  Workers *workers;
  SvmNewton *solver = NULL;
  Status status = workers_new(threads, poll, &workers, &error);
  if (status) return status;
  status = svm_newton_new(&p->rows, workers, &solver, &error);
  memset(weights, 0, (FEATURES + 1) * sizeof *weights);
  if (from) memcpy(weights, from, (FEATURES + 1) * sizeof *weights);
  if (!status) memcpy(svm_newton_squares(solver), p->squares, sizeof p->squares);
  if (!status) status = svm_newton_fit(solver, p->targets, 1, p->costs, weights, &error);
  svm_newton_free(solver);
  workers_free(workers);
  return status;
}

static void fit_dual(const Problem *p, const float *from, float weights[FEATURES + 1]) {
  Workers *workers;
  Svm svm;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  assert_ok(svm_new(&p->rows, &svm, &error));
  memcpy(svm.squares, p->squares, sizeof p->squares);
  svm_measure(&p->rows, workers, &svm);
  if (from) memcpy(svm.weights, from, (FEATURES + 1) * sizeof *weights);
  svm_fit(&p->rows, p->targets, 1, p->costs, 1, workers, &svm);
  memcpy(weights, svm.weights, (FEATURES + 1) * sizeof *weights);
  svm_free(&svm);
  workers_free(workers);
}

/* svm.h's formula, with w0 in the place of 0. */
static double objective(const Problem *p, const float *from, const float weights[FEATURES + 1]) {
  double sum = 0.0;
  for (size_t f = 0; f <= FEATURES; f++) {
    double apart = (double)(weights[f] - (from ? from[f] : 0.0f)), square = f < FEATURES ? (double)p->squares[f] : 1.0;
    if (square == 0.0) assert_true(apart == 0.0); /* such a feature gets no weight */
    if (square > 0.0) sum += 0.5 * apart * apart / square;
  }
  for (size_t i = 0; i < p->rows.count; i++) {
    double margin = (double)weights[FEATURES];
    for (size_t e = p->begin[i]; e < p->begin[i + 1]; e++) {
      uint32_t number = p->feature[e];
      const Bundle *b = sparse_bundle(&p->rows, number);
      double value = (double)p->value[e];
      if (number < FEATURES) margin += value * (double)weights[number];
      for (size_t g = 0; b && g < b->count; g++)
        margin += value * (double)(b->coefficient * weights[p->listed[b->begin + g]]);
    }
    double slack = fmax(0.0, 1.0 - (p->targets[i] == 1 ? margin : -margin));
    sum += (double)p->costs[i] * slack * slack;
  }
  return sum;
}

/* It ends when a step lowers the objective by less than a hundredth. */
static void check_optimum(const Problem *p, const float *from) {
  float found[FEATURES + 1], dual[FEATURES + 1];
  assert_ok(fit_with(p, from, 1, (Poll){0}, found));
  fit_dual(p, from, dual);
  double least = objective(p, from, dual), actual = objective(p, from, found);
  assert_true(actual < 1.02 * least);
  assert_true(actual > 0.999 * least);
}

TEST(the_objective_is_that_of_dual_coordinate_descent) {
  for (uint64_t seed = 1; seed <= 4; seed++) {
    Problem *p = problem_new(seed);
    check_optimum(p, NULL);
    free(p);
  }
}

TEST(weights_to_begin_from_are_what_is_drawn_to) {
  for (uint64_t seed = 1; seed <= 4; seed++) {
    Problem *p = problem_new(seed);
    float from[FEATURES + 1];
    fill_normal(from, COUNT(from), 0.7f, seed);
    check_optimum(p, from);
    free(p);
  }
}

/* Rows that are right by more than 1 leave the weights to the bit. */
TEST(weights_that_need_nothing_stay) {
  Problem *p = problem_new(1);
  const float from[FEATURES + 1] = {[FEATURES] = -2.0f};
  float weights[FEATURES + 1];
  for (size_t i = 0; i < ROWS; i++) p->targets[i] = 0;
  assert_ok(fit_with(p, from, 1, (Poll){0}, weights));
  assert_memory_equal(weights, from, sizeof from);
  free(p);
}

TEST(without_bundles_and_without_rows) {
  Problem *p = problem_new(2);
  float weights[FEATURES + 1];
  p->rows.bundles = NULL;
  for (size_t i = 0; i < ROWS; i++)
    for (size_t e = 0; e < ENTRIES; e++) p->feature[i * ENTRIES + e] = (uint32_t)(e * 7 + p->targets[i] + i % 4);
  check_optimum(p, NULL);
  p->rows.count = 0;
  assert_ok(fit_with(p, NULL, 1, (Poll){0}, weights));
  for (size_t f = 0; f <= FEATURES; f++) assert_true(weights[f] == 0.0f);
  free(p);
}

TEST(any_number_of_threads_gives_the_same_bits) {
  Problem *p = problem_new(3);
  float expected[FEATURES + 1], weights[FEATURES + 1];
  assert_ok(fit_with(p, NULL, 0, (Poll){0}, expected));
  for (size_t threads = 1; threads <= 4; threads++) {
    assert_ok(fit_with(p, NULL, threads, (Poll){0}, weights));
    assert_memory_equal(weights, expected, sizeof weights);
  }
  free(p);
}

TEST(it_can_be_interrupted_at_any_poll) {
  Problem *p = problem_new(4);
  Status status = STATUS_INTERRUPTED;
  size_t stopped = 0;
  for (size_t after = 0; status; after += 7, stopped++) {
    float weights[FEATURES + 1];
    Stop stop = {.after = after};
    status = fit_with(p, NULL, 0, (Poll){stop_later, &stop}, weights);
    assert_true(status == STATUS_OK || status == STATUS_INTERRUPTED);
  }
  assert_true(stopped > 100); /* in each phase */
  free(p);
}

static Status use(void *context) {
  float weights[FEATURES + 1];
  return fit_with(context, NULL, 0, (Poll){0}, weights);
}

TEST(memory_may_be_out) {
  Problem *p = problem_new(5);
  Workers *workers;
  SvmNewton *solver;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  assert_ok(svm_newton_new(&p->rows, workers, &solver, &error));
  svm_newton_free(solver);
  svm_newton_free(NULL);
  workers_free(workers);
  fail_each(use, p);
  free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_objective_is_that_of_dual_coordinate_descent),
      cmocka_unit_test(weights_to_begin_from_are_what_is_drawn_to),
      cmocka_unit_test(weights_that_need_nothing_stay),
      cmocka_unit_test(without_bundles_and_without_rows),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
      cmocka_unit_test(it_can_be_interrupted_at_any_poll),
      cmocka_unit_test(memory_may_be_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
