/* The epochs of the network: which one is best, and when they end. */
#include "unit/train/trainings.h"

/* ---- validation ------------------------------------------------------------------ */

TEST(held_out_rows_are_not_learned_from) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  begin(training);
  assert_int_equal(training_validation(training)->count, ROWS / 5);
  assert_int_equal(corpus_count(training_corpus(training), ROW_TRAINS), ROWS - ROWS / 5);
  training_free(training);
}

TEST(without_validation_the_last_epoch_is_best) {
  TrainingOptions options = sample_options();
  options.validation = 0;
  options.patience = 1;
  Training *training = sample_training(&options, ROWS);
  begin(training);
  for (size_t number = 1; number <= options.epochs; number++) {
    Epoch epoch;
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    assert_true(!epoch.validated && epoch.is_best);
    assert_int_equal(epoch.is_last, number == options.epochs);
  }
  training_free(training);
}

TEST(the_model_of_the_best_epoch_is_kept) {
  TrainingOptions options = sample_options();
  double best_accuracy = -1.0, best_loss = 0.0;
  size_t best = 0, right = 0;
  options.epochs = options.patience = 12;
  options.learning_rate = 0.05;
  Training *training = coin_training(options);
  for (size_t number = 1; number <= options.epochs; number++) {
    Epoch epoch;
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    bool better = epoch.validation_accuracy > best_accuracy ||
                  (epoch.validation_accuracy == best_accuracy && epoch.validation_loss < best_loss);
    assert_int_equal(epoch.is_best, better);
    if (!better) continue;
    best_accuracy = epoch.validation_accuracy;
    best_loss = epoch.validation_loss;
    best = number;
  }
  assert_in_range(best, 1, options.epochs - 1); /* or the test shows nothing */
  Model *model = end_training(training);
  for (size_t i = ROWS; i < ROWS + KEPT_OUT; i++) {
    char text[SAMPLE_SIZE];
    sample_text(i, text);
    right += label_of(model, text, NULL) == labels_find(&model->labels, coin(i));
  }
  assert_near((double)right / KEPT_OUT, best_accuracy, 1e-12);
  model_free(model);
}

TEST(few_validation_rows_do_not_choose_the_epoch) {
  TrainingOptions options = sample_options();
  options.epochs = 12;
  options.patience = 0;
  Training *training = coin_training(options);
  for (Epoch epoch = {0}; !epoch.is_last;) {
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    assert_true(epoch.is_best);
    assert_int_equal(epoch.is_last, epoch.epoch == 12);
  }
  training_free(training);
}

TEST(patience_ends_training) {
  TrainingOptions options = sample_options();
  size_t best = 0, last = 0;
  options.epochs = 50;
  options.patience = 2;
  Training *training = coin_training(options);
  for (Epoch epoch = {0}; !epoch.is_last; last = epoch.epoch) {
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    if (epoch.is_best) best = epoch.epoch;
  }
  assert_int_equal(last, best + 2);
  training_free(training);
}

TEST(a_validation_label_never_trained_on_is_a_wrong_row) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  Epoch epoch;
  add_row(training, "storm and rain and wind", sample_label(0), ROW_VALIDATES);
  add_row(training, "storm and rain and wind", text_label("never seen"), ROW_VALIDATES);
  begin(training);
  assert_int_equal(training_validation(training)->count, 2); /* none are drawn then */
  epoch = train_to_end(training);
  assert_near(epoch.validation_accuracy, 0.5, 1e-12);
  assert_true(isfinite(epoch.validation_loss));
  training_free(training);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(held_out_rows_are_not_learned_from),
      cmocka_unit_test(without_validation_the_last_epoch_is_best),
      cmocka_unit_test(the_model_of_the_best_epoch_is_kept),
      cmocka_unit_test(few_validation_rows_do_not_choose_the_epoch),
      cmocka_unit_test(patience_ends_training),
      cmocka_unit_test(a_validation_label_never_trained_on_is_a_wrong_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
