#include "models/evaluation.h"

#include <math.h>
#include <stdlib.h>

#include "host/value.h"

void evaluation_free(Evaluation *s) {
  labels_free(&s->labels);
  score_free(&s->score);
  free(s->rows);
  free(s->order);
  *s = (Evaluation){0};
}

/* Runs `sql` with the JSON as ?1, and `take` for each row. */
static int each_row(Evaluation *s, Connection *c, const char *sql, sqlite3_value *json,
                    int (*take)(Evaluation *, sqlite3_stmt *, Error *), Error *error) {
  sqlite3_stmt *each;
  int rc = connection_statement(c, sql, &each, error), step = SQLITE_DONE;
  if (rc) return rc;
  if (sqlite3_bind_value(each, 1, json)) rc = failure_no_memory(error);
  while (!rc && (step = sqlite3_step(each)) == SQLITE_ROW) rc = take(s, each, error);
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, c->db, step);
  sqlite3_reset(each);
  sqlite3_clear_bindings(each);
  return rc;
}

/* The number of a label, new or not. */
static int take_label(Evaluation *s, sqlite3_value *value, uint32_t *number, Error *error) {
  Label label;
  int rc = value_label(value, &label, error);
  return rc ? rc : failure_code(labels_add(&s->labels, label, number, error));
}

static int take_pair(Evaluation *s, sqlite3_stmt *each, Error *error) {
  uint32_t actual, predicted;
  sqlite3_int64 rows = sqlite3_column_int64(each, 2);
  if (rows >= EVALUATION_MOST_ROWS) return SQLITE_OK;
  int rc = take_label(s, sqlite3_column_value(each, 0), &actual, error);
  if (!rc) rc = take_label(s, sqlite3_column_value(each, 1), &predicted, error);
  if (rc) return rc;
  return failure_code(score_count(&s->score, actual, predicted, (size_t)rows, error));
}

static int take_rows(Evaluation *s, sqlite3_stmt *each, Error *error) {
  (void)error;
  sqlite3_int64 label = sqlite3_column_int64(each, 0), rows = sqlite3_column_int64(each, 1);
  if (label < (sqlite3_int64)s->labels.keys.count && rows < EVALUATION_MOST_ROWS) s->rows[label] = (double)rows;
  return SQLITE_OK;
}

static int take_figures(Evaluation *s, sqlite3_stmt *each, Error *error) {
  (void)error;
  s->log_loss = sqlite3_column_double(each, 0);
  s->calibration_error = sqlite3_column_double(each, 1);
  return SQLITE_OK;
}

typedef struct Ranked {
  double rows;
  uint32_t label;
} Ranked;

static int most_rows_first(const void *a, const void *b) {
  const Ranked *x = a, *y = b;
  if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
  return (x->label > y->label) - (x->label < y->label);
}

/* Where the rows are not known, by those that were held out. */
static int sort_labels(Evaluation *s, size_t known, Error *error) {
  size_t labels = s->labels.keys.count;
  Ranked *ranked = malloc((labels + 1) * sizeof *ranked);
  s->order = malloc((labels + 1) * sizeof *s->order);
  int rc = ranked && s->order ? SQLITE_OK : failure_no_memory(error);
  for (size_t l = 0; l < labels && !rc; l++) {
    double held_out = l < s->score.labels ? (double)s->score.label[l].actual : 0.0;
    ranked[l] = (Ranked){l < known && !isnan(s->rows[l]) ? s->rows[l] : held_out, (uint32_t)l};
  }
  if (!rc && labels) qsort(ranked, labels, sizeof *ranked, most_rows_first);
  for (size_t l = 0; l < labels && !rc; l++) s->order[l] = ranked[l].label;
  free(ranked);
  return rc;
}

static const char ROWS[] =
    "SELECT key, value FROM json_each(?1, '$.label_rows') WHERE typeof(key) = 'integer' AND key >= 0 "
    "AND type = 'integer' AND value >= 0";
static const char PAIRS[] =
    "SELECT actual, predicted, rows FROM ("
    "SELECT json_extract(value, '$[0]') AS actual, json_extract(value, '$[1]') AS predicted, "
    "json_extract(value, '$[2]') AS rows FROM json_each(?1, '$.validation.confusion') WHERE type = 'array') "
    "WHERE actual IS NOT NULL AND predicted IS NOT NULL AND typeof(rows) = 'integer' AND rows > 0";
static const char FIGURES[] =
    "SELECT json_extract(?1, '$.validation.log_loss'), json_extract(?1, '$.validation.calibration_error')";

/* The rows first: they are of the model's labels alone. */
int evaluation_read(Evaluation *s, Connection *c, const Model *model, sqlite3_value *metrics, Error *error) {
  size_t labels = model->labels.keys.count;
  *s = (Evaluation){.rows = malloc((labels + 1) * sizeof *s->rows)};
  int rc = s->rows ? SQLITE_OK : failure_no_memory(error);
  for (size_t l = 0; l < labels && !rc; l++) s->rows[l] = NAN;
  if (!rc) rc = failure_code(labels_copy(&model->labels, &s->labels, error));
  if (!rc) rc = each_row(s, c, ROWS, metrics, take_rows, error);
  if (!rc) rc = each_row(s, c, PAIRS, metrics, take_pair, error);
  if (!rc) rc = each_row(s, c, FIGURES, metrics, take_figures, error);
  if (!rc) rc = sort_labels(s, labels, error);
  if (rc) evaluation_free(s);
  return rc;
}
