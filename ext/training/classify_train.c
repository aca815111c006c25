#include "training/classify_train.h"

#include "host/query.h"
#include "training/training_result.h"
#include "training/training_rows.h"

static const char NAME[] = "classify_train";

/* ---- the aggregate -------------------------------------------------------------------- */

typedef struct Aggregate {
  TrainingRun run;
  bool begun, failed;
} Aggregate;

void classify_train_step(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Aggregate *a = sqlite3_aggregate_context(context, sizeof *a);
  Error error;
  int rc = SQLITE_OK;
  if (!a) {
    sqlite3_result_error_nomem(context);
    return;
  }
  if (a->failed) return;
  if (!a->begun)
    rc = training_run_begin(&a->run, sqlite3_user_data(context), argc > 2 ? argv[2] : NULL,
                            argc > 3 ? argv[3] : NULL, NULL, &error);
  a->begun = a->begun || !rc;
  if (!rc) rc = training_run_failure(&a->run, training_rows_add(&a->run, argv[0], argv[1], ROW_TRAINS, &error), &error);
  a->failed = rc != SQLITE_OK;
  if (rc) failure_result(context, NAME, rc, &error);
}

static int run_epochs(TrainingRun *run, Epoch *epoch, Error *error) {
  int rc = training_run_start(run, error);
  while (!rc) {
    rc = training_run_epoch(run, epoch, error);
    if (epoch->is_last) break;
  }
  return rc;
}

/* SQLite calls final() even if its scan was interrupted or ran out of memory. A statement of ours
** fails then too, so that we do not train on only some of the rows.
*/
static int check_scan(Connection *c, Error *error) {
  sqlite3_stmt *stmt;
  int rc = connection_statement(c, "SELECT 1", &stmt, error);
  if (rc) return rc;
  rc = sqlite3_step(stmt);
  if (rc != SQLITE_ROW) failure_sqlite(error, c->db, rc);
  sqlite3_reset(stmt);
  return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

void classify_train_final(sqlite3_context *context) {
  Aggregate *a = sqlite3_aggregate_context(context, 0);
  Error error;
  Epoch last = {0};
  char *json = NULL;
  int rc = a ? SQLITE_OK
             : failure(&error, SQLITE_ERROR, "no rows to learn from: there are none, or each has NULL as its text or "
                       "label");
  if (!a || !a->failed) { /* a failed step has set the result */
    if (!rc) rc = check_scan(sqlite3_user_data(context), &error);
    if (!rc) rc = run_epochs(&a->run, &last, &error);
    if (!rc) json = training_result_json(&a->run, &last);
    if (!rc && !json) rc = SQLITE_NOMEM;
    if (rc)
      failure_result(context, NAME, rc, &error);
    else
      sqlite3_result_text(context, json, -1, sqlite3_free);
  }
  if (a) training_run_end(&a->run);
}

void classify_train_one_argument(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  Error error;
  failure(&error, SQLITE_ERROR, "1 argument given, expected classify_train(text, label) in SELECT, or "
          "classify_train(query) in FROM");
  failure_result(context, NAME, SQLITE_ERROR, &error);
}

/* ---- in FROM ---------------------------------------------------------------------------- */

enum { COL_EPOCH, COL_TRAIN_LOSS, COL_TRAIN_ACCURACY, COL_VALIDATION_LOSS, COL_VALIDATION_ACCURACY,
       COL_VALIDATION_F1, COL_LEARNING_RATE, COL_ROWS_PER_SECOND, COL_SECONDS, COL_IS_BEST, VISIBLE };
enum { ARG_QUERY, ARG_MODEL, ARG_OPTIONS, ARGUMENTS };

typedef struct Watched {
  TrainingRun run;
  Epoch epoch;
} Watched;

static int watched_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Watched *w = call->state;
  const char *query;
  int rc = query_text(arguments[ARG_QUERY], "query", &query, NULL, error);
  if (!rc && !query)
    rc = failure(error, SQLITE_ERROR, "no query given, expected classify_train('SELECT text, label FROM ...')");
  if (!rc)
    rc = training_run_begin(&w->run, call->connection, arguments[ARG_MODEL], arguments[ARG_OPTIONS], query, error);
  if (!rc) rc = training_run_failure(&w->run, training_rows_query(&w->run, query, error), error);
  if (!rc) rc = training_run_start(&w->run, error);
  if (!rc) rc = training_run_epoch(&w->run, &w->epoch, error);
  return rc;
}

static int watched_step(TableCall *call, Error *error) {
  Watched *w = call->state;
  call->done = w->epoch.is_last;
  return call->done ? SQLITE_OK : training_run_epoch(&w->run, &w->epoch, error);
}

static int watched_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Epoch *e = &((Watched *)call->state)->epoch;
  bool of_validation = column >= COL_VALIDATION_LOSS && column <= COL_VALIDATION_F1;
  if (of_validation && !e->validated) return SQLITE_OK; /* NULL */
  switch (column) {
    case COL_EPOCH: sqlite3_result_int64(context, (sqlite3_int64)e->epoch); break;
    case COL_TRAIN_LOSS: sqlite3_result_double(context, e->train_loss); break;
    case COL_TRAIN_ACCURACY: sqlite3_result_double(context, e->train_accuracy); break;
    case COL_VALIDATION_LOSS: sqlite3_result_double(context, e->validation_loss); break;
    case COL_VALIDATION_ACCURACY: sqlite3_result_double(context, e->validation_accuracy); break;
    case COL_VALIDATION_F1: sqlite3_result_double(context, e->validation_f1); break;
    case COL_LEARNING_RATE: sqlite3_result_double(context, e->learning_rate); break;
    case COL_ROWS_PER_SECOND: sqlite3_result_double(context, e->rows_per_second); break;
    case COL_SECONDS: sqlite3_result_double(context, e->seconds); break;
    case COL_IS_BEST: sqlite3_result_int(context, e->is_best); break;
  }
  return SQLITE_OK;
}

static void watched_end(TableCall *call) { training_run_end(&((Watched *)call->state)->run); }

const TableFunction CLASSIFY_TRAIN = {
    .name = NAME,
    .schema = "CREATE TABLE x(epoch INTEGER, train_loss REAL, train_accuracy REAL, validation_loss REAL, "
              "validation_accuracy REAL, validation_f1 REAL, learning_rate REAL, rows_per_second REAL, "
              "seconds REAL, is_best INTEGER, for_query HIDDEN, for_model HIDDEN, for_options HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Watched),
    .direct_only = true,
    .once = true,
    .begin = watched_begin,
    .step = watched_step,
    .column = watched_column,
    .end = watched_end,
};
