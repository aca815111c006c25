/* Training: what it learns, that it repeats, and how it ends. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "classifier/explain.h"
#include "classifier/predict.h"
#include "unit/support.h"

enum { ROWS = 60 };

static void begin(Training *training) { assert_ok(training_begin(training, NULL, &error)); }

static void probabilities_of(const Model *model, const char *text, float *probabilities) {
  Tokens tokens = {0};
  Scratch scratch = {0};
  assert_ok(model_tokens(model, &tokenizer_unicode, text, strlen(text), &tokens, &error));
  Text words = tokens_text(&tokens);
  Lexicon lexicon = tokens_lexicon(&tokens);
  assert_ok(predict(model, &lexicon, &words, 1, &scratch, probabilities, &error));
  scratch_free(&scratch);
  tokens_free(&tokens);
}

/* The label of a text and its confidence. */
static uint32_t label_of(const Model *model, const char *text, float *confidence) {
  float *probabilities = allocate(model->parameters.shape.labels, sizeof *probabilities);
  probabilities_of(model, text, probabilities);
  uint32_t best = output_argmax(probabilities, model->parameters.shape.labels);
  if (confidence) *confidence = probabilities[best];
  free(probabilities);
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
  const Linear *l = &model->linear;
  for (size_t i = 0; i < model->parameters.count; i++)
    if (!isfinite(model->parameters.block[i])) return false;
  for (size_t i = 0; linear_exists(l) && i < (tfidf_features(&l->tfidf) + l->buckets) * l->columns; i++)
    if (!isfinite(l->kernel[i])) return false;
  return isfinite(model->calibration.network) && isfinite(model->calibration.linear);
}

