/* The epoch on all rows. */
#include "unit/train/trainings.h"

/* ---- the last epoch -------------------------------------------------------------- */

/* How many of the rows with that use have a word whose vector is what was drawn. */
static size_t count_untouched(const Model *model, const uint8_t use[ROWS], uint8_t wanted) {
  Parameters drawn;
  size_t untouched = 0, size = model->parameters.shape.embedding;
  assert_ok(parameters_new(&model->parameters.shape, (Poll){0}, &drawn, &error));
  parameters_initialise(&drawn, 1, (Poll){0});
  for (size_t i = 0; i < ROWS; i++) {
    char word[32];
    snprintf(word, sizeof word, "w%zu", i);
    uint32_t number = vocabulary_find(&model->vocabulary, word, strlen(word));
    assert_int_not_equal(number, VOCABULARY_UNKNOWN);
    untouched += use[i] == wanted &&
                 memcmp(model->parameters.block + number * size, drawn.block + number * size,
                        size * sizeof(float)) == 0;
  }
  parameters_free(&drawn);
  return untouched;
}

/* The rows that were held out, and how many of them are learned at which epoch. */
TEST(the_last_epoch_learns_from_all_rows) {
  for (int whole = 0; whole <= 1; whole++) {
    TrainingOptions options = sample_options();
    uint8_t use[ROWS];
    Epoch epoch = {0};
    Training *training = own_words_training(options);
    memcpy(use, training_corpus(training)->use, ROWS);
    assert_int_equal(training_validation(training)->count, ROWS / 5);
    while (epoch.epoch < options.epochs - !whole) assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    assert_int_equal(epoch.is_last, whole);
    assert_int_equal(epoch.validated, !whole);
    assert_int_equal(epoch.is_best, !whole); /* twelve rows do not choose an epoch */
    Model *model = end_training(training);
    assert_int_equal(count_untouched(model, use, ROW_VALIDATES), whole ? 0 : ROWS / 5);
    assert_int_equal(count_untouched(model, use, ROW_TRAINS), 0);
    model_free(model);
  }
}

/* Labels of words of their own cannot be guessed, only learned. */
TEST(the_linear_branch_learns_from_all_rows_in_the_end) {
  TrainingOptions options = full_options();
  size_t right = 0;
  Training *training = own_words_training(options);
  train_to_end(training);
  Model *model = end_training(training);
  for (size_t i = 0; i < ROWS; i++) {
    char word[32];
    float *kernel = model->linear.kernel;
    snprintf(word, sizeof word, "w%zu", i);
    uint32_t number = vocabulary_find(&model->vocabulary, word, strlen(word));
    right += (kernel[number] > 0.0f) == (labels_find(&model->labels, coin(i)) == 1);
  }
  assert_true(right >= ROWS * 19 / 20); /* n-grams are shared */
  model_free(model);
}

TEST(patience_ends_with_an_epoch_on_all_rows) {
  TrainingOptions options = sample_options();
  size_t best = 0, validated = 0;
  Epoch epoch = {0};
  options.epochs = 50;
  options.patience = 2;
  options.learning_rate = 0.05;
  Training *training = own_words_training(options);
  while (!epoch.is_last) {
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    if (epoch.is_best) best = epoch.epoch;
    if (epoch.validated) validated = epoch.epoch;
  }
  assert_false(epoch.validated || epoch.is_best);
  assert_int_equal(validated, best + 2);
  assert_int_equal(epoch.epoch, best + 3);
  assert_true(epoch.epoch < 50 && epoch.learning_rate <= options.learning_rate / 40); /* the schedule's end */
  training_free(training);
}

TEST(rows_that_came_to_validate_stay_held_out) {
  TrainingOptions options = full_options();
  Training *training = coin_training(options);
  Epoch last = train_to_end(training);
  assert_true(last.validated);
  assert_int_equal(training_rows(training), ROWS + KEPT_OUT);
  assert_int_equal(corpus_count(training_corpus(training), ROW_VALIDATES), KEPT_OUT);
  training_free(training);
}

TEST(one_epoch_is_validated) {
  TrainingOptions options = sample_options();
  options.epochs = 1;
  Training *training = sample_training(&options, ROWS);
  begin(training);
  Epoch epoch = train_to_end(training);
  assert_true(epoch.epoch == 1 && epoch.validated && epoch.is_best);
  training_free(training);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_last_epoch_learns_from_all_rows),
      cmocka_unit_test(the_linear_branch_learns_from_all_rows_in_the_end),
      cmocka_unit_test(patience_ends_with_an_epoch_on_all_rows),
      cmocka_unit_test(rows_that_came_to_validate_stay_held_out),
      cmocka_unit_test(one_epoch_is_validated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
