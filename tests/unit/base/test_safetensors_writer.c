/* What the writer makes of tensors: their order, and numbers of fewer bits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/little_endian.h"
#include "base/quantisation.h"
#include "unit/no_memory.h"

static const TensorView *find(const Reference *file, const char *name) {
  const TensorView *view = safetensors_find(&file->tensors, name);
  if (!view) fail_msg("there is no tensor '%s'", name);
  return view;
}

static const uint8_t *data_of(const Reference *file, const char *name) {
  return file->bytes + file->tensors.header_end + find(file, name)->begin;
}

/* ---- the order ------------------------------------------------------------------------------ */

/* In the order of the calls among tensors of one width. The metadata and names have odd lengths. */
TEST(wide_numbers_come_first) {
  static const struct {
    const char *name;
    Dtype dtype;
    size_t count, begin;
  } TENSORS[] = {{"a", DTYPE_U8, 3, 30},   {"bb", DTYPE_F16, 3, 20}, {"c", DTYPE_F32, 2, 0}, {"ddd", DTYPE_I8, 5, 33},
                 {"e", DTYPE_U32, 3, 8},   {"f", DTYPE_U16, 1, 26},  {"g", DTYPE_F32, 0, 20}, {"h", DTYPE_BF16, 1, 28}};
  uint8_t data[COUNT(TENSORS)][16];
  SafeTensorsWriter writer = {0};
  safetensors_write_metadata(&writer, "k", "12345");
  for (size_t i = 0; i < COUNT(TENSORS); i++) {
    memset(data[i], (int)i + 1, sizeof data[i]);
    safetensors_write_tensor(&writer, TENSORS[i].name, TENSORS[i].dtype, &TENSORS[i].count, 1, data[i]);
  }
  Reference file = end_file(&writer);
  assert_int_equal(file.tensors.header_end % 8, 0);
  for (size_t i = 0; i < COUNT(TENSORS); i++) {
    const TensorView *view = find(&file, TENSORS[i].name);
    assert_int_equal(view->begin, TENSORS[i].begin);
    assert_int_equal(view->begin % dtype_bytes(view->dtype), 0);
    assert_memory_equal(data_of(&file, TENSORS[i].name), data[i], view->end - view->begin);
  }
  reference_close(&file);
}

/* ---- fewer bits ---------------------------------------------------------------------------------- */

enum { ROWS = 9, COLUMNS = 5, NUMBERS = ROWS * COLUMNS };
static const size_t SHAPE[] = {ROWS, COLUMNS};

TEST(quantised_tensors_are_read_as_they_were_rounded) {
  for (unsigned bits = 0; bits <= 8; bits += 4) {
    float numbers[NUMBERS], read[NUMBERS];
    const TensorView *view;
    SafeTensorsWriter writer = {0};
    fill_normal(numbers, NUMBERS, 1.0f, bits);
    safetensors_write_tensor(&writer, "before", DTYPE_U8, (size_t[]){1}, 1, "x");
    safetensors_write_quantised(&writer, "t", bits, SHAPE, 2, numbers);
    Reference file = end_file(&writer);
    assert_int_equal(file.tensors.count, bits ? 4 : 2);
    assert_ok(safetensors_unpack(&file.tensors, file.bytes, &error));
    assert_ok(safetensors_require(&file.tensors, "t", DTYPE_F32, SHAPE, 2, &view, &error));
    safetensors_copy(&file.tensors, file.bytes, view, NUMBERS, read);
    quantisation_round(bits, numbers, NUMBERS);
    assert_memory_equal(read, numbers, sizeof read);
    reference_close(&file);
  }
}