/* Small and quick, with all parts. */
static TrainingOptions full_options(void) {
  TrainingOptions options = sample_options();
  options.subwords = options.max_pool = options.linear = true;
  return options;
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
  assert_int_equal(training_rows(training) + training_validation(training)->count, ROWS);
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

/* A text's end, past what the network reads, is read by the linear branch. */
TEST(long_texts_are_read_whole_by_the_linear_branch) {
  TrainingOptions options = full_options();
  const char *const ends[] = {"rain", "goal"};
  Training *training;
  char text[64];
  options.max_tokens = 4;
  assert_ok(training_new(&options, "", NULL, &training, &error));
  for (int i = 0; i < 40; i++) {
    snprintf(text, sizeof text, "the report says that %s", ends[i % 2]);
    add_row(training, text, text_label(ends[i % 2]), ROW_TRAINS);
  }
  assert_int_equal(training_corpus(training)->cut, 40);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_int_equal(model->max_tokens, 4);
  for (uint32_t l = 0; l < 2; l++) {
    snprintf(text, sizeof text, "the report says that %s", ends[l]);
    assert_int_equal(label_of(model, text, NULL), l);
  }
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

/* The file of a model, which is freed. */
typedef struct File {
  uint8_t *bytes;
  size_t size;
} File;

/* The first file is kept, and each further one must be the same. */
static void check_same_file(Model *model, File *expected) {
  File file;
  assert_ok(model_write(model, &file.bytes, &file.size, &error));
  model_free(model);
  if (!expected->bytes) {
    *expected = file;
    return;
  }
  assert_int_equal(file.size, expected->size);
  assert_memory_equal(file.bytes, expected->bytes, file.size);
  free(file.bytes);
}

static const size_t THREADS[] = {1, 2, 5};

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
  assert_memory_not_equal(training_corpus(first)->use, training_corpus(second)->use, ROWS);
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

TEST(held_out_rows_are_not_learned_from) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  begin(training);
  assert_int_equal(training_validation(training)->count, ROWS / 5);
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
  assert_ok(training_new(&options, "", NULL, &training, &error));
  for (size_t i = 0; i < ROWS + KEPT_OUT; i++) {
    sample_text(i, text);
    add_row(training, text, coin(i), i >= ROWS ? ROW_VALIDATES : ROW_TRAINS);
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
  add_row(training, "storm and rain and wind", sample_label(0), ROW_VALIDATES);
  add_row(training, "storm and rain and wind", text_label("never seen"), ROW_VALIDATES);
  begin(training);
  assert_int_equal(training_validation(training)->count, 2); /* none are drawn then */
  epoch = train_to_end(training);
  assert_near(epoch.validation_accuracy, 0.5, 1e-12);
  assert_true(isfinite(epoch.validation_loss));
  training_free(training);
}

/* ---- the last epoch --------------------------------------------------------------------- */

/* Each row has a word of its own, which alone tells its label. */
static Training *own_words_training(TrainingOptions options) {
  Training *training;
  char text[32];
  assert_ok(training_new(&options, "", NULL, &training, &error));
  for (size_t i = 0; i < ROWS; i++) {
    snprintf(text, sizeof text, "the word w%zu", i);
    add_row(training, text, coin(i), ROW_TRAINS);
  }
  begin(training);
  return training;
}

/* How many of the rows with that use have a word whose vector is what was drawn. */
static size_t count_untouched(const Model *model, const uint8_t use[ROWS], uint8_t wanted) {
  Parameters drawn;
  size_t untouched = 0, size = model->parameters.shape.embedding;
  assert_ok(parameters_new(&model->parameters.shape, &drawn, &error));
  parameters_initialise(&drawn, 1);
  for (size_t i = 0; i < ROWS; i++) {
    char word[32];
    snprintf(word, sizeof word, "w%zu", i);
    uint32_t number = vocabulary_find(&model->vocabulary, word, strlen(word));
    assert_int_not_equal(number, VOCABULARY_UNKNOWN);
    untouched += use[i] == wanted &&
                 memcmp(model->parameters.block + number * size, drawn.block + number * size,
                        size * sizeof(float)) == 0;
  }
  parameters_free(&drawn);
  return untouched;
}

/* The rows that were held out, and how many of them are learned at which epoch. */
TEST(the_last_epoch_learns_from_all_rows) {
  for (int whole = 0; whole <= 1; whole++) {
    TrainingOptions options = sample_options();
    uint8_t use[ROWS];
    Epoch epoch = {0};
    Training *training = own_words_training(options);
    memcpy(use, training_corpus(training)->use, ROWS);
    assert_int_equal(training_validation(training)->count, ROWS / 5);
    while (epoch.epoch < options.epochs - !whole) assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    assert_int_equal(epoch.is_last, whole);
    assert_int_equal(epoch.validated, !whole);
    assert_int_equal(epoch.is_best, !whole); /* twelve rows do not choose an epoch */
    Model *model = end_training(training);
    assert_int_equal(count_untouched(model, use, ROW_VALIDATES), whole ? 0 : ROWS / 5);
    assert_int_equal(count_untouched(model, use, ROW_TRAINS), 0);
    model_free(model);
  }
}

/* Labels of words of their own cannot be guessed, only learned. */
TEST(the_linear_branch_learns_from_all_rows_in_the_end) {
  TrainingOptions options = full_options();
  size_t right = 0;
  Training *training = own_words_training(options);
  train_to_end(training);
  Model *model = end_training(training);
  for (size_t i = 0; i < ROWS; i++) {
    char word[32];
    float *kernel = model->linear.kernel;
    snprintf(word, sizeof word, "w%zu", i);
    uint32_t number = vocabulary_find(&model->vocabulary, word, strlen(word));
    right += (kernel[number] > 0.0f) == (labels_find(&model->labels, coin(i)) == 1);
  }
  assert_true(right >= ROWS * 19 / 20); /* n-grams are shared */
  model_free(model);
}

TEST(patience_ends_with_an_epoch_on_all_rows) {
  TrainingOptions options = sample_options();
  size_t best = 0, validated = 0;
  Epoch epoch = {0};
  options.epochs = 50;
  options.patience = 2;
  options.learning_rate = 0.05;
  Training *training = own_words_training(options);
  while (!epoch.is_last) {
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    if (epoch.is_best) best = epoch.epoch;
    if (epoch.validated) validated = epoch.epoch;
  }
  assert_false(epoch.validated || epoch.is_best);
  assert_int_equal(validated, best + 2);
  assert_int_equal(epoch.epoch, best + 3);
  assert_true(epoch.epoch < 50 && epoch.learning_rate <= options.learning_rate / 40); /* the schedule's end */
  training_free(training);
}

TEST(rows_that_came_to_validate_stay_held_out) {
  TrainingOptions options = full_options();
  Training *training = coin_training(options);
  Epoch last = train_to_end(training);
  assert_true(last.validated);
  assert_int_equal(training_rows(training), ROWS);
  assert_int_equal(corpus_count(training_corpus(training), ROW_VALIDATES), KEPT_OUT);
  training_free(training);
}

TEST(one_epoch_is_validated) {
  TrainingOptions options = sample_options();
  options.epochs = 1;
  Training *training = sample_training(&options, ROWS);
  begin(training);
  Epoch epoch = train_to_end(training);
  assert_true(epoch.epoch == 1 && epoch.validated && epoch.is_best);
  training_free(training);
}

/* ---- rows without a label ------------------------------------------------------------------ */

/* Two labelled rows of each subject, and many without a label. */
static Training *unlabelled_training(TrainingOptions options) {
  Training *training;
  char text[SAMPLE_SIZE];
  options.validation = 0;
  assert_ok(training_new(&options, "", NULL, &training, &error));
  for (size_t i = 0; i < 2 * SAMPLE_LABELS; i++) {
    sample_text(i, text);
    add_row(training, text, sample_label(i), ROW_TRAINS);
  }
  for (size_t i = 2 * SAMPLE_LABELS; i < 2 * ROWS; i++) {
    sample_text(i, text);
    assert_ok(corpus_add(training_corpus(training), &tokenizer_unicode, text, strlen(text), NULL, ROW_UNLABELLED, &error));
  }
  begin(training);
  return training;
}

TEST(rows_without_a_label_are_learned_from) {
  TrainingOptions options = full_options();
  Training *training = unlabelled_training(options);
  assert_int_equal(training_rows(training), 2 * SAMPLE_LABELS);
  train_to_end(training);
  const Corpus *corpus = training_corpus(training);
  assert_int_equal(training_rows(training), 2 * SAMPLE_LABELS);
  assert_int_equal(corpus_count(corpus, ROW_UNLABELLED), 0);
  for (uint32_t row = 0; row < 2 * SAMPLE_LABELS; row++) assert_int_equal(corpus->target[row], row % SAMPLE_LABELS);
  Model *model = end_training(training);
  assert_true(sample_accuracy(model, 2 * ROWS, 60) >= 0.9);
  assert_true(is_finite(model));
  model_free(model);
}

TEST(guesses_are_the_same_with_any_number_of_threads) {
  File expected = {0};
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    TrainingOptions options = full_options();
    options.epochs = 2;
    options.threads = THREADS[i];
    Training *training = unlabelled_training(options);
    train_to_end(training);
    check_same_file(end_training(training), &expected);
  }
  free(expected.bytes);
}

/* ---- the blend --------------------------------------------------------------------------- */

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

/* ---- going on from a model ------------------------------------------------------------------ */

/* Reports on a subject of its own, of words of its own. */
static void music_text(size_t number, char text[SAMPLE_SIZE]) {
  static const char *const MUSIC[] = {"song", "choir", "violin", "tune"};
  snprintf(text, SAMPLE_SIZE, "the %s and it was %s", MUSIC[number % 4], MUSIC[number / 4 % 4]);
}

enum { FRESH = 12 };

/* New rows of a new label, beside the rows that `from` has learned. */
static Training *going_on(TrainingOptions options, const Model *from, size_t known) {
  Training *training;
  char text[SAMPLE_SIZE];
  assert_ok(training_new(&options, "", from, &training, &error));
  for (size_t i = 0; i < FRESH; i++) {
    music_text(i, text);
    add_row(training, text, text_label("music"), ROW_TRAINS);
  }
  for (size_t i = 0; i < known; i++) {
    sample_text(i, text);
    add_row(training, text, sample_label(i), ROW_KNOWN);
  }
  return training;
}

/* Old words and labels keep their numbers. */
static void check_begins_with(const Strings *strings, const Strings *before) {
  assert_true(strings->count > before->count);
  assert_memory_equal(strings->end, before->end, before->count * sizeof *before->end);
  assert_memory_equal(strings->bytes, before->bytes, before->length);
}

TEST(new_words_and_labels_are_learned_beside_the_old) {
  const bool linear[] = {false, true};
  for (size_t i = 0; i < COUNT(linear); i++) {
    TrainingOptions options = full_options();
    options.linear = linear[i];
    Model *from = sample_model(&options, ROWS);
    options.learning_rate = 0.005; /* few rows of the old labels come again */
    Training *training = going_on(options, from, ROWS);
    begin(training);
    train_to_end(training);
    Model *model = end_training(training);
    check_begins_with(&model->vocabulary.words, &from->vocabulary.words);
    check_begins_with(&model->labels.keys, &from->labels.keys);
    assert_int_equal(model->parameters.shape.labels, SAMPLE_LABELS + 1);
    assert_int_equal(label_of(model, "a violin and the choir", NULL), SAMPLE_LABELS);
    assert_near(sample_accuracy(model, 0, ROWS), 1.0, 0.0);
    assert_true(is_finite(model));
    model_free(model);
    model_free(from);
  }
}

TEST(as_many_known_rows_as_new_ones_are_learned_again) {
  TrainingOptions options = full_options();
  const size_t known[] = {0, 5, FRESH, ROWS};
  Model *from = sample_model(&options, ROWS);
  for (size_t i = 0; i < COUNT(known); i++) {
    size_t again = known[i] < FRESH ? known[i] : FRESH;
    Training *training = going_on(options, from, known[i]);
    begin(training);
    const Corpus *corpus = training_corpus(training);
    assert_int_equal(corpus_count(corpus, ROW_TRAINS) + corpus_count(corpus, ROW_VALIDATES), FRESH + again);
    assert_int_equal(corpus_count(corpus, ROW_UNUSED), known[i] - again);
    assert_int_equal(corpus_count(corpus, ROW_KNOWN), 0);
    for (size_t row = 0; row < FRESH; row++) assert_int_not_equal(corpus->use[row], ROW_UNUSED);
    training_free(training);
  }
  model_free(from);
}

TEST(the_seed_draws_the_known_rows) {
  TrainingOptions options = full_options(), other = full_options();
  Model *from = sample_model(&options, ROWS);
  options.validation = other.validation = 0;
  other.seed = 2;
  Training *first = going_on(options, from, ROWS), *again = going_on(options, from, ROWS);
  Training *second = going_on(other, from, ROWS);
  begin(first);
  begin(again);
  begin(second);
  assert_memory_equal(training_corpus(first)->use, training_corpus(again)->use, FRESH + ROWS);
  assert_memory_not_equal(training_corpus(first)->use, training_corpus(second)->use, FRESH + ROWS);
  training_free(first);
  training_free(again);
  training_free(second);
  model_free(from);
}

/* Sizes and parts, too, whatever the options say. */
TEST(the_model_says_what_is_gone_on_with) {
  TrainingOptions options = full_options(), other = TRAINING_DEFAULTS;
  options.position_bias = true;
  options.max_tokens = 9;
  Model *from = sample_model(&options, ROWS);
  other.subwords = other.max_pool = other.linear = false;
  other.epochs = 1;
  Training *training = going_on(other, from, 0);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  const Shape *shape = &model->parameters.shape, *before = &from->parameters.shape;
  assert_int_equal(shape->embedding, before->embedding);
  assert_int_equal(shape->hidden, before->hidden);
  assert_int_equal(shape->buckets, before->buckets);
  assert_int_equal(shape->positions, before->positions);
  assert_int_equal(shape->pooled, before->pooled);
  assert_int_equal(model->max_tokens, 9);
  assert_true(linear_exists(&model->linear));
  assert_int_equal(model->linear.buckets, from->linear.buckets);
  model_free(model);
  model_free(from);
}

/* At a rate of 0 the network is the one that was, n-grams taken apart and put
** together again: 1e-5 of a vector's numbers, and somewhat more of probabilities.
*/
TEST(going_on_begins_with_what_the_model_says) {
  static const char *const texts[] = {"storm and rain", "the rainy storms", "a goal", "nothing of it is known", ""};
  TrainingOptions options = full_options();
  options.linear = false;
  Model *from = sample_model(&options, ROWS);
  options.learning_rate = 0.0;
  options.validation = 0;
  Training *training;
  assert_ok(training_new(&options, "", from, &training, &error));
  for (size_t i = 0; i < 2 * FRESH; i++) {
    char text[SAMPLE_SIZE];
    sample_text(ROWS + i, text);
    add_row(training, text, sample_label(i), ROW_TRAINS);
  }
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  for (size_t i = 0; i < COUNT(texts); i++) {
    float before[SAMPLE_LABELS], after[SAMPLE_LABELS];
    probabilities_of(from, texts[i], before);
    probabilities_of(model, texts[i], after);
    assert_close(after, before, SAMPLE_LABELS, 1e-4);
  }
  model_free(model);
  model_free(from);
}

TEST(going_on_gives_the_same_bytes_with_any_number_of_threads) {
  TrainingOptions options = full_options();
  Model *from = sample_model(&options, ROWS);
  File expected = {0};
  options.epochs = 3;
  options.batch_size = 24;
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    options.threads = THREADS[i];
    Training *training = going_on(options, from, ROWS);
    begin(training);
    train_to_end(training);
    check_same_file(end_training(training), &expected);
  }
  free(expected.bytes);
  model_free(from);
}

