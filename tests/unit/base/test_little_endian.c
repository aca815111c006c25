/* Numbers in files: the same bytes on every processor. */
#include "base/little_endian.h"
#include "unit/support.h"

static const uint8_t BYTES[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0xF8};

TEST(the_lowest_byte_of_a_number_comes_first) {
  assert_int_equal(little_endian_number(BYTES, 0), 0);
  assert_int_equal(little_endian_number(BYTES, 1), 0x01);
  assert_int_equal(little_endian_number(BYTES, 2), 0x0201);
  assert_int_equal(little_endian_number(BYTES, 3), 0x030201);
  assert_int_equal(little_endian_number(BYTES, 4), 0x04030201);
  assert_true(little_endian_number(BYTES, 8) == 0xF807060504030201u);
}

TEST(numbers_are_copied_from_a_file) {
  uint16_t two[4];
  uint32_t four[2];
  float one;
  little_endian_copy(two, BYTES, 4, sizeof *two);
  little_endian_copy(four, BYTES, 2, sizeof *four);
  little_endian_copy(&one, (uint8_t[]){0, 0, 0x80, 0x3F}, 1, sizeof one);
  assert_int_equal(two[0], 0x0201);
  assert_int_equal(two[3], 0xF807);
  assert_int_equal(four[0], 0x04030201);
  assert_int_equal(four[1], 0xF8070605);
  assert_true(one == 1.0f);
}

TEST(numbers_are_copied_to_a_file) {
  uint8_t bytes[sizeof BYTES];
  for (size_t width = 1; width <= 8; width *= 2) {
    uint64_t number[8];
    little_endian_copy(number, BYTES, sizeof BYTES / width, width);
    little_endian_copy(bytes, number, sizeof BYTES / width, width);
    assert_memory_equal(bytes, BYTES, sizeof BYTES);
  }
  little_endian_copy(bytes, (uint64_t[]){0xF807060504030201u}, 1, 8);
  assert_memory_equal(bytes, BYTES, sizeof BYTES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_lowest_byte_of_a_number_comes_first),
      cmocka_unit_test(numbers_are_copied_from_a_file),
      cmocka_unit_test(numbers_are_copied_to_a_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
