/* Training: what it learns, that it repeats, and how it ends. */
#include "unit/train/trainings.h"

/* ---- learning -------------------------------------------------------------------- */

/* Rows it has not seen, too: each subject has six words, all of them seen. */
static void check_learns(TrainingOptions options) {
  Model *model = sample_model(&options, ROWS);
  assert_near(sample_accuracy(model, 0, ROWS), 1.0, 0.0);
  assert_near(sample_accuracy(model, ROWS, 30), 1.0, 0.0);
  assert_true(is_finite(model));
  model_free(model);
}

TEST(learns_what_can_be_told_apart) { check_learns(sample_options()); }

TEST(learns_without_a_gru) {
  TrainingOptions options = sample_options();
  options.hidden = 0;
  options.epochs = 15;
  check_learns(options);
}

/* Each part by itself, and all of them. */
TEST(learns_with_any_parts) {
  for (unsigned parts = 1; parts < 8; parts++) {
    TrainingOptions options = sample_options();
    options.subwords = parts & 1;
    options.max_pool = parts & 2;
    options.linear = parts & 4;
    check_learns(options);
  }
}

TEST(learns_with_all_parts_but_the_gru) {
  TrainingOptions options = full_options();
  options.hidden = 0;
  options.epochs = 15;
  check_learns(options);
}

TEST(learns_with_position_bias) {
  TrainingOptions options = sample_options();
  options.position_bias = true;
  check_learns(options);
}

TEST(learns_with_balanced_labels) {
  TrainingOptions options = sample_options();
  options.balanced = true;
  check_learns(options);
}

TEST(learns_with_the_defaults) {
  TrainingOptions options = TRAINING_DEFAULTS;
  Training *training = sample_training(&options, ROWS);
  begin(training);
  assert_true(training_options(training)->epochs > 0);
  assert_true(training_options(training)->batch_size > 0);
  assert_true(training_options(training)->threads > 0);
  assert_int_equal(training_rows(training), ROWS);
  Epoch epoch;
  assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
  assert_true(epoch.validated);
  train_to_end(training);
  Model *model = end_training(training);
  assert_true(model->parameters.shape.buckets > 0 && model->parameters.shape.pooled);
  assert_true(linear_exists(&model->linear));
  assert_near(sample_accuracy(model, ROWS, 30), 1.0, 0.0);
  model_free(model);
}

/* Two texts alike with different labels: weights decide which is given. */
static uint32_t label_by_weight(float first, float second) {
  const float weights[] = {first, second};
  TrainingOptions options = sample_options();
  Training *training;
  options.validation = 0;
  assert_ok(training_new(&options, "", NULL, &training, &error));
  for (int i = 0; i < 10; i++) {
    add_row(training, "one text", text_label("a"), ROW_TRAINS);
    add_row(training, "one text", text_label("b"), ROW_TRAINS);
  }
  assert_ok(training_begin(training, weights, &error));
  train_to_end(training);
  Model *model = end_training(training);
  uint32_t label = label_of(model, "one text", NULL);
  model_free(model);
  return label;
}

TEST(label_weights_decide_between_equals) {
  assert_int_equal(label_by_weight(10.0f, 0.1f), 0);
  assert_int_equal(label_by_weight(0.1f, 10.0f), 1);
}

/* 40 rows of one label against 5 of the other, all alike. */
TEST(balanced_labels_are_heard_equally) {
  TrainingOptions options = sample_options();
  Training *training;
  float confidence;
  options.validation = 0;
  options.balanced = true;
  options.dropout = 0;
  options.epochs = 30;
  assert_ok(training_new(&options, "", NULL, &training, &error));
  for (int i = 0; i < 45; i++) add_row(training, "one text", text_label(i % 9 ? "often" : "rare"), ROW_TRAINS);
  begin(training);
  Epoch last = train_to_end(training);
  assert_near(last.train_loss, log(2.0), 0.1); /* of two labels that are as likely */
  Model *model = end_training(training);
  label_of(model, "one text", &confidence);
  assert_true(confidence < 0.6f); /* without balance: 0.74 */
  model_free(model);
}