/* Three labels are known already, so that three rows are not three labels that occur
** once.
*/
TEST(going_on_with_as_many_rows_as_labels) {
  TrainingOptions options = full_options();
  Model *from = sample_model(&options, ROWS);
  Training *training;
  assert_ok(training_new(&options, "", from, &training, &error));
  for (size_t i = 0; i < SAMPLE_LABELS; i++) add_row(training, "storm and wind", sample_label(0), ROW_TRAINS);
  begin(training);
  training_free(training);
  model_free(from);
}

/* As many of them as there are new ones: none. */
TEST(known_rows_alone_are_no_rows) {
  TrainingOptions options = full_options();
  Model *from = sample_model(&options, ROWS);
  Training *training;
  assert_ok(training_new(&options, "", from, &training, &error));
  for (size_t i = 0; i < ROWS; i++) add_row(training, "storm and wind", sample_label(i), ROW_KNOWN);
  assert_invalid(training_begin(training, NULL, &error), "no rows to learn from");
  training_free(training);
  model_free(from);
}

/* ---- word vectors -------------------------------------------------------------------------- */

enum { VECTOR_SIZE = 5 };

/* Of words that rows have, and of one that none has. */
static void add_vectors(Training *training) {
  static const char *const words[] = {"storm", "goal", "soup", "violin", "nowhere"};
  for (size_t i = 0; i < COUNT(words); i++) {
    float values[VECTOR_SIZE];
    fill_normal(values, VECTOR_SIZE, 3.0f, i);
    assert_ok(word_vectors_add(training_vectors(training), words[i], strlen(words[i]), values, VECTOR_SIZE, &error));
  }
}

