#include "models/encoder_loading.h"

#include <stdio.h>
#include <string.h>

#include "base/safetensors.h"
#include "host/cache.h"
#include "host/schemas.h"

enum { CONFIG, TOKENIZER, WEIGHTS, FILES };

static const char *const COLUMNS[FILES] = {"config", "tokenizer", "weights"};
static const char FIND[] = "SELECT length(config), length(tokenizer), length(weights) "
                           "FROM \"%w\".classify_encoders WHERE name = ?1 LIMIT 2";
static const char READ[] = "SELECT config, tokenizer, weights FROM \"%w\".classify_encoders WHERE name = ?1";
static const char NAMES[] = "SELECT DISTINCT name FROM \"%w\".classify_encoders WHERE typeof(name) = 'text' "
                            "ORDER BY name LIMIT 20";

/* ---- search ----------------------------------------------------------------------------- */

typedef struct Search {
  Connection *connection;
  Schemas schemas;
  const char *only;   /* the schema that is named; NULL: any         */
  const char *name;
  const char *schema; /* the first that has the name; NULL: none yet */
  sqlite3_int64 lengths[FILES];
  char *found;        /* owns the name where none is asked for       */
} Search;

static void search_free(Search *s) {
  schemas_free(&s->schemas);
  sqlite3_free(s->found);
}

/* A dot ends the name of a schema if there is one of that name. */
static void take_name(Search *s, const char *name) {
  const char *dot = name ? strchr(name, '.') : NULL;
  s->only = dot ? schemas_find(&s->schemas, name, (size_t)(dot - name)) : NULL;
  s->name = s->only ? dot + 1 : name;
}

static int find_in(Search *s, const char *schema, Error *error) {
  sqlite3_stmt *stmt;
  int rc = schemas_statement(s->connection, &CLASSIFY_ENCODERS, FIND, schema, &stmt, error);
  if (rc || !stmt) return rc;
  sqlite3_bind_text(stmt, 1, s->name, -1, SQLITE_STATIC);
  rc = schemas_step(s->connection, &CLASSIFY_ENCODERS, schema, stmt, error);
  if (rc == SQLITE_ROW) {
    s->schema = schema;
    for (int i = 0; i < FILES; i++) s->lengths[i] = sqlite3_column_int64(stmt, i);
    rc = schemas_step(s->connection, &CLASSIFY_ENCODERS, schema, stmt, error);
    if (rc == SQLITE_ROW)
      rc = failure(error, SQLITE_ERROR, "%s.classify_encoders has more than one encoder named '%s', expected one",
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
      sqlite3_str_appendf(list, "%s%s", *count ? ", " : "", name);
      ++*count;
    }
    sqlite3_reset(stmt);
    rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
  }
  return rc;
}

/* Takes the only encoder that there is, where none was named; else says which there are. */
static int take_only(Search *s, bool named, Error *error) {
  int count = 0;
  sqlite3_str *list = sqlite3_str_new(s->connection->db);
  int rc = list_names(s, list, &count, error);
  char *names = sqlite3_str_finish(list);
  if (!rc && count && (!names || !s->found)) rc = failure_no_memory(error);
  if (!rc && count == 0)
    rc = failure(error, SQLITE_ERROR, "there is no encoder%s%s%s, expected a table classify_encoders(name, config, "
                 "tokenizer, weights) that has the contents of its files", named ? " named '" : "",
                 named ? s->name : "", named ? "'" : "");
  else if (!rc && named)
    rc = failure(error, SQLITE_ERROR, "no encoder named '%s' (encoders: %s)", s->name, names);
  else if (!rc && count > 1)
    rc = failure(error, SQLITE_ERROR, "no encoder is named, expected one of: %s", names);
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

static int search(Search *s, Connection *c, const char *name, Error *error) {
  *s = (Search){.connection = c};
  int rc = schemas_list(c, &s->schemas, error);
  if (rc) return rc;
  take_name(s, name);
  if (s->name) rc = find_name(s, error);
  if (!rc && !s->schema) rc = take_only(s, s->name != NULL, error);
  if (!rc && !s->schema) rc = find_name(s, error);
  if (!rc && !s->schema) /* such as a name with a NUL in it */
    rc = failure(error, SQLITE_ERROR, "the only encoder cannot be found by its name, '%s'", s->name);
  if (rc) search_free(s);
  return rc;
}

/* ---- reading ---------------------------------------------------------------------------- */

static void free_encoder(void *encoder) { encoder_free(encoder); }

static int check_file(sqlite3_stmt *stmt, int file, Error *error) {
  int type = sqlite3_column_type(stmt, file);
  if (type == SQLITE_BLOB || (type == SQLITE_TEXT && file != WEIGHTS)) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "column %s is %s, expected the contents of a file, as readfile() gives them",
                 COLUMNS[file], type == SQLITE_NULL ? "NULL" : type == SQLITE_TEXT ? "text" : "a number");
}

