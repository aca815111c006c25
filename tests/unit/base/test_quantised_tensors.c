/* Tensors that a file has as codes: read as floats, and each part that may be missing or wrong. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/quantisation.h"
#include "unit/no_memory.h"

/* A part of a file: what a writer is told of it. */
typedef struct Part {
  const char *name;
  Dtype dtype;
  size_t shape[2], rank;
  const void *data;
} Part;

enum { ROWS = 5, COLUMNS = 7, NUMBERS = ROWS * COLUMNS, PARTS = 3 };

static const uint32_t SHAPE[] = {ROWS, COLUMNS};
static const uint16_t SCALES[] = {0x3C00, 0x3800}; /* 1 and 1/2 */
static const uint8_t CODES[NUMBERS] = {1, 2, 3, 255, 0, 127, 129};

static const Part GOOD[PARTS] = {{"t.codes", DTYPE_I8, {NUMBERS}, 1, CODES},
                                 {"t.scales", DTYPE_F16, {2}, 1, SCALES},
                                 {"t.shape", DTYPE_U32, {2}, 1, SHAPE}};

static Reference file_of(const Part *parts, size_t count) {
  SafeTensorsWriter writer = {0};
  for (size_t i = 0; i < count; i++)
    safetensors_write_tensor(&writer, parts[i].name, parts[i].dtype, parts[i].shape, parts[i].rank, parts[i].data);
  return end_file(&writer);
}

static void check_refused(const Part *parts, size_t count, const char *sentence) {
  Reference file = file_of(parts, count);
  assert_invalid(safetensors_unpack(&file.tensors, file.bytes, &error), sentence);
  assert_int_equal(file.tensors.count, 0);
  assert_null(safetensors_find(&file.tensors, "t"));
  reference_close(&file);
}

/* The good file with another part in the place of one. */
static void check_part_refused(size_t which, Part part, const char *sentence) {
  Part parts[PARTS];
  memcpy(parts, GOOD, sizeof parts);
  parts[which] = part;
  check_refused(parts, PARTS, sentence);
}

/* ---- what is read ---------------------------------------------------------------------- */

static const TensorView *unpacked(Reference *file, const char *name) {
  assert_ok(safetensors_unpack(&file->tensors, file->bytes, &error));
  return safetensors_find(&file->tensors, name);
}

TEST(codes_are_read_as_floats) {
  Reference file = file_of(GOOD, PARTS);
  float numbers[NUMBERS];
  const TensorView *found, *view = unpacked(&file, "t");
  assert_ok(safetensors_require(&file.tensors, "t", DTYPE_F32, (size_t[]){TENSOR_ANY, COLUMNS}, 2, &found, &error));
  assert_ptr_equal(found, view);
  assert_int_equal(safetensors_count(view), NUMBERS);
  safetensors_copy(&file.tensors, file.bytes, view, NUMBERS, numbers);
  for (size_t i = 0; i < NUMBERS; i++) assert_true(numbers[i] == (i < 32 ? 1.0f : 0.5f) * (float)(int8_t)CODES[i]);
  assert_invalid(safetensors_require(&file.tensors, "t", DTYPE_F32, (size_t[]){4, 7}, 2, &found, &error),
                 "tensor 't' is F32 [5][7], expected F32 [4][7]");
  assert_invalid(safetensors_require(&file.tensors, "t", DTYPE_U32, (size_t[]){5, 7}, 2, &found, &error),
                 "tensor 't' is F32 [5][7], expected U32 [5][7]");
  reference_close(&file);
}

