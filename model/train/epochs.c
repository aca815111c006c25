#include "train/epochs.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/number_text.h"
#include "base/random.h"
#include "optimizer/minibatch.h"
#include "train/stage.h"
#include "train/time_limit.h"

static const float WORD_DROPOUT = 0.1f; /* teaches what to make of unknown words */

static const double FALL = 0.3; /* of the time */

enum { POOL_BATCHES = 32 }; /* minibatches whose texts are sorted by length together */

struct Epochs {
  Minibatch *minibatch;
  Text *texts;              /* [batch_size] */
  ReadingBuffer read;       /* of the texts */
  uint32_t *targets;        /* [batch_size] */
  const float **likely;     /* [batch_size] probabilities of a label that a teacher guessed, or NULL */
  uint32_t *batches;        /* [batch_count] their order in the epoch */
  size_t batch_count;
  uint64_t step, total_steps;
  double planned, time;     /* seconds since training_new() at the plan, and those that were left then; INFINITY */
  size_t begun;             /* epochs                              */
  size_t rows_before;       /* learned from by the epochs before   */
  size_t rows_of_epoch;     /* of the epoch under way              */
  atomic_size_t rows;       /* of these learned so far; a worker adds to it */
};

Status epochs_new(Training *t, Epochs **epochs, Error *error) {
  const TrainingOptions *o = &t->options;
  MinibatchOptions options = {.batch_size = o->batch_size, .dropout = (float)o->dropout,
                              .word_dropout = t->model->reading.skips_unknown ? 0.0f : WORD_DROPOUT,
                              .lexicon = t->lexicon, .label_weights = t->label_weights,
                              .sets = t->corpus.multilabel ? &t->corpus.sets : NULL,
                              .poll = workers_caller_poll(t->workers)};
  Epochs *e = calloc(1, sizeof *e);
  if (!e) return error_no_memory(error);
  e->texts = calloc(o->batch_size, sizeof *e->texts);
  e->targets = calloc(o->batch_size, sizeof *e->targets);
  e->likely = calloc(o->batch_size, sizeof *e->likely);
  Status status = e->texts && e->targets && e->likely ? STATUS_OK : error_no_memory(error);
  if (!status) status = minibatch_new(&t->model->parameters, &options, &e->minibatch, error);
  if (status)
    epochs_free(e);
  else
    *epochs = e;
  return status;
}

void epochs_end(Epochs *e) {
  minibatch_free(e->minibatch);
  e->minibatch = NULL;
}

void epochs_free(Epochs *e) {
  if (!e) return;
  epochs_end(e);
  free(e->texts);
  reading_buffer_free(&e->read);
  free(e->targets);
  free(e->likely);
  free(e->batches);
  free(e);
}

static Status count_batches(Epochs *e, const Training *t, Error *error) {
  e->batch_count = (t->rows.count + t->options.batch_size - 1) / t->options.batch_size;
  free(e->batches);
  e->batches = calloc(e->batch_count + 1, sizeof *e->batches);
  return e->batches ? STATUS_OK : error_no_memory(error);
}

static void plan_time(Epochs *e, const Training *t) {
  e->planned = training_seconds(t);
  e->time = time_limit_left(t);
}

Status epochs_plan(Epochs *e, const Training *t, size_t count, Error *error) {
  Status status = count_batches(e, t, error);
  plan_time(e, t);
  e->step = 0;
  e->total_steps = e->batch_count * count;
  return status;
}

Status epochs_plan_last(Epochs *e, const Training *t, Error *error) {
  Status status = count_batches(e, t, error);
  plan_time(e, t);
  if (e->total_steps < e->batch_count) e->total_steps = e->batch_count;
  e->step = e->total_steps - e->batch_count;
  return status;
}

size_t epochs_rows(const Epochs *e) { return e->rows_before + atomic_load(&e->rows); }

double epochs_done(const Epochs *e) {
  if (e->begun == 0) return 0.0;
  return (double)(e->begun - 1) + (double)atomic_load(&e->rows) / (double)e->rows_of_epoch;
}

/* ---- the order of the rows ----------------------------------------------------------- */

typedef struct ByLength {
  uint32_t row, length;
} ByLength;

static int longest_first(const void *a, const void *b) {
  const ByLength *x = a, *y = b;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  return x->row < y->row ? -1 : (x->row > y->row);
}

static Status sort_pools(Training *t, Error *error) {
  size_t pool = POOL_BATCHES * t->options.batch_size;
  ByLength *sorted = malloc(pool * sizeof *sorted);
  if (!sorted) return error_no_memory(error);
  for (size_t first = 0; first < t->rows.count; first += pool) {
    size_t count = t->rows.count - first < pool ? t->rows.count - first : pool;
    for (size_t i = 0; i < count; i++) {
      uint32_t row = t->rows.row[first + i];
      sorted[i] = (ByLength){row, (uint32_t)reading_most(&t->model->reading, corpus_text(&t->corpus, row).length)};
    }
    qsort(sorted, count, sizeof *sorted, longest_first);
    for (size_t i = 0; i < count; i++) t->rows.row[first + i] = sorted[i].row;
  }
  free(sorted);
  return STATUS_OK;
}

