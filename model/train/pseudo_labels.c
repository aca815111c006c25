#include "train/pseudo_labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/random.h"
#include "linear/lsa.h"
#include "linear/svm.h"
#include "linear/tfidf.h"
#include "network/output.h"

enum {
  FOLDS = 5,
  EM_STEPS = 12,
  SIZE = 100, /* of a point */
  ROUNDS = 5,
  POLL_ROWS = 1024
};
static const float SMOOTHING = 0.1f; /* of a word's frequency, in texts */
static const float LABELLED = 3.0f, GUESSED = 0.3f; /* weight of a text, by words */
static const float LABELLED_COST = 0.3f, GUESSED_COST = 0.03f; /* by points */
static const float WITHOUT_COST = 2.0f; /* by words, of labelled texts alone */
static const float NEVER = -1e30f; /* less than any sum of logarithms, or margin */
static const float MOST_GUESSED = 0.8f; /* of the texts learned from, in the last round */

typedef struct Guesser {
  const Guess *guess;
  Workers *workers;
  const Tfidf *tfidf;
  SparseRows words, points; /* [count] the texts, as either */
  size_t *word_begin, *word_end, *point_begin, *point_end;
  uint32_t *word_feature, *point_feature;
  float *word_value, *point_value;
  uint32_t *shown;   /* [count] the labels that are not hidden                     */
  uint32_t *labels;  /* [count] what is guessed                                    */
  float *share;      /* [count][labels] of each label in a text; or its margin     */
  float *frequency;  /* [vocabulary][labels] logarithms of a word's, given a label */
  float *total;      /* [labels]                                                   */
  float *start;      /* [labels] 0, or NEVER where no text is shown to have it     */
  size_t *begin, *end; /* [count] the rows of a round, their targets, costs, order */
  uint32_t *targets, *order;
  float *costs;
  Error *error;
} Guesser;

/* ---- the texts -------------------------------------------------------------------- */

/* Words that one text alone has say nothing of others. */
static Status read_words(Guesser *g) {
  const Guess *q = g->guess;
  TfidfVector v = {0};
  size_t entries = 0, feature_capacity = 0, value_capacity = 0;
  float once = tfidf_idf(q->count, 1); /* of such a word */
  Status status = STATUS_OK;
  for (size_t i = 0; i < q->count && !status && (i % POLL_ROWS || !workers_stopped(g->workers)); i++) {
    status = tfidf_vector(g->tfidf, q->texts[i], &v, g->error);
    if (!status && (!memory_grow(&g->word_feature, &feature_capacity, entries + v.count + 1, sizeof(uint32_t)) ||
                    !memory_grow(&g->word_value, &value_capacity, entries + v.count + 1, sizeof(float))))
      status = error_no_memory(g->error);
    g->word_begin[i] = entries;
    for (size_t k = 0; k < v.count && !status; k++) {
      if (g->tfidf->idf[v.number[k]] >= once) continue;
      g->word_feature[entries] = v.number[k];
      g->word_value[entries++] = v.value[k];
    }
    g->word_end[i] = entries;
  }
  tfidf_vector_free(&v);
  g->words = (SparseRows){q->count, q->vocabulary, g->word_begin, g->word_end, g->word_feature, g->word_value};
  return status;
}

static Status read_points(Guesser *g) {
  size_t count = g->guess->count;
  for (size_t i = 0; i < count * SIZE; i++) g->point_feature[i] = (uint32_t)(i % SIZE);
  for (size_t i = 0; i < count; i++) {
    g->point_begin[i] = i * SIZE;
    g->point_end[i] = (i + 1) * SIZE;
  }
  g->points = (SparseRows){count, SIZE, g->point_begin, g->point_end, g->point_feature, g->point_value};
  return lsa_points(&g->words, SIZE, g->guess->seed, g->workers, g->point_value, g->error);
}

/* ---- by words --------------------------------------------------------------------- */

