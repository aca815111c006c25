/* training.h -- learning, as a loop that its caller owns.
**
**   training_new()
**     corpus_add()       for each row, on training_corpus()
**   training_begin()     splits the rows, cuts the vocabulary, draws initial values
**     training_epoch()   again and again, until it says that it was the last
**   training_end()       the model of the best epoch, or of the final fit
**   training_free()      at any time
**
** A training is a list of stages (stage.h), which training.c runs one after the other:
** pseudo-labels, the linear branch, the epochs of the network, calibration, the final
** fit on all rows, cross-validation of a small table, the description of the model.
**
** Same rows, options and seed give the same model, bit for bit, with any number of
** threads. Threads live only inside training_epoch() and training_end().
*/
#ifndef CLASSIFY_TRAINING_H
#define CLASSIFY_TRAINING_H

#include <stdbool.h>

#include "base/workers.h"
#include "classifier/model.h"
#include "teacher/teacher.h"
#include "text/corpus.h"
#include "text/word_vectors.h"
#include "train/defaults.h"
#include "train/validation.h"

typedef struct Epoch {
  size_t epoch; /* from 1 */
  double train_loss, train_accuracy; /* with dropout on, the loss by label weight; score.h for sets of labels */
  bool validated;                    /* if there are validation rows: */
  double validation_loss, validation_accuracy, validation_f1; /* without either */
  double learning_rate; /* at the end of the epoch */
  double rows_per_second, seconds; /* seconds since training_new() */
  bool is_best; /* so far; never the last one on all rows */
  bool is_last;
} Epoch;

/* What a teacher has done (taught_labels.h). */
typedef struct TaughtSummary {
  size_t guessed;       /* rows that were given a label                          */
  size_t sure;          /* of them those whose label has a probability of 0.9 or more */
  size_t judged, right; /* labelled rows whose label was hidden from it; those it guessed right */
} TaughtSummary;

typedef struct Training Training;

/* `tokenize` goes into the model; the caller finds the tokenizer. With `from` (or
** NULL), borrowed until the training is freed, its words, labels, parameters,
** sizes, parts, tokenizer and markup are what the training begins with.
*/
Status training_new(const TrainingOptions *options, const char *tokenize, const Model *from,
                    Training **training, Error *error);
void training_free(Training *training);

/* The caller fills both before training_begin(). Of the rows that are ROW_KNOWN as many are learned
** from again as there are new ones. If there are vectors, the embedding has their size.
*/
Corpus *training_corpus(Training *training);
WordVectors *training_vectors(Training *training);

/* A teacher that guesses the labels of texts without one; the training then owns it. The caller gives it the text of
** each row, in the order of the corpus.
*/
void training_set_teacher(Training *training, Teacher *teacher);
Teacher *training_teacher(Training *training); /* or NULL */

/* Says before the first row that rows have sets of labels (corpus_add_labels()). The separator, or NULL, is copied
** into the model, which says by it how its user writes labels.
*/
Status training_set_multilabel(Training *training, const char *separator, Error *error);

/* Warns if the teacher had no time to read all words of the table, before training_begin(). */
Status training_count_words(Training *training, size_t read, size_t words, Error *error);

/* Adds a phrase that a label stands for, such as its name: only the teacher learns from it. After the last row. */
Status training_add_phrase(Training *training, const Label *label, const char *phrase, size_t length, Error *error);

/* While rows are read and the teacher is at work nothing is learned that could be saved, so there the stop file is an
** error. training_epoch() sees to it; before training_begin() the caller asks for each row, and runs workers with a
** poll that stops then, too.
*/
Status training_check_stop(Training *training, Error *error);
Poll training_poll(Training *training, Poll poll);

/* Likewise it is an error if rows come for longer than max_seconds. For each row. */
Status training_check_time(const Training *training, Error *error);
double training_seconds(const Training *training); /* since training_new() */

/* Likewise it is an error if so many rows would take more memory than there is (memory_limit.h). While rows are read
** the caller asks after each, and where much is done before training_begin(), which asks too, once all are there.
*/
Status training_check_memory(Training *training, bool all_rows, Error *error);

/* Begins to learn. There must be at least two labels, one of them with two rows to train on; one label
** is enough if rows have sets of labels. Such a training knows no teacher, no texts without labels and
** no label weights. The label weights [labels] (NULL: none) are copied, and multiply a row's loss.
*/
Status training_begin(Training *training, const float *label_weights, Error *error);

/* The options as they are used; what was left open is filled in, but for `validation` if cross-validation judges. */
const TrainingOptions *training_options(const Training *training);
size_t training_rows(const Training *training);            /* with a label of their own, those held out too */
size_t training_pseudo_labelled(const Training *training); /* rows without one that were given a pseudo-label */
const TaughtSummary *training_taught(const Training *training); /* NULL: there is no teacher, or all rows had labels */
bool training_is_multilabel(const Training *training);
const size_t *training_label_rows(const Training *training); /* [labels] rows with the label, those held out too */
const Strings *training_warnings(const Training *training); /* sentences: warnings.h */

/* The rows held out, if there are any, and how they are labelled: by the last epoch, or
** once calibration is over by the best one, with the calibration that was fitted on them.
** After cross-validation all rows, each labelled by a model that has not learned it.
*/
const Validation *training_validation(const Training *training);

/* How far training_epoch() is: for its poll, or for whoever asks between epochs. */
typedef struct TrainingProgress {
  const char *stage;    /* what is done beside the epochs, such as "learning the linear branch"; NULL: nothing */
  bool told;            /* `share` is the stage's own, which knows how far it is */
  bool validating;      /* the epoch is over, its rows are being judged            */
  size_t epoch, epochs; /* under way, from 1; at most                              */
  size_t rows;          /* learned from, by all epochs                             */
  double share;         /* 0 to 1: of the epochs' rows, or of max_seconds if more  */
  double besides;       /* seconds that the linear branch will take once more      */
} TrainingProgress;

TrainingProgress training_progress(const Training *training);

/* Runs the next epoch. A loss that is not finite is an error; so is a poll that says stop. */
Status training_epoch(Training *training, Poll poll, Epoch *epoch, Error *error);

/* Ends the training after an epoch; the caller owns the model. What the training says of its
** rows and of the validation can still be asked, until it is freed.
*/
Status training_end(Training *training, Poll poll, Model **model, Error *error);

#endif
