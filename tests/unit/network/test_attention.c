/* Attention against Keras and against finite differences. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network/attention.h"
#include "unit/support.h"

/* A layer, with the inputs and outputs of its passes. */
typedef struct Layer {
  Batch batch;
  size_t steps;
  AttentionWeights weights, gradient;
  float *states, *attention, *context;
  float *upstream; /* [texts][state] by row: the gradient of the context */
  float *d_scores, *d_states;
} Layer;

static Layer layer_new(const int32_t *lengths, size_t texts, size_t steps, size_t state, bool biased) {
  Layer l = {.batch = distinct_batch(lengths, texts, steps), .steps = steps};
  l.weights = (AttentionWeights){.state = state, .positions = steps, .kernel = allocate(state, 4),
                                .bias = biased ? allocate(steps, 4) : NULL};
  l.gradient = (AttentionWeights){.state = state, .positions = steps, .kernel = allocate(state, 4),
                                .bias = biased ? allocate(steps, 4) : NULL};
  l.states = allocate(l.batch.tokens * state, 4);
  l.attention = allocate(l.batch.tokens, 4);
  l.context = allocate(texts * state, 4);
  l.upstream = allocate(texts * state, 4);
  l.d_scores = allocate(l.batch.tokens, 4);
  l.d_states = allocate(l.batch.tokens * state, 4);
  return l;
}

static void layer_free(Layer *l) {
  float *blocks[] = {l->weights.kernel, l->weights.bias, l->gradient.kernel, l->gradient.bias, l->states,
                     l->attention, l->context, l->upstream, l->d_scores, l->d_states};
  for (size_t i = 0; i < COUNT(blocks); i++) free(blocks[i]);
  batch_free(&l->batch);
}

static void forward(Layer *l) {
  attention_forward(&l->weights, &l->batch, l->states, l->attention, l->context, l->weights.state);
}

static void backward(Layer *l) {
  AttentionGradient gradient = {l->gradient, l->d_states, l->d_scores};
  attention_backward(&l->weights, &l->batch, l->states, l->attention, l->upstream, l->weights.state, &gradient);
}

static double layer_loss(void *context) {
  Layer *l = context;
  forward(l);
  return dot(l->context, l->upstream, l->batch.texts * l->weights.state);
}

/* ---- Keras -------------------------------------------------------------------- */

/* The texts of the file are sorted, so that rows are in the caller's order. */
static Layer reference_layer(const Reference *file, bool biased) {
  size_t texts = reference_dimension(file, "states", 0), steps = reference_dimension(file, "states", 1);
  size_t state = reference_dimension(file, "states", 2);
  Layer l = layer_new(reference_integers(file, "lengths"), texts, steps, state, biased);
  pack(&l.batch, steps, state, reference_floats(file, "states"), l.states);
  memcpy(l.weights.kernel, reference_floats(file, "kernel"), state * sizeof(float));
  if (biased) memcpy(l.weights.bias, reference_floats(file, "bias"), steps * sizeof(float));
  memcpy(l.upstream, reference_floats(file, "upstream"), texts * state * sizeof(float));
  return l;
}

/* Per token, against [texts][steps][width] of the file. */
static void check_tokens(const Layer *l, size_t width, const float *packed, const float *expected) {
  float *actual = unpack(&l->batch, l->steps, width, packed);
  assert_close(actual, expected, l->batch.texts * l->steps * width, REFERENCE_TOLERANCE);
  free(actual);
}

TEST(as_keras_without_bias) {
  Reference file = reference_open("attention");
  Layer l = reference_layer(&file, false);
  size_t state = l.weights.state;
  forward(&l);
  check_tokens(&l, 1, l.attention, reference_floats(&file, "plain.weights"));
  assert_close(l.context, reference_floats(&file, "plain.context"), l.batch.texts * state,
               REFERENCE_TOLERANCE);
  backward(&l);
  check_tokens(&l, state, l.d_states, reference_floats(&file, "plain.gradient.states"));
  assert_close(l.gradient.kernel, reference_floats(&file, "plain.gradient.kernel"), state,
               REFERENCE_TOLERANCE);
  layer_free(&l);
  reference_close(&file);
}

TEST(as_keras_with_a_bias_for_each_position) {
  Reference file = reference_open("attention");
  Layer l = reference_layer(&file, true);
  size_t state = l.weights.state;
  forward(&l);
  check_tokens(&l, 1, l.attention, reference_floats(&file, "biased.weights"));
  assert_close(l.context, reference_floats(&file, "biased.context"), l.batch.texts * state,
               REFERENCE_TOLERANCE);
  backward(&l);
  check_tokens(&l, state, l.d_states, reference_floats(&file, "biased.gradient.states"));
  assert_close(l.gradient.kernel, reference_floats(&file, "biased.gradient.kernel"), state,
               REFERENCE_TOLERANCE);
  assert_close(l.gradient.bias, reference_floats(&file, "biased.gradient.bias"), l.steps,
               REFERENCE_TOLERANCE);
  layer_free(&l);
  reference_close(&file);
}

/* ---- finite differences ---------------------------------------------------------- */

static Layer random_layer(bool biased) {
  static const int32_t lengths[] = {2, 6, 0, 1, 6};
  Layer l = layer_new(lengths, COUNT(lengths), 6, 5, biased);
  fill_normal(l.states, l.batch.tokens * 5, 0.7f, 1);
  fill_normal(l.upstream, l.batch.texts * 5, 0.7f, 2);
  fill_normal(l.weights.kernel, 5, 0.7f, 3);
  if (biased) fill_normal(l.weights.bias, 6, 0.7f, 4);
  return l;
}

