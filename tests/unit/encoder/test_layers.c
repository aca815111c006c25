/* The layers of an encoder, each against its formula in double, and backward against slopes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encoder/activation.h"
#include "encoder/layer_norm.h"
#include "encoder/self_attention.h"
#include "unit/support.h"

/* The formulas below round once; C rounds every sum of up to a hundred terms of about 1. */
static const double TOLERANCE = 1e-5;

/* gelu's approximation is off by 1e-7 at most, times x. */
TEST(activations_are_their_formulas) {
  enum { COUNT_X = 2001 };
  float *x = allocate(COUNT_X, sizeof *x), *bias = allocate(COUNT_X, sizeof *bias), *y = allocate(COUNT_X, sizeof *y);
  for (size_t kind = ACTIVATION_GELU; kind <= ACTIVATION_RELU; kind++) {
    for (size_t i = 0; i < COUNT_X; i++) {
      x[i] = -20.0f + 0.02f * (float)i;
      bias[i] = 0.25f;
    }
    memcpy(y, x, COUNT_X * sizeof *y);
    activation_apply((Activation)kind, 1, COUNT_X, bias, y);
    for (size_t i = 0; i < COUNT_X; i++) {
      double v = (double)(x[i] + bias[i]), gelu = v * erfc(-v / sqrt(2.0)) / 2.0;
      double approximate = v * (1.0 + tanh(sqrt(2.0 / acos(-1.0)) * (v + 0.044715 * v * v * v))) / 2.0;
      double expected = kind == ACTIVATION_GELU ? gelu : kind == ACTIVATION_GELU_TANH ? approximate : fmax(v, 0.0);
      assert_near(y[i], expected, 3e-6);
    }
  }
  free(x);
  free(bias);
  free(y);
}

TEST(layer_norm_has_mean_shift_and_deviation_scale) {
  enum { ROWS = 3, SIZE = 41 };
  float x[ROWS * SIZE], added[ROWS * SIZE], bias[SIZE], scale[SIZE], shift[SIZE], sums[ROWS * SIZE];
  fill_normal(x, ROWS * SIZE, 2.0f, 1);
  fill_normal(added, ROWS * SIZE, 1.0f, 2);
  fill_normal(bias, SIZE, 1.0f, 3);
  fill_normal(scale, SIZE, 1.0f, 4);
  fill_normal(shift, SIZE, 1.0f, 5);
  NormWeights weights = {scale, shift};
  for (size_t i = 0; i < ROWS * SIZE; i++) sums[i] = x[i] + added[i] + bias[i % SIZE];
  layer_norm_of_sum(ROWS, SIZE, 1e-3f, &weights, added, bias, x);
  for (size_t row = 0; row < ROWS; row++) {
    double mean = 0, variance = 0;
    for (size_t i = 0; i < SIZE; i++) mean += sums[row * SIZE + i] / (double)SIZE;
    for (size_t i = 0; i < SIZE; i++) variance += pow(sums[row * SIZE + i] - mean, 2) / SIZE;
    for (size_t i = 0; i < SIZE; i++) {
      double y = (sums[row * SIZE + i] - mean) / sqrt(variance + 1e-3) * scale[i] + shift[i];
      assert_near(x[row * SIZE + i], y, TOLERANCE);
    }
  }
  layer_norm(ROWS, SIZE, 1e-3f, &weights, sums);
  assert_close(sums, x, ROWS * SIZE, TOLERANCE);
}

/* One head of one token after the other. */
static void attend_slowly(size_t tokens, size_t hidden, size_t heads, const float *qkv, double *out) {
  size_t size = hidden / heads;
  for (size_t t = 0; t < tokens; t++)
    for (size_t column = 0; column < hidden; column++) {
      size_t head = column / size;
      double total = 0, sum = 0;
      for (size_t u = 0; u < tokens; u++) {
        double score = 0;
        for (size_t i = head * size; i < (head + 1) * size; i++)
          score += (double)qkv[t * 3 * hidden + i] * (double)qkv[u * 3 * hidden + hidden + i];
        double weight = exp(score / sqrt((double)size));
        total += weight;
        sum += weight * (double)qkv[u * 3 * hidden + 2 * hidden + column];
      }
      out[t * hidden + column] = sum / total;
    }
}

