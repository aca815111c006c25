#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "../model/memory.h"
#include "cache.h"
#include "models.h"
#include "options.h"
#include "query.h"
#include "tokenizer.h"
#include "value.h"

enum { COL_ID, COL_LABEL, COL_CONFIDENCE, VISIBLE };
enum { ARG_QUERY, ARG_MODEL, ARG_OPTIONS, ARGUMENTS };

/* Rows are read in windows and labelled meanwhile: the texts of a window, sorted by
** length, are its tasks. A chunk is what is labelled before the first of its rows is
** given, since no thread outlives the call that began it. The first is small, for LIMIT.
*/
enum {
  WINDOW_ROWS = 2048,
  WINDOW_BYTES = 1 << 20,
  TASK_ROWS = 64,
  WINDOW_TASKS = WINDOW_ROWS / TASK_ROWS,
  WINDOWS = 8,
  FIRST_ROWS = 256
};

/* An integer is kept as it is, which spares a million rows an allocation each. */
typedef struct RowId {
  sqlite3_value *value; /* NULL: an integer */
  sqlite3_int64 integer;
} RowId;

typedef struct Row {
  RowId id;
  bool labelled; /* false: the text is NULL, and so are label and confidence */
  Prediction prediction;
} Row;

typedef struct RowText {
  size_t begin, length; /* in the window's bytes */
  size_t row;
} RowText;

typedef struct Window {
  char *bytes; /* [length] texts, one after another */
  size_t length, capacity;
  RowText texts[WINDOW_ROWS];
  Prediction predictions[WINDOW_ROWS]; /* of these */
  size_t count;
} Window;

typedef struct Labelling {
  const Model *model;
  const Tokenizer *tokenizer; /* of the windows' bytes */
  sqlite3_stmt *stmt;
  bool ended;         /* the query has no more rows */
  bool begun;         /* the first chunk is over    */
  Window *windows[WINDOWS];
  size_t threads;
  Scratch *scratches; /* [threads] */
  Status *statuses;   /* [threads] */
  Error *errors;      /* [threads] */
  /* rows ready to be given: */
  Row *rows;
  size_t count, rows_capacity, at;
} Labelling;

/* ---- reading ------------------------------------------------------------------------- */

static void clear_rows(Labelling *l) {
  for (size_t i = 0; i < l->count; i++) sqlite3_value_free(l->rows[i].id.value);
  l->count = l->at = 0;
}

static int read_id(sqlite3_value *value, RowId *id, Error *error) {
  *id = (RowId){.integer = sqlite3_value_int64(value)};
  if (sqlite3_value_type(value) == SQLITE_INTEGER) return SQLITE_OK;
  id->value = sqlite3_value_dup(value);
  return id->value ? SQLITE_OK : failure(error, SQLITE_NOMEM, "out of memory");
}

/* Copies a row's text; a host's tokenizer belongs to this thread, so of one that it
** reads the tokens are copied.
*/
static int read_text(Labelling *l, Connection *c, Window *w, const char *text, size_t length, Error *error) {
  size_t begin = w->length;
  if (*l->model->tokenize) {
    int rc = tokenizer_list(c, l->model->tokenize, text, length, &w->bytes, &w->length, &w->capacity, error);
    if (rc) return rc;
  } else {
    if (!memory_grow(&w->bytes, &w->capacity, w->length + length + 1, 1))
      return failure(error, SQLITE_NOMEM, "out of memory");
    memcpy(w->bytes + begin, text, length);
    w->length += length;
  }
  w->texts[w->count++] = (RowText){begin, w->length - begin, l->count - 1};
  return SQLITE_OK;
}

static int read_row(Labelling *l, Connection *c, Window *w, Error *error) {
  const char *text;
  size_t length;
  if (!memory_grow(&l->rows, &l->rows_capacity, l->count + 1, sizeof *l->rows))
    return failure(error, SQLITE_NOMEM, "out of memory");
  Row *row = &l->rows[l->count];
  *row = (Row){0};
  int rc = read_id(sqlite3_column_value(l->stmt, 0), &row->id, error);
  if (rc) return rc;
  l->count++;
  rc = query_text(sqlite3_column_value(l->stmt, 1), "text", &text, &length, error);
  return rc || !text ? rc : read_text(l, c, w, text, length, error);
}

static int longest_first(const void *a, const void *b) {
  const RowText *x = a, *y = b;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  return x->row < y->row ? -1 : 1;
}

static int read_window(Labelling *l, Connection *c, Window *w, Error *error) {
  size_t most = l->begun ? WINDOW_ROWS : FIRST_ROWS, first = l->count;
  int rc = SQLITE_OK;
  w->count = w->length = 0;
  while (!rc && l->count - first < most && w->length < WINDOW_BYTES) {
    int step = query_step(c, l->stmt);
    l->ended = step == SQLITE_DONE;
    if (l->ended) break;
    rc = step == SQLITE_ROW ? read_row(l, c, w, error) : failure_sqlite(error, c->db, step);
  }
  qsort(w->texts, w->count, sizeof *w->texts, longest_first);
  return rc;
}

/* ---- labelling -------------------------------------------------------------------------- */

