#include "lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/matrix.h"
#include "json.h"
#include "query.h"
#include "tokenizer.h"
#include "value.h"

/* ---- arguments and rows ------------------------------------------------------------- */

static int prepare_validation(Lesson *l, sqlite3_stmt **stmt, Error *error) {
  return query_prepare(l->connection->db, l->options.validation_query, "validation query", 2,
                       "a text and a label", stmt, error);
}

/* It runs when the rows are in; what is wrong with it is said before. */
static int check_validation(Lesson *l, Error *error) {
  sqlite3_stmt *stmt;
  int rc = prepare_validation(l, &stmt, error);
  sqlite3_finalize(stmt);
  return rc;
}

int lesson_begin(Lesson *l, Connection *c, sqlite3_value *model, sqlite3_value *options,
                 const char *query, Error *error) {
  const char *name, *json;
  *l = (Lesson){.connection = c, .query = query ? sqlite3_mprintf("%s", query) : NULL};
  int rc = query && !l->query ? failure(error, SQLITE_NOMEM, "out of memory") : SQLITE_OK;
  if (!rc) rc = query_text(model, "model's name", &name, NULL, error);
  if (!rc) rc = query_text(options, "object of options", &json, NULL, error);
  if (!rc) rc = options_read(c, json, &l->options, error);
  if (!rc) rc = tokenizer_find(c, l->options.tokenize, &l->tokenizer, error);
  if (!rc && l->options.validation_query) rc = check_validation(l, error);
  if (!rc) rc = saving_target(c, name, &l->target, error);
  if (!rc)
    rc = failure_code(training_new(&l->options.training, l->options.tokenize, &l->training, error));
  if (!rc) l->history = sqlite3_str_new(c->db);
  if (rc) lesson_end(l);
  return rc;
}

void lesson_end(Lesson *l) {
  training_free(l->training);
  options_free(&l->options);
  saving_target_free(&l->target);
  sqlite3_free(sqlite3_str_finish(l->history));
  sqlite3_free(l->query);
  *l = (Lesson){0};
}

int lesson_row(Lesson *l, sqlite3_value *text_value, sqlite3_value *label_value, bool held_out,
               Error *error) {
  const char *text;
  size_t length;
  Label label;
  int rc = query_text(text_value, "text", &text, &length, error);
  if (!rc && (!text || sqlite3_value_type(label_value) == SQLITE_NULL)) {
    l->skipped++;
    return SQLITE_OK;
  }
  if (!rc) rc = value_label(label_value, &label, error);
  if (!rc)
    rc = failure_code(corpus_add(training_corpus(l->training), l->tokenizer, text, length, label,
                                 held_out, error));
  return rc;
}

static int validation_rows(Lesson *l, Error *error) {
  sqlite3_stmt *stmt;
  Corpus *corpus = training_corpus(l->training);
  size_t before = corpus->rows;
  int rc = prepare_validation(l, &stmt, error);
  if (rc) return rc;
  int step;
  while (rc == SQLITE_OK && (step = query_step(l->connection, stmt)) == SQLITE_ROW)
    rc = lesson_row(l, sqlite3_column_value(stmt, 0), sqlite3_column_value(stmt, 1), true, error);
  if (!rc && step != SQLITE_DONE) rc = failure_sqlite(error, l->connection->db, step);
  if (!rc && corpus->rows == before)
    rc = failure(error, SQLITE_ERROR, "the validation query gives no rows, expected texts with labels");
  sqlite3_finalize(stmt);
  return rc;
}

int lesson_start(Lesson *l, Error *error) {
  float *weights = NULL;
  int rc = SQLITE_OK;
  if (training_corpus(l->training)->rows && l->options.validation_query) rc = validation_rows(l, error);
  if (!rc && l->options.class_weight) {
    const Labels *labels = &training_corpus(l->training)->labels;
    weights = malloc((labels->keys.count + 1) * sizeof *weights);
    rc = weights ? options_label_weights(l->connection, &l->options, labels, weights, error)
                 : failure(error, SQLITE_NOMEM, "out of memory");
  }
  if (!rc) rc = failure_code(training_begin(l->training, weights, error));
  free(weights);
  return rc;
}

/* ---- JSON ----------------------------------------------------------------------------- */

static void append_field(sqlite3_str *json, const char *name, double value) {
  sqlite3_str_appendf(json, ",\"%s\":", name);
  json_number(json, value);
}

static void append_validation(sqlite3_str *json, const Epoch *e) {
  if (e->validated) {
    append_field(json, "validation_accuracy", e->validation_accuracy);
    append_field(json, "validation_f1", e->validation_f1);
  } else {
    sqlite3_str_appendall(json, ",\"validation_accuracy\":null,\"validation_f1\":null");
  }
}

static void append_history(sqlite3_str *json, const Epoch *e) {
  sqlite3_str_appendf(json, "%s{\"epoch\":%d", sqlite3_str_length(json) ? "," : "", (int)e->epoch);
  append_field(json, "train_loss", e->train_loss);
  append_field(json, "train_accuracy", e->train_accuracy);
  if (e->validated) append_field(json, "validation_loss", e->validation_loss);
  append_validation(json, e);
  append_field(json, "learning_rate", e->learning_rate);
  append_field(json, "seconds", e->seconds);
  sqlite3_str_appendall(json, "}");
}

