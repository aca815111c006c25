#include "functions/classify_evaluate.h"

#include "functions/bulk_labeller.h"
#include "host/cache.h"
#include "host/query.h"
#include "host/value.h"
#include "models/loading.h"
#include "models/metrics_read.h"

enum { ARG_QUERY, ARG_MODEL, ARGUMENTS };

typedef struct Verdict {
  Metrics results; /* as they are stored; of a query labels, score and what is computed of it */
  size_t at;       /* the row that is given: of labels or of pairs                            */
} Verdict;

/* ---- by a query --------------------------------------------------------------------- */

static int judge_rows(Score *score, BulkLabeller *bulk, Error *error) {
  BulkRow *row;
  int rc = bulk_labeller_next(bulk, &row, error);
  while (!rc && row) {
    const Prediction *p = &row->prediction;
    if (row->labelled && row->label != LABELS_NONE)
      rc = failure_code(score_add(score, row->label, p->label, p->confidence, p->of_asked, error));
    if (!rc) rc = bulk_labeller_next(bulk, &row, error);
  }
  return rc;
}

static int judge_query(Metrics *results, Connection *c, const char *sql, const char *model, Error *error) {
  BulkLabeller bulk = {0};
  BulkQuery query = {.sql = sql, .model = model, .meaning = "a text and its label", .id = -1, .text = 0,
                     .label = 1, .threads = workers_processors()};
  int rc = bulk_labeller_begin(&bulk, c, &query, error);
  if (!rc) rc = judge_rows(&results->score, &bulk, error);
  results->labels = bulk.labels;
  bulk.labels = (Labels){0}; /* theirs now */
  bulk_labeller_end(&bulk);
  results->log_loss = score_log_loss(&results->score);
  results->calibration_error = score_calibration_error(&results->score);
  return rc;
}

/* ---- by the rows that were held out ---------------------------------------------------- */

static int judge_stored(Metrics *results, Connection *c, const char *spec, Error *error) {
  const Model *model = NULL;
  ModelRow row;
  int rc = loading_load_with_row(c, spec, &model, &row, error);
  if (!rc) rc = metrics_read(c, model, row.metrics, results, error);
  if (!rc && results->score.rows == 0)
    rc = failure(error, SQLITE_ERROR, "the metrics of model '%.60s@%lld' say nothing of rows held out in training, "
                 "expected a query that gives a text and its label", row.name, row.version);
  cache_release(model);
  model_row_free(&row);
  return rc;
}

/* ---- what the three have in common ------------------------------------------------------- */

static int verdict_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Verdict *v = call->state;
  const char *sql, *model;
  int rc = query_text(arguments[ARG_QUERY], "query", &sql, NULL, error);
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &model, NULL, error);
  if (!rc && sql)
    rc = judge_query(&v->results, call->connection, sql, model, error);
  else if (!rc)
    rc = judge_stored(&v->results, call->connection, model, error);
  if (!rc) score_sort(&v->results.score);
  return rc;
}

static void verdict_end(TableCall *call) { metrics_free(&((Verdict *)call->state)->results); }

/* ---- classify_evaluate ---------------------------------------------------------------------- */

enum { EVALUATE_ROWS, EVALUATE_ACCURACY, EVALUATE_MACRO_F1, EVALUATE_WEIGHTED_F1, EVALUATE_LOG_LOSS,
       EVALUATE_CALIBRATION_ERROR, EVALUATE_VISIBLE };

static int evaluate_step(TableCall *call, Error *error) {
  (void)error;
  call->done = true;
  return SQLITE_OK;
}

static int evaluate_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Verdict *v = call->state;
  const Score *s = &v->results.score;
  if (column != EVALUATE_ROWS && s->rows == 0) return SQLITE_OK; /* NULL */
  switch (column) {
    case EVALUATE_ROWS: sqlite3_result_int64(context, (sqlite3_int64)s->rows); break;
    case EVALUATE_ACCURACY: sqlite3_result_double(context, score_accuracy(s)); break;
    case EVALUATE_MACRO_F1: sqlite3_result_double(context, score_macro_f1(s)); break;
    case EVALUATE_WEIGHTED_F1: sqlite3_result_double(context, score_weighted_f1(s)); break;
    case EVALUATE_LOG_LOSS: sqlite3_result_double(context, v->results.log_loss); break;
    case EVALUATE_CALIBRATION_ERROR: sqlite3_result_double(context, v->results.calibration_error); break;
  }
  return SQLITE_OK;
}

