/* model_hold.h -- a model's row, which stays as it is while it is read.
**
** Between finding a row and reading it, another connection may delete it, if no statement of this one is reading the
** database: SELECT classify_card('m') reads no table. So a statement on the row runs until the hold ends.
*/
#ifndef CLASSIFY_MODEL_HOLD_H
#define CLASSIFY_MODEL_HOLD_H

#include "models/model_place.h"

typedef struct ModelHold {
  ModelPlace place;
  sqlite3_stmt *reading; /* of connection_statement(), or NULL */
} ModelHold; /* all zero is none */

/* Finds the model as model_place_find() does, with the same errors, and holds its row. The caller ends the hold in any
** case, also after an error.
*/
int model_hold_begin(Connection *connection, const char *spec, ModelHold *hold, Error *error);
void model_hold_end(ModelHold *hold);

#endif
