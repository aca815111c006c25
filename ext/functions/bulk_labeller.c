#include "functions/bulk_labeller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "host/cache.h"
#include "host/query.h"
#include "host/tokenizers.h"
#include "host/value.h"
#include "models/loading.h"

/* A chunk is up to BULK_WINDOWS windows. It is labelled completely before its first row is
** returned, since no thread may outlive the call that started it. The first chunk is small, so
** that a query with LIMIT is answered soon.
*/
enum {
  WINDOW_ROWS = 2048,
  WINDOW_BYTES = 1 << 20,
  TASK_ROWS = 64,
  WINDOW_TASKS = WINDOW_ROWS / TASK_ROWS,
  FIRST_ROWS = 256
};

typedef struct RowText {
  size_t begin, length; /* in the window's buffer */
  size_t row;
  uint32_t label;       /* BulkRow.label */
  size_t asked_begin, asked_count; /* its labels in the buffer, of a multi-label model */
} RowText;

struct BulkWindow {
  ByteBuffer buffer; /* the texts, or lists of their tokens, one after another */
  RowText texts[WINDOW_ROWS];
  Prediction predictions[WINDOW_ROWS]; /* of the texts */
  GivenLabels given[WINDOW_TASKS];     /* of the tasks */
  size_t count;
};

/* ---- reading ------------------------------------------------------------------------- */

static void clear_rows(BulkLabeller *b) {
  for (size_t i = 0; i < b->count; i++) row_id_free(&b->rows[i].id);
  b->count = b->at = 0;
}

/* Copies the text of the last row, or its tokens if they are FTS5's, which works in this thread only. */
static int copy_row_text(BulkLabeller *b, BulkWindow *w, const char *text, size_t length, Error *error) {
  ByteBuffer *buffer = &w->buffer;
  size_t begin = buffer->length;
  if (b->tokenizer == &tokenizer_listed) {
    int rc = tokenizers_list(b->connection, b->model, text, length, buffer, error);
    if (rc) return rc;
  } else {
    if (!memory_grow(&buffer->bytes, &buffer->capacity, begin + length + 1, 1)) return failure_no_memory(error);
    memcpy(buffer->bytes + begin, text, length);
    buffer->length += length;
  }
  w->texts[w->count++] = (RowText){begin, buffer->length - begin, b->count - 1, b->rows[b->count - 1].label, 0, 0};
  return SQLITE_OK;
}

/* Copies the labels of the last row behind its text: b->sets may move while workers read. */
static int copy_row_labels(BulkLabeller *b, BulkWindow *w, Error *error) {
  RowText *text = &w->texts[w->count - 1];
  if (!model_is_multilabel(b->model) || text->label == LABELS_NONE) return SQLITE_OK;
  LabelSet set = label_sets_get(&b->sets, text->label);
  ByteBuffer *buffer = &w->buffer;
  size_t begin = (buffer->length + sizeof(uint32_t) - 1) / sizeof(uint32_t) * sizeof(uint32_t);
  size_t size = set.count * sizeof *set.labels;
  if (!memory_grow(&buffer->bytes, &buffer->capacity, begin + size + 1, 1)) return failure_no_memory(error);
  if (size) memcpy(buffer->bytes + begin, set.labels, size);
  buffer->length = begin + size;
  text->asked_begin = begin;
  text->asked_count = set.count;
  return SQLITE_OK;
}

/* A row's label, or its labels, as they are in the query. */
typedef struct RowAnswer {
  Label label;
  RowLabels labels;
} RowAnswer;

/* Adds the labels of a row to those of the query, and their set. */
static int add_set(BulkLabeller *b, const RowLabels *labels, BulkRow *row, Error *error) {
  int rc = SQLITE_OK;
  b->found.count = 0;
  for (size_t i = 0; i < labels->count && !rc; i++) {
    uint32_t number;
    rc = failure_code(labels_add(&b->labels, labels->labels[i], &number, error));
    if (!rc && !label_list_add(&b->found, number)) rc = failure_no_memory(error);
  }
  if (rc) return rc;
  label_list_normalise(&b->found);
  row->label = label_sets_add(&b->sets, label_list_set(&b->found));
  return row->label == STRINGS_NONE ? failure_no_memory(error) : SQLITE_OK;
}

static int read_set(BulkLabeller *b, sqlite3_value *value, BulkRow *row, RowAnswer *answer, Error *error) {
  Error reason;
  int rc = label_reader_read(&b->reader, value, &answer->labels, &reason);
  if (rc) return failure(error, rc, "row %zu of the query: %s", b->row, reason.message);
  return add_set(b, &answer->labels, row, error);
}

