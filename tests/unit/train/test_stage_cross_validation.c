/* Small tables are judged by all of their rows. */
#include "train/stage.h"
#include "unit/train/trainings.h"

/* The fraction held out is left open: that alone asks for cross-validation. */
static TrainingOptions open_options(void) {
  TrainingOptions options = full_options();
  options.validation = -1;
  return options;
}

static const Validation *trained(Training *training) {
  begin(training);
  train_to_end(training);
  return training_validation(training);
}

/* Rows whose labels their words cannot tell: a model is right on those that it has learned, and on half of the others.
** Each text is there `times` times.
*/
static Training *secret_labels(const TrainingOptions *options, size_t rows, size_t times) {
  Training *training;
  char text[80];
  assert_ok(training_new(options, "", NULL, &training, &error));
  for (size_t i = 0; i < rows; i++) {
    snprintf(text, sizeof text, "w%zu x%zu y%zu", i / times, i / times, i / times);
    add_row(training, text, coin(i / times), ROW_TRAINS);
  }
  return training;
}

/* ---- which rows, by which model ------------------------------------------------------- */

TEST(every_row_is_judged) {
  TrainingOptions options = open_options();
  Training *training = sample_training(&options, ROWS);
  const Validation *v = trained(training);
  assert_int_equal(v->count, ROWS);
  assert_true(v->folds > 1);
  assert_int_equal(v->score.rows, ROWS);
  assert_near(score_accuracy(&v->score), 1.0, 0.02); /* sample rows are told apart, by models of some of them too */
  for (size_t i = 0; i < ROWS; i++) assert_int_equal(v->rows[i], i);
  assert_int_equal(training_rows(training), ROWS);
  training_free(training);
}

/* Of 120 fair coins 80 or more are right once in 8,000 seeds; of rows that were learned nearly all are. */
TEST(no_row_is_judged_by_a_model_that_has_learned_it) {
  TrainingOptions options = open_options();
  for (size_t times = 1; times <= 4; times++) { /* nor by one that has learned its text from another row */
    Training *training = secret_labels(&options, 120 * times, times);
    const Validation *v = trained(training);
    assert_int_equal(v->count, 120 * times);
    assert_true(score_accuracy(&v->score) < 80.0 / 120.0);
    training_free(training);
  }
}

/* Without it the scales of the held-out rows would be the prior of those of all rows. */
TEST(calibration_is_fitted_on_all_rows_from_the_prior_on) {
  for (int linear = 0; linear <= 1; linear++) {
    TrainingOptions options = open_options();
    options.linear = linear;
    Training *t = secret_labels(&options, ROWS, 1);
    trained(t);
    Model again = *t->model;
    again.calibration = defaults_calibration(linear, false, ROWS);
    assert_true(t->model->calibration.network < again.calibration.network); /* there is nothing to be sure of */
    assert_ok(validation_conclude(&t->validation, &again, &error));
    assert_memory_equal(&again.calibration, &t->model->calibration, sizeof again.calibration);
    training_free(t);
  }
}

/* ---- where ------------------------------------------------------------------------------ */

static void check_folds(Training *training, bool wanted, size_t judged) {
  const Validation *v = trained(training);
  assert_int_equal(v->folds > 0, wanted);
  assert_int_equal(v->count, judged);
  training_free(training);
}

static TrainingOptions quick_options(void) {
  TrainingOptions options = open_options();
  options.epochs = 2;
  return options;
}

TEST(only_small_tables) {
  TrainingOptions options = quick_options();
  check_folds(sample_training(&options, 10), true, 10);
  check_folds(sample_training(&options, 999), true, 999);
  check_folds(sample_training(&options, 1000), false, 100);
}

TEST(one_epoch_is_enough) {
  TrainingOptions options = quick_options();
  options.epochs = 1; /* no final fit */
  check_folds(sample_training(&options, ROWS), true, ROWS);
}

TEST(patience_may_end_before) {
  TrainingOptions options = open_options();
  options.epochs = 50;
  options.patience = 2;
  check_folds(sample_training(&options, ROWS), true, ROWS);
}

