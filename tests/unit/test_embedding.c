/* Vectors of words, spread over their places and gathered back. */
#include <stdlib.h>
#include <string.h>

#include "../../model/embedding.h"
#include "support.h"

enum { WORDS = 6, SIZE = 3, MOST_TOKENS = 8 };

/* Texts 4 1 4, 1 and one without words: packed 4 1  1  4. */
static Batch make_batch(void) {
  static const uint32_t words[] = {1, 4, 1, 4};
  const Text texts[] = {{words, 1}, {words + 1, 3}, {NULL, 0}};
  Batch batch = {0};
  assert_ok(batch_fill(&batch, texts, 3, WORDS, &error));
  return batch;
}

TEST(forward_copies_a_row_for_each_distinct_word) {
  float table[WORDS * SIZE], out[2 * SIZE];
  Batch batch = make_batch();
  fill_normal(table, COUNT(table), 1.0f, 1);
  assert_int_equal(batch.distinct, 2);
  embedding_forward(table, SIZE, &batch, out);
  assert_memory_equal(out, table + 4 * SIZE, SIZE * sizeof *out);
  assert_memory_equal(out + SIZE, table + 1 * SIZE, SIZE * sizeof *out);
  batch_free(&batch);
}

TEST(spread_puts_a_vector_at_each_place_of_its_word) {
  float vectors[2 * SIZE], states[MOST_TOKENS * SIZE];
  const size_t slots[] = {0, 1, 1, 0};
  Batch batch = make_batch();
  fill_normal(vectors, COUNT(vectors), 1.0f, 2);
  embedding_spread(vectors, SIZE, &batch, states);
  for (size_t n = 0; n < batch.tokens; n++)
    assert_memory_equal(states + n * SIZE, vectors + slots[n] * SIZE, SIZE * sizeof *states);
  batch_free(&batch);
}

/* The gradient of the sum that upstream makes of what spread() writes. */
typedef struct Spread {
  Batch batch;
  float vectors[2 * SIZE], states[MOST_TOKENS * SIZE], upstream[MOST_TOKENS * SIZE];
} Spread;

static double spread_loss(void *context) {
  Spread *s = context;
  embedding_spread(s->vectors, SIZE, &s->batch, s->states);
  return dot(s->states, s->upstream, s->batch.tokens * SIZE);
}

TEST(gather_is_the_gradient_of_spread) {
  Spread s = {.batch = make_batch()};
  float gradient[2 * SIZE] = {0};
  fill_normal(s.vectors, COUNT(s.vectors), 1.0f, 3);
  fill_normal(s.upstream, COUNT(s.upstream), 1.0f, 4);
  embedding_gather(s.upstream, SIZE, &s.batch, gradient);
  assert_gradient(spread_loss, &s, s.vectors, COUNT(s.vectors), gradient);
  batch_free(&s.batch);
}

TEST(gather_adds) {
  Batch batch = make_batch();
  float ones[MOST_TOKENS * SIZE], gradient[2 * SIZE];
  for (size_t i = 0; i < COUNT(ones); i++) ones[i] = 1.0f;
  for (size_t i = 0; i < COUNT(gradient); i++) gradient[i] = 10.0f;
  embedding_gather(ones, SIZE, &batch, gradient);
  for (size_t i = 0; i < COUNT(gradient); i++) assert_true(gradient[i] == 12.0f);
  batch_free(&batch);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forward_copies_a_row_for_each_distinct_word),
      cmocka_unit_test(spread_puts_a_vector_at_each_place_of_its_word),
      cmocka_unit_test(gather_is_the_gradient_of_spread),
      cmocka_unit_test(gather_adds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
