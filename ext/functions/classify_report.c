#include "functions/classify_evaluate.h"

#include "functions/measurement.h"
#include "host/value.h"

enum { COL_LABEL, COL_PRECISION, COL_RECALL, COL_F1, COL_SUPPORT, VISIBLE };

/* Goes on to the next label that a row has or was given. */
static void skip_absent_labels(TableCall *call) {
  Measurement *m = call->state;
  const Score *s = &m->results.score;
  while (m->at < s->labels && s->label[m->at].actual + s->label[m->at].predicted == 0) m->at++;
  call->done = m->at == s->labels;
}

static int report_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  int rc = measurement_begin(call, arguments, error);
  if (!rc) skip_absent_labels(call);
  return rc;
}

static int report_step(TableCall *call, Error *error) {
  (void)error;
  ((Measurement *)call->state)->at++;
  skip_absent_labels(call);
  return SQLITE_OK;
}

static int report_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Measurement *m = call->state;
  const ScoreLabel *label = &m->results.score.label[m->at];
  switch (column) {
    case COL_LABEL: value_result(context, labels_get(&m->results.labels, (uint32_t)m->at)); break;
    case COL_PRECISION: sqlite3_result_double(context, score_precision(label)); break;
    case COL_RECALL: sqlite3_result_double(context, score_recall(label)); break;
    case COL_F1: sqlite3_result_double(context, score_f1(label)); break;
    case COL_SUPPORT: sqlite3_result_int64(context, (sqlite3_int64)label->actual); break;
  }
  return SQLITE_OK;
}

const TableFunction CLASSIFY_REPORT = {
    .name = "classify_report",
    .schema = "CREATE TABLE x(label, precision REAL, recall REAL, f1 REAL, support INTEGER, for_query HIDDEN, "
              "for_model HIDDEN)",
    .visible = VISIBLE,
    .arguments = MEASUREMENT_ARGUMENTS,
    .state_size = sizeof(Measurement),
    .direct_only = true,
    .begin = report_begin,
    .step = report_step,
    .column = report_column,
    .end = measurement_end,
};
