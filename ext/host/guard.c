#include "host/guard.h"

#include <stdbool.h>
#include <stdlib.h>

enum { MOST_WATCHED = 4 };

struct Guard {
  sqlite3 *db;
  int references; /* of the owner, the module and the connected table */
  bool connected;
  struct {
    void (*release)(void *owner);
    void *owner;
  } watched[MOST_WATCHED];
  int count;
};

static void release_reference(void *guard) {
  Guard *g = guard;
  if (--g->references == 0) free(g);
}

static void release_all(Guard *g) {
  for (int i = 0; i < g->count; i++) g->watched[i].release(g->watched[i].owner);
  g->count = 0;
}

/* ---- the table ----------------------------------------------------------------------- */

typedef struct Table {
  sqlite3_vtab base;
  Guard *guard;
} Table;

static int guard_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **vtab,
                         char **message) {
  (void)argc, (void)argv, (void)message;
  Table *table = sqlite3_malloc(sizeof *table);
  if (!table) return SQLITE_NOMEM;
  *table = (Table){.guard = aux};
  int rc = sqlite3_declare_vtab(db, "CREATE TABLE x(y)");
  if (rc) {
    sqlite3_free(table);
    return rc;
  }
  table->guard->references++;
  table->guard->connected = true;
  *vtab = &table->base;
  return SQLITE_OK;
}

static int guard_disconnect(sqlite3_vtab *vtab) {
  Guard *guard = ((Table *)vtab)->guard;
  guard->connected = false;
  release_all(guard);
  release_reference(guard);
  sqlite3_free(vtab);
  return SQLITE_OK;
}

static int guard_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  (void)vtab, (void)info;
  return SQLITE_OK;
}

static int guard_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **cursor) {
  (void)vtab;
  *cursor = sqlite3_malloc(sizeof **cursor);
  return *cursor ? SQLITE_OK : SQLITE_NOMEM;
}

static int guard_close(sqlite3_vtab_cursor *cursor) {
  sqlite3_free(cursor);
  return SQLITE_OK;
}

static int guard_filter(sqlite3_vtab_cursor *cursor, int plan, const char *name, int argc, sqlite3_value **argv) {
  (void)cursor, (void)plan, (void)name, (void)argc, (void)argv;
  return SQLITE_OK;
}

static int guard_next(sqlite3_vtab_cursor *cursor) {
  (void)cursor;
  return SQLITE_OK;
}

static int guard_eof(sqlite3_vtab_cursor *cursor) {
  (void)cursor;
  return 1;
}

static int guard_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column) {
  (void)cursor, (void)context, (void)column;
  return SQLITE_OK;
}

static int guard_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid) {
  (void)cursor;
  *rowid = 0;
  return SQLITE_OK;
}

static const sqlite3_module METHODS = {
    .xConnect = guard_connect,
    .xBestIndex = guard_best_index,
    .xDisconnect = guard_disconnect,
    .xOpen = guard_open,
    .xClose = guard_close,
    .xFilter = guard_filter,
    .xNext = guard_next,
    .xEof = guard_eof,
    .xColumn = guard_column,
    .xRowid = guard_rowid,
};

/* ---- the guard ------------------------------------------------------------------ */

Guard *guard_new(sqlite3 *db) {
  Guard *g = calloc(1, sizeof *g);
  if (!g) return NULL;
  *g = (Guard){.db = db, .references = 2};
  if (sqlite3_create_module_v2(db, "classify_guard", &METHODS, g, release_reference) == SQLITE_OK) return g;
  release_reference(g); /* SQLite has released the module's */
  return NULL;
}

void guard_free(Guard *g) {
  if (!g) return;
  release_all(g);
  release_reference(g);
}

/* Preparing a query on the table connects it. A file may have a table of this name, temp has none. */
static int connect_table(Guard *g, Error *error) {
  sqlite3_stmt *stmt;
  int rc = sqlite3_prepare_v2(g->db, "SELECT 1 FROM temp.classify_guard", -1, &stmt, NULL);
  sqlite3_finalize(stmt);
  if (rc || g->connected) return rc ? failure_sqlite(error, g->db, rc) : SQLITE_OK;
  return failure(error, SQLITE_ERROR, "temp has a table or a view named classify_guard, expected none, since "
                 "the extension has one of that name");
}

int guard_watch(Guard *g, void (*release)(void *owner), void *owner, Error *error) {
  int rc = g->connected ? SQLITE_OK : connect_table(g, error), i = 0;
  while (i < g->count && (g->watched[i].release != release || g->watched[i].owner != owner)) i++;
  if (rc || i < g->count) return rc;
  if (i == MOST_WATCHED) return failure(error, SQLITE_INTERNAL, "the guard watches %d things, expected fewer", i);
  g->watched[g->count].release = release;
  g->watched[g->count++].owner = owner;
  return SQLITE_OK;
}
