#include "models/saving.h"

#include <string.h>

#include "base/clock.h"
#include "models/model_name.h"
#include "models/model_place.h"
#include "schema.h"

enum { WAIT_SECONDS = 10, PAUSE_MS = 25 };

static const char COLUMNS[] = "name,version,created,labels,options,metrics,weights";

/* ---- small SQL ------------------------------------------------------------------ */

/* Puts the schema into a format that has %w up to eight times and no other directive. Returns
** the SQL for sqlite3_free().
*/
static char *with_schema(const char *format, const char *schema) {
  return sqlite3_mprintf(format, schema, schema, schema, schema, schema, schema, schema, schema);
}

static int run(sqlite3 *db, const char *format, const char *schema, Error *error) {
  char *sql = with_schema(format, schema);
  if (!sql) return failure_no_memory(error);
  int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  if (rc) rc = failure_sqlite(error, db, sqlite3_extended_errcode(db));
  sqlite3_free(sql);
  return rc;
}

/* Prepares the first statement of the format. */
static int prepare(sqlite3 *db, const char *format, const char *schema, sqlite3_stmt **stmt, Error *error) {
  char *sql = with_schema(format, schema);
  *stmt = NULL;
  if (!sql) return failure_no_memory(error);
  int rc = sqlite3_prepare_v2(db, sql, -1, stmt, NULL);
  sqlite3_free(sql);
  return rc ? failure_sqlite(error, db, rc) : SQLITE_OK;
}

