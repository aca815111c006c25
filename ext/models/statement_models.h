/* statement_models.h -- the model of a statement.
**
** Which model a name means is asked once a statement, not once a row: the answers
** are kept as the statement's auxiliary data, under a number that all scalar
** functions share.
*/
#ifndef CLASSIFY_STATEMENT_MODELS_H
#define CLASSIFY_STATEMENT_MODELS_H

#include "models/loading.h"

/* loading_load(), or what an earlier row was given. The context is that of a function
** whose user data is the Connection; the caller owes cache_release().
*/
int statement_models_load(sqlite3_context *context, const char *spec, const Model **model, Error *error);

#endif
