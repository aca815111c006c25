/* json_members.h -- the members of a JSON object, read by SQLite's json_each(). */
#ifndef CLASSIFY_JSON_MEMBERS_H
#define CLASSIFY_JSON_MEMBERS_H

#include "host/connection.h"

/* All pointers are valid during the visit only. */
typedef struct JsonMember {
  const char *key;
  size_t key_length;
  const char *type;     /* integer, real, true, false, null, text, array, object */
  sqlite3_value *value;
  const char *shown;    /* the value as text, for messages and for comparing */
} JsonMember;

bool json_member_is(const JsonMember *member, const char *type);
bool json_member_is_text(const JsonMember *member, const char *text);

typedef int JsonVisit(void *context, const JsonMember *member, Error *error);

/* Calls visit() for each member, in order, until one returns an error. A key that is there twice
** is an error before the first.
*/
int json_members_visit(Connection *connection, const char *json, JsonVisit *visit, void *context, Error *error);

#endif
