/* saving.h -- a trained model becomes a row of classify_models.
**
** In autocommit mode the model is committed at once; after BEGIN it is a part of the caller's
** transaction. A lock that others hold never costs a trained model.
*/
#ifndef CLASSIFY_SAVING_H
#define CLASSIFY_SAVING_H

#include "models/saving_target.h"

typedef struct NewModel {
  const void *weights; /* a safetensors file, `size` bytes */
  size_t size;
  const char *labels, *options, *metrics; /* JSON */
  sqlite3_int64 keep; /* how many of the newest versions stay; 0: all */
} NewModel; /* all of it stays the caller's */

/* Inserts the model under a version number that was never used before, which *version is set
** to, deletes the versions that are too many, both in one transaction, and makes the table if there
** is none. Waits up to ten seconds for the locks of others. If another connection has written since
** this one began to read (WAL), it saves through a second connection. If all of this fails, or the
** transaction in which the training began has ended, the model goes to temp.classify_models, where
** saving_target.h lets it, and the error says so. *version is 0 where nothing was saved. Where only the
** deletion fails, as by a trigger, the model is saved, and the error says that.
*/
int saving_save(Connection *connection, const SavingTarget *target, const NewModel *model,
                sqlite3_int64 *version, Error *error);

#endif
