#include "models/models.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "host/cache.h"
#include "host/fts5_tokenizer.h"

/* ---- schemas ---------------------------------------------------------------------- */

enum { MAX_SCHEMAS = 128 }; /* SQLite attaches at most 125 */

typedef struct Schemas {
  char *names[MAX_SCHEMAS]; /* temp, main, attached */
  int count;
} Schemas;

static void schemas_free(Schemas *s) {
  for (int i = 0; i < s->count; i++) sqlite3_free(s->names[i]);
}

static bool schemas_add(Schemas *s, const char *name) {
  char *copy = sqlite3_mprintf("%s", name);
  if (copy) s->names[s->count++] = copy;
  return copy != NULL;
}

/* SQLite lists temp only once something is in it. */
static int schemas_list(Connection *c, Schemas *s, Error *error) {
  sqlite3_stmt *list;
  s->count = 0;
  int rc = connection_statement(c, "PRAGMA database_list", &list, error);
  if (rc) return rc;
  int step = SQLITE_DONE;
  bool added = schemas_add(s, "temp");
  while (added && s->count < MAX_SCHEMAS && (step = sqlite3_step(list)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(list, 1);
    added = name && (strcmp(name, "temp") == 0 || schemas_add(s, name));
  }
  sqlite3_reset(list);
  if (added && step == SQLITE_DONE) return SQLITE_OK;
  schemas_free(s);
  return added ? failure_sqlite(error, c->db, step) : failure_no_memory(error);
}

/* ---- names ------------------------------------------------------------------------ */

void models_name_free(ModelName *n) {
  sqlite3_free(n->schema);
  sqlite3_free(n->name);
  *n = (ModelName){0};
}

/* The length of the name in name[@version]; *version is set. */
static size_t cut_version(const char *spec, sqlite3_int64 *version) {
  const char *at = strrchr(spec, '@');
  size_t digits = at ? strspn(at + 1, "0123456789") : 0;
  *version = MODELS_NEWEST;
  if (digits == 0 || digits > 18 || at[1 + digits]) return strlen(spec);
  *version = strtoll(at + 1, NULL, 10);
  return (size_t)(at - spec);
}

static char *find_schema(Schemas *s, const char *spec, size_t length) {
  for (int i = 0; i < s->count; i++)
    if (strlen(s->names[i]) == length && sqlite3_strnicmp(s->names[i], spec, (int)length) == 0)
      return s->names[i];
  return NULL;
}

int models_parse(Connection *c, const char *spec, ModelName *n, Error *error) {
  Schemas schemas;
  *n = (ModelName){0};
  int rc = schemas_list(c, &schemas, error);
  if (rc) return rc;
  size_t length = cut_version(spec, &n->version);
  const char *dot = memchr(spec, '.', length);
  char *schema = dot ? find_schema(&schemas, spec, (size_t)(dot - spec)) : NULL;
  const char *name = schema ? dot + 1 : spec;
  length -= (size_t)(name - spec);
  if (length == 0)
    rc = failure(error, SQLITE_ERROR, "the model's name is '%s', expected name, name@version or "
                 "schema.name@version", spec);
  if (!rc) {
    n->schema = schema ? sqlite3_mprintf("%s", schema) : NULL;
    n->name = sqlite3_mprintf("%.*s", (int)length, name);
    if (!n->name || (schema && !n->schema)) rc = failure_no_memory(error);
  }
  if (rc) models_name_free(n);
  schemas_free(&schemas);
  return rc;
}

/* ---- finding ----------------------------------------------------------------------- */

/* Whether classify_models is a table there, as far as the connection knows. */
static bool has_table(Connection *c, const char *schema) {
  return sqlite3_table_column_metadata(c->db, schema, "classify_models", NULL, NULL, NULL, NULL, NULL,
                                       NULL) == SQLITE_OK;
}

static int fail_if_view(Connection *c, const char *schema, Error *error) {
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf("SELECT 1 FROM \"%w\".sqlite_master WHERE type = 'view' AND "
                              "lower(name) = 'classify_models'", schema);
  if (!sql) return failure_no_memory(error);
  int rc = sqlite3_prepare_v2(c->db, sql, -1, &stmt, NULL);
  if (!rc) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW)
    rc = failure(error, SQLITE_ERROR, "%s.classify_models is a view, expected the table of models", schema);
  else
    rc = rc == SQLITE_DONE ? SQLITE_OK : failure_sqlite(error, c->db, rc);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  return rc;
}