TEST(quantised_tensors_have_three_parts) {
  const float numbers[NUMBERS] = {7.0f, -7.0f};
  for (unsigned bits = 4; bits <= 8; bits += 4) {
    SafeTensorsWriter writer = {0};
    safetensors_write_quantised(&writer, "t", bits, SHAPE, 2, numbers);
    Reference file = end_file(&writer);
    assert_int_equal(find(&file, "t.codes")->dtype, bits == 8 ? DTYPE_I8 : DTYPE_U8);
    assert_int_equal(find(&file, "t.codes")->shape[0], bits == 8 ? NUMBERS : NUMBERS / 2 + 1);
    assert_int_equal(find(&file, "t.scales")->dtype, DTYPE_F16);
    assert_int_equal(find(&file, "t.scales")->shape[0], 2);
    assert_int_equal(find(&file, "t.shape")->dtype, DTYPE_U32);
    assert_memory_equal(data_of(&file, "t.shape"), ((uint8_t[]){ROWS, 0, 0, 0, COLUMNS, 0, 0, 0}), 8);
    reference_close(&file);
  }
}

TEST(halves_are_rounded) {
  const float numbers[] = {1.0f, 0.1f, -65504.0f, 1e-9f};
  SafeTensorsWriter writer = {0};
  safetensors_write_halves(&writer, "t", COUNT(numbers), numbers);
  safetensors_write_halves(&writer, "empty", 0, NULL);
  Reference file = end_file(&writer);
  assert_int_equal(find(&file, "t")->dtype, DTYPE_F16);
  assert_int_equal(find(&file, "empty")->shape[0], 0);
  for (size_t i = 0; i < COUNT(numbers); i++)
    assert_int_equal(little_endian_number(data_of(&file, "t") + 2 * i, 2), half_from_float(numbers[i]));
  reference_close(&file);
}

/* The type is the small one where all integers fit. */
static void check_integers(const uint32_t *integers, size_t count, Dtype expected) {
  SafeTensorsWriter writer = {0};
  const TensorView *view;
  uint32_t read[4];
  safetensors_write_integers(&writer, "t", count, integers);
  Reference file = end_file(&writer);
  assert_ok(safetensors_require(&file.tensors, "t", DTYPE_U32, &count, 1, &view, &error));
  assert_int_equal(view->dtype, expected);
  safetensors_copy(&file.tensors, file.bytes, view, count, read);
  if (count) assert_memory_equal(read, integers, count * sizeof *read);
  reference_close(&file);
}

TEST(integers_have_two_bytes_where_all_fit) {
  check_integers((uint32_t[]){0, 65535, 3}, 3, DTYPE_U16);
  check_integers((uint32_t[]){0, 65536, 3}, 3, DTYPE_U32);
  check_integers((uint32_t[]){UINT32_MAX}, 1, DTYPE_U32);
  check_integers((uint32_t[]){32768, 16384, 1}, 3, DTYPE_U16);
  check_integers(NULL, 0, DTYPE_U16);
}

/* ---- large files -------------------------------------------------------------------------------- */

enum { MANY = (1 << 22) + 5 };

/* Borrows the numbers [MANY], quantised and as they are. */
static Status write_large(const float *numbers, Stop *asked, uint8_t **bytes, size_t *size) {
  SafeTensorsWriter writer = {.poll = {stop_later, asked}};
  *bytes = NULL;
  safetensors_write_quantised(&writer, "eight", 8, (size_t[]){MANY}, 1, numbers);
  safetensors_write_quantised(&writer, "four", 4, (size_t[]){MANY}, 1, numbers);
  safetensors_write_tensor(&writer, "floats", DTYPE_F32, (size_t[]){MANY}, 1, numbers);
  return safetensors_end(&writer, bytes, size, &error);
}

static Status read_large(const uint8_t *bytes, size_t size, const char *name, Stop *asked, float *read) {
  SafeTensors st;
  const TensorView *view;
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  assert_ok(safetensors_unpack(&st, bytes, &error));
  st.poll = (Poll){stop_later, asked};
  assert_ok(safetensors_require(&st, name, DTYPE_F32, (size_t[]){MANY}, 1, &view, &error));
  Status status = safetensors_copy_floats(&st, bytes, view, MANY, 1e10f, read, &error);
  safetensors_free(&st);
  return status;
}

