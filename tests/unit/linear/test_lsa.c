/* Texts as points, against the singular vectors by Jacobi rotations in double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linear/lsa.h"
#include "unit/support.h"

enum { FEATURES = 14, ROWS = 50, MOST_SIZE = 64, MOST_ENTRIES = ROWS * FEATURES };

typedef struct Problem {
  size_t begin[ROWS], end[ROWS];
  uint32_t feature[MOST_ENTRIES];
  float value[MOST_ENTRIES];
  double dense[ROWS][FEATURES]; /* the same */
  SparseRows rows;
} Problem;

static Problem *problem_new(void) {
  Problem *p = allocate(1, sizeof *p);
  p->rows = (SparseRows){0, FEATURES, p->begin, p->end, p->feature, p->value};
  return p;
}

/* A row; zeros are no entries. */
static void add_dense(Problem *p, const float values[FEATURES]) {
  size_t row = p->rows.count++, at = row ? p->end[row - 1] : 0;
  p->begin[row] = at;
  for (uint32_t f = 0; f < FEATURES; f++) {
    p->dense[row][f] = (double)values[f];
    if (values[f] == 0.0f) continue;
    p->feature[at] = f;
    p->value[at++] = values[f];
  }
  p->end[row] = at;
}

/* Rows that vary in `strong` directions, and by `noise` in the others. */
static Problem *problem_of(size_t strong, float noise, uint64_t seed) {
  Problem *p = problem_new();
  float directions[FEATURES * FEATURES], more[FEATURES], weights[FEATURES];
  fill_normal(directions, COUNT(directions), 1.0f, seed);
  for (size_t i = 0; i < ROWS; i++) {
    float row[FEATURES] = {0};
    fill_normal(more, FEATURES, noise, seed + 100 + i);
    fill_normal(weights, FEATURES, 1.0f, seed + 200 + i);
    for (size_t f = 0; f < FEATURES; f++) {
      if ((f + i) % 3 == 0) row[f] = more[f];
      for (size_t d = 0; d < strong; d++)
        if ((f + d) % 4 && ((i + d) % 3 || strong == 1)) row[f] += weights[d] * directions[d * FEATURES + f];
    }
    add_dense(p, row);
  }
  return p;
}

/* ---- running it ------------------------------------------------------------------- */

static Stop stop; /* of the latest run() */

typedef struct Job {
  const SparseRows *rows;
  size_t size;
  uint64_t seed;
  Workers *workers;
  float *points;
} Job;

static Status lsa_task(void *context, size_t index, size_t worker, Error *task_error) {
  (void)task_error;
  (void)index;
  (void)worker;
  const Job *job = context;
  assert_ok(lsa_points(job->rows, job->size, job->seed, job->workers, job->points, &error));
  return STATUS_OK;
}

static Status run(const SparseRows *rows, size_t size, uint64_t seed, size_t threads, size_t most_polls,
                  float *points) {
  Job job = {rows, size, seed, NULL, points};
  stop = (Stop){.after = most_polls};
  for (size_t i = 0; i < rows->count * size; i++) points[i] = 7.0f; /* to be overwritten */
  assert_ok(workers_new(threads, (Poll){stop_later, &stop}, &job.workers, &error));
  Status status = workers_run(job.workers, 1, lsa_task, &job, &error);
  workers_free(job.workers);
  return status;
}

static float *points_of(const SparseRows *rows, size_t size, uint64_t seed) {
  float *points = allocate(rows->count * size + 1, sizeof *points);
  assert_ok(run(rows, size, seed, 0, SIZE_MAX, points));
  return points;
}

/* Length 1 but for the rounding of floats, or 0. */
static void check_lengths(const SparseRows *rows, size_t size, const float *points) {
  for (size_t i = 0; i < rows->count; i++) {
    double expected = rows->end[i] > rows->begin[i] ? 1.0 : 0.0;
    assert_near(sqrt(dot(points + i * size, points + i * size, size)), expected, 1e-6);
  }
}

/* ---- the same by rotations ---------------------------------------------------------- */

/* Turns columns p and q of the symmetric s so that s[p][q] is 0; v turns, too. */
static void rotate(double s[FEATURES][FEATURES], double v[FEATURES][FEATURES], size_t p, size_t q) {
  double angle = 0.5 * atan2(2.0 * s[p][q], s[q][q] - s[p][p]), sine = sin(angle), cosine = cos(angle);
  for (size_t i = 0; i < FEATURES; i++) {
    double sp = s[i][p], sq = s[i][q], vp = v[i][p], vq = v[i][q];
    s[i][p] = cosine * sp - sine * sq;
    s[i][q] = sine * sp + cosine * sq;
    v[i][p] = cosine * vp - sine * vq;
    v[i][q] = sine * vp + cosine * vq;
  }
  for (size_t i = 0; i < FEATURES; i++) {
    double sp = s[p][i], sq = s[q][i];
    s[p][i] = cosine * sp - sine * sq;
    s[q][i] = sine * sp + cosine * sq;
  }
}

