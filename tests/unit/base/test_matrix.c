/* Products against loops in double. Sums of 13 products of numbers about 1 are
** rounded 13 times: about 1e-6, hence the tolerance of 1e-5.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "unit/support.h"

enum { M = 5, N = 7, K = 13, ROOM = 17 * 17 };

static const double TOLERANCE = 1e-5;

/* Factors, and the product [M][N] with what was in its memory before. */
typedef struct Case {
  float a[ROOM], b[ROOM], c[ROOM], before[ROOM];
} Case;

static Case make_case(void) {
  Case test;
  fill_normal(test.a, COUNT(test.a), 1.0f, 1);
  fill_normal(test.b, COUNT(test.b), 1.0f, 2);
  fill_normal(test.c, COUNT(test.c), 1.0f, 3);
  memcpy(test.before, test.c, sizeof test.c);
  return test;
}

/* Factor A is [M][K], or [K][M] if transposed; B is [K][N] or [N][K]. */
static void check_product(const Case *test, bool a_transposed, bool b_transposed, int beta) {
  for (size_t i = 0; i < M; i++) {
    for (size_t j = 0; j < N; j++) {
      double expected = beta ? (double)test->before[i * N + j] : 0.0;
      for (size_t k = 0; k < K; k++)
        expected += (double)test->a[a_transposed ? k * M + i : i * K + k] *
                    (double)test->b[b_transposed ? j * K + k : k * N + j];
      assert_near((double)test->c[i * N + j], expected, TOLERANCE);
    }
  }
  assert_memory_equal(test->c + M * N, test->before + M * N, sizeof test->c - M * N * sizeof(float));
}

TEST(product_overwrites_or_adds) {
  for (int beta = 0; beta <= 1; beta++) {
    Case test = make_case();
    matrix_product((Matrix){test.a, M, K}, (Matrix){test.b, K, N}, (float)beta, test.c);
    check_product(&test, false, false, beta);
  }
}

TEST(product_at_takes_the_first_factor_transposed) {
  for (int beta = 0; beta <= 1; beta++) {
    Case test = make_case();
    matrix_product_at((Matrix){test.a, K, M}, (Matrix){test.b, K, N}, (float)beta, test.c);
    check_product(&test, true, false, beta);
  }
}

TEST(product_bt_takes_the_second_factor_transposed) {
  for (int beta = 0; beta <= 1; beta++) {
    Case test = make_case();
    matrix_product_bt((Matrix){test.a, M, K}, (Matrix){test.b, N, K}, (float)beta, test.c);
    check_product(&test, false, true, beta);
  }
}

TEST(beta_0_does_not_read_the_result) {
  const float a[] = {2.0f}, b[] = {3.0f};
  float c[] = {NAN};
  matrix_product((Matrix){a, 1, 1}, (Matrix){b, 1, 1}, 0.0f, c);
  assert_true(c[0] == 6.0f);
}

/* A batch may have no tokens. */
TEST(products_without_rows_or_terms) {
  float a[4] = {0}, b[4] = {1, 1, 1, 1}, c[4] = {1, 2, 3, 4};
  const float expected[] = {1, 2, 3, 4};
  const Matrix empty = {a, 0, 2}, square = {b, 2, 2};
  matrix_product(empty, square, 1.0f, c);
  matrix_product_at(empty, (Matrix){b, 0, 2}, 1.0f, c);
  matrix_product_bt(empty, square, 1.0f, c);
  matrix_vector(empty, b, c);
  matrix_vector_at(empty, b, c);
  assert_memory_equal(c, expected, sizeof c);
}

TEST(products_without_terms_are_zero) {
  const float a[4] = {0}, zero[4] = {0};
  float c[4] = {1, 2, NAN, 4};
  matrix_product_at((Matrix){a, 0, 2}, (Matrix){a, 0, 2}, 0.0f, c);
  assert_memory_equal(c, zero, sizeof c);
}