/* Of a text in UTF-8, whatever the database stores. */
static const void *contents(sqlite3_stmt *stmt, int file) {
  return sqlite3_column_type(stmt, file) == SQLITE_TEXT ? (const void *)sqlite3_column_text(stmt, file)
                                                        : sqlite3_column_blob(stmt, file);
}

/* The key is a hash of all three files. */
static void make_key(const EncoderFiles *f, CacheKey *key) {
  _Static_assert(CACHE_KEY_LENGTH > FILES * IDENTIFIER_LENGTH, "the key has room for a hash of each file");
  safetensors_identifier((const uint8_t *)f->config, f->config_length, key->identifier);
  safetensors_identifier((const uint8_t *)f->tokenizer, f->tokenizer_length, key->identifier + IDENTIFIER_LENGTH);
  safetensors_identifier(f->weights, f->weights_size, key->identifier + 2 * IDENTIFIER_LENGTH);
  key->size = f->weights_size;
}

static int read_row(sqlite3_stmt *stmt, const Encoder **encoder, Error *error) {
  int rc = SQLITE_OK;
  for (int i = 0; i < FILES && !rc; i++) rc = check_file(stmt, i, error);
  if (rc) return rc;
  EncoderFiles files = {.config = contents(stmt, CONFIG), .tokenizer = contents(stmt, TOKENIZER),
                        .weights = contents(stmt, WEIGHTS),
                        .config_length = (size_t)sqlite3_column_bytes(stmt, CONFIG),
                        .tokenizer_length = (size_t)sqlite3_column_bytes(stmt, TOKENIZER),
                        .weights_size = (size_t)sqlite3_column_bytes(stmt, WEIGHTS)};
  Encoder *loaded;
  CacheKey key;
  for (int i = 0; i < FILES; i++)
    if (sqlite3_column_bytes(stmt, i) == 0)
      return failure(error, SQLITE_ERROR, "column %s is empty, expected the contents of a file", COLUMNS[i]);
  if (!files.config || !files.tokenizer || !files.weights) return failure_no_memory(error);
  make_key(&files, &key);
  *encoder = cache_acquire(&key);
  if (*encoder) return SQLITE_OK;
  rc = failure_code(encoder_new(&files, &loaded, error));
  if (rc) return rc;
  *encoder = cache_add(&key, loaded, free_encoder);
  return *encoder ? SQLITE_OK : failure_no_memory(error);
}

static int read_encoder(const Search *s, const Encoder **encoder, Error *error) {
  sqlite3_stmt *stmt;
  Error reason;
  int rc = schemas_statement(s->connection, &CLASSIFY_ENCODERS, READ, s->schema, &stmt, error);
  if (rc) return rc;
  if (stmt) sqlite3_bind_text(stmt, 1, s->name, -1, SQLITE_STATIC);
  rc = stmt ? schemas_step(s->connection, &CLASSIFY_ENCODERS, s->schema, stmt, error) : SQLITE_DONE;
  if (rc == SQLITE_DONE)
    rc = failure(error, SQLITE_ERROR, "encoder '%s' has just been deleted", s->name);
  else if (rc == SQLITE_ROW && (rc = read_row(stmt, encoder, &reason)) != SQLITE_OK)
    rc = rc == SQLITE_NOMEM ? failure_no_memory(error)
                            : failure(error, rc, "encoder '%s' cannot be used: %s", s->name, reason.message);
  sqlite3_reset(stmt);
  return rc;
}