static void label_task(void *context, size_t index, size_t worker) {
  Labelling *l = context;
  Window *w = l->windows[index / WINDOW_TASKS];
  size_t first = index % WINDOW_TASKS * TASK_ROWS, count = 0;
  TextBytes texts[TASK_ROWS];
  if (l->statuses[worker]) return;
  for (; count < TASK_ROWS && first + count < w->count; count++) {
    const RowText *text = &w->texts[first + count];
    texts[count] = (TextBytes){w->bytes + text->begin, text->length};
  }
  l->statuses[worker] = predict_labels(l->model, l->tokenizer, texts, count, &l->scratches[worker],
                                       w->predictions + first, &l->errors[worker]);
}

static int finish_windows(Labelling *l, size_t windows, Error *error) {
  for (size_t i = 0; i < l->threads; i++) {
    if (!l->statuses[i]) continue;
    *error = l->errors[i];
    return failure_code(l->statuses[i]);
  }
  for (size_t i = 0; i < windows; i++) {
    const Window *w = l->windows[i];
    for (size_t t = 0; t < w->count; t++) {
      Row *row = &l->rows[w->texts[t].row];
      row->prediction = w->predictions[t];
      row->labelled = true;
    }
  }
  return SQLITE_OK;
}

static int label_chunk(Labelling *l, Connection *c, Error *error) {
  Workers *workers;
  size_t windows = 0, most = l->begun ? WINDOWS : 1;
  int rc = failure_code(workers_new(l->threads, &workers, error));
  if (rc) return rc;
  workers_begin(workers, label_task, l);
  while (!rc && !l->ended && windows < most) {
    if (!l->windows[windows]) l->windows[windows] = calloc(1, sizeof *l->windows[windows]);
    Window *window = l->windows[windows++];
    rc = window ? read_window(l, c, window, error) : failure(error, SQLITE_NOMEM, "out of memory");
    if (!rc) workers_add(workers, WINDOW_TASKS);
  }
  if (!rc) rc = failure_code(workers_end(workers, connection_poll(c), error));
  workers_free(workers);
  l->begun = true;
  return rc ? rc : finish_windows(l, windows, error);
}

/* A statement that writes might feed its rows back into the query, without
** end: then everything is labelled before the first row is given.
*/
static bool writer_is_active(sqlite3 *db) {
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s))
    if (!sqlite3_stmt_readonly(s) && sqlite3_stmt_busy(s)) return true;
  return false;
}

static int next_rows(TableCall *call, Error *error) {
  Labelling *l = call->state;
  clear_rows(l);
  int rc = SQLITE_OK;
  while (!rc && !l->ended && l->count == 0) rc = label_chunk(l, call->connection, error);
  call->done = l->count == 0;
  return rc;
}

/* ---- the table ---------------------------------------------------------------------------- */

static int rows_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Labelling *l = call->state;
  Connection *c = call->connection;
  const char *query, *spec, *json;
  int rc = query_text(arguments[ARG_QUERY], "query", &query, NULL, error);
  if (!rc && !query)
    rc = failure(error, SQLITE_ERROR, "no query given, expected classify_rows('SELECT id, text FROM ...')");
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &spec, NULL, error);
  if (!rc) rc = query_text(arguments[ARG_OPTIONS], "object of options", &json, NULL, error);
  if (!rc) rc = options_read_threads(c, json, &l->threads, error);
  if (!rc) rc = query_prepare(c->db, query, "query", 2, "an id and a text", &l->stmt, error);
  if (!rc) rc = models_load(c, spec, &l->model, error);
  if (rc) return rc;
  l->tokenizer = *l->model->tokenize ? &tokens_listed : &tokens_unicode;
  l->scratches = calloc(l->threads, sizeof *l->scratches);
  l->statuses = calloc(l->threads, sizeof *l->statuses);
  l->errors = calloc(l->threads, sizeof *l->errors);
  if (!l->scratches || !l->statuses || !l->errors) return failure(error, SQLITE_NOMEM, "out of memory");
  if (!writer_is_active(c->db)) return next_rows(call, error);
  while (!rc && !l->ended) rc = label_chunk(l, c, error);
  call->done = l->count == 0;
  return rc;
}

static int rows_step(TableCall *call, Error *error) {
  Labelling *l = call->state;
  return ++l->at < l->count ? SQLITE_OK : next_rows(call, error);
}

static int rows_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Labelling *l = call->state;
  const Row *row = &l->rows[l->at];
  if (column == COL_ID) {
    if (row->id.value)
      sqlite3_result_value(context, row->id.value);
    else
      sqlite3_result_int64(context, row->id.integer);
  } else if (row->labelled && column == COL_LABEL) {
    value_result(context, labels_get(&l->model->labels, row->prediction.label));
  } else if (row->labelled) {
    sqlite3_result_double(context, row->prediction.confidence);
  }
  return SQLITE_OK;
}

static void rows_end(TableCall *call) {
  Labelling *l = call->state;
  clear_rows(l);
  for (size_t i = 0; l->scratches && i < l->threads; i++) scratch_free(&l->scratches[i]);
  for (size_t i = 0; i < WINDOWS; i++) {
    if (l->windows[i]) free(l->windows[i]->bytes);
    free(l->windows[i]);
  }
  free(l->scratches);
  free(l->statuses);
  free(l->errors);
  free(l->rows);
  cache_release(l->model);
  sqlite3_finalize(l->stmt);
}

const TableFunction ROWS_TABLE = {
    .name = "classify_rows",
    .schema = "CREATE TABLE x(id, label, confidence REAL, for_query HIDDEN, for_model HIDDEN, for_options HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Labelling),
    .direct_only = true,
    .begin = rows_begin,
    .step = rows_step,
    .column = rows_column,
    .end = rows_end,
};
