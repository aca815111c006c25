/* Word vectors: sums of rows, folding, spreading over places and gathering. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network/embedding.h"
#include "unit/support.h"

enum { WORDS = 6, BUCKETS = 7, SIZE = 3, MOST_TOKENS = 8 };

/* Texts 4 1 4, 1 and one without words: packed 4 1  1  4. */
static Batch make_batch(void) {
  static const uint32_t words[] = {1, 4, 1, 4};
  const Text texts[] = {{words, 1}, {words + 1, 3}, {NULL, 0}};
  Batch batch = {0};
  assert_ok(batch_fill(&batch, texts, 3, WORDS, &error));
  return batch;
}

/* ---- without n-grams --------------------------------------------------------------- */

TEST(forward_copies_a_row_for_each_distinct_word) {
  float table[WORDS * SIZE], out[2 * SIZE];
  const EmbeddingWeights weights = {.vocabulary = WORDS, .size = SIZE, .table = table};
  const Lexicon lexicon = {.subwords = NULL};
  Batch batch = make_batch();
  fill_normal(table, COUNT(table), 1.0f, 1);
  assert_int_equal(batch.distinct, 2);
  embedding_forward(&weights, &lexicon, &batch, out);
  assert_memory_equal(out, table + 4 * SIZE, SIZE * sizeof *out);
  assert_memory_equal(out + SIZE, table + 1 * SIZE, SIZE * sizeof *out);
  assert_int_equal(lexicon_words(&lexicon, WORDS), WORDS);
  batch_free(&batch);
}

/* ---- with n-grams ------------------------------------------------------------------- */

static const char *const KNOWN[WORDS] = {"", "rain", "train", "a", "wo", "\u96e8"}; /* word 0 has no letters */
static const char *const OTHERS[] = {"raining", "\u96ea\u96e8"};
enum { COUNT_OTHERS = 2 };

/* A table, and the words as training numbers them: the vocabulary, then others. */
typedef struct Words {
  float table[(WORDS + BUCKETS) * SIZE];
  EmbeddingWeights weights;
  Subwords subwords;
} Words;

static void spell(Subwords *subwords, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; i++) assert_ok(subwords_add(subwords, NULL, words[i], strlen(words[i]), &error));
}

static Words *words_new(void) {
  Words *w = allocate(1, sizeof *w);
  w->weights = (EmbeddingWeights){WORDS, BUCKETS, SIZE, w->table};
  fill_normal(w->table, COUNT(w->table), 1.0f, 5);
  spell(&w->subwords, KNOWN, WORDS);
  spell(&w->subwords, OTHERS, COUNT_OTHERS);
  return w;
}

static void words_free(Words *w) {
  subwords_free(&w->subwords);
  free(w);
}

/* The header's formula in double, for word k of a subword list whose own row is `own`. */
static void expected_vector(const Words *w, const Subwords *subwords, size_t k, size_t own, float out[SIZE]) {
  size_t count;
  const uint32_t *hash = subwords_get(subwords, k, &count);
  for (size_t j = 0; j < SIZE; j++) {
    double sum = 0.0;
    for (size_t g = 0; g < count; g++) sum += (double)w->table[(WORDS + hash[g] % BUCKETS) * SIZE + j];
    out[j] = (float)((double)w->table[own * SIZE + j] + sum / sqrt(count ? (double)count : 1.0));
  }
}

/* The vector of one word of a lexicon. */
static void vector_of(const Words *w, Lexicon lexicon, uint32_t word, float out[SIZE]) {
  Batch batch = {0};
  const Text text = {&word, 1};
  assert_ok(batch_fill(&batch, &text, 1, lexicon_words(&lexicon, WORDS), &error));
  embedding_forward(&w->weights, &lexicon, &batch, out);
  batch_free(&batch);
}

/* Sums of up to 20 numbers of about 1, rounded to float after each: 2e-6 at most. */
static const double ROUNDED = 1e-5;

