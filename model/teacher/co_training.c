#include "teacher/co_training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "network/output.h"
#include "teacher/logistic_regression.h"
#include "text/labels.h"

enum { ROUNDS = 5, WORDS_FROM_ROUND = 3, FEW_LABELS = 20, BLOCK = 256 };
enum { ENOUGH_ROWS = 4 };  /* of each label, to begin with the regression although there are names */
enum { SOON_LEARNED = 1000 }; /* rows: a fit to so few is never cut short, which would guess at random */
enum { FIRST_ITERATIONS = 60, ITERATIONS = 25 }; /* of the regression; it goes on from round to round */

static const float COST = 10.0f;              /* of the regression                                  */
static const float SHARPENING = 2.0f;         /* of its scores                                      */
static const float UNLABELLED_WEIGHT = 3.0f;  /* of all rows without a label, to those with one     */
static const float NAMED_ROWS = 100.0f;       /* of a label weigh that much, if it has a name       */
static const float CLOSENESS = 20.0f;         /* scale of a cosine as a score                       */
static const float NAMES = 0.3f;              /* how much the names count in later rounds           */
static const float LABELLED_COUNT = 3.0f;     /* times that a labelled row counts in naive Bayes    */
static const float SMOOTHING = 0.1f;          /* added to the count of each word                    */
static const float DEPENDENCE = 10.0f;        /* words that tell as much as one that is independent */

typedef struct CoTrainer {
  const CoTraining *training;
  Workers *workers;
  uint32_t *rows;       /* [count] those with a label first             */
  size_t labelled;
  bool begins_with_names;
  float *targets;       /* [count][labels] P                            */
  float *weights;       /* [count] in the regression                    */
  float *scores;        /* [count][labels] Z, then log softmax(2 Z) + N */
  float *parameters;    /* of the regression                            */
  float *word_counts;   /* [features][labels] of naive Bayes            */
  float *label_words;   /* [labels] the sum of them, smoothed           */
  float *label_rows;    /* [labels]                                     */
  size_t words;         /* different ones in the rows                   */
  float *own;           /* [workers][2][labels] scratch                 */
} CoTrainer;

static void co_trainer_free(CoTrainer *c) {
  free(c->rows);
  free(c->weights);
  free(c->scores);
  free(c->parameters);
  free(c->word_counts);
  free(c->label_words);
  free(c->label_rows);
  free(c->own);
}

static LogisticProblem problem(const CoTrainer *c, size_t count) {
  const CoTraining *t = c->training;
  return (LogisticProblem){.x = t->features, .rows = c->rows, .targets = c->targets, .weights = c->weights,
                           .count = count, .size = t->size, .labels = t->labels, .cost = COST,
                           .time = count > SOON_LEARNED ? t->time : NULL};
}

static Status co_trainer_new(CoTrainer *c, Error *error) {
  const CoTraining *t = c->training;
  size_t count = t->words->count, labels = t->labels;
  LogisticProblem all = problem(c, count);
  c->rows = malloc((count + 1) * sizeof *c->rows);
  c->weights = memory_floats(count);
  c->scores = memory_floats(memory_product(count, labels));
  c->parameters = memory_floats(logistic_regression_size(&all));
  c->word_counts = memory_floats(memory_product(t->words->features, labels));
  c->label_words = memory_floats(labels);
  c->label_rows = memory_floats(labels);
  c->own = memory_floats(memory_product(labels, 2 * workers_count(c->workers)));
  bool ok = c->rows && c->weights && c->scores && c->parameters && c->word_counts && c->label_words && c->label_rows &&
            c->own;
  return ok ? STATUS_OK : error_no_memory(error);
}

static bool has_label(const CoTrainer *c, size_t row) { return c->training->targets[row] != LABELS_NONE; }