/* That a word's vector is the one that was given, times a factor, which is returned.
** All have the same: see check_factors().
*/
static double vector_factor(const Model *model, const char *word, size_t number) {
  float values[VECTOR_SIZE];
  uint32_t row = vocabulary_find(&model->vocabulary, word, strlen(word));
  const float *vector = model->parameters.block + row * VECTOR_SIZE;
  assert_int_not_equal(row, VOCABULARY_UNKNOWN);
  fill_normal(values, VECTOR_SIZE, 3.0f, number);
  double factor = dot(vector, values, VECTOR_SIZE) / dot(values, values, VECTOR_SIZE);
  for (size_t j = 0; j < VECTOR_SIZE; j++) assert_near((double)vector[j], factor * (double)values[j], 1e-6);
  return factor;
}

static void check_factors(double a, double b) {
  assert_true(a > 0.0);
  assert_near(a, b, 1e-6);
}

static Model *vector_model(TrainingOptions options) {
  Training *training = sample_training(&options, ROWS);
  add_vectors(training);
  begin(training);
  train_to_end(training);
  return end_training(training);
}

/* At a rate of 0 they stay as they came; without n-grams they are all there is. */
TEST(words_begin_with_the_vectors_given) {
  TrainingOptions options = sample_options();
  Parameters drawn;
  options.learning_rate = 0.0;
  Model *model = vector_model(options);
  assert_int_equal(model->parameters.shape.embedding, VECTOR_SIZE);
  double factor = vector_factor(model, "storm", 0);
  assert_true(factor < 0.5); /* values of about 3 are scaled down to what networks begin with */
  check_factors(vector_factor(model, "soup", 2), factor);
  check_factors(vector_factor(model, "nowhere", 4), factor); /* a word of no row is known by its vector */
  assert_ok(parameters_new(&model->parameters.shape, &drawn, &error));
  parameters_initialise(&drawn, options.seed);
  uint32_t other = vocabulary_find(&model->vocabulary, "rain", 4);
  assert_memory_equal(model->parameters.block + other * VECTOR_SIZE, drawn.block + other * VECTOR_SIZE,
                      VECTOR_SIZE * sizeof(float));
  parameters_free(&drawn);
  model_free(model);
}

