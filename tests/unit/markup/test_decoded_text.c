/* Texts with references, and where their bytes come from. */
#include <string.h>

#include "markup/decoded_text.h"
#include "unit/support.h"

static DecodedText decode(const char *text) {
  DecodedText decoded = {0};
  assert_ok(decoded_text_read(&decoded, text, strlen(text), (Poll){0}, &error));
  return decoded;
}

static void check(const char *text, const char *expected) {
  DecodedText decoded = decode(text);
  assert_int_equal(decoded.length, strlen(expected));
  assert_memory_equal(decoded.text, expected, decoded.length);
  decoded_text_free(&decoded);
}

TEST(references_become_characters) {
  check("", "");
  check("plain", "plain");
  check("&amp;", "&");
  check("a&amp;b", "a&b");
  check("caf&eacute;s &lt;b&gt;", "caf\u00e9s <b>");
  check("&amp;lt;", "&lt;"); /* once, not twice */
  check("AT&T & &word; &&amp;&", "AT&T & &word; &&&");
}

TEST(a_text_without_references_stays) {
  const char *text = "AT&T <b>";
  DecodedText decoded = {0};
  assert_ok(decoded_text_read(&decoded, text, 4, (Poll){0}, &error));
  assert_string_equal(decoded.text, "AT&T"); /* a tokenizer may look for the NUL */
  assert_int_equal(decoded.count, 0);
  assert_int_equal(decoded_text_start(&decoded, 3), 3);
  assert_int_equal(decoded_text_end(&decoded, 8), 8);
  decoded_text_free(&decoded);
}

/* written   a & e a c u t e ;  b & l t ; & g t ;
** decoded   a (C3 A9)          b <       >       */
TEST(tokens_reach_from_reference_to_reference) {
  static const size_t STARTS[] = {0, 1, 1, 9, 10, 14, 18, 19}, ENDS[] = {0, 1, 9, 9, 10, 14, 18, 19};
  DecodedText decoded = decode("a&eacute;b&lt;&gt;");
  assert_int_equal(decoded.length, 6);
  for (size_t at = 0; at < COUNT(STARTS); at++) {
    assert_int_equal(decoded_text_start(&decoded, at), STARTS[at]);
    assert_int_equal(decoded_text_end(&decoded, at), ENDS[at]);
  }
  decoded_text_free(&decoded);
}

TEST(memory_is_reused) {
  DecodedText decoded = {0};
  assert_ok(decoded_text_read(&decoded, "&lt;&gt;&amp;", 13, (Poll){0}, &error));
  assert_ok(decoded_text_read(&decoded, "x&gt;", 5, (Poll){0}, &error));
  assert_int_equal(decoded.count, 1);
  assert_int_equal(decoded.length, 2);
  assert_memory_equal(decoded.text, "x>", 2);
  assert_ok(decoded_text_read(&decoded, "y", 1, (Poll){0}, &error));
  assert_int_equal(decoded.length, 1);
  assert_memory_equal(decoded.text, "y", 1);
  decoded_text_free(&decoded);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(references_become_characters),
      cmocka_unit_test(a_text_without_references_stays),
      cmocka_unit_test(tokens_reach_from_reference_to_reference),
      cmocka_unit_test(memory_is_reused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