static Status order_rows(Epochs *e, Training *t, Error *error) {
  Random random = random_stream(t->options.seed, RANDOM_ROWS, t->epoch_number);
  random_shuffle(&random, t->rows.row, t->rows.count);
  Status status = sort_pools(t, error);
  for (size_t i = 0; i < e->batch_count; i++) e->batches[i] = (uint32_t)i;
  random_shuffle(&random, e->batches, e->batch_count);
  return status;
}

/* ---- steps ----------------------------------------------------------------------------- */

/* Where time is short the rate rises sooner, and falls to 0 at the end. */
static double learning_rate(const Epochs *e, const Training *t) {
  double total = (double)e->total_steps, progress = (double)e->step / total;
  double passed = e->time > 0.0 ? fmin(1.0, (training_seconds(t) - e->planned) / e->time) : 1.0;
  double rising = (fmax(progress, passed) + 1.0 / total) / 0.1, falling = (1.0 - progress) / 0.9;
  double factor = fmin(fmin(rising, falling), (1.0 - passed) / FALL);
  return t->options.learning_rate * fmax(0.0, fmin(factor, 1.0));
}

static Status not_finite(const Training *t, Error *error) {
  return error_set(error, STATUS_INVALID,
                   "the loss is no longer finite in epoch %zu, expected a smaller learning_rate than %s",
                   t->epoch_number, number_digits(t->options.learning_rate, 6).text);
}

/* The epoch under way. */
typedef struct EpochPass {
  Epochs *epochs;
  Training *training;
  size_t begun; /* minibatches */
} EpochPass;

static Status fill_step(Epochs *e, const Training *t, size_t batch, MinibatchStep *step, Error *error) {
  size_t first = batch * t->options.batch_size, left = t->rows.count - first;
  size_t count = left < t->options.batch_size ? left : t->options.batch_size;
  for (size_t i = 0; i < count; i++) {
    e->texts[i] = corpus_text(&t->corpus, t->rows.row[first + i]);
    e->targets[i] = t->corpus.target[t->rows.row[first + i]];
    e->likely[i] = taught_labels_of(&t->taught, t->rows.row[first + i], t->corpus.labels.keys.count);
  }
  Random stream = random_stream(t->options.seed, RANDOM_MINIBATCH, e->step);
  *step = (MinibatchStep){.texts = e->texts, .targets = e->targets, .likely = e->likely, .count = count,
                          .learning_rate = (float)t->epoch->learning_rate, .seed = random_next(&stream)};
  const Model *m = t->model;
  return reading_read(&m->reading, m->parameters.shape.padding.word, e->texts, count, &e->read, e->texts, error);
}

static Status next_step(void *context, const MinibatchResult *last, MinibatchStep *step, bool *more, Error *error) {
  EpochPass *p = context;
  Epochs *e = p->epochs;
  Training *t = p->training;
  if (last && !isfinite(last->loss)) return not_finite(t, error);
  if (last) {
    e->step++;
    atomic_fetch_add(&e->rows, step->count);
    t->epoch->train_loss += last->loss * (double)step->count;
    t->epoch->train_accuracy += (double)last->correct;
  }
  *more = p->begun < e->batch_count && (p->begun == 0 || !training_ends_early(t));
  if (!*more) return STATUS_OK;
  t->epoch->learning_rate = learning_rate(e, t);
  return fill_step(e, t, e->batches[p->begun++], step, error);
}

Status epochs_run(Epochs *e, Training *t, Error *error) {
  EpochPass pass = {.epochs = e, .training = t};
  double begun = clock_seconds();
  e->begun++;
  e->rows_before += atomic_exchange(&e->rows, 0);
  e->rows_of_epoch = t->rows.count;
  Status status = order_rows(e, t, error);
  if (!status) status = minibatch_run(e->minibatch, next_step, &pass, t->workers, error);
  /* the loss is computed before a step: the last step has none after it */
  if (!status && !parameters_finite(&t->model->parameters)) status = not_finite(t, error);
  if (status) return status;
  double rows = (double)atomic_load(&e->rows);
  t->epoch->train_loss /= rows * (t->corpus.multilabel ? (double)t->corpus.labels.keys.count : 1.0);
  t->epoch->train_accuracy /= rows;
  t->epoch->rows_per_second = rows / fmax(clock_seconds() - begun, 1e-9);
  return STATUS_OK;
}
