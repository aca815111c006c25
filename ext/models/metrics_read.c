#include "models/metrics_read.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "host/json.h"
#include "host/value.h"
#include "models/metrics.h"

void metrics_free(Metrics *m) {
  sqlite3_value_free(m->query);
  sqlite3_value_free(m->kernel);
  for (size_t i = 0; i < METRICS_MOST_WARNINGS; i++) sqlite3_value_free(m->warnings[i]);
  for (size_t i = 0; i < METRICS_MOST_EXAMPLES; i++) {
    sqlite3_value_free(m->examples[i].text);
    sqlite3_value_free(m->examples[i].label);
    sqlite3_value_free(m->examples[i].predicted);
  }
  labels_free(&m->labels);
  score_free(&m->score);
  free(m->history);
  free(m->label_rows);
  *m = (Metrics){0};
}

/* ---- rows of queries on the JSON ------------------------------------------------------ */

#define HELD_OUT METRICS_VALIDATION "."
#define MEMBER(name) "json_extract(value, '$." name "')"

/* Runs a query with the JSON as ?1, and `take` on each of its rows. */
static int each_row(Connection *c, const char *sql, sqlite3_value *json, Metrics *m,
                    int (*take)(Metrics *, sqlite3_stmt *, Error *), Error *error) {
  sqlite3_stmt *row;
  int rc = connection_statement(c, sql, &row, error), step = SQLITE_DONE;
  if (rc) return rc;
  if (sqlite3_bind_value(row, 1, json)) rc = failure_no_memory(error);
  while (!rc && (step = json_step(row)) == SQLITE_ROW) rc = take(m, row, error);
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, c->db, step);
  sqlite3_reset(row);
  sqlite3_clear_bindings(row);
  return rc;
}

static double column_number(sqlite3_stmt *row, int column) {
  int type = sqlite3_column_type(row, column);
  double value = type == SQLITE_INTEGER || type == SQLITE_FLOAT ? sqlite3_column_double(row, column) : NAN;
  return fabs(value) < METRICS_MOST ? value : NAN;
}

static int copy_value(sqlite3_stmt *row, int column, sqlite3_value **copy, Error *error) {
  *copy = sqlite3_value_dup(sqlite3_column_value(row, column));
  return *copy ? SQLITE_OK : failure_no_memory(error);
}

static int copy_text(sqlite3_stmt *row, int column, sqlite3_value **copy, Error *error) {
  return sqlite3_column_type(row, column) == SQLITE_TEXT ? copy_value(row, column, copy, error) : SQLITE_OK;
}

/* ---- numbers and texts ------------------------------------------------------------------ */

/* Where two members stand for one field, the first one that is known is used. */
static const struct {
  const char *path;
  size_t field;
} NUMBERS[] = {
    {METRICS_ROWS, offsetof(Metrics, rows)},
    {METRICS_VALIDATION_ROWS, offsetof(Metrics, validation_rows)},
    {METRICS_SKIPPED, offsetof(Metrics, skipped)},
    {METRICS_CUT, offsetof(Metrics, cut)},
    {METRICS_GUESSED, offsetof(Metrics, guessed)},
    {METRICS_TEACHER "." METRICS_JUDGED, offsetof(Metrics, judged)},
    {METRICS_TEACHER "." METRICS_RIGHT, offsetof(Metrics, judged_right)},
    {METRICS_TEACHER "." METRICS_SURE, offsetof(Metrics, sure)},
    {METRICS_EPOCHS, offsetof(Metrics, epochs)},
    {METRICS_BEST_EPOCH, offsetof(Metrics, best_epoch)},
    {METRICS_SECONDS, offsetof(Metrics, seconds)},
    {METRICS_SEED, offsetof(Metrics, seed)},
    {METRICS_THREADS, offsetof(Metrics, threads)},
    {HELD_OUT METRICS_ROWS, offsetof(Metrics, held_out)},
    {HELD_OUT METRICS_FOLDS, offsetof(Metrics, folds)},
    {METRICS_VALIDATION_ROWS, offsetof(Metrics, held_out)},
    {HELD_OUT METRICS_ACCURACY, offsetof(Metrics, accuracy)},
    {METRICS_VALIDATION_ACCURACY, offsetof(Metrics, accuracy)},
    {HELD_OUT METRICS_MACRO_F1, offsetof(Metrics, macro_f1)},
    {METRICS_VALIDATION_F1, offsetof(Metrics, macro_f1)},
    {HELD_OUT METRICS_LOG_LOSS, offsetof(Metrics, log_loss)},
    {HELD_OUT METRICS_CALIBRATION_ERROR, offsetof(Metrics, calibration_error)},
    {HELD_OUT METRICS_LRAP, offsetof(Metrics, ranking)},
};
enum { NUMBER_COUNT = sizeof NUMBERS / sizeof *NUMBERS };

static double *field_of(Metrics *m, int i) { return (double *)((char *)m + NUMBERS[i].field); }