/* Two in a byte, the last one alone; only some of the numbers are wanted. */
TEST(codes_of_4_bits_are_read) {
  enum { COUNT_OF_4 = 37 };
  uint8_t codes[(COUNT_OF_4 + 1) / 2];
  float numbers[COUNT_OF_4];
  for (size_t i = 0; i < COUNT(codes); i++) codes[i] = (uint8_t)((i * 2 + 1) % 15 + 1 + ((i * 2 + 2) % 15 + 1) * 16);
  const Part parts[] = {{"t.shape", DTYPE_U32, {1}, 1, (uint32_t[]){COUNT_OF_4}},
                        {"t.codes", DTYPE_U8, {COUNT(codes)}, 1, codes},
                        {"t.scales", DTYPE_F16, {2}, 1, SCALES}};
  Reference file = file_of(parts, PARTS);
  const TensorView *view = unpacked(&file, "t");
  for (size_t some = 0; some <= COUNT_OF_4; some++) {
    numbers[some < COUNT_OF_4 ? some : 0] = 99.0f;
    safetensors_copy(&file.tensors, file.bytes, view, some, numbers);
    for (size_t i = 0; i < some; i++)
      assert_true(numbers[i] == (i < 32 ? 1.0f : 0.5f) * ((float)((i + 1) % 15) - 7.0f));
    if (some < COUNT_OF_4) assert_true(numbers[some] == 99.0f);
  }
  reference_close(&file);
}

TEST(a_tensor_without_numbers) {
  const Part parts[] = {{"t.codes", DTYPE_U8, {0}, 1, NULL},
                        {"t.scales", DTYPE_F16, {0}, 1, NULL},
                        {"t.shape", DTYPE_U32, {2}, 1, (uint32_t[]){0, 9}}};
  Reference file = file_of(parts, PARTS);
  const TensorView *view = unpacked(&file, "t");
  assert_int_equal(view->rank, 2);
  assert_int_equal(safetensors_count(view), 0);
  reference_close(&file);
}

/* Without dimensions it is one number. */
TEST(a_tensor_that_is_one_number) {
  const Part parts[] = {{"t.codes", DTYPE_I8, {1}, 1, (uint8_t[]){3}},
                        {"t.scales", DTYPE_F16, {1}, 1, SCALES},
                        {"t.shape", DTYPE_U32, {0}, 1, NULL}};
  Reference file = file_of(parts, PARTS);
  float number;
  safetensors_copy(&file.tensors, file.bytes, unpacked(&file, "t"), 1, &number);
  assert_true(number == 3.0f);
  reference_close(&file);
}

/* Names that are too long, or are all suffix, or end within, are tensors like any other. */
TEST(other_names_are_left_alone) {
  char longest[65] = "", too_long[80] = "";
  memset(longest, 'n', 57);
  strcpy(longest + 57, ".codes");
  memset(too_long, 'n', 58);
  strcpy(too_long + 58, ".codes");
  const Part parts[] = {{".codes", DTYPE_U8, {1}, 1, CODES},         {too_long, DTYPE_U8, {1}, 1, CODES},
                        {"t.codes2", DTYPE_F32, {0}, 1, NULL},       {"codes", DTYPE_F32, {0}, 1, NULL},
                        {"t.scales", DTYPE_F32, {0}, 1, NULL}};
  Reference file = file_of(parts, COUNT(parts));
  assert_ok(safetensors_unpack(&file.tensors, file.bytes, &error));
  assert_int_equal(file.tensors.count, COUNT(parts));
  reference_close(&file);
  check_refused(&(Part){longest, DTYPE_U8, {1}, 1, CODES}, 1, "n.shape' is missing, expected U32 [n]");
}

/* ---- what is refused ------------------------------------------------------------------------ */

TEST(a_part_that_is_missing) {
  check_refused(GOOD, 1, "tensor 't.shape' is missing, expected U32 [n]");
  check_refused(GOOD, 2, "tensor 't.shape' is missing, expected U32 [n]");
  check_refused((Part[]){GOOD[0], GOOD[2]}, 2, "tensor 't.scales' is missing, expected F16 [2]");
}

