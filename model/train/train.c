#include "train/train.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "network/output.h"
#include "optimizer/minibatch.h"
#include "train/describe.h"
#include "train/pseudo_labels.h"
#include "train/validation.h"

static const float WORD_DROPOUT = 0.1f; /* teaches what to make of unknown words */
static const float VECTOR_DEVIATION = 0.8f; /* of the values of given vectors      */

enum {
  BUCKETS = 1 << 14, /* of the network's n-grams */
  POOL_BATCHES = 32 /* minibatches whose texts are sorted by length together */
};

/* The last epoch, on the rows held out before, too: */
typedef enum FinalEpoch { NOT_PLANNED, PLANNED, NEXT, UNDER_WAY } FinalEpoch;

struct Training {
  TrainingOptions options;
  char *tokenize;
  const Model *from;    /* borrowed; or NULL */
  Corpus corpus;
  WordVectors vectors;
  Lexicon lexicon;
  float *label_weights; /* [labels] or NULL  */
  Model *model;         /* as it learns      */
  Parameters best_parameters;
  Minibatch *minibatch;
  Validation validation;
  uint32_t *train;      /* [train_count], in the order of the epoch */
  size_t train_count;
  size_t guessed;       /* of them with a label that was guessed */
  size_t labelled;      /* of them with a label of their own, all but the held out */
  size_t *label_rows;   /* [labels] with a label of their own, the held out too    */
  FinalEpoch final;
  /* the epoch under way */
  Text *texts;          /* [batch_size] */
  uint32_t *targets;    /* [batch_size] */
  uint32_t *batches;    /* [batch_count] their order */
  size_t batch_count;
  uint64_t step, total_steps;
  /* how far it is: training_progress() */
  TrainingProgress progress;   /* of the epochs before; its stage of this one */
  atomic_size_t learned;       /* rows, in this one; a worker adds to it      */
  /* the best epoch so far */
  size_t epoch;
  Epoch best;
  double started;
};

/* ---- new, free ------------------------------------------------------------------ */

/* To go on from a model: its words, labels, sizes and parts are those to begin with. */
static Status take_over(Training *t, const Model *from, Error *error) {
  const Shape *s = &from->parameters.shape;
  const Strings *words = &from->vocabulary.words, *keys = &from->labels.keys;
  TrainingOptions *o = &t->options;
  Status status = STATUS_OK;
  size_t length;
  uint32_t number;
  t->from = from;
  o->embedding = s->embedding;
  o->hidden = s->hidden;
  o->subwords = s->buckets > 0;
  o->max_pool = s->pooled;
  o->linear = linear_exists(&from->linear);
  o->position_bias = s->positions > 0;
  o->max_tokens = from->max_tokens;
  for (uint32_t w = 0; w < words->count && !status; w++) {
    const char *word = strings_get(words, w, &length);
    status = vocabulary_add(&t->corpus.vocabulary, word, length, &number, error);
  }
  for (uint32_t l = 0; l < keys->count && !status; l++) {
    const char *key = strings_get(keys, l, &length);
    status = labels_add_key(&t->corpus.labels, from->labels.kinds[l], key, length, error);
  }
  return status;
}

Status training_new(const TrainingOptions *options, const char *tokenize, const Model *from,
                    Training **training, Error *error) {
  Training *t = calloc(1, sizeof *t);
  if (!t) return error_no_memory(error);
  t->options = *options;
  t->tokenize = strdup(from ? from->tokenize : tokenize);
  Status status = t->tokenize ? STATUS_OK : error_no_memory(error);
  if (!status && from) status = take_over(t, from, error);
  t->corpus.max_tokens = t->options.linear ? 0 : t->options.max_tokens;
  t->corpus.cut_after = t->options.max_tokens;
  if (status)
    training_free(t);
  else
    *training = t;
  return status;
}

void training_free(Training *t) {
  if (!t) return;
  minibatch_free(t->minibatch);
  corpus_free(&t->corpus);
  word_vectors_free(&t->vectors);
  model_free(t->model);
  parameters_free(&t->best_parameters);
  validation_free(&t->validation);
  free(t->tokenize);
  free(t->label_rows);
  free(t->label_weights);
  free(t->train);
  free(t->texts);
  free(t->targets);
  free(t->batches);
  free(t);
}

