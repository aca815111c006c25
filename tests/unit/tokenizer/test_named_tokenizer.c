/* Tokenizers by name: which there are, and what is wrong with a name. */
#include <stdlib.h>
#include <string.h>

#include "tokenizer/named_tokenizer.h"
#include "unit/tokenizer/split.h"

static const char TEXT[] = "\u00c4rger's 'n Co\u00adoP \u4e2d\u6587!";

static void check_text(const char *name, const char *text, const char *tokens) {
  Tokenizer *tokenizer;
  assert_true(named_tokenizer_exists(name));
  assert_ok(named_tokenizer_new(name, &tokenizer, &error));
  Split split = split_by(tokenizer, text, strlen(text), SIZE_MAX);
  assert_string_equal(split.folded, tokens);
  split_free(&split);
  free(tokenizer);
}

static void check(const char *name, const char *tokens) { check_text(name, TEXT, tokens); }

#define DEFAULT "\u00e4rger|'|s|'|n|coop|\u4e2d|\u6587|!"

TEST(the_default) {
  check("", DEFAULT);
  check("unicode", DEFAULT);
  check(" \t\nunicode ", DEFAULT);
  check("unicode lower none", "\u00c4rger|'|s|'|n|Co\u00adoP|\u4e2d|\u6587|!");
}

TEST(options_in_any_order) {
  check("whitespace", "\u00c4rger's|'n|Co\u00adoP|\u4e2d\u6587!");
  check("whitespace lower none", "\u00c4rger's|'n|Co\u00adoP|\u4e2d\u6587!");
  check("whitespace lower ascii remove punctuation", "\u00c4rgers|n|co\u00adop|\u4e2d\u6587");
  check("whitespace remove punctuation lower ascii", "\u00c4rgers|n|co\u00adop|\u4e2d\u6587");
  check("whitespace\tremove  '''!'separators  ' \u00ad'\nlower unicode ", "\u00e4rgers|n|co|op|\u4e2d\u6587");
  check("characters remove 'Co\u00adP\u4e2d\u6587! ' lower unicode", "\u00e4|r|g|e|r|'|s|'|n|c|p"); /* C is not */
}

TEST(a_character_may_be_listed_twice) {
  check("whitespace separators '  \u00ad\u00ad' remove '\u4e2d\u4e2d!!'", "\u00c4rger's|'n|Co|oP|\u6587");
}

/* U+00A0 and U+0085 are spaces for Python, and no ASCII whitespace. */
TEST(spaces_are_those_of_python) {
  const char *text = "a\u00a0b\xC2\x85" "c\u3000 d\x1C" "e\u200bf";
  check_text("whitespace separators spaces", text, "a|b|c|d|e\u200bf");
  check_text("whitespace", text, "a\u00a0b\xC2\x85" "c\u3000|d\x1C" "e\u200bf");
}

/* Quoted, it is these letters. */
TEST(punctuation_is_a_word) { check("whitespace remove 'punctuation'", "\u00c4rger's|'|C\u00adP|\u4e2d\u6587!"); }

/* The same tokens in the same places: also those of no visible character, and of bytes that are not UTF-8. */
TEST(as_written_has_the_tokens_of_the_default) {
  const char *const texts[] = {"", "A\u030a \ufe0f \u034f \u00ad", "\ufb01n \uff21\uff22", "a\xff" "B\xe2\x82",
                               "\u0600\xff", "\U0001F468\u200d\U0001F469!", TEXT};
  Tokenizer *written;
  assert_ok(named_tokenizer_new("unicode lower none", &written, &error));
  for (size_t i = 0; i < COUNT(texts); i++) {
    Split folded = split_by(&tokenizer_unicode, texts[i], strlen(texts[i]), SIZE_MAX);
    Split kept = split_by(written, texts[i], strlen(texts[i]), SIZE_MAX);
    assert_int_equal(kept.count, folded.count);
    assert_string_equal(kept.written, folded.written);
    if (!strpbrk(texts[i], "\xff\xe2")) assert_string_equal(kept.folded, kept.written);
    split_free(&folded);
    split_free(&kept);
  }
  Split bad = split_by(written, "A \u0600\xff\xc3", 6, SIZE_MAX);
  assert_string_equal(bad.folded, "A|\xef\xbf\xbd|\xef\xbf\xbd");
  split_free(&bad);
  free(written);
}

