#include "models/metrics_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "host/json.h"

enum { EXAMPLES_SHOWN = 4 }; /* of those labelled right, and of those labelled wrong */

void metrics_write_number(sqlite3_str *json, const char *name, double value) {
  sqlite3_str_appendf(json, ",\"%s\":", name);
  json_number(json, value);
}

void metrics_write_validation(sqlite3_str *json, const Epoch *e) {
  if (e->validated) {
    metrics_write_number(json, "validation_accuracy", e->validation_accuracy);
    metrics_write_number(json, "validation_f1", e->validation_f1);
  } else {
    sqlite3_str_appendall(json, ",\"validation_accuracy\":null,\"validation_f1\":null");
  }
}

void metrics_write_warnings(sqlite3_str *json, const Training *training) {
  const Strings *warnings = training_warnings(training);
  for (uint32_t i = 0; i < warnings->count; i++) {
    size_t length;
    const char *sentence = strings_get(warnings, i, &length);
    sqlite3_str_appendall(json, i ? "," : ",\"warnings\":[");
    json_text(json, sentence, length);
  }
  if (warnings->count) sqlite3_str_appendall(json, "]");
}

void metrics_write_epoch(sqlite3_str *json, const Epoch *e) {
  sqlite3_str_appendf(json, "%s{\"epoch\":%d", sqlite3_str_length(json) ? "," : "", (int)e->epoch);
  metrics_write_number(json, "train_loss", e->train_loss);
  metrics_write_number(json, "train_accuracy", e->train_accuracy);
  if (e->validated) metrics_write_number(json, "validation_loss", e->validation_loss);
  metrics_write_validation(json, e);
  metrics_write_number(json, "learning_rate", e->learning_rate);
  metrics_write_number(json, "seconds", e->seconds);
  sqlite3_str_appendall(json, "}");
}

size_t metrics_rows(const Training *training) {
  return training_rows(training) + training_validation(training)->count;
}

/* ---- held-out rows -------------------------------------------------------------- */

/* A label by its number in the corpus: the model's, then those that it does not know. */
static void append_label(const MetricsSource *m, uint32_t number, sqlite3_str *json) {
  uint32_t known = (uint32_t)m->model->labels.keys.count;
  json_label(json, number < known ? labels_get(&m->model->labels, number) : labels_get(&m->corpus->others, number - known));
}

static void append_calibration(const Score *score, sqlite3_str *json) {
  sqlite3_str_appendall(json, ",\"calibration\":[");
  for (size_t b = 0; b < SCORE_BINS; b++) {
    const ScoreBin *bin = &score->bin[b];
    double rows = (double)bin->rows;
    sqlite3_str_appendf(json, "%s[%llu,", b ? "," : "", (sqlite3_uint64)bin->rows);
    json_number(json, bin->confidence / rows); /* 0 / 0 is null */
    sqlite3_str_appendchar(json, 1, ',');
    json_number(json, (double)bin->hits / rows);
    sqlite3_str_appendchar(json, 1, ']');
  }
  sqlite3_str_appendchar(json, 1, ']');
}

static void append_confusion(const MetricsSource *m, const Score *score, sqlite3_str *json) {
  sqlite3_str_appendall(json, ",\"confusion\":[");
  for (size_t i = 0; i < score->pairs; i++) {
    const ScorePair *pair = &score->pair[i];
    sqlite3_str_appendall(json, i ? ",[" : "[");
    append_label(m, pair->actual, json);
    sqlite3_str_appendchar(json, 1, ',');
    append_label(m, pair->predicted, json);
    sqlite3_str_appendf(json, ",%llu]", (sqlite3_uint64)pair->rows);
  }
  sqlite3_str_appendchar(json, 1, ']');
}

static void append_example(const MetricsSource *m, const Validation *v, size_t i, const struct Example *example,
                           sqlite3_str *json) {
  sqlite3_str_appendall(json, "{\"text\":");
  json_text(json, example->text, example->length);
  sqlite3_str_appendall(json, ",\"label\":");
  append_label(m, v->targets[i], json);
  sqlite3_str_appendall(json, ",\"predicted\":");
  append_label(m, v->predictions[i].label, json);
  metrics_write_number(json, "confidence", v->predictions[i].confidence);
  sqlite3_str_appendchar(json, 1, '}');
}

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* Number of the row among those held out, which are in the order of the corpus; their count: it is not. */
static size_t find_row(const Validation *v, size_t row) {
  const uint32_t number = (uint32_t)row;
  const uint32_t *found = v->count ? bsearch(&number, v->rows, v->count, sizeof number, by_number) : NULL;
  return found ? (size_t)(found - v->rows) : v->count;
}

