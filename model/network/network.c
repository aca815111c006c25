#include "network/network.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "network/attention.h"
#include "network/embedding.h"
#include "network/output.h"
#include "network/pool.h"

/* ---- parameters of the layers ---------------------------------------------- */

EmbeddingWeights network_embedding(const Parameters *p) {
  return (EmbeddingWeights){.vocabulary = p->shape.vocabulary, .buckets = shape_ngrams(&p->shape),
                            .size = p->shape.embedding, .shaped = p->shape.shaped,
                            .table = p->tensor[TENSOR_EMBEDDING]};
}

GruWeights network_gru(const Parameters *p, Tensor kernel) {
  return (GruWeights){.input = p->shape.embedding, .hidden = p->shape.hidden,
                      .resets_early = p->shape.resets_early, .kernel = p->tensor[kernel],
                      .recurrent = p->tensor[kernel + 1], .bias = p->tensor[kernel + 2]};
}

static AttentionWeights attention_weights(const Parameters *p) {
  return (AttentionWeights){.state = shape_state(&p->shape), .positions = p->shape.positions,
                            .kernel = p->tensor[TENSOR_ATTENTION_KERNEL],
                            .bias = p->tensor[TENSOR_ATTENTION_BIAS], .padding = p->shape.padding};
}

OutputWeights network_output(const Parameters *p) {
  return (OutputWeights){.features = shape_features(&p->shape), .labels = p->shape.labels,
                         .kernel = p->tensor[TENSOR_OUTPUT_KERNEL],
                         .bias = p->tensor[TENSOR_OUTPUT_BIAS]};
}

/* ---- scratch --------------------------------------------------------------- */

static void tape_layout(GruTape *tape, float *block, size_t *used, const Shape *s, const Batch *b, bool training) {
  size_t kept = training ? b->tokens : b->texts;
  tape->keep = training;
  tape->before = memory_take(block, used, memory_product(kept, s->hidden));
  tape->gates = memory_take(block, used, memory_product(kept, 4 * s->hidden));
}

/* The directions run one after the other, so that they share their scratch. */
static void tape_layout_shared(Pass *pass, size_t *used, const Shape *s, bool training) {
  const Batch *b = &pass->batch;
  GruTape shared = {.product = memory_take(pass->block, used, memory_product(b->texts, 3 * s->hidden))};
  if (s->resets_early) shared.reset = memory_take(pass->block, used, memory_product(b->texts, s->hidden));
  if (training) {
    shared.d_gates = memory_take(pass->block, used, memory_product(b->tokens, 3 * s->hidden));
    shared.d_projected = memory_take(pass->block, used, memory_product(b->distinct, 3 * s->hidden));
    shared.d_state = memory_take(pass->block, used, memory_product(b->texts, s->hidden));
    shared.transposed = memory_take(pass->block, used, memory_product(s->hidden, 3 * s->hidden));
  }
  shared.poll = pass->poll;
  pass->forward = pass->backward = shared;
}

/* Sets every pointer into the block; returns the block's size in floats. */
static size_t pass_layout(Pass *p, const Shape *s, bool training) {
  const Batch *b = &p->batch;
  size_t used = 0, state = shape_state(s);
  p->vectors = memory_take(p->block, &used, memory_product(b->distinct, s->embedding));
  p->states = memory_take(p->block, &used, memory_product(b->tokens, state));
  p->weights = memory_take(p->block, &used, b->tokens);
  p->features = memory_take(p->block, &used, memory_product(b->texts, shape_features(s)));
  if (s->pooled) p->winners = (uint32_t *)memory_take(p->block, &used, memory_product(b->texts, state));
  p->logits = memory_take(p->block, &used, memory_product(b->texts, s->labels));
  p->probabilities = memory_take(p->block, &used, memory_product(b->texts, s->labels));
  p->projected = memory_take(p->block, &used, memory_product(b->distinct, 3 * s->hidden));
  tape_layout_shared(p, &used, s, training);
  tape_layout(&p->forward, p->block, &used, s, b, training);
  tape_layout(&p->backward, p->block, &used, s, b, training);
  if (!training) return used;
  p->d_vectors = memory_take(p->block, &used, memory_product(b->distinct, s->embedding));
  p->d_states = memory_take(p->block, &used, memory_product(b->tokens, state));
  p->d_scores = memory_take(p->block, &used, b->tokens);
  p->d_features = memory_take(p->block, &used, memory_product(b->texts, shape_features(s)));
  p->d_logits = memory_take(p->block, &used, memory_product(b->texts, s->labels));
  return used;
}

