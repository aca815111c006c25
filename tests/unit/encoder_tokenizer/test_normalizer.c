/* Normalizers, each by itself: what is read and what becomes of a text. */
#include "encoder_tokenizer/normalizer.h"

#include <string.h>

#include "unit/encoder_tokenizer/tokenizers.h"

static Status read(const char *json, Normalizer *n) {
  JsonReader r = json_begin(json, strlen(json), "the tokenizer", &error);
  *n = (Normalizer){0};
  normalizer_read(n, &r);
  return json_end(&r);
}

/* Normalizes a text, and says whether its first character is still there. */
static bool check(const char *json, const char *text, const char *expected) {
  Normalizer n;
  Codes codes = {0}, spare = {0};
  bool begins = true;
  char bytes[1000];
  assert_ok(read(json, &n));
  codes_add_text(&codes, text, strlen(text));
  normalizer_run(&n, &codes, &spare, &begins);
  assert_false(codes.failed || spare.failed);
  bytes[codes_write(codes.code, codes.count, bytes)] = '\0';
  assert_string_equal(bytes, expected);
  codes_free(&codes);
  codes_free(&spare);
  normalizer_free(&n);
  return begins;
}

TEST(none) {
  check("null", "A\u00e9", "A\u00e9");
  check("{\"type\": \"Sequence\", \"normalizers\": []}", "A", "A");
}

TEST(bert) {
  const char *text = "A\u00c9\x01\t\u4e2d\u0130";
  check("{\"type\": \"BertNormalizer\"}", text, "ae  \u4e2d i");
  check("{\"type\": \"BertNormalizer\", \"lowercase\": false}", text, "A\u00c9  \u4e2d \u0130");
  check("{\"type\": \"BertNormalizer\", \"lowercase\": false, \"strip_accents\": true}", text, "AE  \u4e2d I");
  check("{\"type\": \"BertNormalizer\", \"strip_accents\": false}", text, "a\u00e9  \u4e2d i\u0307");
  check("{\"type\": \"BertNormalizer\", \"strip_accents\": null, \"other\": [1]}", text, "ae  \u4e2d i");
  check("{\"type\": \"BertNormalizer\", \"clean_text\": false, \"handle_chinese_chars\": false}", text,
        "ae\x01\t\u4e2di");
}

TEST(small_letters_have_no_final_sigma) {
  check("{\"type\": \"Lowercase\"}", "\u039f\u03a3 \u1e9e\u0130\u01c5", "\u03bf\u03c3 \u00dfi\u0307\u01c6");
}

TEST(marks_are_stripped) {
  check("{\"type\": \"StripAccents\"}", "e\u0301\u00e9\u0903\u0488x", "e\u00e9x");
}

TEST(forms) {
  const char *text = "\u00e9e\u0301\ufb01\u1100\u1161\u2126";
  check("{\"type\": \"NFC\"}", text, "\u00e9\u00e9\ufb01\uac00\u03a9");
  check("{\"type\": \"NFD\"}", text, "e\u0301e\u0301\ufb01\u1100\u1161\u03a9");
  check("{\"type\": \"NFKC\"}", text, "\u00e9\u00e9fi\uac00\u03a9");
  check("{\"type\": \"NFKD\"}", text, "e\u0301e\u0301fi\u1100\u1161\u03a9");
}

#define REPLACE(pattern, content) "{\"type\": \"Replace\", \"pattern\": " pattern ", \"content\": \"" content "\"}"

TEST(replace) {
  check(REPLACE("{\"String\": \"``\"}", "\\\""), "``a``` `", "\"a\"` `");
  check(REPLACE("{\"String\": \"aa\"}", ""), "aaaaab", "ab");
  check(REPLACE("{\"String\": \"a\"}", "aa"), "aba", "aabaa");
  check(REPLACE("{\"Regex\": \" {2,}\"}", "_"), " a  b    c ", " a_b_c ");
}