Corpus *training_corpus(Training *t) { return &t->corpus; }
WordVectors *training_vectors(Training *t) { return &t->vectors; }
const TrainingOptions *training_options(const Training *t) { return &t->options; }
size_t training_rows(const Training *t) { return t->labelled; }
size_t training_guessed(const Training *t) { return t->guessed; }
const size_t *training_label_rows(const Training *t) { return t->label_rows; }
const Validation *training_validation(const Training *t) { return &t->validation; }

/* ---- begin ---------------------------------------------------------------------- */

static Status check_rows(const Training *t, size_t rows, Error *error) {
  const Corpus *c = &t->corpus;
  size_t labels = c->labels.keys.count;
  if (corpus_count(c, ROW_TRAINS) == 0) /* of known rows as many are learned from */
    return error_set(error, STATUS_INVALID, "no rows to learn from, expected texts with labels");
  if (labels == 1)
    return error_set(error, STATUS_INVALID,
                     "there is one label only (rows: %zu), expected at least two labels", rows);
  if (labels == rows && !t->from)
    return error_set(error, STATUS_INVALID,
                     "%zu rows have %zu different labels, expected labels that occur more than once "
                     "(is the label column an id?)", rows, labels);
  return STATUS_OK;
}

/* Of the rows that the model has learned before as many as there are new ones, drawn by seed. */
static Status draw_known(Training *t, Error *error) {
  Corpus *c = &t->corpus;
  size_t known = corpus_count(c, ROW_KNOWN), wanted = corpus_count(c, ROW_TRAINS), count = 0;
  if (known == 0) return STATUS_OK;
  uint32_t *rows = malloc(known * sizeof *rows);
  if (!rows) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++)
    if (c->use[row] == ROW_KNOWN) rows[count++] = (uint32_t)row;
  Random random = random_stream(t->options.seed, RANDOM_KNOWN_ROWS, 0);
  random_shuffle(&random, rows, count);
  for (size_t i = 0; i < count; i++) c->use[rows[i]] = i < wanted ? ROW_TRAINS : ROW_UNUSED;
  free(rows);
  return STATUS_OK;
}

/* The rows that are trained on, from now on. */
static Status list_rows(Training *t, Error *error) {
  const Corpus *c = &t->corpus;
  free(t->train);
  t->train = malloc((c->rows + 1) * sizeof *t->train);
  t->train_count = 0;
  if (!t->train) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++)
    if (c->use[row] == ROW_TRAINS) t->train[t->train_count++] = (uint32_t)row;
  t->batch_count = (t->train_count + t->options.batch_size - 1) / t->options.batch_size;
  free(t->batches);
  t->batches = calloc(t->batch_count + 1, sizeof *t->batches);
  return t->batches ? STATUS_OK : error_no_memory(error);
}

static Status count_labels(Training *t, Error *error) {
  const Corpus *c = &t->corpus;
  t->label_rows = calloc(c->labels.keys.count + 1, sizeof *t->label_rows);
  if (!t->label_rows) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++)
    if ((c->use[row] == ROW_TRAINS || c->use[row] == ROW_VALIDATES) && c->target[row] < c->labels.keys.count)
      t->label_rows[c->target[row]]++;
  return STATUS_OK;
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
    t->label_weights[l] = (float)t->train_count / ((float)labels * fmaxf(1.0f, t->label_weights[l]));
  return STATUS_OK;
}

static Status make_model(Training *t, Error *error) {
  const TrainingOptions *o = &t->options;
  Shape shape = {.vocabulary = vocabulary_size(&t->corpus.vocabulary), .embedding = o->embedding,
                 .buckets = o->subwords ? BUCKETS : 0, .hidden = o->hidden,
                 .labels = t->corpus.labels.keys.count, .positions = o->position_bias ? o->max_tokens : 0,
                 .pooled = o->max_pool};
  if (t->from) {
    shape.buckets = t->from->parameters.shape.buckets;
    shape.positions = t->from->parameters.shape.positions;
  }
  t->model = calloc(1, sizeof *t->model);
  if (!t->model) return error_no_memory(error);
  t->model->max_tokens = o->max_tokens;
  t->model->precision = o->precision;
  t->model->calibration = t->from ? t->from->calibration : defaults_calibration(o->linear, t->vectors.size > 0, t->train_count);
  MinibatchOptions options = {.batch_size = o->batch_size, .dropout = (float)o->dropout,
                              .word_dropout = WORD_DROPOUT, .lexicon = t->lexicon,
                              .label_weights = t->label_weights};
  Parameters *p = &t->model->parameters;
  Status status = parameters_new(&shape, p, error);
  if (!status) status = parameters_new(&shape, &t->best_parameters, error);
  if (!status) status = minibatch_new(p, &options, &t->minibatch, error);
  return status;
}