size_t pass_floats(const Shape *shape, size_t texts, size_t tokens) {
  Pass pass = {.batch = {.texts = texts, .tokens = tokens, .distinct = tokens}};
  return pass_layout(&pass, shape, true);
}

Status pass_reserve(Pass *p, const Shape *shape, bool training, Error *error) {
  float *block = p->block;
  p->block = NULL;
  size_t needed = pass_layout(p, shape, training);
  if (!block || needed > p->capacity) {
    free(block);
    p->capacity = 0;
    block = memory_aligned(needed + needed / 4, sizeof *block); /* not cleared, which would take long */
    if (!block) return error_no_memory(error);
    p->capacity = needed + needed / 4;
  }
  p->block = block;
  pass_layout(p, shape, training);
  return STATUS_OK;
}

void pass_free(Pass *p) {
  batch_free(&p->batch);
  free(p->block);
  *p = (Pass){0};
}

/* ---- forward and backward --------------------------------------------------- */

enum { DROP_VECTORS = 1, DROP_FEATURES = 2 };

static void drop(const Dropout *dropout, uint64_t place, float *values, size_t count) {
  if (dropout && dropout->rate > 0.0f)
    random_dropout(values, count, dropout->rate, dropout->seed * 4 + place);
}

/* Sets the gates' input of padding that the GRU does not read. */
static void mask_gates(const Shape *s, const Batch *b, float *projected) {
  for (size_t u = 0; u < b->distinct && s->padding.state != PADDING_READ; u++)
    if (b->word[u] == s->padding.word) padding_gates(s->hidden, projected + u * 3 * s->hidden);
}

/* Clears the GRU's states, or their gradients, of padding that has none. */
static void clear_padding(const Shape *s, const Batch *b, float *states) {
  size_t state = shape_state(s);
  for (size_t n = 0; n < b->tokens && s->padding.state == PADDING_ZERO; n++)
    if (padding_zeroes(&s->padding, batch_word(b, n))) memset(states + n * state, 0, 2 * s->hidden * sizeof *states);
}

/* Computes the states: the GRU's two directions, then the vector; either may be absent. */
static bool encode(const Parameters *p, Pass *pass) {
  const Shape *s = &p->shape;
  const Batch *b = &pass->batch;
  size_t state = shape_state(s);
  if (s->hidden) {
    GruWeights forward = network_gru(p, TENSOR_GRU_FORWARD);
    GruWeights backward = network_gru(p, TENSOR_GRU_BACKWARD);
    if (!gru_project(&forward, b, pass->poll, pass->vectors, pass->projected)) return false;
    mask_gates(s, b, pass->projected);
    if (!gru_forward(&forward, b, false, pass->projected, &pass->forward, pass->states, state)) return false;
    if (!gru_project(&backward, b, pass->poll, pass->vectors, pass->projected)) return false;
    mask_gates(s, b, pass->projected);
    if (!gru_forward(&backward, b, true, pass->projected, &pass->backward, pass->states + s->hidden, state))
      return false;
    clear_padding(s, b, pass->states);
  }
  if (state > 2 * s->hidden)
    embedding_spread(pass->vectors, s->embedding, b, pass->states + 2 * s->hidden, state);
  return poll_goes_on(pass->poll);
}

static bool encode_backward(const Parameters *p, Pass *pass, Parameters *gradient) {
  const Shape *s = &p->shape;
  const Batch *b = &pass->batch;
  size_t state = shape_state(s);
  memset(pass->d_vectors, 0, b->distinct * s->embedding * sizeof *pass->d_vectors);
  if (s->hidden) {
    GruWeights forward = network_gru(p, TENSOR_GRU_FORWARD);
    GruWeights backward = network_gru(p, TENSOR_GRU_BACKWARD);
    GruWeights d_forward = network_gru(gradient, TENSOR_GRU_FORWARD);
    GruWeights d_backward = network_gru(gradient, TENSOR_GRU_BACKWARD);
    clear_padding(s, b, pass->d_states);
    if (!gru_backward(&forward, b, false, &pass->forward, pass->d_states, state, &d_forward) ||
        !gru_project_backward(&forward, b, &pass->forward, pass->vectors, &d_forward, pass->d_vectors) ||
        !gru_backward(&backward, b, true, &pass->backward, pass->d_states + s->hidden, state, &d_backward) ||
        !gru_project_backward(&backward, b, &pass->backward, pass->vectors, &d_backward, pass->d_vectors))
      return false;
  }
  if (state > 2 * s->hidden)
    embedding_gather(pass->d_states + 2 * s->hidden, state, s->embedding, b, pass->d_vectors);
  return true;
}

