/* statement_models.h -- the models that one SQL statement uses.
**
** Which model a name means is looked up once for a statement, not once for each row. The
** models are kept as auxiliary data of the statement, which SQLite frees at its end.
*/
#ifndef CLASSIFY_STATEMENT_MODELS_H
#define CLASSIFY_STATEMENT_MODELS_H

#include "models/loading.h"

/* Gives the model that an earlier row was given, or else calls loading_load(). The context is
** that of a function whose user data is the Connection. The caller owes
** cache_release(*model); after an error *model is NULL.
*/
int statement_models_load(sqlite3_context *context, const char *spec, const Model **model, Error *error);

#endif