/* Draws the parameters, then puts in what is known already. */
static void initialise(Training *t) {
  Parameters *p = &t->model->parameters;
  EmbeddingWeights embedding = network_embedding(p);
  const Strings *words = &t->corpus.vocabulary.words;
  parameters_initialise(p, t->options.seed);
  for (uint32_t w = 0; t->vectors.size && w < words->count; w++) {
    size_t length;
    const char *word = strings_get(words, w, &length);
    const float *vector = word_vectors_find(&t->vectors, word, length);
    if (vector) memcpy(embedding.table + (w + 1) * embedding.size, vector, embedding.size * sizeof *vector);
  }
  if (!t->from) return;
  parameters_take(p, &t->from->parameters);
  if (embedding.buckets)
    embedding_fold(&embedding, &t->corpus.subwords, t->from->parameters.shape.vocabulary, -1.0f);
}

static Status prune(Training *t, Error *error) {
  TrainingOptions *o = &t->options;
  if (t->from && t->vectors.size && t->vectors.size != o->embedding)
    return error_set(error, STATUS_INVALID, "the vectors have %zu numbers, expected %zu as the model to go on from",
                     t->vectors.size, o->embedding);
  if (t->vectors.size) o->embedding = t->vectors.size;
  word_vectors_scale(&t->vectors, VECTOR_DEVIATION);
  PruneOptions options = {.min_count = o->min_count, .most = o->max_vocabulary, .spelled = o->subwords,
                          .keep = t->from ? t->from->vocabulary.words.count : 0,
                          .extra = &t->vectors.words};
  Status status = corpus_prune(&t->corpus, &options, error);
  t->lexicon = corpus_lexicon(&t->corpus);
  return status;
}

/* Of rows that were given to validate with some must have a label that is learned. */
static Status check_validation(const Corpus *c, Error *error) {
  for (size_t row = 0; row < c->rows; row++)
    if (c->use[row] == ROW_VALIDATES && c->target[row] < c->labels.keys.count) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "no validation row has a label of the rows to learn from");
}

Status training_begin(Training *t, const float *label_weights, Error *error) {
  Corpus *c = &t->corpus;
  TrainingOptions *o = &t->options;
  size_t known = t->from ? t->from->parameters.shape.vocabulary : 0;
  bool given = corpus_count(c, ROW_VALIDATES) > 0; /* validation rows came with the rows */
  t->started = clock_seconds();
  Status status = check_rows(t, corpus_count(c, ROW_TRAINS) + corpus_count(c, ROW_KNOWN), error);
  if (!status && given) status = check_validation(c, error);
  if (!status) status = draw_known(t, error);
  if (!status) status = prune(t, error);
  if (!status && !given && o->validation > 0) status = corpus_split(c, o->validation, o->seed, error);
  if (!status)
    defaults_sizes(o, corpus_count(c, ROW_TRAINS) + corpus_count(c, ROW_UNLABELLED), c->labels.keys.count, t->from);
  if (!status) status = list_rows(t, error);
  if (!status) status = validation_new(c, known, &t->validation, error);
  if (!status) status = count_labels(t, error);
  if (!status) status = weigh_labels(t, label_weights, error);
  if (!status) status = make_model(t, error);
  if (status) return status;
  initialise(t);
  t->labelled = t->train_count;
  t->final = !given && t->validation.count > 0 && o->epochs > 1 ? PLANNED : NOT_PLANNED;
  t->total_steps = t->batch_count * o->epochs;
  t->texts = calloc(o->batch_size, sizeof *t->texts);
  t->targets = calloc(o->batch_size, sizeof *t->targets);
  return t->texts && t->targets ? STATUS_OK : error_no_memory(error);
}

/* ---- texts without a label ------------------------------------------------------------- */

