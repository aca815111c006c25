#include "models/encoder_loading.h"

#include <string.h>

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

_Static_assert((int)ENCODER_FILES <= (int)CACHE_FILES, "a key has room for the three files");

static void make_key(const EncoderFiles *f, CacheKey *key) {
  *key = (CacheKey){0};
  cache_key_add(key, CONFIG, f->config, f->config_length);
  cache_key_add(key, TOKENIZER, f->tokenizer, f->tokenizer_length);
  cache_key_add(key, WEIGHTS, f->weights, f->weights_size);
}

static int read_row(Connection *c, sqlite3_stmt *stmt, const Encoder **encoder, Error *error) {
  int rc = SQLITE_OK;
  for (int i = 0; i < ENCODER_FILES && !rc; i++) rc = check_file(stmt, i, error);
  if (rc) return rc;
  EncoderFiles files = {.config = file_contents(stmt, CONFIG), .tokenizer = file_contents(stmt, TOKENIZER),
                        .weights = sqlite3_column_blob(stmt, WEIGHTS), .poll = connection_poll(c)};
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

/* *state is that of the row as it was read. */
static int read_encoder(Connection *c, const EncoderPlace *p, const Encoder **encoder, RowState *state,
                        Error *error) {
  sqlite3_stmt *stmt;
  Error reason;
  int rc = schemas_statement(c, &CLASSIFY_ENCODERS, READ, p->schema, &stmt, error);
  if (rc) return rc;
  if (stmt) sqlite3_bind_text(stmt, 1, p->name, -1, SQLITE_STATIC);
  rc = stmt ? schemas_step(c, &CLASSIFY_ENCODERS, p->schema, stmt, error) : SQLITE_DONE;
  if (rc == SQLITE_DONE)
    rc = failure(error, SQLITE_ERROR, "encoder '%.60s' has just been deleted", p->name);
  else if (rc == SQLITE_ROW && (rc = read_row(c, stmt, encoder, &reason)) != SQLITE_OK)
    rc = rc == SQLITE_NOMEM ? failure_no_memory(error)
                            : failure(error, rc, "encoder '%.60s' cannot be used: %s", p->name, reason.message);
  *state = row_state_now(c->db, p->schema);
  sqlite3_reset(stmt);
  return rc;
}

/* ---- what the connection keeps ------------------------------------------------------------ */

/* Returns whether the row is still the one that was read. */
static bool is_kept(const Connection *c, const EncoderPlace *p) {
  const KeptEncoder *k = &c->kept.encoder;
  RowState now = row_state_now(c->db, p->schema);
  return k->encoder && strcmp(k->schema, p->schema) == 0 && strcmp(k->name, p->name) == 0 &&
         memcmp(k->lengths, p->lengths, sizeof k->lengths) == 0 && row_state_unchanged(&k->state, &now);
}

/* Takes over the place. */
static void keep(Connection *c, EncoderPlace *p, const RowState *state, const Encoder *encoder) {
  KeptEncoder kept = {.schema = p->schema, .name = p->name, .state = *state, .encoder = cache_retain(encoder)};
  memcpy(kept.lengths, p->lengths, sizeof kept.lengths);
  *p = (EncoderPlace){0};
  kept_set_encoder(&c->kept, &kept);
}

int encoder_loading_load(Connection *c, const char *name, const Encoder **encoder, Error *error) {
  EncoderPlace place;
  *encoder = NULL;
  int rc = encoder_place_find(c, name, &place, error);
  if (rc) return rc;
  if (is_kept(c, &place)) {
    *encoder = cache_retain(c->kept.encoder.encoder);
  } else {
    RowState state;
    rc = read_encoder(c, &place, encoder, &state, error);
    if (!rc) keep(c, &place, &state, *encoder);
  }
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
