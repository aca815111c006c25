#include "models/encoder_loading.h"

#include <string.h>

#include "base/safetensors.h"
#include "host/cache.h"
#include "host/schemas.h"
#include "models/encoder_place.h"

enum { CONFIG, TOKENIZER, WEIGHTS };

static const char *const COLUMNS[ENCODER_FILES] = {"config", "tokenizer", "weights"};
static const char READ[] = "SELECT config, tokenizer, weights FROM \"%w\".classify_encoders WHERE name = ?1";

/* ---- reading ---------------------------------------------------------------------------- */

static void free_encoder(void *encoder) { encoder_free(encoder); }

static int check_file(sqlite3_stmt *stmt, int file, Error *error) {
  int type = sqlite3_column_type(stmt, file);
  if (type == SQLITE_BLOB || (type == SQLITE_TEXT && file != WEIGHTS)) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "column %s is %s, expected the contents of a file, as readfile() gives them",
                 COLUMNS[file], type == SQLITE_NULL ? "NULL" : type == SQLITE_TEXT ? "text" : "a number");
}

/* A text of a database in UTF-16 becomes UTF-8, before its bytes are counted. */
static const char *file_contents(sqlite3_stmt *stmt, int file) {
  if (sqlite3_column_type(stmt, file) == SQLITE_TEXT) return (const char *)sqlite3_column_text(stmt, file);
  return sqlite3_column_blob(stmt, file);
}

/* The key is a hash of all three files. */
static void make_key(const EncoderFiles *f, CacheKey *key) {
  _Static_assert(CACHE_KEY_LENGTH > ENCODER_FILES * IDENTIFIER_LENGTH, "the key has room for a hash of each file");
  safetensors_identifier((const uint8_t *)f->config, f->config_length, key->identifier);
  safetensors_identifier((const uint8_t *)f->tokenizer, f->tokenizer_length, key->identifier + IDENTIFIER_LENGTH);
  safetensors_identifier(f->weights, f->weights_size, key->identifier + 2 * IDENTIFIER_LENGTH);
  key->size = f->weights_size;
}

static int read_row(sqlite3_stmt *stmt, const Encoder **encoder, Error *error) {
  int rc = SQLITE_OK;
  for (int i = 0; i < ENCODER_FILES && !rc; i++) rc = check_file(stmt, i, error);
  if (rc) return rc;
  EncoderFiles files = {.config = file_contents(stmt, CONFIG), .tokenizer = file_contents(stmt, TOKENIZER),
                        .weights = sqlite3_column_blob(stmt, WEIGHTS)};
  files.config_length = (size_t)sqlite3_column_bytes(stmt, CONFIG);
  files.tokenizer_length = (size_t)sqlite3_column_bytes(stmt, TOKENIZER);
  files.weights_size = (size_t)sqlite3_column_bytes(stmt, WEIGHTS);
  Encoder *loaded = NULL;
  CacheKey key;
  for (int i = 0; i < ENCODER_FILES; i++)
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

static int read_encoder(Connection *c, const EncoderPlace *p, const Encoder **encoder, Error *error) {
  sqlite3_stmt *stmt;
  Error reason;
  int rc = schemas_statement(c, &CLASSIFY_ENCODERS, READ, p->schema, &stmt, error);
  if (rc) return rc;
  if (stmt) sqlite3_bind_text(stmt, 1, p->name, -1, SQLITE_STATIC);
  rc = stmt ? schemas_step(c, &CLASSIFY_ENCODERS, p->schema, stmt, error) : SQLITE_DONE;
  if (rc == SQLITE_DONE)
    rc = failure(error, SQLITE_ERROR, "encoder '%s' has just been deleted", p->name);
  else if (rc == SQLITE_ROW && (rc = read_row(stmt, encoder, &reason)) != SQLITE_OK)
    rc = rc == SQLITE_NOMEM ? failure_no_memory(error)
                            : failure(error, rc, "encoder '%s' cannot be used: %s", p->name, reason.message);
  sqlite3_reset(stmt);
  return rc;
}

/* ---- what the connection keeps ------------------------------------------------------------ */

static unsigned data_version(sqlite3 *db, const char *schema) {
  unsigned version = 0;
  sqlite3_file_control(db, schema, SQLITE_FCNTL_DATA_VERSION, &version);
  return version;
}

static bool is_writing(const Connection *c, const EncoderPlace *p) {
  return sqlite3_txn_state(c->db, p->schema) == SQLITE_TXN_WRITE;
}

/* Returns whether the row is still the one that was read. Within a transaction that has written nothing shows that
** another table has got the name, and after a rollback nothing shows that rows are gone. So what was read in one is
** not trusted, nor anything while one is open.
*/
static bool is_kept(const Connection *c, const EncoderPlace *p) {
  const KeptEncoder *k = &c->encoder;
  return k->encoder && !k->uncommitted && !is_writing(c, p) && strcmp(k->schema, p->schema) == 0 &&
         strcmp(k->name, p->name) == 0 && memcmp(k->lengths, p->lengths, sizeof k->lengths) == 0 &&
         k->changes == sqlite3_total_changes(c->db) && k->data_version == data_version(c->db, p->schema);
}

/* Takes over the place. */
static void keep(Connection *c, EncoderPlace *p, const Encoder *encoder) {
  KeptEncoder kept = {.schema = p->schema, .name = p->name, .changes = sqlite3_total_changes(c->db),
                      .data_version = data_version(c->db, p->schema), .uncommitted = is_writing(c, p),
                      .encoder = cache_retain(encoder)};
  memcpy(kept.lengths, p->lengths, sizeof kept.lengths);
  *p = (EncoderPlace){0};
  connection_keep_encoder(c, &kept);
}

int encoder_loading_load(Connection *c, const char *name, const Encoder **encoder, Error *error) {
  EncoderPlace place;
  *encoder = NULL;
  int rc = encoder_place_find(c, name, &place, error);
  if (rc) return rc;
  if (is_kept(c, &place))
    *encoder = cache_retain(c->encoder.encoder);
  else
    rc = read_encoder(c, &place, encoder, error);
  if (!rc) keep(c, &place, *encoder);
  encoder_place_free(&place);
  return rc;
}

int encoder_loading_failure(const char *name, int rc, Error *error) {
  if (rc != SQLITE_ERROR || !name) return rc;
  Error reason = *error;
  return failure(error, rc, "encoder '%.60s' cannot be used: %.400s", name, reason.message);
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