/* Those that a label is guessed for are trained on like the others. */
static Status guess_unlabelled(Training *t, Workers *workers, Error *error) {
  Corpus *c = &t->corpus;
  size_t count = 0, most = t->train_count + corpus_count(c, ROW_UNLABELLED);
  t->progress.stage = TRAINING_GUESSES;
  Text *texts = malloc(most * sizeof *texts);
  uint32_t *rows = malloc(most * sizeof *rows), *targets = malloc(most * sizeof *targets);
  uint32_t *labels = malloc(most * sizeof *labels);
  Status status = texts && rows && targets && labels ? STATUS_OK : error_no_memory(error);
  for (size_t row = 0; row < c->rows && !status; row++) {
    if (c->use[row] != ROW_TRAINS && c->use[row] != ROW_UNLABELLED) continue;
    rows[count] = (uint32_t)row;
    texts[count] = corpus_text(c, row);
    targets[count++] = c->target[row];
  }
  Guess guess = {.texts = texts, .targets = targets, .count = count, .seed = t->options.seed,
                 .vocabulary = vocabulary_size(&c->vocabulary), .labels = c->labels.keys.count};
  if (!status) status = guess_labels(&guess, workers, labels, error);
  for (size_t i = 0; i < count && !status; i++) {
    t->guessed += c->use[rows[i]] == ROW_UNLABELLED && labels[i] != LABELS_NONE;
    c->target[rows[i]] = labels[i];
    c->use[rows[i]] = labels[i] == LABELS_NONE ? ROW_UNUSED : ROW_TRAINS;
  }
  free(texts);
  free(rows);
  free(targets);
  free(labels);
  if (!status) status = list_rows(t, error);
  t->total_steps = t->batch_count * t->options.epochs;
  return status;
}

/* ---- the linear branch ----------------------------------------------------------------- */

static Status learn_linear(Training *t, Workers *workers, Error *error) {
  const Corpus *c = &t->corpus;
  double begun = clock_seconds();
  t->progress.stage = TRAINING_LINEAR;
  Text *texts = malloc((t->train_count + 1) * sizeof *texts);
  uint32_t *targets = malloc((t->train_count + 1) * sizeof *targets);
  Status status = texts && targets ? STATUS_OK : error_no_memory(error);
  for (size_t i = 0; i < t->train_count && !status; i++) {
    texts[i] = corpus_text(c, t->train[i]);
    targets[i] = c->target[t->train[i]];
  }
  LinearTraining lesson = {.texts = texts, .targets = targets, .count = t->train_count,
                           .vocabulary = vocabulary_size(&c->vocabulary), .labels = c->labels.keys.count,
                           .subwords = t->lexicon.subwords, .label_weights = t->label_weights,
                           .from = t->from ? &t->from->linear : NULL, .seed = t->options.seed};
  linear_free(&t->model->linear);
  if (!status) status = linear_train(&t->model->linear, &lesson, workers, error);
  t->progress.besides = clock_seconds() - begun;
  free(texts);
  free(targets);
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

/* As much of a row as the network reads. */
static Text read_row(const Training *t, size_t row) {
  Text text = corpus_text(&t->corpus, row);
  if (text.length > t->options.max_tokens) text.length = t->options.max_tokens;
  return text;
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
      sorted[i] = (ByLength){row, (uint32_t)read_row(t, row).length};
    }
    qsort(sorted, count, sizeof *sorted, longest_first);
    for (size_t i = 0; i < count; i++) t->train[first + i] = sorted[i].row;
  }
  free(sorted);
  return STATUS_OK;
}

static Status order_rows(Training *t, Error *error) {
  Random random = random_stream(t->options.seed, RANDOM_ROWS, t->epoch);
  random_shuffle(&random, t->train, t->train_count);
  Status status = sort_pools(t, error);
  for (size_t i = 0; i < t->batch_count; i++) t->batches[i] = (uint32_t)i;
  random_shuffle(&random, t->batches, t->batch_count);
  return status;
}

/* Up to its height in the first tenth of all steps, then down to zero. */
static double learning_rate(const Training *t) {
  double total = (double)t->total_steps, progress = (double)t->step / total;
  double factor = progress < 0.1 ? (progress + 1.0 / total) / 0.1 : (1.0 - progress) / 0.9;
  return t->options.learning_rate * fmax(0.0, fmin(factor, 1.0));
}

static Status not_finite(const Training *t, Error *error) {
  return error_set(error, STATUS_INVALID,
                   "the loss is no longer finite in epoch %zu, expected a smaller learning_rate than %g",
                   t->epoch, t->options.learning_rate);
}

static bool out_of_time(const Training *t) {
  return t->options.max_seconds > 0 && clock_seconds() - t->started >= t->options.max_seconds;
}

