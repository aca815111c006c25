/* Long lists are sorted as qsort() sorts them, and their sort can be stopped. */
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "unit/support.h"

enum { SOME = SORT_PIECE, MANY = 5 * SORT_PIECE + 3 };

typedef struct Entry {
  uint32_t key, place; /* where it was before */
  uint8_t more;
} Entry;

static int by_key(const void *a, const void *b) {
  const Entry *x = a, *y = b;
  return (x->key > y->key) - (x->key < y->key);
}

static Entry *make_entries(size_t count, uint32_t keys) {
  Entry *list = calloc(count + 1, sizeof *list);
  Random random = random_stream(1, 0, 0);
  assert_non_null(list);
  for (size_t i = 0; i < count; i++)
    list[i] = (Entry){(uint32_t)random_below(&random, keys), (uint32_t)i, (uint8_t)(i % 251)};
  return list;
}

static void check_sorted(const Entry *list, size_t count, const Entry *before) {
  for (size_t i = 0; i < count; i++) {
    assert_memory_equal(&list[i], &before[list[i].place], sizeof *list);
    if (i) assert_true(list[i - 1].key <= list[i].key);
  }
}

TEST(lists_of_any_length_are_sorted) {
  const size_t counts[] = {0, 1, 2, SOME - 1, SOME, SOME + 1, 2 * SOME, 2 * SOME + 1, 3 * SOME, MANY};
  const uint32_t keys[] = {1, 7, 1u << 31};
  for (size_t c = 0; c < COUNT(counts); c++) {
    for (size_t k = 0; k < COUNT(keys); k++) {
      Entry *list = make_entries(counts[c], keys[k]), *before = make_entries(counts[c], keys[k]);
      assert_ok(sort_list(list, counts[c], sizeof *list, by_key, (Poll){0}, &error));
      check_sorted(list, counts[c], before);
      free(list);
      free(before);
    }
  }
}

TEST(a_list_that_is_missing_is_empty) {
  assert_ok(sort_list(NULL, 0, sizeof(Entry), by_key, (Poll){0}, &error));
}

/* After each piece, and in each of three rounds of merging: how often depends on the number of elements alone. */
TEST(a_long_sort_asks_often) {
  Stop asked = {.after = SIZE_MAX};
  Entry *list = make_entries(MANY, 1u << 31);
  assert_ok(sort_list(list, MANY, sizeof *list, by_key, (Poll){stop_later, &asked}, &error));
  assert_true(asked.asked >= 4 * (MANY / SORT_PIECE));
  free(list);
}

TEST(it_ends_whenever_the_poll_says_stop) {
  Stop all = {.after = SIZE_MAX};
  Entry *list = make_entries(MANY, 1u << 31);
  assert_ok(sort_list(list, MANY, sizeof *list, by_key, (Poll){stop_later, &all}, &error));
  free(list);
  for (size_t most = 0; most < all.asked; most++) {
    Stop asked = {.after = most};
    list = make_entries(MANY, 1u << 31);
    assert_status(sort_list(list, MANY, sizeof *list, by_key, (Poll){stop_later, &asked}, &error), STATUS_INTERRUPTED);
    assert_int_equal(asked.asked, most + 1);
    free(list);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lists_of_any_length_are_sorted),
      cmocka_unit_test(a_list_that_is_missing_is_empty),
      cmocka_unit_test(a_long_sort_asks_often),
      cmocka_unit_test(it_ends_whenever_the_poll_says_stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
