#include "host/connection.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/matrix.h"
#include "base/strings.h"
#include "host/tokenizers.h"

static const double POLL_EVERY = 0.01; /* seconds */

static pthread_once_t strings_key_made = PTHREAD_ONCE_INIT;

static void make_strings_key(void) {
  uint64_t key[2];
  sqlite3_randomness(sizeof key, key);
  strings_set_key(key);
}

Connection *connection_new(sqlite3 *db) {
  pthread_once(&strings_key_made, make_strings_key);
  Connection *c = matrix_prepare() ? calloc(1, sizeof *c) : NULL;
  Guard *guard = c ? guard_new(db) : NULL;
  if (!guard) {
    free(c);
    return NULL;
  }
  c->db = db;
  c->references = 1;
  c->guard = guard;
  return c;
}

void connection_retain(Connection *c) { c->references++; }

void connection_trim(Connection *c) {
  scratch_trim(&c->scratch);
  if (tokens_bytes(&c->tokens) > SCRATCH_KEPT) tokens_free(&c->tokens);
}

static TempName **find_temp_name(TempName **list, const char *name) {
  while (*list && strcmp((*list)->name, name) != 0) list = &(*list)->next;
  return list;
}

bool connection_trained_in_temp(const Connection *c, const char *name) {
  TempName *list = c->trained_in_temp;
  return *find_temp_name(&list, name) != NULL;
}

int connection_set_trained_in_temp(Connection *c, const char *name, bool trained) {
  TempName **place = find_temp_name(&c->trained_in_temp, name), *found = *place;
  if (trained && !found) {
    size_t size = strlen(name) + 1;
    TempName *new = sqlite3_malloc64(sizeof *new + size);
    if (!new) return SQLITE_NOMEM;
    new->next = NULL;
    memcpy(new->name, name, size);
    *place = new;
  } else if (!trained && found) {
    *place = found->next;
    sqlite3_free(found);
  }
  return SQLITE_OK;
}

void connection_release(void *connection) {
  Connection *c = connection;
  if (--c->references > 0) return;
  guard_free(c->guard);
  kept_free(&c->kept);
  while (c->trained_in_temp) connection_set_trained_in_temp(c, c->trained_in_temp->name, false);
  scratch_free(&c->scratch);
  tokens_free(&c->tokens);
  tokenizers_free(c);
  free(c->probabilities);
  free(c);
}

/* ---- statements ------------------------------------------------------------------------ */

static void finalize_statements(void *connection) {
  Connection *c = connection;
  for (int i = 0; i < CONNECTION_STATEMENTS; i++) {
    sqlite3_finalize(c->statements[i].stmt);
    sqlite3_free(c->statements[i].sql);
    c->statements[i].stmt = NULL;
    c->statements[i].sql = NULL;
  }
}

static void move_statement_to_front(Connection *c, int i) {
  char *sql = c->statements[i].sql;
  sqlite3_stmt *stmt = c->statements[i].stmt;
  memmove(c->statements + 1, c->statements, (size_t)i * sizeof c->statements[0]);
  c->statements[0].sql = sql;
  c->statements[0].stmt = stmt;
}

static int find_statement(const Connection *c, const char *sql) {
  for (int i = 0; i < CONNECTION_STATEMENTS; i++)
    if (c->statements[i].sql && strcmp(c->statements[i].sql, sql) == 0) return i;
  return -1;
}

/* Returns the place to reuse: the last one whose statement is not running. */
static int find_reusable(const Connection *c) {
  int i = CONNECTION_STATEMENTS - 1;
  while (i > 0 && c->statements[i].stmt && sqlite3_stmt_busy(c->statements[i].stmt)) i--;
  return i;
}

/* Once a host has dropped modules (sqlite3_drop_modules()), the next prepare disconnects the guard, which frees our
** statements. A statement that is stepped may be prepared again: it would then be freed in the middle of that.
*/
static void disconnect_dropped(sqlite3 *db) {
  sqlite3_stmt *none;
  sqlite3_prepare_v2(db, "", -1, &none, NULL);
}

int connection_statement(Connection *c, const char *sql, sqlite3_stmt **stmt, Error *error) {
  disconnect_dropped(c->db);
  int rc = guard_watch(c->guard, finalize_statements, c, error);
  if (rc) return rc;
  int i = find_statement(c, sql);
  if (i < 0) {
    sqlite3_stmt *prepared;
    rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, NULL);
    if (rc) return failure_sqlite(error, c->db, rc);
    char *copy = sqlite3_mprintf("%s", sql);
    if (!copy) {
      sqlite3_finalize(prepared);
      return failure_no_memory(error);
    }
    i = find_reusable(c);
    sqlite3_finalize(c->statements[i].stmt);
    sqlite3_free(c->statements[i].sql);
    c->statements[i].stmt = prepared;
    c->statements[i].sql = copy;
  }
  if (sqlite3_stmt_busy(c->statements[i].stmt))
    return failure(error, SQLITE_MISUSE, "a statement of the extension is in use already");
  move_statement_to_front(c, i);
  *stmt = c->statements[0].stmt;
  return SQLITE_OK;
}

/* ---- polls ------------------------------------------------------------------------------ */

static bool not_interrupted(void *context) {
  Connection *c = context;
  double now = clock_seconds();
  if (now - c->polled < POLL_EVERY) return true;
  c->polled = now;
  Error ignored; /* if the statement cannot be prepared, for example because of an authorizer, the work goes on */
  sqlite3_stmt *count;
  int rc = connection_statement(c, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) "
                                "SELECT count(*) FROM n", &count, &ignored);
  if (rc == SQLITE_OK) {
    rc = sqlite3_step(count);
    sqlite3_reset(count);
  }
  return rc != SQLITE_INTERRUPT;
}

Poll connection_poll(Connection *connection) { return (Poll){not_interrupted, connection}; }
