#include "train/taught_labels.h"

#include <stdlib.h>

#include "base/memory.h"
#include "linear/text_rows.h"
#include "network/output.h"
#include "teacher/co_training.h"
#include "train/stage.h"

/* Counts of words by label are a table of at most this many numbers. */
enum { MOST_COUNTS = 16 << 20, MOST_FEATURES = 200000 };

void taught_labels_free(TaughtLabels *t) {
  teacher_free(t->teacher);
  free(t->phrase_labels);
  free(t->rows);
  *t = (TaughtLabels){0};
}

Status taught_labels_prepare(Training *t, Error *error) {
  TaughtLabels *taught = &t->taught;
  const Corpus *c = &t->corpus;
  taught->rows = malloc((corpus_count(c, ROW_UNLABELLED) + 1) * sizeof *taught->rows);
  if (!taught->rows) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++)
    if (c->use[row] == ROW_UNLABELLED) taught->rows[taught->count++] = (uint32_t)row;
  return teacher_read(taught->teacher, t->options.seed, t->workers, error);
}

/* ---- a guess ------------------------------------------------------------------------------ */

typedef struct Guess {
  Training *training;
  size_t count, labels; /* count: the rows of the corpus, then the phrases */
  Text *texts;          /* [count] a phrase has no words                 */
  uint32_t *targets;    /* [count] LABELS_NONE: is guessed               */
  Tfidf tfidf;
  TextRows words;
  float *probabilities; /* [count][labels]                               */
} Guess;

static void guess_end(Guess *g) {
  free(g->texts);
  free(g->targets);
  free(g->probabilities);
  tfidf_free(&g->tfidf);
  text_rows_free(&g->words);
}

static Status guess_begin(Guess *g, Training *t, Error *error) {
  *g = (Guess){.training = t, .count = t->corpus.rows + t->taught.phrases, .labels = t->corpus.labels.keys.count};
  if (g->count > SIZE_MAX / g->labels / sizeof(float)) return error_no_memory(error);
  g->texts = calloc(g->count + 1, sizeof *g->texts);
  g->targets = malloc((g->count + 1) * sizeof *g->targets);
  g->probabilities = memory_floats(g->count * g->labels);
  return g->texts && g->targets && g->probabilities ? STATUS_OK : error_no_memory(error);
}

static void list_texts(Guess *g, bool all) {
  const Corpus *c = &g->training->corpus;
  const TaughtLabels *taught = &g->training->taught;
  for (size_t row = 0; row < c->rows; row++) {
    bool shown = c->target[row] < g->labels && (all || c->use[row] != ROW_VALIDATES);
    g->texts[row] = corpus_text(c, row);
    g->targets[row] = shown ? c->target[row] : LABELS_NONE;
  }
  for (size_t i = 0; i < taught->count; i++) g->targets[taught->rows[i]] = LABELS_NONE;
  for (size_t i = 0; i < taught->phrases; i++) g->targets[c->rows + i] = taught->phrase_labels[i];
}

static Status predict_all(Guess *g, Error *error) {
  Workers *workers = g->training->workers;
  const Teacher *teacher = g->training->taught.teacher;
  size_t most = MOST_COUNTS / g->labels < MOST_FEATURES ? MOST_COUNTS / g->labels : MOST_FEATURES;
  TfidfTraining features = {.texts = g->texts, .count = g->count, .most = most,
                            .vocabulary = vocabulary_size(&g->training->corpus.vocabulary)};
  Status status = tfidf_collect(&g->tfidf, &features, workers, error);
  if (!status) status = text_rows_read(&g->words, &g->tfidf, g->texts, g->count, workers, error);
  CoTraining training = {.features = teacher->features, .size = teacher->size, .words = &g->words.rows,
                         .targets = g->targets, .labels = g->labels};
  return status ? status : co_training_predict(&training, workers, g->probabilities, error);
}

static uint32_t guessed(const Guess *g, size_t row) {
  return output_argmax(g->probabilities + row * g->labels, g->labels);
}

static void take_labels(const Guess *g) {
  Corpus *c = &g->training->corpus;
  const TaughtLabels *taught = &g->training->taught;
  for (size_t i = 0; i < taught->count; i++) {
    uint32_t row = taught->rows[i];
    c->target[row] = guessed(g, row);
    c->use[row] = ROW_TRAINS;
  }
}

static void judge(const Guess *g) {
  const Corpus *c = &g->training->corpus;
  TaughtSummary *s = &g->training->taught.summary;
  for (size_t row = 0; row < c->rows; row++) {
    if (c->use[row] != ROW_VALIDATES) continue;
    s->judged++;
    s->right += guessed(g, row) == c->target[row];
  }
}

Status taught_labels_guess(Training *t, bool all, Error *error) {
  Guess g;
  Status status = guess_begin(&g, t, error);
  if (!status) list_texts(&g, all);
  if (!status) status = predict_all(&g, error);
  if (!status) status = workers_poll(t->workers, error);
  if (!status && !all) judge(&g);
  if (!status) take_labels(&g);
  guess_end(&g);
  return status;
}
