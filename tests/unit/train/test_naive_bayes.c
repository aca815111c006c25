/* Naive Bayes with expectation-maximisation, against the header's formulas in double. */
#include <math.h>
#include <string.h>

#include "train/naive_bayes.h"
#include "unit/train/partly_labelled.h"

enum { WORDS = 24, LABELS = 3 };

/* Rows of six different words at most; two in three are of the row's label. */
static PartlyLabelled *random_rows(size_t count, size_t labelled, uint64_t seed) {
  PartlyLabelled *p = partly_labelled_new(WORDS);
  Random random = random_stream(seed, 0, 0);
  for (size_t i = 0; i < count; i++) {
    bool used[WORDS] = {false};
    add_row_of(p, (uint32_t)(i % LABELS), i < labelled);
    for (int k = 0; k < 6; k++) {
      size_t word = random_below(&random, WORDS);
      if (random_below(&random, 3)) word = word / LABELS * LABELS + p->truth[i];
      if (!used[word]) add_entry(p, (uint32_t)word, random_uniform(&random));
      used[word] = true;
    }
  }
  return p;
}

static void predict_rows(PartlyLabelled *p, size_t labels) {
  Workers *workers;
  assert_ok(workers_new(0, (Poll){0}, &workers, &error));
  assert_ok(naive_bayes_predict(&p->rows, p->targets, labels, workers, p->predicted, &error));
  workers_free(workers);
}

/* ---- the formulas ------------------------------------------------------------------------ */

static void estimate_likelihoods(const PartlyLabelled *p, double r[][LABELS], double likelihood[][LABELS]) {
  for (size_t c = 0; c < LABELS; c++) {
    double total = 0.0;
    for (size_t w = 0; w < WORDS; w++) likelihood[w][c] = 0.1;
    for (size_t i = 0; i < p->rows.count; i++)
      for (size_t e = p->begin[i]; e < p->end[i]; e++) likelihood[p->feature[e]][c] += r[i][c];
    for (size_t w = 0; w < WORDS; w++) total += likelihood[w][c];
    for (size_t w = 0; w < WORDS; w++) likelihood[w][c] /= total;
  }
}

/* Returns the most probable label. */
static uint32_t estimate_label(const PartlyLabelled *p, size_t row, double likelihood[][LABELS], double r[LABELS]) {
  double total = 0.0, words = (double)(p->end[row] - p->begin[row]);
  uint32_t best = 0;
  for (uint32_t c = 0; c < LABELS; c++) {
    double sum = 0.0;
    for (size_t e = p->begin[row]; e < p->end[row]; e++) sum += log(likelihood[p->feature[e]][c]);
    total += r[c] = exp(sum / (1.0 + words / 10.0));
    if (r[c] > r[best]) best = c;
  }
  for (size_t c = 0; c < LABELS; c++) r[c] *= 0.3 / total;
  return best;
}

/* All labels have a row. */
TEST(predictions_are_those_of_the_formulas) {
  for (uint64_t seed = 1; seed <= 5; seed++) {
    PartlyLabelled *p = random_rows(150, 9, seed);
    static double r[MOST_ROWS][LABELS], likelihood[WORDS][LABELS];
    uint32_t expected[MOST_ROWS];
    memset(r, 0, sizeof r);
    memcpy(expected, p->targets, sizeof expected);
    for (size_t i = 0; i < 9; i++) r[i][p->targets[i]] = 3.0;
    for (int step = 0; step < 12; step++) {
      estimate_likelihoods(p, r, likelihood);
      for (size_t i = 9; i < p->rows.count; i++) expected[i] = estimate_label(p, i, likelihood, r[i]);
    }
    predict_rows(p, LABELS);
    assert_memory_equal(p->predicted, expected, p->rows.count * sizeof *expected);
    assert_true(count_right(p) > 120); /* chance is 50 */
    free(p);
  }
}

/* ---- what the header promises ------------------------------------------------------------- */

/* Words 0 to 3 occur in pairs, each with the next; so do 4 to 7. */
TEST(labels_spread_by_words_that_occur_together) {
  PartlyLabelled *p = partly_labelled_new(8);
  for (uint32_t label = 0; label < 2; label++)
    for (uint32_t word = 0; word < 3; word++) {
      add_row_of(p, label, word == 0);
      add_entry(p, 4 * label + word, 1.0f);
      add_entry(p, 4 * label + word + 1, 1.0f);
    }
  predict_rows(p, 2);
  assert_int_equal(count_right(p), p->rows.count);
  free(p);
}

/* The last label has no row, and of the second all rows have lost theirs. */
TEST(a_label_that_no_row_has_is_not_predicted) {
  PartlyLabelled *p = random_rows(60, 12, 1);
  for (size_t i = 0; i < 12; i++)
    if (p->truth[i] == 1) p->targets[i] = LABELS_NONE;
  predict_rows(p, LABELS + 1);
  for (size_t i = 0; i < p->rows.count; i++) assert_true(p->predicted[i] == 0 || p->predicted[i] == 2);
  free(p);
}

/* Even where it is wrong, or the row has no words. */
TEST(a_labelled_row_keeps_its_label_and_a_row_without_words_gets_none) {
  PartlyLabelled *p = random_rows(60, 30, 1);
  p->targets[0] = 2;
  add_row_of(p, 1, true);
  add_row_of(p, 1, false);
  predict_rows(p, LABELS);
  for (size_t i = 0; i < p->rows.count; i++)
    if (p->targets[i] != LABELS_NONE) assert_int_equal(p->predicted[i], p->targets[i]);
  assert_int_equal(p->predicted[61], LABELS_NONE);
  free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(predictions_are_those_of_the_formulas),
      cmocka_unit_test(labels_spread_by_words_that_occur_together),
      cmocka_unit_test(a_label_that_no_row_has_is_not_predicted),
      cmocka_unit_test(a_labelled_row_keeps_its_label_and_a_row_without_words_gets_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
