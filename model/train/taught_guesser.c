#include "train/taught_guesser.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "network/output.h"
#include "teacher/co_training.h"
#include "teacher/zero_shot.h"

/* Counts of words by label are a table of at most this many numbers. */
enum { MOST_COUNTS = 16 << 20, MOST_FEATURES = 200000 };

/* Of the labelled rows so many are read before all others, where time is limited: enough to learn from. */
enum { MOST_FIRST = 500 };

void taught_guesser_free(TaughtGuesser *g) {
  free(g->texts);
  free(g->targets);
  free(g->labelled);
  free(g->probabilities);
  free(g->by_names);
  free(g->by_centres);
  tfidf_free(&g->tfidf);
  text_rows_free(&g->words);
}

static Status allocate(TaughtGuesser *g, Error *error) {
  size_t texts = g->count + g->training->taught.phrases;
  bool named = g->training->taught.phrases > 0;
  g->texts = calloc(g->count + 1, sizeof *g->texts);
  g->targets = malloc((texts + 1) * sizeof *g->targets);
  g->labelled = malloc((texts + 1) * sizeof *g->labelled);
  g->probabilities = memory_floats(memory_product(g->count, g->labels));
  if (named) g->by_names = memory_floats(memory_product(g->count, g->labels));
  if (named) g->by_centres = memory_floats(memory_product(g->count, g->labels));
  bool ok = g->texts && g->targets && g->labelled && g->probabilities && (!named || (g->by_names && g->by_centres));
  return ok ? STATUS_OK : error_no_memory(error);
}

bool taught_guesser_shows(const Training *t, size_t row) {
  const Corpus *c = &t->corpus;
  return c->target[row] < c->labels.keys.count && c->use[row] != ROW_VALIDATES && c->use[row] != ROW_UNLABELLED;
}

static Status read_words(TaughtGuesser *g, Error *error) {
  size_t most = MOST_COUNTS / g->labels < MOST_FEATURES ? MOST_COUNTS / g->labels : MOST_FEATURES;
  TfidfTraining features = {.texts = g->texts, .count = g->count, .most = most,
                            .vocabulary = vocabulary_size(&g->training->corpus.vocabulary)};
  Status status = tfidf_collect(&g->tfidf, &features, g->training->workers, error);
  g->words_read = true;
  return status ? status : text_rows_read(&g->words, &g->tfidf, g->texts, g->count, g->training->workers, error);
}

Status taught_guesser_new(TaughtGuesser *g, Training *t, Teacher *teacher, uint32_t *rows, size_t count,
                          Error *error) {
  const Corpus *c = &t->corpus;
  *g = (TaughtGuesser){.training = t, .teacher = teacher, .count = count, .labels = c->labels.keys.count,
                       .rows = rows};
  Status status = allocate(g, error);
  for (size_t i = 0; i < count && !status; i++) {
    g->texts[i] = corpus_text(c, rows[i]);
    g->targets[i] = taught_guesser_shows(t, rows[i]) ? c->target[rows[i]] : LABELS_NONE;
  }
  for (size_t i = 0; i < t->taught.phrases && !status; i++) g->targets[count + i] = t->taught.phrase_labels[i];
  return status;
}

/* The phrases of labels are texts to learn from, too, beside those of rows. Alone they teach too little: what they
** did for some tables they spoiled for others.
*/
static LabelledTexts list_labelled(TaughtGuesser *g) {
  size_t phrases = g->training->taught.phrases;
  LabelledTexts labelled = {.rows = g->labelled, .targets = g->targets, .labels = g->labels};
  for (uint32_t i = 0; i < g->count; i++)
    if (g->targets[i] != LABELS_NONE) g->labelled[labelled.count++] = i;
  if (labelled.count == 0) return labelled;
  for (size_t i = 0; i < phrases; i++) g->labelled[labelled.count++] = (uint32_t)(g->count + i);
  return labelled;
}

