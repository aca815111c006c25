/* row_id.h -- the id of a row, as a query gave it, kept until the row is returned. */
#ifndef CLASSIFY_ROW_ID_H
#define CLASSIFY_ROW_ID_H

#include "host/failure.h"

/* An integer is stored without an allocation. */
typedef struct RowId {
  sqlite3_value *value; /* NULL: an integer */
  sqlite3_int64 integer;
} RowId;

/* Copies a value. */
int row_id_read(sqlite3_value *value, RowId *id, Error *error);
void row_id_free(RowId *id);
void row_id_result(sqlite3_context *context, const RowId *id);

#endif
