/* models.h -- the table classify_models: naming, finding and loading models.
**
** A model is named name[@version] or schema.name[@version]. Without @version it
** is the newest. Without a schema the databases are asked as they are for a
** table: temp, main, then the attached ones in order; the first one that has
** the name is it. A model that is not named is `default`; where no model has
** that name, the only one there is. saving.h makes the rows.
*/
#ifndef CLASSIFY_MODELS_H
#define CLASSIFY_MODELS_H

#include "classifier/model.h"
#include "host/connection.h"

#define MODELS_NEWEST ((sqlite3_int64)-1)

typedef struct ModelName {
  char *schema;          /* as the connection spells it; NULL: none given */
  char *name;
  sqlite3_int64 version; /* or MODELS_NEWEST */
} ModelName; /* all zero is none */

/* What stands before the first dot is a schema only if there is one so named. */
int models_parse(Connection *connection, const char *spec, ModelName *name, Error *error);
void models_name_free(ModelName *name);

/* Whether the schema has a model of this name, and the row of its version. */
int models_find_in(Connection *connection, const char *schema, const ModelName *name,
                   sqlite3_int64 *rowid, sqlite3_int64 *version, bool *found, Error *error);

/* Finds the model that `spec` names (NULL: not named) as this connection sees it
** now, and reads it unless a connection of the process has it already. The
** caller owes cache_release().
*/
int models_load(Connection *connection, const char *spec, const Model **model, Error *error);

/* The row of a model. created, options and metrics are as they stand there; options
** and metrics are SQL NULL where the column holds no JSON.
*/
typedef struct ModelRow {
  char *schema, *name;
  sqlite3_int64 version;
  sqlite3_value *created, *options, *metrics;
  sqlite3_int64 size; /* of the weights, in bytes */
} ModelRow; /* all zero is none */

/* models_load(), and the row that the model stands in. */
int models_describe(Connection *connection, const char *spec, const Model **model, ModelRow *row, Error *error);
void models_row_free(ModelRow *row);

/* A text as the model reads it, with the tokenizer that it names. */
int models_tokens(Connection *connection, const Model *model, const char *text, size_t length,
                  Tokens *tokens, Error *error);

/* What the model says of it: connection->probabilities [labels]. */
int models_predict(Connection *connection, const Model *model, const Tokens *tokens, Error *error);

#endif