TEST(prepend_and_strip) {
  check("{\"type\": \"Prepend\", \"prepend\": \"\\u2581\"}", "a", "\u2581a");
  check("{\"type\": \"Prepend\", \"prepend\": \"\\u2581\"}", "", "");
  check("{\"type\": \"Strip\", \"strip_left\": true, \"strip_right\": true}", " \u3000a b\n", "a b");
  check("{\"type\": \"Strip\", \"strip_left\": false, \"strip_right\": true}", " a ", " a");
  check("{\"type\": \"Strip\", \"strip_left\": true, \"strip_right\": false}", " a ", "a ");
  check("{\"type\": \"Strip\", \"strip_left\": true, \"strip_right\": true}", "  ", "");
}

TEST(a_sequence_in_a_sequence) {
  check("{\"normalizers\": [{\"type\": \"NFD\"}, {\"type\": \"Sequence\", \"normalizers\": ["
        "{\"type\": \"StripAccents\"}, null]}, {\"type\": \"Lowercase\"}], \"type\": \"Sequence\"}", "\u00c9A", "ea");
}

TEST(whether_the_first_character_is_there) {
  assert_true(check("{\"type\": \"BertNormalizer\"}", "a\x01", "a"));
  assert_false(check("{\"type\": \"BertNormalizer\"}", "\x01" "a", "a"));
  assert_false(check("{\"type\": \"StripAccents\"}", "\u0301a", "a"));
  assert_false(check("{\"type\": \"Strip\", \"strip_left\": true}", " a", "a"));
  assert_true(check("{\"type\": \"Strip\", \"strip_right\": true}", " a", " a"));
}

/* Linear: 100,000 marks in the worst order. */
TEST(many_marks) {
  enum { MARKS = 50000 };
  Codes text = {0}, spare = {0};
  Normalizer n;
  bool begins = true;
  assert_ok(read("{\"type\": \"NFD\"}", &n));
  codes_add(&text, 'a');
  for (int i = 0; i < 2 * MARKS; i++) codes_add(&text, i % 2 ? 0x323 : 0x301); /* classes 220, 230 */
  normalizer_run(&n, &text, &spare, &begins);
  assert_int_equal(text.count, 2 * MARKS + 1);
  assert_int_equal(text.code[MARKS], 0x323);
  assert_int_equal(text.code[MARKS + 1], 0x301);
  codes_free(&text);
  codes_free(&spare);
  normalizer_free(&n);
}

static void check_local(const char *json, bool expected) {
  Normalizer n;
  assert_ok(read(json, &n));
  assert_int_equal(normalizer_is_local(&n), expected);
  normalizer_free(&n);
}

TEST(which_are_local) {
  check_local("null", true);
  check_local("{\"type\": \"BertNormalizer\"}", true);
  check_local("{\"type\": \"Strip\"}", false);
  check_local("{\"type\": \"Prepend\", \"prepend\": \"a\"}", false);
  check_local(REPLACE("{\"Regex\": \" {2,}\"}", " "), true);
  check_local(REPLACE("{\"Regex\": \" {2,}\"}", "x"), false);
  check_local(REPLACE("{\"String\": \"a\"}", "b"), true);
  check_local(REPLACE("{\"String\": \"a\"}", ""), false);
  check_local(REPLACE("{\"String\": \"a b\"}", "c"), false);
  check_local(REPLACE("{\"String\": \"a\"}", " "), false);
}

TEST(what_is_kept_before_a_space) {
  Normalizer n = {0};
  static const int32_t KEPT[] = {'a', '.', 'Z', 0x436, 0xAC00, 0xAC01, 0x4E2D};
  static const int32_t OTHER[] = {' ', 0x7F, 0xE9, 0x301, 0x600, 0x3000, 0xFE70, 0x93E};
  for (size_t i = 0; i < COUNT(KEPT); i++) assert_true(normalizer_keeps(&n, 'a', KEPT[i]));
  for (size_t i = 0; i < COUNT(OTHER); i++) assert_false(normalizer_keeps(&n, 'a', OTHER[i]));
  assert_false(normalizer_keeps(&n, 0x600, 'a')); /* one grapheme cluster */
}