TEST(a_vector_is_the_own_row_and_the_ngrams) {
  Words *w = words_new();
  const Lexicon lexicon = {.subwords = &w->subwords};
  assert_int_equal(lexicon_words(&lexicon, WORDS), WORDS + WORDS + COUNT_OTHERS);
  for (uint32_t word = 1; word < WORDS; word++) {
    float actual[SIZE], expected[SIZE];
    vector_of(w, lexicon, word, actual);
    expected_vector(w, &w->subwords, word, word, expected);
    assert_close(actual, expected, SIZE, ROUNDED);
    assert_memory_not_equal(actual, w->table + word * SIZE, sizeof actual);
  }
  words_free(w);
}

TEST(the_unknown_word_has_no_ngrams) {
  Words *w = words_new();
  float actual[SIZE];
  vector_of(w, (Lexicon){.subwords = &w->subwords}, 0, actual);
  assert_memory_equal(actual, w->table, sizeof actual);
  words_free(w);
}

TEST(a_word_outside_the_vocabulary_has_row_0_and_its_ngrams) {
  Words *w = words_new();
  const Lexicon lexicon = {.subwords = &w->subwords};
  float actual[SIZE], expected[SIZE];
  for (uint32_t k = WORDS; k < WORDS + COUNT_OTHERS; k++) {
    vector_of(w, lexicon, WORDS + k, actual);
    expected_vector(w, &w->subwords, k, 0, expected);
    assert_close(actual, expected, SIZE, ROUNDED);
  }
  /* word 2 as if it were not in the vocabulary */
  vector_of(w, lexicon, WORDS + 2, actual);
  expected_vector(w, &w->subwords, 2, 0, expected);
  assert_close(actual, expected, SIZE, ROUNDED);
  words_free(w);
}

TEST(rows_of_a_word_are_those_its_vector_is_the_sum_of) {
  Words *w = words_new();
  const Lexicon lexicon = {.subwords = &w->subwords}, folded = {.subwords = &w->subwords, .folded = true};
  size_t count;
  const uint32_t *hash = subwords_get(&w->subwords, 2, &count);
  WordRows rows = embedding_rows(&w->weights, &lexicon, 2, CAPITALS_NONE);
  assert_int_equal(rows.own, 2);
  assert_int_equal(rows.count, count);
  assert_ptr_equal(rows.hash, hash);
  assert_near((double)rows.factor, 1.0 / sqrt((double)count), 1e-6);
  rows = embedding_rows(&w->weights, &folded, 2, CAPITALS_NONE);
  assert_int_equal(rows.own, 2);
  assert_int_equal(rows.count, 0);
  rows = embedding_rows(&w->weights, &folded, WORDS + 2, CAPITALS_NONE);
  assert_int_equal(rows.own, 0);
  assert_int_equal(rows.count, count);
  words_free(w);
}

/* The subword list of a finished model has only words that are not in the vocabulary. */
TEST(folded_and_unfolded_tables_give_the_same_vectors) {
  Words *unfolded = words_new(), *folded = words_new();
  Subwords others = {0};
  spell(&others, OTHERS, COUNT_OTHERS);
  embedding_fold(&folded->weights, &folded->subwords, WORDS, 1.0f);
  const Lexicon before = {.subwords = &unfolded->subwords}, after = {.subwords = &others, .folded = true};
  float expected[SIZE], actual[SIZE];
  for (uint32_t word = 0; word < WORDS; word++) {
    vector_of(unfolded, before, word, expected);
    vector_of(folded, after, word, actual);
    assert_close(actual, expected, SIZE, ROUNDED);
  }
  for (uint32_t k = 0; k < COUNT_OTHERS; k++) {
    vector_of(unfolded, before, WORDS + WORDS + k, expected);
    vector_of(folded, after, WORDS + k, actual);
    assert_memory_equal(actual, expected, sizeof actual);
  }
  subwords_free(&others);
  words_free(unfolded);
  words_free(folded);
}

TEST(unfolding_takes_back_what_folding_added) {
  Words *w = words_new(), *before = words_new();
  embedding_fold(&w->weights, &w->subwords, WORDS, 1.0f);
  for (uint32_t word = 1; word < WORDS; word++)
    assert_memory_not_equal(w->table + word * SIZE, before->table + word * SIZE, SIZE * sizeof(float));
  embedding_fold(&w->weights, &w->subwords, WORDS, -1.0f);
  assert_close(w->table, before->table, WORDS * SIZE, ROUNDED);
  words_free(w);
  words_free(before);
}