const TableFunction CLASSIFY_EVALUATE = {
    .name = "classify_evaluate",
    .schema = "CREATE TABLE x(rows INTEGER, accuracy REAL, macro_f1 REAL, weighted_f1 REAL, log_loss REAL, "
              "calibration_error REAL, for_query HIDDEN, for_model HIDDEN)",
    .visible = EVALUATE_VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Verdict),
    .direct_only = true,
    .begin = verdict_begin,
    .step = evaluate_step,
    .column = evaluate_column,
    .end = verdict_end,
};

/* ---- classify_report -------------------------------------------------------------------------- */

enum { REPORT_LABEL, REPORT_PRECISION, REPORT_RECALL, REPORT_F1, REPORT_SUPPORT, REPORT_VISIBLE };

/* On to the next label that occurs. */
static void find_label(TableCall *call) {
  Verdict *v = call->state;
  const Score *s = &v->results.score;
  while (v->at < s->labels && s->label[v->at].actual + s->label[v->at].predicted == 0) v->at++;
  call->done = v->at == s->labels;
}

static int report_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  int rc = verdict_begin(call, arguments, error);
  if (!rc) find_label(call);
  return rc;
}

static int report_step(TableCall *call, Error *error) {
  (void)error;
  ((Verdict *)call->state)->at++;
  find_label(call);
  return SQLITE_OK;
}

static int report_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Verdict *v = call->state;
  const ScoreLabel *label = &v->results.score.label[v->at];
  switch (column) {
    case REPORT_LABEL: value_result(context, labels_get(&v->results.labels, (uint32_t)v->at)); break;
    case REPORT_PRECISION: sqlite3_result_double(context, score_precision(label)); break;
    case REPORT_RECALL: sqlite3_result_double(context, score_recall(label)); break;
    case REPORT_F1: sqlite3_result_double(context, score_f1(label)); break;
    case REPORT_SUPPORT: sqlite3_result_int64(context, (sqlite3_int64)label->actual); break;
  }
  return SQLITE_OK;
}

const TableFunction CLASSIFY_REPORT = {
    .name = "classify_report",
    .schema = "CREATE TABLE x(label, precision REAL, recall REAL, f1 REAL, support INTEGER, for_query HIDDEN, "
              "for_model HIDDEN)",
    .visible = REPORT_VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Verdict),
    .direct_only = true,
    .begin = report_begin,
    .step = report_step,
    .column = report_column,
    .end = verdict_end,
};

/* ---- classify_confusion ------------------------------------------------------------------------ */

enum { CONFUSION_ACTUAL, CONFUSION_PREDICTED, CONFUSION_COUNT, CONFUSION_VISIBLE };

static int confusion_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  int rc = verdict_begin(call, arguments, error);
  call->done = ((Verdict *)call->state)->results.score.pairs == 0;
  return rc;
}

static int confusion_step(TableCall *call, Error *error) {
  (void)error;
  Verdict *v = call->state;
  call->done = ++v->at == v->results.score.pairs;
  return SQLITE_OK;
}

static int confusion_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Verdict *v = call->state;
  const ScorePair *pair = &v->results.score.pair[v->at];
  switch (column) {
    case CONFUSION_ACTUAL: value_result(context, labels_get(&v->results.labels, pair->actual)); break;
    case CONFUSION_PREDICTED: value_result(context, labels_get(&v->results.labels, pair->predicted)); break;
    case CONFUSION_COUNT: sqlite3_result_int64(context, (sqlite3_int64)pair->rows); break;
  }
  return SQLITE_OK;
}

const TableFunction CLASSIFY_CONFUSION = {
    .name = "classify_confusion",
    .schema = "CREATE TABLE x(actual, predicted, count INTEGER, for_query HIDDEN, for_model HIDDEN)",
    .visible = CONFUSION_VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Verdict),
    .direct_only = true,
    .begin = confusion_begin,
    .step = confusion_step,
    .column = confusion_column,
    .end = verdict_end,
};
