#include "models/model_tables.h"

#include <string.h>

#include "host/failure.h"
#include "models/sql.h"
#include "schema.h"

/* ---- columns ------------------------------------------------------------------------- */

static const char *const OF_MODELS[] = {"name", "version", "created", "labels", "options", "metrics", "weights", NULL};
static const char *const OF_VERSIONS[] = {"name", "newest", NULL};

typedef struct Columns {
  unsigned found;  /* a bit for each of ours that is there            */
  char *all;       /* the names, with commas; NULL: none              */
  char *needed;    /* one that is not ours and needs a value, or NULL */
} Columns;         /* the texts are for sqlite3_free()                */

static void columns_free(Columns *columns) {
  sqlite3_free(columns->all);
  sqlite3_free(columns->needed);
  *columns = (Columns){0};
}

static int place_of(const char *const *ours, const char *name) {
  int i = 0;
  while (ours[i] && sqlite3_stricmp(ours[i], name) != 0) i++;
  return ours[i] ? i : -1;
}

/* The format is a PRAGMA table_info. */
static int read_columns(sqlite3 *db, const char *format, const char *schema, const char *const *ours,
                        Columns *columns, Error *error) {
  sqlite3_stmt *stmt;
  *columns = (Columns){0};
  int rc = sql_prepare(db, format, schema, &stmt, error);
  if (rc) return rc;
  sqlite3_str *all = sqlite3_str_new(db);
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(stmt, 1);
    int place = name ? place_of(ours, name) : -1;
    bool needs_value = sqlite3_column_int(stmt, 3) && sqlite3_column_type(stmt, 4) == SQLITE_NULL;
    sqlite3_str_appendf(all, "%s%s", sqlite3_str_length(all) ? ", " : "", name);
    if (place >= 0) columns->found |= 1u << place;
    if (place < 0 && needs_value && !columns->needed) columns->needed = sqlite3_mprintf("%s", name);
  }
  rc = rc == SQLITE_DONE ? SQLITE_OK : failure_sqlite(error, db, rc);
  columns->all = sqlite3_str_finish(all);
  sqlite3_finalize(stmt);
  if (rc) columns_free(columns);
  return rc;
}

/* A column of that name hides the rowid, unless it is another name of it. */
static int check_rowid(sqlite3 *db, const char *schema, Error *error) {
  int is_key, rc;
  rc = sqlite3_table_column_metadata(db, schema, "classify_models", "rowid", NULL, NULL, NULL, &is_key, NULL);
  if (rc) return failure(error, SQLITE_ERROR, "%s.classify_models is a table WITHOUT ROWID, expected one with", schema);
  if (is_key) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "%s.classify_models has a column named rowid, expected another name", schema);
}

/* Sets *type to what has the name of the table, for sqlite3_free(); to NULL if nothing has. A trigger may have it. */
static int find_type(sqlite3 *db, const char *schema, const char *table, char **type, Error *error) {
  return sql_fetch(db, "SELECT CASE lower(substr(sql, 1, 14)) WHEN 'create virtual' THEN 'virtual table' ELSE type END "
                   "FROM \"%w\".sqlite_master WHERE lower(name) = ?1 AND type <> 'trigger'", schema, table, type,
                   error);
}

/* ---- the table of models ---------------------------------------------------------------- */

static int check_columns(sqlite3 *db, const char *schema, Error *error) {
  Columns columns;
  int rc = read_columns(db, "PRAGMA \"%w\".table_info(classify_models)", schema, OF_MODELS, &columns, error);
  if (rc) return rc;
  if (columns.found != (1u << (sizeof OF_MODELS / sizeof *OF_MODELS - 1)) - 1)
    rc = failure(error, SQLITE_ERROR, "%s.classify_models has the columns %s, expected " MODEL_TABLES_COLUMNS, schema,
                 columns.all ? columns.all : "");
  else if (columns.needed)
    rc = failure(error, SQLITE_ERROR, "the column %s of %s.classify_models is NOT NULL and has no default, expected "
                 "one that needs no value", columns.needed, schema);
  else
    rc = check_rowid(db, schema, error);
  columns_free(&columns);
  return rc;
}

static int check_models(sqlite3 *db, const char *schema, bool *there, Error *error) {
  char *type;
  int rc = find_type(db, schema, "classify_models", &type, error);
  *there = type != NULL;
  if (!rc && type && strcmp(type, "table") != 0)
    rc = failure(error, SQLITE_ERROR, "%s.classify_models is a %s, expected the table of models", schema, type);
  else if (!rc && type)
    rc = check_columns(db, schema, error);
  sqlite3_free(type);
  return rc;
}

/* ---- the other tables ----------------------------------------------------------------------- */

typedef enum TableKind { TABLE_MISSING, TABLE_OURS, TABLE_FOREIGN } TableKind;

/* What the triggers run. Views and virtual tables cannot take it, nor can tables without the key. */
static const char UPSERT[] = "INSERT INTO \"%w\".classify_versions(name, newest) VALUES (0, 0) "
                             "ON CONFLICT (name) DO UPDATE SET newest = 0";

