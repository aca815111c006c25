#include "functions/classify.h"

#include <stdlib.h>

#include "functions/probabilities.h"
#include "host/cache.h"
#include "host/query.h"
#include "host/value.h"
#include "models/loading.h"

enum { COL_RANK, COL_LABEL, COL_PROBABILITY, COL_CHOSEN, VISIBLE };
enum { ARG_TEXT, ARG_MODEL, ARGUMENTS };

typedef struct Ranking {
  const Model *model;
  RankedLabel *ranked;
  size_t at;
} Ranking;

static int ranking_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Ranking *r = call->state;
  const char *text, *spec;
  size_t length;
  if (!arguments[ARG_TEXT])
    return failure(error, SQLITE_ERROR, "no text given, expected classify_labels(text [, model])");
  int rc = query_text(arguments[ARG_TEXT], "text", &text, &length, error);
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &spec, NULL, error);
  call->done = !text;
  if (rc || !text) return rc;
  rc = loading_load(call->connection, spec, &r->model, error);
  if (!rc) rc = probabilities_of_text(call->connection, r->model, text, length, error);
  if (rc) return rc;
  r->ranked = probabilities_rank(call->connection->probabilities, r->model->labels.keys.count);
  return r->ranked ? SQLITE_OK : SQLITE_NOMEM;
}

static int ranking_step(TableCall *call, Error *error) {
  (void)error;
  Ranking *r = call->state;
  call->done = ++r->at == r->model->labels.keys.count;
  return SQLITE_OK;
}

static bool is_chosen(const Ranking *r) {
  const RankedLabel *ranked = &r->ranked[r->at];
  if (!model_is_multilabel(r->model)) return r->at == 0;
  return ranked->probability >= r->model->relevance.thresholds[ranked->label];
}

static int ranking_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Ranking *r = call->state;
  const RankedLabel *ranked = &r->ranked[r->at];
  switch (column) {
    case COL_RANK: sqlite3_result_int64(context, (sqlite3_int64)r->at + 1); break;
    case COL_LABEL: value_result(context, labels_get(&r->model->labels, ranked->label)); break;
    case COL_PROBABILITY: sqlite3_result_double(context, ranked->probability); break;
    case COL_CHOSEN: sqlite3_result_int(context, is_chosen(r)); break;
  }
  return SQLITE_OK;
}

static void ranking_end(TableCall *call) {
  Ranking *r = call->state;
  cache_release(r->model);
  free(r->ranked);
}

const TableFunction CLASSIFY_LABELS = {
    .name = "classify_labels",
    .schema = "CREATE TABLE x(rank INTEGER, label, probability REAL, chosen INTEGER, for_text HIDDEN, "
              "for_model HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Ranking),
    .begin = ranking_begin,
    .step = ranking_step,
    .column = ranking_column,
    .end = ranking_end,
};
