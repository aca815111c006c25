#include "models/change_mark.h"

#include "host/failure.h"
#include "host/schemas.h"
#include "models/model_tables.h"

static const char MARK[] = "SELECT mark FROM \"%w\".classify_changes LIMIT 1";
static const char FOREIGN[] = "PRAGMA \"%w\".data_version"; /* changes with what others commit */

/* Whether the table and its triggers are as sql/schema.sql has them. A trigger in temp may be on a table of main. */
static const char INTACT[] =
    "WITH body(b) AS (VALUES ('ON classify_models BEGIN DELETE FROM classify_changes; "
    "INSERT INTO classify_changes VALUES (random()); END')), master AS (SELECT * FROM \"%w\".sqlite_master) "
    "SELECT (SELECT count(DISTINCT substr(sql, instr(sql, 'AFTER'))) FROM master, body "
    "WHERE type = 'trigger' AND substr(sql, instr(sql, 'AFTER')) IN "
    "('AFTER INSERT ' || b, 'AFTER UPDATE ' || b, 'AFTER DELETE ' || b)) = 3 AND "
    "(SELECT group_concat(sql) FROM master WHERE lower(tbl_name) = 'classify_changes') = '" MODEL_TABLES_CHANGES "' "
    "AND NOT EXISTS (SELECT 1 FROM sqlite_temp_master WHERE type = 'trigger' AND lower(tbl_name) = 'classify_changes')";

/* Errors that end the caller's transaction, or ask for an end: they are passed on. After others the mark is unknown. */
static int serious(Connection *c, int rc, Error *error) {
  int code = rc & 0xFF;
  bool is_serious = code == SQLITE_IOERR || code == SQLITE_FULL || code == SQLITE_NOMEM || code == SQLITE_INTERRUPT;
  return is_serious ? failure_sqlite(error, c->db, rc) : SQLITE_OK;
}

/* Selects an integer. *found is false if there is none. */
static int select_integer(Connection *c, const char *format, const char *schema, bool *found, sqlite3_int64 *value,
                          Error *error) {
  sqlite3_stmt *stmt;
  *found = false;
  *value = 0;
  int rc = schemas_statement(c, &CLASSIFY_CHANGES, format, schema, &stmt, error);
  if (rc || !stmt) return serious(c, rc, error);
  int step = sqlite3_step(stmt);
  if (step == SQLITE_ROW && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER) {
    *found = true;
    *value = sqlite3_column_int64(stmt, 0);
  }
  rc = serious(c, step, error);
  sqlite3_reset(stmt);
  return rc;
}

static bool triggers_run(sqlite3 *db) {
  int enabled = 0;
  return sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, -1, &enabled) == SQLITE_OK && enabled;
}

int change_mark_read(Connection *c, const char *schema, ChangeMark *mark, Error *error) {
  sqlite3_int64 intact = 0;
  bool found;
  *mark = (ChangeMark){0};
  int rc = triggers_run(c->db) ? select_integer(c, INTACT, schema, &found, &intact, error) : SQLITE_OK;
  if (rc || !intact) return rc;
  rc = select_integer(c, FOREIGN, schema, &found, &mark->foreign, error);
  if (rc || !found) return rc;
  return select_integer(c, MARK, schema, &mark->known, &mark->mark, error);
}

int change_mark_is(Connection *c, const char *schema, const ChangeMark *mark, bool committed, bool *same,
                   Error *error) {
  sqlite3_int64 number;
  int rc = SQLITE_OK;
  *same = mark->known && triggers_run(c->db);
  if (*same && committed) {
    rc = select_integer(c, FOREIGN, schema, same, &number, error);
    *same = *same && number == mark->foreign;
  }
  if (!rc && *same) {
    rc = select_integer(c, MARK, schema, same, &number, error);
    *same = *same && number == mark->mark;
  }
  return rc;
}
