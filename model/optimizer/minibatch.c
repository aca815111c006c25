#include "optimizer/minibatch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/random.h"
#include "optimizer/adam.h"
#include "optimizer/row_gradients.h"

enum {
  SHARD_ROWS = 8,   /* texts of a shard, unless there are too few or too many shards */
  MIN_SHARDS = 2,
  MAX_SHARDS = 16
};

static const float CLIP_NORM = 1.0f; /* the largest norm of the whole gradient */

typedef struct Shard {
  Pass pass;
  Parameters gradient; /* of the dense parameters              */
  RowTerms rows;       /* the gradient of the table            */
  Text *texts;         /* [batch_size], after word dropout     */
  uint32_t *targets;   /* [batch_size], by row of the batch    */
  const float **likely; /* [batch_size] the same                */
  uint32_t *words;
  size_t words_capacity, count;
  double loss;
  size_t correct;
} Shard;

typedef struct Slice {
  RowGradients rows;
  double squares; /* sum over the slice's gradient */
} Slice;

typedef enum Phase { BETWEEN_STEPS, LEARN, ADD, UPDATE } Phase;

struct Minibatch {
  Parameters *parameters, mean, variance;
  float *gradient;      /* [dense], the sum over the shards */
  MinibatchOptions options;
  uint64_t steps;       /* steps made so far */
  size_t shard_count;
  Shard *shards;        /* [shard_count] */
  Slice slices[SLICES];
  /* the current run */
  MinibatchNext *next;
  void *context;
  Phase phase;
  MinibatchStep step;
  MinibatchResult result;
  float rate, scale;
};

/* ---- new and free ------------------------------------------------------------ */

static Status shard_new(Shard *s, const Shape *shape, size_t batch_size, Error *error) {
  Shape dense = *shape;
  dense.vocabulary = dense.buckets = 0;
  s->texts = calloc(batch_size, sizeof *s->texts);
  s->targets = calloc(batch_size, sizeof *s->targets);
  s->likely = calloc(batch_size, sizeof *s->likely);
  if (!s->texts || !s->targets || !s->likely) return error_no_memory(error);
  return parameters_new(&dense, (Poll){0}, &s->gradient, error);
}

static void shard_free(Shard *s) {
  pass_free(&s->pass);
  parameters_free(&s->gradient);
  row_terms_free(&s->rows);
  free(s->texts);
  free(s->targets);
  free(s->likely);
  free(s->words);
}

void minibatch_free(Minibatch *m) {
  if (!m) return;
  for (size_t i = 0; m->shards && i < m->shard_count; i++) shard_free(&m->shards[i]);
  for (size_t i = 0; i < SLICES; i++) row_gradients_free(&m->slices[i].rows);
  free(m->shards);
  free(m->gradient);
  parameters_free(&m->mean);
  parameters_free(&m->variance);
  free(m);
}

/* Small shards make one thread slower; with few shards, few threads have work. */
size_t minibatch_shards(size_t batch_size, size_t *texts) {
  size_t shards = (batch_size + SHARD_ROWS - 1) / SHARD_ROWS;
  if (shards < MIN_SHARDS) shards = batch_size < MIN_SHARDS ? batch_size : MIN_SHARDS;
  if (shards > MAX_SHARDS) shards = MAX_SHARDS;
  *texts = (batch_size + shards - 1) / shards;
  return shards;
}

Status minibatch_new(Parameters *parameters, const MinibatchOptions *options, Minibatch **minibatch, Error *error) {
  Minibatch *m = calloc(1, sizeof *m);
  if (!m) return error_no_memory(error);
  m->parameters = parameters;
  m->options = *options;
  size_t texts;
  m->shard_count = minibatch_shards(options->batch_size, &texts);
  m->shards = calloc(m->shard_count, sizeof *m->shards);
  m->gradient = memory_floats(parameters->dense);
  Status status = m->shards && m->gradient ? STATUS_OK : error_no_memory(error);
  if (!status) status = parameters_new(&parameters->shape, options->poll, &m->mean, error);
  if (!status) status = parameters_new(&parameters->shape, options->poll, &m->variance, error);
  for (size_t i = 0; i < m->shard_count && !status; i++)
    status = shard_new(&m->shards[i], &parameters->shape, options->batch_size, error);
  for (size_t i = 0; i < SLICES && !status; i++)
    status = row_gradients_new(&m->slices[i].rows, shape_rows(&parameters->shape), error);
  if (status)
    minibatch_free(m);
  else
    *minibatch = m;
  return status;
}

/* ---- 1: shards --------------------------------------------------------------- */

