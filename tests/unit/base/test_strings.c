/* The set of byte strings: numbers, lookups, growth. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "unit/support.h"

static uint32_t add(Strings *strings, const char *text) {
  return strings_add(strings, text, strlen(text));
}

static uint32_t find(const Strings *strings, const char *text) {
  return strings_find(strings, text, strlen(text));
}

TEST(numbers_follow_arrival) {
  Strings strings = {0};
  assert_int_equal(add(&strings, "b"), 0);
  assert_int_equal(add(&strings, "a"), 1);
  assert_int_equal(add(&strings, "b"), 0);
  assert_int_equal(strings.count, 2);
  assert_int_equal(find(&strings, "a"), 1);
  assert_int_equal(find(&strings, "c"), STRINGS_NONE);
  strings_free(&strings);
}

TEST(an_empty_set_finds_nothing) {
  Strings strings = {0};
  assert_int_equal(find(&strings, ""), STRINGS_NONE);
  assert_int_equal(find(&strings, "a"), STRINGS_NONE);
  strings_free(&strings);
}

TEST(the_empty_string_is_a_string) {
  Strings strings = {0};
  size_t length = 99;
  assert_int_equal(add(&strings, ""), 0);
  assert_int_equal(add(&strings, "x"), 1);
  assert_int_equal(add(&strings, ""), 0);
  assert_non_null(strings_get(&strings, 0, &length));
  assert_int_equal(length, 0);
  strings_free(&strings);
}

TEST(bytes_after_a_nul_tell_apart) {
  Strings strings = {0};
  size_t length;
  assert_int_equal(strings_add(&strings, "a\0b", 3), 0);
  assert_int_equal(strings_add(&strings, "a\0c", 3), 1);
  assert_int_equal(strings_add(&strings, "a", 1), 2);
  assert_int_equal(strings_add(&strings, "a\0", 2), 3);
  assert_int_equal(strings_find(&strings, "a\0c", 3), 1);
  assert_memory_equal(strings_get(&strings, 0, &length), "a\0b", 3);
  assert_int_equal(length, 3);
  strings_free(&strings);
}

TEST(neighbours_do_not_run_together) {
  Strings strings = {0};
  add(&strings, "ab");
  add(&strings, "cd");
  assert_int_equal(find(&strings, "abcd"), STRINGS_NONE);
  assert_int_equal(find(&strings, "bc"), STRINGS_NONE);
  strings_free(&strings);
}

/* Strings of each length that differ in one byte at any place, since hashes and comparisons
** read eight bytes at a time.
*/
TEST(every_byte_tells_apart) {
  enum { LONGEST = 27 };
  Strings strings = {0};
  char text[LONGEST + 1];
  uint32_t number = 0;
  for (size_t length = 0; length <= LONGEST; length++)
    for (size_t place = 0; place <= length; place++, number++) {
      memset(text, 'x', sizeof text);
      text[place] = 'y'; /* past the end: none differs */
      assert_int_equal(strings_find(&strings, text, length), STRINGS_NONE);
      assert_int_equal(strings_add(&strings, text, length), number);
      assert_int_equal(strings_find(&strings, text, length), number);
      if (length) assert_int_equal(strings_find_after(&strings, text[0], text + 1, length - 1), number);
    }
  strings_free(&strings);
}

TEST(reserved_room_changes_nothing) {
  Strings strings = {0};
  assert_int_equal(add(&strings, "a"), 0);
  assert_true(strings_reserve(&strings, 1000, 5000));
  assert_int_equal(strings.count, 1);
  assert_int_equal(find(&strings, "a"), 0);
  assert_int_equal(add(&strings, "b"), 1);
  assert_int_equal(find(&strings, "b"), 1);
  strings_free(&strings);
}

TEST(a_hundred_thousand_strings_are_found_again) {
  enum { STRINGS = 100000 };
  Strings strings = {0};
  char text[16];
  for (uint32_t i = 0; i < STRINGS; i++) {
    snprintf(text, sizeof text, "w%u", i);
    assert_int_equal(add(&strings, text), i);
  }
  for (uint32_t i = 0; i < STRINGS; i++) {
    size_t length;
    snprintf(text, sizeof text, "w%u", i);
    assert_int_equal(find(&strings, text), i);
    assert_memory_equal(strings_get(&strings, i, &length), text, strlen(text));
    assert_int_equal(length, strlen(text));
  }
  assert_int_equal(find(&strings, "w100000"), STRINGS_NONE);
  strings_free(&strings);
}

TEST(a_freed_set_is_empty_and_can_be_used) {
  Strings strings = {0};
  add(&strings, "a");
  strings_free(&strings);
  strings_free(&strings);
  assert_int_equal(strings.count, 0);
  assert_int_equal(find(&strings, "a"), STRINGS_NONE);
  assert_int_equal(add(&strings, "b"), 0);
  strings_free(&strings);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_follow_arrival),
      cmocka_unit_test(an_empty_set_finds_nothing),
      cmocka_unit_test(the_empty_string_is_a_string),
      cmocka_unit_test(bytes_after_a_nul_tell_apart),
      cmocka_unit_test(neighbours_do_not_run_together),
      cmocka_unit_test(every_byte_tells_apart),
      cmocka_unit_test(reserved_room_changes_nothing),
      cmocka_unit_test(a_hundred_thousand_strings_are_found_again),
      cmocka_unit_test(a_freed_set_is_empty_and_can_be_used),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
