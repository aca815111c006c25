/* The support vector machine against plain gradient descent in double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "linear/svm.h"
#include "unit/support.h"

enum { ROWS = 60, FEATURES = 7, MOST_ENTRIES = ROWS * FEATURES };

/* Sparse rows of three classes that overlap. */
typedef struct Problem {
  size_t begin[ROWS], end[ROWS];
  uint32_t feature[MOST_ENTRIES], targets[ROWS];
  float value[MOST_ENTRIES], costs[ROWS];
  float squares[FEATURES]; /* of the scales */
  SparseRows rows;
} Problem;

static Problem *problem_new(uint64_t seed) {
  Problem *p = allocate(1, sizeof *p);
  Random random = random_stream(seed, 0, 0);
  size_t at = 0;
  for (size_t i = 0; i < ROWS; i++) {
    p->targets[i] = (uint32_t)random_below(&random, 3);
    p->costs[i] = 0.2f + 3.0f * random_uniform(&random);
    p->begin[i] = at;
    for (uint32_t f = 0; f < FEATURES; f++) {
      if (random_below(&random, 2)) continue;
      p->feature[at] = f;
      p->value[at++] = 0.5f * (random_normal(&random) + (f == p->targets[i] ? 2.0f : 0.0f));
    }
    p->end[i] = at;
  }
  for (size_t f = 0; f < FEATURES; f++) p->squares[f] = 0.5f + 0.3f * (float)f;
  p->rows = (SparseRows){ROWS, FEATURES, p->begin, p->end, p->feature, p->value};
  return p;
}

/* Workers without a thread, whose poll says what `proceed` says. */
static bool proceed;

static bool ask_poll(void *context) {
  (void)context;
  return proceed;
}

typedef struct Job {
  const Problem *problem;
  const float *from; /* weights [FEATURES + 1] to begin from, or NULL */
  uint32_t positive;
  uint64_t seed;
  Workers *workers;
  Svm *svm;
} Job;

static Status fit_task(void *context, size_t index, size_t worker, Error *task_error) {
  (void)task_error;
  (void)index;
  (void)worker;
  const Job *job = context;
  memset(job->svm->weights, 0, (FEATURES + 1) * sizeof(float));
  if (job->from) memcpy(job->svm->weights, job->from, (FEATURES + 1) * sizeof(float));
  svm_fit(&job->problem->rows, job->problem->targets, job->positive, job->problem->costs, job->seed, job->workers,
          job->svm);
  return STATUS_OK;
}

static Status fit_polled(const Problem *p, const float *from, uint32_t positive, uint64_t seed, size_t threads,
                         Svm *svm) {
  Job job = {p, from, positive, seed, NULL, svm};
  assert_ok(workers_new(threads, (Poll){ask_poll, NULL}, &job.workers, &error));
  Status status = workers_run(job.workers, 1, fit_task, &job, &error);
  workers_free(job.workers);
  return status;
}

static void measure(const SparseRows *rows, Svm *svm) {
  Workers *workers;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  svm_measure(rows, workers, svm);
  workers_free(workers);
}

static Svm fit(const Problem *p, const float *from, uint32_t positive, uint64_t seed) {
  Svm svm;
  proceed = true;
  assert_ok(svm_new(&p->rows, &svm, &error));
  memcpy(svm.squares, p->squares, sizeof p->squares);
  measure(&p->rows, &svm);
  assert_ok(fit_polled(p, from, positive, seed, 0, &svm));
  return svm;
}

/* ---- the same by gradient descent ------------------------------------------------- */

static double margin_of(const Problem *p, const double w[FEATURES + 1], size_t row) {
  double margin = w[FEATURES];
  for (size_t e = p->begin[row]; e < p->end[row]; e++) margin += w[p->feature[e]] * (double)p->value[e];
  return margin;
}

/* svm.h's formula, with w0 in the place of 0, and its gradient. */
static double objective(const Problem *p, const float *from, uint32_t positive, const double w[FEATURES + 1],
                        double gradient[FEATURES + 1]) {
  double sum = 0.0;
  for (size_t f = 0; f <= FEATURES; f++) {
    double square = f < FEATURES ? (double)p->squares[f] : 1.0, apart = w[f] - (from ? (double)from[f] : 0.0);
    gradient[f] = apart / square;
    sum += 0.5 * apart * apart / square;
  }
  for (size_t i = 0; i < ROWS; i++) {
    double y = p->targets[i] == positive ? 1.0 : -1.0, slack = fmax(0.0, 1.0 - y * margin_of(p, w, i));
    sum += (double)p->costs[i] * slack * slack;
    for (size_t e = p->begin[i]; e < p->end[i]; e++)
      gradient[p->feature[e]] -= 2.0 * (double)p->costs[i] * slack * y * (double)p->value[e];
    gradient[FEATURES] -= 2.0 * (double)p->costs[i] * slack * y;
  }
  return sum;
}