/* A kept statement whose SQL has the schema in place of %w; NULL where the
** schema has no table classify_models. Preparing asks the file, so a table that
** another process has just made is seen; temp is this connection's alone.
*/
static int statement_in(Connection *c, const char *format, const char *schema, sqlite3_stmt **stmt,
                        Error *error) {
  *stmt = NULL;
  if (strcmp(schema, "temp") == 0 && !has_table(c, schema)) return SQLITE_OK;
  char *sql = sqlite3_mprintf(format, schema);
  if (!sql) return failure_no_memory(error);
  int rc = connection_statement(c, sql, stmt, error);
  sqlite3_free(sql);
  if ((rc == SQLITE_OK || rc == SQLITE_ERROR) && !has_table(c, schema)) {
    Error view;
    int is_view = fail_if_view(c, schema, &view); /* which also reads the schema anew */
    if (is_view || !has_table(c, schema)) {
      *stmt = NULL;
      *error = view;
      return is_view;
    }
  }
  if (rc != SQLITE_ERROR) return rc;
  Error reason = *error;
  return failure(error, rc, "%s.classify_models is not a table of models: %s", schema, reason.message);
}

/* SQLITE_ROW or SQLITE_DONE: no row where the table has gone meanwhile. */
static int step_in(Connection *c, const char *schema, sqlite3_stmt *stmt, Error *error) {
  int rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE) return rc;
  failure_sqlite(error, c->db, rc);
  return rc == SQLITE_ERROR && !has_table(c, schema) ? SQLITE_DONE : rc;
}

