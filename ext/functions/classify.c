#include "functions/classify.h"

#include <stdlib.h>

#include "host/cache.h"
#include "host/json.h"
#include "host/query.h"
#include "host/value.h"
#include "models/labelling.h"
#include "models/loading.h"
#include "models/statement_models.h"

/* ---- one text ------------------------------------------------------------------------------ */

static int predict_text(Connection *c, const Model *m, const char *text, size_t length, Error *error) {
  tokens_clear(&c->tokens);
  int rc = labelling_tokens(c, m, text, length, &c->tokens, error);
  return rc ? rc : labelling_predict(c, m, &c->tokens, error);
}

/* Reads text and model and predicts; *model is NULL where the text is. The
** caller owes cache_release().
*/
static int predict_arguments(sqlite3_context *context, int argc, sqlite3_value **argv,
                             const Model **model, Error *error) {
  const char *text, *spec;
  size_t length;
  *model = NULL;
  int rc = query_text(argv[0], "text", &text, &length, error);
  if (!rc) rc = query_text(argc > 1 ? argv[1] : NULL, "model's name", &spec, NULL, error);
  if (rc || !text) return rc;
  rc = statement_models_load(context, spec, model, error);
  if (!rc) rc = predict_text(sqlite3_user_data(context), *model, text, length, error);
  if (!rc) return SQLITE_OK;
  cache_release(*model);
  *model = NULL;
  return rc;
}

static int read_min_confidence(int argc, sqlite3_value **argv, double *least, Error *error) {
  *least = 0.0;
  if (argc < 3 || sqlite3_value_type(argv[2]) == SQLITE_NULL) return SQLITE_OK;
  *least = sqlite3_value_double(argv[2]);
  int type = sqlite3_value_numeric_type(argv[2]);
  if ((type == SQLITE_INTEGER || type == SQLITE_FLOAT) && *least >= 0.0 && *least <= 1.0)
    return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "min_confidence is %.40s, expected a number from 0 to 1",
                 sqlite3_value_type(argv[2]) == SQLITE_BLOB ? "a BLOB"
                                                            : (const char *)sqlite3_value_text(argv[2]));
}

void classify(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Connection *c = sqlite3_user_data(context);
  const Model *model = NULL;
  double least;
  Error error;
  int rc = read_min_confidence(argc, argv, &least, &error);
  if (!rc) rc = predict_arguments(context, argc, argv, &model, &error);
  if (rc) {
    failure_result(context, "classify", rc, &error);
  } else if (model) {
    uint32_t best = output_argmax(c->probabilities, model->parameters.shape.labels);
    if (c->probabilities[best] >= least) value_result(context, labels_get(&model->labels, best));
  }
  cache_release(model);
}

void classify_confidence(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Connection *c = sqlite3_user_data(context);
  const Model *model;
  Error error;
  int rc = predict_arguments(context, argc, argv, &model, &error);
  if (rc) {
    failure_result(context, "classify_confidence", rc, &error);
  } else if (model) {
    uint32_t best = output_argmax(c->probabilities, model->parameters.shape.labels);
    sqlite3_result_double(context, c->probabilities[best]);
  }
  cache_release(model);
}

/* ---- all labels ------------------------------------------------------------------------------ */

typedef struct Ranked {
  uint32_t label;
  float probability;
} Ranked;

static int most_probable_first(const void *a, const void *b) {
  const Ranked *x = a, *y = b;
  if (x->probability != y->probability) return x->probability > y->probability ? -1 : 1;
  return x->label < y->label ? -1 : 1;
}

/* For the caller to free(). */
static Ranked *rank_labels(const float *probabilities, size_t count) {
  Ranked *ranked = malloc((count + 1) * sizeof *ranked);
  if (!ranked) return NULL;
  for (size_t l = 0; l < count; l++) ranked[l] = (Ranked){(uint32_t)l, probabilities[l]};
  qsort(ranked, count, sizeof *ranked, most_probable_first);
  return ranked;
}

