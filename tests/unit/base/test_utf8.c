/* Characters of texts that may hold any bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "unit/support.h"

/* SQLite's SQLITE_SKIP_UTF8, over text that ends with a NUL as its texts do. */
static size_t characters_as_sqlite(const unsigned char *text, const unsigned char *end) {
  size_t count = 0;
  for (; text < end; count++)
    if (*text++ >= 0xC0)
      while ((*text & 0xC0) == 0x80) text++;
  return count;
}

static void check_characters(const char *text, size_t length) {
  unsigned char *copy = allocate(length + 1, 1);
  memcpy(copy, text, length);
  assert_int_equal(utf8_characters(text, length), characters_as_sqlite(copy, copy + length));
  free(copy);
}

TEST(characters_are_counted_as_substr_does) {
  const char *texts[] = {"", "abc", "\u00e4\u20ac\U0001F600", "\x80\x80", "\xc3", "\xe2\x82",
                         "\xf0\x80\x80\x80\x80\x80",
                         "\xc3\xa9\x80", "e\u0301", "a\xff\xff\x80", "\xed\xa0\x80"};
  for (size_t i = 0; i < COUNT(texts); i++) check_characters(texts[i], strlen(texts[i]));
  assert_int_equal(utf8_characters("\u00e4\u20ac\U0001F600", 9), 3);
  assert_int_equal(utf8_characters("\x80\x80", 2), 2);
  assert_int_equal(utf8_characters("a\0b", 3), 3);
}

TEST(characters_of_any_three_bytes) {
  const unsigned char bytes[] = {0, 'a', 0x7f, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xf0, 0xff};
  for (size_t a = 0; a < COUNT(bytes); a++)
    for (size_t b = 0; b < COUNT(bytes); b++)
      for (size_t c = 0; c < COUNT(bytes); c++) {
        const char text[] = {(char)bytes[a], (char)bytes[b], (char)bytes[c]};
        check_characters(text, 3);
      }
}

TEST(a_character_is_read_with_its_code) {
  const struct {
    const char *text;
    size_t length;
    int32_t code;
  } cases[] = {{"a", 1, 'a'}, {"\u00e4b", 2, 0xE4}, {"\u20ac", 3, 0x20AC}, {"\U0001F600", 4, 0x1F600},
               {"\x80\x80", 1, -1}, {"\xc3", 1, -1}, {"\xe2\x82z", 2, -1}, {"\xff", 1, -1}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    int32_t code = 0;
    assert_int_equal(utf8_read(cases[i].text, strlen(cases[i].text), &code), cases[i].length);
    assert_int_equal(code, cases[i].code);
  }
}

TEST(a_text_is_read_as_utf8) {
  const struct {
    const char *text, *read;
  } cases[] = {{"", ""}, {"a\u00e4\u20ac\U0001F600", "a\u00e4\u20ac\U0001F600"}, {"\xff", "\ufffd"},
               {"a\x80\x80z", "a\ufffd\ufffdz"}, {"\xe2\x82z\xc3", "\ufffdz\ufffd"}, {"\xed\xa0\x80", "\ufffd"}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    char out[32] = "";
    size_t length = strlen(cases[i].text), expected = strlen(cases[i].read);
    assert_int_equal(utf8_repair(cases[i].text, length, NULL), expected);
    assert_int_equal(utf8_repair(cases[i].text, length, out), expected);
    assert_string_equal(out, cases[i].read);
    for (size_t j = 0; j < COUNT(cases); j++)
      assert_int_equal(utf8_reads(cases[i].text, length, cases[j].read, strlen(cases[j].read)),
                       strcmp(cases[i].read, cases[j].read) == 0);
  }
  assert_false(utf8_reads("a", 1, "ab", 2));
  assert_false(utf8_reads("ab", 2, "a", 1));
}

TEST(a_cut_leaves_no_part_of_a_character) {
  const char text[] = "a\u00e4\u20acz"; /* ends at bytes 1, 3, 6, 7 */
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 7, 7};
  for (size_t most = 0; most < COUNT(expected); most++)
    assert_int_equal(utf8_cut(text, strlen(text), most), expected[most]);
}

TEST(a_text_is_valid_or_not) {
  const char *const valid[] = {"", "abc", "\u00e4\u20ac\U0001F600", "\U0010FFFF\ufffe"};
  const char *const invalid[] = {"\x80", "a\xc3", "\xe2\x82z", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80", "z\xff"};
  for (size_t i = 0; i < COUNT(valid); i++) assert_true(utf8_is_valid(valid[i], strlen(valid[i])));
  for (size_t i = 0; i < COUNT(invalid); i++) assert_false(utf8_is_valid(invalid[i], strlen(invalid[i])));
  assert_true(utf8_is_valid("a\0b\xff", 3));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(characters_are_counted_as_substr_does),
      cmocka_unit_test(characters_of_any_three_bytes),
      cmocka_unit_test(a_character_is_read_with_its_code),
      cmocka_unit_test(a_text_is_read_as_utf8),
      cmocka_unit_test(a_cut_leaves_no_part_of_a_character),
      cmocka_unit_test(a_text_is_valid_or_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
