/* What is chosen where the options leave it open. */
#include "train/defaults.h"

#include "unit/support.h"

static size_t epochs_of(size_t rows, size_t labels, bool from) {
  TrainingOptions options = TRAINING_DEFAULTS;
  defaults_sizes(&options, rows, labels, from, false);
  return options.epochs;
}

/* At least 800 steps of a small table, and no more than 50 epochs. */
TEST(small_tables_have_many_epochs) {
  assert_int_equal(epochs_of(2, 2, false), 50);
  assert_int_equal(epochs_of(16, 2, false), 50);
  assert_int_equal(epochs_of(40, 2, false), 20);
  assert_int_equal(epochs_of(53, 2, false), 15);
  assert_int_equal(epochs_of(2999, 2, false), 15);
  assert_int_equal(epochs_of(3000, 20, false), 4);
  assert_int_equal(epochs_of(3000, 21, false), 6);
  assert_int_equal(epochs_of(20000, 21, false), 3);
  assert_int_equal(epochs_of(999999, 2, false), 3);
  assert_int_equal(epochs_of(1000000, 200, false), 2);
  assert_int_equal(epochs_of(4999999, 2, false), 2);
  assert_int_equal(epochs_of(5000000, 2, false), 1);
  for (size_t rows = 2; rows < 30000; rows++) assert_true(epochs_of(rows, 2, false) >= epochs_of(rows + 1, 2, false));
}

TEST(going_on_takes_few_epochs) {
  assert_int_equal(epochs_of(10, 2, true), 5);
  assert_int_equal(epochs_of(2999, 2, true), 5);
  assert_int_equal(epochs_of(3000, 2, true), 3);
}

TEST(large_tables_have_large_batches) {
  const size_t rows[] = {2, 2999, 3000, 99999, 100000}, sizes[] = {8, 8, 32, 32, 64};
  for (size_t i = 0; i < COUNT(rows); i++) {
    TrainingOptions options = TRAINING_DEFAULTS;
    defaults_sizes(&options, rows[i], 2, false, false);
    assert_int_equal(options.batch_size, sizes[i]);
    assert_true(options.threads >= 1);
  }
}

TEST(what_is_given_stays) {
  TrainingOptions options = TRAINING_DEFAULTS;
  options.epochs = 7;
  options.batch_size = 9;
  options.threads = 3;
  defaults_sizes(&options, 10, 2, false, false);
  assert_int_equal(options.epochs, 7);
  assert_int_equal(options.batch_size, 9);
  assert_int_equal(options.threads, 3);
}

/* With few rows the linear branch is trusted more. */
TEST(the_network_is_trusted_by_its_rows) {
  float before = 0.0f;
  for (size_t rows = 1; rows < 100000; rows *= 10) {
    Calibration c = defaults_calibration(true, false, rows);
    assert_true(c.network > before && c.network < 0.3f);
    assert_near(c.linear, 2.5, 0);
    before = c.network;
  }
  assert_near(defaults_calibration(true, true, 1).network, 0.3, 1e-6); /* given word vectors */
  assert_near(defaults_calibration(false, false, 1).network, 0.5, 0);
}

/* 50,000 rows tell an accuracy within a fifth of a point: the square root of 0.25 / 50,000 is 0.0022. */
TEST(large_tables_hold_out_a_smaller_share) {
  assert_near(defaults_validation(2, false), 0.1, 0);
  assert_near(defaults_validation(500000, false), 0.1, 0);
  assert_near(defaults_validation(1000000, false), 0.05, 1e-12);
  assert_near(defaults_validation(100000000, false), 0.0005, 1e-12);
  assert_near(defaults_validation(10000000, true), 0.005, 1e-12);
  assert_near(defaults_validation(999, true), 0.0, 0);
}

/* What is given with the option validation may be a small share of a small table: then all rows are learned. */
TEST(large_tables_are_not_learned_again_for_a_few_rows) {
  assert_true(defaults_final_fit(100, 10));
  assert_true(defaults_final_fit(999999, 1));
  assert_true(defaults_final_fit(1000000, 50001));
  assert_false(defaults_final_fit(1000000, 50000));
  assert_false(defaults_final_fit(10000000, 50000));
  assert_true(defaults_final_fit(10000000, 1000000));
  assert_false(defaults_final_fit(100, 0)); /* all rows are learned as it is */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_tables_have_many_epochs),
      cmocka_unit_test(going_on_takes_few_epochs),
      cmocka_unit_test(large_tables_have_large_batches),
      cmocka_unit_test(what_is_given_stays),
      cmocka_unit_test(the_network_is_trusted_by_its_rows),
      cmocka_unit_test(large_tables_hold_out_a_smaller_share),
      cmocka_unit_test(large_tables_are_not_learned_again_for_a_few_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
