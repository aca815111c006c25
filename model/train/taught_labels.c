#include "train/taught_labels.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "linear/text_rows.h"
#include "network/output.h"
#include "teacher/co_training.h"
#include "teacher/zero_shot.h"
#include "train/stage.h"

/* Counts of words by label are a table of at most this many numbers. */
enum { MOST_COUNTS = 16 << 20, MOST_FEATURES = 200000, FOLDS = 5 };

void taught_labels_free(TaughtLabels *t) {
  teacher_free(t->teacher);
  free(t->phrase_labels);
  free(t->probabilities);
  free(t->guessed);
  *t = (TaughtLabels){0};
}

/* ---- what the teacher sees ------------------------------------------------------------------ */

typedef struct Guesser {
  Training *training;
  size_t count, labels; /* count: the rows of the corpus                   */
  Text *texts;          /* [count]                                         */
  uint32_t *targets;    /* [count] LABELS_NONE: is guessed                 */
  uint32_t *labelled;   /* [labelled_count] rows that have a label, in random order */
  size_t labelled_count;
  Tfidf tfidf;
  TextRows words;
  float *probabilities; /* [count][labels]                                 */
  float *by_names, *by_centres; /* [count][labels] of zero_shot.h; NULL: labels have no phrases */
} Guesser;

static void guesser_free(Guesser *g) {
  free(g->texts);
  free(g->targets);
  free(g->labelled);
  free(g->probabilities);
  free(g->by_names);
  free(g->by_centres);
  tfidf_free(&g->tfidf);
  text_rows_free(&g->words);
}

static Status guesser_new(Guesser *g, Training *t, Error *error) {
  *g = (Guesser){.training = t, .count = t->corpus.rows, .labels = t->corpus.labels.keys.count};
  if (g->count > SIZE_MAX / g->labels / sizeof(float)) return error_no_memory(error);
  g->texts = calloc(g->count + 1, sizeof *g->texts);
  g->targets = malloc((g->count + 1) * sizeof *g->targets);
  g->labelled = malloc((t->corpus.rows + 1) * sizeof *g->labelled);
  g->probabilities = memory_floats(g->count * g->labels);
  bool ok = g->texts && g->targets && g->labelled && g->probabilities;
  if (t->taught.phrases) g->by_names = memory_floats(g->count * g->labels);
  if (t->taught.phrases) g->by_centres = memory_floats(g->count * g->labels);
  ok = ok && (!t->taught.phrases || (g->by_names && g->by_centres));
  return ok ? STATUS_OK : error_no_memory(error);
}

/* Rows that are held out keep their labels for themselves. */
static void list_texts(Guesser *g) {
  const Corpus *c = &g->training->corpus;
  Random random = random_stream(g->training->options.seed, RANDOM_TEACHER, 1);
  for (size_t row = 0; row < c->rows; row++) {
    bool labelled = c->target[row] < g->labels && c->use[row] != ROW_VALIDATES && c->use[row] != ROW_UNLABELLED;
    g->texts[row] = corpus_text(c, row);
    g->targets[row] = labelled ? c->target[row] : LABELS_NONE;
    if (labelled) g->labelled[g->labelled_count++] = (uint32_t)row;
  }
  random_shuffle(&random, g->labelled, g->labelled_count);
}

static Status read_texts(Guesser *g, Error *error) {
  Training *t = g->training;
  size_t most = MOST_COUNTS / g->labels < MOST_FEATURES ? MOST_COUNTS / g->labels : MOST_FEATURES;
  TfidfTraining features = {.texts = g->texts, .count = g->count, .most = most,
                            .vocabulary = vocabulary_size(&t->corpus.vocabulary)};
  t->taught.teacher->keeps_vectors = t->taught.phrases > 0;
  Status status = teacher_read(t->taught.teacher, t->options.seed, t->workers, error);
  if (!status) status = tfidf_collect(&g->tfidf, &features, t->workers, error);
  return status ? status : text_rows_read(&g->words, &g->tfidf, g->texts, g->count, t->workers, error);
}

/* ---- guesses -------------------------------------------------------------------------------- */

static Status score_by_phrases(Guesser *g, Error *error) {
  const TaughtLabels *taught = &g->training->taught;
  ZeroShot zero_shot = {.vectors = taught->teacher->own_vectors, .texts = g->count, .phrases = taught->phrases,
                        .size = taught->teacher->vector_size, .labels = g->labels, .targets = g->targets,
                        .phrase_labels = taught->phrase_labels};
  return zero_shot_scores(&zero_shot, g->training->workers, g->by_names, g->by_centres, error);
}

static Status guess(Guesser *g, Error *error) {
  const Teacher *teacher = g->training->taught.teacher;
  Status status = g->by_names ? score_by_phrases(g, error) : STATUS_OK;
  CoTraining training = {.features = teacher->features, .size = teacher->size, .words = &g->words.rows,
                         .targets = g->targets, .labels = g->labels, .by_names = g->by_names,
                         .by_centres = g->by_centres};
  if (!status) status = co_training_predict(&training, g->training->workers, g->probabilities, error);
  return status ? status : workers_poll(g->training->workers, error);
}

static uint32_t guessed(const Guesser *g, size_t row) {
  return output_argmax(g->probabilities + row * g->labels, g->labels);
}

/* Hides the labels of a fold after the other, and counts how often the guess is right. */
static Status judge(Guesser *g, Error *error) {
  const uint32_t *own = g->training->corpus.target;
  TaughtSummary *s = &g->training->taught.summary;
  Status status = STATUS_OK;
  for (size_t fold = 0; fold < FOLDS && g->labelled_count >= FOLDS && !status; fold++) {
    for (size_t i = fold; i < g->labelled_count; i += FOLDS) g->targets[g->labelled[i]] = LABELS_NONE;
    status = guess(g, error);
    for (size_t i = fold; i < g->labelled_count; i += FOLDS) {
      uint32_t row = g->labelled[i];
      s->judged++;
      s->right += guessed(g, row) == own[row];
      g->targets[row] = own[row];
    }
  }
  return status;
}

static Status take_labels(Guesser *g, Error *error) {
  Corpus *c = &g->training->corpus;
  TaughtLabels *taught = &g->training->taught;
  taught->guessed = calloc(c->rows + 1, sizeof *taught->guessed);
  if (!taught->guessed) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++) {
    if (c->use[row] != ROW_UNLABELLED) continue;
    c->target[row] = guessed(g, row);
    c->use[row] = ROW_TRAINS;
    taught->guessed[row] = true;
    taught->count++;
  }
  taught->probabilities = g->probabilities;
  g->probabilities = NULL;
  return STATUS_OK;
}

const float *taught_labels_of(const TaughtLabels *taught, size_t row, size_t labels) {
  return taught->guessed && taught->guessed[row] ? taught->probabilities + row * labels : NULL;
}

Status taught_labels_guess(Training *t, Error *error) {
  Guesser g;
  Status status = guesser_new(&g, t, error);
  if (!status) list_texts(&g);
  if (!status) status = read_texts(&g, error);
  if (!status) status = judge(&g, error);
  if (!status) status = guess(&g, error);
  if (!status) status = take_labels(&g, error);
  guesser_free(&g);
  return status;
}
