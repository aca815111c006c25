/* One direction of the GRU against Keras and against finite differences. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network/gru.h"
#include "unit/support.h"

/* A direction, with the inputs and outputs of its passes. Each row of `stride` floats has the
** states of both directions, as in the network.
*/
typedef struct Layer {
  Batch batch;
  bool backwards;
  size_t steps, stride;
  GruWeights weights, gradient;
  GruTape tape;
  float *vectors, *projected, *states;
  float *upstream; /* [tokens][stride]: the gradient of the states */
  float *d_vectors;
  void *blocks[24];
  size_t block_count;
} Layer;

static float *take(Layer *l, size_t count) {
  assert_true(l->block_count < COUNT(l->blocks));
  return l->blocks[l->block_count++] = allocate(count, sizeof(float));
}

static GruWeights take_weights(Layer *l, size_t input, size_t hidden) {
  return (GruWeights){.input = input, .hidden = hidden, .kernel = take(l, input * 3 * hidden),
                      .recurrent = take(l, hidden * 3 * hidden), .bias = take(l, 2 * 3 * hidden)};
}

static void layer_reserve(Layer *l, size_t input, size_t hidden) {
  const Batch *b = &l->batch;
  l->weights = take_weights(l, input, hidden);
  l->gradient = take_weights(l, input, hidden);
  l->tape = (GruTape){.keep = true, .before = take(l, b->tokens * hidden),
                      .gates = take(l, b->tokens * 4 * hidden), .product = take(l, b->texts * 3 * hidden),
                      .d_gates = take(l, b->tokens * 3 * hidden),
                      .d_projected = take(l, b->distinct * 3 * hidden),
                      .d_state = take(l, b->texts * hidden), .transposed = take(l, 3 * hidden * hidden),
                      .reset = take(l, b->texts * hidden)};
  l->vectors = take(l, b->distinct * input);
  l->projected = take(l, b->distinct * 3 * hidden);
  l->states = take(l, b->tokens * l->stride);
  l->upstream = take(l, b->tokens * l->stride);
  l->d_vectors = take(l, b->distinct * input);
}

static void layer_free(Layer *l) {
  for (size_t i = 0; i < l->block_count; i++) free(l->blocks[i]);
  batch_free(&l->batch);
}

static void forward(Layer *l) {
  gru_project(&l->weights, &l->batch, (Poll){0}, l->vectors, l->projected);
  gru_forward(&l->weights, &l->batch, l->backwards, l->projected, &l->tape, l->states, l->stride);
}

static void backward(Layer *l) {
  gru_backward(&l->weights, &l->batch, l->backwards, &l->tape, l->upstream, l->stride, &l->gradient);
  gru_project_backward(&l->weights, &l->batch, &l->tape, l->vectors, &l->gradient, l->d_vectors);
}

/* The loss is of this direction's columns only. */
static double layer_loss(void *context) {
  Layer *l = context;
  double loss = 0.0;
  forward(l);
  for (size_t n = 0; n < l->batch.tokens; n++)
    loss += dot(l->states + n * l->stride, l->upstream + n * l->stride, l->weights.hidden);
  return loss;
}

/* ---- Keras -------------------------------------------------------------------- */

static const float *result(const Reference *file, bool backwards, const char *name) {
  char full[64] = "";
  strcat(full, backwards ? "backward." : "forward.");
  return reference_floats(file, strcat(full, name));
}

/* Each token of the file's batch is a different word. */
static Layer reference_layer(const Reference *file, bool backwards) {
  size_t texts = reference_dimension(file, "input", 0), steps = reference_dimension(file, "input", 1);
  size_t input = reference_dimension(file, "input", 2);
  size_t hidden = reference_dimension(file, "recurrent_kernel", 0);
  Layer l = {.batch = distinct_batch(reference_integers(file, "lengths"), texts, steps),
             .backwards = backwards, .steps = steps, .stride = hidden};
  layer_reserve(&l, input, hidden);
  for (size_t u = 0; u < l.batch.distinct; u++)
    memcpy(l.vectors + u * input, reference_floats(file, "input") + l.batch.word[u] * input,
           input * sizeof(float));
  memcpy(l.weights.kernel, reference_floats(file, "kernel"), input * 3 * hidden * sizeof(float));
  memcpy(l.weights.recurrent, reference_floats(file, "recurrent_kernel"),
         hidden * 3 * hidden * sizeof(float));
  memcpy(l.weights.bias, reference_floats(file, "bias"), 2 * 3 * hidden * sizeof(float));
  pack(&l.batch, steps, hidden, reference_floats(file, "upstream"), l.upstream);
  return l;
}

