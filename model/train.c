#include "train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "minibatch.h"
#include "output.h"
#include "predict.h"
#include "random.h"
#include "score.h"

const TrainingOptions TRAINING_DEFAULTS = {
    .learning_rate = 2e-3,
    .dropout = 0.3,
    .validation = 0.1,
    .seed = 1,
    .max_tokens = 256,
    .min_count = 1,
    .max_vocabulary = 50000,
    .embedding = 128,
    .hidden = 64,
};

static const float WORD_DROPOUT = 0.1f; /* teaches what to make of unknown words */

enum {
  ENOUGH_TO_JUDGE = 100, /* validation rows; fewer say too little to choose an epoch by */
  PATIENCE = 3,
  POOL_BATCHES = 32, /* minibatches whose texts are sorted by length together */
  PURPOSE_ORDER = 3, /* of random streams */
  PURPOSE_STEP = 4
};

struct Training {
  TrainingOptions options;
  char *tokenize;
  Corpus corpus;
  float *label_weights; /* [labels] or NULL */
  Parameters parameters, best;
  Minibatch *minibatch;
  Score score;
  /* rows */
  uint32_t *train;      /* [train_count], in the order of the epoch */
  size_t train_count;
  Text *validation;     /* [validation_count] */
  uint32_t *validation_targets;
  Prediction *predictions;
  size_t validation_count;
  /* the epoch under way */
  Text *texts;          /* [batch_size] */
  uint32_t *targets;    /* [batch_size] */
  uint32_t *batches;    /* [batch_count] their order */
  size_t batch_count;
  uint64_t step, total_steps;
  /* the best epoch so far */
  size_t epoch, best_epoch;
  double best_accuracy, best_loss;
  double started;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- new, free ------------------------------------------------------------------ */

Status training_new(const TrainingOptions *options, const char *tokenize, Training **training,
                    Error *error) {
  Training *t = calloc(1, sizeof *t);
  char *copy = strdup(tokenize);
  if (!t || !copy) {
    free(t);
    free(copy);
    return error_no_memory(error);
  }
  t->options = *options;
  t->tokenize = copy;
  t->corpus.max_tokens = options->max_tokens;
  *training = t;
  return STATUS_OK;
}

void training_free(Training *t) {
  if (!t) return;
  minibatch_free(t->minibatch);
  corpus_free(&t->corpus);
  parameters_free(&t->parameters);
  parameters_free(&t->best);
  score_free(&t->score);
  free(t->tokenize);
  free(t->label_weights);
  free(t->train);
  free(t->validation);
  free(t->validation_targets);
  free(t->predictions);
  free(t->texts);
  free(t->targets);
  free(t->batches);
  free(t);
}

Corpus *training_corpus(Training *t) { return &t->corpus; }
const TrainingOptions *training_options(const Training *t) { return &t->options; }
size_t training_rows(const Training *t) { return t->train_count; }
size_t training_validation_rows(const Training *t) { return t->validation_count; }

/* ---- begin ---------------------------------------------------------------------- */

static size_t count_held_out(const Corpus *c) {
  size_t held_out = 0;
  for (size_t row = 0; row < c->rows; row++) held_out += c->held_out[row];
  return held_out;
}

static Status check_rows(const Corpus *c, size_t rows, Error *error) {
  size_t labels = c->labels.keys.count;
  if (rows == 0)
    return error_set(error, STATUS_INVALID, "no rows to learn from, expected texts with labels");
  if (labels == 1)
    return error_set(error, STATUS_INVALID,
                     "there is one label only (rows: %zu), expected at least two labels", rows);
  if (labels == rows)
    return error_set(error, STATUS_INVALID,
                     "%zu rows have %zu different labels, expected labels that occur more than once "
                     "(is the label column an id?)", rows, labels);
  return STATUS_OK;
}

/* A small table needs many passes to take enough steps, a large one few. */
static size_t choose_epochs(size_t rows) {
  if (rows < 16) return 100;
  if (rows < 1000) return rows < 53 ? 1600 / rows : 30;
  return rows < 3000 ? 15 : rows < 20000 ? 10 : rows < 100000 ? 6 : 4;
}

/* What is left to the number of rows. */
static void choose_sizes(TrainingOptions *o, size_t rows, size_t validation_rows) {
  if (o->batch_size == 0) o->batch_size = rows < 3000 ? 8 : rows < 100000 ? 32 : 64;
  if (o->epochs == 0) o->epochs = choose_epochs(rows);
  if (o->threads == 0) o->threads = workers_processors();
  if (o->patience == 0 && validation_rows >= ENOUGH_TO_JUDGE) o->patience = PATIENCE;
}

static Status weigh_labels(Training *t, const float *given, Error *error) {
  const Corpus *c = &t->corpus;
  size_t labels = c->labels.keys.count;
  if (!given && !t->options.balanced) return STATUS_OK;
  t->label_weights = calloc(labels, sizeof *t->label_weights);
  if (!t->label_weights) return error_no_memory(error);
  if (given) {
    memcpy(t->label_weights, given, labels * sizeof *given);
    return STATUS_OK;
  }
  for (size_t i = 0; i < t->train_count; i++) t->label_weights[c->target[t->train[i]]] += 1.0f;
  for (size_t l = 0; l < labels; l++)
    t->label_weights[l] = (float)t->train_count / ((float)labels * t->label_weights[l]);
  return STATUS_OK;
}

static Status divide_rows(Training *t, Error *error) {
  const Corpus *c = &t->corpus;
  size_t held_out = count_held_out(c);
  t->train = calloc(c->rows + 1, sizeof *t->train);
  t->validation = calloc(held_out + 1, sizeof *t->validation);
  t->validation_targets = calloc(held_out + 1, sizeof *t->validation_targets);
  t->predictions = calloc(held_out + 1, sizeof *t->predictions);
  if (!t->train || !t->validation || !t->validation_targets || !t->predictions)
    return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++) {
    if (c->held_out[row]) {
      t->validation_targets[t->validation_count] = c->target[row];
      t->validation[t->validation_count++] = corpus_text(c, row);
    } else {
      t->train[t->train_count++] = (uint32_t)row;
    }
  }
  return STATUS_OK;
}

