/* References by name and by number, as the HTML standard has them. */
#include <string.h>

#include "base/utf8.h"
#include "markup/character_reference.h"
#include "unit/support.h"

/* The text is copied to its exact size, so that a sanitizer sees a read past it. */
static void check_bytes(const char *text, size_t length, const char *characters, size_t read) {
  char bytes[REFERENCE_BYTES_MOST + 1] = "", *exact = allocate(length, 1);
  size_t count = 0;
  memcpy(exact, text, length);
  assert_int_equal(character_reference_read(exact, length, bytes, &count), read);
  if (read) bytes[count] = '\0';
  assert_string_equal(bytes, characters);
  free(exact);
}

/* The whole text is a reference, at its end and with other text behind it. */
static void check(const char *text, const char *characters) {
  char longer[80];
  size_t length = strlen(text);
  check_bytes(text, length, characters, length);
  strcat(strcpy(longer, text), " x;");
  check_bytes(longer, length + 3, characters, length);
}

static void check_none(const char *text) { check_bytes(text, strlen(text), "", 0); }

TEST(names) {
  check("&amp;", "&");
  check("&eacute;", "\u00e9");
  check("&Eacute;", "\u00c9");
  check("&nbsp;", "\u00a0");
  check("&shy;", "\u00ad");
  check("&hellip;", "\u2026");
  check("&Aopf;", "\U0001D538");
  check("&CounterClockwiseContourIntegral;", "\u2233"); /* the longest */
  check("&nGt;", "\u226b\u20d2"); /* its characters take more bytes than the name */
  check("&fjlig;", "fj");
  check("&NewLine;", "\n");
  check("&Tab;", "\t");
}

TEST(old_names_without_a_semicolon) {
  check("&amp", "&");
  check("&copy", "\u00a9");
  check("&frac12", "\u00bd");
  check_bytes("&notit;", 7, "\u00ac", 4);
  check_bytes("&notin;", 7, "\u2209", 7);
  check_bytes("&copy2020", 9, "\u00a9", 5);
  check_bytes("&amp=1", 6, "&", 4);
}

TEST(numbers) {
  check("&#233;", "\u00e9");
  check("&#xe9;", "\u00e9");
  check("&#XE9;", "\u00e9");
  check("&#x1F600;", "\U0001F600");
  check("&#128512;", "\U0001F600");
  check("&#65", "A");
  check("&#x41", "A");
  check("&#000000000000000000065;", "A");
  check_bytes("&#65a", 5, "A", 4);
  check_bytes("&#x1g;", 6, "\x01", 4);
}

TEST(numbers_that_are_no_character) {
  check("&#0;", "\ufffd");
  check("&#xD800;", "\ufffd");
  check("&#xDFFF;", "\ufffd");
  check("&#x110000;", "\ufffd");
  check("&#99999999999999999999999999999999999999;", "\ufffd");
  check("&#x10FFFF;", "\U0010FFFF");
  check("&#xFFFE;", "\ufffe");
}

TEST(numbers_of_windows_1252) {
  check("&#128;", "\u20ac");
  check("&#x80;", "\u20ac");
  check("&#146;", "\u2019");
  check("&#151;", "\u2014");
  check("&#159;", "\u0178");
  check("&#129;", "\xc2\x81");
  check("&#160;", "\u00a0");
}

TEST(what_is_no_reference) {
  static const char *const TEXTS[] = {"&", "& ", "&;", "&#", "&#;", "&#x", "&#x;", "&#xg;", "&word;", "&T", "&\u00e9;",
                                      "&hellip", "&eacut;", "&&amp;", "&<b>", "&a",
                                      "&zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz;"};
  for (size_t i = 0; i < COUNT(TEXTS); i++) check_none(TEXTS[i]);
  check_bytes("&a\0mp;", 6, "", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names),
      cmocka_unit_test(old_names_without_a_semicolon),
      cmocka_unit_test(numbers),
      cmocka_unit_test(numbers_that_are_no_character),
      cmocka_unit_test(numbers_of_windows_1252),
      cmocka_unit_test(what_is_no_reference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
