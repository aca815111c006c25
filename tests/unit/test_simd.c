/* The error bounds that simd.h states, over a sweep of the whole range. */
#include <math.h>

#include "../../model/simd.h"
#include "support.h"

/* Calls check() at about a million floats from low to high. */
static void sweep(float low, float high, void (*check)(float)) {
  const double steps = 1 << 20;
  for (double i = 0; i <= steps; i++)
    check((float)((double)low + ((double)high - (double)low) * i / steps));
}

static void exp_is_close(float x) {
  double exact = exp((double)x);
  if (fabs((double)simd_exp(x) - exact) > 2e-7 * exact)
    fail_msg("simd_exp(%.9g) is %.9g, expected %.9g", (double)x, (double)simd_exp(x), exact);
}

static void sigmoid_is_close(float x) {
  double exact = 1.0 / (1.0 + exp(-(double)x));
  if (!(fabs((double)simd_sigmoid(x) - exact) <= 3e-7))
    fail_msg("simd_sigmoid(%.9g) is %.9g, expected %.9g", (double)x, (double)simd_sigmoid(x), exact);
}

static void tanh_is_close(float x) {
  double exact = tanh((double)x);
  if (!(fabs((double)simd_tanh(x) - exact) <= 3e-7))
    fail_msg("simd_tanh(%.9g) is %.9g, expected %.9g", (double)x, (double)simd_tanh(x), exact);
}

TEST(exp_within_its_bound) {
  sweep(-87.0f, 88.0f, exp_is_close);
  sweep(-1.0f, 1.0f, exp_is_close);
}

TEST(sigmoid_within_its_bound) {
  sweep(-200.0f, 200.0f, sigmoid_is_close);
  sweep(-2.0f, 2.0f, sigmoid_is_close);
}

TEST(tanh_within_its_bound) {
  sweep(-100.0f, 100.0f, tanh_is_close);
  sweep(-1.0f, 1.0f, tanh_is_close);
}

TEST(exp_is_held_to_its_range) {
  assert_true(simd_exp(-1000.0f) == simd_exp(-87.0f));
  assert_true(simd_exp(-INFINITY) == simd_exp(-87.0f));
  assert_true(simd_exp(1000.0f) == simd_exp(88.0f));
  assert_true(simd_exp(INFINITY) == simd_exp(88.0f));
  assert_true(isfinite(simd_exp(88.0f)));
}

TEST(exp_of_0_is_1) {
  assert_true(simd_exp(0.0f) == 1.0f);
  assert_true(simd_sigmoid(0.0f) == 0.5f);
  assert_true(simd_tanh(0.0f) == 0.0f);
}

/* A loss that is not finite must be seen at the end of a step. */
TEST(nan_stays_nan) {
  assert_true(isnan(simd_exp(NAN)));
  assert_true(isnan(simd_sigmoid(NAN)));
  assert_true(isnan(simd_tanh(NAN)));
}

SIMD_CLONES __attribute__((noinline))
static void exp_of_many(size_t count, const float *restrict x, float *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] = simd_exp(x[i]);
}

/* Fused multiply-adds may round otherwise, within the bound. */
TEST(a_vectorised_loop_keeps_the_bound) {
  enum { SIZE = 1003 };
  float x[SIZE], y[SIZE];
  for (size_t i = 0; i < SIZE; i++) x[i] = -87.0f + 175.0f * (float)i / SIZE;
  exp_of_many(SIZE, x, y);
  for (size_t i = 0; i < SIZE; i++) {
    double exact = exp((double)x[i]);
    assert_true(fabs((double)y[i] - exact) <= 2e-7 * exact);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp_within_its_bound),
      cmocka_unit_test(sigmoid_within_its_bound),
      cmocka_unit_test(tanh_within_its_bound),
      cmocka_unit_test(exp_is_held_to_its_range),
      cmocka_unit_test(exp_of_0_is_1),
      cmocka_unit_test(nan_stays_nan),
      cmocka_unit_test(a_vectorised_loop_keeps_the_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
