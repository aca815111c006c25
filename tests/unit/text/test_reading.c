/* What the network reads of a text. Texts are written as in reading.h: a letter a word, "_" the
** padding word, "?" a word that is not in the vocabulary.
*/
#include <string.h>

#include "text/reading.h"
#include "text/vocabulary.h"
#include "unit/support.h"

enum { PADDING = 7, MOST = 16 };

static uint32_t word_of(char c) {
  return c == '?' ? VOCABULARY_UNKNOWN : c == '_' ? PADDING : (uint32_t)(c - 'a' + 10);
}
static char char_of(uint32_t word) {
  return word == VOCABULARY_UNKNOWN ? '?' : word == PADDING ? '_' : (char)('a' + word - 10);
}

/* The text by itself, and among others. */
static void check_reading(Reading r, const char *text, const char *expected) {
  static const uint32_t other[] = {11, 12, 13};
  ReadingBuffer buffer = {0};
  uint32_t words[MOST];
  size_t length = strlen(text);
  for (size_t i = 0; i < length; i++) words[i] = word_of(text[i]);
  assert_true(reading_most(&r, length) >= strlen(expected));
  for (size_t before = 0; before <= 2; before++) {
    Text list[] = {{other, COUNT(other)}, {other, COUNT(other)}, {words, length}}, *texts = list + 2 - before;
    char actual[MOST + 1] = "";
    assert_ok(reading_read(&r, PADDING, texts, before + 1, &buffer, texts, &error));
    for (size_t i = 0; i < texts[before].length; i++) actual[i] = char_of(texts[before].words[i]);
    assert_string_equal(actual, expected);
    if (reading_is_plain(&r)) continue;
    const uint32_t *origins = buffer.origins + (texts[before].words - buffer.words);
    for (size_t i = 0; i < texts[before].length; i++) {
      bool padding = expected[i] == '_';
      assert_int_equal(origins[i] == READING_PADDING, padding);
      if (!padding) assert_int_equal(words[origins[i]], texts[before].words[i]);
    }
  }
  reading_buffer_free(&buffer);
}

TEST(the_first_tokens_or_the_last) {
  Reading first = {.max_tokens = 3}, last = {.max_tokens = 3, .keeps_last = true};
  check_reading(first, "abcde", "abc");
  check_reading(last, "abcde", "cde");
  check_reading(first, "abc", "abc");
  check_reading(last, "ab", "ab");
  check_reading(last, "", "");
  check_reading((Reading){0}, "abc", "");
}

TEST(padding_after_or_before) {
  Reading after = {.max_tokens = 6, .padded_length = 4}, before = after;
  before.pads_before = true;
  check_reading(after, "ab", "ab__");
  check_reading(before, "ab", "__ab");
  check_reading(after, "", "____");
  check_reading(before, "abcd", "abcd");
  check_reading(before, "abcde", "abcde"); /* padding cuts nothing */
  before.keeps_last = true;
  check_reading(before, "abcdefgh", "cdefgh");
}

TEST(unknown_words_may_be_left_out) {
  Reading r = {.max_tokens = 3, .skips_unknown = true, .padded_length = 3};
  check_reading(r, "a?b?", "ab_");
  check_reading(r, "?a?b?c?d", "abc");
  check_reading(r, "???", "___");
  r.keeps_last = true;
  check_reading(r, "a?b?c?d?", "bcd");
  r.pads_before = true;
  check_reading(r, "?a?", "__a");
  r.skips_unknown = false;
  check_reading(r, "?a?b", "a?b");
}

TEST(padding_that_no_layer_notices_is_left_out) {
  Reading r = {.max_tokens = 6, .padded_length = 4, .drops_padding = true};
  check_reading(r, "ab", "ab");
  assert_true(reading_is_plain(&r));
  assert_int_equal(reading_most(&r, 2), 2);
}

TEST(a_plain_reading_copies_nothing) {
  const uint32_t words[] = {1, 2, 3};
  Reading plain = {.max_tokens = 2}, others[] = {{.max_tokens = 2, .keeps_last = true},
                                                 {.max_tokens = 2, .skips_unknown = true},
                                                 {.max_tokens = 2, .padded_length = 1}};
  assert_true(reading_is_plain(&plain));
  ReadingBuffer buffer = {0};
  Text text = {words, 3};
  assert_ok(reading_read(&plain, 0, &text, 1, &buffer, &text, &error));
  assert_ptr_equal(text.words, words);
  assert_int_equal(text.length, 2);
  reading_buffer_free(&buffer);
  for (size_t i = 0; i < COUNT(others); i++) assert_false(reading_is_plain(&others[i]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_tokens_or_the_last),
      cmocka_unit_test(padding_after_or_before),
      cmocka_unit_test(unknown_words_may_be_left_out),
      cmocka_unit_test(padding_that_no_layer_notices_is_left_out),
      cmocka_unit_test(a_plain_reading_copies_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