TEST(learns_with_vectors) {
  TrainingOptions options = full_options();
  options.epochs = 12;
  Model *model = vector_model(options);
  assert_int_equal(model->parameters.shape.embedding, VECTOR_SIZE);
  assert_near(sample_accuracy(model, 0, ROWS + 30), 1.0, 0.0);
  model_free(model);
}

/* What the model has learned of a word is more than its vector; new words have one. */
TEST(going_on_only_new_words_begin_with_vectors) {
  TrainingOptions options = sample_options();
  Model *from = vector_model(options);
  options.learning_rate = 0.0;
  Training *training = going_on(options, from, 0);
  add_vectors(training);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_int_equal(vocabulary_find(&from->vocabulary, "violin", 6), vocabulary_find(&model->vocabulary, "violin", 6));
  assert_memory_equal(model->parameters.block, from->parameters.block,
                      from->parameters.shape.vocabulary * VECTOR_SIZE * sizeof(float));
  model_free(model);
  options.hidden = 0; /* now from a model without vectors, of their size */
  options.embedding = VECTOR_SIZE;
  model_free(from);
  from = sample_model(&options, ROWS);
  training = going_on(options, from, 0);
  add_vectors(training);
  begin(training);
  train_to_end(training);
  model = end_training(training);
  assert_memory_equal(model->parameters.block, from->parameters.block,
                      from->parameters.shape.vocabulary * VECTOR_SIZE * sizeof(float));
  check_factors(vector_factor(model, "violin", 3), vector_factor(model, "nowhere", 4));
  model_free(model);
  model_free(from);
}

/* ---- rows that are no use ------------------------------------------------------------ */

/* Row i has text i % texts and label i % labels. */
static Training *plain_training(size_t rows, size_t labels) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, 0);
  for (size_t i = 0; i < rows; i++)
    add_row(training, "a text", (Label){.kind = LABEL_INTEGER, .integer = (int64_t)(i % labels)}, ROW_TRAINS);
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
  add_row(training, "a text", text_label("a"), ROW_VALIDATES);
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
    for (int i = 0; i < 30; i++) add_row(training, "", text_label(i % 3 ? "often" : "rare"), ROW_TRAINS);
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
  for (int i = 0; i < 20; i++) add_row(training, i % 2 ? "" : " \n", text_label("nothing"), ROW_TRAINS);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  assert_int_equal(label_of(model, "", NULL), labels_find(&model->labels, text_label("nothing")));
  assert_near(sample_accuracy(model, 0, ROWS), 1.0, 0.0);
  model_free(model);
}

