#include "host/table.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ARGUMENTS = 4 };

typedef struct Module {
  Connection *connection;
  const TableFunction *function;
} Module;

/* Holds its own reference to the connection: if the extension is loaded twice, SQLite destroys
** the first module long before it disconnects this table.
*/
typedef struct Table {
  sqlite3_vtab base;
  Connection *connection;
  const TableFunction *function;
} Table;

typedef struct Cursor {
  sqlite3_vtab_cursor base;
  TableCall call;
  sqlite3_int64 row;
  bool begun;
  sqlite3_value *last[MAX_ARGUMENTS]; /* arguments of the last run, if `once` */
} Cursor;

static const TableFunction *function_of(const Cursor *cursor) {
  return ((const Table *)cursor->base.pVtab)->function;
}

/* ---- connecting -------------------------------------------------------------------- */

static int table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **vtab, char **message) {
  (void)argc;
  (void)argv;
  (void)message;
  const Module *module = aux;
  Table *table = sqlite3_malloc(sizeof *table);
  if (!table) return SQLITE_NOMEM;
  *table = (Table){.connection = module->connection, .function = module->function};
  int rc = sqlite3_declare_vtab(db, module->function->schema);
  if (!rc && module->function->direct_only) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  if (rc) {
    sqlite3_free(table);
    return rc;
  }
  connection_retain(table->connection);
  *vtab = &table->base;
  return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *vtab) {
  connection_release(((Table *)vtab)->connection);
  sqlite3_free(vtab);
  return SQLITE_OK;
}

/* Bit i of idxNum says that argument i is given. An argument that comes from another table is
** usable only in a plan that reads that table first.
*/
static int table_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  const TableFunction *f = ((Table *)vtab)->function;
  int constraint[MAX_ARGUMENTS], given = 0;
  for (int i = 0; i < info->nConstraint; i++) {
    const struct sqlite3_index_constraint *c = &info->aConstraint[i];
    int argument = c->iColumn - f->visible;
    if (argument < 0 || c->op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (!c->usable) return SQLITE_CONSTRAINT;
    constraint[argument] = i;
    given |= 1 << argument;
  }
  for (int argument = 0, n = 0; argument < f->arguments; argument++) {
    if (!(given & 1 << argument)) continue;
    info->aConstraintUsage[constraint[argument]].argvIndex = ++n;
    info->aConstraintUsage[constraint[argument]].omit = 1;
  }
  info->idxNum = given;
  info->estimatedCost = 1e6;
  info->estimatedRows = 100;
  return SQLITE_OK;
}

/* ---- running ----------------------------------------------------------------------- */

static int table_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  const Table *table = (Table *)vtab;
  Cursor *cursor = calloc(1, sizeof *cursor);
  void *state = calloc(1, table->function->state_size);
  if (!cursor || !state) {
    free(cursor);
    free(state);
    return SQLITE_NOMEM;
  }
  cursor->call = (TableCall){.connection = table->connection, .state = state, .done = true};
  *out = &cursor->base;
  return SQLITE_OK;
}

static void end_run(Cursor *cursor) {
  const TableFunction *f = function_of(cursor);
  if (cursor->begun) f->end(&cursor->call);
  memset(cursor->call.state, 0, f->state_size);
  cursor->begun = false;
  cursor->call.done = true;
}

static int table_close(sqlite3_vtab_cursor *base) {
  Cursor *cursor = (Cursor *)base;
  end_run(cursor);
  for (int i = 0; i < MAX_ARGUMENTS; i++) sqlite3_value_free(cursor->last[i]);
  free(cursor->call.state);
  free(cursor);
  return SQLITE_OK;
}

static bool same_value(sqlite3_value *a, sqlite3_value *b) {
  if (!a || !b) return a == b;
  const char *x = (const char *)sqlite3_value_text(a), *y = (const char *)sqlite3_value_text(b);
  return x && y ? strcmp(x, y) == 0 : x == y;
}

/* *same says whether the last run had the same arguments. Then stores these. */
static int remember_arguments(Cursor *cursor, sqlite3_value **arguments, int count, bool *same) {
  *same = cursor->row > 0;
  for (int i = 0; i < count; i++) {
    *same = *same && same_value(cursor->last[i], arguments[i]);
    sqlite3_value_free(cursor->last[i]);
    cursor->last[i] = arguments[i] ? sqlite3_value_dup(arguments[i]) : NULL;
    if (arguments[i] && !cursor->last[i]) return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}

static int report_error(Cursor *cursor, int rc, const Error *error) {
  if (rc && rc != SQLITE_NOMEM)
    failure_vtab(cursor->base.pVtab, function_of(cursor)->name, error);
  if (rc) cursor->call.done = true;
  return rc;
}

static int table_filter(sqlite3_vtab_cursor *base, int given, const char *unused, int argc, sqlite3_value **argv) {
  (void)unused;
  Cursor *cursor = (Cursor *)base;
  const TableFunction *f = function_of(cursor);
  sqlite3_value *arguments[MAX_ARGUMENTS] = {NULL};
  Error error;
  bool same = false;
  int rc = SQLITE_OK;
  for (int argument = 0, n = 0; argument < f->arguments && n < argc; argument++)
    if (given & 1 << argument) arguments[argument] = argv[n++];
  end_run(cursor);
  if (f->once) rc = remember_arguments(cursor, arguments, f->arguments, &same);
  if (!rc && same)
    rc = failure(&error, SQLITE_ERROR, "a join runs it a second time, expected it to be read once: "
                 "WITH t AS MATERIALIZED (SELECT * FROM %s(...)) SELECT ... FROM t", f->name);
  if (!rc) {
    cursor->begun = true;
    cursor->call.done = false;
    cursor->row = 1;
    rc = f->begin(&cursor->call, arguments, &error);
  }
  return report_error(cursor, rc, &error);
}

static int table_next(sqlite3_vtab_cursor *base) {
  Cursor *cursor = (Cursor *)base;
  Error error;
  cursor->row++;
  return report_error(cursor, function_of(cursor)->step(&cursor->call, &error), &error);
}

static int table_eof(sqlite3_vtab_cursor *base) { return ((Cursor *)base)->call.done; }

static int table_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  Cursor *cursor = (Cursor *)base;
  const TableFunction *f = function_of(cursor);
  Error error;
  if (column >= f->visible) return SQLITE_OK; /* an argument reads as NULL */
  int rc = f->column(&cursor->call, context, column, &error);
  if (rc) failure_result(context, f->name, rc, &error);
  return rc;
}

static int table_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = ((Cursor *)base)->row;
  return SQLITE_OK;
}

static const sqlite3_module METHODS = {
    .xConnect = table_connect, /* no xCreate: the table needs no CREATE VIRTUAL TABLE */
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = table_open,
    .xClose = table_close,
    .xFilter = table_filter,
    .xNext = table_next,
    .xEof = table_eof,
    .xColumn = table_column,
    .xRowid = table_rowid,
};

static void module_free(void *module) {
  connection_release(((Module *)module)->connection);
  free(module);
}

int table_register(Connection *connection, const TableFunction *function) {
  Module *module = malloc(sizeof *module);
  if (!module) return SQLITE_NOMEM;
  *module = (Module){connection, function};
  connection_retain(connection);
  return sqlite3_create_module_v2(connection->db, function->name, &METHODS, module, module_free);
}
