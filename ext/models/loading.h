/* loading.h -- a model that is named becomes one that can be used.
**
** A model's weights are read once for the whole process: cache.h shares them between
** connections. The connection also keeps a reference to the models that it used last, so
** that the next statement need not read them again.
*/
#ifndef CLASSIFY_LOADING_H
#define CLASSIFY_LOADING_H

#include "classifier/model.h"
#include "models/model_row.h"

/* Loads the model that `spec` means (model_place.h). The caller owes cache_release(*model);
** after an error *model is NULL.
*/
int loading_load(Connection *connection, const char *spec, const Model **model, Error *error);

/* The same, and reads the model's row, for model_row_free(). After an error the row is all zero. */
int loading_load_with_row(Connection *connection, const char *spec, const Model **model, ModelRow *row, Error *error);

#endif
