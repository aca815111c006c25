#include "models/change_mark.h"

#include "host/schemas.h"

static const char MARK[] = "SELECT mark FROM \"%w\".classify_changes LIMIT 1";
static const char FOREIGN[] = "PRAGMA \"%w\".data_version"; /* changes with what others commit */

/* As sql/schema.sql has them. */
#define BODY "ON classify_models BEGIN DELETE FROM classify_changes; INSERT INTO classify_changes VALUES (random()); END"
static const char TRIGGERS[] =
    "SELECT count(DISTINCT substr(sql, instr(sql, 'AFTER'))) FROM \"%w\".sqlite_master "
    "WHERE type = 'trigger' AND substr(sql, instr(sql, 'AFTER')) IN "
    "('AFTER INSERT " BODY "', 'AFTER UPDATE " BODY "', 'AFTER DELETE " BODY "')";

/* Gives the integer that the statement selects; false if there is none. */
static bool select_integer(Connection *c, const char *format, const char *schema, sqlite3_int64 *value) {
  sqlite3_stmt *stmt;
  Error ignored;
  if (schemas_statement(c, &CLASSIFY_CHANGES, format, schema, &stmt, &ignored) || !stmt) return false;
  bool found = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER;
  *value = found ? sqlite3_column_int64(stmt, 0) : 0;
  sqlite3_reset(stmt);
  return found;
}

void change_mark_read(Connection *c, const char *schema, ChangeMark *mark) {
  sqlite3_int64 triggers = 0;
  mark->known = select_integer(c, TRIGGERS, schema, &triggers) && triggers == 3 &&
                select_integer(c, FOREIGN, schema, &mark->foreign) && select_integer(c, MARK, schema, &mark->mark);
}

bool change_mark_is(Connection *c, const char *schema, const ChangeMark *mark, bool committed) {
  sqlite3_int64 number;
  return mark->known && (!committed || (select_integer(c, FOREIGN, schema, &number) && number == mark->foreign)) &&
         select_integer(c, MARK, schema, &number) && number == mark->mark;
}
