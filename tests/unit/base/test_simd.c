/* The error bounds that simd.h states, over a sweep of the whole range. */
#include <math.h>

#include "base/simd.h"
#include "unit/support.h"

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

static void exp2_is_close(float x) {
  double exact = exp2((double)x);
  if (!(fabs((double)simd_exp2(x) - exact) <= 2e-7 * exact))
    fail_msg("simd_exp2(%.9g) is %.9g, expected %.9g", (double)x, (double)simd_exp2(x), exact);
}

static void reciprocal_is_close(float x) {
  double exact = 1.0 / (double)x;
  if (!(fabs((double)simd_reciprocal(x) - exact) <= 2e-7 * exact))
    fail_msg("simd_reciprocal(%.9g) is %.9g, expected %.9g", (double)x, (double)simd_reciprocal(x), exact);
}

/* The same of 2^x: x itself spans 37 orders of magnitude. */
static void reciprocal_of_power_is_close(float x) { reciprocal_is_close((float)exp2((double)x)); }

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

TEST(exp2_within_its_bound) {
  sweep(-60.0f, 60.0f, exp2_is_close);
  sweep(-1.0f, 1.0f, exp2_is_close);
}

TEST(reciprocal_within_its_bound) {
  sweep(0.0f, 125.0f, reciprocal_of_power_is_close);
  sweep(1.0f, 4.0f, reciprocal_is_close); /* all mantissas, of both parities of the exponent */
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

TEST(exp2_is_held_to_its_range) {
  assert_true(simd_exp2(-61.0f) == simd_exp2(-60.0f) && simd_exp2(61.0f) == simd_exp2(60.0f));
  assert_true(simd_exp2(-INFINITY) == simd_exp2(-60.0f) && simd_exp2(INFINITY) == simd_exp2(60.0f));
  assert_true(isfinite(simd_exp2(60.0f) * simd_exp2(60.0f)));
}

/* Integral powers are exact, since the polynomial is 1 at 0. */
TEST(exp2_of_whole_numbers_is_exact) {
  for (int n = -60; n <= 60; n++) assert_true(simd_exp2((float)n) == ldexpf(1.0f, n));
}

TEST(values_are_clamped_to_the_nearer_bound) {
  assert_true(simd_clamp(0.5f, -1.0f, 2.0f) == 0.5f);
  assert_true(simd_clamp(-1.0f, -1.0f, 2.0f) == -1.0f && simd_clamp(2.0f, -1.0f, 2.0f) == 2.0f);
  assert_true(simd_clamp(-1.5f, -1.0f, 2.0f) == -1.0f && simd_clamp(2.5f, -1.0f, 2.0f) == 2.0f);
  assert_true(simd_clamp(-INFINITY, -1.0f, 2.0f) == -1.0f && simd_clamp(INFINITY, -1.0f, 2.0f) == 2.0f);
  assert_true(isnan(simd_clamp(NAN, -1.0f, 2.0f)));
}

/* gcc and clang ask the same processor by code of their own. */
TEST(the_path_is_what_the_processor_has) {
  SimdLevel level = SIMD_PLAIN;
  bool vnni = false;
#if SIMD_X86
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) level = SIMD_AVX2;
  if (level && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) level = SIMD_AVX512;
  vnni = level == SIMD_AVX512 && __builtin_cpu_supports("avx512vnni");
#endif
  assert_int_equal(simd_level(), level);
  assert_int_equal(simd_support.vnni, vnni);
}

TEST(each_path_has_a_name) {
  assert_string_equal(simd_name(SIMD_PLAIN), "plain");
  assert_string_equal(simd_name(SIMD_AVX2), "avx2");
  assert_string_equal(simd_name(SIMD_AVX512), "avx512");
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
  assert_true(isnan(simd_exp2(NAN)));
}

/* ---- vectorised loops ---------------------------------------------------------------- */

/* A loop around each function, in each version of SIMD_VERSIONS. */
typedef void Loop(size_t count, const float *restrict x, float *restrict y);

#define LOOPS(name, attributes)                                                            \
  attributes static void exp_##name(size_t count, const float *restrict x, float *restrict y) { \
    for (size_t i = 0; i < count; i++) y[i] = simd_exp(x[i]);                              \
  }                                                                                        \
  attributes static void exp2_##name(size_t count, const float *restrict x, float *restrict y) { \
    for (size_t i = 0; i < count; i++) y[i] = simd_exp2(x[i]);                             \
  }                                                                                        \
  attributes static void reciprocal_##name(size_t count, const float *restrict x, float *restrict y) { \
    for (size_t i = 0; i < count; i++) y[i] = simd_reciprocal(x[i]);                       \
  }                                                                                        \
  attributes static void sigmoid_##name(size_t count, const float *restrict x, float *restrict y) { \
    for (size_t i = 0; i < count; i++) y[i] = simd_sigmoid(x[i]);                          \
  }                                                                                        \
  attributes static void tanh_##name(size_t count, const float *restrict x, float *restrict y) { \
    for (size_t i = 0; i < count; i++) y[i] = simd_tanh(x[i]);                             \
  }

#define NAMED(name) {exp_##name, exp2_##name, reciprocal_##name, sigmoid_##name, tanh_##name}

enum { FUNCTIONS = 5, MOST_PATHS = 4 };