Status network_encode(const Parameters *p, const Lexicon *lexicon, const Dropout *dropout, Pass *pass, Error *error) {
  const Shape *s = &p->shape;
  const Batch *b = &pass->batch;
  size_t state = shape_state(s), features = shape_features(s);
  EmbeddingWeights embedding = network_embedding(p);
  AttentionWeights attention = attention_weights(p);

  embedding_forward(&embedding, lexicon, b, pass->vectors);
  drop(dropout, DROP_VECTORS, pass->vectors, b->distinct * s->embedding);
  if (!encode(p, pass)) return poll_stopped(error);
  attention_forward(&attention, b, pass->states, pass->weights, pass->features, features);
  if (!poll_goes_on(pass->poll)) return poll_stopped(error);
  if (s->pooled)
    pool_forward(b, &s->padding, state, pass->states, pass->features + state, features, pass->winners);
  drop(dropout, DROP_FEATURES, pass->features, b->texts * features);
  return STATUS_OK;
}

Status network_forward(const Parameters *p, const Lexicon *lexicon, const Dropout *dropout, Pass *pass, Error *error) {
  OutputWeights output = network_output(p);
  Status status = network_encode(p, lexicon, dropout, pass, error);
  if (!status) output_forward(&output, pass->batch.texts, pass->features, pass->logits);
  return status;
}

double network_loss(const Parameters *p, Pass *pass, const Targets *targets, float scale) {
  OutputWeights output = network_output(p);
  size_t texts = pass->batch.texts;
  if (targets->sets) {
    output_sigmoid(texts, output.labels, pass->logits, pass->probabilities);
    return output_loss_of_sets(texts, output.labels, pass->logits, pass->probabilities, targets, scale,
                               pass->d_logits);
  }
  output_softmax(texts, output.labels, pass->logits, pass->probabilities);
  return output_loss(&output, texts, pass->probabilities, targets, scale, pass->d_logits);
}

/* Clears the gradients that layers add to. The GRU's, the largest part, are set instead. */
static void clear_gradient(Parameters *gradient) {
  float *begin = gradient->tensor[TENSOR_ATTENTION_KERNEL], *end = gradient->block + gradient->count;
  memset(begin, 0, (size_t)(end - begin) * sizeof *begin);
}

Status network_backward(const Parameters *p, const Dropout *dropout, Pass *pass, Parameters *gradient, Error *error) {
  const Shape *s = &p->shape;
  const Batch *b = &pass->batch;
  size_t state = shape_state(s), features = shape_features(s);
  AttentionWeights attention = attention_weights(p);
  AttentionGradient d_attention = {attention_weights(gradient), .states = pass->d_states, .scores = pass->d_scores};
  OutputWeights output = network_output(p), d_output = network_output(gradient);

  clear_gradient(gradient);
  output_backward(&output, b->texts, pass->features, pass->d_logits, pass->d_features, &d_output);
  drop(dropout, DROP_FEATURES, pass->d_features, b->texts * features);
  memset(pass->d_states, 0, b->tokens * state * sizeof *pass->d_states);
  if (!poll_goes_on(pass->poll)) return poll_stopped(error);
  attention_backward(&attention, b, pass->states, pass->weights, pass->d_features, features, &d_attention);
  if (!poll_goes_on(pass->poll)) return poll_stopped(error);
  if (s->pooled) pool_backward(b, state, pass->winners, pass->d_features + state, features, pass->d_states);
  if (!encode_backward(p, pass, gradient)) return poll_stopped(error);
  drop(dropout, DROP_VECTORS, pass->d_vectors, b->distinct * s->embedding);
  return STATUS_OK;
}
