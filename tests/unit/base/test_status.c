/* An error's sentence, and where it is cut. */
#include <string.h>

#include "unit/support.h"

TEST(a_sentence_names_the_value_and_returns_the_status) {
  assert_int_equal(error_set(&error, STATUS_INVALID, "epochs is %d", -1), STATUS_INVALID);
  assert_string_equal(error.message, "epochs is -1");
  assert_int_equal(error_no_memory(&error), STATUS_NO_MEMORY);
  assert_string_equal(error.message, "out of memory");
}

/* Makes a message of `fill` letters followed by `character`, repeated. */
static void set_long(size_t fill, const char *character) {
  char text[2 * sizeof error.message] = "";
  memset(text, 'a', fill);
  while (strlen(text) < sizeof error.message + 8) strcat(text, character);
  assert_int_equal(error_set(&error, STATUS_INVALID, "%s", text), STATUS_INVALID);
  assert_memory_equal(error.message, text, strlen(error.message));
}

static void check_cut(const char *character) {
  size_t bytes = strlen(character), most = sizeof error.message - 1;
  for (size_t fill = 0; fill < bytes; fill++) {
    set_long(fill, character);
    assert_int_equal(strlen(error.message), fill + (most - fill) / bytes * bytes);
  }
}

TEST(a_long_sentence_is_cut_at_a_character) {
  check_cut("b");
  check_cut("\u00e4");
  check_cut("\u20ac");
  check_cut("\U0001F600");
}

TEST(a_sentence_that_just_fits_is_whole) {
  char text[sizeof error.message] = "";
  memset(text, 'a', sizeof text - 3);
  strcat(text, "\u00e4");
  error_set(&error, STATUS_INVALID, "%s", text);
  assert_string_equal(error.message, text);
}

TEST(half_a_character_and_other_bytes_are_left_out) {
  error_set(&error, STATUS_INVALID, "label '%.4s' has \x80 and \xff", "\u20ac\u20ac");
  assert_string_equal(error.message, "label '\u20ac' has  and ");
  error_set(&error, STATUS_INVALID, "%s", "\xf0\x9f");
  assert_string_equal(error.message, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sentence_names_the_value_and_returns_the_status),
      cmocka_unit_test(a_long_sentence_is_cut_at_a_character),
      cmocka_unit_test(half_a_character_and_other_bytes_are_left_out),
      cmocka_unit_test(a_sentence_that_just_fits_is_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
