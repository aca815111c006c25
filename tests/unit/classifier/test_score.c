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

/* ---- sets of labels ---------------------------------------------------------------------- */

enum { KNOWN = 3 };

/* Three labels that the model knows, and label 3, which it does not. */
static const struct {
  float p[KNOWN];
  uint32_t actual[2], given[2];
  size_t actual_count, given_count;
  double ranking; /* of the labels that it knows, by hand */
} SETS[] = {
    {{0.9f, 0.2f, 0.6f}, {0}, {0, 2}, 1, 2, 1.0},
    {{0.1f, 0.3f, 0.2f}, {0}, {0}, 0, 0, 0.0},
    {{0.7f, 0.8f, 0.4f}, {0, 1}, {1, 0}, 2, 2, 2.0},
    {{0.5f, 0.6f, 0.1f}, {1, 3}, {1}, 2, 1, 1.0},
    {{0.3f, 0.1f, 0.2f}, {2}, {0}, 1, 0, 0.5},
};

static Score score_of_sets(void) {
  Score score = {0};
  for (size_t i = 0; i < COUNT(SETS); i++) {
    LabelSet actual = {SETS[i].actual, SETS[i].actual_count}, given = {SETS[i].given, SETS[i].given_count};
    float probabilities[2];
    double loss = 0.0;
    for (uint32_t c = 0; c < KNOWN; c++)
      loss -= log(label_set_has(actual, c) ? (double)SETS[i].p[c] : 1.0 - (double)SETS[i].p[c]);
    for (size_t k = 0; k < given.count; k++) probabilities[k] = SETS[i].p[given.labels[k]];
    const ScoreSet row = {KNOWN, actual, given, probabilities, SETS[i].ranking, loss};
    assert_ok(score_add_set(&score, &row, &error));
  }
  return score;
}

/* scikit-learn 1.2: accuracy_score, f1_score (zero_division=0) and label_ranking_average_precision_score of the four
** labels' indicators, the mean of log_loss (eps=2.2e-16) over the labels. p are floats: 24 bits.
*/
TEST(sets_have_the_figures_of_scikit_learn) {
  Score score = score_of_sets();
  assert_int_equal(score.rows, 5);
  assert_near(score_accuracy(&score), 0.4, 1e-12);
  assert_near(score_micro_f1(&score), 0.7272727272727272, 1e-12);
  assert_near(score_macro_f1(&score), 0.5, 1e-12);
  assert_near(score_weighted_f1(&score), 0.6666666666666666, 1e-12);
  assert_near(score_ranking(&score), 0.85, 1e-12);
  assert_near(score_log_loss(&score), 2.122253900495374, 1e-6);
  score_free(&score);
}

/* Of those given: 0.9 and 0.8 right in bins 13 and 12, 0.7 right in 10, 0.6 wrong and 0.6 right in 9. */
TEST(calibration_of_sets_is_of_the_labels_given) {
  Score score = score_of_sets();
  assert_near(score_calibration_error(&score), (0.1 + 0.2 + 0.3 + 0.2) / 5, 1e-6);
  score_free(&score);
}

TEST(sets_are_confused_label_by_label) {
  Score score = score_of_sets();
  const ScorePair expected[] = {{0, 0, 2}, {1, 1, 2}, {2, SCORE_ABSENT, 1}, {3, SCORE_ABSENT, 1}, {SCORE_ABSENT, 2, 1}};
  assert_ok(score_pair_labels(&score, &error));
  score_sort(&score);
  assert_int_equal(score.pairs, COUNT(expected));
  for (size_t i = 0; i < COUNT(expected); i++) {
    assert_int_equal(score.pair[i].actual, expected[i].actual);
    assert_int_equal(score.pair[i].predicted, expected[i].predicted);
    assert_int_equal(score.pair[i].rows, expected[i].rows);
  }
  score_free(&score);
}

/* A row that has all labels is ranked right whatever is said. */
TEST(all_labels_are_ranked_right) {
  Score score = {0};
  static const uint32_t both[] = {0, 1};
  const ScoreSet row = {2, {both, 2}, {both, 0}, NULL, 1.5, 3.0};
  assert_ok(score_add_set(&score, &row, &error));
  assert_near(score_ranking(&score), 1.0, 1e-12);
  assert_near(score_log_loss(&score), 1.5, 1e-12);
  assert_near(score_micro_f1(&score), 0.0, 0.0);
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
      cmocka_unit_test(sets_have_the_figures_of_scikit_learn),
      cmocka_unit_test(calibration_of_sets_is_of_the_labels_given),
      cmocka_unit_test(sets_are_confused_label_by_label),
      cmocka_unit_test(all_labels_are_ranked_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
