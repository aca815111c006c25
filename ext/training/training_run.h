/* training_run.h -- one training, from its arguments to the saved row.
**
** The aggregate classify_train(text, label) and classify_train(query) in FROM both call:
**
**   training_run_begin()    reads name and options, checks that the model can be saved
**     training_rows_add()   for each row, or training_rows_query()
**   training_run_start()    reads what the options name, begins the training
**     training_run_epoch()  until epoch->is_last; that call has saved the model
**   training_run_end()      at any time; before the last epoch nothing is saved
*/
#ifndef CLASSIFY_TRAINING_RUN_H
#define CLASSIFY_TRAINING_RUN_H

#include "host/label_reader.h"
#include "host/mistyped_labels.h"
#include "host/progress.h"
#include "models/examples.h"
#include "models/saving.h"
#include "training/options.h"

typedef struct TrainingRun {
  Connection *connection;
  SavingTarget target;
  Options options;
  const Model *from;     /* the model to go on from, a reference into the cache; or NULL */
  const Encoder *encoder; /* the teacher's, a reference into the cache; or NULL */
  const Tokenizer *tokenizer;
  Training *training;
  char *query;           /* of classify_train(query), else NULL */
  LabelReader labels;    /* of rows with sets of labels */
  MistypedLabels mistyped; /* of the validation query */
  bool decided;          /* whether rows have sets of labels, by the first label */
  size_t row;            /* of the query that is read, from 1; 0 before */
  size_t skipped;        /* rows with a NULL text or label      */
  Examples examples;
  sqlite3_str *history;  /* JSON: metrics_write_epoch() of each epoch */
  Progress progress;
  Epoch best;
  size_t label_count;    /* set when the model is saved */
  sqlite3_int64 version; /* set when the model is saved */
} TrainingRun; /* all zero is none */

/* model and options are SQL values, or NULL if not given; so is query, a copy of which is kept. */
int training_run_begin(TrainingRun *run, Connection *connection, sqlite3_value *model, sqlite3_value *options,
                       const char *query, Error *error);
int training_run_start(TrainingRun *run, Error *error);
int training_run_epoch(TrainingRun *run, Epoch *epoch, Error *error);
void training_run_end(TrainingRun *run);

/* With GROUP BY a statement trains several models: puts the model's name in front of the error, unless it is
** `default`, and returns rc. _start() and _epoch() have done so.
*/
int training_run_failure(const TrainingRun *run, int rc, Error *error);

#endif
