#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "../model/memory.h"
#include "cache.h"
#include "models.h"
#include "options.h"
#include "query.h"
#include "value.h"

enum { COL_ID, COL_LABEL, COL_CONFIDENCE, VISIBLE };
enum { ARG_QUERY, ARG_MODEL, ARG_OPTIONS, ARGUMENTS };

/* A chunk ends at as many rows or words. The first is small, for LIMIT. */
enum { FIRST_ROWS = 256, CHUNK_ROWS = 8192, CHUNK_WORDS = 1 << 18 };

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

typedef struct Labelling {
  const Model *model;
  sqlite3_stmt *stmt;
  size_t threads;
  Scratch *scratches; /* [threads] */
  bool ended;         /* the query has no more rows */
  /* the chunk being read: */
  size_t chunk_rows;
  Tokens tokens;     /* of all its texts               */
  size_t *ends;      /* [texts] of each text in tokens */
  uint32_t *numbers; /* [texts] its row                */
  size_t texts, ends_capacity, numbers_capacity;
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

static int read_words(Labelling *l, Connection *c, const char *text, size_t length, Error *error) {
  if (!memory_grow(&l->ends, &l->ends_capacity, l->texts + 1, sizeof *l->ends) ||
      !memory_grow(&l->numbers, &l->numbers_capacity, l->texts + 1, sizeof *l->numbers))
    return failure(error, SQLITE_NOMEM, "out of memory");
  int rc = models_tokens(c, l->model, text, length, &l->tokens, error);
  if (rc) return rc;
  l->ends[l->texts] = l->tokens.count;
  l->numbers[l->texts++] = (uint32_t)l->count - 1;
  return SQLITE_OK;
}

static int read_row(Labelling *l, Connection *c, Error *error) {
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
  return rc || !text ? rc : read_words(l, c, text, length, error);
}

static int read_chunk(Labelling *l, Connection *c, Error *error) {
  size_t first = l->count;
  int rc = SQLITE_OK;
  l->texts = 0;
  tokens_clear(&l->tokens);
  while (!rc && l->count - first < l->chunk_rows && l->tokens.count < CHUNK_WORDS) {
    int step = query_step(c, l->stmt);
    l->ended = step == SQLITE_DONE;
    if (l->ended) break;
    rc = step == SQLITE_ROW ? read_row(l, c, error) : failure_sqlite(error, c->db, step);
  }
  l->chunk_rows = CHUNK_ROWS;
  return rc;
}

/* ---- labelling -------------------------------------------------------------------------- */

static int predict_texts(Labelling *l, Connection *c, Text *texts, Prediction *predictions, Error *error) {
  Workers *workers;
  for (size_t i = 0; i < l->texts; i++) {
    size_t begin = i ? l->ends[i - 1] : 0;
    texts[i] = (Text){l->tokens.words + begin, l->ends[i] - begin};
  }
  Lexicon lexicon = tokens_lexicon(&l->tokens);
  int rc = failure_code(workers_new(l->threads, &workers, error));
  if (rc) return rc;
  rc = failure_code(predict_all(l->model, &lexicon, texts, l->texts, workers, l->scratches, connection_poll(c),
                                predictions, error));
  workers_free(workers);
  for (size_t i = 0; i < l->texts && !rc; i++) {
    Row *row = &l->rows[l->numbers[i]];
    row->prediction = predictions[i];
    row->labelled = true;
  }
  return rc;
}

static int label_chunk(Labelling *l, Connection *c, Error *error) {
  int rc = read_chunk(l, c, error);
  if (rc || l->texts == 0) return rc;
  Text *texts = malloc(l->texts * sizeof *texts);
  Prediction *predictions = malloc(l->texts * sizeof *predictions);
  rc = texts && predictions ? predict_texts(l, c, texts, predictions, error)
                            : failure(error, SQLITE_NOMEM, "out of memory");
  free(texts);
  free(predictions);
  return rc;
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
  l->chunk_rows = FIRST_ROWS;
  l->scratches = calloc(l->threads, sizeof *l->scratches);
  if (!l->scratches) return failure(error, SQLITE_NOMEM, "out of memory");
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
  free(l->scratches);
  tokens_free(&l->tokens);
  free(l->ends);
  free(l->numbers);
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