static int read_label(BulkLabeller *b, sqlite3_value *value, BulkRow *row, RowAnswer *answer, Error *error) {
  row->label = LABELS_NONE;
  if (sqlite3_value_type(value) == SQLITE_NULL) return SQLITE_OK;
  if (model_is_multilabel(b->model)) return read_set(b, value, row, answer, error);
  int rc = value_label(value, &answer->label, error);
  answer->labels = (RowLabels){&answer->label, 1};
  return rc ? rc : failure_code(labels_add(&b->labels, answer->label, &row->label, error));
}

static int read_query_row(BulkLabeller *b, BulkWindow *w, Error *error) {
  const BulkQuery *q = &b->query;
  const char *text = NULL;
  size_t length;
  RowAnswer answer;
  b->row++;
  if (!memory_grow(&b->rows, &b->rows_capacity, b->count + 1, sizeof *b->rows))
    return failure_no_memory(error);
  BulkRow *row = &b->rows[b->count++];
  *row = (BulkRow){.label = LABELS_NONE};
  int rc = q->id < 0 ? SQLITE_OK : row_id_read(sqlite3_column_value(b->stmt, q->id), &row->id, error);
  if (!rc && q->label >= 0) rc = read_label(b, sqlite3_column_value(b->stmt, q->label), row, &answer, error);
  if (!rc) rc = query_text(sqlite3_column_value(b->stmt, q->text), "text", &text, &length, error);
  if (!rc && !text) atomic_fetch_add(&b->labelled, 1);
  if (rc || !text) return rc;
  const RowLabels *labels = row->label == LABELS_NONE ? NULL : &answer.labels;
  if (labels) rc = mistyped_labels_count(&b->mistyped, &b->model->labels, labels, error);
  if (!rc && q->visit) rc = q->visit(q->context, text, length, labels, error);
  if (!rc) rc = copy_row_text(b, w, text, length, error);
  return rc ? rc : copy_row_labels(b, w, error);
}

static int longest_first(const void *a, const void *b) {
  const RowText *x = a, *y = b;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  return x->row < y->row ? -1 : 1;
}

static int read_window(BulkLabeller *b, BulkWindow *w, Error *error) {
  size_t most = b->begun ? WINDOW_ROWS : FIRST_ROWS, first = b->count;
  int rc = SQLITE_OK;
  w->count = w->buffer.length = 0;
  while (!rc && b->count - first < most && w->buffer.length < WINDOW_BYTES) {
    int step = query_step(b->connection, b->stmt);
    b->ended = step == SQLITE_DONE;
    if (b->ended) break;
    rc = step == SQLITE_ROW ? read_query_row(b, w, error) : query_failure(b->connection, "query", step, error);
  }
  qsort(w->texts, w->count, sizeof *w->texts, longest_first);
  if (rc || !b->ended) return rc;
  return mistyped_labels_check(&b->mistyped, "query", "the model", model_is_multilabel(b->model), error);
}

/* ---- labelling -------------------------------------------------------------------------- */

static Status label_task(void *context, size_t index, size_t worker, Error *error) {
  BulkLabeller *b = context;
  BulkWindow *w = b->windows[index / WINDOW_TASKS];
  size_t first = index % WINDOW_TASKS * TASK_ROWS, count = 0;
  TextBytes texts[TASK_ROWS];
  LabelSet asked[TASK_ROWS];
  Scratch *scratch = &b->scratches[worker];
  for (; count < TASK_ROWS && first + count < w->count; count++) {
    const RowText *text = &w->texts[first + count];
    asked[count] = (LabelSet){(const void *)(w->buffer.bytes + text->asked_begin), text->asked_count};
    texts[count] = (TextBytes){.bytes = w->buffer.bytes + text->begin, .length = text->length, .asked = text->label,
                               .asked_set = text->label == LABELS_NONE ? NULL : &asked[count]};
  }
  Status status = predict_labels(b->model, b->tokenizer, texts, count, scratch, w->predictions + first, error);
  GivenLabels *given = &w->given[index % WINDOW_TASKS], before = *given;
  *given = scratch->given;
  scratch->given = before; /* its memory is used again */
  atomic_fetch_add(&b->labelled, count);
  return status;
}

static void store_predictions(BulkLabeller *b, size_t windows) {
  for (size_t i = 0; i < windows; i++) {
    const BulkWindow *w = b->windows[i];
    for (size_t t = 0; t < w->count; t++) {
      BulkRow *row = &b->rows[w->texts[t].row];
      const GivenLabels *given = &w->given[t / TASK_ROWS];
      row->prediction = w->predictions[t];
      if (row->prediction.given_count) {
        size_t begin = row->prediction.given_begin;
        row->given = (LabelSet){given->labels + begin, row->prediction.given_count};
        row->given_probabilities = given->probabilities + begin;
      }
      row->labelled = true;
    }
  }
}

