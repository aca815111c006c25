/* saving.h -- a trained model becomes a row of classify_models.
**
** In autocommit a model commits by itself; inside BEGIN it is part of the
** caller's transaction. A trained model is never lost to a lock.
*/
#ifndef CLASSIFY_SAVING_H
#define CLASSIFY_SAVING_H

#include "host/connection.h"

/* Where a training saves. */
typedef struct SavingTarget {
  char *schema, *name; /* sqlite3_free()d by saving_target_free() */
} SavingTarget; /* all zero is none */

/* Reads the name to train under (NULL: `default`): that of model_name.h without a version.
** Without a schema the model is saved in main, as CREATE TABLE would. Checks, before any
** work is done, what would keep the model from being saved: the schema is read-only,
** classify_models there is another table than ours, the authorizer refuses. Changes nothing,
** but inside a transaction takes the write lock. The caller frees the target by
** saving_target_free(); after an error it is all zero.
*/
int saving_target(Connection *connection, const char *spec, SavingTarget *target, Error *error);
void saving_target_free(SavingTarget *target);

typedef struct NewModel {
  const void *weights; /* a safetensors file of `size` bytes */
  size_t size;
  const char *labels, *options, *metrics; /* JSON */
  sqlite3_int64 keep; /* > 0: only this many of the newest versions stay */
} NewModel;

/* One INSERT, under a version number never used before; makes the table where there is
** none. Waits for the locks of
** others up to ten seconds. Where another connection has written since this one
** began to read (WAL), saves through a connection of its own. If all fails the
** model goes to temp.classify_models, and the error says so.
*/
int saving_save(Connection *connection, const SavingTarget *target, const NewModel *model,
                sqlite3_int64 *version, Error *error);

#endif