/* Each of quantising, copying and hashing asks, and so does reading; what comes of it is the same. */
TEST(a_large_file_is_written_and_read_in_pieces) {
  Stop asked = {.after = SIZE_MAX};
  float *numbers = allocate(MANY, sizeof *numbers), *rounded = allocate(MANY, sizeof *rounded);
  float *read = allocate(MANY, sizeof *read);
  uint8_t *bytes;
  size_t size;
  fill_normal(numbers, MANY, 1.0f, 1);
  assert_ok(write_large(numbers, &asked, &bytes, &size));
  assert_true(asked.asked >= 2 * (MANY >> 20) + (size >> 20) + (size >> 22));
  for (unsigned bits = 0; bits <= 8; bits += 4) {
    Stop again = {.after = SIZE_MAX};
    memcpy(rounded, numbers, MANY * sizeof *numbers);
    quantisation_round(bits, rounded, MANY);
    assert_ok(read_large(bytes, size, bits == 0 ? "floats" : bits == 4 ? "four" : "eight", &again, read));
    assert_memory_equal(read, rounded, MANY * sizeof *read);
    assert_true(again.asked >= MANY >> 20);
  }
  free(numbers);
  free(rounded);
  free(read);
  free(bytes);
}

TEST(a_large_file_can_be_stopped) {
  Stop all = {.after = SIZE_MAX};
  float *numbers = allocate(MANY, sizeof *numbers);
  char identifier[IDENTIFIER_LENGTH + 1];
  uint8_t *bytes, *none;
  size_t size, unused;
  memset(numbers, 0, MANY * sizeof *numbers);
  assert_ok(write_large(numbers, &all, &bytes, &size));
  for (size_t most = 0; most < all.asked; most++) {
    Stop asked = {.after = most};
    assert_status(write_large(numbers, &asked, &none, &unused), STATUS_INTERRUPTED);
    assert_null(none);
    assert_int_equal(asked.asked, most + 1);
  }
  assert_status(read_large(bytes, size, "four", &(Stop){.after = 2}, numbers), STATUS_INTERRUPTED);
  assert_status(safetensors_identify(bytes, size, (Poll){stop_later, &(Stop){.after = 2}}, identifier, &error),
                STATUS_INTERRUPTED);
  free(numbers);
  free(bytes);
}

/* ---- failure -------------------------------------------------------------------------------------- */

TEST(a_type_that_is_none_fails) {
  SafeTensorsWriter writer = {0};
  uint8_t *bytes;
  size_t size;
  safetensors_write_tensor(&writer, "t", DTYPE_OTHER, NULL, 0, "x");
  safetensors_write_tensor(&writer, "u", DTYPE_U8, (size_t[]){1}, 1, "x");
  assert_status(safetensors_end(&writer, &bytes, &size, &error), STATUS_NO_MEMORY);
  assert_null(writer.header);
}

static Status write_all(void *context) {
  (void)context;
  const float numbers[NUMBERS] = {0};
  const uint32_t small[] = {1, 2};
  SafeTensorsWriter writer = {0};
  uint8_t *bytes = NULL;
  size_t size;
  safetensors_write_metadata(&writer, "a key", "and a value");
  for (char name[] = "a"; *name < 'k'; ++*name) {
    safetensors_write_quantised(&writer, name, *name % 2 ? 8 : 4, SHAPE, 2, numbers);
    safetensors_write_halves(&writer, (char[]){*name, 'h', 0}, NUMBERS, numbers);
    safetensors_write_integers(&writer, (char[]){*name, 'i', 0}, 2, small);
    safetensors_write_tensor(&writer, (char[]){*name, 'f', 0}, DTYPE_F32, SHAPE, 2, numbers);
  }
  Status status = safetensors_end(&writer, &bytes, &size, &error);
  assert_int_equal(bytes == NULL, status != STATUS_OK);
  assert_null(writer.entries);
  free(bytes);
  return status;
}

TEST(each_allocation_may_fail) { fail_each(write_all, NULL); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_large_file_is_written_and_read_in_pieces),
      cmocka_unit_test(a_large_file_can_be_stopped),
      cmocka_unit_test(wide_numbers_come_first),
      cmocka_unit_test(quantised_tensors_are_read_as_they_were_rounded),
      cmocka_unit_test(quantised_tensors_have_three_parts),
      cmocka_unit_test(halves_are_rounded),
      cmocka_unit_test(integers_have_two_bytes_where_all_fit),
      cmocka_unit_test(a_type_that_is_none_fails),
      cmocka_unit_test(each_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