/* Copies the shard's texts, with word dropout. */
static Status shard_texts(Shard *s, const Minibatch *m, size_t first, uint64_t seed, Error *error) {
  size_t tokens = 0, at = 0, vocabulary = m->parameters->shape.vocabulary;
  for (size_t i = 0; i < s->count; i++) tokens += m->step.texts[first + i].length;
  if (!memory_grow(&s->words, &s->words_capacity, tokens + 1, sizeof *s->words))
    return error_no_memory(error);
  Random random = random_stream(seed, RANDOM_SHARD, 0);
  for (size_t i = 0; i < s->count; i++) {
    Text text = m->step.texts[first + i];
    s->texts[i] = (Text){s->words + at, text.length, text.capitals};
    for (size_t t = 0; t < text.length; t++) {
      bool drop = m->options.word_dropout > 0 && random_uniform(&random) < m->options.word_dropout;
      bool padding = text.words[t] == m->parameters->shape.padding.word;
      s->words[at++] = drop && !padding ? lexicon_unknown(&m->options.lexicon, vocabulary, text.words[t])
                                        : text.words[t];
    }
  }
  return STATUS_OK;
}

static Status shard_learn(Shard *s, const Minibatch *m, size_t first, uint64_t seed, Error *error) {
  const Parameters *p = m->parameters;
  Dropout dropout = {m->options.dropout, seed};
  Status status = shard_texts(s, m, first, seed, error);
  size_t words = lexicon_words(&m->options.lexicon, p->shape.vocabulary);
  if (!status) status = batch_fill(&s->pass.batch, s->texts, s->count, words, error);
  if (!status) status = pass_reserve(&s->pass, &p->shape, true, error);
  if (status) return status;
  const Targets targets = {.labels = s->targets, .likely = m->step.likely ? s->likely : NULL,
                           .label_weights = m->options.label_weights, .sets = m->options.sets};
  for (size_t i = 0; i < s->count; i++) {
    size_t text = first + s->pass.batch.order[i];
    s->targets[i] = m->step.targets[text];
    s->likely[i] = m->step.likely ? m->step.likely[text] : NULL;
  }
  status = network_forward(p, &m->options.lexicon, &dropout, &s->pass, error);
  if (status) return status;
  s->loss = network_loss(p, &s->pass, &targets, 1.0f / (float)m->step.count);
  s->correct = 0;
  for (size_t i = 0; i < s->count; i++)
    s->correct += output_is_right(&targets, i, p->shape.labels, s->pass.probabilities + i * p->shape.labels);
  status = network_backward(p, &dropout, &s->pass, &s->gradient, error);
  if (status) return status;
  EmbeddingWeights embedding = network_embedding(p);
  return row_terms_fill(&s->rows, &embedding, &m->options.lexicon, &s->pass.batch, s->pass.d_vectors, error);
}

static Status learn_task(Minibatch *m, size_t index, Error *error) {
  Shard *s = &m->shards[index];
  size_t first = m->step.count * index / m->shard_count;
  s->count = m->step.count * (index + 1) / m->shard_count - first;
  return shard_learn(s, m, first, m->step.seed * MAX_SHARDS + index, error);
}

static void gather_shards(Minibatch *m) {
  m->result = (MinibatchResult){0};
  for (size_t i = 0; i < m->shard_count; i++) {
    m->result.loss += m->shards[i].loss;
    m->result.correct += m->shards[i].correct;
  }
}

/* ---- 2: add ------------------------------------------------------------------- */

/* Returns where slice `index` of the dense parameters begins. */
static size_t slice_begin(const Minibatch *m, size_t index) { return m->parameters->dense * index / SLICES; }

static void add_dense(Minibatch *m, size_t index) {
  size_t begin = slice_begin(m, index), count = slice_begin(m, index + 1) - begin;
  float *sum = m->gradient + begin;
  memcpy(sum, m->shards[0].gradient.block + begin, count * sizeof *sum);
  for (size_t i = 1; i < m->shard_count; i++)
    matrix_add_scaled(count, 1.0f, m->shards[i].gradient.block + begin, sum);
  m->slices[index].squares = matrix_squares(count, sum);
}

static Status add_rows(Minibatch *m, size_t index, Error *error) {
  Slice *slice = &m->slices[index];
  size_t size = m->parameters->shape.embedding, terms = 0;
  for (size_t i = 0; i < m->shard_count; i++) terms += m->shards[i].rows.slice[index].count;
  Status status = row_gradients_begin(&slice->rows, terms, size, error);
  if (status) return status;
  for (size_t i = 0; i < m->shard_count; i++) row_gradients_add(&slice->rows, &m->shards[i].rows, index, size);
  slice->squares += row_gradients_squares(&slice->rows, size);
  return STATUS_OK;
}

