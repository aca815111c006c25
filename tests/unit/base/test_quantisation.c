/* Numbers as small integers: how far off they are, and how they are packed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/quantisation.h"
#include "unit/support.h"

enum { BLOCK = QUANTISATION_BLOCK, MOST = 3 * BLOCK + 2 };

static const unsigned BITS[] = {4, 8};

typedef struct Quantised {
  uint8_t *codes; /* of just that size */
  uint16_t *scales;
  float *numbers; /* what they are again */
} Quantised;

static Quantised quantise_all(unsigned bits, const float *numbers, size_t count) {
  Quantised q = {allocate(quantisation_bytes(bits, count) + !count, 1),
                 allocate(quantisation_scales(count) + !count, sizeof *q.scales),
                 allocate(count + !count, sizeof *q.numbers)};
  quantise(bits, numbers, count, q.codes, q.scales);
  dequantise(bits, q.codes, q.scales, count, q.numbers);
  return q;
}

static void quantised_free(Quantised *q) {
  free(q->codes);
  free(q->scales);
  free(q->numbers);
}

/* Read as the header says, one by one. */
static int code_at(const Quantised *q, unsigned bits, size_t i) {
  if (bits == 8) return (int8_t)q->codes[i];
  return (q->codes[i / 2] >> (i % 2 ? 4 : 0) & 15) - 8;
}

/* Checks formula, range and error of each number. A scale is rounded to an F16, and a quotient to a float. */
static void check_quantised(unsigned bits, const float *numbers, size_t count) {
  Quantised q = quantise_all(bits, numbers, count), again = quantise_all(bits, q.numbers, count);
  int most = bits == 8 ? 127 : 7;
  for (size_t i = 0; i < count; i++) {
    float scale = half_to_float(q.scales[i / BLOCK]);
    assert_true(abs(code_at(&q, bits, i)) <= most);
    assert_true(q.numbers[i] == scale * (float)code_at(&q, bits, i));
    assert_true(fabs((double)numbers[i] - (double)q.numbers[i]) <= 0.5 * (1.0 + 1e-4) * (double)scale);
  }
  assert_memory_equal(again.numbers, q.numbers, count * sizeof *q.numbers);
  assert_memory_equal(again.codes, q.codes, quantisation_bytes(bits, count));
  assert_memory_equal(again.scales, q.scales, quantisation_scales(count) * sizeof *q.scales);
  quantised_free(&q);
  quantised_free(&again);
}

/* From those of which a scale has few digits to large ones; also blocks that are not full. */
TEST(a_number_is_off_by_half_a_scale_at_most) {
  float numbers[MOST];
  for (size_t b = 0; b < COUNT(BITS); b++) {
    for (size_t count = 1; count <= MOST; count++) {
      for (int power = -30; power <= 16; power++) {
        fill_normal(numbers, count, ldexpf(1.0f, power), count);
        check_quantised(BITS[b], numbers, count);
      }
    }
  }
}

TEST(one_large_number_is_not_cut) {
  float numbers[BLOCK] = {0};
  for (int i = 1; i < 2000; i++) {
    numbers[3] = -(float)i * 1.7e-6f;
    numbers[4] = 0.1f * numbers[3];
    for (size_t b = 0; b < COUNT(BITS); b++) check_quantised(BITS[b], numbers, BLOCK);
  }
}

TEST(zeros_stay_zeros) {
  const float zeros[MOST] = {0};
  for (size_t b = 0; b < COUNT(BITS); b++) {
    Quantised q = quantise_all(BITS[b], zeros, MOST);
    assert_memory_equal(q.numbers, zeros, sizeof zeros);
    quantised_free(&q);
  }
}

TEST(codes_are_packed_as_the_header_says) {
  const float numbers[] = {-7.0f, 7.0f, 0.0f, 1.0f, -1.4f};
  const uint8_t four[] = {0xF1, 0x98, 0x07}, eight[] = {129, 127, 0, 18, 231};
  Quantised q = quantise_all(4, numbers, COUNT(numbers));
  assert_memory_equal(q.codes, four, sizeof four);
  assert_int_equal(q.scales[0], 0x3C00); /* 1 */
  quantised_free(&q);
  q = quantise_all(8, numbers, COUNT(numbers)); /* -1.4 / (7 / 127) = -25.4 */
  assert_memory_equal(q.codes, eight, sizeof eight);
  assert_int_equal(q.scales[0], half_from_float(7.0f / 127.0f));
  quantised_free(&q);
}

