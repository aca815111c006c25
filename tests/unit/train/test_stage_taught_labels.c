/* The teacher as a stage of a training. */
#include "unit/train/taught.h"

TEST(rows_that_are_guessed_are_learned_from) {
  TrainingOptions options = full_options();
  options.validation = 0;
  Training *t = taught_training(options);
  assert_int_equal(training_rows(t), TAUGHT_LABELLED);
  assert_null(training_taught(t));
  train_to_end(t);
  assert_int_equal(training_rows(t), TAUGHT_LABELLED);
  assert_int_equal(training_pseudo_labelled(t), TAUGHT_ROWS - TAUGHT_LABELLED);
  assert_int_equal(training_taught(t)->judged, TAUGHT_LABELLED);
  assert_int_equal(corpus_count(training_corpus(t), ROW_UNLABELLED), 0);
  assert_int_equal(t->rows.count, TAUGHT_ROWS);
  Model *model = end_training(t);
  assert_true(sample_accuracy(model, 2 * ROWS, 60) >= 0.9);
  assert_true(is_finite(model));
  model_free(model);
}

/* Guessed rows have soft targets, which each branch of the model learns from by itself. */
TEST(each_branch_learns_alone) {
  for (int linear = 0; linear <= 1; linear++) {
    TrainingOptions options = full_options();
    options.validation = 0;
    options.linear = linear;
    options.hidden = linear ? 0 : options.hidden;
    options.max_pool = options.subwords = false;
    Training *t = taught_training(options);
    train_to_end(t);
    Model *model = end_training(t);
    assert_true(sample_accuracy(model, 2 * ROWS, 60) >= 0.9);
    model_free(model);
  }
}

TEST(the_model_is_the_same_with_any_number_of_threads) {
  File expected = {0};
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    TrainingOptions options = full_options();
    options.epochs = 2;
    options.threads = THREADS[i];
    Training *t = taught_training(options);
    train_to_end(t);
    check_same_file(end_training(t), &expected);
  }
  free(expected.bytes);
}

/* All rows have labels: the teacher has nothing to do, and the model is the one without a teacher. */
TEST(a_teacher_without_work_changes_nothing) {
  File expected = {0};
  for (int taught = 0; taught <= 1; taught++) {
    TrainingOptions options = full_options();
    options.epochs = 2;
    Training *t = taught ? taught_rows(options, TAUGHT_ROWS) : sample_training(&options, TAUGHT_ROWS);
    if (taught) add_taught_vectors(t);
    begin(t);
    train_to_end(t);
    assert_null(training_taught(t));
    assert_int_equal(training_pseudo_labelled(t), 0);
    check_same_file(end_training(t), &expected);
  }
  free(expected.bytes);
}

/* Few rows with a label are all needed; without a teacher a tenth is held out. */
TEST(the_fraction_held_out_is_chosen) {
  TrainingOptions options = sample_options();
  options.validation = -1;
  Training *t = taught_training(options);
  assert_true(training_options(t)->validation == 0.0);
  assert_int_equal(training_rows(t), TAUGHT_LABELLED);
  training_free(t);
  for (int teacher = 0; teacher <= 1; teacher++) {
    t = teacher ? taught_rows(options, TAUGHT_ROWS) : sample_training(&options, TAUGHT_ROWS);
    begin(t);
    assert_int_equal(training_validation(t)->count, TAUGHT_ROWS / 10);
    training_free(t);
  }
}

TEST(one_label_is_too_few) {
  Training *t = training_with_teacher(sample_options());
  Label label = sample_label(0);
  for (size_t i = 0; i < 10; i++) add_taught_row(t, i * SAMPLE_LABELS, i < 5 ? ROW_TRAINS : ROW_UNLABELLED);
  assert_ok(training_add_phrase(t, &label, "name", 4, &error));
  assert_invalid(training_begin(t, NULL, &error), "there is one label only");
  training_free(t);
  t = taught_rows(sample_options(), 0);
  assert_invalid(training_begin(t, NULL, &error), "no row has a label");
  training_free(t);
}

/* Only an encoder reads; vectors made elsewhere are there already. */
TEST(progress_says_what_is_done) {
  Training *t = taught_training(sample_options());
  TrainingProgress p = training_progress(t);
  assert_string_equal(p.stage, "guessing labels");
  STAGE_TAUGHT_LABELS.progress(NULL, t, &p);
  assert_string_equal(p.stage, "guessing labels");
  training_free(t);
}

/* What is done before training_begin() takes time, too. */
TEST(time_counts_from_the_first_row) {
  Training *t = taught_rows(sample_options(), TAUGHT_LABELLED);
  double started = t->started;
  assert_true(started > 0);
  add_taught_vectors(t);
  training_add_teacher_seconds(t, 2.5);
  begin(t);
  assert_true(t->started == started);
  train_to_end(t);
  assert_true(t->teacher_seconds > 2.5);
  training_free(t);
}

TEST(a_teacher_is_not_cut_short) {
  TrainingOptions options = sample_options();
  Training *t = taught_training(options);
  train_to_end(t);
  assert_false(is_warned(t, "the teacher took"));
  training_free(t);
  options.max_seconds = 1e-6;
  t = taught_training(options);
  train_to_end(t);
  assert_true(is_warned(t, "the teacher took ")); /* how long depends on the machine */
  training_free(t);
}

/* And a text without a vector is counted. */
TEST(a_label_that_was_not_learned_is_named) {
  Training *t = taught_rows(sample_options(), TAUGHT_LABELLED);
  Label known = sample_label(0), other = text_label("other");
  assert_ok(corpus_add(training_corpus(t), &tokenizer_unicode, "a", 1, &known, ROW_VALIDATES, &error));
  assert_ok(teacher_add_text(training_teacher(t), "a", 1, &error));
  assert_ok(training_add_phrase(t, &known, "one phrase", 10, &error));
  assert_ok(training_add_phrase(t, &other, "another phrase", 14, &error));
  add_taught_vectors(t);
  begin(t);
  train_to_end(t);
  assert_true(is_warned(t, "label 'other' has no row"));
  assert_true(is_warned(t, "1 of the 91 texts have no vector"));
  assert_int_equal(training_warnings(t)->count, 2);
  training_free(t);
}

TEST(a_poll_that_says_stop_ends_it) {
  Training *t = taught_training(sample_options());
  Epoch epoch;
  assert_status(training_epoch(t, (Poll){stop, NULL}, &epoch, &error), STATUS_INTERRUPTED);
  training_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_that_are_guessed_are_learned_from),
      cmocka_unit_test(each_branch_learns_alone),
      cmocka_unit_test(the_model_is_the_same_with_any_number_of_threads),
      cmocka_unit_test(a_teacher_without_work_changes_nothing),
      cmocka_unit_test(the_fraction_held_out_is_chosen),
      cmocka_unit_test(one_label_is_too_few),
      cmocka_unit_test(progress_says_what_is_done),
      cmocka_unit_test(time_counts_from_the_first_row),
      cmocka_unit_test(a_teacher_is_not_cut_short),
      cmocka_unit_test(a_label_that_was_not_learned_is_named),
      cmocka_unit_test(a_poll_that_says_stop_ends_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