TEST(not_if_the_caller_has_chosen_rows) {
  TrainingOptions options = quick_options();
  Training *training = sample_training(&options, ROWS);
  add_row(training, "another storm", sample_label(0), ROW_VALIDATES);
  check_folds(training, false, 1);
  options.validation = 0.1;
  check_folds(sample_training(&options, ROWS), false, ROWS / 10);
  options.validation = 0.0;
  check_folds(sample_training(&options, ROWS), false, 0);
}

TEST(not_where_labels_are_guessed_or_were_learned_before) {
  TrainingOptions options = quick_options();
  Training *training = sample_training(&options, ROWS);
  assert_ok(corpus_add(training_corpus(training), &tokenizer_unicode, "a storm", 7, NULL, ROW_UNLABELLED, &error));
  check_folds(training, false, ROWS / 10);
  Model *before = sample_model(&options, ROWS);
  training = going_on(options, before, ROWS);
  for (size_t i = 0; i < 6; i++) add_row(training, "an old storm", sample_label(0), ROW_TRAINS);
  const Validation *v = trained(training);
  assert_true(v->count > 0 && v->folds == 0);
  training_free(training);
  model_free(before);
}

/* ---- rows of all kinds -------------------------------------------------------------------- */

/* Rows of a label with one text are in no fold. */
TEST(rare_labels) {
  TrainingOptions options = open_options();
  Training *training = sample_training(&options, 30);
  add_row(training, "violin", text_label("once"), ROW_TRAINS);
  add_row(training, "hammer", text_label("twice"), ROW_TRAINS);
  add_row(training, "hammer", text_label("twice"), ROW_TRAINS);
  const Validation *v = trained(training);
  assert_int_equal(v->count, 30);
  for (size_t i = 0; i < 30; i++) assert_int_equal(v->rows[i], i);
  assert_true(is_finite(training->model));
  training_free(training);
}

/* Two labels with a text each are not judged; of three texts, an empty one among them, those of the label with two. */
TEST(few_texts) {
  TrainingOptions options = quick_options();
  for (size_t texts = 1; texts <= 4; texts++) {
    Training *training;
    assert_ok(training_new(&options, "", NULL, &training, &error));
    for (size_t i = 0; i < 20; i++)
      add_row(training, &"one"[3 - i % texts], text_label(i % texts % 2 ? "odd" : "even"), ROW_TRAINS);
    if (texts == 1) add_row(training, "", text_label("odd"), ROW_TRAINS);
    const Validation *v = trained(training);
    assert_int_equal(v->folds > 0, texts > 2);
    if (texts > 2) assert_int_equal(v->count, texts == 3 ? 13 : 20);
    training_free(training);
  }
}

TEST(sets_of_labels) {
  TrainingOptions options = open_options();
  Training *t;
  char text[SAMPLE_SIZE];
  options.epochs = 10;
  assert_ok(training_new(&options, "", NULL, &t, &error));
  assert_ok(training_set_multilabel(t, ";", &error));
  for (size_t i = 0; i < ROWS; i++) {
    const Label labels[] = {sample_label(i), text_label("long")};
    const RowLabels row = {labels, i % 2 + 1};
    sample_text(i, text);
    assert_ok(corpus_add_labels(&t->corpus, &tokenizer_unicode, text, strlen(text), &row, ROW_TRAINS, &error));
  }
  const Validation *v = trained(t);
  assert_true(v->folds > 0 && v->count == ROWS && v->score.rows == ROWS);
  for (size_t i = 0; i < ROWS; i++) assert_int_equal(validation_actual(v, i).count, i % 2 + 1);
  assert_true(score_macro_f1(&v->score) > 0.5);
  assert_string_equal(t->model->separator, ";");
  training_free(t);
}

TEST(any_number_of_threads_gives_the_same_figures) {
  double loss[COUNT(THREADS)];
  File file = {0};
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    TrainingOptions options = quick_options();
    options.threads = THREADS[i];
    Training *training = secret_labels(&options, ROWS, 1);
    loss[i] = score_log_loss(&trained(training)->score);
    assert_true(loss[i] == loss[0]);
    check_same_file(end_training(training), &file);
  }
  free(file.bytes);
}

/* ---- ending early --------------------------------------------------------------------------- */

/* A training whose next stage is cross-validation, and what was held out of it. */
static Training *before_folds(void) {
  TrainingOptions options = quick_options();
  Training *t = secret_labels(&options, ROWS, 1);
  begin(t);
  TextFolds folds = t->folds;
  t->folds = (TextFolds){0};
  train_to_end(t);
  t->folds = folds;
  return t;
}

