/* One epoch: its figures, and learning rates that break it. */
#include "unit/train/trainings.h"

/* ---- validation ------------------------------------------------------------------ */

TEST(an_epoch_says_how_it_went) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  begin(training);
  double seconds = 0.0, first_loss = 0.0;
  for (size_t number = 1; number <= options.epochs; number++) {
    Epoch epoch;
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    assert_int_equal(epoch.epoch, number);
    assert_int_equal(epoch.validated, number < options.epochs); /* the last learns from all rows */
    assert_true(epoch.train_loss > 0 && epoch.rows_per_second > 0);
    assert_true(!epoch.validated || epoch.validation_loss > 0);
    assert_true(epoch.train_accuracy >= 0 && epoch.train_accuracy <= 1);
    assert_true(epoch.validation_f1 >= 0 && epoch.validation_f1 <= 1);
    assert_true(epoch.seconds >= seconds);
    assert_true(epoch.learning_rate > 0 && epoch.learning_rate <= options.learning_rate);
    assert_int_equal(epoch.is_last, number == options.epochs);
    seconds = epoch.seconds;
    if (number == 1) first_loss = epoch.train_loss;
    if (epoch.is_last) assert_true(epoch.train_loss < first_loss);
  }
  training_free(training);
}

/* ---- rates that are no use ------------------------------------------------------- */

/* Ends with a model of finite numbers or with an error that says what to do. */
static void check_rate(double rate, size_t epochs, size_t batch_size) {
  TrainingOptions options = sample_options();
  options.learning_rate = rate;
  options.epochs = epochs;
  options.batch_size = batch_size;
  Training *training = sample_training(&options, ROWS);
  begin(training);
  Epoch epoch = {0};
  Status status = STATUS_OK;
  while (!status && !epoch.is_last) status = training_epoch(training, (Poll){0}, &epoch, &error);
  if (status) {
    assert_invalid(status, "no longer finite");
    assert_invalid(status, "learning_rate");
    training_free(training);
    return;
  }
  Model *model = end_training(training);
  if (!is_finite(model)) fail_msg("learning_rate %g made parameters that are not finite", rate);
  model_free(model);
}

TEST(a_rate_that_is_too_high_ends_in_words) {
  const double rates[] = {1.0, 1e3, 1e10, 1e30};
  for (size_t i = 0; i < COUNT(rates); i++) check_rate(rates[i], 8, 8);
}

TEST(a_rate_that_is_no_number_ends_in_words) {
  const double rates[] = {NAN, INFINITY, -INFINITY, 1e300};
  for (size_t i = 0; i < COUNT(rates); i++) check_rate(rates[i], 8, 8);
}

/* The very last step is the one that breaks it: no loss comes after. */
TEST(a_rate_that_breaks_the_last_step_ends_in_words) {
  const double rates[] = {1e38, INFINITY, NAN};
  for (size_t i = 0; i < COUNT(rates); i++) check_rate(rates[i], 1, ROWS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_epoch_says_how_it_went),
      cmocka_unit_test(a_rate_that_is_too_high_ends_in_words),
      cmocka_unit_test(a_rate_that_is_no_number_ends_in_words),
      cmocka_unit_test(a_rate_that_breaks_the_last_step_ends_in_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
