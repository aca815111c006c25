/* lesson.h -- one training, from its arguments to the saved row.
**
** The aggregate classify_train(text, label) and the watched form in FROM are the
** same lesson with another owner of the loop:
**
**   lesson_begin()    reads name and options, checks that saving will work
**     lesson_row()    for each row, or lesson_query()
**   lesson_start()    reads what the options name, draws the network
**     lesson_epoch()  until epoch->is_last; that one has saved the model
**   lesson_end()      at any time; nothing is saved that was not
*/
#ifndef CLASSIFY_LESSON_H
#define CLASSIFY_LESSON_H

#include "host/progress.h"
#include "models/examples.h"
#include "models/saving.h"
#include "training/options.h"

typedef struct Lesson {
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
} Lesson; /* all zero is none */

/* model and options are SQL values, NULL where not given. */
int lesson_begin(Lesson *lesson, Connection *connection, sqlite3_value *model,
                 sqlite3_value *options, const char *query, Error *error);

/* The label is NULL for a text without one. lesson_query(): for each row of a query. */
int lesson_row(Lesson *lesson, sqlite3_value *text, sqlite3_value *label, RowUse use, Error *error);
int lesson_query(Lesson *lesson, const char *query, Error *error);
int lesson_start(Lesson *lesson, Error *error);
int lesson_epoch(Lesson *lesson, Epoch *epoch, Error *error);
void lesson_end(Lesson *lesson);

/* What classify_train() returns: JSON, for sqlite3_free(). NULL: out of memory. */
char *lesson_summary(const Lesson *lesson, const Epoch *last);

#endif