/* Products of several million multiplications, which are computed in pieces. The tolerance
** of 1e-4 is for sums of up to 700 products.
*/
TEST(products_of_many_rows_or_terms) {
  enum { MANY = 700, SOME = 96, FEW = 64 };
  float *tall = allocate(MANY * SOME, sizeof *tall), *wide = allocate(MANY * FEW, sizeof *wide);
  float *c = allocate(MANY * FEW, sizeof *c);
  fill_normal(tall, MANY * SOME, 1.0f, 1);
  fill_normal(wide, MANY * FEW, 1.0f, 2);
  for (size_t i = 0; i < MANY * FEW; i++) c[i] = 1.0f;
  matrix_product((Matrix){tall, MANY, SOME}, (Matrix){wide, SOME, FEW}, 1.0f, c);
  for (size_t i = 0; i < MANY; i += 9) {
    double expected = 1.0;
    for (size_t k = 0; k < SOME; k++) expected += (double)tall[i * SOME + k] * (double)wide[k * FEW + i % FEW];
    assert_near((double)c[i * FEW + i % FEW], expected, 1e-4);
  }
  for (int beta = 0; beta <= 1; beta++) {
    for (size_t i = 0; i < MANY * FEW; i++) c[i] = 1.0f;
    matrix_product_at((Matrix){tall, MANY, SOME}, (Matrix){wide, MANY, FEW}, (float)beta, c);
    for (size_t i = 0; i < SOME; i++) {
      double expected = (double)beta;
      for (size_t k = 0; k < MANY; k++) expected += (double)tall[k * SOME + i] * (double)wide[k * FEW + i % FEW];
      assert_near((double)c[i * FEW + i % FEW], expected, 1e-4);
    }
  }
  free(tall);
  free(wide);
  free(c);
}

TEST(vector_overwrites) {
  Case test = make_case();
  matrix_vector((Matrix){test.a, M, N}, test.b, test.c);
  for (size_t i = 0; i < M; i++) assert_near((double)test.c[i], dot(test.a + i * N, test.b, N), TOLERANCE);
  assert_memory_equal(test.c + M, test.before + M, sizeof test.c - M * sizeof(float));
}

TEST(vector_at_adds) {
  Case test = make_case();
  matrix_vector_at((Matrix){test.a, M, N}, test.b, test.c);
  for (size_t j = 0; j < N; j++) {
    double expected = (double)test.before[j];
    for (size_t i = 0; i < M; i++) expected += (double)test.a[i * N + j] * (double)test.b[i];
    assert_near((double)test.c[j], expected, TOLERANCE);
  }
  assert_memory_equal(test.c + N, test.before + N, sizeof test.c - N * sizeof(float));
}

/* All remainders of the number of rows by 4, and a size that no vector length divides. */
TEST(rows_are_added_scaled) {
  enum { SIZE = 37, ROWS = 7 };
  const uint32_t rows[ROWS] = {3, 0, 6, 3, 5, 1, 2};
  float table[ROWS * SIZE], y[SIZE];
  fill_normal(table, COUNT(table), 1.0f, 1);
  for (size_t count = 0; count <= ROWS; count++) {
    fill_normal(y, SIZE, 1.0f, 2);
    for (size_t j = 0; j < SIZE; j++) table[ROWS * SIZE - SIZE + j] = y[j];
    matrix_add_rows(count, SIZE, 0.5f, table, rows, y);
    for (size_t j = 0; j < SIZE; j++) {
      double expected = (double)table[ROWS * SIZE - SIZE + j];
      for (size_t r = 0; r < count; r++) expected += 0.5 * (double)table[rows[r] * SIZE + j];
      assert_near((double)y[j], expected, TOLERANCE);
    }
  }
}

TEST(scaled_vectors_are_summed) {
  Case test = make_case();
  matrix_sum_scaled(37, 0.5f, test.a, -2.0f, test.b, test.c);
  for (size_t j = 0; j < 37; j++)
    assert_near((double)test.c[j], 0.5 * (double)test.a[j] - 2.0 * (double)test.b[j], TOLERANCE);
  assert_memory_equal(test.c + 37, test.before + 37, sizeof test.c - 37 * sizeof(float));
}

/* The tolerance is relative to the sum. */
TEST(squares_are_summed) {
  enum { SIZE = 10007 };
  float *x = allocate(SIZE, sizeof *x);
  fill_normal(x, SIZE, 1.0f, 1);
  for (size_t n = 0; n <= SIZE; n = n * 3 + 1)
    assert_near(matrix_squares(n, x), dot(x, x, n), 1e-6 * dot(x, x, n));
  free(x);
}

TEST(dot_sums_products) {
  Case test = make_case();
  assert_near((double)matrix_dot(K, test.a, test.b), dot(test.a, test.b, K), TOLERANCE);
  assert_near((double)matrix_dot(0, test.a, test.b), 0.0, 0.0);
}

