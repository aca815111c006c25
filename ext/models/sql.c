#include "models/sql.h"

#include "host/failure.h"

static char *with_schema(const char *format, const char *schema) {
  return sqlite3_mprintf(format, schema, schema, schema, schema, schema, schema, schema, schema);
}

int sql_run(sqlite3 *db, const char *format, const char *schema, Error *error) {
  char *sql = with_schema(format, schema);
  if (!sql) return failure_no_memory(error);
  int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  if (rc) rc = failure_sqlite(error, db, sqlite3_extended_errcode(db));
  sqlite3_free(sql);
  return rc;
}

int sql_prepare(sqlite3 *db, const char *format, const char *schema, sqlite3_stmt **stmt, Error *error) {
  char *sql = with_schema(format, schema);
  *stmt = NULL;
  if (!sql) return failure_no_memory(error);
  int rc = sqlite3_prepare_v2(db, sql, -1, stmt, NULL);
  sqlite3_free(sql);
  return rc ? failure_sqlite(error, db, rc) : SQLITE_OK;
}

int sql_fetch(sqlite3 *db, const char *format, const char *schema, const char *name, char **text, Error *error) {
  sqlite3_stmt *stmt;
  *text = NULL;
  int rc = sql_prepare(db, format, schema, &stmt, error);
  if (rc) return rc;
  if (name) sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
  rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) {
    *text = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
    rc = *text ? SQLITE_OK : SQLITE_NOMEM;
  } else if (rc == SQLITE_DONE) {
    rc = SQLITE_OK;
  }
  if (rc) rc = failure_sqlite(error, db, rc);
  sqlite3_finalize(stmt);
  return rc;
}
