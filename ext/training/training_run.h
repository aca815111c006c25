/* training_run.h -- one training, from its arguments to the saved row.
**
** The aggregate classify_train(text, label) and the watched form in FROM are the
** same run with another owner of the loop:
**
**   training_run_begin()    reads name and options, checks that saving will work
**     training_run_row()    for each row, or training_run_query()
**   training_run_start()    reads what the options name, draws the network
**     training_run_epoch()  until epoch->is_last; that one has saved the model
**   training_run_end()      at any time; nothing is saved that was not
*/
#ifndef CLASSIFY_TRAINING_RUN_H
#define CLASSIFY_TRAINING_RUN_H

#include "host/progress.h"
#include "models/examples.h"
#include "models/saving.h"
#include "training/options.h"

typedef struct TrainingRun {
  Connection *connection;
  SavingTarget target;
  Options options;
  const Model *from;     /* to go on from, held in the cache; or NULL */
  const Tokenizer *tokenizer;
  Training *training;
  char *query;           /* of the FROM form; NULL in the aggregate's */
  size_t skipped;        /* rows with a NULL text or label */
  Examples examples;
  sqlite3_str *history;  /* JSON: an epoch after the other */
  Progress progress;
  Epoch best;
  size_t label_count;    /* and */
  sqlite3_int64 version; /* once it is saved */
} TrainingRun; /* all zero is none */

/* model and options are SQL values, NULL where not given. */
int training_run_begin(TrainingRun *run, Connection *connection, sqlite3_value *model,
                       sqlite3_value *options, const char *query, Error *error);

/* The label is NULL for a text without one. training_run_query(): for each row of a query. */
int training_run_row(TrainingRun *run, sqlite3_value *text, sqlite3_value *label, RowUse use, Error *error);
int training_run_query(TrainingRun *run, const char *query, Error *error);
int training_run_start(TrainingRun *run, Error *error);
int training_run_epoch(TrainingRun *run, Epoch *epoch, Error *error);
void training_run_end(TrainingRun *run);

/* What classify_train() returns: JSON, for sqlite3_free(). NULL: out of memory. */
char *training_run_summary(const TrainingRun *run, const Epoch *last);

#endif