static void check_reference(bool backwards) {
  Reference file = reference_open("gru");
  Layer l = reference_layer(&file, backwards);
  size_t input = l.weights.input, hidden = l.weights.hidden, tokens = l.batch.texts * l.steps;
  forward(&l);
  backward(&l);
  float *states = unpack(&l.batch, l.steps, hidden, l.states);
  float *d_input = scatter(&l.batch, tokens, input, l.d_vectors);
  assert_close(states, result(&file, backwards, "states"), tokens * hidden, REFERENCE_TOLERANCE);
  assert_close(d_input, result(&file, backwards, "gradient.input"), tokens * input,
               REFERENCE_TOLERANCE);
  assert_close(l.gradient.kernel, result(&file, backwards, "gradient.kernel"), input * 3 * hidden,
               REFERENCE_TOLERANCE);
  assert_close(l.gradient.recurrent, result(&file, backwards, "gradient.recurrent_kernel"),
               hidden * 3 * hidden, REFERENCE_TOLERANCE);
  assert_close(l.gradient.bias, result(&file, backwards, "gradient.bias"), 2 * 3 * hidden,
               REFERENCE_TOLERANCE);
  free(states);
  free(d_input);
  layer_free(&l);
  reference_close(&file);
}

TEST(as_keras_forwards) { check_reference(false); }
TEST(as_keras_backwards) { check_reference(true); }

/* ---- finite differences ---------------------------------------------------------- */

enum { INPUT = 4, HIDDEN = 3, VOCABULARY = 6 };

/* Words that are repeated within a text and in other texts, and an empty text. */
static const uint32_t WORDS[] = {1, 2, 1, 3, 4, 2, 5, 1};
static const Text TEXTS[] = {{WORDS + 1, 2}, {WORDS, 5}, {NULL, 0}, {WORDS + 5, 1}, {WORDS + 3, 5}};

static Layer random_layer(bool backwards) {
  Layer l = {.backwards = backwards, .stride = 2 * HIDDEN};
  assert_ok(batch_fill(&l.batch, TEXTS, COUNT(TEXTS), VOCABULARY, &error));
  layer_reserve(&l, INPUT, HIDDEN);
  fill_normal(l.weights.kernel, INPUT * 3 * HIDDEN, 0.6f, 1);
  fill_normal(l.weights.recurrent, HIDDEN * 3 * HIDDEN, 0.6f, 2);
  fill_normal(l.weights.bias, 2 * 3 * HIDDEN, 0.6f, 3);
  fill_normal(l.vectors, l.batch.distinct * INPUT, 0.8f, 4);
  fill_normal(l.upstream, l.batch.tokens * l.stride, 0.8f, 5);
  return l;
}

static void check_slopes(bool backwards, bool resets_early) {
  Layer l = random_layer(backwards);
  l.weights.resets_early = resets_early;
  forward(&l);
  backward(&l);
  assert_gradient(layer_loss, &l, l.vectors, l.batch.distinct * INPUT, l.d_vectors);
  assert_gradient(layer_loss, &l, l.weights.kernel, INPUT * 3 * HIDDEN, l.gradient.kernel);
  assert_gradient(layer_loss, &l, l.weights.recurrent, HIDDEN * 3 * HIDDEN, l.gradient.recurrent);
  assert_gradient(layer_loss, &l, l.weights.bias, (resets_early ? 1 : 2) * 3 * HIDDEN, l.gradient.bias);
  layer_free(&l);
}

TEST(gradients_are_slopes_forwards) { check_slopes(false, false); }
TEST(gradients_are_slopes_backwards) { check_slopes(true, false); }
TEST(gradients_are_slopes_with_early_resets) {
  check_slopes(false, true);
  check_slopes(true, true);
}

/* ---- the formula ------------------------------------------------------------------ */

static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

/* The sum of a gate: x [INPUT] W + b + h [HIDDEN] U in column `column`. */
static double gate(const GruWeights *w, const float *x, const double *h, size_t column) {
  double sum = (double)w->bias[column];
  for (size_t i = 0; i < INPUT; i++) sum += (double)x[i] * (double)w->kernel[i * 3 * HIDDEN + column];
  for (size_t i = 0; i < HIDDEN; i++) sum += h[i] * (double)w->recurrent[i * 3 * HIDDEN + column];
  return sum;
}

/* Steps of the formula of gru.h for a GRU that resets before. */
TEST(an_early_reset_is_the_formula) {
  Layer l = random_layer(false);
  l.weights.resets_early = true;
  forward(&l);
  for (size_t row = 0; row < l.batch.texts; row++) {
    double h[HIDDEN] = {0};
    for (size_t t = 0; t < l.batch.length[row]; t++) {
      size_t place = batch_place(&l.batch, row, t);
      const float *x = l.vectors + l.batch.slot[place] * INPUT;
      double z[HIDDEN], reset[HIDDEN];
      for (size_t j = 0; j < HIDDEN; j++) z[j] = sigmoid(gate(&l.weights, x, h, j));
      for (size_t j = 0; j < HIDDEN; j++) reset[j] = h[j] * sigmoid(gate(&l.weights, x, h, HIDDEN + j));
      for (size_t j = 0; j < HIDDEN; j++) {
        h[j] = z[j] * h[j] + (1.0 - z[j]) * tanh(gate(&l.weights, x, reset, 2 * HIDDEN + j));
        assert_near((double)l.states[place * l.stride + j], h[j], 1e-6);
      }
    }
  }
  layer_free(&l);
}