static void check_error(const char *json, const char *sentence) {
  Normalizer n;
  assert_int_equal(read(json, &n), STATUS_INVALID);
  assert_string_equal(error.message, sentence);
  normalizer_free(&n);
}

#define ALL                                                                                                \
  "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Precompiled, Prepend, Replace, Sequence, Strip, StripAccents"

TEST(what_is_refused) {
  check_error("{\"type\": \"Nmt\"}", "the tokenizer has normalizer 'Nmt', expected one of " ALL);
  check_error("{\"lowercase\": true}", "the tokenizer has normalizer '', expected one of " ALL);
  check_error(REPLACE("{\"Regex\": \"\\\\s+\"}", " "),
              "the tokenizer's normalizer Replace has the Regex '\\s+', expected ' {2,}' or a String");
  check_error(REPLACE("{\"Glob\": \"a\"}", " "),
              "the tokenizer's normalizer Replace has the pattern 'Glob', expected String or Regex");
  check_error(REPLACE("{\"String\": \"\"}", " "),
              "the tokenizer's normalizer Replace has an empty pattern, expected one of characters");
  check_error("{\"type\": \"Replace\", \"content\": \"\"}", "the tokenizer's normalizer Replace has no pattern");
  check_error("{\"type\": \"Lowercase\"", "the tokenizer ends where ',' was expected");
  check_error("3", "the tokenizer has byte 0x33 where '{' was expected");
}

/* A file of a few lines must not fill the memory. */
TEST(growth_is_limited) {
#define FOURFOLD REPLACE("{\"String\": \"a\"}", "aaaa")
#define SEQUENCE(steps) "{\"type\": \"Sequence\", \"normalizers\": [" steps "]}"
#define TOO_LONG(times) "the tokenizer's normalizer may make a text " times " times as long, expected at most 200"
  check(SEQUENCE(FOURFOLD "," FOURFOLD), "ab", "aaaaaaaaaaaaaaaab");
  check_error(SEQUENCE(FOURFOLD "," FOURFOLD "," FOURFOLD "," FOURFOLD), TOO_LONG("256"));
  char json[700] = "{\"type\": \"Prepend\", \"prepend\": \"", *end = json + strlen(json);
  memset(end, 'a', 250);
  strcpy(end + 250, "\"}");
  check_error(json, TOO_LONG("251"));
  /* an empty trie, and one text of 209 bytes, in base64 */
  strcpy(json, "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAAAGFh");
  end = json + strlen(json);
  memset(end, 'Y', 276);
  strcpy(end + 276, "\"}");
  check_error(json, TOO_LONG("209"));
}

TEST(nesting_is_limited) {
  char json[1000] = "";
  for (int i = 0; i < 10; i++) strcat(json, "{\"type\": \"Sequence\", \"normalizers\": [");
  strcat(json, "null");
  for (int i = 0; i < 10; i++) strcat(json, "]}");
  check_error(json, "the tokenizer's normalizers are nested more than 8 times");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(none),
      cmocka_unit_test(bert),
      cmocka_unit_test(small_letters_have_no_final_sigma),
      cmocka_unit_test(marks_are_stripped),
      cmocka_unit_test(forms),
      cmocka_unit_test(replace),
      cmocka_unit_test(prepend_and_strip),
      cmocka_unit_test(a_sequence_in_a_sequence),
      cmocka_unit_test(whether_the_first_character_is_there),
      cmocka_unit_test(many_marks),
      cmocka_unit_test(which_are_local),
      cmocka_unit_test(what_is_kept_before_a_space),
      cmocka_unit_test(what_is_refused),
      cmocka_unit_test(growth_is_limited),
      cmocka_unit_test(nesting_is_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
