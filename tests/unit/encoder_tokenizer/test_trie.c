/* Strings by their beginnings. */
#include <stdlib.h>
#include <string.h>

#include "encoder_tokenizer/trie.h"
#include "unit/support.h"

static Trie make(const char *const *strings, size_t count) {
  Trie trie;
  TrieEntry *entries = allocate(count, sizeof *entries);
  for (size_t i = 0; i < count; i++) entries[i] = (TrieEntry){strings[i], (uint32_t)strlen(strings[i]), (uint32_t)i};
  assert_true(trie_build(&trie, entries, count));
  free(entries);
  return trie;
}

static uint32_t value(const Trie *t, const char *string) {
  uint32_t node = trie_find(t, string, strlen(string));
  return node == TRIE_NONE ? TRIE_NONE : t->value[node];
}

TEST(each_string_is_found) {
  const char *const strings[] = {"the", "then", "a", "\xe4\xb8\xad", "th", "\xff", "b", "azure"};
  Trie t = make(strings, COUNT(strings));
  for (size_t i = 0; i < COUNT(strings); i++) assert_int_equal(value(&t, strings[i]), i);
  const char *const others[] = {"", "t", "thex", "az", "c", "\xe4", "\xe4\xb8\xae", "thenn"};
  for (size_t i = 0; i < COUNT(others); i++) assert_int_equal(value(&t, others[i]), TRIE_NONE);
  trie_free(&t);
}

TEST(a_node_for_each_beginning) {
  const char *const strings[] = {"abc", "abd", "b"};
  Trie t = make(strings, COUNT(strings));
  assert_int_equal(t.nodes, 6);
  assert_int_equal(trie_child(&t, 0, 'c'), 0);
  uint32_t b = trie_child(&t, trie_child(&t, 0, 'a'), 'b');
  assert_int_equal(t.first[b + 1] - t.first[b], 2);
  trie_free(&t);
}

TEST(the_empty_string) {
  const char *const strings[] = {"", "x"};
  Trie t = make(strings, COUNT(strings));
  assert_int_equal(value(&t, ""), 0);
  trie_free(&t);
}

TEST(of_the_same_strings_the_last_counts) {
  const char *const strings[] = {"x", "y", "x"};
  Trie t = make(strings, COUNT(strings));
  assert_int_equal(value(&t, "x"), 2);
  trie_free(&t);
}

TEST(no_string) {
  Trie t = make(NULL, 0);
  assert_int_equal(t.nodes, 1);
  assert_int_equal(value(&t, "x"), TRIE_NONE);
  trie_free(&t);
  trie_free(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_string_is_found),
      cmocka_unit_test(a_node_for_each_beginning),
      cmocka_unit_test(the_empty_string),
      cmocka_unit_test(of_the_same_strings_the_last_counts),
      cmocka_unit_test(no_string),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