static Status add_task(Minibatch *m, size_t index, Error *error) {
  add_dense(m, index);
  return add_rows(m, index, error);
}

static void gather_slices(Minibatch *m) {
  double squares = 0.0;
  for (size_t i = 0; i < SLICES; i++) squares += m->slices[i].squares;
  float norm = (float)sqrt(squares);
  m->scale = norm > CLIP_NORM ? CLIP_NORM / norm : 1.0f;
}

void minibatch_gradient(const Minibatch *m, Parameters *gradient) {
  size_t size = m->parameters->shape.embedding;
  memset(gradient->block, 0, gradient->count * sizeof(float));
  memcpy(parameters_dense(gradient), m->gradient, gradient->dense * sizeof(float));
  for (size_t s = 0; s < SLICES; s++) {
    const RowGradients *rows = &m->slices[s].rows;
    for (size_t i = 0; i < rows->count; i++)
      matrix_add_scaled(size, rows->row[i].factor, rows->row[i].d, gradient->block + rows->row[i].row * size);
  }
}

/* ---- 3: update ------------------------------------------------------------------ */

static void update_run(Minibatch *m, size_t begin, size_t count, float scale, const float *gradient) {
  adam_update(count, m->rate, scale, gradient, m->mean.block + begin, m->variance.block + begin,
              m->parameters->block + begin);
}

/* The rows are scattered over blocks larger than the caches, so that the next row is
** prefetched while one is updated.
*/
static void prefetch_row(const Minibatch *m, size_t row) {
  size_t size = m->parameters->shape.embedding, line = 64 / sizeof(float);
  for (size_t j = row * size; j < (row + 1) * size; j += line) {
    __builtin_prefetch(m->mean.block + j, 1);
    __builtin_prefetch(m->variance.block + j, 1);
    __builtin_prefetch(m->parameters->block + j, 1);
  }
}

static void update_task(Minibatch *m, size_t index) {
  const RowGradients *rows = &m->slices[index].rows;
  size_t size = m->parameters->shape.embedding, table = m->parameters->count - m->parameters->dense;
  size_t begin = slice_begin(m, index);
  update_run(m, table + begin, slice_begin(m, index + 1) - begin, m->scale, m->gradient + begin);
  for (size_t i = 0; i < rows->count; i++) {
    if (i + 1 < rows->count) prefetch_row(m, rows->row[i + 1].row);
    update_run(m, rows->row[i].row * size, size, m->scale * rows->row[i].factor, rows->row[i].d);
  }
}

/* ---- steps ------------------------------------------------------------------------ */

static size_t phase_tasks(const Minibatch *m) {
  if (m->phase == BETWEEN_STEPS) return 0;
  return m->phase == LEARN ? m->shard_count : SLICES;
}

static Status begin_step(Minibatch *m, const MinibatchResult *last, Error *error) {
  bool more = true;
  Status status = m->next(m->context, last, &m->step, &more, error);
  m->phase = !status && more ? LEARN : BETWEEN_STEPS;
  return status;
}

/* Concludes the phase that has ended, and begins the next one. */
static Status begin_phase(void *context, size_t *tasks, Error *error) {
  Minibatch *m = context;
  Status status = STATUS_OK;
  if (m->phase == LEARN) gather_shards(m);
  if (m->phase == ADD) gather_slices(m);
  if (m->phase == LEARN) {
    m->phase = ADD;
  } else if (m->phase == ADD && isfinite(m->result.loss)) {
    m->rate = adam_rate(m->step.learning_rate, ++m->steps);
    m->phase = UPDATE;
  } else {
    status = begin_step(m, m->phase == BETWEEN_STEPS ? NULL : &m->result, error);
  }
  *tasks = phase_tasks(m);
  return status;
}

static Status run_task(void *context, size_t index, size_t worker, Error *error) {
  (void)worker;
  Minibatch *m = context;
  if (m->phase == LEARN) return learn_task(m, index, error);
  if (m->phase == ADD) return add_task(m, index, error);
  update_task(m, index);
  return STATUS_OK;
}

Status minibatch_run(Minibatch *m, MinibatchNext *next, void *context, Workers *workers, Error *error) {
  for (size_t i = 0; i < m->shard_count; i++) m->shards[i].pass.poll = workers_task_poll(workers);
  m->next = next;
  m->context = context;
  m->phase = BETWEEN_STEPS;
  Status status = workers_run_phases(workers, begin_phase, run_task, m, error);
  for (size_t i = 0; i < m->shard_count; i++) m->shards[i].pass.poll = (Poll){0};
  return status;
}
