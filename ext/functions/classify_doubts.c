#include "functions/classify_doubts.h"

#include <stdlib.h>

#include "base/memory.h"
#include "functions/bulk_labeller.h"
#include "host/fts5_tokenizer.h"
#include "host/query.h"
#include "host/value.h"
#include "train/cross_validation.h"
#include "train/defaults.h"

enum { COL_ID, COL_LABEL, COL_SUGGESTED, COL_PROBABILITY, VISIBLE };
enum { ARG_QUERY, ARG_MODEL, ARGUMENTS };
enum { LEAST_SHARE = 4 }; /* of classify_doubts.h (5): a quarter */

static const uint64_t SEED = 1;

typedef enum Group { LABELLED, UNLABELLED, WITHOUT_TEXT } Group;

typedef struct Doubt {
  Group group;
  float order; /* in the group, the least first */
  size_t row;  /* of the query */
  RowId id;
  uint32_t label, suggested; /* numbers of bulk.labels; label LABELS_NONE: none */
  float probability;
} Doubt;

typedef struct Doubts {
  BulkLabeller bulk;
  Corpus corpus;  /* the rows with a text and a label, in their order */
  Doubt *list;    /* [count] */
  size_t count, capacity, at;
} Doubts;

/* ---- reading, while the model judges -------------------------------------------------- */

static int visit_row(void *context, const char *text, size_t length, const Label *label, Error *error) {
  Doubts *d = context;
  const Tokenizer *tokenizer;
  if (!label) return SQLITE_OK;
  int rc = fts5_tokenizer_find(d->bulk.connection, d->bulk.model->tokenize, &tokenizer, error);
  if (!rc) rc = failure_code(corpus_add(&d->corpus, tokenizer, text, length, label, ROW_TRAINS, error));
  return rc;
}

static void judge(Doubt *doubt, uint32_t suggested, const Prediction *p) {
  doubt->order = doubt->group == LABELLED ? p->of_asked : p->confidence - p->runner_up;
  doubt->suggested = suggested;
  doubt->probability = p->confidence;
}

static int add_row(Doubts *d, BulkRow *row, Error *error) {
  if (!memory_grow(&d->list, &d->capacity, d->count + 1, sizeof *d->list))
    return failure_no_memory(error);
  Doubt *doubt = &d->list[d->count];
  *doubt = (Doubt){.row = d->count++, .id = row->id, .label = row->label};
  row->id.value = NULL; /* it is the doubt's now */
  doubt->group = !row->labelled ? WITHOUT_TEXT : row->label == LABELS_NONE ? UNLABELLED : LABELLED;
  if (row->labelled) judge(doubt, row->prediction.label, &row->prediction);
  return SQLITE_OK;
}

static int read_rows(Doubts *d, Error *error) {
  BulkRow *row;
  int rc = bulk_labeller_next(&d->bulk, &row, error);
  while (!rc && row) {
    rc = add_row(d, row, error);
    if (!rc) rc = bulk_labeller_next(&d->bulk, &row, error);
  }
  return rc;
}

/* ---- rows that the model has learned from ---------------------------------------------- */

/* Whether the query has enough of them to judge each by the others. */
static bool knows_enough(const Doubts *d) {
  const Fingerprints *fingerprints = &d->bulk.model->fingerprints;
  size_t known = 0;
  for (size_t i = 0; i < d->corpus.rows; i++) known += fingerprints_has(fingerprints, d->corpus.hash[i]);
  return known > 0 && known >= fingerprints->count / LEAST_SHARE && d->corpus.labels.keys.count > 1;
}

/* The corpus has the labelled rows in the order in which they were listed. */
static void take_over(Doubts *d, const Prediction *predictions) {
  for (size_t i = 0, row = 0; i < d->count; i++) {
    if (d->list[i].group != LABELLED) continue;
    const Prediction *p = &predictions[row];
    Label suggested = labels_get(&d->corpus.labels, p->label);
    if (fingerprints_has(&d->bulk.model->fingerprints, d->corpus.hash[row++]))
      judge(&d->list[i], labels_find(&d->bulk.labels, suggested), p);
  }
}

static int judge_by_others(Doubts *d, Error *error) {
  Workers *workers = NULL;
  PruneOptions prune = {.min_count = 1, .most = TRAINING_DEFAULTS.max_vocabulary, .spelled = true};
  Prediction *predictions = calloc(d->corpus.rows + 1, sizeof *predictions);
  Status status = predictions ? corpus_prune(&d->corpus, &prune, error) : error_no_memory(error);
  if (!status) status = workers_new(workers_processors(), connection_poll(d->bulk.connection), &workers, error);
  if (!status) status = cross_validation_predict(&d->corpus, SEED, workers, predictions, error);
  workers_free(workers);
  if (!status) take_over(d, predictions);
  free(predictions);
  return failure_code(status);
}

/* ---- the table ------------------------------------------------------------------------------ */

static int most_doubtful_first(const void *a, const void *b) {
  const Doubt *x = a, *y = b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  if (x->order != y->order) return x->order < y->order ? -1 : 1;
  return x->row < y->row ? -1 : 1;
}

static int doubts_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Doubts *d = call->state;
  BulkQuery query = {.meaning = "an id, a text and a label", .id = 0, .text = 1, .label = 2, .visit = visit_row,
                     .context = d, .threads = workers_processors()};
  int rc = query_text(arguments[ARG_QUERY], "query", &query.sql, NULL, error);
  if (!rc && !query.sql)
    rc = failure(error, SQLITE_ERROR, "no query given, expected classify_doubts('SELECT id, text, label FROM ...')");
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &query.model, NULL, error);
  if (!rc) rc = bulk_labeller_begin(&d->bulk, call->connection, &query, error);
  if (!rc) rc = read_rows(d, error);
  if (!rc && knows_enough(d)) rc = judge_by_others(d, error);
  if (!rc && d->count) qsort(d->list, d->count, sizeof *d->list, most_doubtful_first);
  call->done = d->count == 0;
  return rc;
}

static int doubts_step(TableCall *call, Error *error) {
  (void)error;
  Doubts *d = call->state;
  call->done = ++d->at == d->count;
  return SQLITE_OK;
}

static int doubts_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Doubts *d = call->state;
  const Doubt *doubt = &d->list[d->at];
  if (column == COL_ID)
    row_id_result(context, &doubt->id);
  else if (column == COL_LABEL && doubt->label != LABELS_NONE)
    value_result(context, labels_get(&d->bulk.labels, doubt->label));
  else if (column == COL_SUGGESTED && doubt->group != WITHOUT_TEXT)
    value_result(context, labels_get(&d->bulk.labels, doubt->suggested));
  else if (column == COL_PROBABILITY && doubt->group != WITHOUT_TEXT)
    sqlite3_result_double(context, doubt->probability);
  return SQLITE_OK;
}

static void doubts_end(TableCall *call) {
  Doubts *d = call->state;
  for (size_t i = 0; i < d->count; i++) sqlite3_value_free(d->list[i].id.value);
  free(d->list);
  corpus_free(&d->corpus);
  bulk_labeller_end(&d->bulk);
}

const TableFunction CLASSIFY_DOUBTS = {
    .name = "classify_doubts",
    .schema = "CREATE TABLE x(id, label, suggested, probability REAL, for_query HIDDEN, for_model HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Doubts),
    .direct_only = true,
    .begin = doubts_begin,
    .step = doubts_step,
    .column = doubts_column,
    .end = doubts_end,
};