/* Whether there are names, and a label has too few rows to do without. label_rows is scratch yet. */
static bool needs_names(const CoTrainer *c) {
  const CoTraining *t = c->training;
  memset(c->label_rows, 0, t->labels * sizeof *c->label_rows);
  for (size_t i = 0; i < c->labelled; i++) c->label_rows[t->targets[c->rows[i]]] += 1.0f;
  for (size_t l = 0; l < t->labels && t->by_names; l++)
    if (c->label_rows[l] < ENOUGH_ROWS) return true;
  return false;
}

/* Of each of so many rows without a label. */
static float unlabelled_weight(const CoTrainer *c, size_t rows) {
  float together = UNLABELLED_WEIGHT * (float)c->labelled;
  if (c->begins_with_names) together = fmaxf(together, NAMED_ROWS * (float)c->training->labels);
  return fminf(1.0f, together / fmaxf((float)rows, 1.0f));
}

static void list_rows(CoTrainer *c) {
  size_t count = c->training->words->count, others = 0;
  for (uint32_t i = 0; i < count; i++)
    if (has_label(c, i)) c->rows[c->labelled++] = i;
  for (uint32_t i = 0; i < count; i++)
    if (!has_label(c, i)) c->rows[c->labelled + others++] = i;
  c->begins_with_names = needs_names(c);
  float weight = unlabelled_weight(c, others);
  for (size_t i = 0; i < count; i++) c->weights[i] = has_label(c, i) ? 1.0f : weight;
}

/* Not all features are in the rows. Marks those that are in a table that is computed later. */
static void count_different(CoTrainer *c) {
  const SparseRows *w = c->training->words;
  for (size_t i = 0; i < w->count; i++)
    for (size_t e = w->begin[i]; e < w->end[i]; e++) {
      float *mark = &c->word_counts[w->feature[e] * c->training->labels];
      c->words += *mark == 0.0f;
      *mark = 1.0f;
    }
}

/* P = softmax(scores), with the labels that are known. */
static void set_targets(CoTrainer *c) {
  size_t count = c->training->words->count, labels = c->training->labels;
  output_softmax(count, labels, c->scores, c->targets);
  for (size_t i = 0; i < count; i++) {
    if (!has_label(c, i)) continue;
    memset(c->targets + i * labels, 0, labels * sizeof *c->targets);
    c->targets[i * labels + c->training->targets[i]] = 1.0f;
  }
}

/* ---- the first view ----------------------------------------------------------------------- */

/* row [labels] = scale * row - log of the sum of its exponentials */
static void log_softmax(size_t labels, float scale, float *row) {
  float highest = -INFINITY, sum = 0;
  for (size_t l = 0; l < labels; l++) {
    row[l] *= scale;
    highest = fmaxf(highest, row[l]);
  }
  for (size_t l = 0; l < labels; l++) sum += expf(row[l] - highest);
  float subtracted = highest + logf(sum);
  for (size_t l = 0; l < labels; l++) row[l] -= subtracted;
}

/* Learns from the first `count` rows of the list, and scores all. */
static Status regress(CoTrainer *c, size_t count, size_t iterations, Error *error) {
  size_t all = c->training->words->count, labels = c->training->labels;
  LogisticProblem p = problem(c, count);
  Status status = logistic_regression_fit(&p, iterations, c->workers, c->parameters, error);
  if (!status) status = logistic_regression_score(&p, c->parameters, all, c->workers, c->scores, error);
  for (size_t i = 0; i < all && !status; i++) log_softmax(labels, SHARPENING, c->scores + i * labels);
  if (!status && c->training->by_names)
    matrix_add_scaled(all * labels, NAMES * CLOSENESS, c->training->by_names, c->scores);
  return status;
}

/* The scores before the first round. */
static Status begin_scores(CoTrainer *c, Error *error) {
  const CoTraining *t = c->training;
  if (!c->begins_with_names) return regress(c, c->labelled, FIRST_ITERATIONS, error);
  matrix_add_scaled(t->words->count * t->labels, CLOSENESS, t->by_centres, c->scores);
  return STATUS_OK;
}