TEST(gradients_are_slopes) {
  Layer l = random_layer(true);
  forward(&l);
  backward(&l);
  assert_gradient(layer_loss, &l, l.states, l.batch.tokens * 5, l.d_states);
  assert_gradient(layer_loss, &l, l.weights.kernel, 5, l.gradient.kernel);
  assert_gradient(layer_loss, &l, l.weights.bias, 6, l.gradient.bias);
  layer_free(&l);
}

/* A text may have more tokens than there are biases. */
TEST(gradients_are_slopes_past_the_last_position) {
  Layer l = random_layer(true);
  l.weights.positions = l.gradient.positions = 3;
  forward(&l);
  backward(&l);
  assert_gradient(layer_loss, &l, l.states, l.batch.tokens * 5, l.d_states);
  assert_gradient(layer_loss, &l, l.weights.bias, 6, l.gradient.bias);
  for (size_t t = 3; t < 6; t++) assert_true(l.gradient.bias[t] == 0.0f);
  layer_free(&l);
}

TEST(backward_adds) {
  Layer once = random_layer(true), twice = random_layer(true);
  forward(&once);
  backward(&once);
  forward(&twice);
  backward(&twice);
  backward(&twice);
  for (size_t j = 0; j < 5; j++)
    assert_near((double)twice.gradient.kernel[j], 2.0 * (double)once.gradient.kernel[j], 1e-6);
  for (size_t i = 0; i < once.batch.tokens * 5; i++)
    assert_near((double)twice.d_states[i], 2.0 * (double)once.d_states[i], 1e-6);
  layer_free(&once);
  layer_free(&twice);
}

/* There may be other features between the contexts, and between their gradients. */
TEST(a_stride_leaves_room_between_contexts) {
  enum { STRIDE = 7 };
  Layer l = random_layer(true), apart = random_layer(true);
  size_t texts = l.batch.texts;
  float *context = allocate(texts * STRIDE, 4), *upstream = allocate(texts * STRIDE, 4);
  for (size_t i = 0; i < texts * STRIDE; i++) context[i] = upstream[i] = 9.0f;
  for (size_t i = 0; i < texts; i++) memcpy(upstream + i * STRIDE, l.upstream + i * 5, 5 * sizeof(float));
  forward(&l);
  backward(&l);
  attention_forward(&apart.weights, &apart.batch, apart.states, apart.attention, context, STRIDE);
  AttentionGradient gradient = {apart.gradient, apart.d_states, apart.d_scores};
  attention_backward(&apart.weights, &apart.batch, apart.states, apart.attention, upstream, STRIDE, &gradient);
  for (size_t i = 0; i < texts; i++) {
    assert_memory_equal(context + i * STRIDE, l.context + i * 5, 5 * sizeof(float));
    assert_true(context[i * STRIDE + 5] == 9.0f && context[i * STRIDE + 6] == 9.0f);
  }
  assert_memory_equal(apart.d_states, l.d_states, l.batch.tokens * 5 * sizeof(float));
  assert_memory_equal(apart.gradient.kernel, l.gradient.kernel, 5 * sizeof(float));
  free(context);
  free(upstream);
  layer_free(&l);
  layer_free(&apart);
}

/* ---- properties ------------------------------------------------------------------- */

TEST(weights_of_a_text_sum_to_1) {
  Layer l = random_layer(true);
  forward(&l);
  float *weights = unpack(&l.batch, 6, 1, l.attention);
  for (size_t i = 0; i < l.batch.texts; i++) {
    double sum = 0.0;
    for (size_t t = 0; t < 6; t++) sum += (double)weights[i * 6 + t];
    assert_near(sum, i == 2 ? 0.0 : 1.0, 1e-6);
  }
  free(weights);
  layer_free(&l);
}

TEST(a_text_without_tokens_has_a_context_of_zero) {
  Layer l = random_layer(false);
  for (size_t i = 0; i < l.batch.texts * 5; i++) l.context[i] = 9.0f;
  forward(&l);
  const float zero[5] = {0};
  assert_int_equal(l.batch.order[4], 2);
  assert_memory_equal(l.context + 4 * 5, zero, sizeof zero);
  layer_free(&l);
}

/* Scores of 1,000 would overflow without the largest subtracted. */
TEST(large_scores_do_not_overflow) {
  static const int32_t lengths[] = {3};
  Layer l = layer_new(lengths, 1, 3, 1, false);
  l.weights.kernel[0] = 1000.0f;
  l.states[0] = 1.0f;
  l.states[1] = 2.0f;
  l.states[2] = -2.0f;
  forward(&l);
  const float expected[] = {0.0f, 1.0f, 0.0f};
  assert_close(l.attention, expected, 3, 1e-6);
  assert_near((double)l.context[0], 2.0, 1e-6);
  layer_free(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_keras_without_bias),
      cmocka_unit_test(as_keras_with_a_bias_for_each_position),
      cmocka_unit_test(gradients_are_slopes),
      cmocka_unit_test(gradients_are_slopes_past_the_last_position),
      cmocka_unit_test(backward_adds),
      cmocka_unit_test(a_stride_leaves_room_between_contexts),
      cmocka_unit_test(weights_of_a_text_sum_to_1),
      cmocka_unit_test(a_text_without_tokens_has_a_context_of_zero),
      cmocka_unit_test(large_scores_do_not_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
