#include "training/training_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cache.h"
#include "host/fts5_tokenizer.h"
#include "host/json.h"
#include "host/query.h"
#include "host/value.h"
#include "models/loading.h"
#include "models/metrics_write.h"
#include "training/vector_table.h"

/* ---- rows that the options name ------------------------------------------------------- */

/* A query among the options: what it is called, what it gives, what for. */
typedef struct Source {
  const char *sql, *name;
  int columns;
  RowUse use;
} Source;

enum { SOURCES = 3 };

static void list_sources(const TrainingRun *l, Source sources[SOURCES]) {
  const Options *o = &l->options;
  sources[0] = (Source){o->from_rows, "query of rows in option from", 2, ROW_KNOWN};
  sources[1] = (Source){o->unlabelled, "query of unlabelled texts", 1, ROW_UNLABELLED};
  sources[2] = (Source){o->validation_query, "validation query", 2, ROW_VALIDATES}; /* the last: corpus.h */
}

static int source_prepare(const TrainingRun *l, const Source *source, sqlite3_stmt **stmt, Error *error) {
  return query_prepare(l->connection, source->sql, source->name, source->columns,
                       source->columns == 2 ? "a text and a label" : "a text", stmt, error);
}

/* They run when the rows are in; what is wrong with them is said before. */
static int check_sources(const TrainingRun *l, Error *error) {
  Source sources[SOURCES];
  int rc = SQLITE_OK;
  list_sources(l, sources);
  for (size_t i = 0; i < SOURCES && !rc; i++) {
    sqlite3_stmt *stmt;
    if (!sources[i].sql) continue;
    rc = source_prepare(l, &sources[i], &stmt, error);
    sqlite3_finalize(stmt);
  }
  return rc;
}

/* ---- arguments and rows ------------------------------------------------------------- */

static int load_from(TrainingRun *l, Error *error) {
  if (!l->options.from) return SQLITE_OK;
  int rc = loading_load(l->connection, l->options.from, &l->from, error);
  if (!rc && l->from->padded_length)
    rc = failure(error, SQLITE_ERROR, "option from is '%.60s', a model that pads texts to %d tokens, expected "
                 "one that was trained here", l->options.from, (int)l->from->padded_length);
  if (rc) return rc;
  sqlite3_free(l->options.tokenize); /* the model's, which is what the options are to say */
  l->options.tokenize = sqlite3_mprintf("%s", l->from->tokenize);
  return l->options.tokenize ? SQLITE_OK : failure_no_memory(error);
}

int training_run_begin(TrainingRun *l, Connection *c, sqlite3_value *model, sqlite3_value *options,
                       const char *query, Error *error) {
  const char *name, *json;
  *l = (TrainingRun){.connection = c, .query = query ? sqlite3_mprintf("%s", query) : NULL};
  int rc = query && !l->query ? failure_no_memory(error) : SQLITE_OK;
  if (!rc) rc = query_text(model, "model's name", &name, NULL, error);
  if (!rc && name && name[0] == '{')
    rc = failure(error, SQLITE_ERROR, "the model's name is '%.60s', expected a name; options come after it", name);
  if (!rc) rc = query_text(options, "object of options", &json, NULL, error);
  if (!rc) rc = options_read(c, json, &l->options, error);
  if (!rc) rc = load_from(l, error);
  if (!rc) rc = fts5_tokenizer_find(c, l->options.tokenize, &l->tokenizer, error);
  if (!rc) rc = check_sources(l, error);
  if (!rc) rc = vector_table_check(c, l->options.vectors, error);
  if (!rc) rc = saving_target(c, name, &l->target, error);
  if (!rc)
    rc = failure_code(training_new(&l->options.training, l->options.tokenize, l->from, &l->training, error));
  if (!rc) l->history = sqlite3_str_new(c->db);
  l->examples.seed = l->options.training.seed;
  if (rc) training_run_end(l);
  return rc;
}

void training_run_end(TrainingRun *l) {
  training_free(l->training);
  examples_free(&l->examples);
  cache_release(l->from);
  options_free(&l->options);
  saving_target_free(&l->target);
  sqlite3_free(sqlite3_str_finish(l->history));
  sqlite3_free(l->query);
  *l = (TrainingRun){0};
}