int models_find_in(Connection *c, const char *schema, const ModelName *n, sqlite3_int64 *rowid,
                   sqlite3_int64 *version, bool *found, Error *error) {
  sqlite3_stmt *stmt;
  *found = false;
  int rc = statement_in(c,
                        "SELECT rowid, version FROM \"%w\".classify_models WHERE name = ?1 "
                        "AND (?2 < 0 OR version = ?2) ORDER BY version DESC LIMIT 1",
                        schema, &stmt, error);
  if (rc || !stmt) return rc;
  sqlite3_bind_text(stmt, 1, n->name, -1, SQLITE_STATIC);
  sqlite3_bind_int64(stmt, 2, n->version);
  rc = step_in(c, schema, stmt, error);
  *found = rc == SQLITE_ROW;
  if (*found) {
    *rowid = sqlite3_column_int64(stmt, 0);
    *version = sqlite3_column_int64(stmt, 1);
  }
  sqlite3_reset(stmt);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

typedef struct Found {
  const char *schema; /* one of the list: the first that has the name */
  bool named;         /* there is one                                 */
  bool found;         /* and it has the version                       */
  sqlite3_int64 rowid, version;
} Found;

static int find(Connection *c, const Schemas *schemas, const ModelName *n, Found *f, Error *error) {
  const ModelName newest = {.name = n->name, .version = MODELS_NEWEST};
  int rc = SQLITE_OK;
  f->named = false;
  for (int i = 0; i < schemas->count && !f->named && !rc; i++) {
    f->schema = schemas->names[i];
    if (!n->schema || strcmp(n->schema, f->schema) == 0)
      rc = models_find_in(c, f->schema, &newest, &f->rowid, &f->version, &f->named, error);
  }
  f->found = f->named;
  if (!rc && f->named && n->version != MODELS_NEWEST)
    rc = models_find_in(c, f->schema, n, &f->rowid, &f->version, &f->found, error);
  return rc;
}

/* ---- lists for messages -------------------------------------------------------------- */

static const char NAMES[] = "SELECT DISTINCT name FROM \"%w\".classify_models ORDER BY name";
static const char VERSIONS[] =
    "SELECT version FROM \"%w\".classify_models WHERE name = ?1 ORDER BY version DESC";

/* Adds what the query gives to a list; %w is the schema, ?1 the name. */
static int add_list(Connection *c, const char *schema, const char *format, const char *name,
                    bool with_schema, sqlite3_str *list, int *count, Error *error) {
  sqlite3_stmt *stmt;
  int rc = statement_in(c, format, schema, &stmt, error);
  if (rc || !stmt) return rc;
  sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
  while ((rc = step_in(c, schema, stmt, error)) == SQLITE_ROW) {
    if (*count < 20)
      sqlite3_str_appendf(list, "%s%s%s%s", *count ? ", " : "", with_schema ? schema : "",
                          with_schema ? "." : "", sqlite3_column_text(stmt, 0));
    else if (*count == 20)
      sqlite3_str_appendall(list, ", ...");
    ++*count;
  }
  sqlite3_reset(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int finish_list(sqlite3_str *text, int rc, int count, char **list, Error *error) {
  *list = sqlite3_str_finish(text);
  if (!rc && !*list && count) rc = failure_no_memory(error);
  return rc;
}

/* All names, or those of the schema if one is given; others than main's have
** their schema in front. For sqlite3_free().
*/
static int list_names(Connection *c, const Schemas *schemas, const char *only, char **list, int *count,
                      Error *error) {
  sqlite3_str *text = sqlite3_str_new(c->db);
  int rc = SQLITE_OK;
  *count = 0;
  for (int i = 0; i < schemas->count && !rc; i++) {
    const char *schema = schemas->names[i];
    bool with_schema = !only && strcmp(schema, "main") != 0;
    if (!only || strcmp(only, schema) == 0)
      rc = add_list(c, schema, NAMES, NULL, with_schema, text, count, error);
  }
  return finish_list(text, rc, *count, list, error);
}

static int no_version(Connection *c, const Found *f, const ModelName *n, Error *error) {
  sqlite3_str *text = sqlite3_str_new(c->db);
  char *list;
  int count = 0;
  int rc = add_list(c, f->schema, VERSIONS, n->name, false, text, &count, error);
  rc = finish_list(text, rc, count, &list, error);
  if (!rc)
    rc = failure(error, SQLITE_ERROR, "model '%s%s%s' has no version %lld (versions: %s)",
                 n->schema ? n->schema : "", n->schema ? "." : "", n->name, n->version, list);
  sqlite3_free(list);
  return rc;
}

static int no_name(Connection *c, const Schemas *schemas, const ModelName *n, Error *error) {
  char *list;
  int count;
  const char *in = n->schema ? n->schema : "", *dot = n->schema ? "." : "";
  int rc = list_names(c, schemas, n->schema, &list, &count, error);
  if (!rc && count)
    rc = failure(error, SQLITE_ERROR, "no model named '%s%s%s' (models: %s)", in, dot, n->name, list);
  else if (!rc)
    rc = failure(error, SQLITE_ERROR, "no model named '%s%s%s': there are none yet, classify_train() "
                 "makes one", in, dot, n->name);
  sqlite3_free(list);
  return rc;
}

/* The only name that there is in all schemas; *only stays NULL if there are more
** or none. For sqlite3_free().
*/
static int only_name(Connection *c, const Schemas *schemas, char **only, Error *error) {
  int rc = SQLITE_OK, step = SQLITE_DONE, names = 0;
  *only = NULL;
  for (int i = 0; i < schemas->count && !rc; i++) {
    sqlite3_stmt *stmt;
    rc = statement_in(c, NAMES, schemas->names[i], &stmt, error);
    while (!rc && stmt && (step = step_in(c, schemas->names[i], stmt, error)) == SQLITE_ROW) {
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

/* When the caller gave no name and none is `default`; the name becomes that of the model. */
static int find_only(Connection *c, const Schemas *schemas, ModelName *n, Found *f, Error *error) {
  ModelName any = {.version = MODELS_NEWEST};
  char *list = NULL;
  int count;
  int rc = only_name(c, schemas, &any.name, error);
  if (!rc && any.name) rc = find(c, schemas, &any, f, error);
  if (any.name) {
    sqlite3_free(n->name);
    n->name = any.name;
  }
  if (rc || any.name) return rc;
  rc = list_names(c, schemas, NULL, &list, &count, error);
  if (!rc && count == 0)
    rc = failure(error, SQLITE_ERROR, "there are no models yet, classify_train() makes one");
  else if (!rc)
    rc = failure(error, SQLITE_ERROR, "no model is named and none is called 'default', expected one of: %s",
                 list);
  sqlite3_free(list);
  return rc;
}

/* ---- loading --------------------------------------------------------------------------- */

enum { PROBE = 4096 }; /* bytes that are read to look for the identifier */

static int read_blob(Connection *c, sqlite3_blob *blob, void *bytes, size_t size, Error *error) {
  int rc = sqlite3_blob_read(blob, bytes, (int)size, 0);
  return rc ? failure_sqlite(error, c->db, rc) : SQLITE_OK;
}

/* From the cache by what the first bytes state, else from all of the blob. */
static int read_model(Connection *c, sqlite3_blob *blob, const Model **model, Error *error) {
  uint8_t first[PROBE];
  char identifier[IDENTIFIER_LENGTH + 1];
  size_t size = (size_t)sqlite3_blob_bytes(blob), probe = size < PROBE ? size : PROBE;
  int rc = read_blob(c, blob, first, probe, error);
  if (rc) return rc;
  *model = NULL;
  if (safetensors_stated_identifier(first, probe, size, identifier)) *model = cache_acquire(identifier);
  if (*model) return SQLITE_OK;
  uint8_t *bytes = memory_aligned(size + 1, 1);
  Model *loaded;
  if (!bytes) return failure_no_memory(error);
  rc = read_blob(c, blob, bytes, size, error);
  if (!rc) rc = failure_code(model_read(bytes, size, &loaded, error));
  free(bytes);
  if (rc) return rc;
  *model = cache_add(loaded);
  return *model ? SQLITE_OK : failure_no_memory(error);
}

static int load_row(Connection *c, const Found *f, const char *name, void *model, Error *error) {
  sqlite3_blob *blob = NULL;
  int rc = sqlite3_blob_open(c->db, f->schema, "classify_models", "weights", f->rowid, 0, &blob);
  if (rc)
    rc = failure_sqlite(error, c->db, rc);
  else
    rc = read_model(c, blob, model, error);
  sqlite3_blob_close(blob);
  if (rc == SQLITE_OK || rc == SQLITE_NOMEM) return rc;
  Error reason = *error;
  return failure(error, rc, "the weights of %s.%s@%lld cannot be used: %s", f->schema, name,
                 f->version, reason.message);
}

static int find_spec(Connection *c, const Schemas *schemas, ModelName *n, bool named, Found *f,
                     Error *error) {
  int rc = find(c, schemas, n, f, error);
  if (rc || f->found) return rc;
  if (f->named) return no_version(c, f, n, error);
  return named ? no_name(c, schemas, n, error) : find_only(c, schemas, n, f, error);
}

/* What is done with the row of a model once it is found. */
typedef int Use(Connection *c, const Found *f, const char *name, void *context, Error *error);

static int use_row(Connection *c, const char *spec, Use *use, void *context, Error *error) {
  ModelName name;
  Schemas schemas;
  Found f = {0};
  int rc = models_parse(c, spec ? spec : "default", &name, error);
  if (rc) return rc;
  rc = schemas_list(c, &schemas, error);
  if (rc == SQLITE_OK) {
    rc = find_spec(c, &schemas, &name, spec != NULL, &f, error);
    if (!rc) rc = use(c, &f, name.name, context, error);
    schemas_free(&schemas);
  }
  models_name_free(&name);
  return rc;
}

int models_load(Connection *c, const char *spec, const Model **model, Error *error) {
  int rc = use_row(c, spec, load_row, model, error);
  if (!rc) connection_keep_model(c, *model);
  return rc;
}

/* ---- the row ----------------------------------------------------------------------------- */

void models_row_free(ModelRow *row) {
  sqlite3_free(row->schema);
  sqlite3_free(row->name);
  sqlite3_value_free(row->created);
  sqlite3_value_free(row->options);
  sqlite3_value_free(row->metrics);
  *row = (ModelRow){0};
}

enum { ROW_NAME, ROW_CREATED, ROW_OPTIONS, ROW_METRICS, ROW_SIZE, ROW_NULL };

static const char ROW_SQL[] =
    "SELECT name, created, CASE WHEN typeof(options) = 'text' THEN options END, "
    "CASE WHEN typeof(metrics) = 'text' THEN metrics END, length(weights), NULL "
    "FROM \"%w\".classify_models WHERE rowid = ?1";

/* json_valid() would not do: it takes want of memory for JSON that is malformed. */
static int is_json(Connection *c, sqlite3_value *value, bool *valid, Error *error) {
  sqlite3_stmt *stmt;
  int rc = connection_statement(c, "SELECT json_type(?1)", &stmt, error);
  if (rc) return rc;
  rc = sqlite3_bind_value(stmt, 1, value);
  if (!rc) rc = sqlite3_step(stmt);
  *valid = rc == SQLITE_ROW;
  rc = rc == SQLITE_ROW || rc == SQLITE_ERROR ? SQLITE_OK : failure_sqlite(error, c->db, rc);
  sqlite3_reset(stmt);
  sqlite3_clear_bindings(stmt);
  return rc;
}

static int copy_json(Connection *c, sqlite3_stmt *stmt, int column, sqlite3_value **copy, Error *error) {
  bool valid;
  int rc = is_json(c, sqlite3_column_value(stmt, column), &valid, error);
  if (!rc) *copy = sqlite3_value_dup(sqlite3_column_value(stmt, valid ? column : ROW_NULL));
  return rc;
}

static int copy_row(Connection *c, ModelRow *row, const Found *f, sqlite3_stmt *stmt, Error *error) {
  const char *name = (const char *)sqlite3_column_text(stmt, ROW_NAME);
  row->schema = sqlite3_mprintf("%s", f->schema);
  row->name = name ? sqlite3_mprintf("%s", name) : NULL;
  row->version = f->version;
  row->created = sqlite3_value_dup(sqlite3_column_value(stmt, ROW_CREATED));
  row->size = sqlite3_column_int64(stmt, ROW_SIZE);
  int rc = copy_json(c, stmt, ROW_OPTIONS, &row->options, error);
  if (!rc) rc = copy_json(c, stmt, ROW_METRICS, &row->metrics, error);
  bool copied = row->schema && row->name && row->created && row->options && row->metrics;
  return rc || copied ? rc : failure_no_memory(error);
}

static int read_row(Connection *c, const Found *f, ModelRow *row, Error *error) {
  sqlite3_stmt *stmt;
  int rc = statement_in(c, ROW_SQL, f->schema, &stmt, error);
  if (rc) return rc;
  if (stmt) sqlite3_bind_int64(stmt, 1, f->rowid);
  rc = stmt ? step_in(c, f->schema, stmt, error) : SQLITE_DONE;
  if (rc == SQLITE_ROW)
    rc = copy_row(c, row, f, stmt, error);
  else if (rc == SQLITE_DONE)
    rc = failure(error, SQLITE_ERROR, "the model has been deleted meanwhile");
  sqlite3_reset(stmt);
  return rc;
}

typedef struct Description {
  const Model **model;
  ModelRow *row;
} Description;

static int describe_row(Connection *c, const Found *f, const char *name, void *context, Error *error) {
  Description *d = context;
  int rc = read_row(c, f, d->row, error);
  return rc ? rc : load_row(c, f, name, d->model, error);
}

int models_describe(Connection *c, const char *spec, const Model **model, ModelRow *row, Error *error) {
  *row = (ModelRow){0};
  int rc = use_row(c, spec, describe_row, &(Description){model, row}, error);
  if (rc) models_row_free(row);
  else connection_keep_model(c, *model);
  return rc;
}

/* The tokenizer is looked up for each text: SQLite may have disconnected it. */
int models_tokens(Connection *c, const Model *model, const char *text, size_t length, Tokens *tokens,
                  Error *error) {
  const Tokenizer *tokenizer;
  int rc = fts5_tokenizer_find(c, model->tokenize, &tokenizer, error);
  if (!rc) rc = failure_code(model_tokens(model, tokenizer, text, length, tokens, error));
  return rc;
}

int models_predict(Connection *c, const Model *model, const Tokens *tokens, Error *error) {
  size_t labels = model->parameters.shape.labels;
  Text words = tokens_text(tokens);
  Lexicon lexicon = tokens_lexicon(tokens);
  if (!memory_grow(&c->probabilities, &c->probabilities_capacity, labels, sizeof *c->probabilities))
    return failure_no_memory(error);
  return failure_code(predict(model, &lexicon, &words, 1, &c->scratch, c->probabilities, error));
}