TEST(self_attention_is_its_formula) {
  enum { MOST = 37, HIDDEN = 24 };
  static float qkv[MOST * 3 * HIDDEN], bias[3 * HIDDEN], scores[MOST * MOST], out[MOST * HIDDEN];
  static double expected[MOST * HIDDEN];
  for (size_t tokens = 1; tokens <= MOST; tokens += 4)
    for (size_t heads = 1; heads <= 12; heads *= 2) {
      if (HIDDEN % heads) continue;
      fill_normal(qkv, tokens * 3 * HIDDEN, 1.0f, tokens);
      fill_normal(bias, 3 * HIDDEN, 1.0f, heads);
      self_attention(tokens, HIDDEN, heads, bias, qkv, scores, out);
      attend_slowly(tokens, HIDDEN, heads, qkv, expected); /* the bias has been added */
      for (size_t i = 0; i < tokens * HIDDEN; i++) assert_near(out[i], expected[i], TOLERANCE);
    }
}

/* ---- backward: the loss is the sum of the result times random numbers ------------------------ */

enum { B_TOKENS = 5, B_HIDDEN = 12, B_HEADS = 3 };

typedef struct Backward {
  Activation activation;
  float x[B_TOKENS * 3 * B_HIDDEN], upstream[B_TOKENS * 3 * B_HIDDEN], d[B_TOKENS * 3 * B_HIDDEN];
  float bias[3 * B_HIDDEN], scale[B_HIDDEN], shift[B_HIDDEN];
} Backward;

static Backward backward_new(void) {
  Backward b = {0};
  fill_normal(b.x, COUNT(b.x), 1.0f, 11);
  fill_normal(b.upstream, COUNT(b.upstream), 0.3f, 12);
  fill_normal(b.bias, COUNT(b.bias), 1.0f, 13);
  fill_normal(b.scale, COUNT(b.scale), 1.0f, 14);
  fill_normal(b.shift, COUNT(b.shift), 1.0f, 15);
  memcpy(b.d, b.upstream, sizeof b.d);
  return b;
}

static double activation_loss(void *context) {
  const Backward *b = context;
  float y[B_TOKENS * 3 * B_HIDDEN];
  memcpy(y, b->x, sizeof y);
  activation_apply(b->activation, B_TOKENS, 3 * B_HIDDEN, b->bias, y);
  return dot(y, b->upstream, COUNT(y));
}

TEST(activation_gradients_are_slopes) {
  for (size_t kind = ACTIVATION_GELU; kind <= ACTIVATION_RELU; kind++) {
    Backward b = backward_new();
    b.activation = (Activation)kind;
    for (size_t i = 0; i < COUNT(b.x); i++) /* relu has no slope at 0: keep five steps away from it */
      if (kind == ACTIVATION_RELU && fabsf(b.x[i] + b.bias[i % COUNT(b.bias)]) < 0.2f) b.x[i] += 0.5f;
    activation_backward(b.activation, B_TOKENS, 3 * B_HIDDEN, b.bias, b.x, b.d);
    assert_gradient(activation_loss, &b, b.x, COUNT(b.x), b.d);
  }
}

static double norm_loss(void *context) {
  Backward *b = context;
  float y[B_TOKENS * B_HIDDEN];
  memcpy(y, b->x, sizeof y);
  layer_norm(B_TOKENS, B_HIDDEN, 1e-3f, &(NormWeights){b->scale, b->shift}, y);
  return dot(y, b->upstream, COUNT(y));
}

TEST(layer_norm_gradients_are_slopes) {
  Backward b = backward_new();
  layer_norm_backward(B_TOKENS, B_HIDDEN, 1e-3f, &(NormWeights){b.scale, b.shift}, b.x, b.d);
  assert_gradient(norm_loss, &b, b.x, B_TOKENS * B_HIDDEN, b.d);
}

static double attention_loss(void *context) {
  const Backward *b = context;
  static const float no_bias[3 * B_HIDDEN];
  float qkv[B_TOKENS * 3 * B_HIDDEN], scores[B_TOKENS * B_TOKENS], out[B_TOKENS * B_HIDDEN];
  memcpy(qkv, b->x, sizeof qkv);
  self_attention(B_TOKENS, B_HIDDEN, B_HEADS, no_bias, qkv, scores, out);
  return dot(out, b->upstream, COUNT(out));
}

TEST(self_attention_gradients_are_slopes) {
  Backward b = backward_new();
  float scores[B_TOKENS * B_TOKENS], d_scores[B_TOKENS * B_TOKENS];
  self_attention_backward(B_TOKENS, B_HIDDEN, B_HEADS,
                          &(AttentionBackward){b.x, b.upstream, scores, d_scores, b.d});
  assert_gradient(attention_loss, &b, b.x, COUNT(b.x), b.d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(activations_are_their_formulas),
      cmocka_unit_test(layer_norm_has_mean_shift_and_deviation_scale),
      cmocka_unit_test(self_attention_is_its_formula),
      cmocka_unit_test(activation_gradients_are_slopes),
      cmocka_unit_test(layer_norm_gradients_are_slopes),
      cmocka_unit_test(self_attention_gradients_are_slopes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
