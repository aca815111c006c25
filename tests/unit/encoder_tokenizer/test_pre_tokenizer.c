/* Pre-tokenizers, each by itself: the pieces of a text, with '|' between them. */
#include "encoder_tokenizer/pre_tokenizer.h"

#include <string.h>

#include "unit/encoder_tokenizer/tokenizers.h"

static Status read(const char *json, PreTokenizer *p) {
  JsonReader r = json_begin(json, strlen(json), "the tokenizer", &error);
  *p = (PreTokenizer){0};
  pre_tokenizer_read(p, &r);
  return json_end(&r);
}

static void check_at(const char *json, const char *text, bool begins, const char *expected) {
  PreTokenizer p;
  Codes codes = {0}, spare = {0};
  char list[1000] = "";
  assert_ok(read(json, &p));
  codes_add_text(&codes, text, strlen(text));
  pre_tokenizer_run(&p, &codes, &spare, begins);
  for (size_t from = 0, to; pre_tokenizer_next(&codes, &from, &to); from = to) {
    if (*list) strcat(list, "|");
    size_t length = strlen(list);
    list[length + codes_write(codes.code + from, to - from, list + length)] = '\0';
  }
  assert_string_equal(list, expected);
  codes_free(&codes);
  codes_free(&spare);
  pre_tokenizer_free(&p);
}

static void check(const char *json, const char *text, const char *expected) { check_at(json, text, true, expected); }

TEST(none) {
  check("null", "a b", "a b");
  check("null", "", "");
}

TEST(bert) {
  check("{\"type\": \"BertPreTokenizer\"}", " a,b!? \u3000\tc\u2014", "a|,|b|!|?|c|\u2014");
  check("{\"type\": \"BertPreTokenizer\"}", "  ", "");
}

TEST(white_space) {
  check("{\"type\": \"WhitespaceSplit\"}", " a,b  c\n", "a,b|c");
  check("{\"type\": \"Whitespace\"}", "a_1,!b \u00b2c", "a_1|,!|b|\u00b2|c");
}

#define PUNCTUATION(behavior) "{\"type\": \"Punctuation\", \"behavior\": \"" behavior "\"}"

TEST(punctuation) {
  const char *text = "the-final--countdown";
  check(PUNCTUATION("Removed"), text, "the|final|countdown");
  check(PUNCTUATION("Isolated"), text, "the|-|final|-|-|countdown");
  check(PUNCTUATION("Contiguous"), text, "the|-|final|--|countdown");
  check(PUNCTUATION("MergedWithPrevious"), text, "the-|final-|-|countdown");
  check(PUNCTUATION("MergedWithNext"), text, "the|-final|-|-countdown");
  check("{\"type\": \"Punctuation\"}", text, "the|-|final|-|-|countdown");
}

#define SIGNS(more) "{\"type\": \"Metaspace\", \"replacement\": \"_\"" more "}"

TEST(metaspace) {
  check(SIGNS(""), "a b  c ", "_a|_b|_|_c|_");
  check(SIGNS(""), " a", "_a");
  check(SIGNS(", \"prepend_scheme\": \"never\""), "a b", "a|_b");
  check(SIGNS(", \"prepend_scheme\": \"first\", \"split\": true"), "a b", "_a|_b");
  check_at(SIGNS(", \"prepend_scheme\": \"first\""), "a b", false, "a|_b");
  check_at(SIGNS(", \"prepend_scheme\": \"always\""), "a b", false, "_a|_b");
  check(SIGNS(", \"split\": false"), "a b", "_a_b");
  check(SIGNS(", \"split\": null, \"add_prefix_space\": null"), "a b", "_a|_b");
  check(SIGNS(""), "", "");
}

TEST(metaspace_as_it_once_was) {
  check(SIGNS(", \"add_prefix_space\": true, \"str_rep\": \"_\""), "a b", "_a|_b");
  check(SIGNS(", \"add_prefix_space\": false"), "a b", "a|_b");
  check(SIGNS(", \"add_prefix_space\": false, \"prepend_scheme\": \"never\""), "a b", "a|_b");
}