/* How far an epoch is. */
typedef struct Progress {
  Training *training;
  Epoch *epoch;
  size_t begun, learned; /* minibatches begun, rows learned */
} Progress;

static void fill_step(Training *t, size_t batch, MinibatchStep *step) {
  size_t first = batch * t->options.batch_size, left = t->train_count - first;
  size_t count = left < t->options.batch_size ? left : t->options.batch_size;
  for (size_t i = 0; i < count; i++) {
    t->texts[i] = read_row(t, t->train[first + i]);
    t->targets[i] = t->corpus.target[t->train[first + i]];
  }
  Random stream = random_stream(t->options.seed, RANDOM_MINIBATCH, t->step);
  *step = (MinibatchStep){.texts = t->texts, .targets = t->targets, .count = count,
                          .learning_rate = (float)learning_rate(t), .seed = random_next(&stream)};
}

static Status next_step(void *context, const MinibatchResult *last, MinibatchStep *step, bool *more, Error *error) {
  Progress *p = context;
  Training *t = p->training;
  if (last && !isfinite(last->loss)) return not_finite(t, error);
  if (last) {
    t->step++;
    p->learned += step->count;
    atomic_store(&t->learned, p->learned);
    p->epoch->train_loss += last->loss * (double)step->count;
    p->epoch->train_accuracy += (double)last->correct;
  }
  *more = p->begun < t->batch_count && (p->begun == 0 || !out_of_time(t));
  if (!*more) return STATUS_OK;
  fill_step(t, t->batches[p->begun++], step);
  p->epoch->learning_rate = learning_rate(t);
  return STATUS_OK;
}

static Status learn(Training *t, Workers *workers, Epoch *epoch, Error *error) {
  Progress progress = {.training = t, .epoch = epoch};
  double begun = clock_seconds();
  t->progress.stage = TRAINING_NETWORK;
  Status status = order_rows(t, error);
  if (!status) status = minibatch_run(t->minibatch, next_step, &progress, workers, error);
  /* the last step's parameters have no loss yet that would tell */
  if (!status && !parameters_finite(&t->model->parameters)) status = not_finite(t, error);
  if (status) return status;
  epoch->train_loss /= (double)progress.learned;
  epoch->train_accuracy /= (double)progress.learned;
  epoch->rows_per_second = (double)progress.learned / fmax(clock_seconds() - begun, 1e-9);
  return STATUS_OK;
}

static Status validate(Training *t, Workers *workers, Epoch *epoch, Error *error) {
  const Score *score = &t->validation.score;
  epoch->validated = t->validation.count > 0 && t->final != UNDER_WAY;
  if (!epoch->validated) return STATUS_OK;
  t->progress.stage = TRAINING_VALIDATES;
  Status status = validation_judge(&t->validation, t->model, &t->lexicon, workers, error);
  epoch->validation_loss = score_log_loss(score);
  epoch->validation_accuracy = score_accuracy(score);
  epoch->validation_f1 = score_macro_f1(score);
  return status;
}

/* By validation accuracy, then loss; where nothing is judged the last is best. */
static bool is_best(const Training *t, const Epoch *epoch) {
  if (!epoch->validated || t->options.patience == 0 || t->best.epoch == 0) return true;
  if (epoch->validation_accuracy != t->best.validation_accuracy)
    return epoch->validation_accuracy > t->best.validation_accuracy;
  return epoch->validation_loss < t->best.validation_loss;
}

/* The last epoch but one is over, or patience is: the rest learns from all rows,
** beginning with the best epoch's parameters, at the end of the schedule.
*/
static Status take_whole(Training *t, Error *error) {
  Corpus *c = &t->corpus;
  for (size_t row = 0; row < c->rows; row++)
    if (c->use[row] == ROW_VALIDATES) c->use[row] = ROW_TRAINS;
  t->final = UNDER_WAY;
  parameters_copy(&t->model->parameters, &t->best_parameters);
  Status status = list_rows(t, error);
  if (t->total_steps < t->batch_count) t->total_steps = t->batch_count;
  t->step = t->total_steps - t->batch_count;
  return status;
}

