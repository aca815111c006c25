/* saving.h -- a trained model becomes a row of classify_models.
**
** In autocommit mode the model is committed at once; after BEGIN it is a part of the caller's
** transaction. A lock that others hold never costs a trained model.
*/
#ifndef CLASSIFY_SAVING_H
#define CLASSIFY_SAVING_H

#include "host/connection.h"

/* Where a training saves its model. */
typedef struct SavingTarget {
  char *schema, *name;
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
  const void *weights; /* a safetensors file, `size` bytes */
  size_t size;
  const char *labels, *options, *metrics; /* JSON */
  sqlite3_int64 keep; /* how many of the newest versions stay; 0: all */
} NewModel; /* all of it stays the caller's */

/* Inserts the model under a version number that was never used before, which *version is set
** to, and makes the table if there is none. Waits up to ten seconds for the locks of others.
** If another connection has written since this one began to read (WAL), it saves through a
** second connection. If all of this fails the model goes to temp.classify_models, and the
** error says so. *version is 0 where nothing was saved.
*/
int saving_save(Connection *connection, const SavingTarget *target, const NewModel *model,
                sqlite3_int64 *version, Error *error);

#endif
