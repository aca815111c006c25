/* Texts as numbers of words, with and without their places. */
#include "text/tokens.h"

#include "unit/support.h"

#include <string.h>

static Vocabulary vocabulary;
static Tokens tokens;

static int make_vocabulary(void **fixture) {
  (void)fixture;
  const char *const words[] = {"the", "cat", "boat"};
  for (size_t i = 0; i < COUNT(words); i++) {
    uint32_t number;
    assert_ok(vocabulary_add(&vocabulary, words[i], strlen(words[i]), &number, &error));
    assert_int_equal(number, i + 1);
  }
  return 0;
}

static int free_vocabulary(void **fixture) {
  (void)fixture;
  vocabulary_free(&vocabulary);
  return 0;
}

static void add(const char *text, TokensOptions options) {
  options.vocabulary = &vocabulary;
  if (!options.most) options.most = 100;
  assert_ok(tokens_add(&tokens, &options, &tokenizer_unicode, text, strlen(text), &error));
}

static void assert_words(const uint32_t *expected, size_t count) {
  Text text = tokens_text(&tokens);
  assert_int_equal(text.length, count);
  assert_memory_equal(text.words, expected, count * sizeof *expected);
  tokens_free(&tokens);
}

#define WORDS(...) assert_words((const uint32_t[]){__VA_ARGS__}, COUNT(((const uint32_t[]){__VA_ARGS__})))

TEST(words_are_numbers_of_the_vocabulary) {
  add("The CAT saw the boat", (TokensOptions){0});
  WORDS(1, 2, 0, 1, 3);
}

TEST(other_words_are_spelled) {
  add("the dog saw the dog", (TokensOptions){.spelled = true});
  assert_int_equal(tokens.subwords.count, 3);
  WORDS(1, 4, 5, 1, 6);
}

TEST(no_more_than_is_read) {
  add("the cat the boat", (TokensOptions){.most = 2});
  WORDS(1, 2);
}

TEST(one_text_after_another) {
  add("cat", (TokensOptions){0});
  add("boat", (TokensOptions){0});
  WORDS(2, 3);
  tokens_clear(&tokens);
  add("cat", (TokensOptions){0});
  tokens_clear(&tokens);
  add("boat", (TokensOptions){0});
  WORDS(3);
}

TEST(capitals_if_shapes_count) {
  const uint8_t expected[] = {CAPITALS_FIRST, CAPITALS_ALL, CAPITALS_NONE, CAPITALS_MIXED};
  add("The CAT saw iPhones", (TokensOptions){.spelled = true, .shaped = true});
  assert_memory_equal(tokens_text(&tokens).capitals, expected, sizeof expected);
  tokens_clear(&tokens);
  add("The CAT", (TokensOptions){.spelled = true}); /* by another model */
  assert_null(tokens_text(&tokens).capitals);
  tokens_clear(&tokens);
  TokensOptions options = {.vocabulary = &vocabulary, .shaped = true, .most = 1};
  assert_ok(tokens_add(&tokens, &options, &tokenizer_unicode_as_written, "CAT", 3, &error));
  assert_int_equal(*tokens_text(&tokens).capitals, CAPITALS_NONE);
  tokens_free(&tokens);
}

/* Where each token stands, and how it is spelled once folded. */
TEST(spans_if_asked_for) {
  tokens.with_spans = true;
  add("\xC3\x84RGER, cat", (TokensOptions){0});
  assert_int_equal(tokens.count, 3);
  const struct TokenSpan *first = &tokens.spans[0], *last = &tokens.spans[2];
  assert_int_equal(first->start, 0);
  assert_int_equal(first->end, 6);
  assert_int_equal(first->length, 6);
  assert_memory_equal(tokens.folded + first->token, "\xC3\xA4rger", 6);
  assert_int_equal(last->start, 8);
  assert_int_equal(last->end, 11);
  WORDS(0, 0, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_are_numbers_of_the_vocabulary),
      cmocka_unit_test(other_words_are_spelled),
      cmocka_unit_test(no_more_than_is_read),
      cmocka_unit_test(one_text_after_another),
      cmocka_unit_test(capitals_if_shapes_count),
      cmocka_unit_test(spans_if_asked_for),
  };
  return cmocka_run_group_tests(tests, make_vocabulary, free_vocabulary);
}
