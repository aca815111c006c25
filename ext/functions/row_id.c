#include "functions/row_id.h"

int row_id_read(sqlite3_value *value, RowId *id, Error *error) {
  *id = (RowId){.integer = sqlite3_value_int64(value)};
  if (sqlite3_value_type(value) == SQLITE_INTEGER) return SQLITE_OK;
  id->value = sqlite3_value_dup(value);
  return id->value ? SQLITE_OK : failure_no_memory(error);
}

void row_id_free(RowId *id) {
  sqlite3_value_free(id->value);
  *id = (RowId){0};
}

void row_id_result(sqlite3_context *context, const RowId *id) {
  if (id->value)
    sqlite3_result_value(context, id->value);
  else
    sqlite3_result_int64(context, id->integer);
}