/* Sets *text to the first column of the query's first row, for sqlite3_free(); to NULL if
** there is no row. The format has one directive, for the schema.
*/
static int fetch(sqlite3 *db, const char *format, const char *schema, char **text, Error *error) {
  sqlite3_stmt *stmt;
  *text = NULL;
  int rc = prepare(db, format, schema, &stmt, error);
  if (rc) return rc;
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

static bool is_lock(int rc) { return (rc & 0xFF) == SQLITE_BUSY || (rc & 0xFF) == SQLITE_LOCKED; }

/* Waiting does not help with a snapshot that is too old: it does not become newer. */
static bool can_wait(int rc) { return is_lock(rc) && rc != SQLITE_BUSY_SNAPSHOT; }

static double deadline(void) { return clock_seconds() + (double)WAIT_SECONDS; }

/* Pauses and returns true if a lock of others was in the way and there is time left. */
static bool wait_again(int rc, double until) {
  if (!can_wait(rc) || clock_seconds() >= until) return false;
  sqlite3_sleep(PAUSE_MS);
  return true;
}

/* ---- the target ------------------------------------------------------------------ */

void saving_target_free(SavingTarget *t) {
  sqlite3_free(t->schema);
  sqlite3_free(t->name);
  *t = (SavingTarget){0};
}

/* Whether the name ends in @, or in @ and digits that are too many for a version. */
static bool ends_in_version(const char *name) {
  const char *at = strrchr(name, '@');
  return at && at[1 + strspn(at + 1, "0123456789")] == '\0';
}

static int parse_name(Connection *c, const char *spec, ModelName *n, Error *error) {
  Schemas schemas;
  *n = (ModelName){0};
  int rc = schemas_list(c, &schemas, error);
  if (rc) return rc;
  rc = model_name_parse(&schemas, spec, n, error);
  schemas_free(&schemas);
  if (!rc && (n->version != MODEL_NAME_NEWEST || ends_in_version(n->name)))
    rc = failure(error, SQLITE_ERROR, "the model's name is '%s', expected a name without @version, since the "
                 "new version's number is chosen for you", spec);
  return rc;
}

/* A model in temp would be found before the new one in main. */
static int check_hidden(Connection *c, const ModelName *n, Error *error) {
  bool exists = false;
  if (n->schema) return SQLITE_OK;
  int rc = model_place_exists(c, "temp", n->name, &exists, error);
  if (rc || !exists) return rc;
  return failure(error, SQLITE_ERROR,
                 "temp.classify_models holds a model named '%s', which would hide the new one: move or "
                 "delete it, or name the new one 'main.%s' or 'temp.%s'", n->name, n->name, n->name);
}

/* Returns whether the table exists and has a rowid. */
static bool has_rowid(sqlite3 *db, const char *schema, const char *table) {
  return sqlite3_table_column_metadata(db, schema, table, "rowid", NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

static int check_table(Connection *c, const char *schema, Error *error) {
  char *type, *columns = NULL;
  int rc = fetch(c->db, "SELECT CASE WHEN sql LIKE 'create virtual%%' THEN 'virtual table' ELSE type END "
                 "FROM \"%w\".sqlite_master WHERE lower(name) = 'classify_models'", schema, &type, error);
  if (!rc && type && strcmp(type, "table") != 0)
    rc = failure(error, SQLITE_ERROR, "%s.classify_models is a %s, expected the table of models", schema,
                 type);
  if (!rc && type)
    rc = fetch(c->db, "SELECT group_concat(lower(name)) FROM pragma_table_info('classify_models', %Q)",
               schema, &columns, error);
  if (!rc && columns && !has_rowid(c->db, schema, "classify_models"))
    rc = failure(error, SQLITE_ERROR, "%s.classify_models is a table WITHOUT ROWID, expected one with", schema);
  if (!rc && columns && strcmp(columns, COLUMNS) != 0)
    rc = failure(error, SQLITE_ERROR, "%s.classify_models has the columns %s, expected %s", schema,
                 columns, COLUMNS);
  sqlite3_free(type);
  sqlite3_free(columns);
  return rc;
}

static int check_writable(Connection *c, const char *schema, Error *error) {
  char *query_only;
  if (sqlite3_db_readonly(c->db, schema) == 1)
    return failure(error, SQLITE_READONLY, "database %s is read-only, expected one that can be written, "
                   "or a model named temp.NAME", schema);
  int rc = fetch(c->db, "PRAGMA \"%w\".query_only", schema, &query_only, error);
  if (!rc && query_only && strcmp(query_only, "0") != 0)
    rc = failure(error, SQLITE_READONLY, "PRAGMA query_only is on, so no model can be saved, expected it off");
  sqlite3_free(query_only);
  return rc;
}

static const char INSERT_NOTHING[] =
    "INSERT INTO \"%w\".classify_models(name, version, created, labels, options, metrics, weights) "
    "SELECT 0, 0, 0, 0, 0, 0, 0 WHERE 0";

/* Prepares what saving will run first. This asks the authorizer, and finds other obstacles. */
static int check_allowed(Connection *c, const char *schema, Error *error) {
  sqlite3_stmt *stmt;
  bool complete = has_rowid(c->db, schema, "classify_models") && has_rowid(c->db, schema, "classify_versions");
  int rc = prepare(c->db, complete ? INSERT_NOTHING : SCHEMA_SQL, schema, &stmt, error);
  sqlite3_finalize(stmt);
  return rc;
}

/* Takes the write lock by setting user_version to what it is. */
static int take_lock(sqlite3 *db, const char *schema, Error *error) {
  char *version;
  int rc = fetch(db, "PRAGMA \"%w\".user_version", schema, &version, error);
  char *sql = version ? sqlite3_mprintf("PRAGMA \"%%w\".user_version = %s", version) : NULL;
  if (!rc) rc = sql ? run(db, sql, schema, error) : failure_no_memory(error);
  sqlite3_free(version);
  sqlite3_free(sql);
  return rc;
}

/* In autocommit mode the lock of another connection may be gone by the time that there is a
** model to save, so nothing is checked now. In a transaction it is: one that cannot write now
** may never be able to, and one that can keeps the lock until its end.
*/
static int lock_in_transaction(Connection *c, const char *schema, Error *error) {
  double until = deadline();
  int rc;
  if (sqlite3_get_autocommit(c->db)) return SQLITE_OK;
  do rc = take_lock(c->db, schema, error);
  while (wait_again(rc, until));
  if (!is_lock(rc)) return rc;
  return failure(error, rc, "the transaction cannot write to %s, which another connection has locked or "
                 "changed since, expected BEGIN IMMEDIATE", schema);
}

int saving_target(Connection *c, const char *spec, SavingTarget *target, Error *error) {
  ModelName n;
  *target = (SavingTarget){0};
  if (c->queries > 0)
    return failure(error, SQLITE_ERROR, "it stands in the query of another function, expected a query that "
                   "only reads");
  int rc = parse_name(c, spec ? spec : "default", &n, error);
  if (!rc) rc = check_hidden(c, &n, error);
  if (!rc) {
    target->schema = sqlite3_mprintf("%s", n.schema ? n.schema : "main");
    target->name = sqlite3_mprintf("%s", n.name);
    if (!target->schema || !target->name) rc = failure_no_memory(error);
  }
  model_name_free(&n);
  if (!rc) rc = check_writable(c, target->schema, error);
  if (!rc) rc = check_table(c, target->schema, error);
  if (!rc) rc = check_allowed(c, target->schema, error);
  if (!rc) rc = lock_in_transaction(c, target->schema, error);
  if (rc) saving_target_free(target);
  return rc;
}

/* ---- saving ------------------------------------------------------------------------ */

static const char INSERT_MODEL[] =
    "INSERT INTO \"%w\".classify_models(name, version, created, labels, options, metrics, weights) "
    "VALUES (?1, ifnull(?6, 1 + max("
    "ifnull((SELECT max(version) FROM \"%w\".classify_models WHERE name = ?1), 0), "
    "ifnull((SELECT newest FROM \"%w\".classify_versions WHERE name = ?1), 0))), "
    "strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', 'now'), ?2, ?3, ?4, ?5) RETURNING version";

static const char DELETE_OLD[] =
    "DELETE FROM \"%w\".classify_models WHERE name = ?1 AND version NOT IN "
    "(SELECT version FROM \"%w\".classify_models WHERE name = ?1 ORDER BY version DESC LIMIT ?2)";

/* Binding fails for a value that is larger than the connection's limit. */
static int bind_model(sqlite3_stmt *stmt, const char *name, const NewModel *m, sqlite3_int64 version) {
  int rc = sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_text(stmt, 2, m->labels, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_text(stmt, 3, m->options, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_text(stmt, 4, m->metrics, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_blob64(stmt, 5, m->weights, m->size, SQLITE_STATIC);
  if (!rc && version) rc = sqlite3_bind_int64(stmt, 6, version);
  return rc;
}

/* Inserts under *version, or, if that is 0, under the next version, which *version becomes. */
static int insert_row(sqlite3 *db, const SavingTarget *t, const NewModel *m, sqlite3_int64 *version, Error *error) {
  sqlite3_stmt *stmt;
  bool inserted = false;
  int rc = run(db, SCHEMA_SQL, t->schema, error);
  if (!rc) rc = prepare(db, INSERT_MODEL, t->schema, &stmt, error);
  if (rc) return rc;
  rc = bind_model(stmt, t->name, m, *version);
  while (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    *version = sqlite3_column_int64(stmt, 0);
    inserted = true;
    rc = SQLITE_OK;
  }
  rc = rc == SQLITE_DONE ? SQLITE_OK : failure_sqlite(error, db, sqlite3_extended_errcode(db));
  sqlite3_finalize(stmt);
  if (!rc && !inserted)
    rc = failure(error, SQLITE_CONSTRAINT, "a trigger on %s.classify_models has left out the new row", t->schema);
  return rc;
}

static int delete_old(sqlite3 *db, const char *schema, const char *name, sqlite3_int64 keep, Error *error) {
  sqlite3_stmt *stmt;
  if (keep <= 0) return SQLITE_OK;
  int rc = prepare(db, DELETE_OLD, schema, &stmt, error);
  if (rc) return rc;
  sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_int64(stmt, 2, keep);
  rc = sqlite3_step(stmt);
  rc = rc == SQLITE_DONE ? SQLITE_OK : failure_sqlite(error, db, sqlite3_extended_errcode(db));
  sqlite3_finalize(stmt);
  return rc;
}

/* Ends the savepoint so that nothing of it stays. After an interrupt, ROLLBACK TO is
** interrupted as well. Then a statement that writes is stepped: it is interrupted, too, and
** with it SQLite rolls back the whole transaction, as sqlite3_interrupt() promises.
*/
static void roll_back(sqlite3 *db, sqlite3_stmt *writer) {
  if (sqlite3_exec(db, "ROLLBACK TO classify_save; RELEASE classify_save", NULL, NULL, NULL) == SQLITE_INTERRUPT)
    sqlite3_step(writer);
}

/* Makes the table and inserts the model: both, or neither. SQLite refuses the savepoint while
** another statement of this connection writes; then both are undone if that statement is.
*/
static int insert_with_table(sqlite3 *db, const SavingTarget *t, const NewModel *m, sqlite3_int64 *version,
                             Error *error) {
  double until = deadline();
  sqlite3_stmt *writer;
  int rc = prepare(db, SCHEMA_SQL, t->schema, &writer, error);
  if (rc) return rc;
  bool has_savepoint = sqlite3_exec(db, "SAVEPOINT classify_save", NULL, NULL, NULL) == SQLITE_OK;
  rc = insert_row(db, t, m, version, error);
  if (!rc && has_savepoint)
    do rc = run(db, "RELEASE classify_save", "", error);
    while (wait_again(rc, until));
  if (rc && has_savepoint) roll_back(db, writer);
  sqlite3_finalize(writer);
  return rc;
}

static int insert(sqlite3 *db, const SavingTarget *t, const NewModel *m, sqlite3_int64 *version, Error *error) {
  return schemas_has(db, t->schema, &CLASSIFY_MODELS) ? insert_row(db, t, m, version, error)
                                           : insert_with_table(db, t, m, version, error);
}

static int insert_patiently(sqlite3 *db, const SavingTarget *t, const NewModel *m,
                            sqlite3_int64 *version, Error *error) {
  double until = deadline();
  int rc;
  do rc = insert(db, t, m, version, error);
  while (wait_again(rc, until));
  return rc;
}

/* Saves through a second connection to the same file, whose schema is main there. */
static int insert_elsewhere(sqlite3 *db, const SavingTarget *t, const NewModel *m,
                            sqlite3_int64 *version, Error *error) {
  const char *file = sqlite3_db_filename(db, t->schema);
  char *vfs = NULL;
  sqlite3 *other = NULL;
  if (!file || !*file || !sqlite3_get_autocommit(db)) return SQLITE_BUSY;
  sqlite3_file_control(db, t->schema, SQLITE_FCNTL_VFSNAME, &vfs);
  SavingTarget there = {.schema = "main", .name = t->name};
  int rc = sqlite3_open_v2(file, &other, SQLITE_OPEN_READWRITE, vfs);
  if (!rc) rc = insert_patiently(other, &there, m, version, error);
  if (!rc) rc = delete_old(other, "main", t->name, m->keep, error);
  sqlite3_close(other);
  sqlite3_free(vfs);
  return rc;
}

/* Returns the version that the model would have had; 0 if that cannot be read. */
static sqlite3_int64 next_version(sqlite3 *db, const SavingTarget *t) {
  Error ignored;
  sqlite3_stmt *stmt;
  sqlite3_int64 version = 0;
  if (prepare(db, "SELECT 1 + ifnull(max(newest), 0) FROM \"%w\".classify_versions WHERE name = ?1", t->schema,
              &stmt, &ignored))
    return 0;
  sqlite3_bind_text(stmt, 1, t->name, -1, SQLITE_STATIC);
  if (sqlite3_step(stmt) == SQLITE_ROW) version = sqlite3_column_int64(stmt, 0);
  sqlite3_finalize(stmt);
  return version;
}

/* Returns the statement that makes the table, to be shown in a message; "" if the table is
** there. For sqlite3_free().
*/
static char *table_by_hand(sqlite3 *db, const char *schema) {
  return schemas_has(db, schema, &CLASSIFY_MODELS) ? sqlite3_mprintf("")
                               : sqlite3_mprintf("CREATE TABLE %s.classify_models(%s, PRIMARY KEY (name, version)); ",
                                                 schema, COLUMNS);
}

/* The last resort. The error says how to move the model from there. */
static int insert_in_temp(sqlite3 *db, const SavingTarget *t, const NewModel *m, int rc, Error *error) {
  Error reason = *error, ignored;
  SavingTarget temp = {.schema = "temp", .name = t->name};
  sqlite3_int64 version = next_version(db, t);
  if (strcmp(t->schema, "temp") == 0 || rc == SQLITE_INTERRUPT || rc == SQLITE_TOOBIG) return rc;
  if (insert(db, &temp, m, &version, &ignored))
    return failure(error, rc, "the trained model could not be saved: %s", reason.message);
  char *create = table_by_hand(db, t->schema);
  failure(error, rc,
          "the trained model could not be saved in %s: %.100s. It is kept as temp.%.60s@%lld until this connection "
          "closes%s. To move it: %sINSERT INTO %s.classify_models SELECT * FROM temp.classify_models; "
          "DELETE FROM temp.classify_models",
          t->schema, reason.message, t->name, version,
          sqlite3_get_autocommit(db) ? "" : " or the transaction is rolled back", create ? create : "", t->schema);
  sqlite3_free(create);
  return rc;
}

int saving_save(Connection *c, const SavingTarget *t, const NewModel *m, sqlite3_int64 *version,
                Error *error) {
  Error first;
  *version = 0;
  int rc = insert_patiently(c->db, t, m, version, &first);
  if (rc == SQLITE_OK) {
    rc = delete_old(c->db, t->schema, t->name, m->keep, &first);
    if (rc)
      failure(error, rc, "the model is saved as %s.%s@%lld, but its older versions could not be deleted: %s",
              t->schema, t->name, *version, first.message);
    return rc;
  }
  *version = 0;
  if (rc == SQLITE_BUSY_SNAPSHOT && insert_elsewhere(c->db, t, m, version, error) == SQLITE_OK)
    return SQLITE_OK;
  *error = first;
  return insert_in_temp(c->db, t, m, rc, error);
}
