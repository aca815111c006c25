#include "encoder/transformer.h"

#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "encoder/activation.h"
#include "encoder/layer_norm.h"
#include "encoder/self_attention.h"

/* Parts of the scratch. */
typedef struct Buffers {
  float *x;               /* [tokens][hidden]     */
  float *query_key_value; /* [tokens][3 hidden]   */
  float *attended;        /* [tokens][hidden]     */
  float *inner;           /* [tokens][inner]      */
  float *sum;             /* [tokens][hidden]     */
  float *scores;          /* [longest][longest]   */
} Buffers;

void transformer_scratch_free(TransformerScratch *s) {
  free(s->block);
  *s = (TransformerScratch){0};
}

static size_t longest(const TokenTexts *texts) {
  size_t most = 0;
  for (size_t i = 0; i < texts->count; i++) most = texts->texts[i].length > most ? texts->texts[i].length : most;
  return most;
}

static size_t lay_out(const EncoderConfig *c, const TokenTexts *texts, float *block, Buffers *b) {
  size_t used = 0, tokens = texts->tokens, most = longest(texts);
  b->x = memory_take(block, &used, memory_product(tokens, c->hidden));
  b->query_key_value = memory_take(block, &used, memory_product(tokens, 3 * c->hidden));
  b->attended = memory_take(block, &used, memory_product(tokens, c->hidden));
  b->inner = memory_take(block, &used, memory_product(tokens, c->inner));
  b->sum = memory_take(block, &used, memory_product(tokens, c->hidden));
  b->scores = memory_take(block, &used, memory_product(most, most));
  return used;
}

static Status prepare(TransformerScratch *s, const EncoderConfig *c, const TokenTexts *texts, Buffers *b,
                      Error *error) {
  size_t wanted = lay_out(c, texts, NULL, b);
  if (wanted > s->capacity) {
    transformer_scratch_free(s);
    s->block = memory_floats(wanted);
    if (!s->block) return error_no_memory(error);
    s->capacity = wanted;
  }
  lay_out(c, texts, s->block, b);
  return STATUS_OK;
}

/* y [tokens][outputs] = x W', without the bias */
static void dense(const DenseWeights *d, size_t tokens, const float *x, float *y) {
  matrix_product_bt((Matrix){x, tokens, d->inputs}, (Matrix){d->kernel, d->outputs, d->inputs}, 0.0f, y);
}

static void embed(const EncoderConfig *c, const EncoderWeights *w, const TokenTexts *texts, float *x) {
  size_t hidden = c->hidden;
  for (size_t i = 0; i < texts->count; i++)
    for (size_t t = 0; t < texts->texts[i].length; t++, x += hidden) {
      memcpy(x, w->tokens + texts->texts[i].ids[t] * hidden, hidden * sizeof *x);
      matrix_add_scaled(hidden, 1.0f, w->positions + (c->first_position + t) * hidden, x);
      layer_norm(1, hidden, c->epsilon, &w->embedding_norm, x);
    }
}

static void attend(const EncoderConfig *c, const EncoderLayer *layer, const TokenTexts *texts, const Buffers *b) {
  size_t at = 0;
  dense(&layer->query_key_value, texts->tokens, b->x, b->query_key_value);
  for (size_t i = 0; i < texts->count; i++) {
    self_attention(texts->texts[i].length, c->hidden, c->heads, layer->query_key_value.bias,
                   b->query_key_value + at * 3 * c->hidden, b->scores, b->attended + at * c->hidden);
    at += texts->texts[i].length;
  }
  dense(&layer->attended, texts->tokens, b->attended, b->sum);
  layer_norm_of_sum(texts->tokens, c->hidden, c->epsilon, &layer->attended_norm, b->sum, layer->attended.bias, b->x);
}

static void feed_forward(const EncoderConfig *c, const EncoderLayer *layer, size_t tokens, const Buffers *b) {
  dense(&layer->inner, tokens, b->x, b->inner);
  activation_apply(c->activation, tokens, c->inner, layer->inner.bias, b->inner);
  dense(&layer->output, tokens, b->inner, b->sum);
  layer_norm_of_sum(tokens, c->hidden, c->epsilon, &layer->output_norm, b->sum, layer->output.bias, b->x);
}

static bool stopped(Workers *workers) { return workers && workers_stopped(workers); }

Status transformer_forward(const Transformer *transformer, const TokenTexts *texts, Workers *workers,
                           TransformerScratch *scratch, TransformerVisit visit, Error *error) {
  const EncoderConfig *c = &transformer->config;
  const EncoderWeights *w = &transformer->weights;
  Buffers b;
  Status status = prepare(scratch, c, texts, &b, error);
  if (status) return status;
  embed(c, w, texts, b.x);
  visit.visit(visit.context, 0, b.x);
  for (size_t i = 0; i < c->layers && !stopped(workers); i++) {
    attend(c, &w->layers[i], texts, &b);
    if (stopped(workers)) break;
    feed_forward(c, &w->layers[i], texts->tokens, &b);
    visit.visit(visit.context, i + 1, b.x);
  }
  return STATUS_OK;
}