/* The step is one over the steepest curvature there can be. */
static double descend(const Problem *p, const float *from, uint32_t positive, double w[FEATURES + 1]) {
  double curvature = 1.0 / (double)p->squares[0], gradient[FEATURES + 1];
  for (size_t i = 0; i < ROWS; i++) {
    double square = 1.0;
    for (size_t e = p->begin[i]; e < p->end[i]; e++) square += (double)p->value[e] * (double)p->value[e];
    curvature += 2.0 * (double)p->costs[i] * square;
  }
  for (size_t f = 0; f <= FEATURES; f++) w[f] = 0.0;
  for (int step = 0; step < 8000; step++) {
    objective(p, from, positive, w, gradient);
    for (size_t f = 0; f <= FEATURES; f++) w[f] -= gradient[f] / curvature;
  }
  double least = objective(p, from, positive, w, gradient);
  for (size_t f = 0; f <= FEATURES; f++) assert_true(fabs(gradient[f]) < 1e-6);
  return least;
}

/* The solver ends when no projected gradient of the dual is off by 0.02, so that
** margins are off by about that, and weights by less. The objective, flat at its
** minimum, is off by the square: far less than a 1,000th.
*/
static void check_optimum(const Problem *p, const float *from, uint32_t positive) {
  double least[FEATURES + 1], found[FEATURES + 1], gradient[FEATURES + 1];
  Svm svm = fit(p, from, positive, 1);
  double expected = descend(p, from, positive, least);
  for (size_t f = 0; f <= FEATURES; f++) {
    found[f] = (double)svm.weights[f];
    assert_near(found[f], least[f], 0.01);
  }
  double actual = objective(p, from, positive, found, gradient);
  assert_true(actual >= expected - 1e-6);
  assert_near(actual, expected, 1e-3);
  svm_free(&svm);
}

TEST(weights_are_those_of_gradient_descent) {
  for (uint64_t seed = 1; seed <= 4; seed++) {
    Problem *p = problem_new(seed);
    for (uint32_t positive = 0; positive < 3; positive++) check_optimum(p, NULL, positive);
    free(p);
  }
}

TEST(weights_to_begin_from_are_what_is_drawn_to) {
  for (uint64_t seed = 1; seed <= 4; seed++) {
    Problem *p = problem_new(seed);
    float from[FEATURES + 1];
    fill_normal(from, COUNT(from), 1.5f, seed);
    check_optimum(p, from, (uint32_t)seed % 3);
    free(p);
  }
}

/* Rows that are right by more than 1 leave the weights to the bit. */
TEST(weights_that_need_nothing_stay) {
  Problem *p = problem_new(1);
  const float from[FEATURES + 1] = {[FEATURES] = -2.0f};
  for (size_t i = 0; i < ROWS; i++) p->targets[i] = 1; /* all of them negative */
  Svm svm = fit(p, from, 0, 1);
  assert_memory_equal(svm.weights, from, sizeof from);
  svm_free(&svm);
  free(p);
}

/* A class weight may be zero. */
TEST(rows_without_cost_count_for_nothing) {
  Problem *p = problem_new(2), *without = problem_new(2);
  size_t kept = 0;
  for (size_t i = 0; i < ROWS; i++) {
    if (i % 3 == 0) {
      p->costs[i] = 0.0f;
      continue;
    }
    without->begin[kept] = without->begin[i];
    without->end[kept] = without->end[i];
    without->targets[kept] = without->targets[i];
    without->costs[kept++] = without->costs[i];
  }
  without->rows.count = kept;
  Svm all = fit(p, NULL, 0, 1), alone = fit(without, NULL, 0, 1);
  for (size_t f = 0; f <= FEATURES; f++) {
    assert_true(isfinite(all.weights[f]));
    assert_near((double)all.weights[f], (double)alone.weights[f], 0.02); /* each within 0.01 of the least */
  }
  svm_free(&all);
  svm_free(&alone);
  free(p);
  free(without);
}

TEST(no_rows_and_rows_without_entries) {
  Problem *p = problem_new(3);
  for (size_t i = 0; i < ROWS; i++) p->end[i] = p->begin[i];
  check_optimum(p, NULL, 0); /* the bias alone */
  p->rows.count = 0;
  Svm svm = fit(p, NULL, 0, 1);
  for (size_t f = 0; f <= FEATURES; f++) assert_true(svm.weights[f] == 0.0f);
  svm_free(&svm);
  svm_free(&svm);
  free(p);
}

/* ---- repeating --------------------------------------------------------------------- */

