#include "models/model_row.h"

#include "host/json.h"
#include "host/schemas.h"

void model_row_free(ModelRow *row) {
  sqlite3_free(row->schema);
  sqlite3_free(row->name);
  sqlite3_value_free(row->created);
  sqlite3_value_free(row->options);
  sqlite3_value_free(row->metrics);
  *row = (ModelRow){0};
}

enum { COLUMN_NAME, COLUMN_CREATED, COLUMN_OPTIONS, COLUMN_METRICS, COLUMN_SIZE, COLUMN_NULL };

static const char SELECT[] =
    "SELECT name, created, CASE WHEN typeof(options) = 'text' THEN options END, "
    "CASE WHEN typeof(metrics) = 'text' THEN metrics END, length(weights), NULL "
    "FROM \"%w\".classify_models WHERE rowid = ?1";

/* json_valid() would not do: when memory is out it calls JSON malformed. */
static int is_json(Connection *c, sqlite3_value *value, bool *valid, Error *error) {
  sqlite3_stmt *stmt;
  int rc = connection_statement(c, "SELECT json_type(?1)", &stmt, error);
  if (rc) return rc;
  rc = sqlite3_bind_value(stmt, 1, value);
  if (!rc) rc = json_step(stmt);
  *valid = rc == SQLITE_ROW;
  rc = rc == SQLITE_ROW || rc == SQLITE_ERROR ? SQLITE_OK : failure_sqlite(error, c->db, rc);
  sqlite3_reset(stmt);
  sqlite3_clear_bindings(stmt);
  return rc;
}

static int copy_json(Connection *c, sqlite3_stmt *stmt, int column, sqlite3_value **copy, Error *error) {
  bool valid;
  int rc = is_json(c, sqlite3_column_value(stmt, column), &valid, error);
  if (!rc) *copy = sqlite3_value_dup(sqlite3_column_value(stmt, valid ? column : COLUMN_NULL));
  return rc;
}

static int copy_row(Connection *c, ModelRow *row, const ModelPlace *place, sqlite3_stmt *stmt, Error *error) {
  const char *name = (const char *)sqlite3_column_text(stmt, COLUMN_NAME);
  row->schema = sqlite3_mprintf("%s", place->schema);
  row->name = name ? sqlite3_mprintf("%s", name) : NULL;
  row->version = place->version;
  row->created = sqlite3_value_dup(sqlite3_column_value(stmt, COLUMN_CREATED));
  row->size = sqlite3_column_int64(stmt, COLUMN_SIZE);
  int rc = copy_json(c, stmt, COLUMN_OPTIONS, &row->options, error);
  if (!rc) rc = copy_json(c, stmt, COLUMN_METRICS, &row->metrics, error);
  bool copied = row->schema && row->name && row->created && row->options && row->metrics;
  return rc || copied ? rc : failure_no_memory(error);
}

int model_row_read(Connection *c, const ModelPlace *place, ModelRow *row, Error *error) {
  sqlite3_stmt *stmt;
  *row = (ModelRow){0};
  int rc = schemas_statement(c, &CLASSIFY_MODELS, SELECT, place->schema, &stmt, error);
  if (rc) return rc;
  if (stmt) sqlite3_bind_int64(stmt, 1, place->rowid);
  rc = stmt ? schemas_step(c, &CLASSIFY_MODELS, place->schema, stmt, error) : SQLITE_DONE;
  if (rc == SQLITE_ROW)
    rc = copy_row(c, row, place, stmt, error);
  else if (rc == SQLITE_DONE)
    rc = failure(error, SQLITE_ERROR, "the model has been deleted meanwhile");
  sqlite3_reset(stmt);
  if (rc) model_row_free(row);
  return rc;
}
