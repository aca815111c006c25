/* Training: what it learns, that it repeats, and how it ends. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../model/predict.h"
#include "../../model/random.h"
#include "support.h"

enum { ROWS = 60 };

static void begin(Training *training) { assert_ok(training_begin(training, NULL, &error)); }

/* The label of a text and its confidence. */
static uint32_t label_of(const Model *model, const char *text, float *confidence) {
  Tokens tokens = {0};
  Pass pass = {0};
  float *probabilities = allocate(model->parameters.shape.labels, sizeof *probabilities);
  assert_ok(model_tokens(model, &tokens_unicode, text, strlen(text), &tokens, &error));
  Text words = tokens_text(&tokens);
  assert_ok(predict(model, &words, 1, &pass, probabilities, &error));
  uint32_t best = predict_best(probabilities, model->parameters.shape.labels);
  if (confidence) *confidence = probabilities[best];
  free(probabilities);
  pass_free(&pass);
  tokens_free(&tokens);
  return best;
}

/* The share of sample rows from first on that a model labels right. */
static double sample_accuracy(const Model *model, size_t first, size_t count) {
  size_t right = 0;
  for (size_t i = first; i < first + count; i++) {
    char text[SAMPLE_SIZE];
    sample_text(i, text);
    right += label_of(model, text, NULL) == labels_find(&model->labels, sample_label(i));
  }
  return (double)right / (double)count;
}

static bool is_finite(const Model *model) {
  for (size_t i = 0; i < model->parameters.count; i++)
    if (!isfinite(model->parameters.block[i])) return false;
  return true;
}

/* ---- learning --------------------------------------------------------------------- */

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
  assert_int_equal(training_rows(training) + training_validation_rows(training), ROWS);
  Epoch last = train_to_end(training);
  assert_true(last.validated);
  Model *model = end_training(training);
  assert_near(sample_accuracy(model, ROWS, 30), 1.0, 0.0);
  model_free(model);
}

