#include "train/pseudo_labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "linear/lsa.h"
#include "linear/text_rows.h"
#include "train/naive_bayes.h"
#include "train/self_training.h"

enum { FOLDS = 5, POINT_SIZE = PSEUDO_LABELS_POINT, SELF_TRAINING_ROUNDS = 5 };

static const float SELF_TRAINING_COST = 0.3f, PSEUDO_LABELLED_COST = 0.03f, SUPERVISED_COST = 2.0f;

/* Of methods that are right as often, the first is taken. */
enum { NAIVE_BAYES, SELF_TRAINING, SUPERVISED, METHODS };

typedef struct PseudoLabeller {
  const PseudoLabelling *labelling;
  Workers *workers;
  Tfidf tfidf;
  TextRows words, points; /* a row for each text                      */
  uint32_t *labelled;      /* [labelled_count] texts, in random order  */
  size_t labelled_count;
  uint32_t *visible;       /* [count] targets, LABELS_NONE in a fold   */
  uint32_t *labels;        /* [count] predicted                        */
} PseudoLabeller;

/* ---- memory --------------------------------------------------------------------------- */

static void pseudo_labeller_free(PseudoLabeller *p) {
  tfidf_free(&p->tfidf);
  text_rows_free(&p->words);
  text_rows_free(&p->points);
  free(p->labelled);
  free(p->visible);
}

static Status pseudo_labeller_new(PseudoLabeller *p, Error *error) {
  const PseudoLabelling *l = p->labelling;
  bool ok = text_rows_new(&p->points, l->count, POINT_SIZE, l->count * POINT_SIZE);
  p->labelled = calloc(l->count + 1, sizeof *p->labelled);
  p->visible = calloc(l->count + 1, sizeof *p->visible);
  return ok && p->labelled && p->visible ? STATUS_OK : error_no_memory(error);
}

/* ---- the texts as rows ------------------------------------------------------------------ */

/* Computes a point for each text. A text without words is a row without entries. */
static Status compute_points(PseudoLabeller *p, Error *error) {
  const SparseRows *words = &p->words.rows;
  TextRows *points = &p->points;
  for (size_t i = 0; i < words->count; i++) {
    points->begin[i] = i * POINT_SIZE;
    points->end[i] = words->end[i] > words->begin[i] ? (i + 1) * POINT_SIZE : i * POINT_SIZE;
  }
  for (size_t i = 0; i < words->count * POINT_SIZE; i++) points->feature[i] = (uint32_t)(i % POINT_SIZE);
  return lsa_points(words, POINT_SIZE, p->labelling->seed, p->workers, points->value, error);
}

/* ---- the choice of a method ---------------------------------------------------------- */

/* Writes the labels. */
static Status predict_by(PseudoLabeller *p, size_t method, const uint32_t *targets, Error *error) {
  const PseudoLabelling *l = p->labelling;
  SelfTraining training = {.rows = &p->points.rows, .targets = targets, .labels = l->labels,
                           .rounds = SELF_TRAINING_ROUNDS, .labelled_cost = SELF_TRAINING_COST,
                           .pseudo_labelled_cost = PSEUDO_LABELLED_COST, .seed = l->seed};
  if (method == NAIVE_BAYES)
    return naive_bayes_predict(&p->words.rows, targets, l->labels, p->workers, p->labels, error);
  if (method == SUPERVISED) {
    training.rows = &p->words.rows;
    training.rounds = 0;
    training.labelled_cost = SUPERVISED_COST;
  }
  return self_training_predict(&training, p->workers, p->labels, error);
}

static void shuffle_labelled(PseudoLabeller *p) {
  const PseudoLabelling *l = p->labelling;
  Random random = random_stream(l->seed, RANDOM_PSEUDO_LABELS, 0);
  for (size_t i = 0; i < l->count; i++)
    if (l->targets[i] != LABELS_NONE) p->labelled[p->labelled_count++] = (uint32_t)i;
  random_shuffle(&random, p->labelled, p->labelled_count);
}

static void hide_fold(PseudoLabeller *p, size_t fold) {
  memcpy(p->visible, p->labelling->targets, p->labelling->count * sizeof *p->visible);
  for (size_t i = fold; i < p->labelled_count; i += FOLDS) p->visible[p->labelled[i]] = LABELS_NONE;
}

static size_t count_correct(const PseudoLabeller *p, size_t fold) {
  size_t correct = 0;
  for (size_t i = fold; i < p->labelled_count; i += FOLDS)
    correct += p->labels[p->labelled[i]] == p->labelling->targets[p->labelled[i]];
  return correct;
}

static Status choose_method(PseudoLabeller *p, size_t *best, Error *error) {
  size_t correct[METHODS] = {0};
  Status status = STATUS_OK;
  shuffle_labelled(p);
  for (size_t fold = 0; fold < FOLDS && !status && !workers_stopped(p->workers); fold++) {
    hide_fold(p, fold);
    for (size_t method = 0; method < METHODS && !status; method++) {
      status = predict_by(p, method, p->visible, error);
      if (!status) correct[method] += count_correct(p, fold);
    }
  }
  *best = 0;
  for (size_t method = 0; method < METHODS; method++)
    if (correct[method] > correct[*best]) *best = method;
  return status;
}

/* For workers_run(): one long task. */
static Status label_task(void *context, size_t index, size_t worker, Error *error) {
  (void)index;
  (void)worker;
  PseudoLabeller *p = context;
  const PseudoLabelling *l = p->labelling;
  size_t method;
  Status status = text_rows_read(&p->words, &p->tfidf, l->texts, l->count, p->workers, error);
  if (!status) status = compute_points(p, error);
  if (!status) status = choose_method(p, &method, error);
  if (status) return status;
  if (method != SUPERVISED) return predict_by(p, method, l->targets, error);
  memcpy(p->labels, l->targets, l->count * sizeof *p->labels);
  return STATUS_OK;
}

Status pseudo_labels_predict(const PseudoLabelling *l, Workers *workers, uint32_t *labels, Error *error) {
  PseudoLabeller p = {.labelling = l, .workers = workers, .labels = labels};
  Status status = pseudo_labeller_new(&p, error);
  TfidfTraining words = {.texts = l->texts, .count = l->count, .vocabulary = l->vocabulary,
                         .most = l->vocabulary}; /* no room for pairs */
  if (!status) status = tfidf_collect(&p.tfidf, &words, workers, error);
  if (!status) status = workers_run(workers, 1, label_task, &p, error);
  pseudo_labeller_free(&p);
  return status;
}