static Status make_network(Training *t, Error *error) {
  const TrainingOptions *o = &t->options;
  Shape shape = {.vocabulary = vocabulary_size(&t->corpus.vocabulary), .embedding = o->embedding,
                 .hidden = o->hidden, .labels = t->corpus.labels.keys.count,
                 .positions = o->position_bias ? o->max_tokens : 0};
  MinibatchOptions options = {.batch_size = o->batch_size, .dropout = (float)o->dropout,
                              .word_dropout = WORD_DROPOUT, .label_weights = t->label_weights};
  Status status = parameters_new(&shape, &t->parameters, error);
  if (!status) status = parameters_new(&shape, &t->best, error);
  if (!status) status = minibatch_new(&t->parameters, &options, &t->minibatch, error);
  if (!status) status = score_new(shape.labels, &t->score, error);
  if (!status) parameters_initialise(&t->parameters, o->seed);
  return status;
}

static Status make_batches(Training *t, Error *error) {
  size_t size = t->options.batch_size;
  t->batch_count = (t->train_count + size - 1) / size;
  t->total_steps = t->batch_count * t->options.epochs;
  t->texts = calloc(size, sizeof *t->texts);
  t->targets = calloc(size, sizeof *t->targets);
  t->batches = calloc(t->batch_count + 1, sizeof *t->batches);
  return t->texts && t->targets && t->batches ? STATUS_OK : error_no_memory(error);
}

Status training_begin(Training *t, const float *label_weights, Error *error) {
  Corpus *c = &t->corpus;
  bool given = count_held_out(c) > 0; /* validation rows came with the rows */
  Status status = check_rows(c, c->rows - count_held_out(c), error);
  if (!status && !given && t->options.validation > 0)
    status = corpus_split(c, t->options.validation, t->options.seed, error);
  if (!status) status = corpus_prune(c, t->options.min_count, t->options.max_vocabulary, error);
  if (!status) status = divide_rows(t, error);
  if (!status) choose_sizes(&t->options, t->train_count, t->validation_count);
  if (!status) status = weigh_labels(t, label_weights, error);
  if (!status) status = make_network(t, error);
  if (!status) status = make_batches(t, error);
  t->started = now();
  return status;
}