/* A block does not see its neighbours. */
TEST(each_block_has_a_scale_of_its_own) {
  float numbers[MOST];
  for (size_t b = 0; b < COUNT(BITS); b++) {
    fill_normal(numbers, MOST, 1.0f, 1);
    for (size_t i = BLOCK; i < 2 * BLOCK; i++) numbers[i] *= 1000.0f;
    Quantised all = quantise_all(BITS[b], numbers, MOST);
    for (size_t at = 0; at < MOST; at += BLOCK) {
      size_t some = MOST - at < BLOCK ? MOST - at : BLOCK;
      Quantised alone = quantise_all(BITS[b], numbers + at, some);
      assert_memory_equal(alone.numbers, all.numbers + at, some * sizeof *numbers);
      quantised_free(&alone);
    }
    quantised_free(&all);
  }
}

TEST(sizes_do_not_overflow) {
  assert_int_equal(quantisation_bytes(8, 0), 0);
  assert_int_equal(quantisation_bytes(4, 0), 0);
  assert_int_equal(quantisation_bytes(4, 3), 2);
  assert_int_equal(quantisation_bytes(4, SIZE_MAX), SIZE_MAX / 2 + 1);
  assert_int_equal(quantisation_bytes(8, SIZE_MAX), SIZE_MAX);
  assert_int_equal(quantisation_scales(0), 0);
  assert_int_equal(quantisation_scales(BLOCK), 1);
  assert_int_equal(quantisation_scales(BLOCK + 1), 2);
  assert_int_equal(quantisation_scales(SIZE_MAX), SIZE_MAX / BLOCK + 1);
}

/* No code is out of range; the sanitizers look at the conversions. */
TEST(what_is_not_finite_has_codes_too) {
  const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f};
  for (size_t b = 0; b < COUNT(BITS); b++) {
    for (size_t i = 0; i < COUNT(odd); i++) {
      float numbers[BLOCK + 1];
      fill_normal(numbers, BLOCK + 1, 1.0f, i);
      float other = numbers[BLOCK];
      numbers[5] = odd[i];
      Quantised q = quantise_all(BITS[b], numbers, BLOCK + 1);
      for (size_t n = 0; n <= BLOCK; n++) assert_true(abs(code_at(&q, BITS[b], n)) <= (BITS[b] == 8 ? 127 : 7));
      if (!isnan(odd[i])) assert_true(isinf(q.numbers[5]) || isnan(q.numbers[5]));
      assert_near(q.numbers[BLOCK], other, 1e-3);
      quantised_free(&q);
    }
  }
}

TEST(rounding_gives_what_a_file_gives) {
  float numbers[MOST], rounded[MOST];
  for (size_t count = 0; count <= MOST; count++) {
    for (size_t b = 0; b < COUNT(BITS); b++) {
      fill_normal(numbers, count, 0.3f, count);
      memcpy(rounded, numbers, sizeof rounded);
      Quantised q = quantise_all(BITS[b], numbers, count);
      quantisation_round(BITS[b], rounded, count);
      if (count) assert_memory_equal(rounded, q.numbers, count * sizeof *rounded);
      quantised_free(&q);
    }
  }
  memcpy(rounded, numbers, sizeof rounded);
  quantisation_round(0, rounded, MOST);
  assert_memory_equal(rounded, numbers, sizeof rounded);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_number_is_off_by_half_a_scale_at_most),
      cmocka_unit_test(one_large_number_is_not_cut),
      cmocka_unit_test(zeros_stay_zeros),
      cmocka_unit_test(codes_are_packed_as_the_header_says),
      cmocka_unit_test(each_block_has_a_scale_of_its_own),
      cmocka_unit_test(sizes_do_not_overflow),
      cmocka_unit_test(what_is_not_finite_has_codes_too),
      cmocka_unit_test(rounding_gives_what_a_file_gives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