/* Frequencies of words from the labels' shares of the texts. */
static void maximise(Guesser *g) {
  const SparseRows *w = &g->words;
  size_t labels = g->guess->labels, cells = w->features * labels;
  for (size_t i = 0; i < cells; i++) g->frequency[i] = SMOOTHING;
  for (size_t i = 0; i < w->count; i++)
    for (size_t e = w->begin[i]; e < w->end[i]; e++)
      matrix_add_scaled(labels, 1.0f, g->share + i * labels, g->frequency + w->feature[e] * labels);
  memset(g->total, 0, labels * sizeof *g->total);
  for (size_t f = 0; f < w->features; f++) matrix_add_scaled(labels, 1.0f, g->frequency + f * labels, g->total);
  for (size_t i = 0; i < cells; i++) g->frequency[i] = logf(g->frequency[i] / g->total[i % labels]);
}

/* Labels' shares of the texts whose label is not shown, from the words. The sum
** of logarithms is damped by length: words of a text say the same again.
*/
static void expect(Guesser *g) {
  const SparseRows *w = &g->words;
  size_t labels = g->guess->labels;
  for (size_t i = 0; i < w->count && (i % POLL_ROWS || !workers_stopped(g->workers)); i++) {
    float *share = g->share + i * labels;
    if (g->shown[i] != LABELS_NONE) continue;
    memcpy(share, g->start, labels * sizeof *share);
    for (size_t e = w->begin[i]; e < w->end[i]; e++) matrix_add_scaled(labels, 1.0f, g->frequency + w->feature[e] * labels, share);
    float damping = 1.0f + (float)(w->end[i] - w->begin[i]) / 10.0f;
    for (size_t c = 0; c < labels; c++) share[c] /= damping;
    output_softmax(1, labels, share, share);
    g->labels[i] = w->end[i] > w->begin[i] ? output_argmax(share, labels) : LABELS_NONE;
    for (size_t c = 0; c < labels; c++) share[c] *= GUESSED;
  }
}

static void guess_by_words(Guesser *g) {
  size_t labels = g->guess->labels;
  memset(g->share, 0, g->guess->count * labels * sizeof *g->share);
  for (size_t i = 0; i < g->guess->count; i++)
    if (g->shown[i] != LABELS_NONE) g->share[i * labels + g->shown[i]] = LABELLED;
  for (int step = 0; step < EM_STEPS && !workers_stopped(g->workers); step++) {
    maximise(g);
    expect(g);
  }
}

/* ---- by points -------------------------------------------------------------------- */

/* One machine a label, on the rows of the round, which are among all; then the
** margins of all texts.
*/
static void learn_round(Guesser *g, const SparseRows *all, size_t rows, Svm *svm) {
  SparseRows round = *all;
  size_t labels = g->guess->labels;
  round.count = rows;
  round.begin = g->begin;
  round.end = g->end;
  svm_measure(&round, svm);
  for (uint32_t c = 0; c < labels && !workers_stopped(g->workers); c++) {
    memset(svm->weights, 0, (all->features + 1) * sizeof *svm->weights);
    svm_fit(&round, g->targets, c, g->costs, g->guess->seed, g->workers, svm);
    for (size_t i = 0; i < g->guess->count; i++) {
      float margin = svm->weights[all->features] + g->start[c];
      for (size_t e = all->begin[i]; e < all->end[i]; e++) margin += all->value[e] * svm->weights[all->feature[e]];
      g->share[i * labels + c] = margin;
    }
  }
  for (size_t i = 0; i < g->guess->count; i++)
    g->labels[i] = g->words.end[i] > g->words.begin[i] ? output_argmax(g->share + i * labels, labels)
                                                       : LABELS_NONE;
}

static size_t add_round_row(Guesser *g, const SparseRows *all, size_t rows, size_t text, uint32_t target,
                            float cost) {
  g->begin[rows] = all->begin[text];
  g->end[rows] = all->end[text];
  g->targets[rows] = target;
  g->costs[rows] = cost;
  return rows + 1;
}

