#include "minibatch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "adam.h"
#include "matrix.h"
#include "memory.h"
#include "predict.h"
#include "random.h"

enum {
  SHARD_ROWS = 8,   /* texts a shard takes when there are enough shards */
  MAX_SHARDS = 16,
  SLICES = 8
};

static const float CLIP_NORM = 1.0f; /* the longest gradient, all parameters as one vector */

typedef struct Shard {
  Pass pass;
  Parameters gradient; /* the dense part */
  Text *texts;         /* [batch_size], with words dropped out */
  uint32_t *targets;   /* [batch_size] by row                  */
  uint32_t *words;
  size_t words_capacity, count;
  double loss;
  size_t correct;
  Status status;
  Error error;
} Shard;

typedef struct Slice {
  uint32_t *touched; /* rows of this slice in the minibatch  */
  size_t count, capacity;
  double squares;    /* of its part of the gradient          */
  bool failed;
} Slice;

struct Minibatch {
  Parameters *parameters;
  Parameters gradient, mean, variance; /* gradient: zero between steps, but for the dense part */
  MinibatchOptions options;
  uint64_t steps;       /* updates made */
  size_t shard_count;
  Shard *shards; /* [shard_count] */
  Slice slices[SLICES];
  uint32_t *touched_in; /* [rows] the last step that did */
  /* the step under way */
  uint32_t step;        /* from 1, also of those that failed */
  const Text *texts;
  const uint32_t *targets;
  size_t count;
  uint64_t seed;
  float rate, scale;
};

/* ---- making and freeing ------------------------------------------------------ */

static Status shard_new(Shard *s, const Shape *shape, size_t batch_size, Error *error) {
  Shape dense = *shape;
  dense.vocabulary = dense.buckets = 0;
  s->texts = calloc(batch_size, sizeof *s->texts);
  s->targets = calloc(batch_size, sizeof *s->targets);
  if (!s->texts || !s->targets) return error_no_memory(error);
  return parameters_new(&dense, &s->gradient, error);
}

static void shard_free(Shard *s) {
  pass_free(&s->pass);
  parameters_free(&s->gradient);
  free(s->texts);
  free(s->targets);
  free(s->words);
}

void minibatch_free(Minibatch *m) {
  if (!m) return;
  for (size_t i = 0; m->shards && i < m->shard_count; i++) shard_free(&m->shards[i]);
  for (size_t i = 0; i < SLICES; i++) free(m->slices[i].touched);
  free(m->shards);
  free(m->touched_in);
  parameters_free(&m->gradient);
  parameters_free(&m->mean);
  parameters_free(&m->variance);
  free(m);
}

static size_t shards_for(size_t batch_size) {
  size_t shards = (batch_size + SHARD_ROWS - 1) / SHARD_ROWS;
  return shards < MAX_SHARDS ? shards : MAX_SHARDS;
}

Status minibatch_new(Parameters *parameters, const MinibatchOptions *options, Minibatch **minibatch,
                     Error *error) {
  Minibatch *m = calloc(1, sizeof *m);
  if (!m) return error_no_memory(error);
  m->parameters = parameters;
  m->options = *options;
  m->shard_count = shards_for(options->batch_size);
  m->shards = calloc(m->shard_count, sizeof *m->shards);
  m->touched_in = calloc(shape_rows(&parameters->shape), sizeof *m->touched_in);
  Status status = m->shards && m->touched_in ? STATUS_OK : error_no_memory(error);
  if (!status) status = parameters_new(&parameters->shape, &m->gradient, error);
  if (!status) status = parameters_new(&parameters->shape, &m->mean, error);
  if (!status) status = parameters_new(&parameters->shape, &m->variance, error);
  for (size_t i = 0; i < m->shard_count && !status; i++)
    status = shard_new(&m->shards[i], &parameters->shape, options->batch_size, error);
  if (status)
    minibatch_free(m);
  else
    *minibatch = m;
  return status;
}

const Parameters *minibatch_gradient(const Minibatch *m) { return &m->gradient; }

