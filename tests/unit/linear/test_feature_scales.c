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
  FeatureCounts all, with;
  assert_ok(feature_counts_new(&ROWS, &all, &error));
  assert_ok(feature_counts_new(&ROWS, &with, &error));
  feature_counts_add(&ROWS, 0, 4, NULL, 0, &all);
  feature_counts_add(&ROWS, 0, 4, targets, positive, &with);
  feature_scales_get(4, 2, &all, &with, squares);
  feature_counts_free(&all);
  feature_counts_free(&with);
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

/* Feature 0 is a word with a bundle of 1, 2 and 2, and bundle 1, without a word, is of 2. */
static const uint32_t LISTED[] = {1, 2, 2, 2}, NUMBERS[] = {0, 4 + 1, 4 + 1, 2, 0};
static const size_t BEGINS[] = {0, 2, 4, 5};
static const Bundle BUNDLE[] = {{0, 3, 0.5f}, {3, 1, 0.5f}};
static const Bundles BUNDLES = {.count = 2, .own = 1, .first = 1, .bundle = BUNDLE, .feature = LISTED};
static const SparseRows BUNDLED = {3, 4, BEGINS, BEGINS + 1, NUMBERS, VALUE, &BUNDLES};

TEST(a_row_counts_once_where_bundles_have_features_in_common) {
  FeatureCounts all, with;
  const uint32_t expected[] = {2, 2, 3, 0}, last[] = {1, 1, 1, 0};
  assert_ok(feature_counts_new(&BUNDLED, &all, &error));
  assert_ok(feature_counts_new(&BUNDLED, &with, &error));
  feature_counts_add(&BUNDLED, 0, 2, NULL, 0, &all);
  feature_counts_add(&BUNDLED, 2, 3, NULL, 0, &with);
  assert_memory_equal(with.rows_with, last, sizeof last);
  feature_counts_move(4, &with, &all);
  assert_int_equal(all.rows, 3);
  assert_int_equal(with.rows, 0);
  assert_memory_equal(all.rows_with, expected, sizeof expected);
  for (size_t f = 0; f < 4; f++) assert_int_equal(with.rows_with[f], 0);
  feature_counts_free(&all);
  feature_counts_free(&with);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_scale_is_the_log_count_ratio),
      cmocka_unit_test(a_label_that_no_row_has_gives_numbers),
      cmocka_unit_test(a_label_that_all_rows_have_gives_numbers),
      cmocka_unit_test(a_row_counts_once_where_bundles_have_features_in_common),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