/* Any error but that the statement makes no sense is left for the statements to come. */
static int find_list(sqlite3 *db, const char *schema, TableKind *kind, Error *error) {
  sqlite3_stmt *stmt;
  Columns columns = {0};
  char *type = NULL;
  int rc = sql_prepare(db, UPSERT, schema, &stmt, error), prepared = rc;
  sqlite3_finalize(stmt);
  if (rc == SQLITE_NOMEM) return rc;
  if (rc == SQLITE_ERROR)
    rc = find_type(db, schema, "classify_versions", &type, error);
  else
    rc = read_columns(db, "PRAGMA \"%w\".table_info(classify_versions)", schema, OF_VERSIONS, &columns, error);
  if (prepared == SQLITE_ERROR)
    *kind = type ? TABLE_FOREIGN : TABLE_MISSING;
  else
    *kind = columns.needed ? TABLE_FOREIGN : TABLE_OURS;
  columns_free(&columns);
  sqlite3_free(type);
  return rc;
}

/* The triggers delete all of its rows, so it must be ours to the letter. */
static int find_changes(sqlite3 *db, const char *schema, TableKind *kind, Error *error) {
  char *sql;
  int rc = sql_fetch(db, "SELECT sql FROM \"%w\".sqlite_master WHERE lower(name) = ?1 AND type <> 'trigger'", schema,
                     "classify_changes", &sql, error);
  *kind = !sql ? TABLE_MISSING : strcmp(sql, MODEL_TABLES_CHANGES) == 0 ? TABLE_OURS : TABLE_FOREIGN;
  sqlite3_free(sql);
  return rc;
}

/* ---- what the header declares ---------------------------------------------------------------- */

static const char INSERT_NOTHING[] = "INSERT INTO \"%w\".classify_models(" MODEL_TABLES_COLUMNS ") "
                                     "SELECT 0, 0, 0, 0, 0, 0, 0 WHERE 0";

typedef struct Tables {
  bool models;
  TableKind list;
  TableKind changes;
} Tables;

static int find_tables(sqlite3 *db, const char *schema, Tables *t, Error *error) {
  int rc = check_models(db, schema, &t->models, error);
  if (!rc) rc = find_list(db, schema, &t->list, error);
  if (!rc) rc = find_changes(db, schema, &t->changes, error);
  return rc;
}

/* Triggers on a table that is missing or foreign would be an obstacle; model_tables_make() makes the table, or drops
** them.
*/
int model_tables_prepare(sqlite3 *db, const char *schema, sqlite3_stmt **stmt, Error *error) {
  Tables t;
  *stmt = NULL;
  int rc = find_tables(db, schema, &t, error);
  if (rc) return rc;
  bool complete = t.models && t.list == TABLE_OURS && t.changes == TABLE_OURS;
  return sql_prepare(db, complete ? INSERT_NOTHING : SCHEMA_SQL, schema, stmt, error);
}

int model_tables_check(sqlite3 *db, const char *schema, Error *error) {
  sqlite3_stmt *stmt;
  int rc = model_tables_prepare(db, schema, &stmt, error);
  sqlite3_finalize(stmt);
  return rc;
}

/* A host may allow no CREATE TABLE, also none that would change nothing. */
static bool makes_what_is_there(const char *sql, const Tables *t) {
  if (strncmp(sql + strspn(sql, "\n"), "CREATE TABLE ", 13) != 0) return false;
  return (t->models && strstr(sql, "classify_models(")) ||
         (t->list == TABLE_OURS && strstr(sql, "classify_versions(")) ||
         (t->changes == TABLE_OURS && strstr(sql, "classify_changes("));
}

/* A statement that names a foreign table is left out; instead of a trigger on it being made, it is dropped. */
static char *without_foreign(char *sql) {
  static const char MAKE[] = "CREATE TRIGGER IF NOT EXISTS ";
  bool is_trigger = strncmp(sql, MAKE, sizeof MAKE - 1) == 0;
  char *name = sql + sizeof MAKE - 1;
  char *drop = is_trigger ? sqlite3_mprintf("DROP TRIGGER IF EXISTS %.*s", (int)strcspn(name, "\n"), name)
                          : sqlite3_mprintf("");
  sqlite3_free(sql);
  return drop;
}

/* Runs the statements of sql/schema.sql, between which are blank lines. */
static int run_statements(sqlite3 *db, const char *schema, const Tables *t, Error *error) {
  int rc = SQLITE_OK;
  for (const char *at = SCHEMA_SQL; *at && !rc;) {
    const char *end = strstr(at, "\n\n");
    size_t length = end ? (size_t)(end - at) + 2 : strlen(at);
    char *sql = sqlite3_mprintf("%.*s", (int)length, at);
    bool foreign = sql && ((t->list == TABLE_FOREIGN && strstr(sql, "classify_versions")) ||
                           (t->changes == TABLE_FOREIGN && strstr(sql, "classify_changes")));
    if (foreign) sql = without_foreign(sql);
    if (!sql || !makes_what_is_there(sql, t)) rc = sql ? sql_run(db, sql, schema, error) : failure_no_memory(error);
    sqlite3_free(sql);
    at += length;
  }
  return rc;
}

int model_tables_make(sqlite3 *db, const char *schema, bool *listed, Error *error) {
  Tables t;
  int rc = find_tables(db, schema, &t, error);
  *listed = !rc && t.list != TABLE_FOREIGN;
  return rc ? rc : run_statements(db, schema, &t, error);
}