static int take_figures(Metrics *m, sqlite3_stmt *row, Error *error) {
  for (int i = 0; i < NUMBER_COUNT; i++) *field_of(m, i) = NAN;
  for (int i = 0; i < NUMBER_COUNT; i++)
    if (isnan(*field_of(m, i))) *field_of(m, i) = column_number(row, i);
  int rc = copy_text(row, NUMBER_COUNT, &m->query, error);
  return rc ? rc : copy_text(row, NUMBER_COUNT + 1, &m->kernel, error);
}

static int read_figures(Connection *c, sqlite3_value *json, Metrics *m, Error *error) {
  sqlite3_str *text = sqlite3_str_new(c->db);
  sqlite3_str_appendall(text, "SELECT ");
  for (int i = 0; i < NUMBER_COUNT; i++) sqlite3_str_appendf(text, "json_extract(?1, '$.%s'), ", NUMBERS[i].path);
  sqlite3_str_appendall(text, "json_extract(?1, '$." METRICS_QUERY "'), json_extract(?1, '$." METRICS_KERNEL "')");
  char *sql = sqlite3_str_finish(text);
  int rc = sql ? each_row(c, sql, json, m, take_figures, error) : failure_no_memory(error);
  sqlite3_free(sql);
  return rc;
}

/* ---- lists -------------------------------------------------------------------------------- */

static const char WARNINGS[] = "SELECT value FROM json_each(?1, '$." METRICS_WARNINGS "') WHERE type = 'text'";

static int take_warning(Metrics *m, sqlite3_stmt *row, Error *error) {
  if (m->warning_count == METRICS_MOST_WARNINGS) return SQLITE_OK;
  return copy_value(row, 0, &m->warnings[m->warning_count++], error);
}

static const char HISTORY[] =
    "SELECT " MEMBER(METRICS_TRAIN_LOSS) ", " MEMBER(METRICS_TRAIN_ACCURACY) ", " MEMBER(METRICS_VALIDATION_LOSS) ", "
    MEMBER(METRICS_VALIDATION_ACCURACY) " FROM json_each(?1, '$." METRICS_HISTORY "') WHERE type = 'object'";

static int take_epoch(Metrics *m, sqlite3_stmt *row, Error *error) {
  size_t values = m->epochs_listed * METRICS_SERIES;
  if (!memory_grow(&m->history, &m->history_capacity, values + METRICS_SERIES, sizeof *m->history))
    return failure_no_memory(error);
  for (int i = 0; i < METRICS_SERIES; i++) m->history[values + (size_t)i] = column_number(row, i);
  m->epochs_listed++;
  return SQLITE_OK;
}

static const char BINS[] =
    "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') "
    "FROM json_each(?1, '$." HELD_OUT METRICS_CALIBRATION "') WHERE type = 'array'";

static bool is_share(double value) { return value >= 0.0 && value <= 1.0; }

static int take_bin(Metrics *m, sqlite3_stmt *row, Error *error) {
  (void)error;
  MetricsBin bin = {column_number(row, 0), column_number(row, 1), column_number(row, 2)};
  bool makes_sense = bin.rows >= 1.0 && is_share(bin.confidence) && is_share(bin.right);
  if (makes_sense && m->bin_count < METRICS_MOST_BINS) m->bins[m->bin_count++] = bin;
  return SQLITE_OK;
}

static const char EXAMPLES[] =
    "SELECT text, label, predicted, confidence, label IS predicted FROM (SELECT " MEMBER(METRICS_TEXT) " AS text, "
    MEMBER(METRICS_LABEL) " AS label, " MEMBER(METRICS_PREDICTED) " AS predicted, " MEMBER(METRICS_CONFIDENCE)
    " AS confidence FROM json_each(?1, '$." HELD_OUT METRICS_EXAMPLES "') WHERE type = 'object') "
    "WHERE typeof(text) = 'text'";

static int take_example(Metrics *m, sqlite3_stmt *row, Error *error) {
  if (m->example_count == METRICS_MOST_EXAMPLES) return SQLITE_OK;
  MetricsExample *example = &m->examples[m->example_count++];
  int rc = copy_value(row, 0, &example->text, error);
  if (!rc) rc = copy_value(row, 1, &example->label, error);
  if (!rc) rc = copy_value(row, 2, &example->predicted, error);
  example->confidence = column_number(row, 3);
  example->right = sqlite3_column_int(row, 4);
  return rc;
}

/* ---- labels ------------------------------------------------------------------------------ */

static const char LABEL_ROWS[] =
    "SELECT key, value FROM json_each(?1, '$." METRICS_LABEL_ROWS "') WHERE typeof(key) = 'integer' AND key >= 0 "
    "AND type = 'integer' AND value >= 0";

/* At this time m->labels has only the labels of the model. */
static int take_label_rows(Metrics *m, sqlite3_stmt *row, Error *error) {
  (void)error;
  sqlite3_int64 label = sqlite3_column_int64(row, 0);
  if (label < (sqlite3_int64)m->labels.keys.count) m->label_rows[label] = column_number(row, 1);
  return SQLITE_OK;
}