/* ---- repeating ------------------------------------------------------------------- */

static uint8_t *trained_bytes(size_t threads, uint64_t seed, size_t hidden, size_t *size) {
  TrainingOptions options = sample_options();
  uint8_t *bytes;
  options.epochs = 2;
  options.batch_size = 32; /* four shards */
  options.threads = threads;
  options.seed = seed;
  options.hidden = hidden;
  Model *model = sample_model(&options, ROWS);
  assert_ok(model_write(model, (Poll){0}, &bytes, size, &error));
  model_free(model);
  return bytes;
}

TEST(any_number_of_threads_gives_the_same_bytes) {
  for (size_t hidden = 0; hidden <= 6; hidden += 6) {
    size_t size, again_size;
    uint8_t *bytes = trained_bytes(1, 1, hidden, &size);
    for (size_t threads = 2; threads <= 4; threads++) {
      uint8_t *again = trained_bytes(threads, 1, hidden, &again_size);
      assert_int_equal(size, again_size);
      assert_memory_equal(bytes, again, size);
      free(again);
    }
    free(bytes);
  }
}

TEST(any_number_of_threads_gives_the_same_bytes_with_all_parts) {
  File expected = {0};
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    TrainingOptions options = full_options();
    options.epochs = 3;
    options.batch_size = 32;
    options.threads = THREADS[i];
    check_same_file(sample_model(&options, ROWS), &expected);
  }
  free(expected.bytes);
}

TEST(another_seed_gives_another_model) {
  size_t size, other_size;
  uint8_t *bytes = trained_bytes(1, 1, 6, &size), *other = trained_bytes(1, 2, 6, &other_size);
  assert_true(size != other_size || memcmp(bytes, other, size) != 0);
  free(bytes);
  free(other);
}

/* ---- several labels a row ---------------------------------------------------------- */

/* Row i has the text of subject i, or of subjects i and i + 1 where i % 4 is 0, and their labels; none where i % 10 is
** 9.
*/
static void add_sets(Training *training, size_t first, size_t count, RowUse use) {
  for (size_t i = first; i < first + count; i++) {
    char text[2 * SAMPLE_SIZE], second[SAMPLE_SIZE];
    Label labels[] = {sample_label(i), sample_label(i + 1)};
    RowLabels row = {labels, i % 4 == 0 ? 2 : 1};
    sample_text(i, text);
    sample_text(i + 1, second);
    if (row.count == 2) strcat(text, second);
    if (i % 10 == 9) {
      strcpy(text, "the and it was of nothing");
      row.count = 0;
    }
    assert_ok(corpus_add_labels(training_corpus(training), &tokenizer_unicode, text, strlen(text), &row, use, &error));
  }
}

static Training *training_of_sets(TrainingOptions options, const Model *from) {
  Training *training;
  assert_ok(training_new(&options, "", from, &training, &error));
  assert_ok(training_set_multilabel(training, from ? NULL : "|", &error));
  add_sets(training, 0, 2 * ROWS, ROW_TRAINS);
  return training;
}

static TrainingOptions options_of_sets(void) {
  TrainingOptions options = full_options();
  options.epochs = 8;
  options.batch_size = 8;
  return options;
}

/* The share of new rows that are given just their labels. */
static double accuracy_of_sets(const Model *model) {
  size_t right = 0;
  GivenLabels given = {0};
  for (size_t i = 0; i < ROWS; i++) {
    char text[2 * SAMPLE_SIZE], second[SAMPLE_SIZE];
    float p[SAMPLE_LABELS];
    Prediction prediction;
    size_t row = 1000 + i, count = row % 4 == 0 ? 2 : 1;
    sample_text(row, text);
    sample_text(row + 1, second);
    if (count == 2) strcat(text, second);
    probabilities_of(model, text, p);
    given.count = 0;
    assert_ok(predict_set(&model->relevance, p, NULL, &given, &prediction, &error));
    bool same = prediction.given_count == count;
    for (size_t k = 0; k < count; k++) {
      uint32_t label = labels_find(&model->labels, sample_label(row + k));
      same = same && label_set_has((LabelSet){given.labels, given.count}, label);
    }
    right += same;
  }
  given_labels_free(&given);
  return (double)right / (double)ROWS;
}

