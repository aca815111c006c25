/* The teacher as a stage of a training. */
#include "base/clock.h"
#include "unit/train/taught.h"

static double now;
static double tick; /* seconds: the clock ticks whenever it is asked */
static double ticking_clock(void) { return now += tick; }

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

/* ---- time ------------------------------------------------------------------------------------ */

static TrainingOptions limited_options(double seconds) {
  TrainingOptions options = full_options();
  options.validation = 0;
  options.threads = 1;
  options.max_seconds = seconds;
  now = tick = 0.0;
  clock_replace(ticking_clock);
  return options;
}

/* Trains, and returns how many rows the teacher has guessed. Each row that it has not is left out. */
static size_t train_in_time(Training *t) {
  train_to_end(t);
  size_t guessed = training_taught(t)->guessed;
  assert_int_equal(training_pseudo_labelled(t), guessed);
  assert_int_equal(corpus_count(training_corpus(t), ROW_UNLABELLED), 0);
  assert_int_equal(corpus_count(training_corpus(t), ROW_UNUSED), TAUGHT_ROWS - TAUGHT_LABELLED - guessed);
  for (size_t row = 0; row < TAUGHT_LABELLED; row++) {
    assert_int_equal(training_corpus(t)->use[row], ROW_TRAINS);
    assert_null(taught_labels_of(&t->taught, row, SAMPLE_LABELS));
  }
  for (size_t row = TAUGHT_LABELLED; row < TAUGHT_ROWS; row++) {
    const float *likely = taught_labels_of(&t->taught, row, SAMPLE_LABELS);
    assert_int_equal(training_corpus(t)->use[row], likely ? ROW_TRAINS : ROW_UNUSED);
    if (likely) assert_int_equal(output_argmax(likely, SAMPLE_LABELS), training_corpus(t)->target[row]);
  }
  Model *model = end_training(t);
  assert_true(is_finite(model));
  model_free(model);
  clock_replace(NULL);
  return guessed;
}

TEST(words_that_were_not_read_are_counted) {
  Training *t = taught_training(sample_options());
  assert_ok(training_count_words(t, 9, 9, &error));
  assert_int_equal(training_warnings(t)->count, 0);
  assert_ok(training_count_words(t, 5, 9, &error));
  assert_true(is_warned(t, "max_seconds left time for the teacher to read 5 of 9 words"));
  training_free(t);
}

/* The time stands still. */
TEST(with_time_a_teacher_reads_all) {
  Training *t = taught_training(limited_options(1e6));
  assert_int_equal(train_in_time(t), TAUGHT_ROWS - TAUGHT_LABELLED);
}

/* It reads a chunk of 16 texts in any case: those to learn from, and one more. */
TEST(a_teacher_without_time_reads_a_chunk) {
  Training *t = taught_training(limited_options(2.0));
  now = 3.0;
  Epoch epoch;
  assert_ok(training_epoch(t, (Poll){0}, &epoch, &error));
  assert_true(is_warned(t, "max_seconds left time for the teacher to read 16 of 90 texts"));
  assert_true(is_warned(t, "max_seconds left no time for judging the teacher"));
  assert_int_equal(training_taught(t)->judged, 0);
  assert_int_equal(training_taught(t)->guessed, 1);
  assert_true(epoch.is_last);
  clock_replace(NULL);
  training_free(t);
}

TEST(a_teacher_takes_half_of_the_time_at_most) {
  Training *t = taught_training(limited_options(40.0));
  tick = 1.0;
  assert_int_equal(t->stage, 0);
  bool over;
  double began = now;
  assert_ok(workers_new(0, (Poll){0}, &t->workers, &error));
  assert_ok(STAGE_TAUGHT_LABELS.run(NULL, t, &over, &error));
  assert_true(now - began <= 0.5 * 40.0 + 5.0);
  assert_true(is_warned(t, "max_seconds left time for the teacher to read "));
  workers_free(t->workers);
  t->workers = NULL;
  clock_replace(NULL);
  training_free(t);
}

/* Phrases come first: more of them than a chunk has. */
static Training *phrases_training(size_t labelled) {
  enum { PHRASES = 40 };
  Training *t = training_with_teacher(limited_options(2.0));
  for (size_t i = 0; i < TAUGHT_ROWS; i++) add_taught_row(t, i, i < labelled ? ROW_TRAINS : ROW_UNLABELLED);
  for (size_t i = 0; i < PHRASES; i++) {
    char phrase[SAMPLE_SIZE];
    Label label = sample_label(i);
    sample_text(1000 + i, phrase);
    assert_ok(training_add_phrase(t, &label, phrase, strlen(phrase), &error));
  }
  add_taught_vectors(t);
  for (size_t i = 0; i < PHRASES; i++) {
    char phrase[SAMPLE_SIZE];
    sample_text(1000 + i, phrase);
    add_taught_vector(t, phrase, (uint32_t)(i % SAMPLE_LABELS), 5000 + i);
  }
  begin(t);
  now = 3.0;
  return t;
}

TEST(a_teacher_that_cannot_read_what_it_learns_from_is_left_out) {
  Training *t = phrases_training(TAUGHT_LABELLED);
  Epoch epoch;
  assert_ok(training_epoch(t, (Poll){0}, &epoch, &error));
  assert_true(is_warned(t, "max_seconds left no time for the teacher"));
  assert_int_equal(training_taught(t)->guessed, 0);
  assert_int_equal(t->rows.count, TAUGHT_LABELLED);
  training_free(t);
  t = phrases_training(0);
  assert_invalid(training_epoch(t, (Poll){0}, &epoch, &error), "max_seconds is 2, which left no time for the teacher, "
                                                               "and no row has a label of its own");
  clock_replace(NULL);
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
      cmocka_unit_test(words_that_were_not_read_are_counted),
      cmocka_unit_test(with_time_a_teacher_reads_all),
      cmocka_unit_test(a_teacher_without_time_reads_a_chunk),
      cmocka_unit_test(a_teacher_takes_half_of_the_time_at_most),
      cmocka_unit_test(a_teacher_that_cannot_read_what_it_learns_from_is_left_out),
      cmocka_unit_test(a_label_that_was_not_learned_is_named),
      cmocka_unit_test(a_poll_that_says_stop_ends_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
