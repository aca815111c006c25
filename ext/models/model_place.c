#include "models/model_place.h"

#include <string.h>

#include "models/model_name.h"

enum { LISTED = 20 }; /* names or versions in a message, at most */

/* ---- search ------------------------------------------------------------------------ */

static const char FIND[] = "SELECT rowid, version, length(weights) FROM \"%w\".classify_models WHERE name = ?1 "
                           "AND (?2 < 0 OR version = ?2) ORDER BY version DESC LIMIT 1";
static const char NAMES[] = "SELECT DISTINCT name FROM \"%w\".classify_models ORDER BY name";
static const char VERSIONS[] = "SELECT version FROM \"%w\".classify_models WHERE name = ?1 ORDER BY version DESC";

typedef struct Search {
  Connection *connection;
  Schemas schemas;
  ModelName name;     /* that is searched for                      */
  const char *schema; /* the first that has the name; NULL: none   */
  const char *model;  /* the name there: name.name or name.whole   */
  bool found;         /* and it has the version, in the row below  */
  sqlite3_int64 rowid, version, size;
} Search;

/* Looks in one schema for a name and a version, which may be MODEL_NAME_NEWEST. */
static int find_version(Search *s, const char *schema, const char *model, sqlite3_int64 version, Error *error) {
  sqlite3_stmt *stmt;
  s->found = false;
  int rc = schemas_statement(s->connection, &CLASSIFY_MODELS, FIND, schema, &stmt, error);
  if (rc || !stmt) return rc;
  sqlite3_bind_text(stmt, 1, model, -1, SQLITE_STATIC);
  sqlite3_bind_int64(stmt, 2, version);
  rc = schemas_step(s->connection, &CLASSIFY_MODELS, schema, stmt, error);
  if (row_state_is_new(stmt)) kept_forget(&s->connection->kept, schema);
  s->found = rc == SQLITE_ROW;
  if (s->found) {
    s->rowid = sqlite3_column_int64(stmt, 0);
    s->version = sqlite3_column_int64(stmt, 1);
    s->size = sqlite3_column_int64(stmt, 2);
  }
  sqlite3_reset(stmt);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Returns the schema that is asked at this place. The list begins with temp and main; main comes
** first here, unless the connection itself has trained this name in temp.
*/
static const char *nth_schema(const Search *s, const char *model, int place) {
  bool swapped = place < 2 && !connection_trained_in_temp(s->connection, model);
  return s->schemas.names[swapped ? 1 - place : place];
}

/* Looks for the name in one schema, or, if that is NULL, in all. */
static int find_in(Search *s, const char *only, const char *model, Error *error) {
  int rc = SQLITE_OK;
  s->model = model;
  for (int i = 0; i < s->schemas.count && !s->schema && !rc; i++) {
    const char *schema = nth_schema(s, model, i);
    if (only && strcmp(only, schema) != 0) continue;
    rc = find_version(s, schema, model, MODEL_NAME_NEWEST, error);
    if (s->found) s->schema = schema;
  }
  return rc;
}

/* What main has under the whole name goes first, so that attaching a database does not hide it. What
** others have goes last, so that they cannot take the place of a model that is named with its schema.
*/
static int find_name(Search *s, Error *error) {
  const ModelName *n = &s->name;
  s->schema = NULL;
  int rc = n->whole ? find_in(s, "main", n->whole, error) : SQLITE_OK;
  if (!rc && !s->schema) rc = find_in(s, n->schema, n->name, error);
  if (!rc && !s->schema && n->whole) rc = find_in(s, NULL, n->whole, error);
  if (!rc && s->schema && n->version != MODEL_NAME_NEWEST) rc = find_version(s, s->schema, s->model, n->version, error);
  return rc;
}

/* ---- lists for messages -------------------------------------------------------------- */

typedef struct List {
  sqlite3_str *text;
  int count;
  bool with_schema; /* stands before each */
} List;

/* Adds the rows of NAMES or VERSIONS in one schema. */
static int list_add(List *list, Search *s, const char *schema, const char *format, Error *error) {
  sqlite3_stmt *stmt;
  int rc = schemas_statement(s->connection, &CLASSIFY_MODELS, format, schema, &stmt, error);
  if (rc || !stmt) return rc;
  sqlite3_bind_text(stmt, 1, s->model, -1, SQLITE_STATIC); /* NAMES has no ?1 */
  while ((rc = schemas_step(s->connection, &CLASSIFY_MODELS, schema, stmt, error)) == SQLITE_ROW) {
    if (list->count < LISTED)
      sqlite3_str_appendf(list->text, "%s%s%s%.60s", list->count ? ", " : "", list->with_schema ? schema : "",
                          list->with_schema ? "." : "", sqlite3_column_text(stmt, 0));
    else if (list->count == LISTED)
      sqlite3_str_appendall(list->text, ", ...");
    list->count++;
  }
  sqlite3_reset(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Sets *text to the list, for sqlite3_free(); to NULL if it is empty. */
static int list_finish(List *list, int rc, char **text, Error *error) {
  *text = sqlite3_str_finish(list->text);
  return !rc && !*text && list->count ? failure_no_memory(error) : rc;
}

/* Lists the names in the schema `only`. If that is NULL it lists those in all schemas, with
** the schema in front of those that are not in main.
*/
static int list_names(Search *s, const char *only, char **text, Error *error) {
  List list = {.text = sqlite3_str_new(s->connection->db)};
  int rc = SQLITE_OK;
  for (int i = 0; i < s->schemas.count && !rc; i++) {
    const char *schema = s->schemas.names[i];
    list.with_schema = !only && strcmp(schema, "main") != 0;
    if (!only || strcmp(only, schema) == 0) rc = list_add(&list, s, schema, NAMES, error);
  }
  return list_finish(&list, rc, text, error);
}

static int fail_without_version(Search *s, Error *error) {
  List list = {.text = sqlite3_str_new(s->connection->db)};
  const ModelName *n = &s->name;
  char *text;
  int rc = list_add(&list, s, s->schema, VERSIONS, error);
  rc = list_finish(&list, rc, &text, error);
  if (!rc)
    rc = failure(error, SQLITE_ERROR, "model '%s%s%.60s' has no version %lld (versions: %s)",
                 n->schema ? n->schema : "", n->schema ? "." : "", n->name, n->version, text);
  sqlite3_free(text);
  return rc;
}

/* Says what else is missing: a database named as what stands before the first dot, or any model in the one that is. */
static void tell_of_schema(const ModelName *n, bool empty, char told[120]) {
  size_t before = strcspn(n->name, ".");
  *told = '\0';
  if (n->schema && empty)
    sqlite3_snprintf(120, told, ", since %.60s has none", n->schema);
  else if (!n->schema && n->name[before])
    sqlite3_snprintf(120, told, ", nor a database named '%.*s'", before < 60 ? (int)before : 60, n->name);
}

static int fail_without_name(Search *s, Error *error) {
  const ModelName *n = &s->name;
  const char *in = n->schema ? n->schema : "", *dot = n->schema ? "." : "";
  char *text, told[120];
  int rc = list_names(s, n->schema, &text, error);
  bool empty = !rc && !text;
  if (empty && n->schema) rc = list_names(s, NULL, &text, error);
  tell_of_schema(n, empty && text, told);
  if (!rc && text)
    rc = failure(error, SQLITE_ERROR, "no model named '%s%s%.60s'%s (models: %s)", in, dot, n->name, told, text);
  else if (!rc)
    rc = failure(error, SQLITE_ERROR, "no model named '%s%s%.60s'%s: there are none yet, classify_train() makes one",
                 in, dot, n->name, told);
  sqlite3_free(text);
  return rc;
}

static int fail_to_choose(Search *s, Error *error) {
  char *text;
  int rc = list_names(s, NULL, &text, error);
  if (!rc && text)
    rc = failure(error, SQLITE_ERROR, "no model is named and none is called 'default', expected one of: %s", text);
  else if (!rc)
    rc = failure(error, SQLITE_ERROR, "there are no models yet, classify_train() makes one");
  sqlite3_free(text);
  return rc;
}

/* ---- where no model is named ----------------------------------------------------------- */

/* Sets *only to the one name that there is in all schemas, for sqlite3_free(); to NULL if
** there are more, or none.
*/
static int find_only_name(Search *s, char **only, Error *error) {
  int rc = SQLITE_OK, step = SQLITE_DONE, names = 0;
  *only = NULL;
  for (int i = 0; i < s->schemas.count && !rc; i++) {
    const char *schema = s->schemas.names[i];
    sqlite3_stmt *stmt;
    rc = schemas_statement(s->connection, &CLASSIFY_MODELS, NAMES, schema, &stmt, error);
    while (!rc && stmt && (step = schemas_step(s->connection, &CLASSIFY_MODELS, schema, stmt, error)) == SQLITE_ROW) {
      const char *name = (const char *)sqlite3_column_text(stmt, 0);
      if (*only && name && strcmp(*only, name) == 0) continue;
      sqlite3_free(*only);
      *only = name && ++names == 1 ? sqlite3_mprintf("%s", name) : NULL;
      if (names == 1 && !*only) rc = failure_no_memory(error);
    }
    if (!rc && stmt && step != SQLITE_DONE) rc = step;
    sqlite3_reset(stmt);
  }
  return rc;
}

/* Searches for the only name from now on. */
static int take_only_name(Search *s, Error *error) {
  char *only;
  int rc = find_only_name(s, &only, error);
  if (!only) return rc ? rc : fail_to_choose(s, error);
  model_name_free(&s->name);
  s->name = (ModelName){.name = only, .version = MODEL_NAME_NEWEST};
  return rc;
}

/* ---- what the header declares ------------------------------------------------------------- */

void model_place_free(ModelPlace *p) {
  sqlite3_free(p->schema);
  sqlite3_free(p->name);
  *p = (ModelPlace){0};
}

static int copy_place(const Search *s, ModelPlace *p, Error *error) {
  *p = (ModelPlace){.schema = sqlite3_mprintf("%s", s->schema), .name = sqlite3_mprintf("%s", s->model),
                    .rowid = s->rowid, .version = s->version, .size = s->size};
  if (p->schema && p->name) return SQLITE_OK;
  model_place_free(p);
  return failure_no_memory(error);
}

static int find(Search *s, bool named, Error *error) {
  int rc = find_name(s, error);
  if (!rc && !s->schema && !named) {
    rc = take_only_name(s, error);
    if (!rc) rc = find_name(s, error);
  }
  if (rc || s->found) return rc;
  return s->schema ? fail_without_version(s, error) : fail_without_name(s, error);
}

int model_place_find(Connection *c, const char *spec, ModelPlace *p, Error *error) {
  Search s = {.connection = c};
  *p = (ModelPlace){0};
  int rc = schemas_list(c, &s.schemas, error);
  if (rc) return rc;
  rc = model_name_parse(&s.schemas, spec ? spec : "default", &s.name, error);
  if (!rc) rc = find(&s, spec != NULL, error);
  if (!rc) rc = copy_place(&s, p, error);
  model_name_free(&s.name);
  schemas_free(&s.schemas);
  return rc;
}

int model_place_exists(Connection *c, const char *schema, const char *name, bool *exists, Error *error) {
  Search s = {.connection = c};
  int rc = find_version(&s, schema, name, MODEL_NAME_NEWEST, error);
  *exists = s.found;
  return rc;
}