int training_run_row(TrainingRun *l, sqlite3_value *text_value, sqlite3_value *label_value, RowUse use, Error *error) {
  const char *text;
  size_t length;
  Label label;
  int rc = query_text(text_value, "text", &text, &length, error);
  if (!rc && (!text || (label_value && sqlite3_value_type(label_value) == SQLITE_NULL))) {
    l->skipped += use == ROW_TRAINS || use == ROW_VALIDATES;
    return SQLITE_OK;
  }
  if (!rc && label_value) rc = value_label(label_value, &label, error);
  if (!rc)
    rc = failure_code(corpus_add(training_corpus(l->training), l->tokenizer, text, length,
                                 label_value ? &label : NULL, use, error));
  if (!rc && (use == ROW_TRAINS || use == ROW_VALIDATES))
    rc = failure_code(examples_offer(&l->examples, training_corpus(l->training)->rows - 1, text, length,
                                     use == ROW_VALIDATES, error));
  return rc;
}

static int source_rows(TrainingRun *l, const Source *source, Error *error) {
  sqlite3_stmt *stmt;
  Corpus *corpus = training_corpus(l->training);
  size_t before = corpus->rows;
  int rc = source_prepare(l, source, &stmt, error);
  if (rc) return rc;
  int step;
  while (rc == SQLITE_OK && (step = query_step(l->connection, stmt)) == SQLITE_ROW)
    rc = training_run_row(l, sqlite3_column_value(stmt, 0),
                          source->columns == 2 ? sqlite3_column_value(stmt, 1) : NULL, source->use, error);
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, l->connection->db, step);
  bool needed = source->use == ROW_KNOWN || source->use == ROW_VALIDATES; /* the others: training_begin() */
  if (!rc && corpus->rows == before && needed)
    rc = failure(error, SQLITE_ERROR, "the %s gives no rows, expected texts with labels", source->name);
  sqlite3_finalize(stmt);
  return rc;
}

int training_run_query(TrainingRun *l, const char *query, Error *error) {
  return source_rows(l, &(Source){query, "query", 2, ROW_TRAINS}, error);
}

static int read_sources(TrainingRun *l, Error *error) {
  Source sources[SOURCES];
  int rc = SQLITE_OK;
  list_sources(l, sources);
  for (size_t i = 0; i < SOURCES && !rc; i++)
    if (sources[i].sql) rc = source_rows(l, &sources[i], error);
  return rc;
}

/* The accuracy is that on held-out rows. */
static void look(void *context, ProgressState *state) {
  const TrainingRun *l = context;
  TrainingProgress p = training_progress(l->training);
  state->rows = p.stage ? -1.0 : (double)p.rows;
  state->share = p.share;
  state->besides = p.besides;
  snprintf(state->doing, sizeof state->doing, "epoch %zu of %zu%s%s", p.epoch, p.epochs, p.stage ? ": " : "",
           p.stage ? p.stage : "");
  if (p.validating)
    snprintf(state->note, sizeof state->note, "validating");
  else if (l->best.validated)
    snprintf(state->note, sizeof state->note, "accuracy %.3f", l->best.validation_accuracy);
}

int training_run_start(TrainingRun *l, Error *error) {
  float *weights = NULL;
  int rc = SQLITE_OK;
  if (training_corpus(l->training)->rows) rc = read_sources(l, error);
  if (!rc && l->options.vectors)
    rc = vector_table_read(l->connection, l->options.vectors, l->options.training.max_vocabulary,
                           training_corpus(l->training), training_vectors(l->training), error);
  if (!rc && l->options.class_weight) {
    const Labels *labels = &training_corpus(l->training)->labels;
    weights = malloc((labels->keys.count + 1) * sizeof *weights);
    rc = weights ? options_label_weights(l->connection, &l->options, labels, weights, error)
                 : failure_no_memory(error);
  }
  if (!rc) rc = failure_code(training_begin(l->training, weights, error));
  progress_begin(&l->progress, l->options.progress, look, l);
  free(weights);
  return rc;
}

/* ---- JSON ----------------------------------------------------------------------------- */

static char *labels_json(const Labels *labels, sqlite3 *db) {
  sqlite3_str *json = sqlite3_str_new(db);
  for (uint32_t l = 0; l < labels->keys.count; l++) {
    sqlite3_str_appendchar(json, 1, l ? ',' : '[');
    json_label(json, labels_get(labels, l));
  }
  sqlite3_str_appendchar(json, 1, ']');
  return sqlite3_str_finish(json);
}