/* Its words are known all the same, but the network says the same of every text. */
TEST(no_token_of_a_text_may_be_read) {
  TrainingOptions options = sample_options();
  options.max_tokens = 0;
  Model *model = sample_model(&options, ROWS);
  float of_text[SAMPLE_LABELS], of_nothing[SAMPLE_LABELS];
  probabilities_of(model, "storm and rain", of_text);
  probabilities_of(model, "", of_nothing);
  assert_memory_equal(of_text, of_nothing, sizeof of_text);
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

/* Proceeds that often, then says stop. */
static bool stop_later(void *context) {
  size_t *polls = context;
  if (*polls == 0) return false;
  --*polls;
  return true;
}

/* The first poll comes before anything else, the second 20 ms into the first epoch:
** into the linear branch, which learns first, and takes half a second where labels cannot
** be told apart.
*/
TEST(a_poll_that_says_stop_ends_the_linear_branch) {
  for (size_t threads = 1; threads <= 3; threads += 2) {
    TrainingOptions options = full_options();
    char text[SAMPLE_SIZE];
    Epoch epoch;
    size_t polls = 1;
    Training *training;
    Model *model;
    options.threads = threads;
    assert_ok(training_new(&options, "", NULL, &training, &error));
    for (size_t i = 0; i < 3000; i++) {
      sample_text(i, text);
      add_row(training, text, (Label){.kind = LABEL_INTEGER, .integer = (int64_t)(i % 61)}, ROW_TRAINS);
    }
    begin(training);
    assert_status(training_epoch(training, (Poll){stop_later, &polls}, &epoch, &error), STATUS_INTERRUPTED);
    assert_int_equal(polls, 0);
    assert_invalid(training_end(training, (Poll){0}, &model, &error), "no epoch has ended yet");
    training_free(training);
  }
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

/* ---- what is found out about a model ------------------------------------------------------ */

/* Its words are those of the vocabulary, whose n-grams are folded by then: a few sums of
** up to some 30 numbers about 1 are taken in another order.
*/
static void check_means(const Model *model, Label label_of_row(size_t row)) {
  const Keywords *k = &model->keywords;
  size_t words = vocabulary_size(&model->vocabulary);
  double *sums = allocate(SAMPLE_LABELS * words, sizeof *sums);
  size_t *counts = allocate(SAMPLE_LABELS * words, sizeof *counts), occurring = 0;
  Scratch scratch = {0};
  Tokens tokens = {0};
  for (size_t i = 0; i < ROWS; i++) {
    char text[SAMPLE_SIZE];
    float weights[32], contributions[32];
    sample_text(i, text);
    tokens_clear(&tokens);
    assert_ok(model_tokens(model, &tokenizer_unicode, text, strlen(text), &tokens, &error));
    assert_true(tokens.count <= COUNT(weights));
    uint32_t label = labels_find(&model->labels, label_of_row(i));
    Lexicon lexicon = tokens_lexicon(&tokens);
    assert_ok(explain_contributions(model, &(Question){tokens_text(&tokens), &lexicon, label}, &scratch, weights,
                                    contributions, &error));
    for (size_t t = 0; t < tokens.count; t++) {
      sums[label * words + tokens.words[t]] += (double)contributions[t];
      occurring += counts[label * words + tokens.words[t]]++ == 0;
    }
  }
  assert_int_equal(k->count, occurring); /* far fewer than there is room for */
  for (size_t i = 0; i < k->count; i++) {
    size_t place = k->labels[i] * words + k->words[i];
    assert_int_equal(k->counts[i], counts[place]);
    assert_near((double)k->contributions[i], sums[place] / (double)counts[place], 1e-5);
  }
  scratch_free(&scratch);
  tokens_free(&tokens);
  free(sums);
  free(counts);
}

/* Of the rows that were held out for a while, too. */
TEST(keywords_are_the_means_of_what_words_contribute) {
  for (int validated = 0; validated <= 1; validated++) {
    TrainingOptions options = full_options();
    options.validation = validated ? 0.2 : 0.0;
    Model *model = sample_model(&options, ROWS);
    check_means(model, sample_label);
    model_free(model);
  }
}

TEST(keywords_are_those_of_the_best_epoch) {
  TrainingOptions options = sample_options();
  size_t best = 0;
  Epoch epoch = {0};
  options.epochs = options.patience = 12;
  options.learning_rate = 0.05;
  Training *training = coin_training(options);
  while (!epoch.is_last) {
    assert_ok(training_epoch(training, (Poll){0}, &epoch, &error));
    if (epoch.is_best) best = epoch.epoch;
  }
  assert_in_range(best, 1, options.epochs - 1); /* or the test shows nothing */
  Model *model = end_training(training);
  check_means(model, coin);
  model_free(model);
}

/* The first of a label is one of its subject's words, which the other labels have not. */
TEST(the_words_of_a_label_tell_it_from_others) {
  TrainingOptions options = sample_options();
  Model *model = sample_model(&options, ROWS);
  for (uint32_t label = 0; label < SAMPLE_LABELS; label++) {
    size_t begin, end;
    keywords_of(&model->keywords, label, &begin, &end);
    assert_true(begin < end);
    assert_true(model->keywords.contributions[begin] > 0.1f);
    for (size_t i = 0; i < model->keywords.count; i++)
      assert_true((i >= begin && i < end) || model->keywords.words[i] != model->keywords.words[begin]);
  }
  model_free(model);
}

TEST(keywords_and_seen_texts_are_the_same_with_any_number_of_threads) {
  Model *first = NULL;
  for (size_t i = 0; i < COUNT(THREADS); i++) {
    TrainingOptions options = full_options();
    options.epochs = 2;
    options.threads = THREADS[i];
    Model *model = sample_model(&options, 5 * ROWS); /* texts of several tasks */
    const Keywords *k = &model->keywords;
    if (!first) {
      first = model;
      assert_true(k->count > 0 && model->fingerprints.count > 0);
      continue;
    }
    assert_int_equal(k->count, first->keywords.count);
    assert_memory_equal(k->labels, first->keywords.labels, k->count * sizeof *k->labels);
    assert_memory_equal(k->words, first->keywords.words, k->count * sizeof *k->words);
    assert_memory_equal(k->counts, first->keywords.counts, k->count * sizeof *k->counts);
    assert_memory_equal(k->contributions, first->keywords.contributions, k->count * sizeof *k->contributions);
    assert_int_equal(model->fingerprints.count, first->fingerprints.count);
    assert_memory_equal(model->fingerprints.hashes, first->fingerprints.hashes, model->fingerprints.count * sizeof *model->fingerprints.hashes);
    model_free(model);
  }
  model_free(first);
}

static bool has_seen(const Model *model, const char *text) {
  return fingerprints_has(&model->fingerprints, text_fingerprint(text, strlen(text)));
}

/* All texts are different. Those that validate while the model learns are seen only if
** the last epoch learns from them.
*/
TEST(rows_that_are_learned_from_are_seen_and_no_others) {
  for (int whole = 0; whole <= 1; whole++) {
    TrainingOptions options = sample_options();
    uint8_t use[ROWS];
    size_t seen = 0;
    options.epochs = whole ? 3 : 1;
    Training *training = own_words_training(options);
    memcpy(use, training_corpus(training)->use, ROWS);
    train_to_end(training);
    Model *model = end_training(training);
    for (size_t i = 0; i < ROWS; i++) {
      char text[32];
      snprintf(text, sizeof text, "the word w%zu", i);
      assert_int_equal(has_seen(model, text), whole || use[i] == ROW_TRAINS);
      seen += has_seen(model, text);
    }
    assert_int_equal(model->fingerprints.count, seen);
    assert_false(has_seen(model, "the word w0 "));
    model_free(model);
  }
}

TEST(rows_that_came_to_validate_are_not_seen) {
  TrainingOptions options = sample_options();
  options.epochs = 3;
  Training *training = sample_training(&options, ROWS);
  add_row(training, "a report to validate with", sample_label(0), ROW_VALIDATES);
  add_row(training, "rain to validate with", text_label("no such label"), ROW_VALIDATES);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  char text[SAMPLE_SIZE];
  for (size_t i = 0; i < ROWS; i++) {
    sample_text(i, text);
    assert_true(has_seen(model, text));
  }
  assert_false(has_seen(model, "a report to validate with"));
  assert_false(has_seen(model, "rain to validate with"));
  model_free(model);
}

/* Of known rows only some are learned again, but all that the model has seen it has. */
TEST(what_the_model_before_has_seen_stays_seen) {
  TrainingOptions options = sample_options();
  options.epochs = 2;
  Model *before = sample_model(&options, ROWS);
  Training *training = going_on(options, before, ROWS);
  begin(training);
  train_to_end(training);
  Model *model = end_training(training);
  char text[SAMPLE_SIZE];
  for (size_t i = 0; i < before->fingerprints.count; i++) assert_true(fingerprints_has(&model->fingerprints, before->fingerprints.hashes[i]));
  for (size_t i = 0; i < FRESH; i++) {
    music_text(i, text);
    assert_false(has_seen(before, text));
    assert_true(has_seen(model, text));
  }
  assert_int_equal(model->fingerprints.count, before->fingerprints.count + FRESH);
  model_free(model);
  model_free(before);
}

/* ---- rows of each label -------------------------------------------------------------------- */

static void check_label_rows(const Training *training, const size_t *expected, size_t labels) {
  const size_t *rows = training_label_rows(training);
  for (size_t l = 0; l < labels; l++) assert_int_equal(rows[l], expected[l]);
}

TEST(rows_of_each_label_are_counted_held_out_or_not) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  add_row(training, "another storm", sample_label(0), ROW_TRAINS);
  begin(training);
  assert_true(training_validation(training)->count > 0);
  const size_t expected[] = {ROWS / SAMPLE_LABELS + 1, ROWS / SAMPLE_LABELS, ROWS / SAMPLE_LABELS};
  check_label_rows(training, expected, SAMPLE_LABELS);
  assert_int_equal(training_rows(training) + training_validation(training)->count, ROWS + 1);
  train_to_end(training);
  check_label_rows(training, expected, SAMPLE_LABELS); /* when all are learned from, too */
  training_free(training);
}

TEST(rows_of_labels_that_are_not_learned_are_not_counted) {
  TrainingOptions options = sample_options();
  Training *training = sample_training(&options, ROWS);
  add_row(training, "a storm to validate with", sample_label(0), ROW_VALIDATES);
  add_row(training, "something else", text_label("no such label"), ROW_VALIDATES);
  begin(training);
  const size_t expected[] = {ROWS / SAMPLE_LABELS + 1, ROWS / SAMPLE_LABELS, ROWS / SAMPLE_LABELS};
  check_label_rows(training, expected, SAMPLE_LABELS);
  training_free(training);
}

TEST(rows_with_a_guessed_label_are_not_counted) {
  TrainingOptions options = full_options();
  options.epochs = 1;
  Training *training = unlabelled_training(options);
  const size_t expected[] = {2, 2, 2};
  check_label_rows(training, expected, SAMPLE_LABELS);
  train_to_end(training);
  assert_true(training_pseudo_labelled(training) > 0);
  check_label_rows(training, expected, SAMPLE_LABELS);
  training_free(training);
}

/* Of the known rows those that are learned again. */
TEST(known_rows_are_counted_where_they_are_learned_again) {
  TrainingOptions options = sample_options();
  options.epochs = 1;
  Model *before = sample_model(&options, ROWS);
  Training *training = going_on(options, before, ROWS);
  begin(training);
  const size_t *rows = training_label_rows(training);
  assert_int_equal(rows[SAMPLE_LABELS], FRESH);
  assert_int_equal(rows[0] + rows[1] + rows[2], FRESH);
  training_free(training);
  model_free(before);
}

/* ---- what goes into the model ------------------------------------------------------------ */

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
      cmocka_unit_test(learns_with_any_parts),
      cmocka_unit_test(learns_with_all_parts_but_the_gru),
      cmocka_unit_test(learns_with_position_bias),
      cmocka_unit_test(learns_with_balanced_labels),
      cmocka_unit_test(learns_with_the_defaults),
      cmocka_unit_test(label_weights_decide_between_equals),
      cmocka_unit_test(balanced_labels_are_heard_equally),
      cmocka_unit_test(long_texts_are_read_whole_by_the_linear_branch),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bytes),
      cmocka_unit_test(any_number_of_threads_gives_the_same_bytes_with_all_parts),
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
      cmocka_unit_test(the_last_epoch_learns_from_all_rows),
      cmocka_unit_test(the_linear_branch_learns_from_all_rows_in_the_end),
      cmocka_unit_test(patience_ends_with_an_epoch_on_all_rows),
      cmocka_unit_test(rows_that_came_to_validate_stay_held_out),
      cmocka_unit_test(one_epoch_is_validated),
      cmocka_unit_test(rows_without_a_label_are_learned_from),
      cmocka_unit_test(guesses_are_the_same_with_any_number_of_threads),
      cmocka_unit_test(branches_are_calibrated_on_validation_rows),
      cmocka_unit_test(new_words_and_labels_are_learned_beside_the_old),
      cmocka_unit_test(as_many_known_rows_as_new_ones_are_learned_again),
      cmocka_unit_test(the_seed_draws_the_known_rows),
      cmocka_unit_test(the_model_says_what_is_gone_on_with),
      cmocka_unit_test(going_on_begins_with_what_the_model_says),
      cmocka_unit_test(going_on_gives_the_same_bytes_with_any_number_of_threads),
      cmocka_unit_test(going_on_with_as_many_rows_as_labels),
      cmocka_unit_test(known_rows_alone_are_no_rows),
      cmocka_unit_test(words_begin_with_the_vectors_given),
      cmocka_unit_test(learns_with_vectors),
      cmocka_unit_test(going_on_only_new_words_begin_with_vectors),
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
      cmocka_unit_test(a_poll_that_says_stop_ends_the_linear_branch),
      cmocka_unit_test(short_epochs_are_polled_too),
      cmocka_unit_test(no_time_is_one_epoch),
      cmocka_unit_test(training_may_be_freed_at_any_time),
      cmocka_unit_test(keywords_are_the_means_of_what_words_contribute),
      cmocka_unit_test(keywords_are_those_of_the_best_epoch),
      cmocka_unit_test(the_words_of_a_label_tell_it_from_others),
      cmocka_unit_test(keywords_and_seen_texts_are_the_same_with_any_number_of_threads),
      cmocka_unit_test(rows_that_are_learned_from_are_seen_and_no_others),
      cmocka_unit_test(rows_that_came_to_validate_are_not_seen),
      cmocka_unit_test(what_the_model_before_has_seen_stays_seen),
      cmocka_unit_test(rows_of_each_label_are_counted_held_out_or_not),
      cmocka_unit_test(rows_of_labels_that_are_not_learned_are_not_counted),
      cmocka_unit_test(rows_with_a_guessed_label_are_not_counted),
      cmocka_unit_test(known_rows_are_counted_where_they_are_learned_again),
      cmocka_unit_test(options_go_into_the_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
