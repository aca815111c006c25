#include "functions/measurement.h"

#include "functions/bulk_labeller.h"
#include "host/cache.h"
#include "host/query.h"
#include "models/loading.h"

static int add_row(Score *score, const BulkLabeller *bulk, const BulkRow *row, Error *error) {
  const Prediction *p = &row->prediction;
  if (!row->labelled || row->label == LABELS_NONE) return SQLITE_OK;
  if (!model_is_multilabel(bulk->model))
    return failure_code(score_add(score, row->label, p->label, p->confidence, p->of_asked, error));
  const ScoreSet set = {.labels = bulk->model->labels.keys.count, .actual = label_sets_get(&bulk->sets, row->label),
                        .given = row->given, .probabilities = row->given_probabilities, .ranking = p->ranking,
                        .loss = p->loss};
  return failure_code(score_add_set(score, &set, error));
}

static int measure_rows(Score *score, BulkLabeller *bulk, Error *error) {
  BulkRow *row;
  int rc = bulk_labeller_next(bulk, &row, error);
  while (!rc && row) {
    rc = add_row(score, bulk, row, error);
    if (!rc) rc = bulk_labeller_next(bulk, &row, error);
  }
  return rc;
}

static int measure_query(Metrics *results, Connection *c, const char *sql, const char *model, Error *error) {
  BulkLabeller bulk = {0};
  BulkQuery query = {.sql = sql, .model = model, .meaning = "a text and its label", .id = -1, .text = 0,
                     .label = 1, .threads = workers_processors()};
  int rc = bulk_labeller_begin(&bulk, c, &query, error);
  if (!rc) rc = measure_rows(&results->score, &bulk, error);
  results->labels = bulk.labels;
  bulk.labels = (Labels){0}; /* the results own them now */
  bulk_labeller_end(&bulk);
  results->log_loss = score_log_loss(&results->score);
  results->calibration_error = score_calibration_error(&results->score);
  results->ranking = score_ranking(&results->score);
  return rc;
}

static int measure_stored(Metrics *results, Connection *c, const char *spec, Error *error) {
  const Model *model = NULL;
  ModelRow row;
  int rc = loading_load_with_row(c, spec, &model, &row, error);
  if (!rc) rc = metrics_read(c, model, row.metrics, results, error);
  if (!rc && results->score.rows == 0)
    rc = failure(error, SQLITE_ERROR, "model '%.60s@%lld' has no validation rows to be judged by, expected a query "
                 "that gives a text and its label", row.name, row.version);
  cache_release(model);
  model_row_free(&row);
  return rc;
}

int measurement_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Measurement *m = call->state;
  const char *sql, *model;
  int rc = query_text(arguments[MEASUREMENT_QUERY], "query", &sql, NULL, error);
  if (!rc) rc = query_text(arguments[MEASUREMENT_MODEL], "model's name", &model, NULL, error);
  if (!rc && sql)
    rc = measure_query(&m->results, call->connection, sql, model, error);
  else if (!rc)
    rc = measure_stored(&m->results, call->connection, model, error);
  if (!rc && m->results.score.columns) rc = failure_code(score_pair_labels(&m->results.score, error));
  if (!rc) score_sort(&m->results.score);
  return rc;
}

void measurement_end(TableCall *call) { metrics_free(&((Measurement *)call->state)->results); }
