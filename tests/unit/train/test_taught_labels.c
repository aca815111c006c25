/* Labels by a teacher: which rows get one, and how they are judged. */
#include "unit/train/taught.h"

/* Guesses outside the stages, as the stage does. */
static void guess(Training *t, size_t threads) {
  assert_ok(workers_new(threads, (Poll){0}, &t->workers, &error));
  assert_ok(taught_labels_guess(t, &error));
  workers_free(t->workers);
  t->workers = NULL;
}

static TrainingOptions options_of(double validation) {
  TrainingOptions options = sample_options();
  options.validation = validation;
  return options;
}

TEST(rows_without_a_label_get_the_right_one) {
  Training *t = taught_training(options_of(0));
  guess(t, 1);
  assert_int_equal(t->taught.summary.guessed, TAUGHT_ROWS - TAUGHT_LABELLED);
  for (size_t row = 0; row < TAUGHT_ROWS; row++) {
    assert_int_equal(t->corpus.target[row], row % SAMPLE_LABELS);
    assert_int_equal(t->corpus.use[row], ROW_TRAINS);
    assert_int_equal(t->taught.guessed[row], row >= TAUGHT_LABELLED);
  }
  training_free(t);
}

TEST(probabilities_are_those_of_guessed_rows_alone) {
  Training *t = taught_training(options_of(0));
  for (size_t row = 0; row < TAUGHT_ROWS; row++) assert_null(taught_labels_of(&t->taught, row, SAMPLE_LABELS));
  guess(t, 1);
  for (size_t row = 0; row < TAUGHT_ROWS; row++) {
    const float *likely = taught_labels_of(&t->taught, row, SAMPLE_LABELS);
    double sum = 0;
    assert_true((likely == NULL) == (row < TAUGHT_LABELLED));
    for (size_t l = 0; likely && l < SAMPLE_LABELS; l++) sum += (double)likely[l];
    if (likely) assert_near(sum, 1.0, 1e-5);
    if (likely) assert_int_equal(output_argmax(likely, SAMPLE_LABELS), t->corpus.target[row]);
  }
  training_free(t);
}

/* Each labelled row is hidden once; the teacher knows these well. */
TEST(each_labelled_row_is_judged_once) {
  Training *t = taught_training(options_of(0));
  guess(t, 1);
  assert_int_equal(t->taught.summary.judged, TAUGHT_LABELLED);
  assert_true(t->taught.summary.right >= TAUGHT_LABELLED - 1);
  training_free(t);
}

/* Labels that have nothing to do with the texts. */
TEST(what_cannot_be_known_is_judged_so) {
  Training *t = taught_rows(options_of(0), 60);
  add_taught_vectors(t);
  begin(t);
  for (size_t row = 0; row < 60; row++) t->corpus.target[row] = (uint32_t)(row / SAMPLE_LABELS % SAMPLE_LABELS);
  guess(t, 1);
  assert_int_equal(t->taught.summary.judged, 60);
  assert_true(t->taught.summary.right < 40);
  training_free(t);
}

TEST(too_few_labels_are_not_judged) {
  Training *t = taught_rows(options_of(0), 4);
  add_taught_vectors(t);
  begin(t);
  guess(t, 1);
  assert_int_equal(t->taught.summary.judged, 0);
  assert_int_equal(t->taught.summary.guessed, TAUGHT_ROWS - 4);
  training_free(t);
}

/* With one row of five hidden too little of a label would be left. */
TEST(labels_of_few_rows_are_not_judged) {
  enum { LESS_ONE_ROW = TAUGHT_LABELLED - 1 };
  Training *t = taught_rows(options_of(0), LESS_ONE_ROW);
  add_taught_vectors(t);
  begin(t);
  guess(t, 1);
  assert_int_equal(t->taught.summary.judged, TAUGHT_LABELLED - TAUGHT_LABELLED / SAMPLE_LABELS);
  training_free(t);
}

/* As above, each text twice: a copy that is not hidden would give the label away. */
TEST(copies_of_a_text_are_hidden_together) {
  enum { DIFFERENT = 30 };
  Training *t = training_with_teacher(options_of(0));
  for (size_t i = 0; i < 2 * DIFFERENT; i++) add_taught_row(t, i % DIFFERENT, ROW_TRAINS);
  add_taught_row(t, DIFFERENT, ROW_UNLABELLED);
  add_taught_vectors(t);
  begin(t);
  for (size_t row = 0; row < 2 * DIFFERENT; row++)
    t->corpus.target[row] = (uint32_t)(row % DIFFERENT / SAMPLE_LABELS % SAMPLE_LABELS);
  guess(t, 1);
  assert_int_equal(t->taught.summary.judged, 2 * DIFFERENT);
  assert_true(t->taught.summary.right < 40);
  training_free(t);
}