TEST(codes_of_another_type_or_size) {
  check_part_refused(0, (Part){"t.codes", DTYPE_F16, {1}, 1, SCALES},
                     "tensor 't.codes' is F16 [1], expected I8 [n] or U8 [n]");
  check_part_refused(0, (Part){"t.codes", DTYPE_I8, {5, 7}, 2, CODES},
                     "tensor 't.codes' is I8 [5][7], expected I8 [n] or U8");
  check_part_refused(0, (Part){"t.codes", DTYPE_I8, {34}, 1, CODES},
                     "tensor 't.codes' has 34 bytes, expected 35 codes of 8 bits");
  check_part_refused(0, (Part){"t.codes", DTYPE_U8, {35}, 1, CODES},
                     "tensor 't.codes' has 35 bytes, expected 35 codes of 4 bits");
  check_part_refused(0, (Part){"t.codes", DTYPE_U8, {17}, 1, CODES}, "has 17 bytes, expected 35 codes of 4 bits");
}

TEST(scales_of_another_type_or_size) {
  const float floats[] = {1.0f, 2.0f, 3.0f};
  check_part_refused(1, (Part){"t.scales", DTYPE_F32, {2}, 1, floats},
                     "tensor 't.scales' is F32 [2], expected F16 [2]");
  check_part_refused(1, (Part){"t.scales", DTYPE_BF16, {2}, 1, floats},
                     "tensor 't.scales' is BF16 [2], expected F16 [2]");
  check_part_refused(1, (Part){"t.scales", DTYPE_F16, {3}, 1, floats},
                     "tensor 't.scales' is F16 [3], expected F16 [2]");
  check_part_refused(1, (Part){"t.scales", DTYPE_F16, {1, 2}, 2, floats}, "is F16 [1][2], expected F16 [2]");
}

/* Halves of integers are read as U32 elsewhere; dimensions must be as they are. */
TEST(dimensions_of_another_type_or_size) {
  check_part_refused(2, (Part){"t.shape", DTYPE_I32, {2}, 1, SHAPE}, "tensor 't.shape' is I32 [2], expected U32 [2]");
  check_part_refused(2, (Part){"t.shape", DTYPE_U16, {2}, 1, SHAPE}, "the shape of 't.codes' is U16, expected U32");
  check_part_refused(2, (Part){"t.shape", DTYPE_U32, {2, 1}, 2, SHAPE}, "is U32 [2][1], expected U32 [n]");
  check_part_refused(2, (Part){"t.shape", DTYPE_U32, {1}, 1, SHAPE}, "has 35 bytes, expected 5 codes of 8 bits");
  check_part_refused(2, (Part){"t.shape", DTYPE_U32, {5}, 1, (uint32_t[]){5, 7, 1, 1, 1}},
                     "the tensor of 't.codes' has 5 dimensions, expected at most 4");
}

/* 641 times 6700417 is 2^32 + 1: with 4294967295 rows there are 2^64 - 1 numbers, and one more is none. */
TEST(dimensions_whose_product_overflows) {
  const Part none[] = {{"t.codes", DTYPE_U8, {0}, 1, NULL}, {"t.scales", DTYPE_F16, {0}, 1, NULL}, GOOD[2]};
  static const uint32_t shapes[][4] = {{UINT32_MAX, 641, 6700417, 1}, {65536, 65536, 65536, 65536},
                                       {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}, {1u << 31, 1u << 31, 4, 1}};
  for (size_t i = 0; i < COUNT(shapes); i++) {
    Part parts[PARTS];
    memcpy(parts, none, sizeof parts);
    parts[2] = (Part){"t.shape", DTYPE_U32, {4}, 1, shapes[i]};
    check_refused(parts, PARTS, "tensor 't.codes' ");
  }
}

TEST(codes_and_floats_of_one_tensor) {
  const Part parts[] = {GOOD[0], GOOD[1], GOOD[2], {"t", DTYPE_F32, {0}, 1, NULL}};
  check_refused(parts, COUNT(parts), "there is tensor 't.codes', and its tensor as floats too");
}

/* The first one was good. */
TEST(the_second_tensor_is_looked_at_too) {
  const Part parts[] = {GOOD[0], GOOD[1], GOOD[2], {"u.codes", DTYPE_I8, {1}, 1, CODES}};
  check_refused(parts, COUNT(parts), "tensor 'u.shape' is missing");
}

