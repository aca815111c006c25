/* Small letters. tests/interop/tokenizers holds every code point against Python. */
#include "tokenizer/lower_case.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "unit/support.h"

/* Writes the lower case of a text, each code point in hexadecimal. */
static void lower(const char *text, char *out) {
  size_t length = strlen(text), at = 0;
  *out = '\0';
  while (at < length) {
    int32_t code, lower[LOWER_CASE_MOST];
    size_t end = at + utf8_read(text + at, length - at, &code);
    size_t count = lower_case(code, text, length, at, end, lower);
    assert_in_range(count, 1, LOWER_CASE_MOST);
    for (size_t i = 0; i < count; i++) out += sprintf(out, "%s%X", at + i ? " " : "", (unsigned)lower[i]);
    at = end;
  }
}

static void check_lower(const char *text, const char *expected) {
  char actual[200];
  lower(text, actual);
  assert_string_equal(actual, expected);
}

TEST(letters_of_many_scripts) {
  check_lower("AZaz09[`", "61 7A 61 7A 30 39 5B 60");
  check_lower("\u00c4\u00dc\u00d8", "E4 FC F8");
  check_lower("\u0416\u0531\u13a0\u10a0", "436 561 AB70 2D00");
  check_lower("\u2c2f\ua64a\U00010400\U0001e921", "2C5F A64B 10428 1E943");
  check_lower("\u01c5\u2160\u24b6", "1C6 2170 24D0"); /* a title-case letter, a numeral, a letter in a circle */
}

TEST(letters_whose_small_letter_is_in_another_place) {
  check_lower("\u1e9e\u00df", "DF DF");
  check_lower("\u212a\u212b\u2126", "6B E5 3C9"); /* Kelvin, Angstrom, Ohm */
  check_lower("I\u0131", "69 131");               /* in no language */
}

TEST(characters_without_a_case) {
  check_lower("\u4e2d\u05d0\u0627\u0301\u00a0\u20ac\U0001f600", "4E2D 5D0 627 301 A0 20AC 1F600");
}

TEST(a_capital_i_with_dot_becomes_two) { check_lower("\u0130\u0130x", "69 307 69 307 78"); }

TEST(a_sigma_at_the_end_of_a_word_is_another) {
  check_lower("\u039f\u03a3", "3BF 3C2");
  check_lower("\u03a3\u039f\u03a3 \u03a3", "3C3 3BF 3C2 20 3C3");
  check_lower("\u03a3", "3C3");             /* nothing before it */
  check_lower("4\u03a3", "34 3C3");
  check_lower("\u039f\u03a3\u039f", "3BF 3C3 3BF");
  check_lower("\u039f\u03a3\u03a3", "3BF 3C3 3C2");
  check_lower("\u4e2d\u03a3", "4E2D 3C3");
}

/* Marks, apostrophes and the like are looked through on both sides. */
TEST(what_is_ignored_beside_a_sigma) {
  check_lower("\u039f'\u03a3", "3BF 27 3C2");
  check_lower("\u039f\u0301\u00ad\u03a3", "3BF 301 AD 3C2");
  check_lower("\u039f\u03a3.\u039f", "3BF 3C3 2E 3BF");
  check_lower("\u039f\u03a3.'\u2019:", "3BF 3C2 2E 27 2019 3A");
  check_lower("\u039f\u03a3,\u039f", "3BF 3C2 2C 3BF");
  check_lower("''\u03a3", "27 27 3C3");
}

TEST(numerals_and_letters_in_circles_have_a_case) {
  check_lower("\u00aa\u03a3", "AA 3C2");
  check_lower("\u2160\u03a3", "2170 3C2");
  check_lower("\u24b6\u03a3", "24D0 3C2");
  check_lower("\U0001f130\u03a3", "1F130 3C2");
}

/* They have no case and end the search: before, bytes that continue nothing, and a lead byte alone. */
TEST(bytes_that_are_not_utf8_beside_a_sigma) {
  const char *const before[] = {"A\x80", "A\xff", "A\xe2\x82", "A\xcc\x81\x81"};
  for (size_t i = 0; i < COUNT(before); i++) {
    char text[16];
    int32_t small[LOWER_CASE_MOST];
    size_t start = strlen(before[i]);
    snprintf(text, sizeof text, "%s\u03a3", before[i]);
    assert_int_equal(lower_case(0x3A3, text, start + 2, start, start + 2, small), 1);
    assert_int_equal(small[0], 0x3C3);
  }
  int32_t small[LOWER_CASE_MOST];
  lower_case(0x3A3, "A\u03a3\xff" "A", 5, 1, 3, small);
  assert_int_equal(small[0], 0x3C2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(letters_of_many_scripts),
      cmocka_unit_test(letters_whose_small_letter_is_in_another_place),
      cmocka_unit_test(characters_without_a_case),
      cmocka_unit_test(a_capital_i_with_dot_becomes_two),
      cmocka_unit_test(a_sigma_at_the_end_of_a_word_is_another),
      cmocka_unit_test(what_is_ignored_beside_a_sigma),
      cmocka_unit_test(numerals_and_letters_in_circles_have_a_case),
      cmocka_unit_test(bytes_that_are_not_utf8_beside_a_sigma),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
