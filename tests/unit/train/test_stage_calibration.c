/* The scales of the branches. */
#include "unit/train/trainings.h"

/* ---- calibration ------------------------------------------------------------------- */

/* Fitted where there are rows to fit it on. */
TEST(branches_are_calibrated_on_validation_rows) {
  for (int linear = 0; linear <= 1; linear++) {
    TrainingOptions options = full_options();
    options.linear = linear;
    Training *training = coin_training(options); /* there is nothing to be sure of */
    train_to_end(training);
    Model *fitted = end_training(training);
    options.validation = 0;
    Model *unfitted = sample_model(&options, ROWS);
    assert_true(fitted->calibration.network < unfitted->calibration.network);
    assert_int_equal(fitted->calibration.linear < unfitted->calibration.linear, linear);
    model_free(fitted);
    model_free(unfitted);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(branches_are_calibrated_on_validation_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
