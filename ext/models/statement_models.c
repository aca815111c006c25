#include "models/statement_models.h"

#include <string.h>

#include "host/cache.h"

enum { MOST_MODELS = 4 };

/* All scalar functions use this number, so that they share the models. */
enum { AUXDATA_NUMBER = -0x636C73 };

typedef struct StatementModels {
  struct {
    char *spec; /* NULL: not named */
    const Model *model;
  } model[MOST_MODELS];
  int count;
} StatementModels;

static void statement_models_free(void *data) {
  StatementModels *models = data;
  for (int i = 0; i < models->count; i++) {
    sqlite3_free(models->model[i].spec);
    cache_release(models->model[i].model);
  }
  sqlite3_free(models);
}

static bool same_spec(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static const Model *statement_models_find(const StatementModels *models, const char *spec) {
  for (int i = 0; models && i < models->count; i++)
    if (same_spec(models->model[i].spec, spec)) return cache_retain(models->model[i].model);
  return NULL;
}

/* May fail: then the next row looks the model up again. */
static void statement_models_add(sqlite3_context *context, StatementModels *models, const char *spec,
                                 const Model *model) {
  bool new = !models;
  if (new) models = sqlite3_malloc(sizeof *models);
  if (!models) return;
  if (new) *models = (StatementModels){0};
  if (models->count < MOST_MODELS) {
    char *copy = spec ? sqlite3_mprintf("%s", spec) : NULL;
    if (copy || !spec) {
      models->model[models->count].spec = copy;
      models->model[models->count++].model = cache_retain(model);
    }
  }
  if (new) sqlite3_set_auxdata(context, AUXDATA_NUMBER, models, statement_models_free);
}

int statement_models_load(sqlite3_context *context, const char *spec, const Model **model, Error *error) {
  StatementModels *models = sqlite3_get_auxdata(context, AUXDATA_NUMBER);
  *model = statement_models_find(models, spec);
  if (*model) return SQLITE_OK;
  int rc = loading_load(sqlite3_user_data(context), spec, model, error);
  if (!rc) statement_models_add(context, models, spec, *model);
  return rc;
}