#define SEQUENCE(...) "{\"type\": \"Sequence\", \"pretokenizers\": [" __VA_ARGS__ "]}"

TEST(sequences) {
  check(SEQUENCE("{\"type\": \"WhitespaceSplit\"}, " SIGNS("")), " a b c", "_a|_b|_c");
  check(SEQUENCE("{\"type\": \"WhitespaceSplit\"}, " SIGNS(", \"prepend_scheme\": \"first\"")), "a b", "_a|b");
  check(SEQUENCE("{\"type\": \"WhitespaceSplit\"}, " SIGNS(", \"prepend_scheme\": \"first\"")), " a b", "a|b");
  check(SEQUENCE(PUNCTUATION("Removed") ", {\"type\": \"WhitespaceSplit\"}"), "a, b-c", "a|b|c");
  check(SEQUENCE("null, " SEQUENCE(PUNCTUATION("MergedWithNext"))), "a-b", "a|-b");
}

TEST(some_cut_at_spaces) {
  static const struct {
    const char *json;
    bool cuts;
  } CASES[] = {{"null", false}, {SIGNS(""), true}, {SIGNS(", \"split\": false"), false}, {BERT_PRE_TOKENIZER, true},
               {"{\"type\": \"Whitespace\"}", true}, {"{\"type\": \"Punctuation\"}", false}};
  for (size_t i = 0; i < COUNT(CASES); i++) {
    PreTokenizer p;
    assert_ok(read(CASES[i].json, &p));
    assert_int_equal(pre_tokenizer_cuts_at_spaces(&p), CASES[i].cuts);
    pre_tokenizer_free(&p);
  }
}

static void check_error(const char *json, const char *sentence) {
  PreTokenizer p;
  assert_int_equal(read(json, &p), STATUS_INVALID);
  assert_string_equal(error.message, sentence);
  pre_tokenizer_free(&p);
}

TEST(what_is_refused) {
  check_error("{\"type\": \"ByteLevel\"}", "the tokenizer has pre-tokenizer 'ByteLevel', expected one of "
              "BertPreTokenizer, Metaspace, Punctuation, Sequence, Whitespace, WhitespaceSplit");
  check_error(PUNCTUATION("Dropped"), "the tokenizer's behavior of Punctuation is 'Dropped', expected Removed, "
              "Isolated, Contiguous, MergedWithPrevious or MergedWithNext");
  check_error(SIGNS(", \"prepend_scheme\": \"last\""),
              "the tokenizer's prepend_scheme of Metaspace is 'last', expected always, first or never");
  check_error(SIGNS(", \"add_prefix_space\": false, \"prepend_scheme\": \"first\""),
              "the tokenizer's Metaspace has no add_prefix_space and prepend_scheme 'first', expected 'never'");
  check_error("{\"type\": \"Metaspace\", \"replacement\": \"ab\"}",
              "the tokenizer's replacement of Metaspace is 'ab', expected one character");
  check_error("{\"type\": \"Metaspace\", \"replacement\": \"\"}",
              "the tokenizer's replacement of Metaspace is '', expected one character");
  check_error("{\"type\": \"Metaspace\"}", "the tokenizer's Metaspace has no replacement, expected a character");
}

TEST(nesting_is_limited) {
  char json[1000] = "";
  for (int i = 0; i < 10; i++) strcat(json, "{\"type\": \"Sequence\", \"pretokenizers\": [");
  strcat(json, "null");
  for (int i = 0; i < 10; i++) strcat(json, "]}");
  check_error(json, "the tokenizer's pre-tokenizers are nested more than 8 times");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(none),
      cmocka_unit_test(bert),
      cmocka_unit_test(white_space),
      cmocka_unit_test(punctuation),
      cmocka_unit_test(metaspace),
      cmocka_unit_test(metaspace_as_it_once_was),
      cmocka_unit_test(sequences),
      cmocka_unit_test(some_cut_at_spaces),
      cmocka_unit_test(what_is_refused),
      cmocka_unit_test(nesting_is_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
