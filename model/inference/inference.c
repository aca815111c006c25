#include "inference/inference.h"

#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/simd.h"
#include "inference/gru_step_early.h"
#include "inference/gru_step_int8.h"
#include "network/network.h"

enum { POLL_STEPS = 16 }; /* of the GRU, between two polls */

/* ---- new, free ----------------------------------------------------------------------- */

static Status pack(const Parameters *p, Tensor kernel, Precision precision, GruStepWeights *weights, Error *error) {
  GruWeights gru = network_gru(p, kernel);
  Status status = gru_step_pack(&gru, weights, error);
  if (!status && gru.resets_early)
    gru_step_early_use(weights);
  else if (!status && precision == PRECISION_INT8 && gru_step_int8_available())
    status = gru_step_int8_quantize(weights, error);
  return status;
}

Status inference_new(const Parameters *p, Precision precision, Inference *n, Error *error) {
  size_t hidden = p->shape.hidden, padded = gru_step_padded(hidden);
  const float *kernel = p->tensor[TENSOR_ATTENTION_KERNEL];
  *n = (Inference){.parameters = p, .attention = memory_floats(2 * padded)};
  Status status = n->attention ? word_table_new(p, &n->words, error) : error_no_memory(error);
  if (!status && hidden) status = pack(p, TENSOR_GRU_FORWARD, precision, &n->forward, error);
  if (!status && hidden) status = pack(p, TENSOR_GRU_BACKWARD, precision, &n->backward, error);
  if (status) {
    inference_free(n);
    return status;
  }
  memcpy(n->attention, kernel, hidden * sizeof *kernel);
  memcpy(n->attention + padded, kernel + hidden, hidden * sizeof *kernel);
  return STATUS_OK;
}

void inference_free(Inference *n) {
  word_table_free(n->words);
  gru_step_free(&n->forward);
  gru_step_free(&n->backward);
  free(n->attention);
  *n = (Inference){0};
}

/* ---- scratch --------------------------------------------------------------------------- */

void inference_scratch_free(InferenceScratch *s) {
  batch_free(&s->batch);
  free(s->inputs);
  free(s->vectors);
  free(s->rows);
  free(s->words);
  free(s->places);
  free(s->seen);
  free(s->block);
  *s = (InferenceScratch){0};
}

size_t inference_scratch_bytes(const InferenceScratch *s) {
  size_t token = sizeof *s->inputs + sizeof *s->vectors + sizeof *s->words + sizeof *s->places;
  size_t step = sizeof *s->seen + sizeof *s->rows;
  return s->tokens_capacity * token + s->steps_capacity * step + s->capacity * sizeof *s->block;
}

static bool reserve_lists(InferenceScratch *s) {
  size_t tokens = s->tokens_capacity, steps = s->steps_capacity, steps_of_seen = steps;
  size_t capacities[4] = {tokens, tokens, tokens, tokens};
  if (!memory_grow(&s->inputs, &capacities[0], s->batch.tokens + 1, sizeof *s->inputs) ||
      !memory_grow(&s->vectors, &capacities[1], s->batch.tokens + 1, sizeof *s->vectors) ||
      !memory_grow(&s->words, &capacities[2], s->batch.tokens + 1, sizeof *s->words) ||
      !memory_grow(&s->places, &capacities[3], s->batch.tokens + 1, sizeof *s->places) ||
      !memory_grow(&s->seen, &steps_of_seen, s->batch.steps + 1, sizeof *s->seen) ||
      !memory_grow(&s->rows, &steps, s->batch.steps + 1, sizeof *s->rows))
    return false;
  s->tokens_capacity = capacities[0];
  s->steps_capacity = steps;
  return true;
}

/* Sets every pointer into the block; returns the block's size in floats. */
static size_t layout(const Inference *n, size_t others, InferenceScratch *s) {
  const Shape *shape = &n->parameters->shape;
  const Batch *b = &s->batch;
  size_t used = 0, states = memory_product(b->tokens, 2 * gru_step_padded(shape->hidden));
  s->states = memory_take(s->block, &used, states);
  s->states8 = (uint8_t *)memory_take(s->block, &used, n->forward.quantized ? states / sizeof(float) : 0);
  s->gates = memory_take(s->block, &used, 2 * gru_step_padded(shape->hidden));
  s->scores = memory_take(s->block, &used, b->tokens);
  s->weights = memory_take(s->block, &used, b->steps);
  s->features = memory_take(s->block, &used, memory_product(b->texts, shape_features(shape)));
  s->other_vectors = memory_take(s->block, &used, memory_product(others, shape->embedding));
  s->other_inputs = memory_take(s->block, &used, memory_product(others, word_table_width(n->words)));
  return used;
}

