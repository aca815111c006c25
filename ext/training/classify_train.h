/* classify_train.h -- classify_train(), as an aggregate and in FROM.
**
**   SELECT classify_train(text, label [, model [, options]]) FROM ...
**   SELECT * FROM classify_train(query [, model [, options]])
*/
#ifndef CLASSIFY_CLASSIFY_TRAIN_H
#define CLASSIFY_CLASSIFY_TRAIN_H

#include "host/table.h"

void classify_train_step(sqlite3_context *context, int argc, sqlite3_value **argv);
void classify_train_final(sqlite3_context *context);

/* Returns an error that says what is missing. */
void classify_train_one_argument(sqlite3_context *context, int argc, sqlite3_value **argv);

extern const TableFunction CLASSIFY_TRAIN;

#endif