/* Two texts alike with different labels: weights decide which is given. */
static uint32_t label_by_weight(float first, float second) {
  const float weights[] = {first, second};
  TrainingOptions options = sample_options();
  Training *training;
  options.validation = 0;
  assert_ok(training_new(&options, "", &training, &error));
  for (int i = 0; i < 10; i++) {
    add_row(training, "one text", text_label("a"), false);
    add_row(training, "one text", text_label("b"), false);
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
  assert_ok(training_new(&options, "", &training, &error));
  for (int i = 0; i < 45; i++) add_row(training, "one text", text_label(i % 9 ? "often" : "rare"), false);
  begin(training);
  Epoch last = train_to_end(training);
  assert_near(last.train_loss, log(2.0), 0.1); /* of two labels that are as likely */
  Model *model = end_training(training);
  label_of(model, "one text", &confidence);
  assert_true(confidence < 0.7f); /* without balance: 0.89 */
  model_free(model);
}

/* ---- repeating -------------------------------------------------------------------- */

static uint8_t *trained_bytes(size_t threads, uint64_t seed, size_t hidden, size_t *size) {
  TrainingOptions options = sample_options();
  uint8_t *bytes;
  options.epochs = 2;
  options.batch_size = 32; /* four shards */
  options.threads = threads;
  options.seed = seed;
  options.hidden = hidden;
  Model *model = sample_model(&options, ROWS);
  assert_ok(model_write(model, &bytes, size, &error));
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

TEST(another_seed_gives_another_model) {
  size_t size, other_size;
  uint8_t *bytes = trained_bytes(1, 1, 6, &size), *other = trained_bytes(1, 2, 6, &other_size);
  assert_true(size != other_size || memcmp(bytes, other, size) != 0);
  free(bytes);
  free(other);
}

/* At a rate of 0 the model is what was drawn. */
TEST(the_seed_draws_the_initial_values) {
  for (uint64_t seed = 1; seed <= 2; seed++) {
    TrainingOptions options = sample_options();
    Parameters drawn;
    options.learning_rate = 0.0;
    options.seed = seed;
    Model *model = sample_model(&options, ROWS);
    assert_ok(parameters_new(&model->parameters.shape, &drawn, &error));
    parameters_initialise(&drawn, seed);
    assert_memory_equal(model->parameters.block, drawn.block, drawn.count * sizeof(float));
    parameters_free(&drawn);
    model_free(model);
  }
}

TEST(the_seed_draws_the_held_out_rows) {
  TrainingOptions options = sample_options();
  Training *first = sample_training(&options, ROWS), *second;
  options.seed = 2;
  second = sample_training(&options, ROWS);
  begin(first);
  begin(second);
  assert_memory_not_equal(training_corpus(first)->held_out, training_corpus(second)->held_out, ROWS);
  training_free(first);
  training_free(second);
}

/* ---- validation ------------------------------------------------------------------- */

TEST(an_epoch_says_how_it_went) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  begin(training);
  double seconds = 0.0, first_loss = 0.0;
  for (size_t number = 1; number <= options.epochs; number++) {
    Epoch epoch;
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    assert_int_equal(epoch.epoch, number);
    assert_true(epoch.validated);
    assert_true(epoch.train_loss > 0 && epoch.validation_loss > 0 && epoch.rows_per_second > 0);
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

TEST(held_out_rows_are_not_learned_from) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  begin(training);
  assert_int_equal(training_validation_rows(training), ROWS / 5);
  assert_int_equal(training_rows(training), ROWS - ROWS / 5);
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

/* Labels drawn without regard to the text: accuracy goes up and down. The model
** must be that of the epoch with the highest, and of these the lowest loss.
*/
enum { KEPT_OUT = 30 };

static Label coin(size_t row) {
  Random random = random_stream(row, 5, 5);
  return text_label(random_below(&random, 2) ? "heads" : "tails");
}

static Training *coin_training(TrainingOptions options) {
  Training *training;
  char text[SAMPLE_SIZE];
  assert_ok(training_new(&options, "", &training, &error));
  for (size_t i = 0; i < ROWS + KEPT_OUT; i++) {
    sample_text(i, text);
    add_row(training, text, coin(i), i >= ROWS);
  }
  begin(training);
  return training;
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
  add_row(training, "storm and rain and wind", sample_label(0), true);
  add_row(training, "storm and rain and wind", text_label("never seen"), true);
  begin(training);
  assert_int_equal(training_validation_rows(training), 2); /* none are drawn then */
  epoch = train_to_end(training);
  assert_near(epoch.validation_accuracy, 0.5, 1e-12);
  assert_true(isfinite(epoch.validation_loss));
  training_free(training);
}

/* ---- rows that are no use ------------------------------------------------------------ */

/* Row i has text i % texts and label i % labels. */
static Training *plain_training(size_t rows, size_t labels) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, 0);
  for (size_t i = 0; i < rows; i++)
    add_row(training, "a text", (Label){.kind = LABEL_INTEGER, .integer = (int64_t)(i % labels)}, false);
  return training;
}

static void check_begin_refused(Training *training, const char *message) {
  assert_invalid(training_begin(training, NULL, &error), message);
  training_free(training);
}

TEST(rows_that_teach_nothing_are_refused) {
  check_begin_refused(plain_training(0, 1), "no rows to learn from");
  check_begin_refused(plain_training(1, 1), "at least two labels");
  check_begin_refused(plain_training(10, 1), "at least two labels");
  check_begin_refused(plain_training(10, 10), "10 rows have 10 different labels");
}

TEST(validation_rows_alone_are_no_rows) {
  Training *training = plain_training(0, 1);
  add_row(training, "a text", text_label("a"), true);
  check_begin_refused(training, "no rows to learn from");
}

TEST(three_rows_are_enough) {
  Training *training = plain_training(3, 2);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_true(is_finite(model));
  model_free(model);
}

TEST(empty_texts_have_the_most_frequent_label) {
  for (size_t hidden = 0; hidden <= 6; hidden += 6) {
    TrainingOptions options = sample_options();
    options.hidden = hidden;
    options.epochs = 30;
    Training *training = sample_training(&options, 0);
    for (int i = 0; i < 30; i++) add_row(training, "", text_label(i % 3 ? "often" : "rare"), false);
    begin(training);
    train_to_end(training);
    Model *model = end_training(training);
    assert_int_equal(label_of(model, "", NULL), labels_find(&model->labels, text_label("often")));
    assert_int_equal(label_of(model, "no word is known", NULL), labels_find(&model->labels, text_label("often")));
    assert_true(is_finite(model));
    model_free(model);
  }
}

TEST(empty_texts_among_others) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  for (int i = 0; i < 20; i++) add_row(training, i % 2 ? "" : " \n", text_label("nothing"), false);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_int_equal(label_of(model, "", NULL), labels_find(&model->labels, text_label("nothing")));
  assert_near(sample_accuracy(model, 0, ROWS), 1.0, 0.0);
  model_free(model);
}