/* Allocates a block of zeros. */
static Status make_block(size_t count, InferenceScratch *s, Error *error) {
  free(s->block);
  s->capacity = 0;
  s->block = memory_aligned(count, sizeof *s->block);
  if (!s->block) return error_no_memory(error);
  Status status = memory_clear(s->block, count, s->poll, error);
  if (!status) s->capacity = count;
  return status;
}

static Status reserve_block(const Inference *n, size_t others, InferenceScratch *s, Error *error) {
  size_t needed = layout(n, others, s);
  Status status = needed > s->capacity ? make_block(needed + needed / 4, s, error) : STATUS_OK;
  if (!status) layout(n, others, s);
  return status;
}

/* ---- words ------------------------------------------------------------------------------- */

/* Sets the vector and the row of inputs of each token, as far as the table has them. Tokens
** whose row is not computed yet are listed from the front of s->words, then filled in;
** tokens of words that the table does not keep are listed from the back. *others is the number
** of the latter.
*/
static Status find_words(const Inference *n, const Text *texts, InferenceScratch *s, size_t *others, Error *error) {
  const Batch *b = &s->batch;
  const float *table = n->parameters->tensor[TENSOR_EMBEDDING];
  size_t size = n->parameters->shape.embedding, unfilled = 0;
  *others = 0;
  for (size_t i = 0; i < b->texts; i++) {
    const uint32_t *words = texts[b->order[i]].words;
    for (size_t t = 0; t < b->length[i]; t++) {
      size_t place = batch_place(b, i, t);
      bool kept = word_table_keeps(n->words, words[t]);
      s->inputs[place] = word_table_find(n->words, words[t]);
      s->vectors[place] = kept ? table + words[t] * size : NULL;
      if (s->inputs[place]) continue;
      size_t listed = kept ? unfilled++ : b->tokens - ++*others;
      s->words[listed] = words[t];
      s->places[listed] = (uint32_t)place;
    }
  }
  Status status = word_table_fill(n->words, s->words, unfilled, error);
  for (size_t i = 0; i < unfilled; i++) s->inputs[s->places[i]] = word_table_find(n->words, s->words[i]);
  return status;
}

/* Computes vectors and inputs of the tokens whose words the table does not keep. */
static void compute_other_words(const Inference *n, const Lexicon *lexicon, size_t others, InferenceScratch *s) {
  const Parameters *p = n->parameters;
  size_t size = p->shape.embedding, width = word_table_width(n->words), first = s->batch.tokens - others;
  EmbeddingWeights embedding = network_embedding(p);
  for (size_t i = 0; i < others; i++) {
    s->inputs[s->places[first + i]] = s->other_inputs + i * width;
    s->vectors[s->places[first + i]] = s->other_vectors + i * size;
    embedding_vector(&embedding, lexicon, s->words[first + i], CAPITALS_NONE, s->other_vectors + i * size);
  }
  word_table_compute(n->words, s->other_vectors, others, s->other_inputs);
}

/* Returns how many tokens have capitals that count. */
static size_t count_capitals(const Inference *n, const Text *texts, const Batch *b) {
  size_t count = 0;
  if (!word_table_capitals(n->words, CAPITALS_FIRST)) return 0;
  for (size_t i = 0; i < b->texts; i++)
    for (size_t t = 0; texts[i].capitals && t < texts[i].length; t++) count += texts[i].capitals[t] != CAPITALS_NONE;
  return count;
}

/* Sets vector and inputs of a token with capitals: kept ones, or row `row` of scratch. Returns whether it is used. */
static bool add_capitals(const Inference *n, uint32_t word, Capitals capitals, size_t place, size_t row,
                         InferenceScratch *s) {
  size_t size = n->parameters->shape.embedding, width = word_table_width(n->words);
  EmbeddingWeights embedding = network_embedding(n->parameters);
  const float *added = embedding.table + embedding_capitals(&embedding, capitals) * size;
  const float *kept = word_table_capital_row(n->words, word, capitals, s->inputs[place], s->vectors[place], added);
  float *inputs = s->other_inputs + row * width, *vector = s->other_vectors + row * size;
  if (!kept) {
    matrix_sum_scaled(width, 1.0f, s->inputs[place], 1.0f, word_table_capitals(n->words, capitals), inputs);
    matrix_sum_scaled(size, 1.0f, s->vectors[place], 1.0f, added, vector);
  }
  s->inputs[place] = kept ? kept : inputs;
  s->vectors[place] = kept ? kept + width : vector;
  return !kept;
}

