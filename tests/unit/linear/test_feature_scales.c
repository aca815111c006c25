/* The scales of a machine's features, by hand. */
#include <math.h>

#include "linear/feature_scales.h"
#include "unit/support.h"

/* Four rows, two of label 1. Feature 0 is in both of these, 1 in all rows, 2 in one of the others, 3 in none. */
static const size_t BEGIN[] = {0, 2, 4, 6}, END[] = {2, 4, 6, 7};
static const uint32_t FEATURE[] = {0, 1, 0, 1, 1, 2, 1}, TARGETS[] = {1, 1, 0, 2};
static const float VALUE[] = {1, 1, 1, 1, 1, 1, 1};
static const SparseRows ROWS = {4, 4, BEGIN, END, FEATURE, VALUE};

static void get(const uint32_t *targets, uint32_t positive, float squares[4]) {
  FeatureScales scales;
  assert_ok(feature_scales_new(&ROWS, 2, &scales, &error));
  feature_scales_get(&scales, targets, positive, squares);
  feature_scales_free(&scales);
}

TEST(a_scale_is_the_log_count_ratio) {
  float squares[4];
  get(TARGETS, 1, squares);
  double ratio0 = log((2 / 0.5 + 3) / 3), ratio2 = log((1 / 0.5 + 3) / 3);
  double mean = (2 * ratio0 + ratio2) / 7; /* seven entries, of which feature 1 has four */
  assert_near((double)squares[0], ratio0 / mean, 1e-5);
  assert_near((double)squares[1], 0.0, 1e-6);
  assert_near((double)squares[2], 2 * ratio2 / mean, 1e-5);
  assert_near((double)squares[3], 0.0, 1e-6);
}

TEST(a_label_that_no_row_has_gives_numbers) {
  float squares[4];
  get(TARGETS, 7, squares);
  for (size_t f = 0; f < 4; f++) assert_true(isfinite(squares[f]) && squares[f] >= 0.0f);
}

TEST(a_label_that_all_rows_have_gives_numbers) {
  static const uint32_t ALL[] = {1, 1, 1, 1};
  float squares[4];
  get(ALL, 1, squares);
  for (size_t f = 0; f < 4; f++) assert_true(isfinite(squares[f]) && squares[f] >= 0.0f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_scale_is_the_log_count_ratio),
      cmocka_unit_test(a_label_that_no_row_has_gives_numbers),
      cmocka_unit_test(a_label_that_all_rows_have_gives_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
