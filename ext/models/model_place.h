/* model_place.h -- where a model stands: the schema, and the row of its classify_models.
**
** A name without @version means the newest one. For a name without a schema main is searched
** first, then temp, then the attached databases in order; the first one that has the name is taken.
** Temp goes before main if this connection has trained temp.NAME itself, since it last trained
** NAME: what else comes to be in temp, such as by a saving that failed, hides nothing. Where the
** caller names no model, it is `default`; if no model has that name, the only one that there is.
*/
#ifndef CLASSIFY_MODEL_PLACE_H
#define CLASSIFY_MODEL_PLACE_H

#include "host/connection.h"

typedef struct ModelPlace {
  char *schema, *name;
  sqlite3_int64 rowid, version;
  sqlite3_int64 size; /* of the weights, in bytes */
} ModelPlace; /* all zero is none */

/* Finds the model that `spec` (NULL: not named) means to this connection now. The texts
** are copies, which the caller frees by model_place_free(). That there is no such model is
** an error, which lists those that there are; after an error *place is all zero.
*/
int model_place_find(Connection *connection, const char *spec, ModelPlace *place, Error *error);
void model_place_free(ModelPlace *place);

/* Sets *exists to whether the schema has a model of this name, in any version. */
int model_place_exists(Connection *connection, const char *schema, const char *name, bool *exists, Error *error);

#endif