/* ---- the second view ------------------------------------------------------------------------ */

static float count_of(const CoTrainer *c, size_t row) { return has_label(c, row) ? LABELLED_COUNT : 1.0f; }

static void count_words(CoTrainer *c) {
  const SparseRows *w = c->training->words;
  size_t labels = c->training->labels;
  memset(c->word_counts, 0, w->features * labels * sizeof *c->word_counts);
  memset(c->label_rows, 0, labels * sizeof *c->label_rows);
  for (size_t l = 0; l < labels; l++) c->label_words[l] = SMOOTHING * (float)c->words;
  for (size_t i = 0; i < w->count; i++) {
    const float *target = c->targets + i * labels;
    float times = count_of(c, i);
    for (size_t e = w->begin[i]; e < w->end[i]; e++)
      matrix_add_scaled(labels, times, target, c->word_counts + w->feature[e] * labels);
    matrix_add_scaled(labels, times * (float)(w->end[i] - w->begin[i]), target, c->label_words);
    matrix_add_scaled(labels, times, target, c->label_rows);
  }
}

/* Adds to a row's scores those of naive Bayes, in which its own words do not count. */
static void add_words(const CoTrainer *c, size_t row, float *own, float *scores) {
  const SparseRows *w = c->training->words;
  size_t labels = c->training->labels;
  float length = (float)(w->end[row] - w->begin[row]);
  for (size_t l = 0; l < labels; l++) {
    own[l] = count_of(c, row) * c->targets[row * labels + l];
    scores[l] = logf(fmaxf(c->label_rows[l] - own[l], 0.0f) + 1.0f) -
                length * logf(fmaxf(c->label_words[l] - length * own[l], SMOOTHING));
  }
  for (size_t e = w->begin[row]; e < w->end[row]; e++) {
    const float *counts = c->word_counts + w->feature[e] * labels;
    for (size_t l = 0; l < labels; l++) scores[l] += logf(fmaxf(counts[l] - own[l], 0.0f) + SMOOTHING);
  }
  log_softmax(labels, 1.0f / (1.0f + length / DEPENDENCE), scores);
}

static Status add_words_of_block(void *context, size_t block, size_t worker, Error *error) {
  (void)error;
  const CoTrainer *c = context;
  size_t labels = c->training->labels, count = c->training->words->count, end = (block + 1) * BLOCK;
  float *own = c->own + worker * 2 * labels, *scores = own + labels;
  float weight = c->training->tuned || labels > FEW_LABELS ? 0.5f : 1.0f;
  for (size_t i = block * BLOCK; i < end && i < count; i++) {
    add_words(c, i, own, scores);
    matrix_add_scaled(labels, weight, scores, c->scores + i * labels);
  }
  return STATUS_OK;
}

/* ---- rounds ------------------------------------------------------------------------------------ */

static Status run_round(CoTrainer *c, int round, Error *error) {
  size_t count = c->training->words->count;
  Status status = regress(c, count, ITERATIONS, error);
  if (status || round < WORDS_FROM_ROUND) return status;
  set_targets(c);
  count_words(c);
  return workers_run(c->workers, (count + BLOCK - 1) / BLOCK, add_words_of_block, c, error);
}

Status co_training_predict(const CoTraining *training, Workers *workers, float *probabilities, Error *error) {
  CoTrainer c = {.training = training, .workers = workers, .targets = probabilities};
  Status status = co_trainer_new(&c, error);
  if (!status) {
    list_rows(&c);
    count_different(&c);
    set_targets(&c);
    status = begin_scores(&c, error);
    set_targets(&c);
  }
  for (int round = 1; round <= ROUNDS && !status && time_left(training->time) > 0.0; round++) {
    status = run_round(&c, round, error);
    set_targets(&c);
  }
  co_trainer_free(&c);
  return status;
}