TEST(sets_of_labels_are_learned) {
  Training *training = training_of_sets(options_of_sets(), NULL);
  begin(training);
  Epoch last = train_to_end(training);
  assert_true(training_is_multilabel(training));
  assert_true(last.train_loss < 0.4 && last.train_loss > 0.0);
  const Validation *v = training_validation(training);
  assert_int_equal(v->score.rows, v->count);
  assert_true(score_micro_f1(&v->score) > 0.8);
  Model *model = end_training(training);
  assert_true(model_is_multilabel(model));
  assert_string_equal(model->separator, "|");
  assert_true(is_finite(model));
  assert_true(accuracy_of_sets(model) > 0.8);
  assert_true(model->keywords.count > 0);
  model_free(model);
}

/* All is there from the beginning: no epoch on all rows, no rows to fit to. */
TEST(sets_are_learned_without_validation) {
  TrainingOptions options = options_of_sets();
  options.validation = 0;
  Training *training = training_of_sets(options, NULL);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_true(accuracy_of_sets(model) > 0.6);
  model_free(model);
}

TEST(any_number_of_threads_learns_the_same_sets) {
  File expected = {0};
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    TrainingOptions options = options_of_sets();
    options.epochs = 2;
    options.batch_size = 32;
    options.threads = THREADS[i];
    Training *training = training_of_sets(options, NULL);
    begin(training);
    train_to_end(training);
    check_same_file(end_training(training), &expected);
  }
  free(expected.bytes);
}

/* Patience looks at the loss. */
TEST(the_best_epoch_of_sets_has_the_least_loss) {
  TrainingOptions options = options_of_sets();
  Training *training;
  Epoch epoch = {0};
  double least = INFINITY;
  options.patience = 3;
  assert_ok(training_new(&options, "", NULL, &training, &error));
  assert_ok(training_set_multilabel(training, NULL, &error));
  add_sets(training, 0, ROWS, ROW_TRAINS);
  add_sets(training, 500, 40, ROW_VALIDATES);
  begin(training);
  while (!epoch.is_last) {
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    assert_int_equal(epoch.is_best, epoch.validation_loss < least);
    least = fmin(least, epoch.validation_loss);
  }
  model_free(end_training(training));
}

TEST(sets_can_be_gone_on_from) {
  Training *training = training_of_sets(options_of_sets(), NULL);
  begin(training);
  train_to_end(training);
  Model *from = end_training(training);
  TrainingOptions options = options_of_sets();
  options.epochs = 2;
  training = training_of_sets(options, from);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_true(model_is_multilabel(model));
  assert_true(accuracy_of_sets(model) > 0.8);
  model_free(model);
  model_free(from);
}

static void check_refused(const char *const *labels, size_t rows, const float *weights, const char *message) {
  TrainingOptions options = sample_options();
  Training *training;
  assert_ok(training_new(&options, "", NULL, &training, &error));
  assert_ok(training_set_multilabel(training, NULL, &error));
  for (size_t i = 0; i < rows; i++) {
    Label label = text_label(labels[i] ? labels[i] : "");
    RowLabels row = {&label, labels[i] != NULL};
    assert_ok(corpus_add_labels(training_corpus(training), &tokenizer_unicode, "a text", 6, &row, ROW_TRAINS, &error));
  }
  assert_invalid(training_begin(training, weights, &error), message);
  training_free(training);
}

TEST(sets_that_teach_nothing_are_refused) {
  const float weights[] = {1.0f, 2.0f};
  check_refused(NULL, 0, NULL, "no rows to learn from");
  check_refused((const char *const[]){NULL, NULL}, 2, NULL, "no row has a label: each of 2 rows has an empty list");
  check_refused((const char *const[]){"a", "b", NULL}, 3, NULL, "3 rows have 2 labels, each of them once");
  check_refused((const char *const[]){"a", "a", "b"}, 3, weights, "the labels have weights");
}

/* ---- ending early ---------------------------------------------------------------- */

