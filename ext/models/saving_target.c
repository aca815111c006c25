#include "models/saving_target.h"

#include <string.h>

#include "host/failure.h"
#include "host/lock_wait.h"
#include "host/row_state.h"
#include "models/model_name.h"
#include "models/model_place.h"
#include "models/model_tables.h"
#include "models/sql.h"

void saving_target_free(SavingTarget *t) {
  sqlite3_free(t->schema);
  sqlite3_free(t->name);
  *t = (SavingTarget){0};
}

/* ---- the name ------------------------------------------------------------------------ */

/* Whether the name ends in @, or in @ and digits that are too many for a version. */
static bool ends_in_version(const char *name) {
  const char *at = strrchr(name, '@');
  return at && at[1 + strspn(at + 1, "0123456789")] == '\0';
}

static int parse_name(Connection *c, const char *spec, ModelName *n, Error *error) {
  Schemas schemas;
  *n = (ModelName){0};
  int rc = schemas_list(c, &schemas, error);
  if (rc) return rc;
  rc = model_name_parse(&schemas, spec, n, error);
  schemas_free(&schemas);
  if (!rc && (n->version != MODEL_NAME_NEWEST || ends_in_version(n->name)))
    rc = failure(error, SQLITE_ERROR, "the model's name is '%.60s', expected a name without @version, since the "
                 "new version's number is chosen for you", spec);
  return rc;
}

static int set_target(SavingTarget *t, const char *schema, const char *name, Error *error) {
  t->bare = !schema;
  t->schema = sqlite3_mprintf("%s", schema ? schema : "main");
  t->name = sqlite3_mprintf("%s", name);
  return t->schema && t->name ? SQLITE_OK : failure_no_memory(error);
}