TEST(the_seed_decides_every_bit) {
  Problem *p = problem_new(4);
  Svm first = fit(p, NULL, 1, 7), again = fit(p, NULL, 1, 7), other = fit(p, NULL, 1, 8);
  assert_memory_equal(first.weights, again.weights, (FEATURES + 1) * sizeof(float));
  assert_memory_not_equal(first.weights, other.weights, (FEATURES + 1) * sizeof(float));
  svm_free(&first);
  svm_free(&again);
  svm_free(&other);
  free(p);
}

/* A problem does not depend on the one that the solver was used for before. */
TEST(a_solver_serves_one_problem_after_another) {
  Problem *p = problem_new(5);
  Svm used = fit(p, NULL, 0, 1);
  for (uint32_t positive = 0; positive < 3; positive++) {
    Svm fresh = fit(p, NULL, positive, 1);
    assert_ok(fit_polled(p, NULL, positive, 1, 0, &used));
    assert_memory_equal(used.weights, fresh.weights, (FEATURES + 1) * sizeof(float));
    svm_free(&fresh);
  }
  svm_free(&used);
  free(p);
}

TEST(a_solver_measured_anew_serves_other_rows) {
  Problem *p = problem_new(6), *other = problem_new(7);
  other->rows.count = ROWS / 2;
  Svm used = fit(p, NULL, 0, 1), fresh = fit(other, NULL, 2, 1);
  measure(&other->rows, &used);
  assert_ok(fit_polled(other, NULL, 2, 1, 0, &used));
  assert_memory_equal(used.weights, fresh.weights, (FEATURES + 1) * sizeof(float));
  svm_free(&used);
  svm_free(&fresh);
  free(p);
  free(other);
}

/* ---- stopping ---------------------------------------------------------------------- */

/* Stopped before its first pass, it does not change the weights. */
TEST(a_poll_that_says_stop_ends_it_early) {
  Problem *p = problem_new(8);
  Svm svm;
  proceed = false;
  assert_ok(svm_new(&p->rows, &svm, &error));
  assert_status(fit_polled(p, NULL, 0, 1, 0, &svm), STATUS_INTERRUPTED);
  for (size_t f = 0; f <= FEATURES; f++) assert_true(svm.weights[f] == 0.0f);
  svm_free(&svm);
  free(p);
}

/* ---- bundles ------------------------------------------------------------------------ */

/* Features 0 to 2 are words, of which 0 and 1 have bundles; 3 to 6 are in bundles, bundle 1 has one of them twice;
** bundle 2 has no word. Entry 6 is a feature of bundles as it is.
*/
static const uint32_t LISTED[] = {3, 4, 4, 5, 5, 6, 3};
static const Bundle BUNDLE[] = {{0, 2, 0.5f}, {2, 3, 0.4f}, {5, 2, 0.3f}};
static const Bundles BUNDLES = {.count = 3, .own = 2, .first = 3, .bundle = BUNDLE, .feature = LISTED};

/* Rows with entries of all kinds, and the same rows with each feature once. */
static void bundled_rows(Problem *bundled, Problem *merged) {
  static const uint32_t NUMBERS[] = {0, 1, FEATURES + 2, 2, 6};
  Random random = random_stream(11, 0, 0);
  size_t at = 0, merged_at = 0;
  for (size_t i = 0; i < ROWS; i++) {
    float row[FEATURES] = {0};
    bundled->begin[i] = at;
    for (size_t e = 0; e < COUNT(NUMBERS); e++) {
      if (random_below(&random, 2)) continue;
      float value = 0.3f + random_uniform(&random);
      const Bundle *b = sparse_bundle(&bundled->rows, NUMBERS[e]);
      if (NUMBERS[e] < FEATURES) row[NUMBERS[e]] += value;
      for (size_t g = 0; b && g < b->count; g++) row[LISTED[b->begin + g]] += value * b->coefficient;
      bundled->feature[at] = NUMBERS[e];
      bundled->value[at++] = value;
    }
    bundled->end[i] = at;
    merged->begin[i] = merged_at;
    for (uint32_t f = 0; f < FEATURES; f++) {
      if (row[f] == 0.0f) continue;
      merged->feature[merged_at] = f;
      merged->value[merged_at++] = row[f];
    }
    merged->end[i] = merged_at;
  }
}

/* The same steps, rounded otherwise. */
TEST(entries_with_bundles_are_all_their_features) {
  Problem *bundled = problem_new(9), *merged = problem_new(9);
  bundled->rows.bundles = &BUNDLES;
  bundled_rows(bundled, merged);
  Svm a = fit(bundled, NULL, 1, 1), b = fit(merged, NULL, 1, 1);
  assert_close(a.lengths, b.lengths, ROWS, 1e-6);
  assert_close(a.weights, b.weights, FEATURES + 1, 1e-4);
  svm_free(&a);
  svm_free(&b);
  free(bundled);
  free(merged);
}

