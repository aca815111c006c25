/* Lists of code points. */
#include "encoder_tokenizer/codes.h"

#include <string.h>

#include "unit/support.h"

TEST(a_text_goes_in_and_comes_out) {
  static const char TEXT[] = "a\0\u00e9\u4e2d\U0001f600z";
  Codes codes = {0};
  char bytes[64];
  codes_add_text(&codes, TEXT, sizeof TEXT - 1);
  assert_int_equal(codes.count, 6);
  assert_int_equal(codes.code[4], 0x1F600);
  assert_int_equal(codes_write(codes.code, codes.count, bytes), sizeof TEXT - 1);
  assert_memory_equal(bytes, TEXT, sizeof TEXT - 1);
  codes_free(&codes);
}

TEST(what_is_not_utf8_becomes_a_replacement) {
  Codes codes = {0};
  codes_add_text(&codes, "\x80" "a\xe4\xb8" "b\xed\xa0\x80\xff", 9);
  static const int32_t EXPECTED[] = {0xFFFD, 'a', 0xFFFD, 'b', 0xFFFD, 0xFFFD};
  assert_int_equal(codes.count, COUNT(EXPECTED));
  assert_memory_equal(codes.code, EXPECTED, sizeof EXPECTED);
  codes_free(&codes);
}

TEST(the_last_character) {
  assert_int_equal(codes_last("a", 1), 0);
  assert_int_equal(codes_last("a\u00e9", 3), 1);
  assert_int_equal(codes_last("\U0001f600", 4), 0);
  assert_int_equal(codes_last("\u00e9\x80", 3), 0); /* as utf8_length() has it */
  assert_int_equal(codes_last("a\x80", 2), 1);
  assert_int_equal(codes_last("\x80\x80\x80\x80\x80", 5), 4);
}

TEST(a_size_that_overflows_fails_for_good) {
  Codes codes = {0};
  codes_add(&codes, 'a');
  assert_false(codes_reserve(&codes, SIZE_MAX));
  assert_true(codes.failed);
  assert_false(codes_reserve(&codes, 1));
  codes_add_all(&codes, (const int32_t[]){'b'}, 1);
  codes_add_text(&codes, "b", 1);
  assert_int_equal(codes.count, 1);
  codes_free(&codes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_text_goes_in_and_comes_out),
      cmocka_unit_test(what_is_not_utf8_becomes_a_replacement),
      cmocka_unit_test(the_last_character),
      cmocka_unit_test(a_size_that_overflows_fails_for_good),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
