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

/* ---- strings that are made to collide ------------------------------------------------- */

enum { CRAFTED = 1 << 12, LONGEST_RUN = 200 }; /* of random places that are half full: some 60 */

/* The hash was this once: a product that can be inverted, without a key. */
static uint64_t hash_word(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 32;
}

/* The most places in a row that are not free: a search may look at all of them. */
static size_t longest_run(const Strings *s) {
  size_t longest = 0, run = 0;
  for (size_t at = 0; at < 2 * s->index_size; at++) {
    run = s->index[at % s->index_size].number ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
}

static void check_spread(void (*craft)(uint32_t i, uint64_t words[24]), size_t words) {
  static const uint64_t KEYS[][2] = {{0x0123456789ABCDEFu, 0xFEDCBA9876543210u},
                                     {0x5851F42D4C957F2Du, 0x14057B7EF767814Fu}};
  for (size_t k = 0; k < COUNT(KEYS); k++) {
    Strings strings = {0};
    strings_set_key(KEYS[k]);
    for (uint32_t i = 0; i < CRAFTED; i++) {
      uint64_t word[24];
      char text[1 + sizeof word] = "x";
      craft(i, word);
      memcpy(text + 1, word, words * sizeof *word);
      assert_int_equal(strings_add(&strings, text, 1 + words * sizeof *word), i);
    }
    assert_in_range(longest_run(&strings), 1, LONGEST_RUN);
    strings_free(&strings);
  }
}

/* The second word is what leads from the state after the first to one that all share. */
static void craft_by_inverting(uint32_t i, uint64_t words[24]) {
  const uint64_t length = 1 + 2 * sizeof *words;
  words[0] = i;
  words[1] = hash_word(hash_word(length << 8, 'x'), words[0]) ^ 0x123456789ABCDEFu;
}

TEST(strings_that_collided_do_not) { check_spread(craft_by_inverting, 2); }

/* The highest bit of a word becomes that of the product by any odd number, and bit 31 by the shift: the next word
** takes both back. So a key that only replaces the first state, or the factor, would not help.
*/
static void craft_by_differences(uint32_t i, uint64_t words[24]) {
  for (size_t pair = 0; pair < 12; pair++) {
    bool differs = i >> pair & 1;
    words[2 * pair] = differs ? 0x8000000000000000u : 0;
    words[2 * pair + 1] = differs ? 0x8000000080000000u : 0;
  }
}

TEST(strings_that_collide_under_other_keys_do_not) { check_spread(craft_by_differences, 24); }

/* A set keeps the key that it was begun with. */
TEST(numbers_do_not_depend_on_the_key) {
  Strings a = {0}, b = {0};
  char text[16];
  strings_set_key((const uint64_t[]){1, 3});
  assert_int_equal(add(&a, "0"), 0);
  strings_set_key((const uint64_t[]){5, 7});
  for (int i = 0; i < 1000; i++) {
    snprintf(text, sizeof text, "%d", i);
    assert_int_equal(add(&a, text), add(&b, text));
  }
  for (int i = 0; i < 1000; i++) {
    snprintf(text, sizeof text, "%d", i);
    assert_int_equal(find(&a, text), find(&b, text));
  }
  strings_free(&a);
  strings_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strings_that_collided_do_not),
      cmocka_unit_test(strings_that_collide_under_other_keys_do_not),
      cmocka_unit_test(numbers_do_not_depend_on_the_key),
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
