/* WordPiece: the longest token first. */
#include "encoder_tokenizer/word_piece.h"

#include <string.h>

#include "unit/encoder_tokenizer/tokenizers.h"

static void check(const char *word, const char *expected) {
  check_parts((Parts){.pre_tokenizer = "{\"type\": \"WhitespaceSplit\"}"}, word, expected);
}

TEST(words_are_cut_from_their_beginning) {
  check("unaffable", "un ##aff ##able");
  check("the", "the");
  check("theb", "the ##b");
  check("aaa\u00e9", "a ##a ##a ##\u00e9");
  check("\u00e9b", "\u00e9 ##b");
  check("", "");
}

TEST(what_cannot_be_cut_is_unknown) {
  check("unx", "[UNK]");
  check("x a", "[UNK] a");
  check("b", "[UNK]"); /* only within a word */
  check("\u4e2da\u4e2d", "[UNK]");
}

TEST(tokens_with_the_prefix_may_be_written) { check("##aff", "##aff"); }

TEST(long_words_are_unknown) {
  check("aaaaaaaaaa", "a ##a ##a ##a ##a ##a ##a ##a ##a ##a");
  check("aaaaaaaaaaa", "[UNK]");
  check("a\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
        "a ##\u00e9 ##\u00e9 ##\u00e9 ##\u00e9 ##\u00e9 ##\u00e9 ##\u00e9 ##\u00e9 ##\u00e9");
}

#define VOCABULARY "\"vocab\": {\"a\": 0, \"ab\": 1, \"?\": 2}}"

TEST(without_a_prefix) {
  check_parts((Parts){.model = "{\"type\": \"WordPiece\", \"unk_token\": \"?\", \"continuing_subword_prefix\": \"\", "
                      VOCABULARY}, "aaba", "a ab a");
  check_parts((Parts){.model = "{\"type\": \"WordPiece\", \"unk_token\": \"?\", " VOCABULARY}, "aab", "?");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_are_cut_from_their_beginning),
      cmocka_unit_test(what_cannot_be_cut_is_unknown),
      cmocka_unit_test(tokens_with_the_prefix_may_be_written),
      cmocka_unit_test(long_words_are_unknown),
      cmocka_unit_test(without_a_prefix),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
