/* train.h -- learning, as a loop that its caller owns.
**
** Where rows to validate with are held out of the rows that were given, the last
** epoch learns from them, too: after the best epoch so far, whose blend was fitted
** on them before.
**
**   training_new()
**     corpus_add()       for each row, on training_corpus()
**   training_begin()     splits, cuts the vocabulary, draws initial values
**     training_epoch()   again and again, until it says that it was the last
**   training_end()       the model of the best epoch, or of that last one
**   training_free()      at any time
**
** Same rows, options and seed give the same model, bit for bit, with any number
** of threads. Threads live only inside training_epoch().
*/
#ifndef CLASSIFY_TRAIN_H
#define CLASSIFY_TRAIN_H

#include <stdbool.h>

#include "base/workers.h"
#include "classifier/model.h"
#include "text/corpus.h"
#include "text/word_vectors.h"
#include "train/defaults.h"
#include "train/validation.h"

typedef struct Epoch {
  size_t epoch; /* from 1 */
  double train_loss, train_accuracy; /* with dropout on, the loss by label weight */
  bool validated;                    /* if there are validation rows: */
  double validation_loss, validation_accuracy, validation_f1; /* without either */
  double learning_rate; /* at the end of the epoch */
  double rows_per_second, seconds; /* seconds since training_begin() */
  bool is_best; /* so far; never the last one on all rows */
  bool is_last;
} Epoch;

typedef struct Training Training;

/* `tokenize` goes into the model; the caller finds the tokenizer. With `from` (or
** NULL), borrowed until the training is freed, its words, labels, parameters,
** sizes, parts and tokenizer are what is begun with.
*/
Status training_new(const TrainingOptions *options, const char *tokenize, const Model *from,
                    Training **training, Error *error);
void training_free(Training *training);

/* To be filled before training_begin(). Of rows that are ROW_KNOWN as many are
** learned from again as there are new ones. The size of the vectors, if there
** are any, is that of the embedding.
*/
Corpus *training_corpus(Training *training);
WordVectors *training_vectors(Training *training);

/* Needs at least two labels, one of them with two rows to train on. The label
** weights [labels], NULL for none, are copied and multiply a row's loss.
*/
Status training_begin(Training *training, const float *label_weights, Error *error);

/* The options as they are used, with those that were left to the rows. */
const TrainingOptions *training_options(const Training *training);
size_t training_rows(const Training *training);            /* trained on */
size_t training_guessed(const Training *training);         /* of texts without a label */
const size_t *training_label_rows(const Training *training); /* [labels] of both, but for guessed ones */

/* The rows held out, if there are any, and once the best epoch is known what it made
** of them, with the blend that was fitted on them.
*/
const Validation *training_validation(const Training *training);

/* How far training_epoch() is: for its poll, or for whoever asks between epochs. */
typedef enum TrainingStage {
  TRAINING_GUESSES,   /* labels of texts without one                   */
  TRAINING_LINEAR,    /* the linear branch learns; neither counts rows */
  TRAINING_NETWORK,
  TRAINING_VALIDATES
} TrainingStage;

typedef struct TrainingProgress {
  TrainingStage stage;
  size_t epoch, epochs; /* under way, from 1; at most                               */
  size_t rows;          /* learned from, in each epoch anew                         */
  double share;         /* 0 to 1: of the network's rows, or of max_seconds if more */
  double besides;       /* seconds that the linear branch will take once more       */
} TrainingProgress;

TrainingProgress training_progress(const Training *training);

/* A loss that is not finite is an error; so is a poll that says stop. */
Status training_epoch(Training *training, Poll poll, Epoch *epoch, Error *error);

/* The caller owns the model. Only free() what is left of the training then, but the
** validation can still be read.
*/
Status training_end(Training *training, Poll poll, Model **model, Error *error);

#endif
