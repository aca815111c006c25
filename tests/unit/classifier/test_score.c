/* Scores against numbers computed by hand; tests/interop/judging.py holds them
** against scikit-learn's.
*/
#include <math.h>

#include "classifier/score.h"
#include "unit/support.h"

typedef struct Pair {
  uint32_t actual, predicted;
} Pair;

static Score score_of(const Pair *pairs, size_t count) {
  Score score = {0};
  for (size_t i = 0; i < count; i++) assert_ok(score_count(&score, pairs[i].actual, pairs[i].predicted, 1, &error));
  return score;
}

TEST(no_rows_score_zero) {
  Score score = {0};
  assert_near(score_accuracy(&score), 0.0, 0.0);
  assert_near(score_macro_f1(&score), 0.0, 0.0);
  assert_near(score_weighted_f1(&score), 0.0, 0.0);
  assert_near(score_log_loss(&score), 0.0, 0.0);
  assert_near(score_calibration_error(&score), 0.0, 0.0);
  score_free(&score);
}

/*            predicted 0  1  2
**   actual 0           2  1  0     F1  2 * 2 / (3 + 3) = 2/3
**          1           0  3  1         2 * 3 / (4 + 5) = 2/3
**          2           1  1  1         2 * 1 / (3 + 2) = 2/5
*/
static const Pair PAIRS[] = {{0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 2}, {2, 0}, {2, 1}, {2, 2}};

TEST(f1_is_the_mean_over_labels_or_rows) {
  Score score = score_of(PAIRS, COUNT(PAIRS));
  assert_near(score_accuracy(&score), 0.6, 1e-12);
  assert_near(score_macro_f1(&score), (2.0 / 3 + 2.0 / 3 + 2.0 / 5) / 3, 1e-12);
  assert_near(score_weighted_f1(&score), (3 * 2.0 / 3 + 4 * 2.0 / 3 + 3 * 2.0 / 5) / 10, 1e-12);
  score_free(&score);
}

TEST(a_label_has_precision_recall_and_f1) {
  Score score = score_of(PAIRS, COUNT(PAIRS));
  assert_near(score_precision(&score.label[1]), 3.0 / 5, 1e-12);
  assert_near(score_recall(&score.label[1]), 3.0 / 4, 1e-12);
  assert_near(score_f1(&score.label[1]), 2.0 / 3, 1e-12);
  assert_int_equal(score.label[1].actual, 4);
  score_free(&score);
}

TEST(the_confusion_matrix_is_sorted) {
  Score score = {0};
  assert_ok(score_count(&score, 2, 0, 5, &error));
  assert_ok(score_count(&score, 0, 1, 1, &error));
  assert_ok(score_count(&score, 2, 0, 2, &error));
  assert_ok(score_count(&score, 0, 0, 4, &error));
  score_sort(&score);
  const ScorePair expected[] = {{0, 0, 4}, {0, 1, 1}, {2, 0, 7}};
  assert_int_equal(score.pairs, COUNT(expected));
  for (size_t i = 0; i < COUNT(expected); i++) {
    assert_int_equal(score.pair[i].actual, expected[i].actual);
    assert_int_equal(score.pair[i].predicted, expected[i].predicted);
    assert_int_equal(score.pair[i].rows, expected[i].rows);
  }
  score_free(&score);
}

TEST(a_label_that_never_occurs_does_not_count) {
  const Pair pairs[] = {{0, 0}, {8, 8}};
  Score score = score_of(pairs, COUNT(pairs));
  assert_near(score_macro_f1(&score), 1.0, 1e-12);
  score_free(&score);
}

/* Label 1 is predicted once and never right: an F1 of 0 takes part. */
TEST(a_label_only_predicted_counts) {
  const Pair pairs[] = {{0, 0}, {0, 1}};
  Score score = score_of(pairs, COUNT(pairs));
  assert_near(score_accuracy(&score), 0.5, 1e-12);
  assert_near(score_macro_f1(&score), (2.0 / 3 + 0.0) / 2, 1e-12);
  assert_near(score_weighted_f1(&score), 2.0 / 3, 1e-12);
  assert_near(score_precision(&score.label[1]), 0.0, 0.0);
  assert_near(score_recall(&score.label[1]), 0.0, 0.0);
  score_free(&score);
}

/* 0.95 and 1 are of the last bin: gap |1 - 1.95|; 0.5 is of bin 7: |0 - 0.5|; of 4 rows. */
TEST(calibration_is_the_gap_between_confidence_and_hits) {
  Score score = {0};
  assert_ok(score_add(&score, 0, 0, 0.95, 0.95, &error));
  assert_ok(score_add(&score, 0, 1, 1.0, 0.0, &error));
  assert_ok(score_add(&score, 1, 0, 0.5, 0.5, &error));
  assert_ok(score_add(&score, 1, 1, 0.0, 0.5, &error));
  assert_near(score_calibration_error(&score), (0.95 + 0.5 + 1.0) / 4, 1e-12);
  score_free(&score);
}

/* A probability of 0 counts as the least one. */
TEST(log_loss_is_the_mean_of_surprises) {
  Score score = {0};
  assert_ok(score_add(&score, 0, 0, 0.75, 0.75, &error));
  assert_ok(score_add(&score, 5, 0, 0.75, 0.0, &error));
  assert_near(score_log_loss(&score), (-log(0.75) - log(SCORE_LEAST)) / 2, 1e-12);
  score_free(&score);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_rows_score_zero),
      cmocka_unit_test(f1_is_the_mean_over_labels_or_rows),
      cmocka_unit_test(a_label_has_precision_recall_and_f1),
      cmocka_unit_test(the_confusion_matrix_is_sorted),
      cmocka_unit_test(a_label_that_never_occurs_does_not_count),
      cmocka_unit_test(a_label_only_predicted_counts),
      cmocka_unit_test(calibration_is_the_gap_between_confidence_and_hits),
      cmocka_unit_test(log_loss_is_the_mean_of_surprises),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
