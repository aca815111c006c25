#include "train/self_training.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "linear/svm.h"
#include "network/output.h"

static const float MOST_PSEUDO_LABELLED = 0.8f; /* of all rows, in the last round */
static const float LEAST_MARGIN = -1e30f; /* of a label that no row has */

/* The rows that a round learns from. */
typedef struct TrainingSet {
  size_t count, *begin, *end;
  uint32_t *targets;
  float *costs;
} TrainingSet;

/* A row without a label, and its margin for the label that is predicted. */
typedef struct Candidate {
  float margin;
  uint32_t row;
} Candidate;

typedef struct SelfTrainer {
  const SelfTraining *training;
  Workers *workers;
  Svm svm;
  TrainingSet set;
  float *margins;        /* [rows][labels] */
  Candidate *candidates; /* [rows]         */
  uint32_t *predicted;   /* [rows]         */
} SelfTrainer;

static void self_trainer_free(SelfTrainer *s) {
  svm_free(&s->svm);
  free(s->set.begin);
  free(s->set.end);
  free(s->set.targets);
  free(s->set.costs);
  free(s->margins);
  free(s->candidates);
}

static Status self_trainer_new(SelfTrainer *s, Error *error) {
  size_t rows = s->training->rows->count;
  s->set = (TrainingSet){.begin = calloc(rows + 1, sizeof(size_t)), .end = calloc(rows + 1, sizeof(size_t)),
                         .targets = calloc(rows + 1, sizeof(uint32_t)), .costs = calloc(rows + 1, sizeof(float))};
  s->margins = memory_floats(memory_product(rows, s->training->labels));
  s->candidates = calloc(rows + 1, sizeof *s->candidates);
  bool ok = s->set.begin && s->set.end && s->set.targets && s->set.costs && s->margins && s->candidates;
  return ok ? svm_new(s->training->rows, &s->svm, error) : error_no_memory(error);
}

/* ---- the training set of a round ----------------------------------------------------- */

static void add_row(SelfTrainer *s, size_t row, uint32_t target, float cost) {
  TrainingSet *set = &s->set;
  set->begin[set->count] = s->training->rows->begin[row];
  set->end[set->count] = s->training->rows->end[row];
  set->targets[set->count] = target;
  set->costs[set->count++] = cost;
}

static void add_labelled(SelfTrainer *s) {
  const SelfTraining *t = s->training;
  for (size_t i = 0; i < t->rows->count; i++)
    if (t->targets[i] != LABELS_NONE) add_row(s, i, t->targets[i], t->labelled_cost);
}

/* The largest margin first, then the first row. */
static int compare_candidates(const void *a, const void *b) {
  const Candidate *x = a, *y = b;
  if (x->margin != y->margin) return x->margin > y->margin ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Adds the rows with the largest margins, at most `most` of each label. */
static Status add_pseudo_labelled(SelfTrainer *s, size_t most, Error *error) {
  const SelfTraining *t = s->training;
  Status status = STATUS_OK;
  for (uint32_t c = 0; c < t->labels && !status; c++) {
    size_t found = 0;
    for (size_t i = 0; i < t->rows->count; i++)
      if (t->targets[i] == LABELS_NONE && s->predicted[i] == c)
        s->candidates[found++] = (Candidate){s->margins[i * t->labels + c], (uint32_t)i};
    status = sort_list(s->candidates, found, sizeof *s->candidates, compare_candidates,
                       workers_task_poll(s->workers), error);
    for (size_t k = 0; k < found && k < most; k++) add_row(s, s->candidates[k].row, c, t->pseudo_labelled_cost);
  }
  return status;
}

static Status choose_rows(SelfTrainer *s, size_t round, Error *error) {
  const SelfTraining *t = s->training;
  s->set.count = 0;
  add_labelled(s);
  if (!round) return STATUS_OK;
  float most = MOST_PSEUDO_LABELLED * (float)(t->rows->count * round) / (float)(t->rounds * t->labels);
  return add_pseudo_labelled(s, (size_t)most, error);
}

/* ---- learning and predicting ------------------------------------------------------------ */

static bool is_labelled(const SelfTraining *t, uint32_t label) {
  for (size_t i = 0; i < t->rows->count; i++)
    if (t->targets[i] == label) return true;
  return false;
}

/* Writes the label's margins of all rows. */
static void compute_margins(SelfTrainer *s, uint32_t label, float bias) {
  const SparseRows *r = s->training->rows;
  for (size_t i = 0; i < r->count; i++) {
    float margin = bias;
    for (size_t e = r->begin[i]; e < r->end[i]; e++) margin += r->value[e] * s->svm.weights[r->feature[e]];
    s->margins[i * s->training->labels + label] = margin;
  }
}

static void learn(SelfTrainer *s) {
  const SelfTraining *t = s->training;
  const TrainingSet *set = &s->set;
  size_t features = t->rows->features;
  SparseRows rows = {.count = set->count, .features = features, .begin = set->begin, .end = set->end,
                     .feature = t->rows->feature, .value = t->rows->value};
  svm_measure(&rows, s->workers, &s->svm);
  for (uint32_t c = 0; c < t->labels && !workers_stopped(s->workers); c++) {
    memset(s->svm.weights, 0, (features + 1) * sizeof *s->svm.weights);
    svm_fit(&rows, set->targets, c, set->costs, t->seed, s->workers, &s->svm);
    compute_margins(s, c, is_labelled(t, c) ? s->svm.weights[features] : LEAST_MARGIN);
  }
}

static void predict_rows(SelfTrainer *s) {
  const SelfTraining *t = s->training;
  for (size_t i = 0; i < t->rows->count; i++) {
    s->predicted[i] = t->targets[i];
    if (t->targets[i] == LABELS_NONE && t->rows->end[i] > t->rows->begin[i])
      s->predicted[i] = output_argmax(s->margins + i * t->labels, t->labels);
  }
}

Status self_training_predict(const SelfTraining *training, Workers *workers, uint32_t *predicted, Error *error) {
  SelfTrainer s = {.training = training, .workers = workers, .predicted = predicted};
  Status status = self_trainer_new(&s, error);
  for (size_t round = 0; round <= training->rounds && !status && !workers_stopped(workers); round++) {
    status = choose_rows(&s, round, error);
    if (status) break;
    learn(&s);
    predict_rows(&s);
  }
  self_trainer_free(&s);
  return status;
}
