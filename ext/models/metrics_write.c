#include "models/metrics_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "host/json.h"
#include "models/metrics.h"

enum { EXAMPLES_SHOWN = 4 }; /* at most: of rows labelled right, and again of rows labelled wrong */

static void write_name(sqlite3_str *json, const char *name) { sqlite3_str_appendf(json, ",\"%s\":", name); }

static void write_count(sqlite3_str *json, const char *name, uint64_t count) {
  sqlite3_str_appendf(json, ",\"%s\":%llu", name, (sqlite3_uint64)count);
}

void metrics_write_number(sqlite3_str *json, const char *name, double value) {
  write_name(json, name);
  json_number(json, value);
}

void metrics_write_validation(sqlite3_str *json, const Epoch *e) {
  metrics_write_number(json, METRICS_VALIDATION_ACCURACY, e->validated ? e->validation_accuracy : NAN); /* NAN: null */
  metrics_write_number(json, METRICS_VALIDATION_F1, e->validated ? e->validation_f1 : NAN);
}

void metrics_write_warnings(sqlite3_str *json, const Training *training) {
  const Strings *warnings = training_warnings(training);
  if (warnings->count == 0) return;
  write_name(json, METRICS_WARNINGS);
  for (uint32_t i = 0; i < warnings->count; i++) {
    size_t length;
    const char *sentence = strings_get(warnings, i, &length);
    sqlite3_str_appendchar(json, 1, i ? ',' : '[');
    json_text(json, sentence, length);
  }
  sqlite3_str_appendchar(json, 1, ']');
}

void metrics_write_teacher(sqlite3_str *json, const Training *training) {
  const TaughtSummary *taught = training_taught(training);
  if (!taught) return;
  write_name(json, METRICS_TEACHER);
  sqlite3_str_appendf(json, "{\"" METRICS_GUESSED "\":%llu", (sqlite3_uint64)taught->guessed);
  write_count(json, METRICS_SURE, taught->sure);
  write_count(json, METRICS_JUDGED, taught->judged);
  write_count(json, METRICS_RIGHT, taught->right);
  metrics_write_number(json, METRICS_ACCURACY, (double)taught->right / (double)taught->judged); /* 0 / 0 is null */
  sqlite3_str_appendchar(json, 1, '}');
}

void metrics_write_epoch(sqlite3_str *json, const Epoch *e) {
  sqlite3_str_appendf(json, "%s{\"%s\":%d", sqlite3_str_length(json) ? "," : "", METRICS_EPOCH, (int)e->epoch);
  metrics_write_number(json, METRICS_TRAIN_LOSS, e->train_loss);
  metrics_write_number(json, METRICS_TRAIN_ACCURACY, e->train_accuracy);
  if (e->validated) metrics_write_number(json, METRICS_VALIDATION_LOSS, e->validation_loss);
  metrics_write_validation(json, e);
  metrics_write_number(json, METRICS_LEARNING_RATE, e->learning_rate);
  metrics_write_number(json, METRICS_SECONDS, e->seconds);
  sqlite3_str_appendchar(json, 1, '}');
}

/* ---- held-out rows -------------------------------------------------------------- */

/* Writes a label by its number in the corpus: first come the model's labels, then those that
** it does not know.
*/
static void write_label(const MetricsSource *m, uint32_t number, sqlite3_str *json) {
  uint32_t known = (uint32_t)m->model->labels.keys.count;
  if (number == SCORE_ABSENT) {
    sqlite3_str_appendall(json, "null");
    return;
  }
  json_label(json, number < known ? labels_get(&m->model->labels, number)
                                  : labels_get(&m->corpus->others, number - known));
}

static void write_calibration(const Score *score, sqlite3_str *json) {
  write_name(json, METRICS_CALIBRATION);
  for (size_t b = 0; b < SCORE_BINS; b++) {
    const ScoreBin *bin = &score->bin[b];
    double rows = (double)bin->rows;
    sqlite3_str_appendf(json, "%c[%llu,", b ? ',' : '[', (sqlite3_uint64)bin->rows);
    json_number(json, bin->confidence / rows); /* 0 / 0 is null */
    sqlite3_str_appendchar(json, 1, ',');
    json_number(json, (double)bin->hits / rows);
    sqlite3_str_appendchar(json, 1, ']');
  }
  sqlite3_str_appendchar(json, 1, ']');
}