static void judge(Training *t, Epoch *epoch) {
  bool final = t->final == UNDER_WAY;
  epoch->is_best = !final && is_best(t, epoch);
  if (epoch->is_best || final) parameters_copy(&t->best_parameters, &t->model->parameters);
  if (epoch->is_best) {
    validation_keep(&t->validation);
    t->best = *epoch;
  }
  bool patient = t->options.patience == 0 || t->epoch - t->best.epoch < t->options.patience;
  size_t most = t->options.epochs - (t->final == PLANNED ? 1 : 0);
  epoch->is_last = t->epoch >= most || !patient || out_of_time(t) || final;
}

/* What comes before the epoch's steps, and after them. */
static Status begin_epoch(Training *t, Workers *workers, Error *error) {
  bool fresh = t->epoch == 1 || t->final == NEXT;
  Status status = t->final == NEXT ? take_whole(t, error) : STATUS_OK;
  if (!status && t->epoch == 1 && corpus_count(&t->corpus, ROW_UNLABELLED))
    status = guess_unlabelled(t, workers, error);
  if (!status && fresh && t->options.linear) status = learn_linear(t, workers, error);
  return status;
}

static Status end_epoch(Training *t, Epoch *epoch, Error *error) {
  Status status = STATUS_OK;
  judge(t, epoch);
  if (epoch->is_last && t->final != UNDER_WAY) status = validation_conclude(&t->validation, t->model, error);
  if (epoch->is_last && t->final == PLANNED && !out_of_time(t)) {
    t->final = NEXT;
    epoch->is_last = false;
  }
  epoch->seconds = clock_seconds() - t->started;
  return status;
}

/* Of all epochs, as if each had the rows of this one. */
static double share_done(const Training *t, const TrainingProgress *p, size_t learned) {
  double epoch = fmin(1.0, (double)learned / fmax(1.0, (double)t->train_count));
  double share = ((double)p->epoch - 1.0 + epoch) / (double)p->epochs;
  double limit = t->options.max_seconds;
  if (limit > 0) share = fmax(share, (clock_seconds() - t->started) / limit);
  return fmax(0.0, fmin(share, 1.0));
}

TrainingProgress training_progress(const Training *t) {
  TrainingProgress p = t->progress;
  size_t learned = atomic_load(&t->learned);
  p.epoch = t->epoch;
  p.epochs = t->final == UNDER_WAY ? t->epoch : t->options.epochs;
  p.rows += learned;
  p.share = share_done(t, &p, learned);
  bool again = t->final == PLANNED || t->final == NEXT;
  if (!again || t->options.max_seconds > 0) p.besides = 0.0;
  return p;
}

Status training_epoch(Training *t, Poll poll, Epoch *epoch, Error *error) {
  Workers *workers;
  *epoch = (Epoch){.epoch = ++t->epoch};
  t->progress.stage = TRAINING_NETWORK;
  t->progress.rows += atomic_exchange(&t->learned, 0);
  Status status = workers_new(t->options.threads, poll, &workers, error);
  if (status) return status;
  status = workers_poll(workers, error); /* an epoch may be over before their first poll */
  if (!status) status = begin_epoch(t, workers, error);
  if (!status) status = learn(t, workers, epoch, error);
  if (!status) status = validate(t, workers, epoch, error);
  workers_free(workers);
  if (!status) status = end_epoch(t, epoch, error);
  return status;
}

/* ---- end ------------------------------------------------------------------------- */

Status training_end(Training *t, Poll poll, Model **model, Error *error) {
  if (t->best.epoch == 0) return error_set(error, STATUS_INVALID, "no epoch has ended yet");
  Model *m = t->model;
  DescribeRows rows = {.corpus = &t->corpus, .lexicon = t->lexicon, .rows = t->train, .count = t->train_count,
                       .before = t->from ? &t->from->fingerprints : NULL, .seed = t->options.seed};
  parameters_copy(&m->parameters, &t->best_parameters);
  Status status = describe_model(m, &rows, t->options.threads, poll, error);
  if (status) return status;
  EmbeddingWeights embedding = network_embedding(&t->best_parameters);
  if (embedding.buckets) embedding_fold(&embedding, &t->corpus.subwords, embedding.vocabulary, 1.0f);
  parameters_free(&m->parameters);
  m->parameters = t->best_parameters;
  m->vocabulary = t->corpus.vocabulary;
  m->labels = t->corpus.labels;
  m->tokenize = t->tokenize;
  t->best_parameters = (Parameters){0};
  t->corpus.vocabulary = (Vocabulary){0};
  t->corpus.labels = (Labels){0};
  t->tokenize = NULL;
  t->model = NULL;
  *model = m;
  return STATUS_OK;
}
