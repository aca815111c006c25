#include "functions/classify_rows.h"

#include "functions/bulk_labeller.h"
#include "functions/decision.h"
#include "host/query.h"
#include "host/value.h"
#include "training/options.h"

enum { COL_ID, COL_LABEL, COL_CONFIDENCE, VISIBLE };
enum { ARG_QUERY, ARG_MODEL, ARG_OPTIONS, ARGUMENTS };

typedef struct Labelling {
  BulkLabeller bulk;
  BulkRow *row;
} Labelling;

static int rows_step(TableCall *call, Error *error) {
  Labelling *l = call->state;
  int rc = bulk_labeller_next(&l->bulk, &l->row, error);
  call->done = l->row == NULL;
  return rc;
}

static int rows_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Labelling *l = call->state;
  const char *json;
  BulkQuery query = {.meaning = "an id and a text", .id = 0, .text = 1, .label = -1};
  int rc = query_text(arguments[ARG_QUERY], "query", &query.sql, NULL, error);
  if (!rc && !query.sql)
    rc = failure(error, SQLITE_ERROR, "no query given, expected classify_rows('SELECT id, text FROM ...')");
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &query.model, NULL, error);
  if (!rc) rc = query_text(arguments[ARG_OPTIONS], "object of options", &json, NULL, error);
  if (!rc) rc = options_read_threads(call->connection, json, &query.threads, &query.progress, error);
  if (!rc) rc = bulk_labeller_begin(&l->bulk, call->connection, &query, error);
  return rc ? rc : rows_step(call, error);
}

static int rows_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Labelling *l = call->state;
  const BulkRow *row = l->row;
  if (column == COL_ID)
    row_id_result(context, &row->id);
  else if (row->labelled && column == COL_LABEL && model_is_multilabel(l->bulk.model))
    decision_result_set(context, &l->bulk.model->labels, row->given);
  else if (row->labelled && column == COL_LABEL)
    value_result(context, labels_get(&l->bulk.model->labels, row->prediction.label));
  else if (row->labelled)
    sqlite3_result_double(context, row->prediction.confidence);
  return SQLITE_OK;
}

static void rows_end(TableCall *call) { bulk_labeller_end(&((Labelling *)call->state)->bulk); }

const TableFunction CLASSIFY_ROWS = {
    .name = "classify_rows",
    .schema = "CREATE TABLE x(id, label, confidence REAL, for_query HIDDEN, for_model HIDDEN, for_options HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Labelling),
    .direct_only = true,
    .begin = rows_begin,
    .step = rows_step,
    .column = rows_column,
    .end = rows_end,
};