/* A number and a text that read the same would be one key of the object. */
static int check_keys(const Labels *labels, Error *error) {
  for (uint32_t l = 0; l < labels->keys.count; l++) {
    Label label = labels_get(labels, l);
    if (label.kind == LABEL_TEXT) continue;
    sqlite3_str *text = sqlite3_str_new(NULL);
    json_label(text, label);
    size_t length = (size_t)sqlite3_str_length(text);
    char *reads = sqlite3_str_finish(text);
    if (!reads) return failure_no_memory(error);
    Label same = {.kind = LABEL_TEXT, .text = reads, .length = length};
    int rc = labels_find(labels, same) == LABELS_NONE
                 ? SQLITE_OK
                 : failure(error, SQLITE_ERROR, "the labels %s and '%s' would be one key, expected "
                           "classify_labels() for this model", reads, reads);
    sqlite3_free(reads);
    if (rc) return rc;
  }
  return SQLITE_OK;
}

static char *scores_json(const Model *m, const Ranked *ranked) {
  sqlite3_str *json = sqlite3_str_new(NULL);
  for (size_t i = 0; i < m->labels.keys.count; i++) {
    sqlite3_str_appendchar(json, 1, i ? ',' : '{');
    json_label_key(json, labels_get(&m->labels, ranked[i].label));
    sqlite3_str_appendchar(json, 1, ':');
    json_number(json, ranked[i].probability);
  }
  sqlite3_str_appendchar(json, 1, '}');
  return sqlite3_str_finish(json);
}

void classify_scores(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Connection *c = sqlite3_user_data(context);
  const Model *model;
  Error error;
  int rc = predict_arguments(context, argc, argv, &model, &error);
  if (!rc && model) rc = check_keys(&model->labels, &error);
  if (!rc && model) {
    Ranked *ranked = rank_labels(c->probabilities, model->labels.keys.count);
    char *json = ranked ? scores_json(model, ranked) : NULL;
    free(ranked);
    if (json)
      sqlite3_result_text(context, json, -1, sqlite3_free);
    else
      rc = SQLITE_NOMEM;
  }
  if (rc) failure_result(context, "classify_scores", rc, &error);
  cache_release(model);
}

/* ---- in FROM ------------------------------------------------------------------------------------ */

enum { COL_RANK, COL_LABEL, COL_PROBABILITY, VISIBLE };
enum { ARG_TEXT, ARG_MODEL, ARGUMENTS };

typedef struct Listing {
  const Model *model;
  Ranked *ranked;
  size_t at;
} Listing;

static int listing_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Listing *l = call->state;
  const char *text, *spec;
  size_t length;
  if (!arguments[ARG_TEXT])
    return failure(error, SQLITE_ERROR, "no text given, expected classify_labels(text [, model])");
  int rc = query_text(arguments[ARG_TEXT], "text", &text, &length, error);
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &spec, NULL, error);
  call->done = !text;
  if (rc || !text) return rc;
  rc = loading_load(call->connection, spec, &l->model, error);
  if (!rc) rc = predict_text(call->connection, l->model, text, length, error);
  if (rc) return rc;
  l->ranked = rank_labels(call->connection->probabilities, l->model->labels.keys.count);
  return l->ranked ? SQLITE_OK : SQLITE_NOMEM;
}

static int listing_step(TableCall *call, Error *error) {
  (void)error;
  Listing *l = call->state;
  call->done = ++l->at == l->model->labels.keys.count;
  return SQLITE_OK;
}

static int listing_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Listing *l = call->state;
  const Ranked *ranked = &l->ranked[l->at];
  switch (column) {
    case COL_RANK: sqlite3_result_int64(context, (sqlite3_int64)l->at + 1); break;
    case COL_LABEL: value_result(context, labels_get(&l->model->labels, ranked->label)); break;
    case COL_PROBABILITY: sqlite3_result_double(context, ranked->probability); break;
  }
  return SQLITE_OK;
}

static void listing_end(TableCall *call) {
  Listing *l = call->state;
  cache_release(l->model);
  free(l->ranked);
}

const TableFunction CLASSIFY_LABELS = {
    .name = "classify_labels",
    .schema = "CREATE TABLE x(rank INTEGER, label, probability REAL, for_text HIDDEN, for_model HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Listing),
    .begin = listing_begin,
    .step = listing_step,
    .column = listing_column,
    .end = listing_end,
};
