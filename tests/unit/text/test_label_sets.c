/* Sets of labels: each kept once. */
#include "text/label_sets.h"
#include "unit/support.h"

static LabelSet set_of(const uint32_t *labels, size_t count) { return (LabelSet){labels, count}; }

static uint32_t add(LabelSets *sets, const uint32_t *labels, size_t count) {
  return label_sets_add(sets, set_of(labels, count));
}

TEST(equal_sets_have_one_number) {
  LabelSets sets = {0};
  const uint32_t a[] = {1, 7}, b[] = {7, 1}, large[] = {1u << 20, UINT32_MAX - 1};
  assert_int_equal(add(&sets, a, 2), 0);
  assert_int_equal(add(&sets, NULL, 0), 1);
  assert_int_equal(add(&sets, b, 2), 2);
  assert_int_equal(add(&sets, large, 2), 3);
  assert_int_equal(add(&sets, a, 2), 0);
  assert_int_equal(add(&sets, NULL, 0), 1);
  assert_int_equal(label_sets_count(&sets), 4);
  assert_int_equal(label_sets_get(&sets, 1).count, 0);
  assert_int_equal(label_sets_get(&sets, 3).count, 2);
  assert_memory_equal(label_sets_get(&sets, 3).labels, large, sizeof large);
  label_sets_free(&sets);
}

TEST(a_set_knows_its_labels) {
  const uint32_t labels[] = {3, 5};
  assert_true(label_set_has(set_of(labels, 2), 5));
  assert_false(label_set_has(set_of(labels, 2), 4));
  assert_false(label_set_has(set_of(NULL, 0), 0));
}

TEST(lists_are_sorted_without_duplicates) {
  LabelList list = {0};
  const uint32_t given[] = {5, 2, 5, 9, 2, 2}, expected[] = {2, 5, 9};
  label_list_normalise(&list);
  assert_int_equal(list.count, 0);
  for (size_t i = 0; i < COUNT(given); i++) assert_true(label_list_add(&list, given[i]));
  label_list_normalise(&list);
  assert_int_equal(list.count, 3);
  assert_memory_equal(list.labels, expected, sizeof expected);
  label_list_free(&list);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_sets_have_one_number),
      cmocka_unit_test(a_set_knows_its_labels),
      cmocka_unit_test(lists_are_sorted_without_duplicates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
