#include "functions/classify_evaluate.h"

#include "functions/measurement.h"
#include "host/value.h"

enum { COL_ACTUAL, COL_PREDICTED, COL_COUNT, VISIBLE };

static int confusion_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  int rc = measurement_begin(call, arguments, error);
  call->done = ((Measurement *)call->state)->results.score.pairs == 0;
  return rc;
}

static int confusion_step(TableCall *call, Error *error) {
  (void)error;
  Measurement *m = call->state;
  call->done = ++m->at == m->results.score.pairs;
  return SQLITE_OK;
}

static void result_label(sqlite3_context *context, const Measurement *m, uint32_t label) {
  if (label != SCORE_ABSENT) value_result(context, labels_get(&m->results.labels, label)); /* else NULL */
}

static int confusion_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Measurement *m = call->state;
  const ScorePair *pair = &m->results.score.pair[m->at];
  switch (column) {
    case COL_ACTUAL: result_label(context, m, pair->actual); break;
    case COL_PREDICTED: result_label(context, m, pair->predicted); break;
    case COL_COUNT: sqlite3_result_int64(context, (sqlite3_int64)pair->rows); break;
  }
  return SQLITE_OK;
}

const TableFunction CLASSIFY_CONFUSION = {
    .name = "classify_confusion",
    .schema = "CREATE TABLE x(actual, predicted, count INTEGER, for_query HIDDEN, for_model HIDDEN)",
    .visible = VISIBLE,
    .arguments = MEASUREMENT_ARGUMENTS,
    .state_size = sizeof(Measurement),
    .direct_only = true,
    .begin = confusion_begin,
    .step = confusion_step,
    .column = confusion_column,
    .end = measurement_end,
};