/* Writes a pair, with a comma before it if others were written. */
static void write_pair(const MetricsSource *m, ScorePair pair, bool *others, sqlite3_str *json) {
  if (pair.rows == 0) return;
  sqlite3_str_appendall(json, *others ? ",[" : "[");
  write_label(m, pair.actual, json);
  sqlite3_str_appendchar(json, 1, ',');
  write_label(m, pair.predicted, json);
  sqlite3_str_appendf(json, ",%llu]", (sqlite3_uint64)pair.rows);
  *others = true;
}

static void write_confusion(const MetricsSource *m, const Score *score, sqlite3_str *json) {
  bool others = false;
  write_name(json, METRICS_CONFUSION);
  sqlite3_str_appendchar(json, 1, '[');
  for (size_t i = 0; i < score->pairs; i++) write_pair(m, score->pair[i], &others, json);
  for (uint32_t l = 0; score->columns && l < score->labels; l++) {
    const ScoreLabel *label = &score->label[l];
    write_pair(m, (ScorePair){l, l, label->hits}, &others, json);
    write_pair(m, (ScorePair){l, SCORE_ABSENT, label->actual - label->hits}, &others, json);
    write_pair(m, (ScorePair){SCORE_ABSENT, l, label->predicted - label->hits}, &others, json);
  }
  sqlite3_str_appendchar(json, 1, ']');
}

static void write_set(const MetricsSource *m, LabelSet set, sqlite3_str *json) {
  sqlite3_str_appendchar(json, 1, '[');
  for (size_t i = 0; i < set.count; i++) {
    if (i) sqlite3_str_appendchar(json, 1, ',');
    write_label(m, set.labels[i], json);
  }
  sqlite3_str_appendchar(json, 1, ']');
}

static bool is_right(const Validation *v, size_t i) {
  if (!v->sets) return v->predictions[i].label == v->targets[i];
  LabelSet actual = validation_actual(v, i), given = validation_given(v, i);
  bool same = actual.count == given.count;
  for (size_t k = 0; k < given.count && same; k++) same = label_set_has(actual, given.labels[k]);
  return same;
}

static void write_example(const MetricsSource *m, const Validation *v, size_t i, const struct Example *example,
                          sqlite3_str *json) {
  sqlite3_str_appendall(json, "{\"" METRICS_TEXT "\":");
  json_text(json, example->text, example->length);
  write_name(json, METRICS_LABEL);
  if (v->sets) write_set(m, is_right(v, i) ? validation_given(v, i) : validation_actual(v, i), json);
  else write_label(m, v->targets[i], json);
  write_name(json, METRICS_PREDICTED);
  if (v->sets) write_set(m, validation_given(v, i), json);
  else write_label(m, v->predictions[i].label, json);
  metrics_write_number(json, METRICS_CONFIDENCE, v->predictions[i].confidence);
  sqlite3_str_appendchar(json, 1, '}');
}

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* Returns where the row stands among the held-out rows, which are in the order of the
** corpus. For a row that was not held out it returns v->count.
*/
static size_t find_row(const Validation *v, size_t row) {
  const uint32_t number = (uint32_t)row;
  const uint32_t *found = v->count ? bsearch(&number, v->rows, v->count, sizeof number, by_number) : NULL;
  return found ? (size_t)(found - v->rows) : v->count;
}

static void write_examples(const MetricsSource *m, const Validation *v, sqlite3_str *json) {
  size_t shown[2] = {0, 0};
  write_name(json, METRICS_EXAMPLES);
  sqlite3_str_appendchar(json, 1, '[');
  for (size_t k = 0; k < m->examples->count; k++) {
    const struct Example *example = &m->examples->list[k];
    size_t i = find_row(v, example->row);
    if (i == v->count) continue;
    size_t right = is_right(v, i);
    if (shown[right] == EXAMPLES_SHOWN) continue;
    if (shown[0] + shown[1] > 0) sqlite3_str_appendchar(json, 1, ',');
    write_example(m, v, i, example, json);
    shown[right]++;
  }
  sqlite3_str_appendchar(json, 1, ']');
}