static void append_examples(const MetricsSource *m, const Validation *v, sqlite3_str *json) {
  size_t shown[2] = {0, 0};
  sqlite3_str_appendall(json, ",\"examples\":[");
  for (size_t k = 0; k < m->examples->count; k++) {
    const struct Example *example = &m->examples->list[k];
    size_t i = find_row(v, example->row);
    if (i == v->count) continue;
    size_t right = v->predictions[i].label == v->targets[i];
    if (shown[right] == EXAMPLES_SHOWN) continue;
    if (shown[0] + shown[1] > 0) sqlite3_str_appendchar(json, 1, ',');
    append_example(m, v, i, example, json);
    shown[right]++;
  }
  sqlite3_str_appendchar(json, 1, ']');
}

static void append_held_out(const MetricsSource *m, sqlite3_str *json) {
  const Validation *v = training_validation(m->training);
  const Score *score = &v->score;
  sqlite3_str_appendall(json, ",\"validation\":");
  if (score->rows == 0) {
    sqlite3_str_appendall(json, "null");
    return;
  }
  sqlite3_str_appendf(json, "{\"rows\":%llu", (sqlite3_uint64)score->rows);
  metrics_write_number(json, "accuracy", score_accuracy(score));
  metrics_write_number(json, "macro_f1", score_macro_f1(score));
  metrics_write_number(json, "weighted_f1", score_weighted_f1(score));
  metrics_write_number(json, "log_loss", score_log_loss(score));
  metrics_write_number(json, "calibration_error", score_calibration_error(score));
  append_calibration(score, json);
  append_confusion(m, score, json);
  append_examples(m, v, json);
  sqlite3_str_appendchar(json, 1, '}');
}

/* ---- all of it -------------------------------------------------------------------- */

static void append_label_rows(const MetricsSource *m, sqlite3_str *json) {
  const size_t *rows = training_label_rows(m->training);
  sqlite3_str_appendall(json, ",\"label_rows\":");
  for (size_t l = 0; l < m->model->labels.keys.count; l++)
    sqlite3_str_appendf(json, "%c%llu", l ? ',' : '[', (sqlite3_uint64)rows[l]);
  sqlite3_str_appendchar(json, 1, ']');
}

/* `cut` of all rows that were read, also those without a label, were longer than max_tokens. */
char *metrics_write(const MetricsSource *m, sqlite3 *db) {
  sqlite3_str *json = sqlite3_str_new(db);
  const TrainingOptions *used = training_options(m->training);
  sqlite3_str_appendf(json, "{\"rows\":%d,\"validation_rows\":%d,\"skipped\":%d,\"labels\":%d,\"words\":%d",
                      (int)metrics_rows(m->training), (int)training_validation(m->training)->count, (int)m->skipped,
                      (int)m->model->labels.keys.count, (int)m->model->vocabulary.words.count);
  metrics_write_number(json, "cut", (double)m->corpus->cut / (double)m->corpus->rows);
  if (m->unlabelled) metrics_write_number(json, "guessed", (double)training_pseudo_labelled(m->training));
  sqlite3_str_appendf(json, ",\"epochs\":%d,\"best_epoch\":%d", (int)m->last->epoch, (int)m->best->epoch);
  metrics_write_validation(json, m->best);
  metrics_write_number(json, "seconds", m->last->seconds);
  sqlite3_str_appendf(json, ",\"seed\":%llu,\"threads\":%d,\"kernel\":\"%s\",\"query\":", (sqlite3_uint64)used->seed,
                      (int)used->threads, matrix_kernel());
  if (m->query)
    json_text(json, m->query, strlen(m->query));
  else
    sqlite3_str_appendall(json, "null");
  append_label_rows(m, json);
  metrics_write_warnings(json, m->training);
  append_held_out(m, json);
  sqlite3_str_appendf(json, ",\"history\":[%s]}", m->history ? m->history : "");
  return sqlite3_str_finish(json);
}