static size_t add_shown(Guesser *g, const SparseRows *all, float cost) {
  size_t rows = 0;
  for (size_t i = 0; i < g->guess->count; i++)
    if (g->shown[i] != LABELS_NONE) rows = add_round_row(g, all, rows, i, g->shown[i], cost);
  return rows;
}

typedef struct Sure {
  float margin;
  uint32_t text;
} Sure;

static int surest_first(const void *a, const void *b) {
  const Sure *x = a, *y = b;
  if (x->margin != y->margin) return x->margin > y->margin ? -1 : 1;
  return x->text < y->text ? -1 : x->text > y->text;
}

/* Adds the texts that are most surely of a label, as many of each. */
static size_t add_surest(Guesser *g, size_t rows, size_t most, Sure *sure) {
  size_t labels = g->guess->labels;
  for (uint32_t c = 0; c < labels; c++) {
    size_t found = 0;
    for (size_t i = 0; i < g->guess->count; i++)
      if (g->shown[i] == LABELS_NONE && g->labels[i] == c)
        sure[found++] = (Sure){g->share[i * labels + c], (uint32_t)i};
    qsort(sure, found, sizeof *sure, surest_first);
    for (size_t k = 0; k < found && k < most; k++)
      rows = add_round_row(g, &g->points, rows, sure[k].text, c, GUESSED_COST);
  }
  return rows;
}

static Status guess_by_points(Guesser *g) {
  const Guess *q = g->guess;
  Svm svm;
  Sure *sure = malloc(q->count * sizeof *sure);
  Status status = svm_new(&g->points, &svm, g->error);
  if (!status && !sure) status = error_no_memory(g->error);
  for (int round = 0; round <= ROUNDS && !status && !workers_stopped(g->workers); round++) {
    size_t rows = add_shown(g, &g->points, LABELLED_COST);
    float most = MOST_GUESSED * (float)(q->count * (size_t)round) / (float)(ROUNDS * q->labels);
    if (round) rows = add_surest(g, rows, (size_t)most, sure);
    learn_round(g, &g->points, rows, &svm);
  }
  free(sure);
  svm_free(&svm);
  return status;
}

/* What labelled texts alone say, by their words. */
static Status guess_without(Guesser *g) {
  Svm svm;
  Status status = svm_new(&g->words, &svm, g->error);
  if (!status) learn_round(g, &g->words, add_shown(g, &g->words, WITHOUT_COST), &svm);
  svm_free(&svm);
  return status;
}

/* ---- which of them --------------------------------------------------------------- */

/* Of a label that no text is shown to have, nothing is known to guess it by. */
static void find_shown(Guesser *g) {
  for (size_t c = 0; c < g->guess->labels; c++) g->start[c] = NEVER;
  for (size_t i = 0; i < g->guess->count; i++)
    if (g->shown[i] != LABELS_NONE) g->start[g->shown[i]] = 0.0f;
}

/* Labelled texts in an order drawn by seed: each FOLDS-th from `fold` on is hidden. */
static size_t hide_fold(Guesser *g, size_t fold) {
  const Guess *q = g->guess;
  size_t labelled = 0;
  for (size_t i = 0; i < q->count; i++)
    if (q->targets[i] != LABELS_NONE) g->order[labelled++] = (uint32_t)i;
  Random random = random_stream(q->seed, RANDOM_PSEUDO_LABELS, 0);
  random_shuffle(&random, g->order, labelled);
  memcpy(g->shown, q->targets, q->count * sizeof *g->shown);
  for (size_t i = fold; i < labelled; i += FOLDS) g->shown[g->order[i]] = LABELS_NONE;
  find_shown(g);
  return labelled;
}

static size_t hits_of_fold(const Guesser *g, size_t fold, size_t labelled) {
  size_t hits = 0;
  for (size_t i = fold; i < labelled; i += FOLDS)
    hits += g->labels[g->order[i]] == g->guess->targets[g->order[i]];
  return hits;
}

