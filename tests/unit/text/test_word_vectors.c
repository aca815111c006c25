/* Pretrained word vectors: which are kept, and how they are scaled. */
#include <math.h>
#include <string.h>

#include "text/word_vectors.h"
#include "unit/support.h"

enum { SIZE = 3 };

static void add(WordVectors *vectors, const char *word, float first) {
  const float values[SIZE] = {first, first + 1.0f, first + 2.0f};
  assert_ok(word_vectors_add(vectors, &tokenizer_unicode, word, strlen(word), values, SIZE, &error));
}

/* Returns the first value of a word's vector, or NAN if it has none. */
static float first_of(const WordVectors *vectors, const char *word) {
  const float *found = word_vectors_find(vectors, word, strlen(word));
  if (found) assert_true(found[1] == found[0] + 1.0f && found[2] == found[0] + 2.0f);
  return found ? found[0] : NAN;
}

TEST(vectors_are_found_by_their_words) {
  WordVectors vectors = {0};
  assert_true(isnan(first_of(&vectors, "rain")));
  assert_int_equal(vectors.size, 0);
  add(&vectors, "rain", 1.0f);
  add(&vectors, "snow", 2.0f);
  assert_int_equal(vectors.size, SIZE);
  assert_int_equal(vectors.words.count, 2);
  assert_true(first_of(&vectors, "rain") == 1.0f);
  assert_true(first_of(&vectors, "snow") == 2.0f);
  assert_true(isnan(first_of(&vectors, "hail")));
  word_vectors_free(&vectors);
  word_vectors_free(&vectors);
}

/* Files have the most frequent form first. */
TEST(words_are_folded_and_the_first_counts) {
  WordVectors vectors = {0};
  add(&vectors, "\u00c4rger", 1.0f);
  add(&vectors, "\u00e4rger", 2.0f);
  add(&vectors, "\u00c4RGER", 3.0f);
  add(&vectors, "snow", 4.0f);
  assert_int_equal(vectors.words.count, 2);
  assert_true(first_of(&vectors, "\u00e4rger") == 1.0f);
  assert_true(isnan(first_of(&vectors, "\u00c4rger"))); /* only folded words are found */
  assert_true(first_of(&vectors, "snow") == 4.0f);
  word_vectors_free(&vectors);
}

TEST(what_is_not_one_token_is_left_out) {
  const char *const words[] = {"", " ", "two words", "it's", "\u96ea\u96e8", "</s>", "\xff\xfe"};
  WordVectors vectors = {0};
  for (size_t i = 0; i < COUNT(words); i++) add(&vectors, words[i], 1.0f);
  assert_int_equal(vectors.words.count, 0);
  assert_int_equal(vectors.size, 0);
  add(&vectors, ",", 1.0f);
  add(&vectors, "\u96e8", 2.0f);
  add(&vectors, " rain ", 3.0f);
  assert_int_equal(vectors.words.count, 3);
  assert_true(first_of(&vectors, "rain") == 3.0f);
  word_vectors_free(&vectors);
}

/* A word is cut to the length of a token, so that two long words may become the same. */
TEST(long_words_are_cut_as_tokens_are) {
  char word[1000];
  const float values[SIZE] = {5.0f, 6.0f, 7.0f};
  WordVectors vectors = {0};
  memset(word, 'x', sizeof word);
  assert_ok(word_vectors_add(&vectors, &tokenizer_unicode, word, 900, values, SIZE, &error));
  assert_ok(word_vectors_add(&vectors, &tokenizer_unicode, word, sizeof word, values, SIZE, &error));
  assert_int_equal(vectors.words.count, 1);
  assert_non_null(word_vectors_find(&vectors, word, 192));
  word_vectors_free(&vectors);
}

TEST(many_vectors_stay_where_they_were_put) {
  WordVectors vectors = {0};
  char word[8] = "aaaa";
  for (int i = 0; i < 1000; i++) {
    for (int k = 0, left = i; k < 3; k++, left /= 10) word[k] = (char)('a' + left % 10);
    add(&vectors, word, (float)i);
  }
  assert_int_equal(vectors.words.count, 1000);
  for (int i = 0; i < 1000; i++) {
    for (int k = 0, left = i; k < 3; k++, left /= 10) word[k] = (char)('a' + left % 10);
    assert_true(first_of(&vectors, word) == (float)i);
  }
  word_vectors_free(&vectors);
}

TEST(scaling_sets_the_root_of_the_mean_square) {
  WordVectors vectors = {0};
  add(&vectors, "rain", -4.0f);
  add(&vectors, "snow", 30.0f);
  float ratio = vectors.values[4] / vectors.values[0];
  word_vectors_scale(&vectors, 0.1f);
  double squares = dot(vectors.values, vectors.values, 2 * SIZE);
  assert_near(sqrt(squares / (2 * SIZE)), 0.1, 1e-6);
  assert_near((double)(vectors.values[4] / vectors.values[0]), (double)ratio, 1e-6); /* all by one factor */
  word_vectors_free(&vectors);
}

TEST(zeros_and_nothing_can_be_scaled) {
  WordVectors vectors = {0};
  word_vectors_scale(&vectors, 0.1f);
  const float zero[SIZE] = {0};
  assert_ok(word_vectors_add(&vectors, &tokenizer_unicode, "rain", 4, zero, SIZE, &error));
  word_vectors_scale(&vectors, 0.1f);
  assert_memory_equal(vectors.values, zero, sizeof zero);
  word_vectors_free(&vectors);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vectors_are_found_by_their_words),
      cmocka_unit_test(words_are_folded_and_the_first_counts),
      cmocka_unit_test(what_is_not_one_token_is_left_out),
      cmocka_unit_test(long_words_are_cut_as_tokens_are),
      cmocka_unit_test(many_vectors_stay_where_they_were_put),
      cmocka_unit_test(scaling_sets_the_root_of_the_mean_square),
      cmocka_unit_test(zeros_and_nothing_can_be_scaled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
