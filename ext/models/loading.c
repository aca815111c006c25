#include "models/loading.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "host/cache.h"
#include "host/lock_wait.h"
#include "models/change_mark.h"
#include "models/model_hold.h"

enum { PIECE = 1 << 16 };

/* ---- reading ---------------------------------------------------------------------------- */

static void free_model(void *model) { model_free(model); }

/* Reads a piece of the blob at a time, into memory for all of it or into that for one piece, and finds its key. */
static int read_pieces(Connection *c, sqlite3_blob *blob, uint8_t *all, CacheKey *key, Error *error) {
  uint8_t piece[PIECE];
  KeyedHash hash;
  Poll poll = connection_poll(c);
  int size = sqlite3_blob_bytes(blob), rc = SQLITE_OK;
  *key = (CacheKey){0};
  cache_hash_begin(&hash);
  for (int at = 0; at < size && !rc; at += PIECE) {
    int some = size - at < PIECE ? size - at : PIECE;
    uint8_t *to = all ? all + at : piece;
    rc = sqlite3_blob_read(blob, to, some, at);
    rc = rc ? failure_sqlite(error, c->db, rc) : failure_code(poll_proceed(poll, error));
    if (!rc) keyed_hash_add(&hash, to, (size_t)some);
  }
  cache_hash_end(&hash, key, 0);
  return rc;
}

static int read_model(Connection *c, const uint8_t *bytes, size_t size, const CacheKey *key, const Model **model,
                      Error *error) {
  Model *loaded = NULL;
  int rc = failure_code(model_read(bytes, size, connection_poll(c), &loaded, error));
  if (rc) return rc;
  *model = cache_add(key, loaded, free_model);
  return *model ? SQLITE_OK : failure_no_memory(error);
}

/* Looks for the model of these bytes in the cache, before there is memory for them. */
static int read_blob(Connection *c, sqlite3_blob *blob, const Model **model, Error *error) {
  CacheKey key;
  int rc = read_pieces(c, blob, NULL, &key, error);
  if (!rc) *model = cache_acquire(&key);
  if (rc || *model) return rc;
  size_t size = (size_t)sqlite3_blob_bytes(blob);
  uint8_t *bytes = memory_aligned(size + 1, 1);
  if (!bytes) return failure_no_memory(error);
  rc = read_pieces(c, blob, bytes, &key, error);
  if (!rc) rc = read_model(c, bytes, size, &key, model, error);
  free(bytes);
  return rc;
}

/* In a shared cache another connection may have locked the table. */
static int open_weights(Connection *c, const ModelPlace *place, sqlite3_blob **blob, Error *error) {
  double until = lock_wait_until();
  int rc;
  do {
    rc = sqlite3_blob_open(c->db, place->schema, "classify_models", "weights", place->rowid, 0, blob);
    if (rc) failure_sqlite(error, c->db, rc);
  } while ((rc & 0xFF) == SQLITE_LOCKED && lock_wait_again(c, &rc, until, error));
  return rc;
}

/* *state and *mark are those of the weights as they were read. */
static int read_weights(Connection *c, const ModelPlace *place, const Model **model, RowState *state, ChangeMark *mark,
                        Error *error) {
  sqlite3_blob *blob = NULL;
  int rc = open_weights(c, place, &blob, error);
  if (!rc) rc = read_blob(c, blob, model, error);
  *state = row_state_now(c->db, place->schema);
  if (!rc) rc = change_mark_read(c, place->schema, mark, error);
  sqlite3_blob_close(blob);
  if (!rc) return rc;
  cache_release(*model);
  *model = NULL;
  return rc;
}

/* ---- what the connection keeps ------------------------------------------------------------ */

/* May fail: then the next statement reads the weights again. */
static void keep(Connection *c, const ModelPlace *place, const RowState *state, const ChangeMark *mark,
                 const Model *model) {
  KeptModel kept = {.schema = sqlite3_mprintf("%s", place->schema), .name = sqlite3_mprintf("%s", place->name),
                    .version = place->version, .rowid = place->rowid, .size = place->size, .state = *state,
                    .mark = *mark, .model = cache_retain(model)};
  if (kept.schema && kept.name)
    kept_add_model(&c->kept, &kept);
  else
    kept_model_free(&kept);
}

static KeptModel *find_kept(Kept *kept, const ModelPlace *place) {
  for (int i = 0; i < KEPT_MODELS && kept->models[i].model; i++) {
    KeptModel *k = &kept->models[i];
    if (k->version == place->version && k->rowid == place->rowid && k->size == place->size &&
        strcmp(k->name, place->name) == 0 && strcmp(k->schema, place->schema) == 0)
      return k;
  }
  return NULL;
}

/* *unchanged: whether the weights are still those that were read. A commit without a change of a row by SQL, such as
** one of sqlite3_blob_write(), leaves no mark.
*/
static int check_unchanged(Connection *c, KeptModel *k, bool *unchanged, Error *error) {
  RowState now = row_state_now(c->db, k->schema);
  *unchanged = row_state_unchanged(&k->state, &now);
  if (*unchanged) return SQLITE_OK;
  bool committed = now.data_version != k->state.data_version;
  if (now.deserialized || (committed && now.changes == k->state.changes)) return SQLITE_OK;
  int rc = change_mark_is(c, k->schema, &k->mark, committed, unchanged, error);
  if (!rc && *unchanged) k->state = now;
  return rc;
}

static int load_from(Connection *c, const ModelPlace *place, const Model **model, Error *error) {
  RowState state;
  ChangeMark mark;
  KeptModel *kept = find_kept(&c->kept, place);
  bool unchanged = false;
  int rc = kept ? check_unchanged(c, kept, &unchanged, error) : SQLITE_OK;
  if (!rc && unchanged) {
    KeptModel used = *kept;
    *kept = (KeptModel){0};
    kept_add_model(&c->kept, &used);
    *model = cache_retain(used.model);
    return SQLITE_OK;
  }
  if (!rc) rc = read_weights(c, place, model, &state, &mark, error);
  if (!rc) keep(c, place, &state, &mark, *model);
  if (rc == SQLITE_OK || rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) return rc;
  Error reason = *error;
  return failure(error, rc, "the weights of %s.%.60s@%lld cannot be used: %s", place->schema, place->name,
                 place->version, reason.message);
}

/* ---- what the header declares ------------------------------------------------------------- */

int loading_load(Connection *c, const char *spec, const Model **model, Error *error) {
  ModelHold hold;
  *model = NULL;
  int rc = model_hold_begin(c, spec, &hold, error);
  if (!rc) rc = load_from(c, &hold.place, model, error);
  model_hold_end(&hold);
  return rc;
}

int loading_load_with_row(Connection *c, const char *spec, const Model **model, ModelRow *row, Error *error) {
  ModelHold hold;
  *model = NULL;
  *row = (ModelRow){0};
  int rc = model_hold_begin(c, spec, &hold, error);
  if (!rc) rc = model_row_read(c, &hold.place, row, error);
  if (!rc) rc = load_from(c, &hold.place, model, error);
  if (rc) model_row_free(row);
  model_hold_end(&hold);
  return rc;
}
