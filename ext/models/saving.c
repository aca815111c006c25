#include "models/saving.h"

#include <string.h>

#include "host/failure.h"
#include "host/lock_wait.h"
#include "models/model_tables.h"
#include "models/sql.h"

typedef struct Saving {
  Connection *connection;
  sqlite3 *db;           /* the connection's, or that of a second one */
  const char *schema, *name;
  const NewModel *model;
  bool in_transaction;   /* of the caller, which the row becomes a part of */
  sqlite3_int64 least;   /* the version is at least this, and 1       */
  sqlite3_int64 version; /* of the row that is inserted               */
  int not_deleted;       /* why old versions could not be deleted     */
  Error reason;          /* for that                                  */
} Saving;

/* ---- the caller's transaction ---------------------------------------------------------- */

/* Without memory, or where a disk fails or is full, SQLite rolls the whole transaction back by itself.
** What is saved afterwards would stay, although the rows that the model has learned from are gone.
*/
static int check_transaction(const Saving *s, Error *error) {
  if (!s->in_transaction || !sqlite3_get_autocommit(s->db)) return SQLITE_OK;
  return failure(error, SQLITE_ABORT_ROLLBACK, "the transaction in which the training began has ended");
}

/* Waits as lock_wait_again() does, whose poll runs a statement. */
static bool again(const Saving *s, int *rc, double until, Error *error) {
  if (!lock_wait_again(s->connection, rc, until, error)) return false;
  int ended = check_transaction(s, error);
  if (ended) *rc = ended;
  return !ended;
}

/* ---- one row ------------------------------------------------------------------------- */

/* What comes after each number; numbers that no version can have are not counted. */
#define AFTER_EACH(column, table) \
  " UNION ALL SELECT 1 + CAST(" column " AS INTEGER) FROM \"%w\"." table " WHERE name = ?1 AND " \
  column " < " MODEL_TABLES_MOST_VERSION " AND typeof(" column ") IN ('integer', 'real')"

/* The limits that saving_target() asks for are what this takes. */
#define INSERT(listed) \
  "INSERT INTO \"%w\".classify_models(" MODEL_TABLES_COLUMNS ") VALUES (?1, (SELECT max(version) FROM " \
  "(SELECT ?6 AS version" AFTER_EACH("version", "classify_models") listed ")), " \
  "strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', 'now'), ?2, ?3, ?4, ?5) RETURNING version"

static const char INSERT_LISTED[] = INSERT(AFTER_EACH("newest", "classify_versions"));
static const char INSERT_UNLISTED[] = INSERT("");

static const char DELETE_OLD[] =
    "DELETE FROM \"%w\".classify_models WHERE name = ?1 AND version NOT IN "
    "(SELECT version FROM \"%w\".classify_models WHERE name = ?1 ORDER BY version DESC LIMIT ?2)";

static const char INSERTED[] = "SELECT version FROM \"%w\".classify_models WHERE name = ?1 AND rowid = ?2";

static const char COUNT[] = "SELECT count(*) FROM \"%w\".classify_models WHERE name = ?1 AND version = ?2";

