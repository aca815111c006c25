/* classify_embeddings.c -- the rows of a query with their vectors, a chunk of rows at a time. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "functions/classify_embedding.h"
#include "functions/row_id.h"
#include "host/cache.h"
#include "host/progress.h"
#include "host/query.h"
#include "models/encoder_loading.h"
#include "training/options.h"

enum { COL_ID, COL_EMBEDDING, VISIBLE };
enum { ARG_QUERY, ARG_ENCODER, ARG_OPTIONS, ARGUMENTS };

/* The first chunk is small, so that a LIMIT is answered soon. */
enum { FIRST_ROWS = 32, CHUNK_ROWS = 4096, CHUNK_TOKENS = 1 << 18 };

typedef struct EmbeddedRow {
  RowId id;
  bool embedded; /* its vector follows that of the last row that has one; false: the text is NULL */
} EmbeddedRow;

typedef struct Embeddings {
  Connection *connection;
  const Encoder *encoder;
  char *name;               /* of it, or NULL if none was given                  */
  sqlite3_stmt *stmt;
  size_t threads;
  bool whole, begun, ended; /* whole: no row is returned before all are read     */
  EmbeddedRow *rows;        /* [count] of the chunk; `at` is the one returned    */
  size_t count, capacity, at;
  EncoderTexts texts;       /* of the chunk, NULLs left out                      */
  float *vectors;           /* [texts.count][size]                               */
  const float *vector;      /* of row `at`                                       */
  Progress progress;
  atomic_size_t done;       /* texts so far                                      */
} Embeddings;

/* ---- a chunk ------------------------------------------------------------------------------- */

static void clear_rows(Embeddings *e) {
  for (size_t i = 0; i < e->count; i++) row_id_free(&e->rows[i].id);
  encoder_texts_clear(&e->texts);
  free(e->vectors);
  e->vectors = NULL;
  e->vector = NULL;
  e->count = e->at = 0;
}

static int read_row(Embeddings *e, Error *error) {
  const char *text = NULL;
  size_t length;
  if (!memory_grow(&e->rows, &e->capacity, e->count + 1, sizeof *e->rows)) return failure_no_memory(error);
  EmbeddedRow *row = &e->rows[e->count++];
  *row = (EmbeddedRow){0};
  int rc = row_id_read(sqlite3_column_value(e->stmt, 0), &row->id, error);
  if (!rc) rc = query_text(sqlite3_column_value(e->stmt, 1), "text", &text, &length, error);
  row->embedded = !rc && text;
  return row->embedded ? failure_code(encoder_tokenize(e->encoder, text, length, &e->texts, error)) : rc;
}

static bool is_full(const Embeddings *e) {
  if (e->whole) return false;
  return e->count >= (e->begun ? CHUNK_ROWS : FIRST_ROWS) || e->texts.ids.count >= CHUNK_TOKENS;
}

static int read_rows(Embeddings *e, Error *error) {
  int rc = SQLITE_OK;
  while (!rc && !is_full(e)) {
    int step = query_step(e->connection, e->stmt);
    e->ended = step == SQLITE_DONE;
    if (e->ended) break;
    rc = step == SQLITE_ROW ? read_row(e, error) : query_failure(e->connection, "query", step, error);
  }
  return rc;
}

static int embed_rows(Embeddings *e, Error *error) {
  Workers *workers;
  Poll poll = progress_poll(&e->progress, connection_poll(e->connection));
  e->vectors = memory_floats(memory_product(e->texts.count, encoder_size(e->encoder)));
  if (!e->vectors) return failure_no_memory(error);
  int rc = failure_code(workers_new(e->threads, poll, &workers, error));
  if (rc) return rc;
  rc = failure_code(encoder_embed(e->encoder, &e->texts, workers, &e->done, e->vectors, error));
  rc = encoder_loading_failure(e->name, rc, error);
  workers_free(workers);
  e->vector = e->vectors;
  return rc;
}

static int next_chunk(Embeddings *e, Error *error) {
  clear_rows(e);
  int rc = read_rows(e, error);
  if (!rc) rc = embed_rows(e, error);
  if (!rc) progress_log_rows(&e->progress, e->ended);
  progress_hide(&e->progress);
  e->begun = true;
  return rc;
}

static void read_progress(void *context, ProgressState *state) {
  Embeddings *e = context;
  state->rows = (double)atomic_load(&e->done);
  state->share = -1.0;
  snprintf(state->doing, sizeof state->doing, "classify_embeddings");
}

/* ---- the table ------------------------------------------------------------------------------ */

static int embeddings_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Embeddings *e = call->state;
  const char *sql, *name, *json;
  bool progress = false;
  e->connection = call->connection;
  e->texts.poll = connection_poll(e->connection);
  int rc = query_text(arguments[ARG_QUERY], "query", &sql, NULL, error);
  if (!rc && !sql)
    rc = failure(error, SQLITE_ERROR, "no query given, expected classify_embeddings('SELECT id, text FROM ...')");
  if (!rc) rc = query_text(arguments[ARG_ENCODER], "encoder's name", &name, NULL, error);
  if (!rc) rc = query_text(arguments[ARG_OPTIONS], "object of options", &json, NULL, error);
  if (!rc) rc = options_read_threads(call->connection, json, &e->threads, &progress, error);
  if (!rc) rc = query_prepare(call->connection, sql, "query", 2, "an id and a text", &e->stmt, error);
  if (!rc) rc = encoder_loading_load(call->connection, name, &e->encoder, error);
  if (!rc && name && !(e->name = sqlite3_mprintf("%s", name))) rc = failure_no_memory(error);
  if (rc) return rc;
  e->whole = query_under_writer(call->connection);
  progress_begin(&e->progress, progress, read_progress, e);
  rc = next_chunk(e, error);
  call->done = !rc && e->count == 0;
  return rc;
}

static int embeddings_step(TableCall *call, Error *error) {
  Embeddings *e = call->state;
  if (e->rows[e->at++].embedded) e->vector += encoder_size(e->encoder);
  int rc = e->at < e->count || e->ended ? SQLITE_OK : next_chunk(e, error);
  call->done = !rc && e->at == e->count;
  return rc;
}

static int embeddings_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  (void)error;
  const Embeddings *e = call->state;
  const EmbeddedRow *row = &e->rows[e->at];
  if (column == COL_ID)
    row_id_result(context, &row->id);
  else if (row->embedded)
    classify_embedding_result(context, e->vector, encoder_size(e->encoder));
  return SQLITE_OK;
}

static void embeddings_end(TableCall *call) {
  Embeddings *e = call->state;
  clear_rows(e);
  free(e->rows);
  encoder_texts_free(&e->texts);
  sqlite3_finalize(e->stmt);
  cache_release(e->encoder);
  sqlite3_free(e->name);
}

const TableFunction CLASSIFY_EMBEDDINGS = {
    .name = "classify_embeddings",
    .schema = "CREATE TABLE x(id, embedding BLOB, for_query HIDDEN, for_encoder HIDDEN, for_options HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Embeddings),
    .direct_only = true,
    .begin = embeddings_begin,
    .step = embeddings_step,
    .column = embeddings_column,
    .end = embeddings_end,
};