/* Singular values of the rows, and right singular vectors as columns; largest first. */
static void singular(const Problem *p, double values[FEATURES], double vectors[FEATURES][FEATURES]) {
  double s[FEATURES][FEATURES] = {{0}}, v[FEATURES][FEATURES] = {{0}};
  bool taken[FEATURES] = {false};
  for (size_t f = 0; f < FEATURES; f++) {
    v[f][f] = 1.0;
    for (size_t h = 0; h < FEATURES; h++)
      for (size_t i = 0; i < p->rows.count; i++) s[f][h] += p->dense[i][f] * p->dense[i][h];
  }
  for (int sweep = 0; sweep < 20; sweep++)
    for (size_t a = 0; a < FEATURES; a++)
      for (size_t b = a + 1; b < FEATURES; b++) rotate(s, v, a, b);
  for (size_t k = 0; k < FEATURES; k++) {
    size_t best = FEATURES;
    for (size_t f = 0; f < FEATURES; f++)
      if (!taken[f] && (best == FEATURES || s[f][f] > s[best][best])) best = f;
    taken[best] = true;
    values[k] = sqrt(fmax(s[best][best], 0.0));
    for (size_t f = 0; f < FEATURES; f++) vectors[f][k] = v[f][best];
    for (size_t f = 0; f < FEATURES; f++) assert_true(f == best || fabs(s[best][f]) < 1e-9 * (s[best][best] + 1.0));
  }
}

/* W may be any basis of its space. The space determines the angles between points, which are compared. */
static void check_angles(const Problem *p, size_t size, double vectors[FEATURES][FEATURES], size_t dimensions,
                         double tolerance) {
  float *points = points_of(&p->rows, size, 1);
  double expected[ROWS][FEATURES], length[ROWS];
  for (size_t i = 0; i < p->rows.count; i++) {
    length[i] = 0.0;
    for (size_t k = 0; k < dimensions; k++) {
      expected[i][k] = 0.0;
      for (size_t f = 0; f < FEATURES; f++) expected[i][k] += p->dense[i][f] * vectors[f][k];
      length[i] += expected[i][k] * expected[i][k];
    }
    length[i] = sqrt(length[i]);
  }
  for (size_t i = 0; i < p->rows.count; i++)
    for (size_t j = 0; j <= i; j++) {
      double cosine = 0.0;
      for (size_t k = 0; k < dimensions; k++) cosine += expected[i][k] * expected[j][k];
      if (cosine != 0.0) cosine /= length[i] * length[j];
      assert_near(dot(points + i * size, points + j * size, size), cosine, tolerance);
    }
  check_lengths(&p->rows, size, points);
  free(points);
}

/* ---- which space it is ----------------------------------------------------------------- */

/* Each of the four iterations reduces the part outside the space by the square of the quotient
** of the singular values: in all to 2e-4.
*/
TEST(points_lie_in_the_space_that_rows_vary_in_most) {
  for (size_t size = 1; size <= 5; size++)
    for (uint64_t seed = 1; seed <= 3; seed++) {
      Problem *p = problem_of(size, 0.3f, seed);
      double values[FEATURES], vectors[FEATURES][FEATURES];
      singular(p, values, vectors);
      assert_true(values[size] < 0.35 * values[size - 1]); /* the space is well separated */
      assert_true(values[size] > 0.01 * values[size - 1]);
      check_angles(p, size, vectors, size, 1e-3);
      free(p);
    }
}

/* Where there is room for all of A, angles are those between its rows: with more
** dimensions than it has rank, features or rows, too.
*/
static void check_all_of_it(const Problem *p, size_t size) {
  double all[FEATURES][FEATURES] = {{0}};
  for (size_t f = 0; f < FEATURES; f++) all[f][f] = 1.0;
  check_angles(p, size, all, FEATURES, 1e-4);
}

TEST(more_dimensions_than_there_are_leave_all_angles) {
  const size_t sizes[] = {FEATURES, FEATURES + 1, 40, MOST_SIZE};
  for (uint64_t seed = 1; seed <= 3; seed++) {
    for (size_t i = 0; i < COUNT(sizes); i++) {
      Problem *whole = problem_of(3, 0.5f, seed);
      check_all_of_it(whole, sizes[i]);
      whole->rows.count = 5; /* fewer rows than features */
      check_all_of_it(whole, sizes[i]);
      free(whole);
    }
    for (size_t rank = 1; rank <= 4; rank++)
      for (size_t size = rank; size <= MOST_SIZE; size += 5) {
        Problem *p = problem_of(rank, 0.0f, seed);
        check_all_of_it(p, size);
        free(p);
      }
  }
}