TEST(backward_sets_the_gradient_and_adds_to_that_of_the_vectors) {
  Layer l = random_layer(true);
  float once[INPUT * 3 * HIDDEN], vectors[VOCABULARY * INPUT];
  size_t count = l.batch.distinct * INPUT;
  forward(&l);
  backward(&l);
  memcpy(once, l.gradient.kernel, sizeof once);
  memcpy(vectors, l.d_vectors, count * sizeof(float));
  backward(&l);
  assert_memory_equal(l.gradient.kernel, once, sizeof once);
  for (size_t i = 0; i < count; i++)
    assert_near((double)l.d_vectors[i], 2.0 * (double)vectors[i], 1e-5);
  layer_free(&l);
}

/* ---- properties ------------------------------------------------------------------- */

TEST(labelling_gives_the_states_of_training) {
  for (int backwards = 0; backwards <= 1; backwards++) {
    Layer kept = random_layer(backwards), short_tape = random_layer(backwards);
    short_tape.tape.keep = false;
    forward(&kept);
    forward(&short_tape);
    assert_memory_equal(short_tape.states, kept.states, kept.batch.tokens * kept.stride * sizeof(float));
    layer_free(&kept);
    layer_free(&short_tape);
  }
}

TEST(columns_of_the_other_direction_stay) {
  Layer l = random_layer(false);
  for (size_t i = 0; i < l.batch.tokens * l.stride; i++) l.states[i] = 7.0f;
  forward(&l);
  for (size_t n = 0; n < l.batch.tokens; n++)
    for (size_t j = HIDDEN; j < l.stride; j++) assert_true(l.states[n * l.stride + j] == 7.0f);
  layer_free(&l);
}

/* The states of a text do not depend on the other texts of the batch. */
TEST(a_text_has_the_states_it_has_alone) {
  for (int backwards = 0; backwards <= 1; backwards++) {
    Layer all = random_layer(backwards), alone = {.backwards = backwards, .stride = 2 * HIDDEN};
    const Text text = TEXTS[4];
    assert_ok(batch_fill(&alone.batch, &text, 1, VOCABULARY, &error));
    layer_reserve(&alone, INPUT, HIDDEN);
    GruWeights scratch = alone.weights;
    alone.weights = all.weights;
    float *table = scatter(&all.batch, VOCABULARY, INPUT, all.vectors);
    for (size_t u = 0; u < alone.batch.distinct; u++)
      memcpy(alone.vectors + u * INPUT, table + alone.batch.word[u] * INPUT, INPUT * sizeof(float));
    forward(&all);
    forward(&alone);
    assert_int_equal(all.batch.order[1], 4);
    for (size_t t = 0; t < text.length; t++)
      assert_close(all.states + batch_place(&all.batch, 1, t) * all.stride,
                   alone.states + t * alone.stride, HIDDEN, 1e-6);
    alone.weights = scratch;
    free(table);
    layer_free(&alone);
    layer_free(&all);
  }
}

TEST(a_batch_without_tokens) {
  Layer l = {.stride = HIDDEN};
  const Text empty[] = {{NULL, 0}, {NULL, 0}};
  assert_ok(batch_fill(&l.batch, empty, 2, VOCABULARY, &error));
  layer_reserve(&l, INPUT, HIDDEN);
  forward(&l);
  backward(&l);
  for (size_t i = 0; i < INPUT * 3 * HIDDEN; i++) assert_true(l.gradient.kernel[i] == 0.0f);
  layer_free(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_keras_forwards),
      cmocka_unit_test(as_keras_backwards),
      cmocka_unit_test(gradients_are_slopes_forwards),
      cmocka_unit_test(gradients_are_slopes_backwards),
      cmocka_unit_test(gradients_are_slopes_with_early_resets),
      cmocka_unit_test(an_early_reset_is_the_formula),
      cmocka_unit_test(backward_sets_the_gradient_and_adds_to_that_of_the_vectors),
      cmocka_unit_test(labelling_gives_the_states_of_training),
      cmocka_unit_test(columns_of_the_other_direction_stay),
      cmocka_unit_test(a_text_has_the_states_it_has_alone),
      cmocka_unit_test(a_batch_without_tokens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