TEST(a_long_word_is_cut_as_written) {
  char text[500] = "", expected[TOKEN_MAX_BYTES + 1] = "";
  memset(text, 'X', sizeof text - 1);
  memset(expected, 'X', TOKEN_MAX_BYTES);
  Split split = split_by(&tokenizer_unicode_as_written, text, strlen(text), SIZE_MAX);
  assert_string_equal(split.folded, expected);
  assert_string_equal(split.written, text);
  split_free(&split);
}

static void check_error(const char *name, const char *sentence) {
  Tokenizer *tokenizer;
  assert_int_equal(named_tokenizer_new(name, &tokenizer, &error), STATUS_INVALID);
  assert_string_equal(error.message, sentence);
}

TEST(names_of_others) {
  const char *const names[] = {" ", "porter unicode61", "unicode61", "Unicode", "whitespaces", "'unicode'", "-unicode"};
  for (size_t i = 0; i < COUNT(names); i++) {
    Tokenizer *tokenizer;
    assert_false(named_tokenizer_exists(names[i]));
    assert_invalid(named_tokenizer_new(names[i], &tokenizer, &error), "expected unicode, whitespace or characters");
  }
  check_error("porter", "there is no tokenizer 'porter', expected unicode, whitespace or characters");
}

TEST(options_that_there_are_not) {
  assert_true(named_tokenizer_exists("whitespace case ascii"));
  check_error("whitespace case ascii",
              "the tokenizer 'whitespace case ascii' has the option 'case', expected lower, remove or separators");
  check_error("characters separators ','",
              "the tokenizer 'characters separators ','' has the option 'separators', expected lower or remove");
  check_error("unicode remove punctuation",
              "the tokenizer 'unicode remove punctuation' has the option 'remove', expected lower");
  check_error("whitespace remove '.'.", "the tokenizer 'whitespace remove '.'.' has the option '.', expected lower, "
              "remove or separators");
  check_error("whitespace ''", "the tokenizer 'whitespace ''' has the option '', expected lower, remove or separators");
  check_error("whitespace lower none lower ascii",
              "the tokenizer 'whitespace lower none lower ascii' has the option 'lower' twice");
}

TEST(values_that_are_wrong) {
  check_error("whitespace lower",
              "the tokenizer 'whitespace lower' has nothing after lower, expected none, ascii or unicode");
  check_error("characters lower latin",
              "the tokenizer 'characters lower latin' has latin after lower, expected none, ascii or unicode");
  check_error("characters lower 'ascii'",
              "the tokenizer 'characters lower 'ascii'' has 'ascii' after lower, expected none, ascii or unicode");
  check_error("unicode lower ascii", "the tokenizer 'unicode lower ascii' has ascii after lower, expected none");
  check_error("whitespace remove ",
              "the tokenizer 'whitespace remove ' has nothing after remove, expected punctuation, spaces, or "
              "characters between single quotes");
  check_error("whitespace separators .,",
              "the tokenizer 'whitespace separators .,' has ., after separators, expected punctuation, spaces, or "
              "characters "
              "between single quotes");
  check_error("whitespace remove '.,''",
              "the tokenizer 'whitespace remove '.,''' has '.,'' after remove, expected punctuation, spaces, or "
              "characters "
              "between single quotes");
  check_error("whitespace remove 'a\xff'", "the tokenizer 'whitespace remove 'a'' has characters after remove that are "
              "not UTF-8"); /* messages leave such bytes out */
}

TEST(long_names_are_shown_in_part) {
  char name[2000] = "whitespace remove '";
  memset(name + strlen(name), 'x', 1000);
  Tokenizer *tokenizer;
  assert_invalid(named_tokenizer_new(name, &tokenizer, &error), "after remove, expected");
  assert_true(strlen(error.message) < 300);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_default),
      cmocka_unit_test(options_in_any_order),
      cmocka_unit_test(a_character_may_be_listed_twice),
      cmocka_unit_test(spaces_are_those_of_python),
      cmocka_unit_test(punctuation_is_a_word),
      cmocka_unit_test(as_written_has_the_tokens_of_the_default),
      cmocka_unit_test(a_long_word_is_cut_as_written),
      cmocka_unit_test(names_of_others),
      cmocka_unit_test(options_that_there_are_not),
      cmocka_unit_test(values_that_are_wrong),
      cmocka_unit_test(long_names_are_shown_in_part),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
