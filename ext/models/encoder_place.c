#include "models/encoder_place.h"

#include <string.h>

#include "host/schemas.h"

static const char FIND[] = "SELECT length(config), length(tokenizer), length(weights) "
                           "FROM \"%w\".classify_encoders WHERE name = ?1 LIMIT 2";
static const char NAMES[] = "SELECT DISTINCT name FROM \"%w\".classify_encoders WHERE typeof(name) = 'text' "
                            "ORDER BY name LIMIT 20";

/* ---- search ----------------------------------------------------------------------------- */

typedef struct Search {
  Connection *connection;
  Schemas schemas;
  const char *asked;  /* the name as it was given, or NULL           */
  const char *only;   /* the schema that is named; NULL: any         */
  const char *name;
  const char *schema; /* the first that has the name; NULL: none yet */
  sqlite3_int64 lengths[ENCODER_FILES];
  char *found;        /* owns the name where none is asked for       */
} Search;

static void search_free(Search *s) {
  schemas_free(&s->schemas);
  sqlite3_free(s->found);
}

/* A dot ends the name of a schema if there is one of that name. */
static void take_name(Search *s, const char *name) {
  const char *dot = name ? strchr(name, '.') : NULL;
  s->asked = name;
  s->only = dot ? schemas_find(&s->schemas, name, (size_t)(dot - name)) : NULL;
  s->name = s->only ? dot + 1 : name;
}

static int find_in(Search *s, const char *schema, Error *error) {
  sqlite3_stmt *stmt;
  int rc = schemas_statement(s->connection, &CLASSIFY_ENCODERS, FIND, schema, &stmt, error);
  if (rc || !stmt) return rc;
  sqlite3_bind_text(stmt, 1, s->name, -1, SQLITE_STATIC);
  rc = schemas_step(s->connection, &CLASSIFY_ENCODERS, schema, stmt, error);
  if (row_state_is_new(stmt)) kept_forget(&s->connection->kept, schema);
  if (rc == SQLITE_ROW) {
    s->schema = schema;
    for (int i = 0; i < ENCODER_FILES; i++) s->lengths[i] = sqlite3_column_int64(stmt, i);
    rc = schemas_step(s->connection, &CLASSIFY_ENCODERS, schema, stmt, error);
    if (rc == SQLITE_ROW)
      rc = failure(error, SQLITE_ERROR, "%s.classify_encoders has more than one encoder named '%.60s', expected one",
                   schema, s->name);
  }
  sqlite3_reset(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Lists the names in all schemas; *count is how many there are, equal ones once. */
static int list_names(Search *s, sqlite3_str *list, int *count, Error *error) {
  int rc = SQLITE_OK;
  for (int i = 0; i < s->schemas.count && !rc; i++) {
    sqlite3_stmt *stmt;
    const char *schema = s->schemas.names[i];
    if (s->only && s->only != schema) continue;
    rc = schemas_statement(s->connection, &CLASSIFY_ENCODERS, NAMES, schema, &stmt, error);
    if (rc || !stmt) continue;
    while ((rc = schemas_step(s->connection, &CLASSIFY_ENCODERS, schema, stmt, error)) == SQLITE_ROW) {
      const char *name = (const char *)sqlite3_column_text(stmt, 0);
      if (s->found && name && strcmp(s->found, name) == 0) continue;
      if (!s->found && name) s->found = sqlite3_mprintf("%s", name);
      sqlite3_str_appendf(list, "%s%.60s", *count ? ", " : "", name);
      ++*count;
    }
    sqlite3_reset(stmt);
    rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
  }
  return rc;
}

static int no_encoder(const Search *s, const char *names, Error *error) {
  if (names && s->asked)
    return failure(error, SQLITE_ERROR, "no encoder named '%.60s' (encoders: %s)", s->asked, names);
  if (names) return failure(error, SQLITE_ERROR, "no encoder is named, expected one of: %s", names);
  return failure(error, SQLITE_ERROR, "there is no encoder%s%.60s%s, expected a row of a table %s%sclassify_encoders("
                 "name, config, tokenizer, weights) that has the contents of its files", s->asked ? " named '" : "",
                 s->asked ? s->asked : "", s->asked ? "'" : "", s->only ? s->only : "", s->only ? "." : "");
}

/* Takes the only encoder that there is, where none was named; else says which there are. */
static int take_only(Search *s, Error *error) {
  int count = 0;
  sqlite3_str *list = sqlite3_str_new(s->connection->db);
  int rc = list_names(s, list, &count, error);
  char *names = sqlite3_str_finish(list);
  if (!rc && count && (!names || !s->found)) rc = failure_no_memory(error);
  if (!rc && (count != 1 || s->asked)) rc = no_encoder(s, count ? names : NULL, error);
  s->name = s->found;
  sqlite3_free(names);
  return rc;
}

static int find_name(Search *s, Error *error) {
  int rc = SQLITE_OK;
  for (int i = 0; i < s->schemas.count && !s->schema && !rc; i++)
    if (!s->only || s->only == s->schemas.names[i]) rc = find_in(s, s->schemas.names[i], error);
  return rc;
}

static int search(Search *s, const char *name, Error *error) {
  take_name(s, name);
  int rc = s->name ? find_name(s, error) : SQLITE_OK;
  if (!rc && !s->schema) rc = take_only(s, error);
  if (!rc && !s->schema) rc = find_name(s, error);
  if (!rc && !s->schema) /* such as a name with a NUL in it */
    rc = failure(error, SQLITE_ERROR, "the only encoder cannot be found by its name, '%.60s'", s->name);
  return rc;
}

static int copy_place(const Search *s, EncoderPlace *place, Error *error) {
  *place = (EncoderPlace){.schema = sqlite3_mprintf("%s", s->schema), .name = sqlite3_mprintf("%s", s->name)};
  memcpy(place->lengths, s->lengths, sizeof place->lengths);
  if (place->schema && place->name) return SQLITE_OK;
  encoder_place_free(place);
  return failure_no_memory(error);
}

void encoder_place_free(EncoderPlace *place) {
  sqlite3_free(place->schema);
  sqlite3_free(place->name);
  *place = (EncoderPlace){0};
}

int encoder_place_find(Connection *c, const char *name, EncoderPlace *place, Error *error) {
  Search s = {.connection = c};
  *place = (EncoderPlace){0};
  int rc = schemas_list(c, &s.schemas, error);
  if (rc) return rc;
  rc = search(&s, name, error);
  if (!rc) rc = copy_place(&s, place, error);
  search_free(&s);
  return rc;
}
