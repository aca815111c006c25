/* The largest of each dimension, against a plain loop and finite differences. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "network/pool.h"
#include "unit/support.h"

enum { STATE = 5, STRIDE = 7, MOST_TEXTS = 6 };

static const int32_t LENGTHS[] = {2, 6, 0, 1, 6};

typedef struct Layer {
  Batch batch;
  float *states, *d_states;
  float pooled[MOST_TEXTS * STRIDE], upstream[MOST_TEXTS * STRIDE];
  uint32_t winners[MOST_TEXTS * STATE];
} Layer;

/* States are shuffled multiples of 1/2, all different within a dimension, so that the longest
** step of assert_gradient(), 1/16, changes no winner.
*/
static Layer *layer_new(void) {
  Layer *l = allocate(1, sizeof *l);
  l->batch = distinct_batch(LENGTHS, COUNT(LENGTHS), 6);
  size_t tokens = l->batch.tokens;
  uint32_t *order = allocate(tokens, sizeof *order);
  Random random = random_stream(1, 2, 3);
  l->states = allocate(tokens * STATE, sizeof *l->states);
  l->d_states = allocate(tokens * STATE, sizeof *l->d_states);
  for (size_t n = 0; n < tokens; n++) order[n] = (uint32_t)n;
  for (size_t j = 0; j < STATE; j++) {
    random_shuffle(&random, order, tokens);
    for (size_t n = 0; n < tokens; n++) l->states[n * STATE + j] = 0.5f * (float)order[n] - 4.0f;
  }
  fill_normal(l->upstream, COUNT(l->upstream), 0.7f, 2);
  for (size_t i = 0; i < COUNT(l->pooled); i++) l->pooled[i] = 9.0f;
  free(order);
  return l;
}

static void layer_free(Layer *l) {
  batch_free(&l->batch);
  free(l->states);
  free(l->d_states);
  free(l);
}

static void forward(Layer *l) {
  pool_forward(&l->batch, &(Padding){0}, STATE, l->states, l->pooled, STRIDE, l->winners);
}

static double layer_loss(void *context) {
  Layer *l = context;
  double sum = 0.0;
  forward(l);
  for (size_t i = 0; i < l->batch.texts; i++) sum += dot(l->pooled + i * STRIDE, l->upstream + i * STRIDE, STATE);
  return sum;
}

TEST(each_dimension_has_its_largest_and_who_has_it) {
  Layer *l = layer_new();
  forward(l);
  for (size_t i = 0; i < l->batch.texts; i++)
    for (size_t j = 0; j < STATE && l->batch.length[i]; j++) {
      size_t best = batch_place(&l->batch, i, 0);
      for (size_t t = 1; t < l->batch.length[i]; t++) {
        size_t place = batch_place(&l->batch, i, t);
        if (l->states[place * STATE + j] > l->states[best * STATE + j]) best = place;
      }
      assert_true(l->pooled[i * STRIDE + j] == l->states[best * STATE + j]);
      assert_int_equal(l->winners[i * STATE + j], best);
    }
  layer_free(l);
}

TEST(what_stands_between_pools_is_left_alone) {
  Layer *l = layer_new();
  forward(l);
  for (size_t i = 0; i < l->batch.texts; i++)
    for (size_t j = STATE; j < STRIDE; j++) assert_true(l->pooled[i * STRIDE + j] == 9.0f);
  layer_free(l);
}

TEST(the_first_of_equals_wins) {
  Layer *l = layer_new();
  for (size_t i = 0; i < l->batch.tokens * STATE; i++) l->states[i] = -1.0f;
  forward(l);
  for (size_t i = 0; i < l->batch.texts; i++)
    for (size_t j = 0; j < STATE && l->batch.length[i]; j++) {
      assert_int_equal(l->winners[i * STATE + j], batch_place(&l->batch, i, 0));
      assert_true(l->pooled[i * STRIDE + j] == -1.0f); /* and not 0, where there are tokens */
    }
  layer_free(l);
}

TEST(a_text_without_tokens_has_a_pool_of_zero) {
  Layer *l = layer_new();
  const float zero[STATE] = {0};
  forward(l);
  assert_int_equal(l->batch.order[4], 2);
  assert_memory_equal(l->pooled + 4 * STRIDE, zero, sizeof zero);
  memset(l->winners + 4 * STATE, 0xFF, STATE * sizeof(uint32_t)); /* it has none: they are not read */
  pool_backward(&l->batch, STATE, l->winners, l->upstream, STRIDE, l->d_states);
  layer_free(l);
}

/* A sum of a few products about 1: assert_gradient()'s own tolerance holds. */
TEST(gradients_are_slopes) {
  Layer *l = layer_new();
  forward(l);
  pool_backward(&l->batch, STATE, l->winners, l->upstream, STRIDE, l->d_states);
  assert_gradient(layer_loss, l, l->states, l->batch.tokens * STATE, l->d_states);
  layer_free(l);
}

TEST(the_winner_alone_has_the_gradient) {
  Layer *l = layer_new();
  size_t winners = 0;
  forward(l);
  pool_backward(&l->batch, STATE, l->winners, l->upstream, STRIDE, l->d_states);
  for (size_t i = 0; i < l->batch.tokens * STATE; i++) winners += l->d_states[i] != 0.0f;
  assert_int_equal(winners, 4 * STATE); /* of four texts with tokens */
  layer_free(l);
}

TEST(backward_adds) {
  Layer *l = layer_new();
  for (size_t i = 0; i < l->batch.tokens * STATE; i++) l->d_states[i] = 10.0f;
  forward(l);
  for (int twice = 0; twice < 2; twice++)
    pool_backward(&l->batch, STATE, l->winners, l->upstream, STRIDE, l->d_states);
  size_t place = l->winners[0];
  assert_near((double)l->d_states[place * STATE], 10.0 + 2.0 * (double)l->upstream[0], 1e-6);
  layer_free(l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_dimension_has_its_largest_and_who_has_it),
      cmocka_unit_test(what_stands_between_pools_is_left_alone),
      cmocka_unit_test(the_first_of_equals_wins),
      cmocka_unit_test(a_text_without_tokens_has_a_pool_of_zero),
      cmocka_unit_test(gradients_are_slopes),
      cmocka_unit_test(the_winner_alone_has_the_gradient),
      cmocka_unit_test(backward_adds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
