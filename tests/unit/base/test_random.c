/* Random numbers: streams are repeatable and independent, and have the right distribution.
**
** Every stream is fixed, so a test gives the same result each time. Bounds are
** at least five standard deviations of what is measured.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "unit/support.h"

enum { DRAWS = 100000 };

/* splitmix64's published first value for state 1234567. */
TEST(next_is_splitmix64) {
  Random random = {1234567};
  assert_true(random_next(&random) == 6457827717110365317u);
  assert_true(random_next(&random) == 3203168211198807973u);
}

TEST(equal_triples_give_equal_streams) {
  Random a = random_stream(1, 2, 3), b = random_stream(1, 2, 3);
  for (int i = 0; i < 10; i++) assert_true(random_next(&a) == random_next(&b));
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

TEST(different_triples_give_different_streams) {
  enum { SIDE = 12 };
  uint64_t first[SIDE * SIDE * SIDE];
  size_t count = 0;
  for (uint64_t seed = 0; seed < SIDE; seed++)
    for (uint64_t purpose = 0; purpose < SIDE; purpose++)
      for (uint64_t index = 0; index < SIDE; index++) {
        Random random = random_stream(seed, (RandomPurpose)purpose, index);
        first[count++] = random_next(&random);
      }
  qsort(first, count, sizeof *first, by_value);
  for (size_t i = 1; i < count; i++) assert_true(first[i] != first[i - 1]);
}

TEST(uniform_fills_zero_to_one) {
  Random random = random_stream(1, 0, 0);
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < DRAWS; i++) {
    double u = (double)random_uniform(&random);
    assert_true(u >= 0.0 && u < 1.0);
    sum += u;
    squares += u * u;
  }
  assert_near(sum / DRAWS, 0.5, 5 * sqrt(1.0 / 12 / DRAWS));
  assert_near(squares / DRAWS, 1.0 / 3, 5 * sqrt(4.0 / 45 / DRAWS));
}

TEST(normal_has_mean_0_and_variance_1) {
  Random random = random_stream(2, 0, 0);
  double sum = 0.0, squares = 0.0, fourth = 0.0;
  for (int i = 0; i < DRAWS; i++) {
    double x = (double)random_normal(&random);
    assert_true(isfinite(x));
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  assert_near(sum / DRAWS, 0.0, 5 * sqrt(1.0 / DRAWS));
  assert_near(squares / DRAWS, 1.0, 5 * sqrt(2.0 / DRAWS));
  assert_near(fourth / DRAWS, 3.0, 5 * sqrt(96.0 / DRAWS));
}

TEST(below_draws_each_value_equally_often) {
  enum { BOUND = 7 };
  Random random = random_stream(3, 0, 0);
  size_t counts[BOUND] = {0};
  for (int i = 0; i < DRAWS; i++) {
    size_t drawn = random_below(&random, BOUND);
    assert_true(drawn < BOUND);
    counts[drawn]++;
  }
  for (size_t i = 0; i < BOUND; i++)
    assert_true(fabs((double)counts[i] - (double)DRAWS / BOUND) < 5 * sqrt((double)DRAWS / BOUND));
  assert_int_equal(random_below(&random, 1), 0);
}

TEST(shuffle_keeps_every_value) {
  enum { SIZE = 1000 };
  uint32_t values[SIZE];
  size_t moved = 0;
  bool seen[SIZE] = {false};
  Random random = random_stream(4, 0, 0);
  for (uint32_t i = 0; i < SIZE; i++) values[i] = i;
  random_shuffle(&random, values, SIZE);
  for (uint32_t i = 0; i < SIZE; i++) {
    assert_true(values[i] < SIZE);
    assert_false(seen[values[i]]);
    seen[values[i]] = true;
    moved += values[i] != i;
  }
  assert_true(moved > SIZE / 2);
}

TEST(shuffle_reaches_every_order) {
  bool seen[27] = {false};
  size_t orders = 0;
  Random random = random_stream(5, 0, 0);
  for (int i = 0; i < 200; i++) {
    uint32_t v[] = {0, 1, 2};
    random_shuffle(&random, v, 3);
    bool *place = &seen[v[0] * 9 + v[1] * 3 + v[2]];
    orders += !*place;
    *place = true;
  }
  assert_int_equal(orders, 6);
}

TEST(shuffle_of_nothing_is_nothing) {
  Random random = random_stream(6, 0, 0);
  random_shuffle(&random, NULL, 0);
}

static void dropped_ones(float *values, size_t count, float rate, uint64_t seed) {
  for (size_t i = 0; i < count; i++) values[i] = 1.0f;
  random_dropout(values, count, rate, seed);
}

TEST(dropout_keeps_the_share_and_the_mean) {
  float *values = allocate(DRAWS, sizeof *values);
  const float rates[] = {0.1f, 0.3f, 0.5f, 0.9f};
  for (size_t r = 0; r < COUNT(rates); r++) {
    double rate = (double)rates[r], kept = 0.0;
    dropped_ones(values, DRAWS, rates[r], 42 + r);
    for (size_t i = 0; i < DRAWS; i++) {
      if (values[i] == 0.0f) continue;
      kept++;
      assert_near((double)values[i], 1.0 / (1.0 - rate), 1e-6);
    }
    assert_near(kept / DRAWS, 1.0 - rate, 5 * sqrt(rate * (1 - rate) / DRAWS));
  }
  free(values);
}

TEST(dropout_repeats_with_the_seed_alone) {
  float a[256], b[256], c[256], longer[300];
  dropped_ones(a, 256, 0.5f, 7);
  dropped_ones(b, 256, 0.5f, 7);
  dropped_ones(c, 256, 0.5f, 8);
  dropped_ones(longer, 300, 0.5f, 7);
  assert_memory_equal(a, b, sizeof a);
  assert_memory_not_equal(a, c, sizeof a);
  assert_memory_equal(a, longer, sizeof a);
}

TEST(dropout_of_rate_0_changes_nothing) {
  float values[100], before[100];
  fill_normal(values, 100, 1.0f, 1);
  memcpy(before, values, sizeof before);
  random_dropout(values, 100, 0.0f, 3);
  assert_memory_equal(values, before, sizeof before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(next_is_splitmix64),
      cmocka_unit_test(equal_triples_give_equal_streams),
      cmocka_unit_test(different_triples_give_different_streams),
      cmocka_unit_test(uniform_fills_zero_to_one),
      cmocka_unit_test(normal_has_mean_0_and_variance_1),
      cmocka_unit_test(below_draws_each_value_equally_often),
      cmocka_unit_test(shuffle_keeps_every_value),
      cmocka_unit_test(shuffle_reaches_every_order),
      cmocka_unit_test(shuffle_of_nothing_is_nothing),
      cmocka_unit_test(dropout_keeps_the_share_and_the_mean),
      cmocka_unit_test(dropout_repeats_with_the_seed_alone),
      cmocka_unit_test(dropout_of_rate_0_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
