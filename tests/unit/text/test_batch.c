/* How texts are packed into a batch. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "text/batch.h"
#include "unit/support.h"

static void check_integers(const uint32_t *actual, const uint32_t *expected, size_t count) {
  assert_memory_equal(actual, expected, count * sizeof *actual);
}

#define check_list(actual, ...)                                     \
  check_integers(actual, (const uint32_t[]){__VA_ARGS__},           \
                 sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* The header's picture: texts of 4, 3, 3 and 1 words a..k, numbered from 0. */
static const uint32_t WORDS[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

TEST(the_picture_of_the_header) {
  const Text texts[] = {{WORDS, 4}, {WORDS + 4, 3}, {WORDS + 7, 3}, {WORDS + 10, 1}};
  Batch batch = {0};
  assert_ok(batch_fill(&batch, texts, 4, 11, &error));
  assert_int_equal(batch.texts, 4);
  assert_int_equal(batch.steps, 4);
  assert_int_equal(batch.tokens, 11);
  assert_int_equal(batch.distinct, 11);
  check_list(batch.active, 4, 3, 3, 1);
  check_list(batch.offset, 0, 4, 7, 10, 11);
  check_list(batch.word, 0, 4, 7, 10, 1, 5, 8, 2, 6, 9, 3); /* a e h k  b f i  c g j  d */
  batch_free(&batch);
}

TEST(texts_are_sorted_by_length_and_else_keep_their_order) {
  const Text texts[] = {{WORDS, 1}, {WORDS, 3}, {WORDS, 0}, {WORDS, 3}, {WORDS, 1}, {WORDS, 5}};
  Batch batch = {0};
  assert_ok(batch_fill(&batch, texts, 6, 11, &error));
  check_list(batch.order, 5, 1, 3, 0, 4, 2);
  check_list(batch.length, 5, 3, 3, 1, 1, 0);
  check_list(batch.active, 5, 3, 3, 1, 1);
  batch_free(&batch);
}

TEST(a_word_that_comes_again_has_one_slot) {
  const uint32_t words[] = {7, 3, 7, 7, 3, 9};
  const Text texts[] = {{words, 4}, {words + 4, 2}};
  Batch batch = {0};
  assert_ok(batch_fill(&batch, texts, 2, 10, &error));
  assert_int_equal(batch.distinct, 3);
  check_list(batch.word, 7, 3, 9);
  check_list(batch.slot, 0, 1, 1, 2, 0, 0); /* 7 3  3 9  7  7 */
  batch_free(&batch);
}

TEST(empty_texts_have_rows_but_no_tokens) {
  const Text texts[] = {{NULL, 0}, {WORDS, 2}, {NULL, 0}};
  Batch batch = {0};
  assert_ok(batch_fill(&batch, texts, 3, 11, &error));
  assert_int_equal(batch.texts, 3);
  assert_int_equal(batch.tokens, 2);
  check_list(batch.order, 1, 0, 2);
  check_list(batch.active, 1, 1);
  batch_free(&batch);
}

TEST(a_batch_of_nothing) {
  const Text empty[] = {{NULL, 0}, {NULL, 0}};
  Batch batch = {0};
  assert_ok(batch_fill(&batch, NULL, 0, 5, &error));
  assert_int_equal(batch.texts + batch.steps + batch.tokens + batch.distinct, 0);
  assert_ok(batch_fill(&batch, empty, 2, 5, &error));
  assert_int_equal(batch.texts, 2);
  assert_int_equal(batch.steps + batch.tokens + batch.distinct, 0);
  assert_int_equal(batch.offset[0], 0);
  batch_free(&batch);
  batch_free(&batch);
}

/* Every token is at the place of its row and step. */
static void check_places(const Batch *batch, const Text *texts) {
  bool *row_seen = allocate(batch->texts, sizeof *row_seen);
  bool *taken = allocate(batch->tokens, sizeof *taken);
  for (size_t row = 0; row < batch->texts; row++) {
    Text text = texts[batch->order[row]];
    assert_int_equal(batch->length[row], text.length);
    assert_false(row_seen[batch->order[row]]);
    row_seen[batch->order[row]] = true;
    for (size_t t = 0; t < text.length; t++) {
      size_t place = batch_place(batch, row, t);
      assert_true(place < batch->tokens && !taken[place]);
      taken[place] = true;
      assert_int_equal(batch->word[batch->slot[place]], text.words[t]);
    }
  }
  free(taken);
  free(row_seen);
}

static void check_distinct(const Batch *batch, size_t vocabulary) {
  bool *seen = allocate(vocabulary, sizeof *seen);
  for (size_t u = 0; u < batch->distinct; u++) {
    assert_false(seen[batch->word[u]]);
    seen[batch->word[u]] = true;
  }
  free(seen);
}

/* One batch filled again and again, larger and smaller. */
TEST(random_texts_are_found_again) {
  enum { MOST_TEXTS = 40, MOST_LENGTH = 20 };
  Random random = random_stream(1, 0, 0);
  Batch batch = {0};
  for (int round = 0; round < 200; round++) {
    uint32_t words[MOST_TEXTS * MOST_LENGTH];
    Text texts[MOST_TEXTS];
    size_t count = random_below(&random, MOST_TEXTS + 1), vocabulary = 1 + random_below(&random, 100);
    for (size_t w = 0; w < COUNT(words); w++) words[w] = (uint32_t)random_below(&random, vocabulary);
    for (size_t i = 0; i < count; i++)
      texts[i] = (Text){words + i * MOST_LENGTH, random_below(&random, MOST_LENGTH + 1)};
    assert_ok(batch_fill(&batch, texts, count, vocabulary, &error));
    check_places(&batch, texts);
    check_distinct(&batch, vocabulary);
  }
  batch_free(&batch);
}

/* A word is another one in capitals; texts without any stand beside it. */
TEST(capitals_make_another_word) {
  static const uint32_t words[] = {2, 0, 2, 2, 2};
  static const uint8_t capitals[] = {CAPITALS_NONE, CAPITALS_NONE, CAPITALS_ALL, CAPITALS_FIRST, CAPITALS_ALL};
  const Text texts[] = {{words, 5, capitals}, {words, 2}}, plain = {words, 5};
  Batch batch = {0};
  for (int again = 0; again <= 1; again++) {
    assert_ok(batch_fill(&batch, texts, 2, 3, &error));
    assert_int_equal(batch.distinct, 4);
    for (size_t t = 0; t < 5; t++) {
      size_t place = batch_place(&batch, 0, t);
      assert_int_equal(batch_word(&batch, place), words[t]);
      assert_int_equal(batch_capitals(&batch, batch.slot[place]), capitals[t]);
    }
    assert_int_equal(batch.slot[batch_place(&batch, 1, 0)], batch.slot[batch_place(&batch, 0, 0)]);
    assert_ok(batch_fill(&batch, &plain, 1, 3, &error));
    assert_int_equal(batch.distinct, 2);
    assert_int_equal(batch_capitals(&batch, 1), CAPITALS_NONE);
  }
  batch_free(&batch);
}

/* batch_sort() gives the same order as batch_fill(), which may follow it. */
TEST(sorting_is_filling_without_words) {
  enum { MOST_TEXTS = 30, MOST_LENGTH = 9 };
  static const uint32_t zeros[MOST_LENGTH];
  Random random = random_stream(2, 0, 0);
  Batch sorted = {0}, filled = {0};
  for (int round = 0; round < 100; round++) {
    Text texts[MOST_TEXTS], lengths[MOST_TEXTS];
    size_t count = random_below(&random, MOST_TEXTS + 1);
    for (size_t i = 0; i < count; i++) {
      texts[i] = (Text){zeros, random_below(&random, MOST_LENGTH + 1)};
      lengths[i] = (Text){NULL, texts[i].length}; /* the words are not read */
    }
    assert_ok(batch_fill(&filled, texts, count, 1, &error));
    assert_ok(batch_sort(&sorted, lengths, count, &error));
    assert_int_equal(sorted.texts, filled.texts);
    assert_int_equal(sorted.steps, filled.steps);
    assert_int_equal(sorted.tokens, filled.tokens);
    assert_int_equal(sorted.distinct, 0);
    check_integers(sorted.order, filled.order, count);
    check_integers(sorted.length, filled.length, count);
    check_integers(sorted.active, filled.active, filled.steps);
    check_integers(sorted.offset, filled.offset, filled.steps + 1);
    if (round % 10 == 0) assert_ok(batch_fill(&sorted, texts, count, 1, &error));
    if (round % 10 == 0) check_integers(sorted.slot, filled.slot, filled.tokens);
  }
  batch_free(&sorted);
  batch_free(&filled);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_picture_of_the_header),
      cmocka_unit_test(texts_are_sorted_by_length_and_else_keep_their_order),
      cmocka_unit_test(a_word_that_comes_again_has_one_slot),
      cmocka_unit_test(empty_texts_have_rows_but_no_tokens),
      cmocka_unit_test(a_batch_of_nothing),
      cmocka_unit_test(random_texts_are_found_again),
      cmocka_unit_test(capitals_make_another_word),
      cmocka_unit_test(sorting_is_filling_without_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
