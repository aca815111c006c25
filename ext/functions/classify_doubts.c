#include "functions/classify_doubts.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"
#include "functions/bulk_labeller.h"
#include "functions/decision.h"
#include "host/query.h"
#include "host/tokenizers.h"
#include "host/value.h"
#include "train/cross_validation.h"
#include "train/defaults.h"

enum { COL_ID, COL_LABEL, COL_SUGGESTED, COL_PROBABILITY, VISIBLE };
enum { ARG_QUERY, ARG_MODEL, ARGUMENTS };
enum { LEAST_SHARE = 4 }; /* a quarter: (5) in classify_doubts.h */

static const uint64_t SEED = 1;

typedef enum Group { LABELLED, UNLABELLED, WITHOUT_TEXT } Group;

typedef struct Doubt {
  Group group;
  float order; /* within the group, ascending */
  size_t row;  /* of the query */
  RowId id;
  uint32_t label, suggested; /* numbers in bulk.labels; label may be LABELS_NONE. Of a multi-label model
                             ** numbers in bulk.sets and in Doubts.suggested        */
  float probability;
} Doubt;

typedef struct Doubts {
  BulkLabeller bulk;
  Corpus corpus;  /* the rows with a text and a label, in the order of the query */
  Doubt *list;    /* [count] */
  size_t count, capacity, at;
  LabelSets suggested; /* of a multi-label model; in the order of classify() */
  LabelList found;     /* scratch */
} Doubts;

/* ---- predictions of the model -------------------------------------------------- */

static void begin_corpus(Doubts *d) {
  d->corpus.poll = connection_poll(d->bulk.connection);
  d->corpus.shaped = d->bulk.model->parameters.shape.shaped;
  d->corpus.multilabel = model_is_multilabel(d->bulk.model);
}

static int add_to_corpus(void *context, const char *text, size_t length, const RowLabels *labels, Error *error) {
  Doubts *d = context;
  const Model *m = d->bulk.model;
  const Tokenizer *tokenizer;
  if (!labels) return SQLITE_OK;
  int rc = tokenizers_find(d->bulk.connection, m->tokenize, m->markup, &tokenizer, error);
  if (rc) return rc;
  return failure_code(d->corpus.multilabel
                          ? corpus_add_labels(&d->corpus, tokenizer, text, length, labels, ROW_TRAINS, error)
                          : corpus_add(&d->corpus, tokenizer, text, length, labels->labels, ROW_TRAINS, error));
}

/* ---- several labels a row ------------------------------------------------------ */

/* Keeps the labels that a row is given, which are numbers of `labels`, as numbers of bulk.labels. */
static int keep_given(Doubts *d, const Labels *labels, LabelSet given, uint32_t *suggested, Error *error) {
  d->found.count = 0;
  for (size_t i = 0; i < given.count; i++) {
    Label label = labels_get(labels, given.labels[i]);
    if (!label_list_add(&d->found, labels_find(&d->bulk.labels, label))) return failure_no_memory(error);
  }
  *suggested = label_sets_add(&d->suggested, label_list_set(&d->found));
  return *suggested == STRINGS_NONE ? failure_no_memory(error) : SQLITE_OK;
}

/* Returns the labels of a row, in the order of those that it was given if they are the same. */
static LabelSet shown_labels(const Doubts *d, const Doubt *doubt) {
  LabelSet own = label_sets_get(&d->bulk.sets, doubt->label);
  if (doubt->group == WITHOUT_TEXT) return own;
  LabelSet given = label_sets_get(&d->suggested, doubt->suggested);
  bool same = own.count == given.count;
  for (size_t i = 0; i < given.count && same; i++) same = label_set_has(own, given.labels[i]);
  return same ? given : own;
}

static void set_prediction(const Doubts *d, Doubt *doubt, uint32_t suggested, const Prediction *p) {
  float lead = model_is_multilabel(d->bulk.model) ? p->nearest : p->confidence - p->runner_up;
  doubt->order = doubt->group == LABELLED ? p->of_asked : lead;
  doubt->suggested = suggested;
  doubt->probability = p->confidence;
}

static int add_doubt(Doubts *d, BulkRow *row, Error *error) {
  if (!memory_grow(&d->list, &d->capacity, d->count + 1, sizeof *d->list))
    return failure_no_memory(error);
  Doubt *doubt = &d->list[d->count];
  *doubt = (Doubt){.row = d->count++, .id = row->id, .label = row->label};
  row->id.value = NULL; /* the doubt owns it now */
  doubt->group = !row->labelled ? WITHOUT_TEXT : row->label == LABELS_NONE ? UNLABELLED : LABELLED;
  uint32_t suggested = row->prediction.label;
  int rc = SQLITE_OK;
  if (row->labelled && model_is_multilabel(d->bulk.model))
    rc = keep_given(d, &d->bulk.model->labels, row->given, &suggested, error);
  if (row->labelled && !rc) set_prediction(d, doubt, suggested, &row->prediction);
  return rc;
}