/* Binding fails for a value that is larger than the connection's limit. */
static int bind_model(sqlite3_stmt *stmt, const Saving *s) {
  const NewModel *m = s->model;
  int rc = sqlite3_bind_text(stmt, 1, s->name, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_text(stmt, 2, m->labels, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_text(stmt, 3, m->options, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_text(stmt, 4, m->metrics, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_blob64(stmt, 5, m->weights, m->size, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_int64(stmt, 6, s->least > 1 ? s->least : 1);
  return rc;
}

/* Steps a statement on the model's name and a number once. *result is the first column of the row. */
static int step_on_name(const Saving *s, const char *format, sqlite3_int64 number, sqlite3_int64 *result,
                        Error *error) {
  sqlite3_stmt *stmt;
  int rc = sql_prepare(s->db, format, s->schema, &stmt, error);
  if (rc) return rc;
  sqlite3_bind_text(stmt, 1, s->name, -1, SQLITE_STATIC);
  sqlite3_bind_int64(stmt, 2, number);
  rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) *result = sqlite3_column_int64(stmt, 0);
  rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK
                                             : failure_sqlite(error, s->db, sqlite3_extended_errcode(s->db));
  sqlite3_finalize(stmt);
  return rc;
}

static void delete_old(Saving *s) {
  sqlite3_int64 ignored;
  double until = lock_wait_until();
  if (s->model->keep <= 0) return;
  do s->not_deleted = step_on_name(s, DELETE_OLD, s->model->keep, &ignored, &s->reason);
  while (again(s, &s->not_deleted, until, &s->reason));
}

/* Triggers may leave out, delete or change the row; and where the deletion of old versions has met a
** full disk or an interrupt, SQLite has rolled back all of the transaction.
*/
static int check_inserted(Saving *s, Error *error) {
  sqlite3_int64 rows = 0;
  int rc = s->version ? step_on_name(s, COUNT, s->version, &rows, error) : SQLITE_OK;
  if (rc || rows == 1) return rc;
  if (s->not_deleted) {
    *error = s->reason;
    return s->not_deleted;
  }
  return failure(error, SQLITE_CONSTRAINT, "a trigger on %s.classify_models has left out or changed the new row",
                 s->schema);
}

/* SQLite 3.35 gives no row of a table in temp. */
static bool is_without_row(const Saving *s, int rc) {
  return rc == SQLITE_DONE && strcmp(s->schema, "temp") == 0 && sqlite3_changes(s->db) > 0;
}

/* While the INSERT waits with its row it has not ended, so what is run meanwhile is committed
** together with it, or by the caller's transaction. No savepoint could do that where another
** statement of the connection writes.
*/
static int step_insert(Saving *s, sqlite3_stmt *insert, Error *error) {
  int rc = sqlite3_step(insert), check;
  if (rc == SQLITE_ROW) {
    s->version = sqlite3_column_int64(insert, 0);
    delete_old(s);
  } else if (is_without_row(s, rc)) {
    check = step_on_name(s, INSERTED, sqlite3_last_insert_rowid(s->db), &s->version, error);
    if (check) return check;
    delete_old(s);
  }
  check = rc == SQLITE_ROW || rc == SQLITE_DONE ? check_inserted(s, error) : SQLITE_OK;
  while (rc == SQLITE_ROW) rc = sqlite3_step(insert);
  return rc == SQLITE_DONE ? check : failure_sqlite(error, s->db, sqlite3_extended_errcode(s->db));
}

static int insert_row(Saving *s, Error *error) {
  sqlite3_stmt *stmt;
  bool listed;
  s->version = 0;
  s->not_deleted = SQLITE_OK;
  int rc = model_tables_make(s->db, s->schema, &listed, error);
  if (!rc) rc = sql_prepare(s->db, listed ? INSERT_LISTED : INSERT_UNLISTED, s->schema, &stmt, error);
  if (rc) return rc;
  rc = bind_model(stmt, s);
  if (rc)
    failure_sqlite(error, s->db, rc);
  else
    rc = check_transaction(s, error);
  if (!rc) rc = step_insert(s, stmt, error);
  sqlite3_finalize(stmt);
  return rc;
}

/* ---- the row and its table --------------------------------------------------------------- */

/* Ends the savepoint so that nothing of it stays. After an interrupt, ROLLBACK TO is
** interrupted as well. Then a statement that writes is stepped: it is interrupted, too, and
** with it SQLite rolls back the whole transaction, as sqlite3_interrupt() promises.
*/
static void roll_back(sqlite3 *db, sqlite3_stmt *writer, bool is_whole) {
  /* RELEASE would write what is left of a whole transaction, which a full disk refuses. */
  const char *sql = is_whole ? "ROLLBACK" : "ROLLBACK TO classify_save; RELEASE classify_save";
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_INTERRUPT) sqlite3_step(writer);
}

/* Makes the table and inserts the model: both, or neither. SQLite refuses the savepoint while
** another statement of this connection writes; then both are undone if that statement is.
*/
static int insert_with_table(Saving *s, Error *error) {
  double until = lock_wait_until();
  sqlite3_stmt *writer;
  int rc = model_tables_prepare(s->db, s->schema, &writer, error);
  if (rc) return rc;
  bool is_whole = sqlite3_get_autocommit(s->db);
  bool has_savepoint = sqlite3_exec(s->db, "SAVEPOINT classify_save", NULL, NULL, NULL) == SQLITE_OK;
  rc = insert_row(s, error);
  if (!rc && has_savepoint)
    do rc = sql_run(s->db, "RELEASE classify_save", "", error);
    while (again(s, &rc, until, error));
  if (rc && has_savepoint) roll_back(s->db, writer, is_whole);
  sqlite3_finalize(writer);
  return rc;
}

static int insert_patiently(Saving *s, Error *error) {
  double until = lock_wait_until();
  int rc = check_transaction(s, error);
  if (rc) return rc;
  do rc = schemas_has(s->db, s->schema, &CLASSIFY_MODELS) ? insert_row(s, error) : insert_with_table(s, error);
  while (again(s, &rc, until, error));
  return rc;
}

/* ---- other places ------------------------------------------------------------------------- */

static bool has_file(const Saving *s) {
  const char *file = sqlite3_db_filename(s->db, s->schema);
  return file && *file && !s->in_transaction;
}

/* Saves through a second connection to the same file, whose schema is main there. */
static int insert_elsewhere(Saving *s, Error *error) {
  Saving there = *s;
  sqlite3_vfs *vfs = NULL; /* SQLITE_FCNTL_VFSNAME may give the names of several, as a path */
  sqlite3_file_control(s->db, s->schema, SQLITE_FCNTL_VFS_POINTER, &vfs);
  there.schema = "main";
  there.db = NULL;
  int rc = sqlite3_open_v2(sqlite3_db_filename(s->db, s->schema), &there.db, SQLITE_OPEN_READWRITE,
                           vfs ? vfs->zName : NULL);
  rc = rc ? failure_sqlite(error, there.db, rc) : insert_patiently(&there, error);
  s->version = there.version;
  s->not_deleted = there.not_deleted;
  s->reason = there.reason;
  sqlite3_close(there.db);
  return rc;
}

static const char NEXT[] = "SELECT 1 + ifnull(max(newest), 0) FROM \"%w\".classify_versions WHERE name = ?1 "
                           "AND typeof(newest) = 'integer' AND newest < " MODEL_TABLES_MOST_VERSION;
static const char ROWID[] = "SELECT rowid FROM \"%w\".classify_models WHERE name = ?1 AND version = ?2";

/* Returns the statements that move the model from this row of temp, for sqlite3_free(). Where the
** number of its version has been used meanwhile, it gets another.
*/
static char *move_by_hand(const Saving *s, sqlite3_int64 rowid) {
  if (!schemas_has(s->db, s->schema, &CLASSIFY_MODELS))
    return sqlite3_mprintf("CREATE TABLE \"%w\".classify_models(" MODEL_TABLES_COLUMNS ", PRIMARY KEY (name, version))"
                           "; INSERT INTO \"%w\".classify_models SELECT * FROM temp.classify_models WHERE rowid = %lld",
                           s->schema, s->schema, rowid);
  return sqlite3_mprintf("INSERT INTO \"%w\".classify_models(" MODEL_TABLES_COLUMNS ") SELECT name, max(version, "
                         "(SELECT 1 + ifnull(max(version), 0) FROM \"%w\".classify_models WHERE name = t.name)), "
                         "created, labels, options, metrics, weights FROM temp.classify_models AS t WHERE rowid = %lld",
                         s->schema, s->schema, rowid);
}

/* After these codes SQLite would roll back the caller's transaction, and with it the model. */
static int code_that_keeps(const Saving *s, int rc) {
  bool rolls_back = (rc & 0xFF) == SQLITE_FULL || (rc & 0xFF) == SQLITE_IOERR;
  return rolls_back && !sqlite3_get_autocommit(s->db) ? SQLITE_ERROR : rc;
}

/* Statements that do not fit into the message are not shown. */
static int kept_in_temp(const Saving *s, const Saving *temp, sqlite3_int64 rowid, int rc, Error *error) {
  Error why = *error;
  char *move = move_by_hand(s, rowid);
  char *text = sqlite3_mprintf("the trained model could not be saved in %s: %.100s. It is kept as temp.%.60s@%lld "
                               "until this connection closes%s. To move it: ", s->schema, why.message, s->name,
                               temp->version,
                               sqlite3_get_autocommit(s->db) ? "" : " or the transaction is rolled back");
  rc = code_that_keeps(s, rc);
  bool fits = text && move && strlen(text) + strlen(move) < sizeof error->message;
  failure(error, rc, "%s%s", text ? text : "", fits ? move : "insert its row of temp.classify_models");
  sqlite3_free(move);
  sqlite3_free(text);
  return text ? rc : failure_no_memory(error);
}

/* The last resort. The error says how to move the model from there. */
static int insert_in_temp(const Saving *s, int rc, Error *error) {
  Error why = *error, ignored;
  NewModel model = *s->model;
  Saving temp = {.connection = s->connection, .db = s->db, .schema = "temp", .name = s->name, .model = &model};
  sqlite3_int64 rowid = 0;
  if (strcmp(s->schema, "temp") == 0 || rc == SQLITE_INTERRUPT || rc == SQLITE_TOOBIG) return rc;
  step_on_name(s, NEXT, 0, &temp.least, &ignored); /* 0 if it cannot be read */
  model.keep = 0;
  if (!saving_target_is_open(s->db, "temp") || insert_patiently(&temp, &ignored) ||
      step_on_name(&temp, ROWID, temp.version, &rowid, &ignored))
    return failure(error, rc, "the trained model could not be saved: %s", why.message);
  return kept_in_temp(s, &temp, rowid, rc, error);
}

/* ---- what the header declares ----------------------------------------------------------------- */

static int save(Saving *s, Error *error) {
  int rc = insert_patiently(s, error);
  if (rc == SQLITE_BUSY_SNAPSHOT && has_file(s)) rc = insert_elsewhere(s, error);
  return rc ? insert_in_temp(s, rc, error) : SQLITE_OK;
}

int saving_save(Connection *c, const SavingTarget *t, const NewModel *m, sqlite3_int64 *version,
                Error *error) {
  Saving s = {.connection = c, .db = c->db, .schema = t->schema, .name = t->name, .model = m,
              .in_transaction = t->in_transaction || !sqlite3_get_autocommit(c->db)};
  *version = 0;
  if (strcmp(t->schema, "temp") == 0 && connection_set_trained_in_temp(c, t->name, true))
    return failure_no_memory(error);
  c->saving = true;
  int rc = save(&s, error);
  c->saving = false;
  if (rc) return rc;
  if (t->bare) connection_set_trained_in_temp(c, t->name, false);
  *version = s.version;
  if (!s.not_deleted) return SQLITE_OK;
  return failure(error, code_that_keeps(&s, s.not_deleted),
                 "the model is saved as %s.%.60s@%lld, but its older versions could not be "
                 "deleted: %s", t->schema, t->name, s.version, s.reason.message);
}