TEST(transpose_swaps_rows_and_columns) {
  const float a[] = {1, 2, 3, 4, 5, 6}, expected[] = {1, 4, 2, 5, 3, 6};
  float b[6];
  matrix_transpose((Matrix){a, 2, 3}, b);
  assert_memory_equal(b, expected, sizeof b);
}

TEST(add_columns_adds_their_sums) {
  const float a[] = {1, 2, 3, 4};
  float out[] = {10, 20};
  matrix_add_columns((Matrix){a, 2, 2}, out);
  assert_near((double)out[0], 14, 0.0);
  assert_near((double)out[1], 26, 0.0);
}

/* ---- parts of matrices -------------------------------------------------------------- */

enum { A_STRIDE = 16, B_STRIDE = 15, C_STRIDE = 9 };

/* Numbers of the matrices that are in no part are NaN: whatever reads one gives NaN. */
static void fill_part(float *values, size_t rows, size_t columns, size_t stride, uint64_t seed) {
  for (size_t i = 0; i < ROOM; i++) values[i] = NAN;
  for (size_t i = 0; i < rows; i++) fill_normal(values + i * stride, columns, 1.0f, seed + i);
}

static void check_part_product(bool transposed) {
  Case test;
  fill_part(test.a, M, K, A_STRIDE, 1);
  fill_part(test.b, transposed ? N : K, transposed ? K : N, B_STRIDE, 50);
  for (size_t i = 0; i < ROOM; i++) test.c[i] = 5.0f;
  MatrixPart a = {test.a, M, K, A_STRIDE};
  if (transposed)
    matrix_part_product_bt(a, (MatrixPart){test.b, N, K, B_STRIDE}, 0.5f, test.c, C_STRIDE);
  else
    matrix_part_product(a, (MatrixPart){test.b, K, N, B_STRIDE}, 0.5f, test.c, C_STRIDE);
  for (size_t i = 0; i < M * C_STRIDE; i++) {
    size_t row = i / C_STRIDE, column = i % C_STRIDE;
    double expected = 0.0;
    for (size_t k = 0; k < K && column < N; k++)
      expected += 0.5 * (double)test.a[row * A_STRIDE + k] *
                  (double)test.b[transposed ? column * B_STRIDE + k : k * B_STRIDE + column];
    assert_near((double)test.c[i], column < N ? expected : 5.0, TOLERANCE);
  }
}

TEST(products_of_parts_leave_other_columns_alone) { check_part_product(false); }
TEST(products_of_parts_with_the_second_transposed) { check_part_product(true); }

TEST(products_of_parts_without_rows) {
  float a[4] = {0}, b[4] = {0}, c[4] = {1, 2, 3, 4};
  const float expected[] = {1, 2, 3, 4};
  matrix_part_product((MatrixPart){a, 0, 2, 2}, (MatrixPart){b, 2, 2, 2}, 1.0f, c, 2);
  matrix_part_product_bt((MatrixPart){a, 0, 2, 2}, (MatrixPart){b, 2, 2, 2}, 1.0f, c, 2);
  matrix_part_product_bt((MatrixPart){a, 2, 2, 2}, (MatrixPart){b, 0, 2, 2}, 1.0f, c, 2);
  assert_memory_equal(c, expected, sizeof c);
}

TEST(the_kernel_has_a_name) {
  assert_non_null(matrix_kernel());
  assert_true(strlen(matrix_kernel()) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(product_overwrites_or_adds),
      cmocka_unit_test(product_at_takes_the_first_factor_transposed),
      cmocka_unit_test(product_bt_takes_the_second_factor_transposed),
      cmocka_unit_test(beta_0_does_not_read_the_result),
      cmocka_unit_test(products_without_rows_or_terms),
      cmocka_unit_test(products_without_terms_are_zero),
      cmocka_unit_test(products_of_many_rows_or_terms),
      cmocka_unit_test(vector_overwrites),
      cmocka_unit_test(vector_at_adds),
      cmocka_unit_test(rows_are_added_scaled),
      cmocka_unit_test(scaled_vectors_are_summed),
      cmocka_unit_test(squares_are_summed),
      cmocka_unit_test(dot_sums_products),
      cmocka_unit_test(transpose_swaps_rows_and_columns),
      cmocka_unit_test(add_columns_adds_their_sums),
      cmocka_unit_test(products_of_parts_leave_other_columns_alone),
      cmocka_unit_test(products_of_parts_with_the_second_transposed),
      cmocka_unit_test(products_of_parts_without_rows),
      cmocka_unit_test(the_kernel_has_a_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
