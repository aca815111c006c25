/* Allocation: alignment, growth, and sizes that overflow. */
#include <stdlib.h>

#include "base/memory.h"
#include "unit/support.h"

TEST(floats_are_zero_and_aligned) {
  const size_t counts[] = {0, 1, 15, 16, 17, 1000};
  for (size_t i = 0; i < COUNT(counts); i++) {
    float *floats = memory_floats(counts[i]);
    assert_non_null(floats);
    assert_int_equal((uintptr_t)floats % 64, 0);
    for (size_t j = 0; j < counts[i]; j++) assert_true(floats[j] == 0.0f);
    free(floats);
  }
}

TEST(many_floats_are_cleared_in_pieces) {
  enum { PIECE = 1 << 20 };
  const size_t counts[] = {0, 1, PIECE, PIECE + 1, 3 * PIECE + 7};
  for (size_t i = 0; i < COUNT(counts); i++) {
    Stop asked = {.after = SIZE_MAX};
    float *floats = allocate(counts[i] + 1, sizeof *floats);
    for (size_t j = 0; j <= counts[i]; j++) floats[j] = 1.0f;
    assert_ok(memory_clear(floats, counts[i], (Poll){stop_later, &asked}, &error));
    for (size_t j = 0; j < counts[i]; j++) assert_true(floats[j] == 0.0f);
    assert_true(floats[counts[i]] == 1.0f);
    assert_true(asked.asked >= counts[i] / (PIECE + 1));
    Poll stop = {stop_later, &(Stop){.after = 0}};
    if (asked.asked) assert_status(memory_clear(floats, counts[i], stop, &error), STATUS_INTERRUPTED);
    free(floats);
  }
}

/* Large allocations are aligned to large pages and writable up to their end. */
TEST(any_size_is_aligned) {
  for (size_t count = 1; count < 10000000; count *= 7) {
    unsigned char *bytes = memory_aligned(count, 3);
    assert_non_null(bytes);
    assert_int_equal((uintptr_t)bytes % 64, 0);
    bytes[0] = bytes[3 * count - 1] = 1;
    free(bytes);
  }
}

/* volatile, since the compiler warns if it can see the size. */
TEST(sizes_that_overflow_are_refused) {
  volatile size_t huge = SIZE_MAX;
  uint32_t *array = NULL;
  size_t capacity = 0;
  assert_null(memory_floats(huge));
  assert_null(memory_floats(huge / sizeof(float)));
  assert_null(memory_aligned(huge / 2, 3));
  assert_false(memory_grow(&array, &capacity, huge / sizeof *array + 1, sizeof *array));
  assert_null(array);
  assert_int_equal(capacity, 0);
}

/* So is what is computed of them: products, sums, and blocks that are laid out. */
TEST(products_that_overflow_are_too_much) {
  volatile size_t huge = SIZE_MAX, half = (size_t)1 << (sizeof half * 4);
  size_t used = 0;
  assert_int_equal(memory_product(6, 7), 42);
  assert_int_equal(memory_product(huge, 0), 0);
  assert_int_equal(memory_product(0, huge), 0);
  assert_int_equal(memory_product(half, half), MEMORY_TOO_MUCH);
  assert_int_equal(memory_product(half + 1, half - 1), MEMORY_TOO_MUCH);
  assert_int_equal(memory_sum(MEMORY_TOO_MUCH, MEMORY_TOO_MUCH), MEMORY_TOO_MUCH);
  assert_int_equal(memory_sum(MEMORY_TOO_MUCH - 1, 1), MEMORY_TOO_MUCH);
  for (int i = 0; i < 5; i++) memory_take(NULL, &used, memory_product(half, half / 3));
  assert_int_equal(used, MEMORY_TOO_MUCH);
  assert_null(memory_floats(used));
  assert_null(memory_floats(used + used / 4));
}

TEST(growing_keeps_what_is_there) {
  uint32_t *array = NULL;
  size_t capacity = 0;
  for (uint32_t i = 0; i < 1000; i++) {
    assert_true(memory_grow(&array, &capacity, i + 1, sizeof *array));
    assert_true(capacity > i);
    array[i] = i;
  }
  for (uint32_t i = 0; i < 1000; i++) assert_int_equal(array[i], i);
  free(array);
}

TEST(growing_is_rare) {
  char *array = NULL;
  size_t capacity = 0, before = 0, times = 0;
  for (size_t i = 1; i <= 100000; i++) {
    assert_true(memory_grow(&array, &capacity, i, 1));
    times += capacity != before;
    before = capacity;
  }
  assert_in_range(times, 1, 30);
  free(array);
}

TEST(a_failed_growth_changes_nothing) {
  uint32_t *array = NULL;
  size_t capacity = 0;
  assert_true(memory_grow(&array, &capacity, 4, sizeof *array));
  uint32_t *before = array;
  size_t capacity_before = capacity;
  array[3] = 7;
  assert_false(memory_grow(&array, &capacity, SIZE_MAX / 2, sizeof *array));
  assert_ptr_equal(array, before);
  assert_int_equal(capacity, capacity_before);
  assert_int_equal(array[3], 7);
  free(array);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(floats_are_zero_and_aligned),
      cmocka_unit_test(many_floats_are_cleared_in_pieces),
      cmocka_unit_test(any_size_is_aligned),
      cmocka_unit_test(sizes_that_overflow_are_refused),
      cmocka_unit_test(products_that_overflow_are_too_much),
      cmocka_unit_test(growing_keeps_what_is_there),
      cmocka_unit_test(growing_is_rare),
      cmocka_unit_test(a_failed_growth_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
