#include "train/cross_validation.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "linear/linear.h"
#include "network/output.h"

enum {
  FOLDS = 5,
  MORE_FOLDS = 10, /* below FEW_ROWS */
  FEW_ROWS = 2000,
  CHUNK = 256      /* rows of a task */
};

static const float MARGIN_SCALE = 2.5f;     /* of margins: the prior of the fit  */
static const float SET_MARGIN_SCALE = 4.0f; /* the same where rows have sets      */

typedef struct Folds {
  const Corpus *corpus;
  Lexicon lexicon;
  uint64_t seed;
  Workers *workers;
  size_t folds, labels;
  GivenLabels *given; /* of a corpus with sets of labels                     */
  uint32_t *order;   /* [rows] as dealt: fold f begins at begin[f]          */
  size_t *begin;     /* [folds + 1]                                          */
  Text *texts;       /* [rows] of the training, then of the fold               */
  uint32_t *targets; /* [rows]                                               */
  float *margins;    /* [rows of a fold][labels]                             */
  Linear linear;
  TfidfVector *vectors; /* [workers] */
} Folds;

static void folds_free(Folds *f) {
  for (size_t i = 0; f->vectors && i < workers_count(f->workers); i++) tfidf_vector_free(&f->vectors[i]);
  linear_free(&f->linear);
  free(f->order);
  free(f->begin);
  free(f->texts);
  free(f->targets);
  free(f->margins);
  free(f->vectors);
}

static Status folds_new(Folds *f, Error *error) {
  size_t rows = f->corpus->rows, threads = workers_count(f->workers);
  f->labels = f->corpus->labels.keys.count;
  f->folds = rows < FEW_ROWS ? MORE_FOLDS : FOLDS;
  f->order = malloc((rows + 1) * sizeof *f->order);
  f->begin = calloc(f->folds + 1, sizeof *f->begin);
  f->texts = malloc((rows + 1) * sizeof *f->texts);
  f->targets = malloc((rows + 1) * sizeof *f->targets);
  f->margins = memory_floats(memory_product(rows / f->folds + 1, f->labels));
  f->vectors = calloc(threads, sizeof *f->vectors);
  bool ok = f->order && f->begin && f->texts && f->targets && f->margins && f->vectors;
  return ok ? STATUS_OK : error_no_memory(error);
}

/* Shuffles the rows, sorts them by label (of several the rarest) and deals them in turn, so that
** the rows of a label spread over all folds.
*/
static Status deal(Folds *f, Error *error) {
  const Corpus *c = f->corpus;
  size_t at = 0;
  uint32_t *shuffled = malloc((c->rows + 1) * sizeof *shuffled), *sorted = malloc((c->rows + 1) * sizeof *sorted);
  uint32_t *groups = malloc((c->rows + 1) * sizeof *groups);
  size_t *place = calloc(f->labels + 2, sizeof *place);
  Status status = shuffled && sorted && place && groups ? corpus_groups(c, groups, error) : error_no_memory(error);
  if (!status) {
    Random random = random_stream(f->seed, RANDOM_FOLDS, 0);
    for (size_t i = 0; i < c->rows; i++) shuffled[i] = (uint32_t)i;
    random_shuffle(&random, shuffled, c->rows);
    for (size_t i = 0; i < c->rows; i++) place[groups[i] + 1]++;
    for (size_t l = 0; l <= f->labels; l++) place[l + 1] += place[l];
    for (size_t i = 0; i < c->rows; i++) sorted[place[groups[shuffled[i]]]++] = shuffled[i];
    for (size_t fold = 0; fold < f->folds; fold++) {
      f->begin[fold] = at;
      for (size_t i = fold; i < c->rows; i += f->folds) f->order[at++] = sorted[i];
    }
    f->begin[f->folds] = at;
  }
  free(shuffled);
  free(sorted);
  free(groups);
  free(place);
  return status;
}

/* Trains on all rows but those from `first` to `end` of the order. */
static Status train_on_others(Folds *f, size_t first, size_t end, Error *error) {
  const Corpus *c = f->corpus;
  size_t count = 0;
  for (size_t i = 0; i < c->rows; i++) {
    if (i >= first && i < end) continue;
    f->texts[count] = corpus_text(c, f->order[i]);
    f->targets[count++] = c->target[f->order[i]];
  }
  LinearTraining training = {.texts = f->texts, .targets = f->targets, .count = count, .labels = f->labels,
                             .sets = c->multilabel ? &c->sets : NULL, .vocabulary = vocabulary_size(&c->vocabulary),
                             .subwords = f->lexicon.subwords, .seed = f->seed};
  linear_free(&f->linear);
  return linear_train(&f->linear, &training, f->workers, NULL, error);
}