static void write_held_out(const MetricsSource *m, sqlite3_str *json) {
  const Validation *v = training_validation(m->training);
  const Score *score = &v->score;
  write_name(json, METRICS_VALIDATION);
  if (score->rows == 0) {
    sqlite3_str_appendall(json, "null");
    return;
  }
  sqlite3_str_appendf(json, "{\"" METRICS_ROWS "\":%llu", (sqlite3_uint64)score->rows);
  if (v->folds) write_count(json, METRICS_FOLDS, v->folds);
  metrics_write_number(json, METRICS_ACCURACY, score_accuracy(score));
  metrics_write_number(json, METRICS_MACRO_F1, score_macro_f1(score));
  metrics_write_number(json, METRICS_WEIGHTED_F1, score_weighted_f1(score));
  metrics_write_number(json, METRICS_LOG_LOSS, score_log_loss(score));
  metrics_write_number(json, METRICS_CALIBRATION_ERROR, score_calibration_error(score));
  if (score->columns) metrics_write_number(json, METRICS_MICRO_F1, score_micro_f1(score));
  if (score->columns) metrics_write_number(json, METRICS_LRAP, score_ranking(score));
  write_calibration(score, json);
  write_confusion(m, score, json);
  write_examples(m, v, json);
  sqlite3_str_appendchar(json, 1, '}');
}

/* ---- all of it -------------------------------------------------------------------- */

static void write_label_rows(const MetricsSource *m, sqlite3_str *json) {
  const size_t *rows = training_label_rows(m->training);
  write_name(json, METRICS_LABEL_ROWS);
  for (size_t l = 0; l < m->model->labels.keys.count; l++)
    sqlite3_str_appendf(json, "%c%llu", l ? ',' : '[', (sqlite3_uint64)rows[l]);
  sqlite3_str_appendchar(json, 1, ']');
}

static void write_query(const MetricsSource *m, sqlite3_str *json) {
  write_name(json, METRICS_QUERY);
  if (m->query)
    json_text(json, m->query, strlen(m->query));
  else
    sqlite3_str_appendall(json, "null");
}

static void write_bits(const MetricsSource *m, sqlite3_str *json) {
  const ModelBits *bits = &m->model->bits;
  sqlite3_str_appendf(json, ",\"" METRICS_BITS "\":{\"" METRICS_EMBEDDING "\":%u,\"" METRICS_LINEAR "\":%u}",
                      bits->network.embedding ? bits->network.embedding : 32, bits->linear ? bits->linear : 32);
}

char *metrics_write(const MetricsSource *m, sqlite3 *db) {
  sqlite3_str *json = sqlite3_str_new(db);
  const TrainingOptions *used = training_options(m->training);
  sqlite3_str_appendf(json, "{\"" METRICS_ROWS "\":%llu", (sqlite3_uint64)training_rows(m->training));
  write_count(json, METRICS_VALIDATION_ROWS, training_validation(m->training)->count);
  write_count(json, METRICS_SKIPPED, m->skipped);
  write_count(json, METRICS_LABELS, m->model->labels.keys.count);
  write_count(json, METRICS_WORDS, m->model->vocabulary.words.count);
  write_bits(m, json);
  metrics_write_number(json, METRICS_CUT, (double)m->corpus->cut / (double)m->corpus->rows);
  if (m->unlabelled) metrics_write_number(json, METRICS_GUESSED, (double)training_pseudo_labelled(m->training));
  metrics_write_teacher(json, m->training);
  write_count(json, METRICS_EPOCHS, m->last->epoch);
  write_count(json, METRICS_BEST_EPOCH, m->best->epoch);
  metrics_write_validation(json, m->best);
  metrics_write_number(json, METRICS_SECONDS, m->last->seconds);
  write_count(json, METRICS_SEED, used->seed);
  write_count(json, METRICS_THREADS, (uint64_t)used->threads);
  sqlite3_str_appendf(json, ",\"" METRICS_KERNEL "\":\"%s\"", matrix_kernel());
  write_query(m, json);
  write_label_rows(m, json);
  metrics_write_warnings(json, m->training);
  write_held_out(m, json);
  sqlite3_str_appendf(json, ",\"" METRICS_HISTORY "\":[%s]}", m->history ? m->history : "");
  return sqlite3_str_finish(json);
}