static Training *validated_training(void) {
  Training *t = taught_rows(options_of(0.3), 2 * TAUGHT_LABELLED);
  add_taught_vectors(t);
  begin(t);
  return t;
}

/* Neither the guesses nor the judgement look at them: wrong ones change nothing. */
TEST(rows_held_out_keep_their_labels_for_themselves) {
  Training *right = validated_training(), *wrong = validated_training();
  size_t held_out = corpus_count(&right->corpus, ROW_VALIDATES);
  assert_true(held_out > 2);
  for (size_t row = 0; row < TAUGHT_ROWS; row++)
    if (wrong->corpus.use[row] == ROW_VALIDATES) wrong->corpus.target[row] = (wrong->corpus.target[row] + 1) % 3;
  guess(right, 1);
  guess(wrong, 1);
  assert_int_equal(right->taught.summary.judged, 2 * TAUGHT_LABELLED - held_out);
  assert_int_equal(right->taught.summary.right, wrong->taught.summary.right);
  assert_memory_equal(right->taught.probabilities, wrong->taught.probabilities,
                      TAUGHT_ROWS * SAMPLE_LABELS * sizeof(float));
  for (size_t row = 0; row < TAUGHT_ROWS; row++)
    if (right->corpus.use[row] == ROW_VALIDATES) assert_false(right->taught.guessed[row]);
  training_free(right);
  training_free(wrong);
}

/* ---- names of labels ------------------------------------------------------------------------------ */

/* A name for each label, without a single labelled row. */
static Training *named_training(void) {
  static const char *const NAMES[SAMPLE_LABELS] = {"the first name", "the second name", "the third name"};
  Training *t = taught_rows(options_of(0), 0);
  for (uint32_t l = 0; l < SAMPLE_LABELS; l++) {
    Label label = sample_label(l);
    assert_ok(training_add_phrase(t, &label, NAMES[l], strlen(NAMES[l]), &error));
  }
  for (uint32_t l = 0; l < SAMPLE_LABELS; l++) add_taught_vector(t, NAMES[l], l, l);
  add_taught_vectors(t);
  begin(t);
  return t;
}

TEST(names_are_enough) {
  Training *t = named_training();
  guess(t, 1);
  assert_int_equal(t->taught.summary.guessed, TAUGHT_ROWS);
  assert_int_equal(t->taught.summary.judged, 0);
  for (size_t row = 0; row < TAUGHT_ROWS; row++) assert_int_equal(t->corpus.target[row], row % SAMPLE_LABELS);
  training_free(t);
}

/* The third label has no row, only a name. */
TEST(a_label_may_have_a_name_alone) {
  static const char NAME[] = "the third name";
  Training *t = training_with_teacher(options_of(0));
  Label label = sample_label(2);
  for (size_t i = 0; i < TAUGHT_ROWS; i++) add_taught_row(t, i, i < 30 && i % 3 != 2 ? ROW_TRAINS : ROW_UNLABELLED);
  assert_ok(training_add_phrase(t, &label, NAME, strlen(NAME), &error));
  add_taught_vector(t, NAME, 2, 1);
  add_taught_vectors(t);
  begin(t);
  guess(t, 1);
  assert_int_equal(t->taught.summary.judged, 20);
  for (size_t row = 0; row < TAUGHT_ROWS; row++) assert_int_equal(t->corpus.target[row], row % SAMPLE_LABELS);
  training_free(t);
}

TEST(any_number_of_threads_gives_the_same_bits) {
  for (int named = 0; named <= 1; named++) {
    Training *first = named ? named_training() : taught_training(options_of(0));
    guess(first, 0);
    for (size_t threads = 1; threads <= 4; threads++) {
      Training *t = named ? named_training() : taught_training(options_of(0));
      guess(t, threads);
      assert_memory_equal(t->taught.probabilities, first->taught.probabilities,
                          TAUGHT_ROWS * SAMPLE_LABELS * sizeof(float));
      training_free(t);
    }
    training_free(first);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_without_a_label_get_the_right_one),
      cmocka_unit_test(probabilities_are_those_of_guessed_rows_alone),
      cmocka_unit_test(each_labelled_row_is_judged_once),
      cmocka_unit_test(what_cannot_be_known_is_judged_so),
      cmocka_unit_test(too_few_labels_are_not_judged),
      cmocka_unit_test(labels_of_few_rows_are_not_judged),
      cmocka_unit_test(copies_of_a_text_are_hidden_together),
      cmocka_unit_test(rows_held_out_keep_their_labels_for_themselves),
      cmocka_unit_test(names_are_enough),
      cmocka_unit_test(a_label_may_have_a_name_alone),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