char *training_run_summary(const TrainingRun *l, const Epoch *last) {
  sqlite3_str *json = sqlite3_str_new(l->connection->db);
  bool in_main = strcmp(l->target.schema, "main") == 0;
  char *name = in_main ? sqlite3_mprintf("%s", l->target.name)
                       : sqlite3_mprintf("%s.%s", l->target.schema, l->target.name);
  sqlite3_str_appendall(json, "{\"model\":");
  if (name) json_text(json, name, strlen(name));
  sqlite3_str_appendf(json, ",\"version\":%lld,\"rows\":%d,\"skipped\":%d,\"labels\":%d,\"epochs\":%d,"
                      "\"best_epoch\":%d", l->version,
                      (int)metrics_rows(l->training),
                      (int)l->skipped, (int)l->label_count, (int)last->epoch, (int)l->best.epoch);
  metrics_write_validation(json, &l->best);
  metrics_write_number(json, "seconds", last->seconds);
  metrics_write_warnings(json, l->training);
  sqlite3_str_appendall(json, "}");
  char *text = sqlite3_str_finish(json);
  if (!name) {
    sqlite3_free(text);
    text = NULL;
  }
  sqlite3_free(name);
  return text;
}

/* ---- epochs ---------------------------------------------------------------------------- */

static void log_epoch(TrainingRun *l, const Epoch *e) {
  char held_out[64] = "";
  if (e->validated) snprintf(held_out, sizeof held_out, ", on held-out rows %.4f", e->validation_accuracy);
  progress_log(&l->progress, "epoch %zu: loss %.4f, accuracy %.4f%s, %.0f rows a second, %.1f s%s", e->epoch,
               e->train_loss, e->train_accuracy, held_out, e->rows_per_second, e->seconds,
               l->options.training.patience && e->is_best ? ", the best so far" : "");
}

static char *describe(const TrainingRun *l, const Epoch *last, const Model *model) {
  MetricsSource source = {.training = l->training, .corpus = training_corpus(l->training), .model = model,
                          .best = &l->best, .last = last, .query = l->query, .history = sqlite3_str_value(l->history),
                          .examples = &l->examples, .skipped = l->skipped, .unlabelled = l->options.unlabelled != NULL};
  return metrics_write(&source, l->connection->db);
}

static int save(TrainingRun *l, const Epoch *last, Error *error) {
  Model *model = NULL;
  uint8_t *bytes = NULL;
  NewModel new = {.keep = (sqlite3_int64)l->options.keep};
  char *labels = NULL, *options = NULL, *metrics = NULL;
  int rc = failure_code(training_end(l->training, connection_poll(l->connection), &model, error));
  if (!rc) rc = failure_code(model_write(model, &bytes, &new.size, error));
  if (!rc) {
    sqlite3_str *json = sqlite3_str_new(l->connection->db);
    l->label_count = model->labels.keys.count;
    options_json(&l->options, training_options(l->training), json);
    new.weights = bytes;
    new.labels = labels = labels_json(&model->labels, l->connection->db);
    new.options = options = sqlite3_str_finish(json);
    new.metrics = metrics = describe(l, last, model);
    rc = labels && options && metrics ? saving_save(l->connection, &l->target, &new, &l->version, error)
                                      : failure_no_memory(error);
  }
  sqlite3_free(labels);
  sqlite3_free(options);
  sqlite3_free(metrics);
  free(bytes);
  model_free(model);
  return rc;
}

/* The best epoch's figures, now with the scales that were fitted on the held-out rows. */
static void take_verdict(TrainingRun *l) {
  const Score *score = &training_validation(l->training)->score;
  if (!l->best.validated) return;
  l->best.validation_loss = score_log_loss(score);
  l->best.validation_accuracy = score_accuracy(score);
  l->best.validation_f1 = score_macro_f1(score);
}

int training_run_epoch(TrainingRun *l, Epoch *epoch, Error *error) {
  Poll poll = progress_poll(&l->progress, connection_poll(l->connection));
  int rc = failure_code(training_epoch(l->training, poll, epoch, error));
  if (rc || l->query || epoch->is_last) progress_hide(&l->progress); /* the caller goes on */
  if (rc) return rc;
  if (epoch->is_best) l->best = *epoch;
  metrics_write_epoch(l->history, epoch);
  if (sqlite3_str_errcode(l->history)) return failure_no_memory(error);
  log_epoch(l, epoch);
  if (epoch->is_last) take_verdict(l);
  return epoch->is_last ? save(l, epoch, error) : SQLITE_OK;
}
