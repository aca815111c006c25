#include "training/json_members.h"

#include <string.h>

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

int json_members_visit(Connection *c, const char *json, JsonVisit *visit, void *context, Error *error) {
  sqlite3_stmt *each;
  int rc = connection_statement(c, "SELECT key, type, value FROM json_each(?1)", &each, error), step;
  if (rc) return rc;
  sqlite3_bind_text(each, 1, json, -1, SQLITE_STATIC);
  while (!rc && (step = sqlite3_step(each)) == SQLITE_ROW) rc = visit_row(each, visit, context, error);
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, c->db, step);
  sqlite3_reset(each);
  return rc;
}
