#include "tally.h"

#include <math.h>
#include <stdlib.h>

#include "../model/memory.h"
#include "value.h"

void tally_free(Tally *t) {
  free(t->labels);
  free(t->order);
  free(t->pairs);
  *t = (Tally){0};
}

double tally_precision(const TallyLabel *l) { return l->right / l->predicted; }
double tally_recall(const TallyLabel *l) { return l->right / l->support; }
double tally_f1(const TallyLabel *l) { return 2.0 * l->right / (l->predicted + l->support); }

/* ---- reading ------------------------------------------------------------------------- */

static int ask(Connection *c, const char *sql, sqlite3_value *metrics, sqlite3_stmt **stmt, Error *error) {
  int rc = connection_statement(c, sql, stmt, error);
  if (rc) return rc;
  rc = sqlite3_bind_value(*stmt, 1, metrics);
  return rc ? failure_sqlite(error, c->db, rc) : SQLITE_OK;
}

static int finish(Connection *c, sqlite3_stmt *stmt, int rc, int step, Error *error) {
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, c->db, step);
  sqlite3_reset(stmt);
  sqlite3_clear_bindings(stmt);
  return rc;
}

static int read_rows(Tally *t, Connection *c, sqlite3_value *metrics, Error *error) {
  sqlite3_stmt *stmt;
  int rc = ask(c,
               "SELECT key, value FROM json_each(?1, '$.label_rows') "
               "WHERE typeof(key) = 'integer' AND type = 'integer'",
               metrics, &stmt, error), step;
  if (rc) return rc;
  while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
    sqlite3_int64 label = sqlite3_column_int64(stmt, 0), rows = sqlite3_column_int64(stmt, 1);
    if (label >= 0 && label < (sqlite3_int64)t->count && rows >= 0 && rows < TALLY_MOST) t->labels[label].rows = (double)rows;
  }
  return finish(c, stmt, SQLITE_OK, step, error);
}

/* The number of a label as JSON holds it; `count` for one that the model has not. */
static int find_label(const Tally *t, const Labels *labels, sqlite3_stmt *stmt, int column, uint32_t *number,
                      Error *error) {
  Label label;
  *number = (uint32_t)t->count;
  if (sqlite3_column_type(stmt, column) == SQLITE_NULL) return SQLITE_OK;
  int rc = value_label(sqlite3_column_value(stmt, column), &label, error);
  uint32_t found = rc ? LABELS_NONE : labels_find(labels, label);
  if (found != LABELS_NONE) *number = found;
  return rc;
}

static int add_pair(Tally *t, const TallyPair *pair, Error *error) {
  if (!memory_grow(&t->pairs, &t->pair_capacity, t->pair_count + 1, sizeof *t->pairs))
    return failure(error, SQLITE_NOMEM, "out of memory");
  t->pairs[t->pair_count++] = *pair;
  t->labels[pair->actual].support += pair->rows;
  t->labels[pair->predicted].predicted += pair->rows;
  if (pair->actual == pair->predicted) t->labels[pair->actual].right += pair->rows;
  t->held_out += pair->rows;
  return SQLITE_OK;
}

static int read_pairs(Tally *t, Connection *c, sqlite3_value *metrics, const Labels *labels, Error *error) {
  sqlite3_stmt *stmt;
  int rc = ask(c,
               "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') "
               "FROM json_each(?1, '$.validation.confusion') WHERE type = 'array'",
               metrics, &stmt, error), step = SQLITE_DONE;
  if (rc) return rc;
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
    TallyPair pair;
    rc = find_label(t, labels, stmt, 0, &pair.actual, error);
    if (!rc) rc = find_label(t, labels, stmt, 1, &pair.predicted, error);
    sqlite3_int64 rows = sqlite3_column_type(stmt, 2) == SQLITE_INTEGER ? sqlite3_column_int64(stmt, 2) : 0;
    pair.rows = (double)rows;
    if (!rc && rows > 0 && rows < TALLY_MOST) rc = add_pair(t, &pair, error);
  }
  return finish(c, stmt, rc, step, error);
}

/* ---- order ------------------------------------------------------------------------------ */

static int most_pairs_first(const void *a, const void *b) {
  const TallyPair *x = a, *y = b;
  if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
  if (x->actual != y->actual) return x->actual < y->actual ? -1 : 1;
  return x->predicted < y->predicted ? -1 : x->predicted > y->predicted;
}

typedef struct Ranked {
  double rows;
  uint32_t label;
} Ranked;

static int most_rows_first(const void *a, const void *b) {
  const Ranked *x = a, *y = b;
  if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
  return x->label < y->label ? -1 : x->label > y->label;
}

static int sort_labels(Tally *t, Error *error) {
  Ranked *ranked = malloc((t->count + 1) * sizeof *ranked);
  if (!ranked) return failure(error, SQLITE_NOMEM, "out of memory");
  for (size_t l = 0; l < t->count; l++) {
    const TallyLabel *label = &t->labels[l];
    ranked[l] = (Ranked){isnan(label->rows) ? label->support : label->rows, (uint32_t)l};
  }
  qsort(ranked, t->count, sizeof *ranked, most_rows_first);
  for (size_t i = 0; i < t->count; i++) t->order[i] = ranked[i].label;
  t->order[t->count] = (uint32_t)t->count;
  free(ranked);
  return SQLITE_OK;
}

int tally_read(Tally *t, Connection *c, sqlite3_value *metrics, const Labels *labels, Error *error) {
  *t = (Tally){.count = labels->keys.count};
  t->labels = calloc(t->count + 1, sizeof *t->labels);
  t->order = calloc(t->count + 1, sizeof *t->order);
  int rc = t->labels && t->order ? SQLITE_OK : failure(error, SQLITE_NOMEM, "out of memory");
  for (size_t l = 0; l <= t->count && !rc; l++) t->labels[l].rows = NAN;
  if (!rc) rc = read_rows(t, c, metrics, error);
  if (!rc) rc = read_pairs(t, c, metrics, labels, error);
  if (!rc) rc = sort_labels(t, error);
  if (!rc && t->pair_count) qsort(t->pairs, t->pair_count, sizeof *t->pairs, most_pairs_first);
  if (rc) tally_free(t);
  return rc;
}
