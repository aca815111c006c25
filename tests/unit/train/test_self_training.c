/* Self-training: what it learns from rows without a label, and what the header promises. */
#include "linear/svm.h"
#include "train/self_training.h"
#include "unit/train/partly_labelled.h"

enum { WORDS = 12, WINDOW = 4, SEED = 1 };
static const float LABELLED_COST = 1.0f;

/* A label's words lie in a row, and a row of the label has some neighbours of them. The
** labelled rows have but the first words.
*/
static PartlyLabelled *windows(size_t count, size_t labelled, uint64_t seed) {
  PartlyLabelled *p = partly_labelled_new(2 * WORDS);
  Random random = random_stream(seed, 0, 0);
  for (size_t i = 0; i < count; i++) {
    uint32_t label = i % 2, first = (uint32_t)random_below(&random, i < labelled ? 2 : WORDS - WINDOW + 1);
    add_row_of(p, label, i < labelled);
    for (uint32_t k = 0; k < WINDOW; k++) add_entry(p, label * WORDS + first + k, 0.5f);
  }
  return p;
}

static void predict_rows(PartlyLabelled *p, size_t labels, size_t rounds) {
  Workers *workers;
  SelfTraining training = {.rows = &p->rows, .targets = p->targets, .labels = labels, .rounds = rounds,
                           .labelled_cost = LABELLED_COST, .pseudo_labelled_cost = 0.5f, .seed = SEED};
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  assert_ok(self_training_predict(&training, workers, p->predicted, &error));
  workers_free(workers);
}

/* Without rounds, where a row has no word that a labelled row has, all margins are the same. */
TEST(rounds_spread_labels_to_rows_of_other_words) {
  for (uint64_t seed = 1; seed <= 5; seed++) {
    PartlyLabelled *p = windows(200, 6, seed);
    predict_rows(p, 2, 0);
    assert_true(count_right(p) < 180);
    predict_rows(p, 2, 5);
    assert_int_equal(count_right(p), 200);
    free(p);
  }
}

/* Margins of the rows from support vector machines that learn from the first `labelled`. */
static void supervised_margins(const PartlyLabelled *p, size_t labelled, float margins[][2]) {
  SparseRows rows = p->rows;
  float costs[MOST_ROWS];
  Svm svm;
  Workers *workers;
  rows.count = labelled;
  for (size_t i = 0; i < labelled; i++) costs[i] = LABELLED_COST;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  for (uint32_t c = 0; c < 2; c++) {
    assert_ok(svm_new(&rows, &svm, &error));
    svm_measure(&rows, workers, &svm);
    svm_fit(&rows, p->targets, c, costs, SEED, workers, &svm);
    for (size_t i = 0; i < p->rows.count; i++) {
      margins[i][c] = svm.weights[rows.features];
      for (size_t e = p->begin[i]; e < p->end[i]; e++) margins[i][c] += p->value[e] * svm.weights[p->feature[e]];
    }
    svm_free(&svm);
  }
  workers_free(workers);
}

TEST(without_rounds_it_is_supervised_learning) {
  PartlyLabelled *p = windows(200, 20, 1);
  float margins[MOST_ROWS][2];
  supervised_margins(p, 20, margins);
  predict_rows(p, 2, 0);
  for (size_t i = 20; i < 200; i++) assert_int_equal(p->predicted[i], margins[i][1] > margins[i][0]);
  free(p);
}

/* In between is a label that no row has, and the last label has none either. */
TEST(a_label_that_no_row_has_is_not_predicted) {
  PartlyLabelled *p = windows(200, 6, 1);
  for (size_t i = 0; i < p->rows.count; i++) p->truth[i] *= 2;
  for (size_t i = 0; i < 6; i++) p->targets[i] = p->truth[i];
  predict_rows(p, 4, 5);
  for (size_t i = 0; i < p->rows.count; i++) assert_true(p->predicted[i] == 0 || p->predicted[i] == 2);
  free(p);
}

/* Even where it is wrong, or the row has no entries. */
TEST(a_labelled_row_keeps_its_label_and_a_row_without_entries_gets_none) {
  PartlyLabelled *p = windows(150, 30, 1);
  p->targets[0] = 1;
  add_row_of(p, 1, true);
  add_row_of(p, 1, false);
  for (size_t rounds = 0; rounds < 3; rounds++) {
    predict_rows(p, 2, rounds);
    for (size_t i = 0; i < p->rows.count; i++)
      if (p->targets[i] != LABELS_NONE) assert_int_equal(p->predicted[i], p->targets[i]);
    assert_int_equal(p->predicted[151], LABELS_NONE);
  }
  free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rounds_spread_labels_to_rows_of_other_words),
      cmocka_unit_test(without_rounds_it_is_supervised_learning),
      cmocka_unit_test(a_label_that_no_row_has_is_not_predicted),
      cmocka_unit_test(a_labelled_row_keeps_its_label_and_a_row_without_entries_gets_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
