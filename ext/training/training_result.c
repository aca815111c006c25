#include "training/training_result.h"

#include <stdlib.h>
#include <string.h>

#include "host/json.h"
#include "models/metrics_write.h"

static char *labels_json(const Labels *labels, sqlite3 *db) {
  sqlite3_str *json = sqlite3_str_new(db);
  for (uint32_t l = 0; l < labels->keys.count; l++) {
    sqlite3_str_appendchar(json, 1, l ? ',' : '[');
    json_label(json, labels_get(labels, l));
  }
  sqlite3_str_appendchar(json, 1, ']');
  return sqlite3_str_finish(json);
}

static char *write_metrics(const TrainingRun *run, const Epoch *last, const Model *model) {
  MetricsSource source = {.training = run->training, .corpus = training_corpus(run->training), .model = model,
                          .best = &run->best, .last = last, .query = run->query,
                          .history = sqlite3_str_value(run->history), .examples = &run->examples,
                          .skipped = run->skipped,
                          .unlabelled = run->options.unlabelled || training_taught(run->training)};
  return metrics_write(&source, run->connection->db);
}

int training_result_save(TrainingRun *run, const Epoch *last, Error *error) {
  Model *model = NULL;
  uint8_t *bytes = NULL;
  NewModel new = {.keep = (sqlite3_int64)run->options.keep};
  char *labels = NULL, *options = NULL, *metrics = NULL;
  Poll poll = progress_poll(&run->progress, connection_poll(run->connection));
  int rc = failure_code(training_end(run->training, poll, &model, error));
  if (!rc) rc = failure_code(model_write(model, poll, &bytes, &new.size, error));
  if (!rc) {
    sqlite3_str *json = sqlite3_str_new(run->connection->db);
    run->label_count = model->labels.keys.count;
    options_json(&run->options, training_options(run->training), json);
    new.weights = bytes;
    new.labels = labels = labels_json(&model->labels, run->connection->db);
    new.options = options = sqlite3_str_finish(json);
    new.metrics = metrics = write_metrics(run, last, model);
    rc = labels && options && metrics ? saving_save(run->connection, &run->target, &new, &run->version, error)
                                      : failure_no_memory(error);
  }
  sqlite3_free(labels);
  sqlite3_free(options);
  sqlite3_free(metrics);
  free(bytes);
  model_free(model);
  return rc;
}

char *training_result_json(const TrainingRun *run, const Epoch *last) {
  sqlite3_str *json = sqlite3_str_new(run->connection->db);
  bool in_main = strcmp(run->target.schema, "main") == 0;
  char *name = in_main ? sqlite3_mprintf("%s", run->target.name)
                       : sqlite3_mprintf("%s.%s", run->target.schema, run->target.name);
  sqlite3_str_appendall(json, "{\"model\":");
  if (name) json_text(json, name, strlen(name));
  sqlite3_str_appendf(json, ",\"version\":%lld,\"rows\":%d,\"skipped\":%d,\"labels\":%d,\"epochs\":%d,"
                      "\"best_epoch\":%d", run->version, (int)training_rows(run->training), (int)run->skipped,
                      (int)run->label_count, (int)last->epoch, (int)run->best.epoch);
  metrics_write_validation(json, &run->best);
  metrics_write_teacher(json, run->training);
  metrics_write_number(json, "seconds", training_seconds(run->training));
  metrics_write_warnings(json, run->training);
  sqlite3_str_appendall(json, "}");
  char *text = sqlite3_str_finish(json);
  if (!name) {
    sqlite3_free(text);
    text = NULL;
  }
  sqlite3_free(name);
  return text;
}
