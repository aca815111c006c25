/* Columns made orthonormal: their products, the space that they span, and columns that depend on others. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linear/orthonormal.h"
#include "unit/support.h"

enum { ROWS = 40, SIZE = 6 };

/* Sums of 40 products of about 1, rounded to float, and divisions by lengths of about 6. */
static const double TOLERANCE = 1e-5;

static void make_orthonormal(size_t rows, size_t size, float *w) {
  float gram[SIZE * SIZE];
  Workers *workers;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  orthonormal_columns(rows, size, w, workers, gram);
  workers_free(workers);
}

/* The scalar product of columns i and j. */
static double product_of(const float *w, size_t rows, size_t i, const float *v, size_t j) {
  double sum = 0;
  for (size_t r = 0; r < rows; r++) sum += (double)w[r * SIZE + i] * (double)v[r * SIZE + j];
  return sum;
}

TEST(columns_have_length_1_and_right_angles) {
  float w[ROWS * SIZE];
  fill_normal(w, ROWS * SIZE, 1.0f, 1);
  make_orthonormal(ROWS, SIZE, w);
  for (size_t i = 0; i < SIZE; i++)
    for (size_t j = 0; j < SIZE; j++) assert_near(product_of(w, ROWS, i, w, j), i == j, TOLERANCE);
}

/* Each column is a sum of those up to its own, with a factor above 0 for its own. */
TEST(the_first_columns_span_what_they_did) {
  float before[ROWS * SIZE], w[ROWS * SIZE];
  fill_normal(before, ROWS * SIZE, 1.0f, 2);
  memcpy(w, before, sizeof w);
  make_orthonormal(ROWS, SIZE, w);
  for (size_t j = 0; j < SIZE; j++) {
    assert_true(product_of(w, ROWS, j, before, j) > 0);
    for (size_t r = 0; r < ROWS; r++) {
      double sum = 0;
      for (size_t i = 0; i <= j; i++) sum += product_of(w, ROWS, i, before, j) * (double)w[r * SIZE + i];
      assert_near(sum, (double)before[r * SIZE + j], TOLERANCE);
    }
  }
}

/* Column 2 is the sum of the first two, column 4 is zero. */
TEST(columns_that_depend_on_others_become_short) {
  float w[ROWS * SIZE];
  fill_normal(w, ROWS * SIZE, 1.0f, 3);
  for (size_t r = 0; r < ROWS; r++) {
    w[r * SIZE + 2] = w[r * SIZE] + w[r * SIZE + 1];
    w[r * SIZE + 4] = 0;
  }
  make_orthonormal(ROWS, SIZE, w);
  for (size_t i = 0; i < SIZE; i++) {
    bool is_short = i == 2 || i == 4;
    double length = sqrt(product_of(w, ROWS, i, w, i));
    assert_true(is_short ? length < 1e-3 : fabs(length - 1.0) < TOLERANCE);
    for (size_t j = 0; j < i; j++)
      if (!is_short && j != 2 && j != 4) assert_near(product_of(w, ROWS, i, w, j), 0.0, TOLERANCE);
  }
}

TEST(fewer_rows_than_columns_give_finite_numbers) {
  float w[3 * SIZE];
  fill_normal(w, 3 * SIZE, 1.0f, 4);
  make_orthonormal(3, SIZE, w);
  for (size_t i = 0; i < 3; i++) assert_near(product_of(w, 3, i, w, i), 1.0, 1e-4);
  for (size_t i = 0; i < 3 * SIZE; i++) assert_true(isfinite(w[i]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_have_length_1_and_right_angles),
      cmocka_unit_test(the_first_columns_span_what_they_did),
      cmocka_unit_test(columns_that_depend_on_others_become_short),
      cmocka_unit_test(fewer_rows_than_columns_give_finite_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