LOOPS(plain, __attribute__((noinline)))
#define LOOP_VERSIONS(name, function)                                                                   \
  SIMD_VERSIONS(static, void, name##_versions, (size_t count, const float *restrict x, float *restrict y), \
                (count, x, y)) {                                                                         \
    for (size_t i = 0; i < count; i++) y[i] = function(x[i]);                                            \
  }
LOOP_VERSIONS(exp, simd_exp)
LOOP_VERSIONS(exp2, simd_exp2)
LOOP_VERSIONS(reciprocal, simd_reciprocal)
LOOP_VERSIONS(sigmoid, simd_sigmoid)
LOOP_VERSIONS(tanh, simd_tanh)
#if SIMD_X86
LOOPS(avx2, SIMD_FOR_AVX2 __attribute__((noinline)))
LOOPS(avx512, SIMD_FOR_AVX512 __attribute__((noinline)))
#endif

/* The versions that this processor can run; the first is the plain one. */
static size_t paths_of(Loop *paths[MOST_PATHS][FUNCTIONS]) {
  static Loop *const plain[] = NAMED(plain), *const versions[] = NAMED(versions);
  size_t count = 0;
  memcpy(paths[count++], plain, sizeof plain);
  memcpy(paths[count++], versions, sizeof versions);
#if SIMD_X86
  static Loop *const avx2[] = NAMED(avx2), *const avx512[] = NAMED(avx512);
  if (simd_level() >= SIMD_AVX2) memcpy(paths[count++], avx2, sizeof avx2);
  if (simd_level() >= SIMD_AVX512) memcpy(paths[count++], avx512, sizeof avx512);
#endif
  return count;
}

static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }
static double reciprocal(double x) { return 1.0 / x; }

/* Each version keeps the bounds of simd.h. The count is no multiple of a vector's length, so
** that the remainder of the loop is tested too.
*/
TEST(vectorised_loops_keep_the_bounds_and_agree) {
  enum { SIZE = 40009 };
  static const struct {
    float low, high;
    double (*exact)(double);
    double relative, absolute;
  } functions[FUNCTIONS] = {{-87.0f, 88.0f, exp, 2e-7, 0.0},
                            {-60.0f, 60.0f, exp2, 2e-7, 0.0},
                            {1.0f, 1e6f, reciprocal, 2e-7, 0.0},
                            {-40.0f, 40.0f, sigmoid, 0.0, 3e-7},
                            {-20.0f, 20.0f, tanh, 0.0, 3e-7}};
  static float x[SIZE], first[SIZE], y[SIZE];
  Loop *paths[MOST_PATHS][FUNCTIONS];
  size_t count = paths_of(paths);
  for (size_t f = 0; f < FUNCTIONS; f++) {
    for (size_t i = 0; i < SIZE; i++)
      x[i] = functions[f].low + (functions[f].high - functions[f].low) * (float)i / (SIZE - 1);
    paths[0][f](SIZE, x, first);
    for (size_t path = 0; path < count; path++) {
      paths[path][f](SIZE, x, y);
      for (size_t i = 0; i < SIZE; i++) {
        double exact = functions[f].exact((double)x[i]);
        double bound = functions[f].absolute + functions[f].relative * exact;
        if (!(fabs((double)y[i] - exact) <= bound && fabs((double)y[i] - (double)first[i]) <= 2 * bound))
          fail_msg("function %zu of %.9g on path %zu is %.9g, expected %.9g", f, (double)x[i], path, (double)y[i],
                   exact);
      }
    }
  }
}

/* Values that are clamped, and NaN, at any place of a vector. */
TEST(vectorised_loops_hold_extremes) {
  enum { SIZE = 37 };
  const float extremes[] = {-INFINITY, -1e30f, -200.0f, 0.0f, 200.0f, 1e30f, INFINITY};
  Loop *paths[MOST_PATHS][FUNCTIONS];
  size_t count = paths_of(paths);
  for (size_t path = 0; path < count; path++)
    for (size_t f = 0; f < FUNCTIONS; f++) {
      float x[SIZE], y[SIZE], first[SIZE];
      for (size_t i = 0; i < SIZE; i++) x[i] = f == 2 ? 1.0f + (float)i : extremes[i % COUNT(extremes)];
      paths[0][f](SIZE, x, first);
      paths[path][f](SIZE, x, y);
      assert_close(y, first, SIZE, 1e-6);
      for (size_t i = 0; i < SIZE && f != 2; i++) {
        x[i] = NAN;
        paths[path][f](SIZE, x, y);
        x[i] = 0.0f;
        assert_true(isnan(y[i]));
      }
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp_within_its_bound),
      cmocka_unit_test(exp2_within_its_bound),
      cmocka_unit_test(reciprocal_within_its_bound),
      cmocka_unit_test(sigmoid_within_its_bound),
      cmocka_unit_test(tanh_within_its_bound),
      cmocka_unit_test(exp_is_held_to_its_range),
      cmocka_unit_test(exp2_is_held_to_its_range),
      cmocka_unit_test(exp2_of_whole_numbers_is_exact),
      cmocka_unit_test(values_are_clamped_to_the_nearer_bound),
      cmocka_unit_test(the_path_is_what_the_processor_has),
      cmocka_unit_test(each_path_has_a_name),
      cmocka_unit_test(exp_of_0_is_1),
      cmocka_unit_test(nan_stays_nan),
      cmocka_unit_test(vectorised_loops_keep_the_bounds_and_agree),
      cmocka_unit_test(vectorised_loops_hold_extremes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
