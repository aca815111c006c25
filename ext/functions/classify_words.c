#include "functions/classify_words.h"

#include "host/cache.h"
#include "host/query.h"
#include "host/value.h"
#include "models/loading.h"

enum { COL_LABEL, COL_TOKEN, COL_COUNT, COL_CONTRIBUTION, VISIBLE };
enum { ARG_MODEL, ARG_LABEL, ARGUMENTS };

typedef struct Words {
  const Model *model;
  size_t at, end; /* of the model's keywords */
} Words;

static int words_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Words *w = call->state;
  const char *spec;
  uint32_t label;
  int rc = query_text(arguments[ARG_MODEL], "model's name", &spec, NULL, error);
  if (!rc) rc = loading_load(call->connection, spec, &w->model, error);
  if (!rc && w->model->keywords.count == 0)
    rc = failure(error, SQLITE_ERROR, "the model has no list of words, expected one that was trained here, from texts "
                 "with words, or that Python's save() was given rows for");
  if (rc) return rc;
  w->end = w->model->keywords.count;
  if (arguments[ARG_LABEL] && sqlite3_value_type(arguments[ARG_LABEL]) != SQLITE_NULL) {
    rc = value_find_label(arguments[ARG_LABEL], &w->model->labels, &label, error);
    if (!rc) keywords_of(&w->model->keywords, label, &w->at, &w->end);
  }
  call->done = w->at == w->end;
  return rc;
}

static int words_step(TableCall *call, Error *error) {
  (void)error;
  Words *w = call->state;
  call->done = ++w->at == w->end;
  return SQLITE_OK;
}

static int words_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Words *w = call->state;
  const Keywords *k = &w->model->keywords;
  size_t length;
  const char *token = strings_get(&w->model->vocabulary.words, k->words[w->at] - 1, &length);
  switch (column) {
    case COL_LABEL: value_result(context, labels_get(&w->model->labels, k->labels[w->at])); break;
    case COL_TOKEN: value_result_token(context, token, length); break;
    case COL_COUNT: sqlite3_result_int64(context, k->counts[w->at]); break;
    case COL_CONTRIBUTION: sqlite3_result_double(context, k->contributions[w->at]); break;
  }
  return SQLITE_OK;
}

static void words_end(TableCall *call) { cache_release(((Words *)call->state)->model); }

const TableFunction CLASSIFY_WORDS = {
    .name = "classify_words",
    .schema = "CREATE TABLE x(label, token TEXT, count INTEGER, contribution REAL, for_model HIDDEN, for_label HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Words),
    .begin = words_begin,
    .step = words_step,
    .column = words_column,
    .end = words_end,
};
