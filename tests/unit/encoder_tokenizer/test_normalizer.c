/* Normalizers, each by itself: what is read and what becomes of a text. */
#include "encoder_tokenizer/normalizer.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/random.h"
#include "encoder_tokenizer/normal_form.h"
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

/* ---- utf8proc's own normal forms, of whole texts -------------------------------------------- */

static void check_form(const int32_t *code, size_t count, NormalForm form, utf8proc_option_t options) {
  Codes text = {0}, out = {0};
  utf8proc_uint8_t *bytes = malloc(CODE_MAX_BYTES * count + 1), *expected = NULL;
  assert_non_null(bytes);
  utf8proc_ssize_t length = (utf8proc_ssize_t)codes_write(code, count, (char *)bytes);
  utf8proc_ssize_t size = utf8proc_map(bytes, length, &expected, UTF8PROC_STABLE | options);
  assert_true(size >= 0);
  codes_add_all(&text, code, count);
  normal_form(form, &text, &out);
  assert_false(out.failed);
  char *ours = malloc(CODE_MAX_BYTES * out.count + 1);
  assert_non_null(ours);
  assert_int_equal(codes_write(out.code, out.count, ours), size);
  assert_memory_equal(ours, expected, (size_t)size);
  free(bytes);
  free(expected);
  free(ours);
  codes_free(&text);
  codes_free(&out);
}

static void check_forms(const int32_t *code, size_t count) {
  check_form(code, count, NORMAL_FORM_D, UTF8PROC_DECOMPOSE);
  check_form(code, count, NORMAL_FORM_KD, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  check_form(code, count, NORMAL_FORM_C, UTF8PROC_COMPOSE);
  check_form(code, count, NORMAL_FORM_KC, UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
}

/* Ranges of characters that compose, or stand between those that do. */
static int32_t draw_code(Random *random) {
  static const int32_t RANGES[][2] = {
      {'A', 'z'},         {0xC0, 0x17F},      {0x300, 0x345},     {0x340, 0x36F},     {0x1100, 0x1112},
      {0x1161, 0x1175},   {0x11A7, 0x11C2},   {0xAC00, 0xAC40},   {0x9BE, 0x9D7},     {0x9C7, 0x9C8},
      {0xB3E, 0xB57},     {0xDCA, 0xDDE},     {0x1B05, 0x1B35},   {0x1025, 0x102E},   {0x1E00, 0x1EFF},
      {0x1F00, 0x1FFF},   {0x3046, 0x309A},   {0x1D15E, 0x1D164}, {0x11099, 0x110BA}, {0x11127, 0x11134},
      {0xF900, 0xF920},   {0x2F800, 0x2F820}, {0xFB1D, 0xFB4E},   {0x16D63, 0x16D6A}, {0x590, 0x5C7},
      {0x4E2D, 0x4E30}};
  size_t range = random_below(random, COUNT(RANGES));
  return RANGES[range][0] + (int32_t)random_below(random, (size_t)(RANGES[range][1] - RANGES[range][0] + 1));
}

TEST(texts_drawn_at_random_have_the_forms_of_utf8proc) {
  enum { ROUNDS = 3000, LONGEST = 60 };
  Random random = random_stream(1, 0, 0);
  int32_t code[LONGEST];
  for (size_t round = 0; round < ROUNDS; round++) {
    size_t count = 1 + random_below(&random, LONGEST);
    for (size_t i = 0; i < count; i++) code[i] = draw_code(&random);
    check_forms(code, count);
  }
}

/* Each is decomposed and composed again, after a starter and after a mark. */
TEST(every_character_has_the_forms_of_utf8proc) {
  for (int32_t code = 1; code < 0x110000; code++) {
    if (code >= 0xD800 && code < 0xE000) code = 0xE000;
    const utf8proc_property_t *p = utf8proc_get_property(code);
    bool plain = p->decomp_seqindex == UINT16_MAX && p->combining_class == 0 && code > 0x3000;
    if (plain || p->category == UTF8PROC_CATEGORY_CN) continue;
    check_forms((int32_t[]){'e', code, 0x301, code, 0x323}, 5);
  }
}

static bool stop(void *asked) {
  ++*(int *)asked;
  return false;
}

/* Whatever the text is made of, it is not read to its end when the poll says stop. */
TEST(a_long_text_can_be_stopped) {
  static const int32_t TEXTS[][2] = {{'e', 'e'}, {0xE9, 'e'}, {0x301, 0x301}, {0x301, 0x323}, {0x1100, 0x1161},
                                     {0x4E2D, 0x6587}};
  enum { LENGTH = 3 * TEXT_POLL_BYTES };
  for (size_t t = 0; t < COUNT(TEXTS); t++) {
    for (int form = NORMAL_FORM_D; form <= NORMAL_FORM_KC; form++) {
      int asked = 0;
      TextPoll poll = text_poll_begin((Poll){stop, &asked}, &error);
      Codes text = {0}, out = {.poll = &poll};
      for (size_t i = 0; i < LENGTH; i++) codes_add(&text, TEXTS[t][i % 2]);
      normal_form((NormalForm)form, &text, &out);
      assert_true(out.failed);
      assert_int_equal(asked, 1);
      assert_int_equal(poll.status, STATUS_INTERRUPTED);
      codes_free(&text);
      codes_free(&out);
    }
  }
}

/* Decomposing, ordering and composing. */
TEST(each_step_of_a_form_asks) {
  enum { POLLS = 8, LOOPS = 3 };
  Stop asked = {.after = SIZE_MAX};
  TextPoll poll = text_poll_begin((Poll){stop_later, &asked}, &error);
  Codes text = {0}, out = {.poll = &poll};
  for (size_t i = 0; i < POLLS * TEXT_POLL_BYTES; i++) codes_add(&text, i % 2 ? 0x323 : 0x301);
  normal_form(NORMAL_FORM_C, &text, &out);
  assert_false(out.failed);
  assert_true(asked.asked >= LOOPS * POLLS);
  codes_free(&text);
  codes_free(&out);
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
      cmocka_unit_test(texts_drawn_at_random_have_the_forms_of_utf8proc),
      cmocka_unit_test(every_character_has_the_forms_of_utf8proc),
      cmocka_unit_test(a_long_text_can_be_stopped),
      cmocka_unit_test(each_step_of_a_form_asks),
      cmocka_unit_test(which_are_local),
      cmocka_unit_test(what_is_kept_before_a_space),
      cmocka_unit_test(what_is_refused),
      cmocka_unit_test(growth_is_limited),
      cmocka_unit_test(nesting_is_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