/* The same for all tokens with capitals, from scratch row `row` on. */
static void add_all_capitals(const Inference *n, const Text *texts, size_t row, InferenceScratch *s) {
  const Batch *b = &s->batch;
  for (size_t i = 0; i < b->texts; i++) {
    const Text *text = &texts[b->order[i]];
    for (size_t t = 0; text->capitals && t < text->length; t++)
      if (text->capitals[t] != CAPITALS_NONE)
        row += add_capitals(n, text->words[t], text->capitals[t], batch_place(b, i, t), row, s);
  }
}

/* ---- the GRU -------------------------------------------------------------------------------- */

/* The inputs of the next step, which are scattered over a large table. */
static void prefetch_inputs(const InferenceScratch *s, size_t t, size_t gates, size_t count) {
  const Batch *b = &s->batch;
  for (size_t place = b->offset[t]; place < b->offset[t] + b->active[t]; place++)
    for (size_t j = 0; j < count; j += 16) __builtin_prefetch(s->inputs[place] + gates + j);
}

/* Computes a step of one direction, whose units begin at `unit` of each state. */
static void run_step(const GruStepWeights *w, bool backwards, size_t step, size_t unit, InferenceScratch *s) {
  const Batch *b = &s->batch;
  size_t t = backwards ? b->steps - 1 - step : step, from = backwards ? t + 1 : t - 1;
  size_t running = step == 0 ? 0 : b->active[backwards ? from : t], stride = 2 * w->padded;
  size_t here = b->offset[t] * stride + unit, before = running ? b->offset[from] * stride + unit : here;
  GruStepRows rows = {.count = b->active[t], .running = running, .stride = stride,
                      .inputs = s->inputs + b->offset[t], .gates = 3 * unit, .from_end = t % 2,
                      .before = s->states + before, .states = s->states + here,
                      .before8 = s->states8 + before, .states8 = s->states8 + here, .scratch = s->gates};
  if (step + 1 < b->steps) prefetch_inputs(s, backwards ? t - 1 : t + 1, rows.gates, 3 * w->padded);
  w->forward(w, &rows);
}

/* One direction after the other, since the nearest cache has no room for the weights of both. */
static Status run_gru(const Inference *n, InferenceScratch *s, Error *error) {
  size_t padded = n->forward.padded, steps = padded ? s->batch.steps : 0;
  Status status = STATUS_OK;
  for (size_t step = 0; step < 2 * steps && !status; step++) {
    bool backwards = step >= steps;
    run_step(backwards ? &n->backward : &n->forward, backwards, step % steps, backwards ? padded : 0, s);
    if (step % POLL_STEPS == POLL_STEPS - 1) status = poll_proceed(s->poll, error);
  }
  return status;
}

/* Clears the states of padding that has none. */
static void clear_padding(const Inference *n, const Text *texts, InferenceScratch *s) {
  const Padding *padding = &n->parameters->shape.padding;
  const Batch *b = &s->batch;
  size_t size = 2 * n->forward.padded;
  for (size_t i = 0; i < b->texts && padding->state == PADDING_ZERO; i++)
    for (size_t t = 0; t < b->length[i]; t++)
      if (padding_zeroes(padding, texts[b->order[i]].words[t]))
        memset(s->states + batch_place(b, i, t) * size, 0, size * sizeof *s->states);
}

/* ---- attention and max-pool ------------------------------------------------------------------ */

/* Computes the scores of attention. */
static void score(const Inference *n, InferenceScratch *s) {
  const Parameters *p = n->parameters;
  const Batch *b = &s->batch;
  const float *bias = p->tensor[TENSOR_ATTENTION_BIAS];
  size_t padded = n->forward.padded;
  for (size_t i = 0; i < b->tokens; i++) { /* one by one: a product of many rounds a row by its place */
    float of_states = padded ? matrix_dot(2 * padded, s->states + i * 2 * padded, n->attention) : 0.0f;
    s->scores[i] = of_states + s->inputs[i][6 * padded];
  }
  for (size_t t = 0; bias && t < b->steps && t < p->shape.positions; t++)
    for (size_t i = 0; i < b->active[t]; i++) s->scores[batch_place(b, i, t)] += bias[t];
}

