/* Each name of the table is found, and no other. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "markup/entities.h"
#include "markup/entities_table.h"
#include "unit/support.h"

TEST(each_name_is_found) {
  size_t count = 0, longest = 0;
  const char *before = "";
  for (const char *entry = ENTITIES; entry < ENTITIES + sizeof ENTITIES - 1; entry += strlen(entry) + 1, count++) {
    size_t length = strcspn(entry, " ");
    const char *characters = entities_find(entry, length);
    assert_non_null(characters);
    assert_string_equal(characters, entry + length + 1);
    assert_in_range(strlen(characters), 1, ENTITY_BYTES_MOST);
    assert_true(utf8_is_valid(characters, strlen(characters)));
    assert_true(strcmp(before, entry) < 0);
    if (length > longest) longest = length;
    before = entry;
  }
  assert_int_equal(count, 2231); /* as many as Python's html.entities.html5 has */
  assert_int_equal(longest, ENTITY_NAME_MOST);
}

TEST(other_names_are_not_found) {
  static const char *const NAMES[] = {"", ";", "a", "A", "AEli", "AElig;;", "AElig; ", "amp;x", "eacut", "zwnj;x",
                                      "zzz", "~", "\xff", "amp &", "!"};
  for (size_t i = 0; i < COUNT(NAMES); i++) assert_null(entities_find(NAMES[i], strlen(NAMES[i])));
  assert_null(entities_find("amp;\0", 5));
}

/* A name that lacks its semicolon means the same with it. */
TEST(old_names_mean_the_same) {
  size_t old = 0;
  for (const char *entry = ENTITIES; entry < ENTITIES + sizeof ENTITIES - 1; entry += strlen(entry) + 1) {
    char name[ENTITY_NAME_MOST + 2];
    size_t length = strcspn(entry, " ");
    if (entry[length - 1] == ';') continue;
    snprintf(name, sizeof name, "%.*s;", (int)length, entry);
    assert_string_equal(entities_find(name, length + 1), entry + length + 1);
    old++;
  }
  assert_int_equal(old, 106);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_name_is_found),
      cmocka_unit_test(other_names_are_not_found),
      cmocka_unit_test(old_names_mean_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
