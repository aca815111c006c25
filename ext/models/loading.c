#include "models/loading.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "host/cache.h"
#include "models/model_hold.h"

enum { PROBE = 4096 }; /* the first bytes of the weights, in which their identifier stands */

static int read_blob(Connection *c, sqlite3_blob *blob, void *bytes, size_t size, Error *error) {
  int rc = sqlite3_blob_read(blob, bytes, (int)size, 0);
  return rc ? failure_sqlite(error, c->db, rc) : SQLITE_OK;
}

static void free_model(void *model) { model_free(model); }

/* Takes the model from the cache if it is there, and else reads all of the weights. */
static int read_weights(Connection *c, sqlite3_blob *blob, const Model **model, Error *error) {
  uint8_t first[PROBE];
  CacheKey key = {0};
  size_t size = (size_t)sqlite3_blob_bytes(blob), probe = size < PROBE ? size : PROBE;
  int rc = read_blob(c, blob, first, probe, error);
  if (rc) return rc;
  key.size = size;
  if (safetensors_stated_identifier(first, probe, size, key.identifier)) *model = cache_acquire(&key);
  if (*model) return SQLITE_OK;
  uint8_t *bytes = memory_aligned(size + 1, 1);
  Model *loaded = NULL;
  if (!bytes) return failure_no_memory(error);
  rc = read_blob(c, blob, bytes, size, error);
  if (!rc) rc = failure_code(model_read(bytes, size, &loaded, error));
  free(bytes);
  if (rc) return rc;
  memcpy(key.identifier, loaded->identifier, sizeof loaded->identifier);
  *model = cache_add(&key, loaded, free_model);
  return *model ? SQLITE_OK : failure_no_memory(error);
}

static int load_from(Connection *c, const ModelPlace *place, const Model **model, Error *error) {
  sqlite3_blob *blob = NULL;
  int rc = sqlite3_blob_open(c->db, place->schema, "classify_models", "weights", place->rowid, 0, &blob);
  if (rc)
    rc = failure_sqlite(error, c->db, rc);
  else
    rc = read_weights(c, blob, model, error);
  sqlite3_blob_close(blob);
  if (!rc) connection_keep_model(c, *model);
  if (rc == SQLITE_OK || rc == SQLITE_NOMEM) return rc;
  Error reason = *error;
  return failure(error, rc, "the weights of %s.%s@%lld cannot be used: %s", place->schema, place->name,
                 place->version, reason.message);
}

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
