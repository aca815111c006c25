#include "host/query.h"

#include <string.h>

#include "base/clock.h"

static bool in_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Skips white space and comments. */
static const char *skip_blank(const char *sql) {
  for (;;) {
    sql += strspn(sql, " \t\r\n\f");
    if (strncmp(sql, "--", 2) == 0) {
      sql += strcspn(sql, "\n");
    } else if (strncmp(sql, "/*", 2) == 0) {
      for (sql += 2; *sql && strncmp(sql, "*/", 2) != 0;) sql++;
      if (*sql) sql += 2;
    } else {
      return sql;
    }
  }
}

bool query_begins(const char *sql) {
  static const char *const WORDS[] = {"SELECT", "WITH", "VALUES"};
  sql = skip_blank(sql);
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
    size_t length = strlen(WORDS[i]);
    if (sqlite3_strnicmp(sql, WORDS[i], (int)length) == 0 && !in_word(sql[length])) return true;
  }
  return false;
}

static bool only_blank(const char *tail) {
  for (tail = skip_blank(tail); *tail == ';'; tail = skip_blank(tail + 1)) continue;
  return !*tail;
}

int query_prepare(Connection *connection, const char *sql, const char *name, int columns, const char *meaning,
                  sqlite3_stmt **stmt, Error *error) {
  sqlite3 *db = connection->db;
  const char *tail;
  *stmt = NULL;
  if (connection->queries >= QUERY_DEPTH)
    return failure(error, SQLITE_ERROR, "the %s '%.60s' is nested in %d others, expected fewer: does it call itself?",
                   name, sql, connection->queries);
  if (!query_begins(sql))
    return failure(error, SQLITE_ERROR, "the %s is '%.60s', expected a SELECT that gives %s", name, sql, meaning);
  int rc = sqlite3_prepare_v2(db, sql, -1, stmt, &tail);
  if (rc) {
    rc = failure(error, rc, "the %s '%.60s' cannot be run: %s", name, sql, sqlite3_errmsg(db));
  } else if (!only_blank(tail)) {
    rc = failure(error, SQLITE_ERROR, "the %s is followed by '%.60s', expected one statement", name, tail);
  } else if (!sqlite3_stmt_readonly(*stmt)) {
    rc = failure(error, SQLITE_ERROR, "the %s '%.60s' writes, expected a SELECT", name, sql);
  } else if (sqlite3_bind_parameter_count(*stmt) > 0) {
    rc = failure(error, SQLITE_ERROR, "the %s '%.60s' has a parameter, expected the value in its place",
                 name, sql);
  } else if (sqlite3_column_count(*stmt) != columns) {
    rc = failure(error, SQLITE_ERROR, "the %s gives %d column%s, expected %d: %s", name,
                 sqlite3_column_count(*stmt), sqlite3_column_count(*stmt) == 1 ? "" : "s", columns, meaning);
  }
  if (rc) {
    sqlite3_finalize(*stmt);
    *stmt = NULL;
  }
  return rc;
}

int query_step(Connection *connection, sqlite3_stmt *stmt) {
  connection->queries++;
  int rc = sqlite3_step(stmt);
  connection->queries--;
  return rc;
}

int query_failure(Connection *connection, const char *name, int rc, Error *error) {
  const char *message = sqlite3_errmsg(connection->db);
  int code = rc & 0xFF;
  if (code == SQLITE_NOMEM || code == SQLITE_INTERRUPT || failure_names_function(message))
    return failure_sqlite(error, connection->db, rc);
  return failure(error, rc, "the %s failed: %s", name, message);
}

bool query_under_writer(const Connection *c) {
  for (sqlite3_stmt *s = sqlite3_next_stmt(c->db, NULL); s; s = sqlite3_next_stmt(c->db, s))
    if (!sqlite3_stmt_readonly(s) && sqlite3_stmt_busy(s)) return true;
  return false;
}

int query_count(Connection *connection, sqlite3_stmt *stmt, double seconds, double *rows, Error *error) {
  double until = clock_seconds() + seconds;
  size_t count = 0;
  int step;
  while ((step = query_step(connection, stmt)) == SQLITE_ROW)
    if (++count % 64 == 0 && clock_seconds() > until) break;
  *rows = step == SQLITE_DONE ? (double)count : -1.0;
  int rc = step == SQLITE_INTERRUPT ? failure_sqlite(error, connection->db, step) : SQLITE_OK;
  sqlite3_reset(stmt);
  return rc;
}

int query_text(sqlite3_value *value, const char *meaning, const char **text, size_t *length, Error *error) {
  *text = NULL;
  int type = value ? sqlite3_value_type(value) : SQLITE_NULL;
  if (type == SQLITE_NULL) return SQLITE_OK;
  if (type == SQLITE_BLOB)
    return failure(error, SQLITE_ERROR, "the %s is a BLOB (bytes: %d), expected text: CAST(x AS TEXT) makes it one",
                   meaning, sqlite3_value_bytes(value));
  *text = (const char *)sqlite3_value_text(value);
  if (!*text) return failure_no_memory(error);
  size_t bytes = (size_t)sqlite3_value_bytes(value);
  if (length) *length = bytes;
  if (!length && memchr(*text, '\0', bytes))
    return failure(error, SQLITE_ERROR, "the %s is '%.40s' and a NUL, expected text without one", meaning, *text);
  return SQLITE_OK;
}
