/* saving_target.h -- where a training saves its model, checked before any work is done. */
#ifndef CLASSIFY_SAVING_TARGET_H
#define CLASSIFY_SAVING_TARGET_H

#include "host/connection.h"

typedef struct SavingTarget {
  char *schema, *name;
  bool bare;           /* the name was given without a schema */
  bool in_transaction; /* the training began in one           */
} SavingTarget; /* all zero is none */

/* Reads the name to train under (NULL: `default`): that of model_name.h without a version. Without a
** schema the model is saved in main, as CREATE TABLE would. Checks what would keep the model from
** being saved: the schema is read-only, classify_models there is another table than ours, the
** authorizer refuses. Changes nothing, but inside a transaction takes the write lock. The caller frees
** the target by saving_target_free(); after an error it is all zero.
**
** Where main is read-only, the host lets others run SELECT, so a SELECT must not write: a database
** that is no file, as temp, takes a model only if it has the table classify_models already, and to make
** this takes more than a SELECT.
*/
int saving_target(Connection *connection, const char *spec, SavingTarget *target, Error *error);
void saving_target_free(SavingTarget *target);

/* Returns whether this rule lets the schema take models. */
bool saving_target_is_open(sqlite3 *db, const char *schema);

#endif
