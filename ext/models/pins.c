#include "models/pins.h"

#include <string.h>

#include "host/cache.h"

enum { PINS = 4, PIN_NUMBER = -0x636C73 };

typedef struct Pins {
  struct {
    char *spec; /* NULL: not named */
    const Model *model;
  } pin[PINS];
  int count;
} Pins;

static void pins_free(void *data) {
  Pins *pins = data;
  for (int i = 0; i < pins->count; i++) {
    sqlite3_free(pins->pin[i].spec);
    cache_release(pins->pin[i].model);
  }
  sqlite3_free(pins);
}

static bool same_spec(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static const Model *pins_find(const Pins *pins, const char *spec) {
  for (int i = 0; pins && i < pins->count; i++)
    if (same_spec(pins->pin[i].spec, spec)) return cache_retain(pins->pin[i].model);
  return NULL;
}

/* Where this fails the next row looks the model up again, no more. */
static void pins_add(sqlite3_context *context, Pins *pins, const char *spec, const Model *model) {
  bool new = !pins;
  if (new) pins = sqlite3_malloc(sizeof *pins);
  if (!pins) return;
  if (new) *pins = (Pins){0};
  if (pins->count < PINS) {
    char *copy = spec ? sqlite3_mprintf("%s", spec) : NULL;
    if (copy || !spec) {
      pins->pin[pins->count].spec = copy;
      pins->pin[pins->count++].model = cache_retain(model);
    }
  }
  if (new) sqlite3_set_auxdata(context, PIN_NUMBER, pins, pins_free);
}

int pins_load(sqlite3_context *context, const char *spec, const Model **model, Error *error) {
  Pins *pins = sqlite3_get_auxdata(context, PIN_NUMBER);
  *model = pins_find(pins, spec);
  if (*model) return SQLITE_OK;
  int rc = models_load(sqlite3_user_data(context), spec, model, error);
  if (!rc) pins_add(context, pins, spec, *model);
  return rc;
}
