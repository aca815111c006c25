/* defaults.h -- the options of a training, and the choices that are made by the table's size
** where the options leave them open.
**
** All choices were made by measuring, on validation splits of real tables from 60
** to 150,000 rows; tests/bench has the harness.
*/
#ifndef CLASSIFY_DEFAULTS_H
#define CLASSIFY_DEFAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classifier/binary_relevance.h"
#include "classifier/calibration.h"
#include "inference/precision.h"
#include "markup/markup.h"

#define HIDDEN_BY_ROWS SIZE_MAX

typedef struct TrainingOptions {
  size_t epochs;        /* at most; 0: by the number of rows and labels */
  size_t batch_size;    /* texts a step; 0: by the number of rows */
  double learning_rate; /* at its height                          */
  double dropout;
  double validation;    /* fraction of the rows held out; below 0: by their number */
  size_t patience;      /* epochs without a better one end it; 0: never, and
                        ** the last epoch is the best                      */
  uint64_t seed;
  size_t threads;       /* 0: one for each processor              */
  double max_seconds;   /* 0: no limit                            */
  const char *stop_file; /* stop_file.h: borrowed; or NULL       */
  size_t max_tokens, min_count, max_vocabulary;
  bool balanced;        /* weight of a label: inverse frequency   */
  size_t embedding;     /* 0: by the number of rows               */
  size_t hidden;        /* 0: no GRU; HIDDEN_BY_ROWS: by their number */
  bool position_bias;
  bool subwords;        /* character n-grams                    */
  bool max_pool;        /* and vectors beside the GRU's states  */
  bool linear;          /* the linear branch                    */
  Precision precision;  /* of labelling, afterwards             */
  bool compress;        /* compression.h; else the model has floats and buckets */
  size_t max_size;      /* bytes of the model's file; 0: no limit */
  size_t most_bytes;    /* of a file that the caller can save; 0: no limit */
  uint64_t max_memory;  /* bytes the training may take; 0: what there is */
  Markup markup;        /* that texts are written in            */
} TrainingOptions;

/* What measuring showed to be right for most tables. */
extern const TrainingOptions TRAINING_DEFAULTS;

/* Networks have one of a few sizes, from the largest to the smallest. defaults_network() returns that which a number
** of rows can fill; defaults_set_network() sets what is not given of it.
*/
enum { NETWORK_SIZES = 4 };
size_t defaults_network(size_t rows);
void defaults_set_network(TrainingOptions *options, size_t size);

/* Sets the other sizes that are 0, by the number of rows and labels; `from`: to go on from a model; `probable`:
** each label of a row is learned as a probability, since a teacher guesses it or a row has a set of labels.
*/
void defaults_sizes(TrainingOptions *options, size_t rows, size_t labels, bool from, bool probable);

/* The fraction of the labelled rows to hold out: at most as many as tell an accuracy within 0.2 points. A teacher needs
** each of a few labels, and what it guesses is judged by cross-validation.
*/
double defaults_validation(size_t labelled, bool taught);

/* Whether the last epoch, and the linear branch once more, learn from the rows that were held out, too. */
bool defaults_final_fit(size_t labelled, size_t held_out);

/* Whether rows are judged by cross-validation, beside those held out: a tenth of a small table says little. */
bool defaults_cross_validates(size_t labelled);

/* The prior of calibration: what fits most tables. A network is too sure of itself, the more
** so the fewer rows it has, unless it begins with word vectors; margins are about 1.
*/
Calibration defaults_calibration(bool linear, bool vectors, size_t rows);

/* The same where rows have sets of labels. With few rows nothing is sure, and a low threshold gives
** the higher F1.
*/
RelevancePrior defaults_relevance(bool linear, bool vectors, size_t rows);

#endif
