#include "network/attention.h"

#include <math.h>
#include <string.h>

#include "base/matrix.h"
#include "base/simd.h"

static bool is_skipped(const AttentionWeights *w, const Batch *b, size_t place) {
  return padding_skips(&w->padding, batch_word(b, place));
}

/* Computes the softmax over one text's scores, in place; it is 0 for tokens that are skipped. */
static void softmax_text(const AttentionWeights *w, const Batch *b, size_t row, float *scores) {
  size_t length = b->length[row];
  float largest = -INFINITY, sum = 0.0f;
  for (size_t t = 0; t < length; t++) {
    size_t place = batch_place(b, row, t);
    if (scores[place] > largest && !is_skipped(w, b, place)) largest = scores[place];
  }
  for (size_t t = 0; t < length; t++) {
    size_t place = batch_place(b, row, t);
    scores[place] = is_skipped(w, b, place) ? 0.0f : simd_exp(scores[place] - largest);
    sum += scores[place];
  }
  for (size_t t = 0; t < length && sum > 0.0f; t++) scores[batch_place(b, row, t)] /= sum;
}

void attention_forward(const AttentionWeights *w, const Batch *b, const float *states,
                       float *weights, float *context, size_t stride) {
  matrix_vector((Matrix){states, b->tokens, w->state}, w->kernel, weights);
  for (size_t t = 0; w->bias && t < b->steps && t < w->positions; t++)
    for (size_t i = 0; i < b->active[t]; i++) weights[batch_place(b, i, t)] += w->bias[t];
  for (size_t i = 0; i < b->texts; i++) {
    memset(context + i * stride, 0, w->state * sizeof *context);
    softmax_text(w, b, i, weights);
    for (size_t t = 0; t < b->length[i]; t++) {
      size_t place = batch_place(b, i, t);
      matrix_add_scaled(w->state, weights[place], states + place * w->state, context + i * stride);
    }
  }
}

void attention_backward(const AttentionWeights *w, const Batch *b, const float *states,
                        const float *weights, const float *d_context, size_t stride,
                        const AttentionGradient *gradient) {
  float *d_scores = gradient->scores, *d_states = gradient->states;
  for (size_t i = 0; i < b->texts; i++) {
    const float *dc = d_context + i * stride;
    float mean = 0.0f; /* sum_t a_t (dc . h_t) */
    for (size_t t = 0; t < b->length[i]; t++) {
      size_t place = batch_place(b, i, t);
      d_scores[place] = matrix_dot(w->state, dc, states + place * w->state);
      mean += weights[place] * d_scores[place];
    }
    for (size_t t = 0; t < b->length[i]; t++) {
      size_t place = batch_place(b, i, t);
      d_scores[place] = weights[place] * (d_scores[place] - mean);
      matrix_add_scaled(w->state, weights[place], dc, d_states + place * w->state);
      matrix_add_scaled(w->state, d_scores[place], w->kernel, d_states + place * w->state);
    }
  }
  matrix_vector_at((Matrix){states, b->tokens, w->state}, d_scores, gradient->weights.kernel);
  for (size_t t = 0; w->bias && t < b->steps && t < w->positions; t++)
    for (size_t i = 0; i < b->active[t]; i++) gradient->weights.bias[t] += d_scores[batch_place(b, i, t)];
}