/* The first poll comes before anything else. */
TEST(a_poll_that_says_stop_ends_training) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  Epoch epoch;
  begin(training);
  assert_status(training_epoch(training, (Poll){stop, NULL}, &epoch, &error), STATUS_INTERRUPTED);
  assert_string_equal(error.message, "interrupted");
  training_free(training);
}

/* Epochs of a millisecond, too: thousands of them must not pass unasked. */
TEST(short_epochs_are_polled_too) {
  TrainingOptions options = sample_options();
  options.epochs = 5000;
  options.validation = 0;
  Training *training = sample_training(&options, 12);
  Epoch epoch = {0};
  Status status = STATUS_OK;
  begin(training);
  while (!status && !epoch.is_last) status = training_epoch(training, (Poll){stop, NULL}, &epoch, &error);
  assert_int_equal(status, STATUS_INTERRUPTED);
  training_free(training);
}

TEST(no_time_is_one_epoch) {
  TrainingOptions options = sample_options();
  options.max_seconds = 1e-9;
  Training *training = sample_training(&options, ROWS);
  begin(training);
  Epoch epoch = train_to_end(training);
  assert_int_equal(epoch.epoch, 1);
  assert_true(isfinite(epoch.train_loss) && isfinite(epoch.train_accuracy));
  Model *model = end_training(training);
  assert_true(is_finite(model));
  model_free(model);
}

TEST(training_may_be_freed_at_any_time) {
  TrainingOptions options = sample_options();
  training_free(NULL);
  training_free(sample_training(&options, 0));
  training_free(sample_training(&options, ROWS));
  Training *training = sample_training(&options, ROWS);
  begin(training);
  training_free(training);
}

/* ---- what goes into the model ---------------------------------------------------- */

TEST(options_go_into_the_model) {
  TrainingOptions options = sample_options();
  options.max_tokens = 5;
  options.position_bias = true;
  options.max_vocabulary = 10;
  Training *training;
  char text[SAMPLE_SIZE];
  assert_ok(training_new(&options, "porter unicode61", NULL, &training, &error));
  for (size_t i = 0; i < ROWS; i++) {
    sample_text(i, text);
    add_row(training, text, sample_label(i), ROW_TRAINS);
  }
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_string_equal(model->tokenize, "porter unicode61");
  assert_int_equal(model->reading.max_tokens, 5);
  assert_int_equal(model->reading.padded_length, 0);
  assert_int_equal(vocabulary_size(&model->vocabulary), 11);
  const Shape *shape = &model->parameters.shape;
  assert_int_equal(shape->vocabulary, 11);
  assert_int_equal(shape->embedding, options.embedding);
  assert_int_equal(shape->hidden, options.hidden);
  assert_int_equal(shape->labels, SAMPLE_LABELS);
  assert_int_equal(shape->positions, 5);
  model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(learns_what_can_be_told_apart),
      cmocka_unit_test(learns_without_a_gru),
      cmocka_unit_test(learns_with_any_parts),
      cmocka_unit_test(learns_with_all_parts_but_the_gru),
      cmocka_unit_test(learns_with_position_bias),
      cmocka_unit_test(learns_with_balanced_labels),
      cmocka_unit_test(learns_with_the_defaults),
      cmocka_unit_test(label_weights_decide_between_equals),
      cmocka_unit_test(balanced_labels_are_heard_equally),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bytes),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bytes_with_all_parts),
      cmocka_unit_test(another_seed_gives_another_model),
      cmocka_unit_test(sets_of_labels_are_learned),
      cmocka_unit_test(sets_are_learned_without_validation),
      cmocka_unit_test(any_number_of_threads_learns_the_same_sets),
      cmocka_unit_test(the_best_epoch_of_sets_has_the_least_loss),
      cmocka_unit_test(sets_can_be_gone_on_from),
      cmocka_unit_test(sets_that_teach_nothing_are_refused),
      cmocka_unit_test(a_poll_that_says_stop_ends_training),
      cmocka_unit_test(short_epochs_are_polled_too),
      cmocka_unit_test(no_time_is_one_epoch),
      cmocka_unit_test(training_may_be_freed_at_any_time),
      cmocka_unit_test(options_go_into_the_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
