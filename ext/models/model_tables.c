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

static bool has_rowid(sqlite3 *db, const char *schema, const char *table) {
  return sqlite3_table_column_metadata(db, schema, table, "rowid", NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
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
  else if (!has_rowid(db, schema, "classify_models"))
    rc = failure(error, SQLITE_ERROR, "%s.classify_models is a table WITHOUT ROWID, expected one with", schema);
  columns_free(&columns);
  return rc;
}

/* A trigger may have the name of a table. */
static int check_models(sqlite3 *db, const char *schema, bool *there, Error *error) {
  char *type;
  int rc = sql_fetch(db, "SELECT CASE WHEN sql LIKE 'create virtual%%' THEN 'virtual table' ELSE type END "
                     "FROM \"%w\".sqlite_master WHERE lower(name) = 'classify_models' AND type <> 'trigger'", schema,
                     NULL, &type, error);
  *there = type != NULL;
  if (!rc && type && strcmp(type, "table") != 0)
    rc = failure(error, SQLITE_ERROR, "%s.classify_models is a %s, expected the table of models", schema, type);
  else if (!rc && type)
    rc = check_columns(db, schema, error);
  sqlite3_free(type);
  return rc;
}

/* ---- the list of versions ----------------------------------------------------------------- */

typedef enum ListKind { LIST_MISSING, LIST_OURS, LIST_FOREIGN } ListKind;

/* What the triggers run. Views and virtual tables cannot take it, nor can tables without the key. */
static const char UPSERT[] = "INSERT INTO \"%w\".classify_versions(name, newest) VALUES (0, 0) "
                             "ON CONFLICT (name) DO UPDATE SET newest = 0";

/* Any error but that the statement makes no sense is left for the statements to come. */
static int find_list(sqlite3 *db, const char *schema, ListKind *kind, Error *error) {
  sqlite3_stmt *stmt;
  Columns columns = {0};
  char *type = NULL;
  int rc = sql_prepare(db, UPSERT, schema, &stmt, error), prepared = rc;
  sqlite3_finalize(stmt);
  if (rc == SQLITE_NOMEM) return rc;
  if (rc == SQLITE_ERROR)
    rc = sql_fetch(db, "SELECT type FROM \"%w\".sqlite_master WHERE lower(name) = 'classify_versions' "
                   "AND type <> 'trigger'", schema, NULL, &type, error);
  else
    rc = read_columns(db, "PRAGMA \"%w\".table_info(classify_versions)", schema, OF_VERSIONS, &columns, error);
  if (prepared == SQLITE_ERROR)
    *kind = type ? LIST_FOREIGN : LIST_MISSING;
  else
    *kind = columns.needed ? LIST_FOREIGN : LIST_OURS;
  columns_free(&columns);
  sqlite3_free(type);
  return rc;
}

/* ---- what the header declares ---------------------------------------------------------------- */

static const char INSERT_NOTHING[] = "INSERT INTO \"%w\".classify_models(" MODEL_TABLES_COLUMNS ") "
                                     "SELECT 0, 0, 0, 0, 0, 0, 0 WHERE 0";

int model_tables_prepare(sqlite3 *db, const char *schema, sqlite3_stmt **stmt, Error *error) {
  return sql_prepare(db, SCHEMA_SQL, schema, stmt, error);
}

/* Preparing what is run later asks the authorizer, and finds other obstacles. */
int model_tables_check(sqlite3 *db, const char *schema, Error *error) {
  sqlite3_stmt *stmt = NULL;
  ListKind list;
  bool there;
  int rc = check_models(db, schema, &there, error);
  if (!rc) rc = find_list(db, schema, &list, error);
  if (!rc && there && list != LIST_MISSING)
    rc = sql_prepare(db, INSERT_NOTHING, schema, &stmt, error);
  else if (!rc)
    rc = model_tables_prepare(db, schema, &stmt, error);
  sqlite3_finalize(stmt);
  return rc;
}

static int make_models(sqlite3 *db, const char *schema, Error *error) {
  sqlite3_stmt *stmt;
  int rc = model_tables_prepare(db, schema, &stmt, error);
  if (rc) return rc;
  rc = sqlite3_step(stmt);
  rc = rc == SQLITE_DONE ? SQLITE_OK : failure_sqlite(error, db, sqlite3_extended_errcode(db));
  sqlite3_finalize(stmt);
  return rc;
}

int model_tables_make(sqlite3 *db, const char *schema, bool *listed, Error *error) {
  ListKind list;
  int rc = find_list(db, schema, &list, error);
  *listed = !rc && list != LIST_FOREIGN;
  if (rc) return rc;
  return *listed ? sql_run(db, SCHEMA_SQL, schema, error) : make_models(db, schema, error);
}
