/* The fingerprint of a text. */
#include <string.h>

#include "text/text.h"
#include "unit/support.h"

/* The values that FNV's authors give for 64 bits, both halves folded. */
TEST(hashes_are_those_of_fnv) {
  static const struct {
    const char *text;
    uint64_t hash;
  } KNOWN[] = {
      {"", 0xcbf29ce484222325u},    {"a", 0xaf63dc4c8601ec8cu},      {"b", 0xaf63df4c8601f1a5u},
      {"fo", 0x08985907b541d342u},  {"foobar", 0x85944171f73967e8u},
  };
  for (size_t i = 0; i < COUNT(KNOWN); i++)
    assert_int_equal(text_fingerprint(KNOWN[i].text, strlen(KNOWN[i].text)),
                     (uint32_t)(KNOWN[i].hash ^ KNOWN[i].hash >> 32));
}

TEST(every_byte_of_a_text_counts) {
  const uint32_t whole = text_fingerprint("a\0\xff.", 4);
  assert_int_not_equal(whole, text_fingerprint("a\0\xff.", 3));
  assert_int_not_equal(whole, text_fingerprint("a\0\xfe.", 4));
  assert_int_not_equal(whole, text_fingerprint("a\1\xff.", 4));
  assert_int_not_equal(whole, text_fingerprint("A\0\xff.", 4));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hashes_are_those_of_fnv),
      cmocka_unit_test(every_byte_of_a_text_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