static Status guess_task_status(Guesser *g) {
  const Guess *q = g->guess;
  size_t by_words = 0, by_points = 0, without = 0;
  Status status = read_words(g);
  if (!status) status = read_points(g);
  for (size_t fold = 0; fold < FOLDS && !status && !workers_stopped(g->workers); fold++) {
    size_t labelled = hide_fold(g, fold);
    guess_by_words(g);
    by_words += hits_of_fold(g, fold, labelled);
    status = guess_by_points(g);
    by_points += hits_of_fold(g, fold, labelled);
    if (!status) status = guess_without(g);
    without += hits_of_fold(g, fold, labelled);
  }
  memcpy(g->shown, q->targets, q->count * sizeof *g->shown);
  find_shown(g);
  if (status) return status;
  if (by_points > by_words && by_points >= without) return guess_by_points(g);
  if (by_words >= without)
    guess_by_words(g);
  else
    for (size_t i = 0; i < q->count; i++) g->labels[i] = LABELS_NONE;
  return STATUS_OK;
}

static Status guess_task(void *context, size_t index, size_t worker, Error *error) {
  (void)index;
  (void)worker;
  Guesser *g = context;
  g->error = error;
  return guess_task_status(g);
}

/* ---- memory --------------------------------------------------------------------------- */

static Status guesser_new(Guesser *g, Error *error) {
  size_t count = g->guess->count, labels = g->guess->labels;
  g->word_begin = calloc(count, sizeof *g->word_begin);
  g->word_end = calloc(count, sizeof *g->word_end);
  g->point_begin = calloc(count, sizeof *g->point_begin);
  g->point_end = calloc(count, sizeof *g->point_end);
  g->point_feature = malloc(count * SIZE * sizeof *g->point_feature);
  g->point_value = memory_floats(count * SIZE);
  g->shown = calloc(count, sizeof *g->shown);
  g->share = memory_floats(count * labels);
  g->frequency = memory_floats(g->guess->vocabulary * labels);
  g->total = calloc(labels, sizeof *g->total);
  g->start = calloc(labels, sizeof *g->start);
  g->begin = calloc(count, sizeof *g->begin);
  g->end = calloc(count, sizeof *g->end);
  g->targets = calloc(count, sizeof *g->targets);
  g->order = calloc(count, sizeof *g->order);
  g->costs = calloc(count, sizeof *g->costs);
  bool ok = g->word_begin && g->word_end && g->point_begin && g->point_end && g->point_feature &&
            g->point_value && g->shown && g->share && g->frequency && g->total && g->start && g->begin && g->end &&
            g->targets && g->order && g->costs;
  return ok ? STATUS_OK : error_no_memory(error);
}

static void guesser_free(Guesser *g) {
  free(g->word_begin);
  free(g->word_end);
  free(g->word_feature);
  free(g->word_value);
  free(g->point_begin);
  free(g->point_end);
  free(g->point_feature);
  free(g->point_value);
  free(g->shown);
  free(g->share);
  free(g->frequency);
  free(g->total);
  free(g->start);
  free(g->begin);
  free(g->end);
  free(g->targets);
  free(g->order);
  free(g->costs);
}

Status guess_labels(const Guess *q, Workers *workers, uint32_t *labels, Error *error) {
  Tfidf words = {0};
  Guesser g = {.guess = q, .workers = workers, .tfidf = &words, .labels = labels};
  Status status = guesser_new(&g, error);
  TfidfTraining training = {.texts = q->texts, .count = q->count, .vocabulary = q->vocabulary,
                            .most = q->vocabulary}; /* no room for pairs */
  if (!status) status = tfidf_collect(&words, &training, workers, error);
  if (!status) status = workers_run(workers, 1, guess_task, &g, error);
  for (size_t i = 0; i < q->count && !status; i++)
    if (q->targets[i] != LABELS_NONE) labels[i] = q->targets[i];
  guesser_free(&g);
  tfidf_free(&words);
  return status;
}