/* The phrases, then labelled rows drawn by seed. Returns how many. */
static size_t list_first(TaughtGuesser *g) {
  size_t phrases = g->training->taught.phrases, count = phrases;
  Random random = random_stream(g->training->options.seed, RANDOM_TEACHER, 3);
  for (size_t i = 0; i < phrases; i++) g->labelled[i] = (uint32_t)(g->count + i);
  for (uint32_t i = 0; i < g->count; i++)
    if (g->targets[i] != LABELS_NONE) g->labelled[count++] = i;
  random_shuffle(&random, g->labelled + phrases, count - phrases);
  return count - phrases < MOST_FIRST ? count : phrases + MOST_FIRST;
}

/* Goes on with the texts that were read alone. */
static void take_out_unread(TaughtGuesser *g) {
  Teacher *t = g->teacher;
  size_t rows = 0, kept = 0;
  for (size_t i = 0; i < t->count; i++) {
    if (t->unread[i]) continue;
    memmove(t->features + kept * t->size, t->features + i * t->size, t->size * sizeof *t->features);
    if (t->own_vectors)
      memmove(t->own_vectors + kept * t->vector_size, t->own_vectors + i * t->vector_size,
              t->vector_size * sizeof *t->own_vectors);
    g->targets[kept] = g->targets[i];
    if (i < g->count) g->texts[kept] = g->texts[i];
    if (i < g->count) g->rows[rows++] = g->rows[i];
    kept++;
  }
  g->count = rows;
}

/* Of the texts to learn from each must be read. */
static void keep_read(TaughtGuesser *g, size_t first) {
  const bool *unread = g->teacher->unread;
  bool all = true;
  for (size_t i = 0; i < first && unread; i++) all = all && !unread[g->labelled[i]];
  if (!all) g->count = 0;
  else if (unread) take_out_unread(g);
}

static Status read_sentences(TaughtGuesser *g, bool read, Error *error) {
  const Training *t = g->training;
  if (read && !g->teacher->tuned) return STATUS_OK; /* nothing has changed since */
  size_t first = g->teacher->time ? list_first(g) : 0;
  Status status = teacher_read(g->teacher, g->labelled, first, t->options.seed, t->workers, error);
  if (!status) keep_read(g, first);
  return status;
}

static Status score_by_phrases(TaughtGuesser *g, Error *error) {
  const TaughtLabels *taught = &g->training->taught;
  ZeroShot zero_shot = {.vectors = g->teacher->own_vectors, .texts = g->count, .phrases = taught->phrases,
                        .size = g->teacher->vector_size, .labels = g->labels, .targets = g->targets,
                        .phrase_labels = taught->phrase_labels};
  return zero_shot_scores(&zero_shot, g->training->workers, g->by_names, g->by_centres, error);
}

static Status co_train(TaughtGuesser *g, Error *error) {
  Status status = g->words_read ? STATUS_OK : read_words(g, error);
  if (!status && g->by_names) status = score_by_phrases(g, error);
  CoTraining training = {.features = g->teacher->features, .size = g->teacher->size,
                         .tuned = g->teacher->tuned != NULL, .words = &g->words.rows,
                         .targets = g->targets, .labels = g->labels, .by_names = g->by_names,
                         .by_centres = g->by_centres, .time = g->teacher->time};
  return status ? status : co_training_predict(&training, g->training->workers, g->probabilities, error);
}

static bool learned_briefly(const TaughtGuesser *g) { return g->teacher->steps_taken < FINE_TUNING_STEPS; }

Status taught_guesser_run(TaughtGuesser *g, Error *error) {
  const Training *t = g->training;
  bool read = g->teacher->features && !g->teacher->tuned;
  g->teacher->keeps_vectors = g->by_names != NULL;
  Status status = teacher_tune(g->teacher, list_labelled(g), t->options.seed, t->workers, error);
  bool useless = g->teacher->learns_fully && learned_briefly(g);
  if (!status && !useless) status = read_sentences(g, read, error);
  if (!status && !useless && g->count) status = co_train(g, error);
  return status ? status : workers_poll(t->workers, error);
}

bool taught_guesser_was_cut(const TaughtGuesser *g) {
  return g->teacher->unread || learned_briefly(g) || time_left(g->teacher->time) <= 0.0;
}

uint32_t taught_guesser_label(const TaughtGuesser *g, size_t row) {
  return output_argmax(g->probabilities + row * g->labels, g->labels);
}