/* ---- a working set ------------------------------------------------------------------ */

enum { MANY = 6000, WORDS = 40, ENTRIES = 4, KIND = 9 };

/* More rows than the set begins with: four kinds of words, of which the label has one. */
static SparseRows many_rows(const Bundles *bundles, uint32_t *targets, float *costs) {
  size_t *begin = allocate(MANY + 1, sizeof *begin);
  uint32_t *feature = allocate(MANY * ENTRIES, sizeof *feature);
  float *value = allocate(MANY * ENTRIES, sizeof *value);
  Random random = random_stream(1, 0, 0);
  for (size_t i = 0; i < MANY; i++) {
    targets[i] = (uint32_t)(i % 50);
    costs[i] = 2.0f;
    begin[i + 1] = begin[i] + ENTRIES;
    for (size_t k = 0; k < ENTRIES; k++) {
      feature[i * ENTRIES + k] = (uint32_t)(k * WORDS / ENTRIES + random_below(&random, WORDS / ENTRIES));
      value[i * ENTRIES + k] = 0.5f;
    }
    if (targets[i] == KIND && random_below(&random, 10)) feature[i * ENTRIES] = 3;
    bool last = bundles && (targets[i] == KIND || i % 41 == 0); /* the bundle without a word */
    if (last) feature[i * ENTRIES + 1] = WORDS + (uint32_t)bundles->own;
  }
  return (SparseRows){MANY, WORDS, begin, begin + 1, feature, value, bundles};
}

static double margin_with_bundles(const SparseRows *r, const float *w, size_t row) {
  double margin = (double)w[WORDS];
  for (size_t e = r->begin[row]; e < r->end[row]; e++) {
    const Bundle *b = sparse_bundle(r, r->feature[e]);
    double sum = r->feature[e] < WORDS ? (double)w[r->feature[e]] : 0.0;
    for (size_t g = 0; b && g < b->count; g++)
      sum += (double)b->coefficient * (double)w[r->bundles->feature[b->begin + g]];
    margin += sum * (double)r->value[e];
  }
  return margin;
}

/* A row that is not in the set is far on its side. */
static void check_set(const Bundles *bundles) {
  uint32_t *targets = allocate(MANY, sizeof *targets);
  float *costs = allocate(MANY, sizeof *costs);
  SparseRows rows = many_rows(bundles, targets, costs);
  Workers *workers;
  Svm all, set;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  assert_ok(svm_new(&rows, &all, &error));
  assert_ok(svm_new(&rows, &set, &error));
  svm_measure(&rows, workers, &all);
  svm_fit(&rows, targets, KIND, costs, 1, workers, &all);
  svm_fit_by_set(&rows, targets, KIND, costs, 1, workers, &set);
  for (size_t f = 0; f <= WORDS; f++) assert_near(set.weights[f], all.weights[f], 0.1);
  size_t fitted = 0;
  for (size_t i = 0; i < MANY; i++) {
    if (set.lengths[i] > 0.0f) fitted++;
    else assert_true(margin_with_bundles(&rows, set.weights, i) < -0.899);
  }
  assert_true(fitted < MANY / 2);
  svm_free(&all);
  svm_free(&set);
  workers_free(workers);
  free((void *)rows.begin), free((void *)rows.feature), free((void *)rows.value), free(targets), free(costs);
}

TEST(a_working_set_finds_about_the_same_machine) { check_set(NULL); }

/* Word 3, which the label has, counts by its bundle, too; the last bundle has no word. */
TEST(a_working_set_adds_up_bundles) {
  static const uint32_t listed[] = {30, 31, 32, 33, 33, 34, 35, 36};
  static const Bundle bundle[] = {{0, 1, 0.5f}, {1, 1, 0.5f}, {2, 1, 0.5f}, {3, 3, 2.0f}, {6, 2, 2.0f}};
  static const Bundles bundles = {.count = 5, .own = 4, .first = 30, .bundle = bundle, .feature = listed};
  check_set(&bundles);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weights_are_those_of_gradient_descent),
      cmocka_unit_test(a_working_set_finds_about_the_same_machine),
      cmocka_unit_test(a_working_set_adds_up_bundles),
      cmocka_unit_test(weights_to_begin_from_are_what_is_drawn_to),
      cmocka_unit_test(weights_that_need_nothing_stay),
      cmocka_unit_test(rows_without_cost_count_for_nothing),
      cmocka_unit_test(no_rows_and_rows_without_entries),
      cmocka_unit_test(the_seed_decides_every_bit),
      cmocka_unit_test(a_solver_serves_one_problem_after_another),
      cmocka_unit_test(a_solver_measured_anew_serves_other_rows),
      cmocka_unit_test(a_poll_that_says_stop_ends_it_early),
      cmocka_unit_test(entries_with_bundles_are_all_their_features),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
