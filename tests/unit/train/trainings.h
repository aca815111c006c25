/* trainings.h -- small trainings, and what the models that come of them say: shared by the
** tests of training.h and of its stages.
*/
#ifndef CLASSIFY_TRAININGS_H
#define CLASSIFY_TRAININGS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "classifier/predict.h"
#include "unit/support.h"

enum { ROWS = 60 };

SHARED void begin(Training *training) { assert_ok(training_begin(training, NULL, &error)); }

SHARED void probabilities_of(const Model *model, const char *text, float *probabilities) {
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
SHARED uint32_t label_of(const Model *model, const char *text, float *confidence) {
  float *probabilities = allocate(model->parameters.shape.labels, sizeof *probabilities);
  probabilities_of(model, text, probabilities);
  uint32_t best = output_argmax(probabilities, model->parameters.shape.labels);
  if (confidence) *confidence = probabilities[best];
  free(probabilities);
  return best;
}

/* The share of sample rows from first on that a model labels right. */
SHARED double sample_accuracy(const Model *model, size_t first, size_t count) {
  size_t right = 0;
  for (size_t i = first; i < first + count; i++) {
    char text[SAMPLE_SIZE];
    sample_text(i, text);
    right += label_of(model, text, NULL) == labels_find(&model->labels, sample_label(i));
  }
  return (double)right / (double)count;
}

SHARED bool is_finite(const Model *model) {
  const Linear *l = &model->linear;
  for (size_t i = 0; i < model->parameters.count; i++)
    if (!isfinite(model->parameters.block[i])) return false;
  for (size_t i = 0; linear_exists(l) && i < (tfidf_features(&l->tfidf) + l->buckets) * l->columns; i++)
    if (!isfinite(l->kernel[i])) return false;
  return isfinite(model->calibration.network) && isfinite(model->calibration.linear);
}

/* Small and quick, with all parts. */
SHARED TrainingOptions full_options(void) {
  TrainingOptions options = sample_options();
  options.subwords = options.max_pool = options.linear = true;
  return options;
}

/* The file of a model, which is freed. */
typedef struct File {
  uint8_t *bytes;
  size_t size;
} File;

/* The first file is kept, and each further one must be the same. */
SHARED void check_same_file(Model *model, File *expected) {
  File file;
  assert_ok(model_write(model, (Poll){0}, &file.bytes, &file.size, &error));
  model_free(model);
  if (!expected->bytes) {
    *expected = file;
    return;
  }
  assert_int_equal(file.size, expected->size);
  assert_memory_equal(file.bytes, expected->bytes, file.size);
  free(file.bytes);
}

SHARED const size_t THREADS[] = {1, 2, 5};

/* Whether a warning begins so. */
SHARED bool is_warned(const Training *t, const char *beginning) {
  const Strings *warnings = training_warnings(t);
  size_t length;
  for (uint32_t i = 0; i < warnings->count; i++)
    if (strncmp(strings_get(warnings, i, &length), beginning, strlen(beginning)) == 0) return true;
  return false;
}

/* Labels drawn without regard to the text: accuracy goes up and down. The model
** must be that of the epoch with the highest, and of these the lowest loss.
*/
enum { KEPT_OUT = 30 };

SHARED Label coin(size_t row) {
  Random random = random_stream(row, 5, 5);
  return text_label(random_below(&random, 2) ? "heads" : "tails");
}

SHARED Training *coin_training(TrainingOptions options) {
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

/* Each row has a word of its own, which alone tells its label. */
SHARED Training *own_words_training(TrainingOptions options) {
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

/* Two labelled rows of each subject, and many without a label. */
SHARED Training *unlabelled_training(TrainingOptions options) {
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
    assert_ok(corpus_add(training_corpus(training), &tokenizer_unicode, text, strlen(text), NULL, ROW_UNLABELLED,
                         &error));
  }
  begin(training);
  return training;
}

/* Reports on a subject of its own, of words of its own. */
SHARED void music_text(size_t number, char text[SAMPLE_SIZE]) {
  static const char *const MUSIC[] = {"song", "choir", "violin", "tune"};
  snprintf(text, SAMPLE_SIZE, "the %s and it was %s", MUSIC[number % 4], MUSIC[number / 4 % 4]);
}

enum { FRESH = 12 };

/* New rows of a new label, beside the rows that `from` has learned. */
SHARED Training *going_on(TrainingOptions options, const Model *from, size_t known) {
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

SHARED bool stop(void *context) {
  (void)context;
  return false;
}

#endif