/* ---- 1: shards --------------------------------------------------------------- */

/* Copies the shard's texts, some words as if they were not in the vocabulary. */
static Status shard_texts(Shard *s, const Minibatch *m, size_t first, uint64_t seed, Error *error) {
  size_t tokens = 0, at = 0, vocabulary = m->parameters->shape.vocabulary;
  for (size_t i = 0; i < s->count; i++) tokens += m->texts[first + i].length;
  if (!memory_grow(&s->words, &s->words_capacity, tokens + 1, sizeof *s->words))
    return error_no_memory(error);
  Random random = random_stream(seed, 2, 0);
  for (size_t i = 0; i < s->count; i++) {
    Text text = m->texts[first + i];
    s->texts[i] = (Text){s->words + at, text.length};
    for (size_t t = 0; t < text.length; t++) {
      bool drop = m->options.word_dropout > 0 && random_uniform(&random) < m->options.word_dropout;
      s->words[at++] = drop ? lexicon_unknown(&m->options.lexicon, vocabulary, text.words[t])
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
  for (size_t i = 0; i < s->count; i++) s->targets[i] = m->targets[first + s->pass.batch.order[i]];
  network_forward(p, &m->options.lexicon, &dropout, &s->pass);
  s->loss = network_loss(p, &s->pass, s->targets, m->options.label_weights, 1.0f / (float)m->count);
  s->correct = 0;
  for (size_t i = 0; i < s->count; i++)
    s->correct += s->targets[i] == predict_best(s->pass.probabilities + i * p->shape.labels, p->shape.labels);
  memset(s->gradient.block, 0, s->gradient.count * sizeof(float));
  network_backward(p, &dropout, &s->pass, &s->gradient);
  return STATUS_OK;
}

static void shard_task(void *context, size_t index, size_t worker) {
  (void)worker;
  Minibatch *m = context;
  Shard *s = &m->shards[index];
  size_t first = m->count * index / m->shard_count;
  s->count = m->count * (index + 1) / m->shard_count - first;
  s->status = shard_learn(s, m, first, m->seed * MAX_SHARDS + index, &s->error);
}

/* ---- 2: add ------------------------------------------------------------------- */

static double squares_of(size_t count, const float *x) {
  double sum[4] = {0};
  for (size_t i = 0; i < count; i++) sum[i % 4] += (double)x[i] * x[i];
  return sum[0] + sum[1] + sum[2] + sum[3];
}

/* Where slice `index` of `count` floats begins. */
static size_t slice_begin(size_t count, size_t index) { return count * index / SLICES; }

static void slice_add_dense(Minibatch *m, size_t index) {
  size_t begin = slice_begin(m->gradient.dense, index);
  size_t count = slice_begin(m->gradient.dense, index + 1) - begin;
  float *sum = parameters_dense(&m->gradient) + begin;
  memset(sum, 0, count * sizeof *sum);
  for (size_t i = 0; i < m->shard_count; i++) matrix_add_scaled(count, 1.0f, m->shards[i].gradient.block + begin, sum);
  m->slices[index].squares = squares_of(count, sum);
}

/* Adds to one row of the gradient, if it is the slice's. It is zero until then. */
static void slice_add_row(Minibatch *m, size_t index, size_t row, float factor, const float *from) {
  Slice *slice = &m->slices[index];
  size_t size = m->gradient.shape.embedding;
  if (row % SLICES != index || slice->failed) return;
  if (m->touched_in[row] != m->step) {
    slice->failed = !memory_grow(&slice->touched, &slice->capacity, slice->count + 1, sizeof *slice->touched);
    if (slice->failed) return;
    slice->touched[slice->count++] = (uint32_t)row;
    m->touched_in[row] = m->step;
  }
  matrix_add_scaled(size, factor, from, m->gradient.block + row * size);
}

/* A word's gradient goes to all rows that it is the sum of. */
static void slice_add_rows(Minibatch *m, size_t index) {
  EmbeddingWeights embedding = network_embedding(m->parameters);
  for (size_t i = 0; i < m->shard_count; i++) {
    const Pass *pass = &m->shards[i].pass;
    for (size_t u = 0; u < pass->batch.distinct; u++) {
      WordRows rows = embedding_rows(&embedding, &m->options.lexicon, pass->batch.word[u]);
      const float *from = pass->d_vectors + u * embedding.size;
      slice_add_row(m, index, rows.own, 1.0f, from);
      for (size_t g = 0; g < rows.count; g++)
        slice_add_row(m, index, embedding.vocabulary + rows.hash[g] % embedding.buckets, rows.share, from);
    }
  }
}

static void add_task(void *context, size_t index, size_t worker) {
  (void)worker;
  Minibatch *m = context;
  Slice *slice = &m->slices[index];
  size_t size = m->gradient.shape.embedding;
  slice_add_dense(m, index);
  slice_add_rows(m, index);
  for (size_t i = 0; i < slice->count; i++)
    slice->squares +=
        squares_of(size, m->gradient.block + slice->touched[i] * size);
}

/* ---- 3: update ------------------------------------------------------------------ */

static void update_run(Minibatch *m, size_t begin, size_t count) {
  adam_update(count, m->rate, m->scale, m->gradient.block + begin, m->mean.block + begin,
              m->variance.block + begin, m->parameters->block + begin);
}

static void update_task(void *context, size_t index, size_t worker) {
  (void)worker;
  Minibatch *m = context;
  const Slice *slice = &m->slices[index];
  size_t size = m->gradient.shape.embedding, rows = m->gradient.count - m->gradient.dense;
  size_t begin = slice_begin(m->gradient.dense, index);
  update_run(m, rows + begin, slice_begin(m->gradient.dense, index + 1) - begin);
  for (size_t i = 0; i < slice->count; i++) update_run(m, slice->touched[i] * size, size);
}

static void clear_rows(Minibatch *m) {
  size_t size = m->gradient.shape.embedding;
  for (size_t s = 0; s < SLICES; s++) {
    for (size_t i = 0; i < m->slices[s].count; i++)
      memset(m->gradient.block + m->slices[s].touched[i] * size, 0, size * sizeof(float));
    m->slices[s].count = 0;
    m->slices[s].failed = false;
  }
}

/* ---- a step ----------------------------------------------------------------------- */

static Status gather_shards(Minibatch *m, MinibatchResult *result, Error *error) {
  *result = (MinibatchResult){0};
  for (size_t i = 0; i < m->shard_count; i++) {
    const Shard *s = &m->shards[i];
    if (s->status) {
      *error = s->error;
      return s->status;
    }
    result->loss += s->loss;
    result->correct += s->correct;
  }
  return STATUS_OK;
}

static Status gather_slices(Minibatch *m, Error *error) {
  double squares = 0.0;
  for (size_t i = 0; i < SLICES; i++) {
    if (m->slices[i].failed) return error_no_memory(error);
    squares += m->slices[i].squares;
  }
  float norm = (float)sqrt(squares);
  m->scale = norm > CLIP_NORM ? CLIP_NORM / norm : 1.0f;
  return STATUS_OK;
}

Status minibatch_step(Minibatch *m, const Text *texts, const uint32_t *targets, size_t count,
                      float learning_rate, uint64_t seed, Workers *workers, Poll poll,
                      MinibatchResult *result, Error *error) {
  m->texts = texts;
  m->targets = targets;
  m->count = count;
  m->seed = seed;
  m->step++;
  clear_rows(m);
  Status status = workers_run(workers, m->shard_count, shard_task, m, poll, error);
  if (!status) status = gather_shards(m, result, error);
  if (!status) status = workers_run(workers, SLICES, add_task, m, (Poll){0}, error);
  if (!status) status = gather_slices(m, error);
  if (status || !isfinite(result->loss)) return status;
  m->rate = adam_rate(learning_rate, ++m->steps);
  return workers_run(workers, SLICES, update_task, m, (Poll){0}, error);
}
