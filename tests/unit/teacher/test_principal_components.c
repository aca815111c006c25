/* Principal components against directions that the rows are made of. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "teacher/principal_components.h"
#include "unit/support.h"

enum { SIZE = 6, PAIRS = 2 * SIZE, KEPT = 3 };

/* Eight iterations multiply the error by (1/16)^8; what is left is the rounding of sums of about 4096 to float, seen
** from a direction of 16.
*/
static const double TOLERANCE = 1e-4;

static void find(Matrix x, size_t kept, size_t threads, float *basis) {
  Workers *workers;
  assert_ok(workers_new(threads, (Poll){0}, &workers, &error));
  assert_ok(principal_components(x, kept, 1, workers, basis, &error));
  workers_free(workers);
}

/* Column k of the reflection I - 2 u u', |u| = 1: orthonormal directions that are no axes. */
static void direction(size_t k, double *q) {
  static const double U[SIZE] = {0.5, -0.5, 0.5, 0.1, -0.3, 0.387298334620742};
  for (size_t i = 0; i < SIZE; i++) q[i] = (i == k) - 2.0 * U[i] * U[k];
}

/* Rows +-s q, so that X'X = sum of 2 s s q q', with s = 64, 16, 4, 1, ... */
static void make_rows(float *x) {
  double q[SIZE], s = 64;
  for (size_t k = 0; k < SIZE; k++, s /= 4) {
    direction(k, q);
    for (size_t i = 0; i < SIZE; i++) {
      x[2 * k * SIZE + i] = (float)(s * q[i]);
      x[(2 * k + 1) * SIZE + i] = (float)(-s * q[i]);
    }
  }
}

TEST(components_are_the_directions_of_most_variance) {
  float x[PAIRS * SIZE], basis[SIZE * KEPT];
  make_rows(x);
  find((Matrix){x, PAIRS, SIZE}, KEPT, 1, basis);
  for (size_t k = 0; k < KEPT; k++) {
    double q[SIZE];
    direction(k, q);
    double sign = (double)basis[k] * q[0] < 0 ? -1 : 1;
    for (size_t i = 0; i < SIZE; i++) assert_near(sign * (double)basis[i * KEPT + k], q[i], TOLERANCE);
  }
}

static double product_of(const float *basis, size_t rows, size_t kept, size_t i, size_t j) {
  double sum = 0;
  for (size_t r = 0; r < rows; r++) sum += (double)basis[r * kept + i] * (double)basis[r * kept + j];
  return sum;
}

enum { MANY = 1200, WIDE = 24, SOME = 7 };

/* More rows than are read at once. */
static float *many_rows(void) {
  float *x = allocate(MANY * WIDE, sizeof *x);
  fill_normal(x, MANY * WIDE, 1.0f, 3);
  for (size_t i = 0; i < MANY * WIDE; i++) x[i] *= 1.0f + (float)(i % WIDE);
  return x;
}

TEST(they_are_orthonormal) {
  float *x = many_rows(), basis[WIDE * SOME];
  find((Matrix){x, MANY, WIDE}, SOME, 1, basis);
  for (size_t i = 0; i < SOME; i++)
    for (size_t j = 0; j < SOME; j++) assert_near(product_of(basis, WIDE, SOME, i, j), i == j, 1e-5);
  free(x);
}

/* As many as there are columns: the rows lose nothing. */
TEST(all_of_them_keep_every_length) {
  float *x = many_rows(), basis[WIDE * WIDE], y[WIDE];
  find((Matrix){x, MANY, WIDE}, WIDE, 1, basis);
  for (size_t i = 0; i < MANY; i += 100) {
    memset(y, 0, sizeof y);
    matrix_vector_at((Matrix){basis, WIDE, WIDE}, x + i * WIDE, y);
    assert_near(sqrt(dot(y, y, WIDE)), sqrt(dot(x + i * WIDE, x + i * WIDE, WIDE)), 1e-4);
  }
  free(x);
}