TEST(no_token_of_a_text_may_be_read) {
  TrainingOptions options = sample_options();
  options.max_tokens = 0;
  Model *model = sample_model(&options, ROWS);
  assert_int_equal(vocabulary_size(&model->vocabulary), 1);
  assert_true(is_finite(model));
  model_free(model);
}

/* ---- rates that are no use -------------------------------------------------------------- */

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

/* ---- ending early ---------------------------------------------------------------------- */

static bool stop(void *context) {
  (void)context;
  return false;
}

/* The poll comes every 20 ms; epochs here are longer, whatever the machine. */
TEST(a_poll_that_says_stop_ends_training) {
  TrainingOptions options = sample_options();
  options.hidden = options.embedding = 128;
  options.batch_size = 64;
  Training *training = sample_training(&options, 3000);
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

/* ---- what goes into the model ------------------------------------------------------------ */

TEST(options_go_into_the_model) {
  TrainingOptions options = sample_options();
  options.max_tokens = 5;
  options.position_bias = true;
  options.max_vocabulary = 10;
  Training *training;
  char text[SAMPLE_SIZE];
  assert_ok(training_new(&options, "porter unicode61", &training, &error));
  for (size_t i = 0; i < ROWS; i++) {
    sample_text(i, text);
    add_row(training, text, sample_label(i), false);
  }
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_string_equal(model->tokenize, "porter unicode61");
  assert_int_equal(model->max_tokens, 5);
  assert_int_equal(model->padded_length, 0);
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
      cmocka_unit_test(learns_with_position_bias),
      cmocka_unit_test(learns_with_balanced_labels),
      cmocka_unit_test(learns_with_the_defaults),
      cmocka_unit_test(label_weights_decide_between_equals),
      cmocka_unit_test(balanced_labels_are_heard_equally),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bytes),
      cmocka_unit_test(another_seed_gives_another_model),
      cmocka_unit_test(the_seed_draws_the_initial_values),
      cmocka_unit_test(the_seed_draws_the_held_out_rows),
      cmocka_unit_test(an_epoch_says_how_it_went),
      cmocka_unit_test(held_out_rows_are_not_learned_from),
      cmocka_unit_test(without_validation_the_last_epoch_is_best),
      cmocka_unit_test(the_model_of_the_best_epoch_is_kept),
      cmocka_unit_test(few_validation_rows_do_not_choose_the_epoch),
      cmocka_unit_test(patience_ends_training),
      cmocka_unit_test(a_validation_label_never_trained_on_is_a_wrong_row),
      cmocka_unit_test(rows_that_teach_nothing_are_refused),
      cmocka_unit_test(validation_rows_alone_are_no_rows),
      cmocka_unit_test(three_rows_are_enough),
      cmocka_unit_test(empty_texts_have_the_most_frequent_label),
      cmocka_unit_test(empty_texts_among_others),
      cmocka_unit_test(no_token_of_a_text_may_be_read),
      cmocka_unit_test(a_rate_that_is_too_high_ends_in_words),
      cmocka_unit_test(a_rate_that_is_no_number_ends_in_words),
      cmocka_unit_test(a_rate_that_breaks_the_last_step_ends_in_words),
      cmocka_unit_test(a_poll_that_says_stop_ends_training),
      cmocka_unit_test(short_epochs_are_polled_too),
      cmocka_unit_test(no_time_is_one_epoch),
      cmocka_unit_test(training_may_be_freed_at_any_time),
      cmocka_unit_test(options_go_into_the_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
