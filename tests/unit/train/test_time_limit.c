/* What a training does with the time that max_seconds gives. The clock stands still, is past the limit, or
** ticks whenever it is asked: so as much is done on any machine.
*/
#include "base/clock.h"
#include "train/stage.h"
#include "train/time_limit.h"
#include "unit/train/trainings.h"

enum { MANY = 1216 /* rows: enough to be refused */ };

static double now;
static double tick; /* seconds */
static double ticking_clock(void) { return now += tick; }

/* Rows with so many labels, at second 0 of a clock that stands still, until a test lets it tick. */
static Training *limited(size_t rows, size_t labels, double seconds) {
  TrainingOptions options = full_options();
  Training *t;
  char text[SAMPLE_SIZE];
  options.max_seconds = seconds;
  options.threads = 1;
  options.epochs = 3;
  now = tick = 0.0;
  clock_replace(ticking_clock);
  assert_ok(training_new(&options, "", NULL, &t, &error));
  for (size_t i = 0; i < rows; i++) {
    sample_text(i, text);
    add_row(t, text, (Label){.kind = LABEL_INTEGER, .integer = (int64_t)(i % labels)}, ROW_TRAINS);
  }
  return t;
}

static void end(Training *t) {
  training_free(t);
  clock_replace(NULL);
}

TEST(without_a_limit_there_is_time_for_ever) {
  Training *t = limited(8, 2, 0.0);
  TimeLeft left = time_limit_time(t);
  now = 1e9;
  assert_true(time_limit_left(t) == INFINITY && time_limit_left_at_end(t) == INFINITY);
  assert_true(time_left(&left) == INFINITY && time_left(NULL) == INFINITY);
  assert_false(training_ends_early(t));
  assert_ok(training_check_time(t, &error));
  end(t);
}

TEST(the_end_is_kept_back) {
  Training *t = limited(8, 2, 10.0);
  TimePart part;
  assert_ok(time_limit_reserve(t, 0.0, 1000, &error));
  assert_near(time_limit_left(t), 9.5, 1e-9); /* for keywords */
  t->options.linear = false;
  assert_ok(time_limit_reserve(t, 0.25, 1000, &error));
  assert_near(time_limit_left(t), 8.0, 1e-9);
  assert_near(time_limit_left_at_end(t), 9.4, 1e-9);
  TimeLeft whole = time_limit_time(t), half = time_part(&whole, 0.5, &part);
  assert_near(time_left(&half), 4.0, 1e-9);
  now = 5.0;
  assert_near(time_left(&half), -1.0, 1e-9);
  assert_false(training_ends_early(t));
  now = 8.5;
  assert_true(training_ends_early(t));
  assert_true(time_limit_left_at_end(t) > 0.0);
  end(t);
}

TEST(rows_that_come_for_too_long_are_an_error) {
  Training *t = limited(MANY, 2, 2.0);
  now = 2.2;
  assert_ok(training_check_time(t, &error));
  now = 2.4;
  assert_invalid(training_check_time(t, &error), "max_seconds is 2, and over after 1216 rows were read, expected more "
                                                 "seconds or fewer rows");
  end(t);
  t = limited(64, 2, 2.0);
  now = 100.0;
  assert_ok(training_check_time(t, &error)); /* few rows */
  end(t);
}

TEST(what_is_kept_back_at_most_is_not_what_the_end_takes) {
  Training *t = limited(MANY, 2, 0.4); /* half of it is kept back */
  t->options.linear = false;
  assert_ok(time_limit_reserve(t, 0.11, 1000, &error));
  assert_invalid(time_limit_reserve(t, 0.12, 1000, &error), "max_seconds is 0.4, but even the least model");
  end(t);
}

TEST(a_limit_that_not_even_the_end_fits_in_is_an_error) {
  Training *t = limited(MANY, 2, 2.0);
  t->options.linear = false;
  now = 1.5;
  assert_ok(time_limit_reserve(t, 0.05, 1000, &error));
  assert_invalid(time_limit_reserve(t, 0.15, 1000, &error),
                 "max_seconds is 2, but even the least model of 1216 rows and 2 labels takes about 2.9 seconds, "
                 "expected more");
  Teacher *teacher;
  assert_ok(teacher_new(NULL, &teacher, &error));
  training_set_teacher(t, teacher);
  assert_invalid(time_limit_reserve(t, 0.15, 1000, &error), "but even the least model of 1216 rows");
  end(t);
}