/* Folding does not change word 0, the buckets, or the words after the first `words`. */
TEST(folding_touches_the_rows_of_its_words_alone) {
  Words *w = words_new(), *before = words_new();
  embedding_fold(&w->weights, &w->subwords, 3, 1.0f);
  assert_memory_equal(w->table, before->table, SIZE * sizeof(float));
  assert_memory_not_equal(w->table + 2 * SIZE, before->table + 2 * SIZE, SIZE * sizeof(float));
  assert_memory_equal(w->table + 3 * SIZE, before->table + 3 * SIZE, (WORDS + BUCKETS - 3) * SIZE * sizeof(float));
  words_free(w);
  words_free(before);
}

/* ---- spread and gather ------------------------------------------------------------- */

enum { STRIDE = SIZE + 2 };

/* What is between the states does not change. */
TEST(spread_puts_a_vector_at_each_place_of_its_word) {
  float vectors[2 * SIZE], states[MOST_TOKENS * STRIDE];
  const size_t slots[] = {0, 1, 1, 0};
  Batch batch = make_batch();
  fill_normal(vectors, COUNT(vectors), 1.0f, 2);
  for (size_t i = 0; i < COUNT(states); i++) states[i] = 9.0f;
  embedding_spread(vectors, SIZE, &batch, states, STRIDE);
  for (size_t n = 0; n < batch.tokens; n++) {
    assert_memory_equal(states + n * STRIDE, vectors + slots[n] * SIZE, SIZE * sizeof *states);
    for (size_t j = SIZE; j < STRIDE; j++) assert_true(states[n * STRIDE + j] == 9.0f);
  }
  batch_free(&batch);
}

/* The gradient of the sum of upstream times spread()'s result. */
typedef struct Spread {
  Batch batch;
  float vectors[2 * SIZE], states[MOST_TOKENS * STRIDE], upstream[MOST_TOKENS * STRIDE];
} Spread;

static double spread_loss(void *context) {
  Spread *s = context;
  embedding_spread(s->vectors, SIZE, &s->batch, s->states, STRIDE);
  return dot(s->states, s->upstream, s->batch.tokens * STRIDE);
}

TEST(gather_is_the_gradient_of_spread) {
  Spread s = {.batch = make_batch()};
  float gradient[2 * SIZE] = {0};
  fill_normal(s.vectors, COUNT(s.vectors), 1.0f, 3);
  fill_normal(s.upstream, COUNT(s.upstream), 1.0f, 4);
  embedding_gather(s.upstream, STRIDE, SIZE, &s.batch, gradient);
  assert_gradient(spread_loss, &s, s.vectors, COUNT(s.vectors), gradient);
  batch_free(&s.batch);
}

TEST(gather_adds) {
  Batch batch = make_batch();
  float ones[MOST_TOKENS * SIZE], gradient[2 * SIZE];
  for (size_t i = 0; i < COUNT(ones); i++) ones[i] = 1.0f;
  for (size_t i = 0; i < COUNT(gradient); i++) gradient[i] = 10.0f;
  embedding_gather(ones, SIZE, SIZE, &batch, gradient);
  for (size_t i = 0; i < COUNT(gradient); i++) assert_true(gradient[i] == 12.0f);
  batch_free(&batch);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forward_copies_a_row_for_each_distinct_word),
      cmocka_unit_test(a_vector_is_the_own_row_and_the_ngrams),
      cmocka_unit_test(the_unknown_word_has_no_ngrams),
      cmocka_unit_test(a_word_outside_the_vocabulary_has_row_0_and_its_ngrams),
      cmocka_unit_test(rows_of_a_word_are_those_its_vector_is_the_sum_of),
      cmocka_unit_test(folded_and_unfolded_tables_give_the_same_vectors),
      cmocka_unit_test(unfolding_takes_back_what_folding_added),
      cmocka_unit_test(folding_touches_the_rows_of_its_words_alone),
      cmocka_unit_test(spread_puts_a_vector_at_each_place_of_its_word),
      cmocka_unit_test(gather_is_the_gradient_of_spread),
      cmocka_unit_test(gather_adds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
