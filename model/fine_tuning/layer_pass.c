#include "fine_tuning/layer_pass.h"

#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "encoder/activation.h"
#include "encoder/layer_norm.h"
#include "encoder/self_attention.h"

/* ---- memory ------------------------------------------------------------------------------ */

void layer_tape_take(LayerTape *tape, const EncoderConfig *c, size_t tokens, float *block, size_t *used) {
  tape->x = memory_take(block, used, memory_product(tokens, c->hidden));
  tape->query_key_value = memory_take(block, used, memory_product(tokens, 3 * c->hidden));
  tape->attended = memory_take(block, used, memory_product(tokens, c->hidden));
  tape->attended_sum = memory_take(block, used, memory_product(tokens, c->hidden));
  tape->middle = memory_take(block, used, memory_product(tokens, c->hidden));
  tape->inner = memory_take(block, used, memory_product(tokens, c->inner));
  tape->output_sum = memory_take(block, used, memory_product(tokens, c->hidden));
}

void layer_gradient_take(LayerGradient *g, const EncoderConfig *c, size_t tokens, float *block, size_t *used) {
  g->d_query_key_value = memory_take(block, used, memory_product(tokens, 3 * c->hidden));
  g->d_attended = memory_take(block, used, memory_product(tokens, c->hidden));
  g->d_inner = memory_take(block, used, memory_product(tokens, c->inner));
  g->activated = memory_take(block, used, memory_product(tokens, c->inner));
  g->d_output = memory_take(block, used, memory_product(tokens, c->hidden));
}

LayerTape layer_tape_from(const LayerTape *t, const EncoderConfig *c, size_t token) {
  size_t at = token * c->hidden;
  return (LayerTape){t->x + at, t->query_key_value + 3 * at, t->attended + at, t->attended_sum + at, t->middle + at,
                     t->inner + token * c->inner, t->output_sum + at};
}

LayerGradient layer_gradient_from(const LayerGradient *g, const EncoderConfig *c, size_t token) {
  size_t at = token * c->hidden, inner = token * c->inner;
  return (LayerGradient){g->d_query_key_value + 3 * at, g->d_attended + at, g->d_inner + inner, g->activated + inner,
                         g->d_output + at};
}

size_t layer_pass_scratch(const EncoderConfig *c, size_t tokens, size_t longest) {
  size_t sums = tokens * c->hidden, activated = tokens * c->inner, scores = 2 * longest * longest;
  return (sums > activated ? sums : activated) + scores;
}

/* ---- forward -------------------------------------------------------------------------------- */

/* y [tokens][outputs] = x W' */
static void dense_forward(const DenseWeights *w, size_t tokens, const float *x, float *y) {
  matrix_product_bt((Matrix){x, tokens, w->inputs}, (Matrix){w->kernel, w->outputs, w->inputs}, 0.0f, y);
}

/* sum += x + bias, then y = norm(sum) */
static void add_and_norm(const LayerPass *p, const float *x, const float *bias, const NormWeights *norm, float *sum,
                         float *y) {
  size_t tokens = p->texts.tokens, hidden = p->config->hidden;
  matrix_add_scaled(tokens * hidden, 1.0f, x, sum);
  for (size_t t = 0; t < tokens; t++) matrix_add_scaled(hidden, 1.0f, bias, sum + t * hidden);
  memcpy(y, sum, tokens * hidden * sizeof *y);
  layer_norm(tokens, hidden, p->config->epsilon, norm, y);
}

static void attend(const LayerPass *p) {
  const EncoderConfig *c = p->config;
  const DenseWeights *dense = &p->layer->query_key_value;
  dense_forward(dense, p->texts.tokens, p->tape.x, p->tape.query_key_value);
  for (size_t i = 0, at = 0; i < p->texts.count; at += p->texts.texts[i++].length)
    self_attention(p->texts.texts[i].length, c->hidden, c->heads, dense->bias,
                   p->tape.query_key_value + at * 3 * c->hidden, p->scratch, p->tape.attended + at * c->hidden);
}

void layer_forward(const LayerPass *p, float *y) {
  const EncoderLayer *layer = p->layer;
  size_t tokens = p->texts.tokens, inner = p->config->inner;
  attend(p);
  dense_forward(&layer->attended, tokens, p->tape.attended, p->tape.attended_sum);
  add_and_norm(p, p->tape.x, layer->attended.bias, &layer->attended_norm, p->tape.attended_sum, p->tape.middle);
  dense_forward(&layer->inner, tokens, p->tape.middle, p->tape.inner);
  memcpy(p->scratch, p->tape.inner, tokens * inner * sizeof *p->scratch);
  activation_apply(p->config->activation, tokens, inner, layer->inner.bias, p->scratch);
  dense_forward(&layer->output, tokens, p->scratch, p->tape.output_sum);
  add_and_norm(p, p->tape.middle, layer->output.bias, &layer->output_norm, p->tape.output_sum, y);
}

/* ---- backward ------------------------------------------------------------------------------- */

/* dx [tokens][inputs] = d W + beta dx */
static void dense_backward(const DenseWeights *w, size_t tokens, const float *d, float beta, float *dx) {
  matrix_product((Matrix){d, tokens, w->outputs}, (Matrix){w->kernel, w->outputs, w->inputs}, beta, dx);
}

static void attend_backward(const LayerPass *p, const float *d_out) {
  const EncoderConfig *c = p->config;
  for (size_t i = 0, at = 0; i < p->texts.count; at += p->texts.texts[i++].length) {
    size_t tokens = p->texts.texts[i].length, width = 3 * c->hidden;
    float *scores = p->scratch + p->texts.tokens * c->hidden;
    AttentionBackward backward = {p->tape.query_key_value + at * width, d_out + at * c->hidden, scores,
                                  scores + tokens * tokens, p->gradient.d_query_key_value + at * width};
    self_attention_backward(tokens, c->hidden, c->heads, &backward);
  }
}

void layer_backward(const LayerPass *p, float *d) {
  const EncoderConfig *c = p->config;
  const EncoderLayer *layer = p->layer;
  const LayerGradient *g = &p->gradient;
  size_t tokens = p->texts.tokens, sums = tokens * c->hidden, activated = tokens * c->inner;
  memcpy(g->activated, p->tape.inner, activated * sizeof *g->activated);
  activation_apply(c->activation, tokens, c->inner, layer->inner.bias, g->activated);

  layer_norm_backward(tokens, c->hidden, c->epsilon, &layer->output_norm, p->tape.output_sum, d);
  memcpy(g->d_output, d, sums * sizeof *d);
  dense_backward(&layer->output, tokens, g->d_output, 0.0f, g->d_inner);
  activation_backward(c->activation, tokens, c->inner, layer->inner.bias, p->tape.inner, g->d_inner);
  dense_backward(&layer->inner, tokens, g->d_inner, 1.0f, d);

  layer_norm_backward(tokens, c->hidden, c->epsilon, &layer->attended_norm, p->tape.attended_sum, d);
  memcpy(g->d_attended, d, sums * sizeof *d);
  dense_backward(&layer->attended, tokens, g->d_attended, 0.0f, p->scratch);
  attend_backward(p, p->scratch);
  dense_backward(&layer->query_key_value, tokens, g->d_query_key_value, 1.0f, d);
}