/* ---- an epoch ---------------------------------------------------------------------- */

typedef struct ByLength {
  uint32_t row, length;
} ByLength;

static int longest_first(const void *a, const void *b) {
  const ByLength *x = a, *y = b;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  return x->row < y->row ? -1 : (x->row > y->row);
}

/* Sorts the rows of a pool of minibatches, so that a minibatch has texts of
** about one length, while its texts still change from epoch to epoch.
*/
static Status sort_pools(Training *t, Error *error) {
  size_t pool = POOL_BATCHES * t->options.batch_size;
  ByLength *sorted = malloc(pool * sizeof *sorted);
  if (!sorted) return error_no_memory(error);
  for (size_t first = 0; first < t->train_count; first += pool) {
    size_t count = t->train_count - first < pool ? t->train_count - first : pool;
    for (size_t i = 0; i < count; i++) {
      uint32_t row = t->train[first + i];
      sorted[i] = (ByLength){row, (uint32_t)corpus_text(&t->corpus, row).length};
    }
    qsort(sorted, count, sizeof *sorted, longest_first);
    for (size_t i = 0; i < count; i++) t->train[first + i] = sorted[i].row;
  }
  free(sorted);
  return STATUS_OK;
}

static Status order_rows(Training *t, Error *error) {
  Random random = random_stream(t->options.seed, PURPOSE_ORDER, t->epoch);
  random_shuffle(&random, t->train, t->train_count);
  Status status = sort_pools(t, error);
  for (size_t i = 0; i < t->batch_count; i++) t->batches[i] = (uint32_t)i;
  random_shuffle(&random, t->batches, t->batch_count);
  return status;
}

/* Up to its height in the first tenth of all steps, then down to zero. */
static double learning_rate(const Training *t) {
  double progress = (double)t->step / (double)t->total_steps;
  double factor = progress < 0.1 ? (progress + 1.0 / (double)t->total_steps) / 0.1 : (1.0 - progress) / 0.9;
  return t->options.learning_rate * fmax(0.0, fmin(factor, 1.0));
}

static Status not_finite(const Training *t, Error *error) {
  return error_set(error, STATUS_INVALID,
                   "the loss is no longer finite in epoch %zu, expected a smaller learning_rate than %g",
                   t->epoch, t->options.learning_rate);
}

static Status learn_batch(Training *t, size_t batch, Workers *workers, Poll poll, Epoch *epoch,
                          Error *error) {
  size_t first = batch * t->options.batch_size, left = t->train_count - first;
  size_t count = left < t->options.batch_size ? left : t->options.batch_size;
  for (size_t i = 0; i < count; i++) {
    t->texts[i] = corpus_text(&t->corpus, t->train[first + i]);
    t->targets[i] = t->corpus.target[t->train[first + i]];
  }
  MinibatchResult result;
  Random stream = random_stream(t->options.seed, PURPOSE_STEP, t->step);
  epoch->learning_rate = learning_rate(t);
  Status status = minibatch_step(t->minibatch, t->texts, t->targets, count,
                                 (float)epoch->learning_rate, random_next(&stream), workers, poll,
                                 &result, error);
  if (status) return status;
  if (!isfinite(result.loss)) return not_finite(t, error);
  t->step++;
  epoch->train_loss += result.loss * (double)count;
  epoch->train_accuracy += (double)result.correct;
  return STATUS_OK;
}

static bool out_of_time(const Training *t) {
  return t->options.max_seconds > 0 && now() - t->started >= t->options.max_seconds;
}