/* The rows of the fold, which are in texts now. */
typedef struct Fold {
  Folds *folds;
  size_t count;
} Fold;

static Status margins_task(void *context, size_t index, size_t worker, Error *error) {
  const Fold *fold = context;
  Folds *f = fold->folds;
  size_t end = (index + 1) * CHUNK < fold->count ? (index + 1) * CHUNK : fold->count;
  Status status = STATUS_OK;
  f->vectors[worker].poll = workers_task_poll(f->workers);
  for (size_t i = index * CHUNK; i < end && !status; i++) {
    status = tfidf_vector(&f->linear.tfidf, &f->lexicon, f->texts[i], &f->vectors[worker], error);
    if (!status)
      status = linear_forward(&f->linear, &f->lexicon, &f->vectors[worker], f->margins + i * f->labels, error);
  }
  return status;
}

/* Both predict the rows of the fold from their margins. */
static void predict_labels_of(Folds *f, size_t first, size_t count, Prediction *predictions) {
  Calibration calibration = {.network = MARGIN_SCALE, .linear = 1.0f}; /* margins in place of the network */
  calibration_fit(&calibration, count, f->labels, f->margins, NULL, f->targets);
  for (size_t i = 0; i < count; i++) {
    float *row = f->margins + i * f->labels;
    calibration_forward(&calibration, f->labels, NULL, row);
    output_softmax(1, f->labels, row, row);
    predictions[f->order[first + i]] = predict_outcome(row, f->labels, f->targets[i]);
  }
}

static Status predict_sets_of(Folds *f, size_t first, size_t count, Prediction *predictions, Error *error) {
  const RelevanceRows rows = {.count = count, .network = f->margins, .sets = &f->corpus->sets, .targets = f->targets};
  BinaryRelevance relevance = {0};
  const RelevancePrior prior = {{SET_MARGIN_SCALE, 1.0f, 0.0f}, 0.5f};
  Status status = binary_relevance_new(f->labels, &prior, &relevance, error);
  if (!status) status = binary_relevance_fit(&relevance, &rows, error);
  for (size_t i = 0; i < count && !status; i++) {
    float *row = f->margins + i * f->labels;
    LabelSet own = label_sets_get(&f->corpus->sets, f->targets[i]);
    binary_relevance_forward(&relevance, NULL, row);
    output_sigmoid(1, f->labels, row, row);
    status = predict_set(&relevance, row, &own, f->given, &predictions[f->order[first + i]], error);
  }
  binary_relevance_free(&relevance);
  return status;
}

static Status predict_fold(Folds *f, size_t first, size_t end, Prediction *predictions, Error *error) {
  size_t count = end - first;
  Status status = train_on_others(f, first, end, error);
  for (size_t i = 0; i < count && !status; i++) {
    f->texts[i] = corpus_text(f->corpus, f->order[first + i]);
    f->targets[i] = f->corpus->target[f->order[first + i]];
  }
  Fold fold = {f, count};
  if (!status) status = workers_run(f->workers, (count + CHUNK - 1) / CHUNK, margins_task, &fold, error);
  if (status) return status;
  if (f->corpus->multilabel) return predict_sets_of(f, first, count, predictions, error);
  predict_labels_of(f, first, count, predictions);
  return STATUS_OK;
}

Status cross_validation_predict(const Corpus *corpus, uint64_t seed, Workers *workers, Prediction *predictions,
                                GivenLabels *given, Error *error) {
  Folds f = {.given = given, .corpus = corpus, .lexicon = corpus_lexicon(corpus), .seed = seed, .workers = workers};
  Status status = folds_new(&f, error);
  if (!status) status = deal(&f, error);
  for (size_t fold = 0; fold < f.folds && !status; fold++)
    if (f.begin[fold] < f.begin[fold + 1])
      status = predict_fold(&f, f.begin[fold], f.begin[fold + 1], predictions, error);
  folds_free(&f);
  return status;
}