/* The limit is over before the first stage. The clock stands, so that as much is done on any machine. */
TEST(what_there_is_no_time_for_is_left_out_and_said) {
  Training *t = limited(MANY, 20, 2.0);
  begin(t);
  now = 3.0;
  Epoch last = train_to_end(t);
  assert_int_equal(last.epoch, 1);
  assert_true(last.validated);
  assert_int_equal(epochs_rows(t->epochs), t->options.batch_size);
  assert_true(is_warned(t, "max_seconds left no time for the linear branch, which the model lacks"));
  assert_true(is_warned(t, "max_seconds left time for validation by 64 of "));
  assert_true(is_warned(t, "max_seconds ended the training: the network had less than one epoch"));
  Model *model;
  assert_ok(training_end(t, (Poll){0}, &model, &error));
  assert_true(is_warned(t, "max_seconds left time for keywords of "));
  assert_false(linear_exists(&model->linear));
  assert_true(model->keywords.count > 0);
  assert_true(is_finite(model));
  model_free(model);
  end(t);
}

/* Each label has its share of the time. */
TEST(the_machines_of_many_labels_are_cut_short) {
  Training *t = limited(MANY, 20, 1.0);
  begin(t);
  tick = 0.001;
  train_to_end(t);
  assert_true(linear_exists(&t->model->linear));
  assert_true(is_warned(t, "max_seconds left less time for the linear branch than it takes: "));
  assert_false(is_warned(t, "max_seconds left no time for the linear branch"));
  assert_true(is_finite(t->model));
  end(t);
}

TEST(the_machine_of_two_labels_is_cut_short) {
  Training *t = limited(MANY, 2, 1.0);
  begin(t);
  tick = 0.05;
  train_to_end(t);
  assert_true(linear_exists(&t->model->linear));
  assert_true(is_warned(t, "max_seconds left less time for the linear branch than it takes: 1 of 2 labels were cut "
                           "short"));
  end(t);
}

/* A tick for 512 rows, and half a second for them all. */
TEST(the_linear_branch_reads_what_there_is_time_for) {
  Training *t = limited(4000, 2, 8.0);
  begin(t);
  tick = 0.25;
  train_to_end(t);
  assert_true(is_warned(t, "max_seconds left time for the linear branch to learn from "));
  end(t);
}

/* The clock ticks for each step of the first of three epochs. */
TEST(the_learning_rate_falls_to_zero_within_the_limit) {
  Training *t = limited(MANY, 20, 2.0);
  t->options.linear = false;
  begin(t);
  tick = 0.01;
  Epoch last = train_to_end(t);
  assert_int_equal(last.epoch, 1);
  assert_true(epochs_rows(t->epochs) > 2 * t->options.batch_size);
  assert_true(epochs_rows(t->epochs) < t->rows.count);
  assert_true(last.learning_rate < 0.1 * t->options.learning_rate);
  end(t);
}

TEST(with_time_nothing_is_left_out) {
  Training *t = limited(MANY, 20, 1e6);
  begin(t);
  Epoch last = train_to_end(t);
  Model *model;
  assert_int_equal(last.epoch, 3);
  assert_ok(training_end(t, (Poll){0}, &model, &error));
  assert_true(linear_exists(&model->linear));
  assert_false(is_warned(t, "max_seconds"));
  model_free(model);
  end(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_a_limit_there_is_time_for_ever),
      cmocka_unit_test(the_end_is_kept_back),
      cmocka_unit_test(rows_that_come_for_too_long_are_an_error),
      cmocka_unit_test(what_is_kept_back_at_most_is_not_what_the_end_takes),
      cmocka_unit_test(a_limit_that_not_even_the_end_fits_in_is_an_error),
      cmocka_unit_test(what_there_is_no_time_for_is_left_out_and_said),
      cmocka_unit_test(the_machines_of_many_labels_are_cut_short),
      cmocka_unit_test(the_machine_of_two_labels_is_cut_short),
      cmocka_unit_test(the_linear_branch_reads_what_there_is_time_for),
      cmocka_unit_test(the_learning_rate_falls_to_zero_within_the_limit),
      cmocka_unit_test(with_time_nothing_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
