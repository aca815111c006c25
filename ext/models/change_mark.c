#include "models/change_mark.h"

#include "host/failure.h"
#include "host/schemas.h"

static const char MARK[] = "SELECT mark FROM \"%w\".classify_changes LIMIT 1";
static const char FOREIGN[] = "PRAGMA \"%w\".data_version"; /* changes with what others commit */

/* As sql/schema.sql has them. */
#define BODY "ON classify_models BEGIN DELETE FROM classify_changes; INSERT INTO classify_changes VALUES (random()); END"
static const char TRIGGERS[] =
    "SELECT count(DISTINCT substr(sql, instr(sql, 'AFTER'))) FROM \"%w\".sqlite_master "
    "WHERE type = 'trigger' AND substr(sql, instr(sql, 'AFTER')) IN "
    "('AFTER INSERT " BODY "', 'AFTER UPDATE " BODY "', 'AFTER DELETE " BODY "')";

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

int change_mark_read(Connection *c, const char *schema, ChangeMark *mark, Error *error) {
  sqlite3_int64 triggers;
  bool found;
  *mark = (ChangeMark){0};
  int rc = select_integer(c, TRIGGERS, schema, &found, &triggers, error);
  if (rc || triggers != 3) return rc;
  rc = select_integer(c, FOREIGN, schema, &found, &mark->foreign, error);
  if (rc || !found) return rc;
  return select_integer(c, MARK, schema, &mark->known, &mark->mark, error);
}

int change_mark_is(Connection *c, const char *schema, const ChangeMark *mark, bool committed, bool *same,
                   Error *error) {
  sqlite3_int64 number;
  int rc = SQLITE_OK;
  *same = mark->known;
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