static char *labels_json(const Labels *labels, sqlite3 *db) {
  sqlite3_str *json = sqlite3_str_new(db);
  for (uint32_t l = 0; l < labels->keys.count; l++) {
    sqlite3_str_appendchar(json, 1, l ? ',' : '[');
    json_label(json, labels_get(labels, l));
  }
  sqlite3_str_appendchar(json, 1, ']');
  return sqlite3_str_finish(json);
}

static char *metrics_json(const Lesson *l, const Epoch *last, const Model *model, size_t rows, size_t cut) {
  sqlite3_str *json = sqlite3_str_new(l->connection->db);
  sqlite3_str_appendf(json, "{\"rows\":%d,\"validation_rows\":%d,\"skipped\":%d,\"labels\":%d,\"words\":%d",
                      (int)rows, (int)training_validation_rows(l->training),
                      (int)l->skipped, (int)model->labels.keys.count, (int)model->vocabulary.words.count);
  append_field(json, "cut", (double)cut / (double)rows);
  sqlite3_str_appendf(json, ",\"epochs\":%d,\"best_epoch\":%d", (int)last->epoch, (int)l->best.epoch);
  append_validation(json, &l->best);
  append_field(json, "seconds", last->seconds);
  sqlite3_str_appendf(json, ",\"seed\":%llu,\"threads\":%d,\"kernel\":\"%s\",\"query\":",
                      (sqlite3_uint64)l->options.training.seed,
                      (int)training_options(l->training)->threads, matrix_kernel());
  if (l->query)
    json_text(json, l->query, strlen(l->query));
  else
    sqlite3_str_appendall(json, "null");
  sqlite3_str_appendf(json, ",\"history\":[%s]}", sqlite3_str_value(l->history));
  return sqlite3_str_finish(json);
}

char *lesson_summary(const Lesson *l, const Epoch *last) {
  sqlite3_str *json = sqlite3_str_new(l->connection->db);
  bool in_main = strcmp(l->target.schema, "main") == 0;
  char *name = in_main ? sqlite3_mprintf("%s", l->target.name)
                       : sqlite3_mprintf("%s.%s", l->target.schema, l->target.name);
  sqlite3_str_appendall(json, "{\"model\":");
  if (name) json_text(json, name, strlen(name));
  sqlite3_str_appendf(json, ",\"version\":%lld,\"rows\":%d,\"skipped\":%d,\"labels\":%d,\"epochs\":%d,"
                      "\"best_epoch\":%d", l->version,
                      (int)(training_rows(l->training) + training_validation_rows(l->training)),
                      (int)l->skipped, (int)l->label_count, (int)last->epoch, (int)l->best.epoch);
  append_validation(json, &l->best);
  append_field(json, "seconds", last->seconds);
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

static void show_progress(const Epoch *e) {
  fprintf(stderr, "epoch %zu: loss %.4f, accuracy %.4f", e->epoch, e->train_loss, e->train_accuracy);
  if (e->validated) fprintf(stderr, ", on held-out rows %.4f", e->validation_accuracy);
  fprintf(stderr, ", %.0f rows a second, %.1f s%s\n", e->rows_per_second, e->seconds,
          e->is_best ? ", the best so far" : "");
}

static int save(Lesson *l, const Epoch *last, Error *error) {
  Model *model = NULL;
  uint8_t *bytes = NULL;
  NewModel new = {.keep = (sqlite3_int64)l->options.keep};
  size_t rows = training_corpus(l->training)->rows, cut = training_corpus(l->training)->cut;
  char *labels = NULL, *options = NULL, *metrics = NULL;
  int rc = failure_code(training_end(l->training, &model, error));
  if (!rc) rc = failure_code(model_write(model, &bytes, &new.size, error));
  if (!rc) {
    sqlite3_str *json = sqlite3_str_new(l->connection->db);
    l->label_count = model->labels.keys.count;
    options_json(&l->options, training_options(l->training), json);
    new.weights = bytes;
    new.labels = labels = labels_json(&model->labels, l->connection->db);
    new.options = options = sqlite3_str_finish(json);
    new.metrics = metrics = metrics_json(l, last, model, rows, cut);
    rc = labels && options && metrics ? saving_save(l->connection, &l->target, &new, &l->version, error)
                                      : failure(error, SQLITE_NOMEM, "out of memory");
  }
  sqlite3_free(labels);
  sqlite3_free(options);
  sqlite3_free(metrics);
  free(bytes);
  model_free(model);
  return rc;
}

int lesson_epoch(Lesson *l, Epoch *epoch, Error *error) {
  int rc = failure_code(training_epoch(l->training, connection_poll(l->connection), epoch, error));
  if (rc) return rc;
  if (epoch->is_best) l->best = *epoch;
  append_history(l->history, epoch);
  if (sqlite3_str_errcode(l->history)) return failure(error, SQLITE_NOMEM, "out of memory");
  if (l->options.progress) show_progress(epoch);
  return epoch->is_last ? save(l, epoch, error) : SQLITE_OK;
}