/* ---- integers of two bytes --------------------------------------------------------------------- */

TEST(small_integers_are_read_as_large_ones) {
  const uint16_t small[] = {0, 1, 65535};
  const Part parts[] = {{"b", DTYPE_U8, {1}, 1, CODES}, {"i", DTYPE_U16, {3}, 1, small}};
  Reference file = file_of(parts, 2);
  const TensorView *view;
  uint32_t integers[3];
  assert_ok(safetensors_require(&file.tensors, "i", DTYPE_U32, (size_t[]){3}, 1, &view, &error));
  safetensors_copy(&file.tensors, file.bytes, view, 3, integers);
  for (size_t i = 0; i < 3; i++) assert_int_equal(integers[i], small[i]);
  assert_invalid(safetensors_require(&file.tensors, "i", DTYPE_I32, (size_t[]){3}, 1, &view, &error),
                 "tensor 'i' is U16 [3], expected I32 [3]");
  assert_invalid(safetensors_require(&file.tensors, "i", DTYPE_F32, (size_t[]){3}, 1, &view, &error),
                 "tensor 'i' is U16 [3], expected F32");
  reference_close(&file);
}

/* ---- damage ------------------------------------------------------------------------------------- */

/* What is unpacked lies in the file. The copy is of just that size, for the sanitizers. */
TEST(any_byte_may_be_anything) {
  Reference file = file_of(GOOD, PARTS);
  for (size_t at = 0; at < file.size; at++) {
    uint8_t before = file.bytes[at];
    for (unsigned change = 1; change < 256; change++) {
      SafeTensors st;
      file.bytes[at] = (uint8_t)(before ^ change);
      Status status = safetensors_read(file.bytes, file.size, file.size, &st, &error);
      if (!status) status = safetensors_unpack(&st, file.bytes, &error);
      const TensorView *view = status ? NULL : safetensors_find(&st, "t");
      if (view) {
        size_t count = safetensors_count(view);
        float *numbers = allocate(count + 1, sizeof *numbers);
        assert_true(count <= 2 * file.size);
        safetensors_copy(&st, file.bytes, view, count, numbers);
        free(numbers);
      }
      safetensors_free(&st);
    }
    file.bytes[at] = before;
  }
  reference_close(&file);
}

static Status read_and_unpack(void *context) {
  const Reference *file = context;
  SafeTensors st;
  Status status = safetensors_read(file->bytes, file->size, file->size, &st, &error);
  if (!status) status = safetensors_unpack(&st, file->bytes, &error);
  safetensors_free(&st);
  return status;
}

/* So many tensors that the lists grow. */
TEST(each_allocation_may_fail) {
  SafeTensorsWriter writer = {0};
  const float numbers[NUMBERS] = {0};
  for (char name[] = "a"; *name < 'n'; ++*name)
    safetensors_write_quantised(&writer, name, 8, (size_t[]){NUMBERS}, 1, numbers);
  Reference file = end_file(&writer);
  fail_each(read_and_unpack, &file);
  reference_close(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(codes_are_read_as_floats),
      cmocka_unit_test(codes_of_4_bits_are_read),
      cmocka_unit_test(a_tensor_without_numbers),
      cmocka_unit_test(a_tensor_that_is_one_number),
      cmocka_unit_test(other_names_are_left_alone),
      cmocka_unit_test(a_part_that_is_missing),
      cmocka_unit_test(codes_of_another_type_or_size),
      cmocka_unit_test(scales_of_another_type_or_size),
      cmocka_unit_test(dimensions_of_another_type_or_size),
      cmocka_unit_test(dimensions_whose_product_overflows),
      cmocka_unit_test(codes_and_floats_of_one_tensor),
      cmocka_unit_test(the_second_tensor_is_looked_at_too),
      cmocka_unit_test(small_integers_are_read_as_large_ones),
      cmocka_unit_test(any_byte_may_be_anything),
      cmocka_unit_test(each_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