/* ---- progress --------------------------------------------------------------------- */

static const double COUNT_AT_MOST = 2.0; /* seconds */

static void read_progress(void *context, ProgressState *state) {
  BulkLabeller *b = context;
  state->rows = (double)atomic_load(&b->labelled);
  state->share = b->total < 0 ? -1.0 : b->total > 0 ? state->rows / b->total : 1.0;
  snprintf(state->doing, sizeof state->doing, "classify_rows");
}

static int begin_progress(BulkLabeller *b, Error *error) {
  progress_begin(&b->progress, b->query.progress, read_progress, b);
  b->total = -1.0;
  if (!b->progress.terminal) return SQLITE_OK;
  int rc = query_count(b->connection, b->stmt, COUNT_AT_MOST, &b->total, error);
  progress_begin(&b->progress, b->query.progress, read_progress, b); /* the time of counting is not part of it */
  return rc;
}

/* ---- chunks ------------------------------------------------------------------------------ */

static int label_chunk(BulkLabeller *b, Error *error) {
  Workers *workers;
  size_t windows = 0, most = b->begun ? BULK_WINDOWS : 1;
  Poll poll = progress_poll(&b->progress, connection_poll(b->connection));
  int rc = failure_code(workers_new(b->query.threads, poll, &workers, error));
  if (rc) return rc;
  for (size_t i = 0; i < b->query.threads; i++) scratch_set_poll(&b->scratches[i], workers_task_poll(workers));
  workers_begin(workers, label_task, b);
  while (!rc && !b->ended && windows < most) {
    if (!b->windows[windows]) b->windows[windows] = calloc(1, sizeof *b->windows[windows]);
    BulkWindow *window = b->windows[windows++];
    rc = window ? read_window(b, window, error) : failure_no_memory(error);
    if (!rc) workers_add(workers, WINDOW_TASKS);
    progress_show(&b->progress);
  }
  if (!rc) rc = failure_code(workers_end(workers, error));
  workers_free(workers);
  b->begun = true;
  if (rc) return rc;
  progress_log_rows(&b->progress, b->ended);
  store_predictions(b, windows);
  return SQLITE_OK;
}

/* ---- begin, next, end -------------------------------------------------------------------- */

int bulk_labeller_begin(BulkLabeller *b, Connection *c, const BulkQuery *query, Error *error) {
  *b = (BulkLabeller){.query = *query, .connection = c};
  int columns = 1 + (query->id >= 0) + (query->label >= 0);
  int rc = query_prepare(c, query->sql, "query", columns, query->meaning, &b->stmt, error);
  if (!rc) rc = loading_load(c, query->model, &b->model, error);
  if (!rc) b->reader.separator = b->model->separator;
  if (!rc && query->label >= 0) rc = failure_code(labels_copy(&b->model->labels, &b->labels, error));
  if (!rc) rc = tokenizers_find_shared(c, b->model, &b->tokenizer, error);
  if (!rc) rc = begin_progress(b, error);
  if (rc) return rc;
  b->whole = query_under_writer(c);
  b->scratches = calloc(query->threads, sizeof *b->scratches);
  return b->scratches ? SQLITE_OK : failure_no_memory(error);
}

int bulk_labeller_next(BulkLabeller *b, BulkRow **row, Error *error) {
  int rc = SQLITE_OK;
  if (b->at == b->count) clear_rows(b);
  while (!rc && !b->ended && (b->count == 0 || (b->whole && b->at == 0))) rc = label_chunk(b, error);
  progress_hide(&b->progress);
  *row = !rc && b->at < b->count ? &b->rows[b->at++] : NULL;
  return rc;
}

static void window_free(BulkWindow *w) {
  for (size_t i = 0; i < WINDOW_TASKS; i++) given_labels_free(&w->given[i]);
  free(w->buffer.bytes);
  free(w);
}

void bulk_labeller_end(BulkLabeller *b) {
  clear_rows(b);
  for (size_t i = 0; b->scratches && i < b->query.threads; i++) scratch_free(&b->scratches[i]);
  for (size_t i = 0; i < BULK_WINDOWS; i++) {
    if (b->windows[i]) window_free(b->windows[i]);
  }
  free(b->scratches);
  free(b->rows);
  labels_free(&b->labels);
  label_sets_free(&b->sets);
  label_list_free(&b->found);
  label_reader_free(&b->reader);
  cache_release(b->model);
  sqlite3_finalize(b->stmt);
  *b = (BulkLabeller){0};
}
