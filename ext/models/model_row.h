/* model_row.h -- what the row of a model says, but for the weights and the labels. */
#ifndef CLASSIFY_MODEL_ROW_H
#define CLASSIFY_MODEL_ROW_H

#include "models/model_place.h"

/* The row owns all of it. created, options and metrics are as they stand in the table;
** options and metrics are SQL NULL where the column holds no JSON.
*/
typedef struct ModelRow {
  char *schema, *name;
  sqlite3_int64 version;
  sqlite3_value *created, *options, *metrics;
  sqlite3_int64 size; /* of the weights, in bytes */
} ModelRow; /* all zero is none */

/* Reads the row. The caller frees it by model_row_free(). That it has been deleted is an
** error; after an error *row is all zero.
*/
int model_row_read(Connection *connection, const ModelPlace *place, ModelRow *row, Error *error);
void model_row_free(ModelRow *row);

#endif