/* The scale of the values has no effect. */
TEST(points_are_the_same_where_all_values_are_larger) {
  const float scales[] = {1e-3f, 1e3f};
  for (size_t i = 0; i < COUNT(scales); i++)
    for (size_t size = 2; size <= MOST_SIZE; size += 31) {
      Problem *p = problem_of(2, 0.0f, 1);
      for (size_t e = 0; e < MOST_ENTRIES; e++) p->value[e] *= scales[i];
      check_all_of_it(p, size);
      free(p);
    }
}

/* ---- what it is for ---------------------------------------------------------------------- */

static void add_words(Problem *p, const char *words) {
  float row[FEATURES] = {0};
  for (; *words; words++) row[*words - 'a'] = 1.0f;
  add_dense(p, row);
}

/* Words a .. e are of one subject, i .. m of another. "a" and "e" are in no text
** together, but in texts with b, c and d.
*/
TEST(texts_that_share_only_company_lie_close) {
  const char *const texts[] = {"a", "e", "i", "m", "abc", "acd", "abd", "bce", "cde", "bde", "bcd", "bcd",
                               "ijk", "ikl", "ijl", "jkm", "klm", "jlm", "jkl", "jkl"};
  Problem *p = problem_new();
  for (size_t i = 0; i < COUNT(texts); i++) add_words(p, texts[i]);
  float *points = points_of(&p->rows, 2, 1);
  for (size_t i = 0; i < p->rows.count; i++)
    for (size_t j = 0; j < i; j++) {
      bool same = (texts[i][0] < 'i') == (texts[j][0] < 'i');
      double cosine = dot(points + i * 2, points + j * 2, 2);
      if (same) assert_true(cosine > 0.95);
      if (!same) assert_true(fabs(cosine) < 0.2);
    }
  free(points);
  free(p);
}

/* ---- edges ----------------------------------------------------------------------------------- */

TEST(texts_without_words_are_zero) {
  Problem *p = problem_of(3, 0.1f, 1);
  for (size_t i = 0; i < ROWS; i += 7) p->end[i] = p->begin[i];
  float *points = points_of(&p->rows, 4, 1);
  check_lengths(&p->rows, 4, points);
  free(points);
  for (size_t i = 0; i < ROWS; i++) p->end[i] = p->begin[i];
  points = points_of(&p->rows, 4, 1);
  check_lengths(&p->rows, 4, points);
  free(points);
  p->rows.features = 0;
  points = points_of(&p->rows, 4, 1);
  check_lengths(&p->rows, 4, points);
  free(points);
  p->rows.count = 0;
  free(points_of(&p->rows, 4, 1));
  free(p);
}

TEST(the_seed_decides_every_bit) {
  Problem *p = problem_of(5, 0.3f, 1);
  size_t bytes = ROWS * 4 * sizeof(float);
  float *first = points_of(&p->rows, 4, 7), *again = points_of(&p->rows, 4, 7), *other = points_of(&p->rows, 4, 8);
  assert_memory_equal(first, again, bytes);
  assert_memory_not_equal(first, other, bytes);
  assert_ok(run(&p->rows, 4, 7, 2, SIZE_MAX, again));
  assert_memory_equal(first, again, bytes);
  free(first);
  free(again);
  free(other);
  free(p);
}

/* ---- stopping -------------------------------------------------------------------------------- */

/* Without threads workers_stopped() polls. */
static size_t asked_for(const SparseRows *rows, size_t most_polls, Status expected) {
  float *points = allocate(rows->count, sizeof *points);
  assert_status(run(rows, 1, 1, 0, most_polls, points), expected);
  if (most_polls == 0)
    for (size_t i = 0; i < rows->count; i++) assert_true(points[i] == 0.0f); /* not even projected */
  free(points);
  return stop.asked;
}

TEST(it_can_be_stopped_anywhere_and_looks_more_often_the_more_rows_there_are) {
  enum { MANY = 10000 };
  size_t *zeros = allocate(MANY, sizeof *zeros);
  SparseRows rows = {MANY, 1, zeros, zeros, NULL, NULL};
  size_t most = asked_for(&rows, SIZE_MAX, STATUS_OK);
  for (size_t after = 0; after < most; after++)
    assert_int_equal(asked_for(&rows, after, STATUS_INTERRUPTED), after + 1); /* and never again */
  rows.count = 1;
  size_t few = asked_for(&rows, SIZE_MAX, STATUS_OK);
  assert_true(few >= 5); /* with each iteration */
  assert_true(most > 5 * few);
  free(zeros);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_lie_in_the_space_that_rows_vary_in_most),
      cmocka_unit_test(more_dimensions_than_there_are_leave_all_angles),
      cmocka_unit_test(points_are_the_same_where_all_values_are_larger),
      cmocka_unit_test(texts_that_share_only_company_lie_close),
      cmocka_unit_test(texts_without_words_are_zero),
      cmocka_unit_test(the_seed_decides_every_bit),
      cmocka_unit_test(it_can_be_stopped_anywhere_and_looks_more_often_the_more_rows_there_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
