/* Rows without a label. */
#include "unit/train/trainings.h"

/* ---- rows without a label -------------------------------------------------------- */

TEST(rows_without_a_label_are_learned_from) {
  TrainingOptions options = full_options();
  Training *training = unlabelled_training(options);
  assert_int_equal(training_rows(training), 2 * SAMPLE_LABELS);
  train_to_end(training);
  const Corpus *corpus = training_corpus(training);
  assert_int_equal(training_rows(training), 2 * SAMPLE_LABELS);
  assert_int_equal(corpus_count(corpus, ROW_UNLABELLED), 0);
  for (uint32_t row = 0; row < 2 * SAMPLE_LABELS; row++) assert_int_equal(corpus->target[row], row % SAMPLE_LABELS);
  Model *model = end_training(training);
  assert_true(sample_accuracy(model, 2 * ROWS, 60) >= 0.9);
  assert_true(is_finite(model));
  model_free(model);
}

TEST(pseudo_labels_are_the_same_with_any_number_of_threads) {
  File expected = {0};
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    TrainingOptions options = full_options();
    options.epochs = 2;
    options.threads = THREADS[i];
    Training *training = unlabelled_training(options);
    train_to_end(training);
    check_same_file(end_training(training), &expected);
  }
  free(expected.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_without_a_label_are_learned_from),
      cmocka_unit_test(pseudo_labels_are_the_same_with_any_number_of_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
