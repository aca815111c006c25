#include "functions/classify.h"

#include <stdlib.h>

#include "functions/probabilities.h"
#include "host/cache.h"
#include "host/json.h"

/* Refuses a model with a number and a text for labels that would be one key, such as 5 and '5'. */
static int check_keys(const Labels *labels, Error *error) {
  for (uint32_t l = 0; l < labels->keys.count; l++) {
    Label label = labels_get(labels, l);
    if (label.kind == LABEL_TEXT) continue;
    sqlite3_str *text = sqlite3_str_new(NULL);
    json_label(text, label);
    size_t length = (size_t)sqlite3_str_length(text);
    char *key = sqlite3_str_finish(text);
    if (!key) return failure_no_memory(error);
    Label same = {.kind = LABEL_TEXT, .text = key, .length = length};
    int rc = labels_find(labels, same) == LABELS_NONE
                 ? SQLITE_OK
                 : failure(error, SQLITE_ERROR, "the labels %s and '%s' would be one key, expected "
                           "classify_labels() for this model", key, key);
    sqlite3_free(key);
    if (rc) return rc;
  }
  return SQLITE_OK;
}

static char *scores_json(const Model *m, const float *probabilities) {
  RankedLabel *ranked = probabilities_rank(probabilities, m->labels.keys.count);
  if (!ranked) return NULL;
  sqlite3_str *json = sqlite3_str_new(NULL);
  for (size_t i = 0; i < m->labels.keys.count; i++) {
    sqlite3_str_appendchar(json, 1, i ? ',' : '{');
    json_label_key(json, labels_get(&m->labels, ranked[i].label));
    sqlite3_str_appendchar(json, 1, ':');
    json_number(json, ranked[i].probability);
  }
  sqlite3_str_appendchar(json, 1, '}');
  free(ranked);
  return sqlite3_str_finish(json);
}

void classify_scores(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Connection *c = sqlite3_user_data(context);
  const Model *model;
  char *json = NULL;
  Error error;
  int rc = probabilities_of_arguments(context, argc, argv, &model, &error);
  if (!rc && model) rc = check_keys(&model->labels, &error);
  if (!rc && model) json = scores_json(model, c->probabilities);
  if (!rc && model && !json) rc = SQLITE_NOMEM;
  if (rc)
    failure_result(context, "classify_scores", rc, &error);
  else if (model)
    sqlite3_result_text(context, json, -1, sqlite3_free);
  cache_release(model);
}