TEST(any_number_of_threads_gives_the_same_bits) {
  float *x = many_rows(), first[WIDE * SOME], basis[WIDE * SOME];
  find((Matrix){x, MANY, WIDE}, SOME, 0, first);
  for (size_t threads = 1; threads <= 4; threads++) {
    find((Matrix){x, MANY, WIDE}, SOME, threads, basis);
    assert_memory_equal(basis, first, sizeof first);
  }
  free(x);
}

/* Rows on a line: beyond its direction no number is wrong, but each must be one. */
TEST(directions_beyond_the_rank_are_finite) {
  float x[PAIRS * SIZE], basis[SIZE * KEPT];
  double q[SIZE];
  direction(1, q);
  for (size_t i = 0; i < PAIRS * SIZE; i++) x[i] = (float)((1.0 + (double)(i / SIZE)) * q[i % SIZE]);
  find((Matrix){x, PAIRS, SIZE}, KEPT, 1, basis);
  double sign = (double)basis[0] * q[0] < 0 ? -1 : 1;
  for (size_t i = 0; i < SIZE; i++) assert_near(sign * (double)basis[i * KEPT], q[i], TOLERANCE);
  for (size_t i = 0; i < SIZE * KEPT; i++) assert_true(fabsf(basis[i]) <= 1.0001f);
}

TEST(no_rows_have_no_direction) {
  float x[SIZE], basis[SIZE * KEPT];
  find((Matrix){x, 0, SIZE}, KEPT, 1, basis);
  for (size_t i = 0; i < SIZE * KEPT; i++) assert_true(isfinite(basis[i]));
}

/* Fewer rows than columns: their directions are found all the same, here as many as there are rows. */
TEST(wide_rows_lose_nothing) {
  enum { ROWS = 10, COLUMNS = 300 };
  float *x = allocate(ROWS * COLUMNS, sizeof *x), *basis = allocate(COLUMNS * ROWS, sizeof *basis), y[ROWS];
  fill_normal(x, ROWS * COLUMNS, 1.0f, 5);
  find((Matrix){x, ROWS, COLUMNS}, ROWS, 1, basis);
  for (size_t i = 0; i < ROWS; i++) {
    memset(y, 0, sizeof y);
    matrix_vector_at((Matrix){basis, COLUMNS, ROWS}, x + i * COLUMNS, y);
    assert_near(sqrt(dot(y, y, ROWS)), sqrt(dot(x + i * COLUMNS, x + i * COLUMNS, COLUMNS)), 1e-4);
  }
  free(basis);
  free(x);
}

/* 100 rows of 100,000 numbers, whose second moments would take 40 GB. */
TEST(memory_does_not_grow_with_the_square) {
  enum { ROWS = 100, COLUMNS = 100000, FEW = 2 };
  float *x = allocate((size_t)ROWS * COLUMNS, sizeof *x), *basis = allocate(COLUMNS * FEW, sizeof *basis);
  fill_normal(x, COLUMNS, 1.0f, 6);
  for (size_t i = 1; i < ROWS; i++) /* all on a line */
    for (size_t k = 0; k < COLUMNS; k++) x[i * COLUMNS + k] = x[k] * (float)(i % 7);
  double length = sqrt(dot(x, x, COLUMNS));
  find((Matrix){x, ROWS, COLUMNS}, FEW, 1, basis);
  for (size_t k = 0; k < COLUMNS; k += 999)
    assert_near(fabs((double)basis[k * FEW]), fabs((double)x[k]) / length, TOLERANCE);
  free(basis);
  free(x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(components_are_the_directions_of_most_variance),
      cmocka_unit_test(they_are_orthonormal),
      cmocka_unit_test(all_of_them_keep_every_length),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
      cmocka_unit_test(directions_beyond_the_rank_are_finite),
      cmocka_unit_test(no_rows_have_no_direction),
      cmocka_unit_test(wide_rows_lose_nothing),
      cmocka_unit_test(memory_does_not_grow_with_the_square),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