static Status learn(Training *t, Workers *workers, Poll poll, Epoch *epoch, Error *error) {
  size_t learned = 0, size = t->options.batch_size;
  double begun = now();
  Status status = order_rows(t, error);
  for (size_t i = 0; i < t->batch_count && !status && (i == 0 || !out_of_time(t)); i++) {
    size_t batch = t->batches[i];
    status = learn_batch(t, batch, workers, poll, epoch, error);
    learned += batch + 1 == t->batch_count ? t->train_count - batch * size : size;
  }
  /* the last step's parameters have no loss yet that would tell */
  if (!status && !parameters_finite(&t->parameters)) status = not_finite(t, error);
  if (status) return status;
  epoch->train_loss /= (double)learned;
  epoch->train_accuracy /= (double)learned;
  epoch->rows_per_second = (double)learned / fmax(now() - begun, 1e-9);
  return STATUS_OK;
}

static Status validate(Training *t, Workers *workers, Poll poll, Epoch *epoch, Error *error) {
  size_t count = t->validation_count, threads = workers_count(workers), known = 0;
  if (count == 0) return STATUS_OK;
  Pass *passes = calloc(threads, sizeof *passes);
  if (!passes) return error_no_memory(error);
  Status status = predict_all(&t->parameters, t->validation, t->validation_targets, count, workers,
                              passes, poll, t->predictions, error);
  score_clear(&t->score);
  for (size_t i = 0; i < count && !status; i++) {
    score_add(&t->score, t->validation_targets[i], t->predictions[i].label);
    known += t->validation_targets[i] != OUTPUT_NO_TARGET;
    epoch->validation_loss += t->predictions[i].loss;
  }
  epoch->validated = true;
  epoch->validation_loss /= (double)(known ? known : 1);
  epoch->validation_accuracy = score_accuracy(&t->score);
  epoch->validation_f1 = score_macro_f1(&t->score);
  for (size_t i = 0; i < threads; i++) pass_free(&passes[i]);
  free(passes);
  return status;
}

/* By validation accuracy, then loss; where nothing is judged the last is best. */
static bool is_best(const Training *t, const Epoch *epoch) {
  if (!epoch->validated || t->options.patience == 0 || t->best_epoch == 0) return true;
  if (epoch->validation_accuracy != t->best_accuracy)
    return epoch->validation_accuracy > t->best_accuracy;
  return epoch->validation_loss < t->best_loss;
}

static void judge(Training *t, Epoch *epoch) {
  epoch->is_best = is_best(t, epoch);
  if (epoch->is_best) {
    parameters_copy(&t->best, &t->parameters);
    t->best_epoch = t->epoch;
    t->best_accuracy = epoch->validation_accuracy;
    t->best_loss = epoch->validation_loss;
  }
  epoch->seconds = now() - t->started;
  bool patient = t->options.patience == 0 || t->epoch - t->best_epoch < t->options.patience;
  epoch->is_last = t->epoch == t->options.epochs || !patient || out_of_time(t);
}

Status training_epoch(Training *t, Poll poll, Epoch *epoch, Error *error) {
  Workers *workers;
  *epoch = (Epoch){.epoch = ++t->epoch};
  /* an epoch may be over before the workers' first poll */
  if (poll.proceed && !poll.proceed(poll.context))
    return error_set(error, STATUS_INTERRUPTED, "interrupted");
  Status status = workers_new(t->options.threads, &workers, error);
  if (status) return status;
  status = learn(t, workers, poll, epoch, error);
  if (!status) status = validate(t, workers, poll, epoch, error);
  workers_free(workers);
  if (!status) judge(t, epoch);
  return status;
}

Status training_end(Training *t, Model **model, Error *error) {
  if (t->best_epoch == 0) return error_set(error, STATUS_INVALID, "no epoch has ended yet");
  Model *m = calloc(1, sizeof *m);
  if (!m) return error_no_memory(error);
  m->parameters = t->best;
  m->vocabulary = t->corpus.vocabulary;
  m->labels = t->corpus.labels;
  m->tokenize = t->tokenize;
  m->max_tokens = t->options.max_tokens;
  t->best = (Parameters){0};
  t->corpus.vocabulary = (Vocabulary){0};
  t->corpus.labels = (Labels){0};
  t->tokenize = NULL;
  *model = m;
  return STATUS_OK;
}
