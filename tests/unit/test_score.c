/* Scores against numbers computed by hand. */
#include "../../model/score.h"
#include "support.h"

typedef struct Pair {
  uint32_t actual, predicted;
} Pair;

static Score score_of(size_t labels, const Pair *pairs, size_t count) {
  Score score;
  assert_ok(score_new(labels, &score, &error));
  for (size_t i = 0; i < count; i++) score_add(&score, pairs[i].actual, pairs[i].predicted);
  return score;
}

TEST(no_rows_score_zero) {
  Score score = score_of(3, NULL, 0);
  assert_near(score_accuracy(&score), 0.0, 0.0);
  assert_near(score_macro_f1(&score), 0.0, 0.0);
  score_free(&score);
}

/*            predicted 0  1  2
**   actual 0           2  1  0     F1  2 * 2 / (3 + 3) = 2/3
**          1           0  3  1         2 * 3 / (4 + 5) = 2/3
**          2           1  1  1         2 * 1 / (3 + 2) = 2/5
*/
TEST(macro_f1_is_the_mean_over_labels) {
  const Pair pairs[] = {{0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1},
                        {1, 1}, {1, 2}, {2, 0}, {2, 1}, {2, 2}};
  Score score = score_of(3, pairs, COUNT(pairs));
  assert_near(score_accuracy(&score), 0.6, 1e-12);
  assert_near(score_macro_f1(&score), (2.0 / 3 + 2.0 / 3 + 2.0 / 5) / 3, 1e-12);
  score_free(&score);
}

TEST(a_label_that_never_occurs_does_not_count) {
  const Pair pairs[] = {{0, 0}, {1, 1}};
  Score score = score_of(9, pairs, COUNT(pairs));
  assert_near(score_macro_f1(&score), 1.0, 1e-12);
  score_free(&score);
}

/* Label 1 is predicted once and never right: an F1 of 0 takes part. */
TEST(a_label_only_predicted_counts) {
  const Pair pairs[] = {{0, 0}, {0, 1}};
  Score score = score_of(2, pairs, COUNT(pairs));
  assert_near(score_accuracy(&score), 0.5, 1e-12);
  assert_near(score_macro_f1(&score), (2.0 / 3 + 0.0) / 2, 1e-12);
  score_free(&score);
}

TEST(an_unknown_actual_label_is_a_wrong_row) {
  const Pair pairs[] = {{0, 0}, {7, 0}, {UINT32_MAX, 0}};
  Score score = score_of(2, pairs, COUNT(pairs));
  assert_int_equal(score.rows, 3);
  assert_near(score_accuracy(&score), 1.0 / 3, 1e-12);
  assert_near(score_macro_f1(&score), 2.0 / 4, 1e-12);
  score_free(&score);
}

TEST(clear_begins_again) {
  const Pair pairs[] = {{0, 1}, {1, 0}};
  Score score = score_of(2, pairs, COUNT(pairs));
  score_clear(&score);
  score_add(&score, 1, 1);
  assert_int_equal(score.rows, 1);
  assert_near(score_accuracy(&score), 1.0, 1e-12);
  assert_near(score_macro_f1(&score), 1.0, 1e-12);
  score_free(&score);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_rows_score_zero),
      cmocka_unit_test(macro_f1_is_the_mean_over_labels),
      cmocka_unit_test(a_label_that_never_occurs_does_not_count),
      cmocka_unit_test(a_label_only_predicted_counts),
      cmocka_unit_test(an_unknown_actual_label_is_a_wrong_row),
      cmocka_unit_test(clear_begins_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
