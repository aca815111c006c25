#include "host/schemas.h"

#include <string.h>

#include "host/lock_wait.h"

void schemas_free(Schemas *s) {
  for (int i = 0; i < s->count; i++) sqlite3_free(s->names[i]);
}

static bool add_schema(Schemas *s, const char *name) {
  char *copy = sqlite3_mprintf("%s", name);
  if (copy) s->names[s->count++] = copy;
  return copy != NULL;
}

/* SQLite lists temp only once something is in it, and nothing where an authorizer says SQLITE_IGNORE. */
int schemas_list(Connection *c, Schemas *s, Error *error) {
  sqlite3_stmt *list;
  s->count = 0;
  int rc = connection_statement(c, "PRAGMA database_list", &list, error);
  if (rc) return rc;
  int step = SQLITE_DONE;
  bool added = add_schema(s, "temp");
  while (added && s->count < SCHEMAS_MOST && (step = sqlite3_step(list)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(list, 1);
    added = name && (strcmp(name, "temp") == 0 || add_schema(s, name));
  }
  sqlite3_reset(list);
  if (added && step == SQLITE_DONE && s->count == 1) added = add_schema(s, "main");
  if (added && step == SQLITE_DONE) return SQLITE_OK;
  schemas_free(s);
  return added ? failure_sqlite(error, c->db, step) : failure_no_memory(error);
}

const char *schemas_find(const Schemas *s, const char *name, size_t length) {
  for (int i = 0; i < s->count; i++)
    if (strlen(s->names[i]) == length && sqlite3_strnicmp(s->names[i], name, (int)length) == 0) return s->names[i];
  return NULL;
}

/* ---- the tables ---------------------------------------------------------------------- */

const SchemasTable CLASSIFY_MODELS = {"classify_models", "table of models"};
const SchemasTable CLASSIFY_CHANGES = {"classify_changes", "table of changes"};
const SchemasTable CLASSIFY_ENCODERS = {"classify_encoders", "table of encoders"};

bool schemas_has(sqlite3 *db, const char *schema, const SchemasTable *table) {
  return sqlite3_table_column_metadata(db, schema, table->name, NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

static int fail_if_view(Connection *c, const char *schema, const SchemasTable *table, Error *error) {
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf("SELECT 1 FROM \"%w\".sqlite_master WHERE type = 'view' AND lower(name) = '%s'", schema,
                              table->name);
  if (!sql) return failure_no_memory(error);
  int rc = sqlite3_prepare_v2(c->db, sql, -1, &stmt, NULL);
  if (!rc) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW)
    rc = failure(error, SQLITE_ERROR, "%s.%s is a view, expected the %s", schema, table->name, table->meaning);
  else
    rc = rc == SQLITE_DONE ? SQLITE_OK : failure_sqlite(error, c->db, rc);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  return rc;
}

/* Says in front of an error that the table has not the columns. */
static int not_a_table(const SchemasTable *table, const char *schema, Error *error) {
  Error reason = *error;
  return failure(error, SQLITE_ERROR, "%s.%s is not a %s: %s", schema, table->name, table->meaning, reason.message);
}

/* In a shared cache a table, or the schema, is locked while another connection writes to it. */
static int prepare_patiently(Connection *c, const char *sql, sqlite3_stmt **stmt, Error *error) {
  double until = lock_wait_until();
  int rc;
  do rc = connection_statement(c, sql, stmt, error);
  while ((rc & 0xFF) == SQLITE_LOCKED && lock_wait_again(c, &rc, until, error));
  return rc;
}

static int step_patiently(Connection *c, sqlite3_stmt *stmt, Error *error) {
  double until = lock_wait_until();
  bool begun = sqlite3_stmt_busy(stmt);
  int rc;
  do {
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) return rc;
    failure_sqlite(error, c->db, rc);
  } while (!begun && (rc & 0xFF) == SQLITE_LOCKED && lock_wait_again(c, &rc, until, error));
  return rc;
}

/* Preparing reads the schema of the file anew, so a table that another process has just made
** is found. In temp, which belongs to this connection alone, a look is enough.
*/
int schemas_statement(Connection *c, const SchemasTable *table, const char *format, const char *schema,
                      sqlite3_stmt **stmt, Error *error) {
  *stmt = NULL;
  if (strcmp(schema, "temp") == 0 && !schemas_has(c->db, schema, table)) return SQLITE_OK;
  char *sql = sqlite3_mprintf(format, schema);
  if (!sql) return failure_no_memory(error);
  int rc = prepare_patiently(c, sql, stmt, error);
  sqlite3_free(sql);
  if ((rc == SQLITE_OK || rc == SQLITE_ERROR) && !schemas_has(c->db, schema, table)) {
    Error view;
    int is_view = fail_if_view(c, schema, table, &view); /* which also reads the schema anew */
    if (is_view || !schemas_has(c->db, schema, table)) {
      *stmt = NULL;
      *error = view;
      return is_view;
    }
  }
  return rc == SQLITE_ERROR ? not_a_table(table, schema, error) : rc;
}

int schemas_step(Connection *c, const SchemasTable *table, const char *schema, sqlite3_stmt *stmt, Error *error) {
  int rc = step_patiently(c, stmt, error);
  if (rc != SQLITE_ERROR) return rc;
  return schemas_has(c->db, schema, table) ? not_a_table(table, schema, error) : SQLITE_DONE;
}