/* A name that main has as a whole means main's model, also where a schema of its beginning is attached. */
static int read_target(Connection *c, const char *spec, SavingTarget *t, Error *error) {
  ModelName n;
  bool whole = false;
  int rc = parse_name(c, spec, &n, error);
  if (!rc && n.whole) rc = model_place_exists(c, "main", n.whole, &whole, error);
  if (!rc) rc = whole ? set_target(t, NULL, n.whole, error) : set_target(t, n.schema, n.name, error);
  model_name_free(&n);
  return rc;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Takes the write lock by setting user_version to what it is. */
static int take_lock(sqlite3 *db, const char *schema, Error *error) {
  char *version;
  int rc = sql_fetch(db, "PRAGMA \"%w\".user_version", schema, NULL, &version, error);
  char *sql = version ? sqlite3_mprintf("PRAGMA \"%%w\".user_version = %s", version) : NULL;
  if (!rc) rc = sql ? sql_run(db, sql, schema, error) : failure_no_memory(error);
  sqlite3_free(version);
  sqlite3_free(sql);
  return rc;
}

/* One of sqlite3_deserialize() refuses the lock only, and to be locked costs it nothing. */
static bool is_read_only(sqlite3 *db, const char *schema) {
  Error ignored;
  if (!row_state_is_deserialized(db, schema)) return sqlite3_db_readonly(db, schema) == 1;
  return (take_lock(db, schema, &ignored) & 0xFF) == SQLITE_READONLY;
}

bool saving_target_is_open(sqlite3 *db, const char *schema) {
  const char *file = sqlite3_db_filename(db, schema);
  return !is_read_only(db, "main") || (file && *file) || schemas_has(db, schema, &CLASSIFY_MODELS);
}

static int check_writable(Connection *c, const char *schema, Error *error) {
  char *query_only;
  int rc = sql_fetch(c->db, "PRAGMA \"%w\".query_only", schema, NULL, &query_only, error);
  if (!rc && query_only && strcmp(query_only, "0") != 0)
    rc = failure(error, SQLITE_READONLY, "PRAGMA query_only is on, so no model can be saved, expected it off");
  sqlite3_free(query_only);
  if (!rc && is_read_only(c->db, schema))
    rc = failure(error, SQLITE_READONLY, "database %s is read-only, expected one that can be written", schema);
  if (rc || saving_target_is_open(c->db, schema)) return rc;
  return failure(error, SQLITE_READONLY, "database main is read-only, so %s takes a model only if its table is there "
                 "already: CREATE TABLE %s.classify_models(" MODEL_TABLES_COLUMNS ", PRIMARY KEY (name, version))",
                 schema, schema);
}

/* A version that is no number, or too large a one, would go on being the newest. A lock may be gone by
** the time that there is a model to save.
*/
static int check_versions(Connection *c, const SavingTarget *t, Error *error) {
  char *version;
  if (!schemas_has(c->db, t->schema, &CLASSIFY_MODELS)) return SQLITE_OK;
  int rc = sql_fetch(c->db, "SELECT quote(version) FROM \"%w\".classify_models WHERE name = ?1 AND NOT "
                     "(typeof(version) IN ('integer', 'real') AND version < " MODEL_TABLES_MOST_VERSION ") LIMIT 1",
                     t->schema, t->name, &version, error);
  if (!rc && version)
    rc = failure(error, SQLITE_ERROR, "the model %s.%.60s has the version %.40s, expected numbers less than "
                 MODEL_TABLES_MOST_VERSION, t->schema, t->name, version);
  sqlite3_free(version);
  return lock_wait_is_lock(rc) ? SQLITE_OK : rc;
}

/* In autocommit mode the lock of another connection may be gone by the time that there is a
** model to save, so nothing is checked now. In a transaction it is: one that cannot write now
** may never be able to, and one that can keeps the lock until its end.
*/
static int lock_in_transaction(Connection *c, const char *schema, Error *error) {
  double until = lock_wait_until();
  int rc;
  if (sqlite3_get_autocommit(c->db)) return SQLITE_OK;
  do rc = take_lock(c->db, schema, error);
  while (lock_wait_again(c, &rc, until, error));
  if (!lock_wait_is_lock(rc)) return rc;
  return failure(error, rc, "the transaction cannot write to %s, which another connection has locked or "
                 "changed since, expected BEGIN IMMEDIATE", schema);
}

/* A training whose saving begins a training would go on until the stack is full. */
static int check_not_nested(const Connection *c, Error *error) {
  if (c->queries > 0)
    return failure(error, SQLITE_ERROR, "it stands in the query of another function, expected a query that "
                   "only reads");
  if (c->saving)
    return failure(error, SQLITE_ERROR, "a trigger on classify_models trains while the model of another training is "
                   "saved, expected a trigger that does not");
  return SQLITE_OK;
}

/* Limits that the statements of saving.c and the triggers of the tables need. Others are met before. */
static int check_limits(sqlite3 *db, Error *error) {
  static const struct {
    int limit, least;
    bool zero_is_none;
    const char *name;
  } LIMITS[] = {{SQLITE_LIMIT_EXPR_DEPTH, 7, true, "SQLITE_LIMIT_EXPR_DEPTH"},
                {SQLITE_LIMIT_COMPOUND_SELECT, 3, true, "SQLITE_LIMIT_COMPOUND_SELECT"},
                {SQLITE_LIMIT_VARIABLE_NUMBER, 6, false, "SQLITE_LIMIT_VARIABLE_NUMBER"},
                {SQLITE_LIMIT_TRIGGER_DEPTH, 1, false, "SQLITE_LIMIT_TRIGGER_DEPTH"}};
  for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++) {
    int value = sqlite3_limit(db, LIMITS[i].limit, -1);
    bool unlimited = value == 0 && LIMITS[i].zero_is_none;
    if (value < LIMITS[i].least && !unlimited)
      return failure(error, SQLITE_ERROR, "%s is %d, expected at least %d, which it takes to save a model",
                     LIMITS[i].name, value, LIMITS[i].least);
  }
  return SQLITE_OK;
}

int saving_target(Connection *c, const char *spec, SavingTarget *target, Error *error) {
  *target = (SavingTarget){0};
  int rc = check_not_nested(c, error);
  if (!rc) rc = check_limits(c->db, error);
  if (!rc) rc = read_target(c, spec ? spec : "default", target, error);
  if (!rc) rc = check_writable(c, target->schema, error);
  if (!rc) rc = model_tables_check(c->db, target->schema, error);
  if (!rc) rc = check_versions(c, target, error);
  if (!rc) rc = lock_in_transaction(c, target->schema, error);
  target->in_transaction = !sqlite3_get_autocommit(c->db);
  if (rc) saving_target_free(target);
  return rc;
}
