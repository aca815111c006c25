#include "functions/classify_evaluate.h"

#include "functions/measurement.h"

enum { COL_ROWS, COL_ACCURACY, COL_MACRO_F1, COL_WEIGHTED_F1, COL_LOG_LOSS, COL_CALIBRATION_ERROR,
       COL_MICRO_F1, COL_LRAP, VISIBLE };

static int evaluate_step(TableCall *call, Error *error) {
  (void)error;
  call->done = true;
  return SQLITE_OK;
}

static int evaluate_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Measurement *m = call->state;
  const Score *s = &m->results.score;
  if (column != COL_ROWS && s->rows == 0) return SQLITE_OK; /* NULL */
  if (column >= COL_MICRO_F1 && !s->columns) return SQLITE_OK; /* they are of sets of labels */
  switch (column) {
    case COL_ROWS: sqlite3_result_int64(context, (sqlite3_int64)s->rows); break;
    case COL_ACCURACY: sqlite3_result_double(context, score_accuracy(s)); break;
    case COL_MACRO_F1: sqlite3_result_double(context, score_macro_f1(s)); break;
    case COL_WEIGHTED_F1: sqlite3_result_double(context, score_weighted_f1(s)); break;
    case COL_LOG_LOSS: sqlite3_result_double(context, m->results.log_loss); break;
    case COL_CALIBRATION_ERROR: sqlite3_result_double(context, m->results.calibration_error); break;
    case COL_MICRO_F1: sqlite3_result_double(context, score_micro_f1(s)); break;
    case COL_LRAP: sqlite3_result_double(context, m->results.ranking); break;
  }
  return SQLITE_OK;
}

const TableFunction CLASSIFY_EVALUATE = {
    .name = "classify_evaluate",
    .schema = "CREATE TABLE x(rows INTEGER, accuracy REAL, macro_f1 REAL, weighted_f1 REAL, log_loss REAL, "
              "calibration_error REAL, micro_f1 REAL, lrap REAL, for_query HIDDEN, for_model HIDDEN)",
    .visible = VISIBLE,
    .arguments = MEASUREMENT_ARGUMENTS,
    .state_size = sizeof(Measurement),
    .direct_only = true,
    .begin = measurement_begin,
    .step = evaluate_step,
    .column = evaluate_column,
    .end = measurement_end,
};