/* Is told `polls` times to go on, without a thread: then the moments at which it asks are always the same. */
static Status run_stage(Training *t, void *state, size_t polls) {
  bool over = true;
  assert_ok(workers_new(0, (Poll){stop_later, &(Stop){.after = polls}}, &t->workers, &error));
  Status status = STAGE_CROSS_VALIDATION.run(state, t, &over, &error);
  workers_free(t->workers);
  t->workers = NULL;
  return status;
}

/* Until a run is not interrupted: the rows held out remain, and the next run begins anew. */
TEST(an_interrupt_loses_nothing) {
  Training *t = before_folds();
  void *state = allocate(1, STAGE_CROSS_VALIDATION.state_size);
  Calibration held_out = t->model->calibration;
  TrainingProgress progress = {0};
  double share = 0.0;
  size_t runs = 1;
  assert_ok(STAGE_CROSS_VALIDATION.begin(state, t, &error));
  for (size_t polls = 1; run_stage(t, state, polls) == STATUS_INTERRUPTED; polls = 2 * polls, runs++) {
    assert_int_equal(t->validation.folds, 0);
    assert_int_equal(t->validation.count, ROWS / 10);
    assert_memory_equal(&held_out, &t->model->calibration, sizeof held_out);
    STAGE_CROSS_VALIDATION.progress(state, t, &progress);
    assert_true(progress.told && progress.share >= share && progress.share < 1.0); /* it has come further */
    share = progress.share;
  }
  assert_true(runs > 3 && share > 0.0);
  assert_int_equal(t->validation.count, ROWS);
  STAGE_CROSS_VALIDATION.progress(state, t, &progress);
  assert_true(progress.share == 1.0);
  TrainingOptions options = quick_options();
  Training *uninterrupted = secret_labels(&options, ROWS, 1);
  assert_true(score_log_loss(&trained(uninterrupted)->score) == score_log_loss(&t->validation.score));
  training_free(uninterrupted);
  STAGE_CROSS_VALIDATION.end(state, t);
  free(state);
  training_free(t);
}

TEST(without_time_the_rows_held_out_remain) {
  Training *t = before_folds();
  void *state = allocate(1, STAGE_CROSS_VALIDATION.state_size);
  assert_true(STAGE_CROSS_VALIDATION.wanted(t));
  assert_ok(STAGE_CROSS_VALIDATION.begin(state, t, &error));
  t->options.max_seconds = 1e-9; /* it is over now */
  assert_ok(run_stage(t, state, SIZE_MAX));
  assert_int_equal(t->validation.folds, 0);
  assert_int_equal(t->validation.count, ROWS / 10);
  STAGE_CROSS_VALIDATION.end(state, t);
  free(state);
  training_free(t);
}

TEST(a_loss_that_is_not_finite_is_an_error) {
  Training *t = before_folds();
  void *state = allocate(1, STAGE_CROSS_VALIDATION.state_size);
  assert_ok(STAGE_CROSS_VALIDATION.begin(state, t, &error));
  t->options.learning_rate = 1e30;
  assert_invalid(run_stage(t, state, SIZE_MAX), "the loss is no longer finite");
  assert_int_equal(t->validation.folds, 0);
  STAGE_CROSS_VALIDATION.end(state, t);
  free(state);
  training_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_row_is_judged),
      cmocka_unit_test(no_row_is_judged_by_a_model_that_has_learned_it),
      cmocka_unit_test(calibration_is_fitted_on_all_rows_from_the_prior_on),
      cmocka_unit_test(only_small_tables),
      cmocka_unit_test(one_epoch_is_enough),
      cmocka_unit_test(patience_may_end_before),
      cmocka_unit_test(not_if_the_caller_has_chosen_rows),
      cmocka_unit_test(not_where_labels_are_guessed_or_were_learned_before),
      cmocka_unit_test(rare_labels),
      cmocka_unit_test(few_texts),
      cmocka_unit_test(sets_of_labels),
      cmocka_unit_test(any_number_of_threads_gives_the_same_figures),
      cmocka_unit_test(an_interrupt_loses_nothing),
      cmocka_unit_test(without_time_the_rows_held_out_remain),
      cmocka_unit_test(a_loss_that_is_not_finite_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
