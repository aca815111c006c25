#include "training/json_members.h"

#include <string.h>

#include "host/json.h"

bool json_member_is(const JsonMember *m, const char *type) { return strcmp(m->type, type) == 0; }

bool json_member_is_text(const JsonMember *m, const char *text) {
  return json_member_is(m, "text") && strcmp(m->shown, text) == 0;
}

static int visit_row(sqlite3_stmt *each, JsonVisit *visit, void *context, Error *error) {
  JsonMember m = {.key = (const char *)sqlite3_column_text(each, 0), .type = (const char *)sqlite3_column_text(each, 1),
                  .shown = (const char *)sqlite3_column_text(each, 2), .value = sqlite3_column_value(each, 2)};
  m.key_length = (size_t)sqlite3_column_bytes(each, 0);
  if (m.type && (json_member_is(&m, "true") || json_member_is(&m, "false") || json_member_is(&m, "null")))
    m.shown = m.type; /* their values are 1, 0 and NULL */
  return m.key && m.type && m.shown ? visit(context, &m, error) : failure_no_memory(error);
}

/* JSON allows a key twice, and each reader takes another of the two. */
static int check_keys(Connection *c, const char *json, Error *error) {
  sqlite3_stmt *twice;
  int rc = connection_statement(c, "SELECT key FROM json_each(?1) GROUP BY key HAVING count(*) > 1", &twice, error);
  if (rc) return rc;
  sqlite3_bind_text(twice, 1, json, -1, SQLITE_STATIC);
  rc = json_step(twice);
  if (rc == SQLITE_ROW)
    rc = failure(error, SQLITE_ERROR, "'%.40s' is there twice in '%.60s', expected it once",
                 (const char *)sqlite3_column_text(twice, 0), json);
  else
    rc = rc == SQLITE_DONE ? SQLITE_OK : failure_sqlite(error, c->db, rc);
  sqlite3_reset(twice);
  return rc;
}

int json_members_visit(Connection *c, const char *json, JsonVisit *visit, void *context, Error *error) {
  sqlite3_stmt *each;
  int rc = check_keys(c, json, error), step;
  if (!rc) rc = connection_statement(c, "SELECT key, type, value FROM json_each(?1)", &each, error);
  if (rc) return rc;
  sqlite3_bind_text(each, 1, json, -1, SQLITE_STATIC);
  while (!rc && (step = json_step(each)) == SQLITE_ROW) rc = visit_row(each, visit, context, error);
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, c->db, step);
  sqlite3_reset(each);
  return rc;
}