static int read_rows(Doubts *d, Error *error) {
  BulkRow *row;
  int rc = bulk_labeller_next(&d->bulk, &row, error);
  while (!rc && row) {
    rc = add_doubt(d, row, error);
    if (!rc) rc = bulk_labeller_next(&d->bulk, &row, error);
  }
  return rc;
}

/* ---- cross-validation ---------------------------------------------- */

/* Whether the query has enough of the rows that the model has learned from. */
static bool has_enough_rows(const Doubts *d) {
  const Fingerprints *fingerprints = &d->bulk.model->fingerprints;
  size_t known = 0;
  for (size_t i = 0; i < d->corpus.rows; i++) known += fingerprints_has(fingerprints, d->corpus.hash[i]);
  size_t labels = d->corpus.labels.keys.count, least = d->corpus.multilabel ? 1 : 2;
  return known > 0 && known >= fingerprints->count / LEAST_SHARE && labels >= least;
}

static int replace_prediction(Doubts *d, Doubt *doubt, const Prediction *p, const GivenLabels *given, Error *error) {
  uint32_t suggested;
  int rc = SQLITE_OK;
  if (d->corpus.multilabel)
    rc = keep_given(d, &d->corpus.labels, decision_given(p, given), &suggested, error);
  else
    suggested = labels_find(&d->bulk.labels, labels_get(&d->corpus.labels, p->label));
  if (!rc) set_prediction(d, doubt, suggested, p);
  return rc;
}

/* predictions [corpus.rows] are in the order of the labelled rows in the list. */
static int replace_predictions(Doubts *d, const Prediction *predictions, const GivenLabels *given, Error *error) {
  int rc = SQLITE_OK;
  for (size_t i = 0, row = 0; i < d->count && !rc; i++) {
    if (d->list[i].group != LABELLED) continue;
    const Prediction *p = &predictions[row];
    if (fingerprints_has(&d->bulk.model->fingerprints, d->corpus.hash[row++]))
      rc = replace_prediction(d, &d->list[i], p, given, error);
  }
  return rc;
}

static int cross_validate(Doubts *d, Error *error) {
  Workers *workers = NULL;
  GivenLabels given = {0};
  PruneOptions prune = {.min_count = 1, .most = TRAINING_DEFAULTS.max_vocabulary, .spelled = true};
  Prediction *predictions = calloc(d->corpus.rows + 1, sizeof *predictions);
  Status status = predictions ? corpus_prune(&d->corpus, &prune, error) : error_no_memory(error);
  if (!status) status = workers_new(workers_processors(), connection_poll(d->bulk.connection), &workers, error);
  if (!status) status = cross_validation_predict(&d->corpus, SEED, workers, predictions, &given, error);
  workers_free(workers);
  int rc = failure_code(status);
  if (!rc) rc = replace_predictions(d, predictions, &given, error);
  given_labels_free(&given);
  free(predictions);
  return rc;
}

/* ---- the table function ------------------------------------------------------------------------------ */

static int most_doubtful_first(const void *a, const void *b) {
  const Doubt *x = a, *y = b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  if (x->order != y->order) return x->order < y->order ? -1 : 1;
  return x->row < y->row ? -1 : 1;
}

static int doubts_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Doubts *d = call->state;
  BulkQuery query = {.meaning = "an id, a text and a label", .id = 0, .text = 1, .label = 2, .visit = add_to_corpus,
                     .context = d, .threads = workers_processors()};
  int rc = query_text(arguments[ARG_QUERY], "query", &query.sql, NULL, error);
  if (!rc && !query.sql)
    rc = failure(error, SQLITE_ERROR, "no query given, expected classify_doubts('SELECT id, text, label FROM ...')");
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &query.model, NULL, error);
  if (!rc) rc = bulk_labeller_begin(&d->bulk, call->connection, &query, error);
  if (!rc) begin_corpus(d);
  if (!rc) rc = read_rows(d, error);
  if (!rc && has_enough_rows(d)) rc = cross_validate(d, error);
  if (!rc)
    rc = failure_code(sort_list(d->list, d->count, sizeof *d->list, most_doubtful_first,
                                connection_poll(call->connection), error));
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
  bool sets = model_is_multilabel(d->bulk.model);
  if (column == COL_ID)
    row_id_result(context, &doubt->id);
  else if (column == COL_LABEL && doubt->label != LABELS_NONE && sets)
    decision_result_set(context, &d->bulk.labels, shown_labels(d, doubt));
  else if (column == COL_SUGGESTED && doubt->group != WITHOUT_TEXT && sets)
    decision_result_set(context, &d->bulk.labels, label_sets_get(&d->suggested, doubt->suggested));
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
  for (size_t i = 0; i < d->count; i++) row_id_free(&d->list[i].id);
  free(d->list);
  corpus_free(&d->corpus);
  label_sets_free(&d->suggested);
  label_list_free(&d->found);
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
