/* Floats of 16 bits: all of them, and what rounds to each. */
#include <math.h>
#include <string.h>

#include "base/half.h"
#include "unit/support.h"

enum { HALVES = 1 << 16, SIGN = 0x8000, HALF_INFINITY = 0x7C00 };

/* IEEE 754: (-1)^sign 2^(exponent - 15) (1 + mantissa / 1024); without the 1 below 2^-14. */
static double value_of(unsigned half) {
  unsigned exponent = half >> 10 & 31, mantissa = half & 1023;
  double size = exponent ? ldexp(1.0 + mantissa / 1024.0, (int)exponent - 15) : ldexp(mantissa, -24);
  if (exponent == 31) size = mantissa ? NAN : INFINITY;
  return half & SIGN ? -size : size;
}

TEST(a_half_is_the_number_of_the_standard) {
  for (unsigned h = 0; h < HALVES; h++) {
    float value = half_to_float((uint16_t)h);
    if (isnan(value_of(h))) {
      assert_true(isnan(value));
    } else {
      assert_true((double)value == value_of(h));
      assert_int_equal(signbit(value) != 0, h >= SIGN);
    }
  }
}

TEST(every_half_comes_back) {
  for (unsigned h = 0; h < HALVES; h++) {
    uint16_t again = half_from_float(half_to_float((uint16_t)h));
    if (isnan(value_of(h)))
      assert_true(isnan(value_of(again)) && (again & SIGN) == (h & SIGN));
    else
      assert_int_equal(again, h);
  }
}

static void check_rounds(float value, unsigned expected) {
  assert_int_equal(half_from_float(value), expected);
  assert_int_equal(half_from_float(-value), expected | SIGN);
}

/* Between a half and the next one the middle goes to the even one, all else to the nearer. Beyond the largest
** comes what would be the next.
*/
TEST(what_lies_between_goes_to_the_nearer_half) {
  for (unsigned h = 0; h < HALF_INFINITY; h++) {
    double next = h + 1 < HALF_INFINITY ? value_of(h + 1) : 65536.0;
    float middle = (float)((value_of(h) + next) / 2.0);
    check_rounds(middle, h + (h & 1));
    check_rounds(nextafterf(middle, 0.0f), h);
    check_rounds(nextafterf(middle, INFINITY), h + 1);
  }
}

TEST(what_is_too_large_is_infinite) {
  const float large[] = {65520.0f, 65536.0f, 1e10f, 3.4e38f, INFINITY};
  for (size_t i = 0; i < COUNT(large); i++) check_rounds(large[i], HALF_INFINITY);
}

TEST(what_is_too_small_is_zero) {
  const float small[] = {0.0f, 0x1p-149f, 0x1p-126f, 0x1p-26f, 0x1p-25f};
  for (size_t i = 0; i < COUNT(small); i++) check_rounds(small[i], 0);
}

/* Also those whose bits that differ from an infinite number are all lost. */
TEST(no_number_stays_none) {
  const uint32_t none[] = {0x7F800001, 0x7FC00000, 0x7FFFFFFF, 0xFF800001, 0xFFFFFFFF};
  for (size_t i = 0; i < COUNT(none); i++) {
    float value;
    memcpy(&value, &none[i], sizeof value);
    assert_true(isnan(value_of(half_from_float(value))));
  }
}

TEST(bf16_is_the_upper_half_of_a_float) {
  for (unsigned h = 0; h < HALVES; h++) {
    uint32_t bits = (uint32_t)h << 16;
    float expected, value = bf16_to_float((uint16_t)h);
    memcpy(&expected, &bits, sizeof expected);
    if (isnan(expected))
      assert_true(isnan(value));
    else
      assert_memory_equal(&value, &expected, sizeof value);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_half_is_the_number_of_the_standard),
      cmocka_unit_test(every_half_comes_back),
      cmocka_unit_test(what_lies_between_goes_to_the_nearer_half),
      cmocka_unit_test(what_is_too_large_is_infinite),
      cmocka_unit_test(what_is_too_small_is_zero),
      cmocka_unit_test(no_number_stays_none),
      cmocka_unit_test(bf16_is_the_upper_half_of_a_float),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
