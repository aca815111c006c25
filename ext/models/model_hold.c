#include "models/model_hold.h"

#include "host/schemas.h"

enum { ATTEMPTS = 100 }; /* each fails only if the row is deleted at that moment */

static const char HOLD[] = "SELECT version FROM \"%w\".classify_models WHERE rowid = ?1 AND name = ?2";

void model_hold_end(ModelHold *h) {
  if (h->reading) sqlite3_reset(h->reading);
  model_place_free(&h->place);
  *h = (ModelHold){0};
}

/* *held says whether the row is there still. */
static int hold_row(Connection *c, ModelHold *h, bool *held, Error *error) {
  *held = false;
  int rc = schemas_statement(c, &CLASSIFY_MODELS, HOLD, h->place.schema, &h->reading, error);
  if (rc || !h->reading) return rc;
  sqlite3_bind_int64(h->reading, 1, h->place.rowid);
  sqlite3_bind_text(h->reading, 2, h->place.name, -1, SQLITE_TRANSIENT);
  rc = schemas_step(c, &CLASSIFY_MODELS, h->place.schema, h->reading, error);
  *held = rc == SQLITE_ROW && sqlite3_column_int64(h->reading, 0) == h->place.version;
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int model_hold_begin(Connection *c, const char *spec, ModelHold *h, Error *error) {
  bool held = false;
  int rc = SQLITE_OK;
  *h = (ModelHold){0};
  for (int i = 0; i < ATTEMPTS && !held && !rc; i++) {
    model_hold_end(h);
    rc = model_place_find(c, spec, &h->place, error);
    if (!rc) rc = hold_row(c, h, &held, error);
  }
  return rc;
}