/* ---- what the connection keeps ------------------------------------------------------------ */

static unsigned data_version(sqlite3 *db, const char *schema) {
  unsigned version = 0;
  sqlite3_file_control(db, schema, SQLITE_FCNTL_DATA_VERSION, &version);
  return version;
}

static bool is_writing(const Search *s) {
  return sqlite3_txn_state(s->connection->db, s->schema) == SQLITE_TXN_WRITE;
}

/* Returns whether the row is still the one that was read. Within a transaction that has written nothing shows that
** another table has got the name, and after a rollback nothing shows that rows are gone. So what was read in one is
** not trusted, nor anything while one is open.
*/
static bool is_kept(const Search *s) {
  const KeptEncoder *k = &s->connection->encoder;
  return k->encoder && k->schema && k->name && !k->uncommitted && !is_writing(s) &&
         strcmp(k->schema, s->schema) == 0 && strcmp(k->name, s->name) == 0 &&
         memcmp(k->lengths, s->lengths, sizeof k->lengths) == 0 &&
         k->changes == sqlite3_total_changes(s->connection->db) &&
         k->data_version == data_version(s->connection->db, s->schema);
}

static void keep(const Search *s, const Encoder *encoder) {
  Connection *c = s->connection;
  KeptEncoder kept = {.schema = sqlite3_mprintf("%s", s->schema), .name = sqlite3_mprintf("%s", s->name),
                      .changes = sqlite3_total_changes(c->db), .data_version = data_version(c->db, s->schema),
                      .uncommitted = is_writing(s),
                      .encoder = cache_retain(encoder)};
  memcpy(kept.lengths, s->lengths, sizeof kept.lengths);
  connection_keep_encoder(c, &kept);
}

int encoder_loading_load(Connection *c, const char *name, const Encoder **encoder, Error *error) {
  Search s;
  *encoder = NULL;
  int rc = search(&s, c, name, error);
  if (rc) return rc;
  if (is_kept(&s))
    *encoder = cache_retain(c->encoder.encoder);
  else
    rc = read_encoder(&s, encoder, error);
  if (!rc) keep(&s, *encoder);
  search_free(&s);
  return rc;
}

/* ---- once for a statement ------------------------------------------------------------------- */

/* Not the number of statement_models.c. */
enum { AUXDATA_NUMBER = -0x656E63 };

typedef struct StatementEncoder {
  char *name; /* NULL: not named */
  const Encoder *encoder;
} StatementEncoder;

static void statement_encoder_free(void *data) {
  StatementEncoder *s = data;
  sqlite3_free(s->name);
  cache_release(s->encoder);
  sqlite3_free(s);
}

/* May fail: then the next row looks the encoder up again. */
static void keep_for_statement(sqlite3_context *context, const char *name, const Encoder *encoder) {
  StatementEncoder *s = sqlite3_malloc(sizeof *s);
  char *copy = s && name ? sqlite3_mprintf("%s", name) : NULL;
  if (!s || (name && !copy)) {
    sqlite3_free(s);
    return;
  }
  *s = (StatementEncoder){copy, cache_retain(encoder)};
  sqlite3_set_auxdata(context, AUXDATA_NUMBER, s, statement_encoder_free);
}

int encoder_loading_load_once(sqlite3_context *context, const char *name, const Encoder **encoder, Error *error) {
  const StatementEncoder *s = sqlite3_get_auxdata(context, AUXDATA_NUMBER);
  bool same = s && (s->name && name ? strcmp(s->name, name) == 0 : s->name == name);
  *encoder = same ? cache_retain(s->encoder) : NULL;
  if (same) return SQLITE_OK;
  int rc = encoder_loading_load(sqlite3_user_data(context), name, encoder, error);
  if (!rc) keep_for_statement(context, name, *encoder);
  return rc;
}