/* With x_t [size] at rows[t] + from: sets context [size] to the sum of weights[t] x_t, and
** pool [size], unless it is NULL, to the maximum over t. Prefetches rows, which are rarely in
** the nearest cache.
*/
SIMD_VERSIONS(static, void, summarise,
              (size_t length, const float *const *rows, size_t from, size_t size, const float *restrict weights,
               float *restrict context, float *restrict pool), (length, rows, from, size, weights, context, pool)) {
  const size_t ahead = 4, line = 16;
  for (size_t j = 0; j < size; j++) context[j] = weights[0] * rows[0][from + j];
  for (size_t j = 0; pool && j < size; j++) pool[j] = rows[0][from + j];
  for (size_t t = 1; t < length; t++) {
    const float *x = rows[t] + from;
    float weight = weights[t];
    if (t + ahead < length)
      for (size_t j = 0; j < size; j += line) __builtin_prefetch(rows[t + ahead] + from + j);
    if (pool) {
      for (size_t j = 0; j < size; j++) {
        context[j] += weight * x[j];
        pool[j] = x[j] > pool[j] ? x[j] : pool[j];
      }
    } else {
      for (size_t j = 0; j < size; j++) context[j] += weight * x[j];
    }
  }
}

/* Lists the packed places of the tokens of row i, but for padding that is skipped, and returns
** their number.
*/
static size_t list_places(const Inference *n, InferenceScratch *s, size_t i, const uint32_t *words) {
  const Padding *padding = &n->parameters->shape.padding;
  size_t count = 0;
  for (size_t t = 0; t < s->batch.length[i]; t++)
    if (!padding_skips(padding, words[t])) s->seen[count++] = (uint32_t)batch_place(&s->batch, i, t);
  return count;
}

/* Computes the features of the text in row i: context, then pool, each of them for the two
** directions and then for the vector.
*/
static void compute_features(const Inference *n, InferenceScratch *s, size_t i, const uint32_t *words,
                             float *features) {
  const Shape *shape = &n->parameters->shape;
  size_t hidden = shape->hidden, padded = n->forward.padded, state = shape_state(shape);
  size_t length = list_places(n, s, i, words);
  float *pool = shape->pooled ? features + state : NULL;
  if (length == 0) {
    memset(features, 0, shape_features(shape) * sizeof *features);
    return;
  }
  for (size_t t = 0; t < length; t++) {
    s->weights[t] = s->scores[s->seen[t]];
    s->rows[t] = s->states + s->seen[t] * 2 * padded;
  }
  output_softmax(1, length, s->weights, s->weights);
  if (hidden) {
    summarise(length, s->rows, 0, hidden, s->weights, features, pool);
    summarise(length, s->rows, padded, hidden, s->weights, features + hidden, pool ? pool + hidden : NULL);
  }
  if (state == 2 * hidden) return;
  for (size_t t = 0; t < length; t++) s->rows[t] = s->vectors[s->seen[t]];
  summarise(length, s->rows, 0, shape->embedding, s->weights, features + 2 * hidden, pool ? pool + 2 * hidden : NULL);
}

/* Polls if the batch is so long that what is done at a time takes a while. */
static Status poll_if_long(const InferenceScratch *s, Error *error) {
  enum { LONG_TOKENS = 1 << 12 };
  return s->batch.tokens < LONG_TOKENS ? STATUS_OK : poll_proceed(s->poll, error);
}

/* ---- the forward pass ------------------------------------------------------------------------- */

Status inference_run(const Inference *n, const Lexicon *lexicon, const Text *texts, size_t count,
                     InferenceScratch *s, float *logits, Error *error) {
  const Parameters *p = n->parameters;
  size_t features = shape_features(&p->shape), others;
  Status status = batch_sort(&s->batch, texts, count, error);
  if (status) return status;
  if (!reserve_lists(s)) return error_no_memory(error);
  status = find_words(n, texts, s, &others, error);
  if (status) return status;
  size_t capitals = count_capitals(n, texts, &s->batch);
  status = reserve_block(n, others + capitals, s, error);
  if (!status) status = poll_if_long(s, error);
  if (status) return status;
  compute_other_words(n, lexicon, others, s);
  if (capitals) add_all_capitals(n, texts, others, s);
  status = run_gru(n, s, error);
  if (status) return status;
  clear_padding(n, texts, s);
  score(n, s);
  for (size_t i = 0; i < count && !status; i++) {
    uint32_t text = s->batch.order[i];
    status = poll_if_long(s, error);
    compute_features(n, s, i, texts[text].words, s->features + text * features);
  }
  OutputWeights output = network_output(p);
  if (!status) output_forward(&output, count, s->features, logits);
  return status;
}