static const char PAIRS[] =
    "SELECT actual, predicted, rows FROM ("
    "SELECT json_extract(value, '$[0]') AS actual, json_extract(value, '$[1]') AS predicted, "
    "json_extract(value, '$[2]') AS rows FROM json_each(?1, '$." HELD_OUT METRICS_CONFUSION "') "
    "WHERE type = 'array') WHERE actual IS NOT NULL AND predicted IS NOT NULL AND typeof(rows) = 'integer' "
    "AND rows > 0";

/* Adds the labels if they are new. */
static int take_pair(Metrics *m, sqlite3_stmt *row, Error *error) {
  Label actual, predicted;
  uint32_t numbers[2];
  double rows = column_number(row, 2);
  int rc = value_label(sqlite3_column_value(row, 0), &actual, error);
  if (!rc) rc = value_label(sqlite3_column_value(row, 1), &predicted, error);
  if (rc == SQLITE_NOMEM) return rc;
  if (rc || isnan(rows)) return SQLITE_OK;
  rc = failure_code(labels_add(&m->labels, actual, &numbers[0], error));
  if (!rc) rc = failure_code(labels_add(&m->labels, predicted, &numbers[1], error));
  return rc ? rc : failure_code(score_count(&m->score, numbers[0], numbers[1], (size_t)rows, error));
}

static const char LABEL_PAIRS[] =
    "SELECT actual, predicted, rows FROM ("
    "SELECT json_extract(value, '$[0]') AS actual, json_extract(value, '$[1]') AS predicted, "
    "json_extract(value, '$[2]') AS rows FROM json_each(?1, '$." HELD_OUT METRICS_CONFUSION "') "
    "WHERE type = 'array') WHERE typeof(rows) = 'integer' AND rows > 0";

/* Adds the label of a column, or none if it is NULL. */
static int add_label(Metrics *m, sqlite3_value *value, bool *there, uint32_t *number, Error *error) {
  Label label;
  *there = sqlite3_value_type(value) != SQLITE_NULL;
  int rc = *there ? value_label(value, &label, error) : SQLITE_OK;
  return rc || !*there ? rc : failure_code(labels_add(&m->labels, label, number, error));
}

/* The same of a multi-label model: counts of one label. */
static int take_label_pair(Metrics *m, sqlite3_stmt *row, Error *error) {
  bool has, given;
  uint32_t actual = 0, predicted = 0;
  double rows = column_number(row, 2);
  int rc = add_label(m, sqlite3_column_value(row, 0), &has, &actual, error);
  if (!rc) rc = add_label(m, sqlite3_column_value(row, 1), &given, &predicted, error);
  if (rc == SQLITE_NOMEM) return rc;
  bool makes_sense = !rc && !isnan(rows) && (has || given) && (!has || !given || actual == predicted);
  if (!makes_sense) return SQLITE_OK;
  size_t count = (size_t)rows;
  const ScoreLabel counts = {.actual = has ? count : 0, .predicted = given ? count : 0,
                             .hits = has && given ? count : 0};
  return failure_code(score_count_label(&m->score, has ? actual : predicted, &counts, error));
}

/* Rows, and how many of them are right, are figures of their own there. */
static int read_label_pairs(Connection *c, sqlite3_value *json, Metrics *m, Error *error) {
  if (!(m->held_out >= 1.0) || !is_share(m->accuracy)) return SQLITE_OK;
  int rc = each_row(c, LABEL_PAIRS, json, m, take_label_pair, error);
  m->score.columns = m->labels.keys.count;
  m->score.rows = (size_t)m->held_out;
  m->score.hits = (size_t)(m->held_out * m->accuracy + 0.5);
  return rc;
}

static int begin_labels(const Model *model, Metrics *m, Error *error) {
  size_t labels = model->labels.keys.count;
  m->label_rows = malloc((labels + 1) * sizeof *m->label_rows);
  if (!m->label_rows) return failure_no_memory(error);
  for (size_t l = 0; l < labels; l++) m->label_rows[l] = NAN;
  return failure_code(labels_copy(&model->labels, &m->labels, error));
}

/* ---- all of it ---------------------------------------------------------------------------- */

int metrics_read(Connection *c, const Model *model, sqlite3_value *json, Metrics *m, Error *error) {
  *m = (Metrics){0};
  int rc = begin_labels(model, m, error);
  if (!rc) rc = read_figures(c, json, m, error);
  if (!rc) rc = each_row(c, WARNINGS, json, m, take_warning, error);
  if (!rc) rc = each_row(c, HISTORY, json, m, take_epoch, error);
  if (!rc) rc = each_row(c, BINS, json, m, take_bin, error);
  if (!rc) rc = each_row(c, EXAMPLES, json, m, take_example, error);
  if (!rc) rc = each_row(c, LABEL_ROWS, json, m, take_label_rows, error);
  if (!rc && model_is_multilabel(model)) rc = read_label_pairs(c, json, m, error);
  else if (!rc) rc = each_row(c, PAIRS, json, m, take_pair, error);
  if (rc) metrics_free(m);
  return rc;
}
