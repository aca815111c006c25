/* The safetensors reader and writer: round trips, and files that are damaged. */
#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "base/safetensors_writer.h"
#include "unit/support.h"

/* ---- files by hand ------------------------------------------------------------- */

/* A header and `data` bytes of tensors, in memory of just that size. */
static uint8_t *file_of(const char *header, size_t data, size_t *size) {
  uint64_t length = strlen(header);
  *size = 8 + strlen(header) + data;
  uint8_t *bytes = allocate(*size, 1);
  little_endian_copy(bytes, &length, 1, 8);
  memcpy(bytes + 8, header, strlen(header));
  return bytes;
}

static Status read_header(const char *header, size_t data, SafeTensors *st) {
  size_t size;
  uint8_t *bytes = file_of(header, data, &size);
  Status status = safetensors_read(bytes, size, size, st, &error);
  free(bytes);
  return status;
}

static SafeTensors read_good(const char *header, size_t data) {
  SafeTensors st;
  if (read_header(header, data, &st)) fail_msg("%s: %s", error.message, header);
  return st;
}

static void check_refused(const char *header, size_t data, const char *part) {
  SafeTensors st;
  Status status = read_header(header, data, &st);
  if (status == STATUS_OK) fail_msg("this header was read: %s", header);
  assert_invalid(status, part);
  assert_int_equal(st.count + st.keys.count, 0);
}

#define TENSOR(dtype, shape, offsets) \
  "{\"a\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

/* Sizes as text: SIZE_MAX and some below it; 2 of HALF, 4 of QUARTER, and ROOT times ROOT
** are SIZE_MAX + 1.
*/
#if SIZE_MAX > UINT32_MAX
#define SIZE_MAX_ "18446744073709551615"
#define SIZE_MAX_LESS_1 "18446744073709551614"
#define SIZE_MAX_LESS_3 "18446744073709551612"
#define HALF "9223372036854775808"
#define QUARTER "4611686018427387904"
#define ROOT "4294967296"
#else
#define SIZE_MAX_ "4294967295"
#define SIZE_MAX_LESS_1 "4294967294"
#define SIZE_MAX_LESS_3 "4294967292"
#define HALF "2147483648"
#define QUARTER "1073741824"
#define ROOT "65536"
#endif

/* ---- writing --------------------------------------------------------------------- */

/* A little of everything. */
static uint8_t *write_sample(size_t *size) {
  static const float floats[] = {1.5f, -2.5f, 0.0f, 3.25f, 1e30f, -0.0f};
  static const uint32_t unsigned_ones[] = {1, UINT32_MAX};
  static const int32_t signed_ones[] = {-1};
  static const uint8_t small[] = {7, 0, 255};
  SafeTensorsWriter writer = {0};
  uint8_t *bytes;
  safetensors_write_metadata(&writer, "format", "pt");
  safetensors_write_metadata(&writer, "note", "say \"\u00e4\\o\"\n\t\x01");
  safetensors_write_tensor(&writer, "matrix", DTYPE_F32, (size_t[]){2, 3}, 2, floats);
  safetensors_write_tensor(&writer, "numbers", DTYPE_U32, (size_t[]){2}, 1, unsigned_ones);
  safetensors_write_tensor(&writer, "scalar", DTYPE_I32, NULL, 0, signed_ones);
  safetensors_write_tensor(&writer, "empty \"quoted\"", DTYPE_F32, (size_t[]){0, 5}, 2, NULL);
  safetensors_write_tensor(&writer, "bytes", DTYPE_U8, (size_t[]){3, 1, 1, 1}, 4, small);
  assert_ok(safetensors_end(&writer, &bytes, size, &error));
  assert_null(writer.header);
  return bytes;
}

static void check_tensor(const SafeTensors *st, const uint8_t *bytes, const char *name, Dtype dtype,
                         size_t rank, const void *data, size_t size) {
  const TensorView *view = safetensors_find(st, name);
  assert_non_null(view);
  assert_int_equal(view->dtype, dtype);
  assert_int_equal(view->rank, rank);
  assert_int_equal(view->end - view->begin, size);
  uint8_t numbers[32];
  size_t width = dtype_bytes(dtype);
  assert_true(size <= sizeof numbers);
  little_endian_copy(numbers, bytes + st->header_end + view->begin, size / width, width);
  if (size) assert_memory_equal(numbers, data, size);
}

TEST(what_is_written_is_read) {
  size_t size;
  uint8_t *bytes = write_sample(&size);
  SafeTensors st;
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  assert_int_equal(st.count, 5);
  check_tensor(&st, bytes, "matrix", DTYPE_F32, 2, (float[]){1.5f, -2.5f, 0.0f, 3.25f, 1e30f, -0.0f}, 24);
  check_tensor(&st, bytes, "numbers", DTYPE_U32, 1, (uint32_t[]){1, UINT32_MAX}, 8);
  check_tensor(&st, bytes, "scalar", DTYPE_I32, 0, (int32_t[]){-1}, 4);
  check_tensor(&st, bytes, "empty \"quoted\"", DTYPE_F32, 2, NULL, 0);
  check_tensor(&st, bytes, "bytes", DTYPE_U8, 4, (uint8_t[]){7, 0, 255}, 3);
  assert_null(safetensors_find(&st, "Matrix"));
  assert_string_equal(safetensors_metadata(&st, "format"), "pt");
  assert_string_equal(safetensors_metadata(&st, "note"), "say \"\u00e4\\o\"\n\t\x01");
  assert_null(safetensors_metadata(&st, "missing"));
  safetensors_free(&st);
  safetensors_free(&st);
  free(bytes);
}

/* The format as other readers expect it, byte for byte but for the identifier. */
TEST(the_header_is_compact_json) {
  const char before[] = "{\"__metadata__\":{\"identifier\":\"";
  const char after[] = "\",\"k\":\"v\"},\"t\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
  SafeTensorsWriter writer = {0};
  uint8_t *bytes;
  size_t size;
  safetensors_write_metadata(&writer, "k", "v");
  safetensors_write_tensor(&writer, "t", DTYPE_F32, (size_t[]){1, 2}, 2, (float[]){0, 0});
  assert_ok(safetensors_end(&writer, &bytes, &size, &error));
  uint64_t length = little_endian_number(bytes, 8);
  assert_int_equal(8 + length + 8, size);
  assert_int_equal(length % 8, 0);
  const char *header = (const char *)bytes + 8, *rest = header + strlen(before) + IDENTIFIER_LENGTH;
  assert_memory_equal(header, before, strlen(before));
  assert_memory_equal(rest, after, strlen(after));
  for (const char *c = rest + strlen(after); c < header + length; c++) assert_int_equal(*c, ' ');
  free(bytes);
}

TEST(a_file_without_tensors) {
  SafeTensorsWriter writer = {0};
  SafeTensors st;
  uint8_t *bytes;
  size_t size;
  assert_ok(safetensors_end(&writer, &bytes, &size, &error));
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  assert_int_equal(st.count, 0);
  assert_int_equal(st.header_end, size);
  safetensors_free(&st);
  free(bytes);
}

/* ---- reading ------------------------------------------------------------------------ */

TEST(a_header_may_have_spaces) {
  SafeTensors st = read_good(" { \"a\" : { \"dtype\" : \"F32\" ,\n\"shape\":[ 2 , 1 ],\t"
                             "\"data_offsets\" : [ 0 , 8 ] } } \r\n ", 8);
  assert_int_equal(safetensors_find(&st, "a")->shape[0], 2);
  safetensors_free(&st);
}

TEST(a_type_we_do_not_use_is_passed_over) {
  SafeTensors st = read_good(TENSOR("F64", "[2]", "[0,16]"), 16);
  assert_int_equal(safetensors_find(&st, "a")->dtype, DTYPE_OTHER);
  assert_string_equal(safetensors_find(&st, "a")->dtype_name, "F64");
  safetensors_free(&st);
}

/* Bits of halves and the numbers that they are (IEEE 754; BF16 is the upper half of an F32). */
TEST(halves_are_copied_as_floats) {
  static const struct {
    Dtype dtype;
    uint16_t bits;
    float value;
  } HALVES[] = {{DTYPE_F16, 0x0000, 0.0f},       {DTYPE_F16, 0x3C00, 1.0f},      {DTYPE_F16, 0xC000, -2.0f},
                {DTYPE_F16, 0x3555, 0x1.554p-2f}, {DTYPE_F16, 0x7BFF, 65504.0f},  {DTYPE_F16, 0x0400, 0x1p-14f},
                {DTYPE_F16, 0x0001, 0x1p-24f},    {DTYPE_F16, 0x83FF, -0x3FFp-24f}, {DTYPE_F16, 0x7C00, INFINITY},
                {DTYPE_F16, 0xFC00, -INFINITY},  {DTYPE_BF16, 0x3F80, 1.0f},     {DTYPE_BF16, 0xC049, -3.140625f},
                {DTYPE_BF16, 0x7F80, INFINITY},  {DTYPE_BF16, 0x0001, 0x1p-133f}, {DTYPE_BF16, 0x8000, -0.0f}};
  for (size_t i = 0; i < COUNT(HALVES); i++) {
    SafeTensorsWriter writer = {0};
    SafeTensors st;
    uint8_t *bytes;
    size_t size;
    float copy[2];
    const uint16_t halves[] = {HALVES[i].bits, 0x7FFF}; /* the second is a NaN in both */
    safetensors_write_tensor(&writer, "t", HALVES[i].dtype, (size_t[]){2}, 1, halves);
    assert_ok(safetensors_end(&writer, &bytes, &size, &error));
    assert_ok(safetensors_read(bytes, size, size, &st, &error));
    const TensorView *view = safetensors_find(&st, "t");
    assert_int_equal(safetensors_count(view), 2);
    safetensors_copy(&st, bytes, view, 2, copy);
    assert_memory_equal(&copy[0], &HALVES[i].value, sizeof copy[0]);
    assert_true(isnan(copy[1]));
    safetensors_free(&st);
    free(bytes);
  }
}

TEST(numbers_are_finite_and_not_too_large) {
  static const struct {
    const char *dtype;
    uint32_t bits;
    const char *wrong; /* NULL: nothing */
  } NUMBERS[] = {
      {"F32", 0x501502F9, NULL} /* 1e10 */, {"F32", 0xD01502F9, NULL}, {"F32", 0x501502FA, "above 1e+10"},
      {"F32", 0xFF7FFFFF, "above 1e+10"}, {"F32", 0x7F800000, "that is not finite"},
      {"F32", 0x7FC00000, "that is not finite"},
      {"F16", 0xFBFF, NULL}, {"F16", 0x7C00, "that is not finite"}, {"F16", 0x7E00, "that is not finite"},
      {"BF16", 0x5015, NULL}, {"BF16", 0x5016, "above 1e+10"}, {"BF16", 0xFFC0, "that is not finite"},
  };
  for (size_t i = 0; i < COUNT(NUMBERS); i++) {
    char header[128];
    size_t width = NUMBERS[i].dtype[1] == '1' || NUMBERS[i].dtype[0] == 'B' ? 2 : 4, size;
    snprintf(header, sizeof header, "{\"a\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[0,%zu]}}",
             NUMBERS[i].dtype, 2 * width);
    uint8_t *bytes = file_of(header, 2 * width, &size);
    SafeTensors st;
    float copy[2];
    for (size_t k = 0; k < width; k++) bytes[size - width + k] = (uint8_t)(NUMBERS[i].bits >> 8 * k);
    assert_ok(safetensors_read(bytes, size, size, &st, &error));
    Status status = safetensors_copy_floats(&st, bytes, &st.tensors[0], 2, 1e10f, copy, &error);
    if (NUMBERS[i].wrong) {
      char expected[64];
      snprintf(expected, sizeof expected, "tensor 'a' has a number %s", NUMBERS[i].wrong);
      assert_invalid(status, expected);
    } else {
      assert_ok(status);
    }
    safetensors_free(&st);
    free(bytes);
  }
}

TEST(the_header_alone_is_enough) {
  size_t size;
  uint8_t *bytes = write_sample(&size);
  SafeTensors st;
  size_t header = safetensors_header_size(bytes, size);
  uint8_t *exact = allocate(header, 1);
  memcpy(exact, bytes, header);
  assert_ok(safetensors_read(exact, header, size, &st, &error));
  assert_int_equal(st.header_end, header);
  assert_int_equal(st.count, 5);
  safetensors_free(&st);
  assert_invalid(safetensors_read(exact, header - 1, size, &st, &error), "not a whole safetensors file");
  free(exact);
  free(bytes);
}

/* What was fetched in the place of a file. */
TEST(a_text_in_its_place_is_shown) {
  static const char POINTER[] = "version https://git-lfs.github.com/spec/v1", MISSING[] = "Entry not found";
  SafeTensors st;
  assert_invalid(safetensors_read((const uint8_t *)POINTER, strlen(POINTER), strlen(POINTER), &st, &error),
                 "42 bytes are not a whole safetensors file, but begin as a text: 'version https:/'");
  assert_invalid(safetensors_read((const uint8_t *)MISSING, strlen(MISSING), strlen(MISSING), &st, &error),
                 "begin as a text: 'Entry not found'");
}

TEST(header_sizes_that_do_not_fit_are_0) {
  const struct {
    uint64_t length;
    size_t size, expected;
  } cases[] = {{0, 8, 8}, {2, 10, 10}, {2, 9, 0}, {2, 100, 10}, {UINT64_MAX, SIZE_MAX, 0},
               {UINT64_MAX - 7, 100, 0}, {0, 7, 0}, {(uint64_t)1 << 62, SIZE_MAX, 0}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    uint8_t first[8];
    little_endian_copy(first, &cases[i].length, 1, 8);
    assert_int_equal(safetensors_header_size(first, cases[i].size), cases[i].expected);
  }
}

/* ---- what is refused ------------------------------------------------------------------- */

TEST(headers_that_are_not_json) {
  const char *headers[] = {"", "[]", "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1}", "{\"a\":{}", "{,}",
                           "{\"a\":{},}", "{}x", "{}{}", "{\"a", "{\"a\\", "{\"a\\u00", "{\"a\\q\":{}}",
                           "{a:{}}", "{\"__metadata__\":{\"k\":1}}", "{\"__metadata__\":{\"k\"}}",
                           "{\"__metadata__\":[]}", "{\"__metadata__\":{\"k\":\"v\"", "\xff\xff", "{\"a\":{\"x\":1}}",
                           TENSOR("F32", "[1", "[0,4]"), TENSOR("F32", "[1]", "[0,4"), TENSOR("F32", "1", "[0,4]"),
                           TENSOR("F32", "[1]", "[0]"), TENSOR("F32", "[1]", "[0,4,4]"), TENSOR("F32", "[,1]", "[0,4]"),
                           TENSOR("F32", "[1,]", "[0,4]"), TENSOR("F32", "[1]", "[,]"),
                           TENSOR("F32", "[1 1]", "[0,4]")};
  for (size_t i = 0; i < COUNT(headers); i++) check_refused(headers[i], 4, "safetensors header");
}

TEST(numbers_that_are_not_sizes) {
  const char *numbers[] = {"-1", "1.5", "1e0", "+1", "0x1", "\"1\"", "null", "18446744073709551616",
                           "99999999999999999999999999"};
  for (size_t i = 0; i < COUNT(numbers); i++) {
    char header[200];
    snprintf(header, sizeof header, TENSOR("F32", "[%s]", "[0,4]"), numbers[i]);
    check_refused(header, 4, "safetensors header");
    snprintf(header, sizeof header, TENSOR("F32", "[1]", "[0,%s]"), numbers[i]);
    check_refused(header, 4, "safetensors header");
  }
}

TEST(offsets_outside_the_file) {
  check_refused(TENSOR("F32", "[2]", "[0,8]"), 7, "tensor 'a' lies at bytes 0 to 8 of 7");
  check_refused(TENSOR("F32", "[1]", "[4,8]"), 4, "lies at");
  check_refused(TENSOR("F32", "[1]", "[8,4]"), 8, "lies at");
  check_refused(TENSOR("F32", "[1]", "[" SIZE_MAX_LESS_3 "," SIZE_MAX_ "]"), 8, "lies at");
  check_refused(TENSOR("F32", "[1]", "[" SIZE_MAX_ ",3]"), 8, "lies at");
  check_refused(TENSOR("BF16", "[1]", "[0,400]"), 8, "lies at");
}

TEST(shapes_that_do_not_fit_the_offsets) {
  check_refused(TENSOR("F32", "[3]", "[0,8]"), 8, "has 8 bytes, its shape and dtype say 12");
  check_refused(TENSOR("U8", "[8]", "[0,7]"), 8, "has 7 bytes");
  check_refused(TENSOR("F32", "[]", "[0,8]"), 8, "has 8 bytes");
}

TEST(a_member_that_is_missing) {
  check_refused("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "shape");
  check_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[0]}}", 0, "data_offsets");
  check_refused("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "dtype");
  check_refused("{\"a\":{}}", 0, "dtype");
}

TEST(shapes_whose_product_overflows) {
  check_refused(TENSOR("F32", "[" QUARTER "]", "[0,0]"), 8, "too large");
  check_refused(TENSOR("F32", "[" ROOT "," ROOT "]", "[0,0]"), 8, "too large");
  check_refused(TENSOR("U8", "[2," HALF "]", "[0,0]"), 8, "too large");
  check_refused(TENSOR("F32", "[65536,65536,65536,65537]", "[0,0]"), 8, "too large");
  check_refused(TENSOR("F32", "[1,1,1,1,1]", "[0,4]"), 4, "at most 4 dimensions");
}

TEST(a_tensor_that_is_there_twice) {
  check_refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}", 2, "tensor 'a' is there twice");
}

/* Two shapes must not run together into one of more dimensions. */
TEST(a_member_that_is_there_twice) {
  check_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[3],\"data_offsets\":[0,24]}}", 24, "");
  check_refused("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "");
  check_refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,9],\"data_offsets\":[0,1]}}", 1, "");
}

/* As the header of safetensors.h says, and as other readers refuse it. Without
** this, a header that seems a byte shorter shifts every number of the file.
*/
TEST(tensors_that_leave_a_gap_or_overlap) {
  check_refused(TENSOR("U8", "[1]", "[0,1]"), 2, "");
  check_refused(TENSOR("U8", "[1]", "[1,2]"), 2, "");
  check_refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
                "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 3, "");
}

TEST(tensors_may_lie_in_any_order) {
  SafeTensors st = read_good("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]},"
                             "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 3);
  assert_int_equal(safetensors_find(&st, "a")->begin, 1);
  safetensors_free(&st);
}

/* ---- tensors that must be there -------------------------------------------------------- */

static Status require(const char *header, size_t data, Dtype dtype, const size_t *shape, size_t rank) {
  SafeTensors st = read_good(header, data);
  const TensorView *view;
  Status status = safetensors_require(&st, "a", dtype, shape, rank, &view, &error);
  if (!status) assert_ptr_equal(view, safetensors_find(&st, "a"));
  safetensors_free(&st);
  return status;
}

TEST(a_tensor_that_is_as_it_must_be) {
  const size_t any[] = {TENSOR_ANY, TENSOR_ANY};
  assert_ok(require(TENSOR("F32", "[2,1]", "[0,8]"), 8, DTYPE_F32, (size_t[]){2, 1}, 2));
  assert_ok(require(TENSOR("F32", "[2,1]", "[0,8]"), 8, DTYPE_F32, any, 2));
  assert_ok(require(TENSOR("U8", "[0]", "[0,0]"), 0, DTYPE_U8, any, 1));
  assert_ok(require(TENSOR("U32", "[]", "[0,4]"), 4, DTYPE_U32, NULL, 0));
}

static void check_described(const char *header, size_t data, Dtype dtype, const size_t *shape, size_t rank,
                            const char *message) {
  assert_status(require(header, data, dtype, shape, rank), STATUS_INVALID);
  assert_string_equal(error.message, message);
}

TEST(a_tensor_of_another_type_or_shape_is_described) {
  const size_t two[] = {2}, three[] = {3}, any[] = {TENSOR_ANY, TENSOR_ANY}, rows[] = {TENSOR_ANY, 3};
  check_described(TENSOR("F16", "[3]", "[0,6]"), 6, DTYPE_U32, three, 1, "tensor 'a' is F16 [3], expected U32 [3]");
  check_described(TENSOR("F16", "[2]", "[0,4]"), 4, DTYPE_F32, three, 1, "tensor 'a' is F16 [2], expected F16 [3]");
  check_described(TENSOR("F64", "[1]", "[0,8]"), 8, DTYPE_F32, any, 1,
                  "tensor 'a' is F64 [1], expected F32, F16 or BF16 [1]");
  check_described(TENSOR("I64", "[1]", "[0,8]"), 8, DTYPE_U32, two, 1, "tensor 'a' is I64 [1], expected U32 [2]");
  check_described(TENSOR("I32", "[2]", "[0,8]"), 8, DTYPE_U32, two, 1, "tensor 'a' is I32 [2], expected U32 [2]");
  check_described(TENSOR("F8_E5M2", "[3]", "[0,3]"), 3, DTYPE_U8, three, 1,
                  "tensor 'a' is F8_E5M2 [3], expected U8 [3]");
  check_described(TENSOR("BF16", "[2,4]", "[0,16]"), 16, DTYPE_F32, rows, 2,
                  "tensor 'a' is BF16 [2][4], expected BF16 [2][3]");
  check_described(TENSOR("F32", "[2,4]", "[0,32]"), 32, DTYPE_F32, rows, 2,
                  "tensor 'a' is F32 [2][4], expected F32 [2][3]");
  check_described(TENSOR("F32", "[6]", "[0,24]"), 24, DTYPE_F32, rows, 2, "tensor 'a' is F32 [6], expected F32 [n][3]");
  check_described(TENSOR("F32", "[]", "[0,4]"), 4, DTYPE_F32, three, 1, "tensor 'a' is F32 [], expected F32 [3]");
  check_described("{}", 0, DTYPE_U8, any, 2, "tensor 'a' is missing, expected U8 [n][m]");
}

/* A name that no type has is cut. */
TEST(the_longest_description_fits) {
  const size_t three[] = {3};
#define LONG SIZE_MAX_LESS_1
  check_described(TENSOR("twenty letters long.", "[" LONG "," LONG "," LONG "," LONG "]", "[0,0]"), 0, DTYPE_F32,
                  three, 1, "tensor 'a' is twenty letters  [" LONG "][" LONG "][" LONG "][" LONG "], "
                  "expected F32, F16 or BF16 [3]");
}

/* ---- strings --------------------------------------------------------------------------- */

static void check_string(const char *escaped, const char *expected) {
  char header[200];
  snprintf(header, sizeof header, "{\"__metadata__\":{\"k\":\"%s\"}}", escaped);
  SafeTensors st = read_good(header, 0);
  assert_string_equal(safetensors_metadata(&st, "k"), expected);
  safetensors_free(&st);
}

static void check_string_refused(const char *escaped) {
  char header[200];
  snprintf(header, sizeof header, "{\"__metadata__\":{\"k\":\"%s\"}}", escaped);
  check_refused(header, 0, "");
}

TEST(escapes) {
  check_string("", "");
  check_string("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
  check_string("\\u0041\\u00e4\\u00E4\\u20ac", "A\u00e4\u00e4\u20ac");
  check_string("\\ud83d\\ude00!", "\U0001F600!");
  check_string("\u00e4\U0001F600", "\u00e4\U0001F600");
}

TEST(escapes_that_are_none) {
  const char *escaped[] = {"\\", "\\x41", "\\u", "\\u12", "\\u123g", "\\u 123", "\\U0041", "\\ud83d\\u12", "\\'"};
  for (size_t i = 0; i < COUNT(escaped); i++) check_string_refused(escaped[i]);
}

/* Half a pair is no character; it would become bytes that are not UTF-8. */
TEST(half_a_surrogate_pair_is_refused) {
  const char *escaped[] = {"\\ud83d", "\\ude00", "\\ud83d!", "\\ud83d\\u0041", "\\ud83d\\ud83d"};
  for (size_t i = 0; i < COUNT(escaped); i++) check_string_refused(escaped[i]);
}

TEST(a_name_is_all_its_bytes) {
  SafeTensors st = read_good("{\"\\u0061\\u0000b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
                             "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1);
  assert_int_equal(safetensors_find(&st, "a")->shape[0], 1);
  safetensors_free(&st);
  check_refused("{\"a\":{\"dtype\\u0000\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "");
}

TEST(metadata_that_is_there_twice_is_refused) {
  check_refused("{\"__metadata__\":{\"k\":\"first\",\"k\":\"last\"}}", 0, "metadata 'k' is there twice");
  check_refused("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "'__metadata__' is there twice");
  SafeTensors st = read_good("{\"__metadata__\":{\"k\":\"value\",\"\":\"empty\"}}", 0);
  assert_string_equal(safetensors_metadata(&st, "k"), "value");
  assert_string_equal(safetensors_metadata(&st, ""), "empty");
  safetensors_free(&st);
}

/* ---- the identifier -------------------------------------------------------------------- */

TEST(equal_files_have_equal_identifiers) {
  size_t size, again_size;
  uint8_t *bytes = write_sample(&size), *again = write_sample(&again_size);
  assert_int_equal(size, again_size);
  assert_memory_equal(bytes, again, size);
  free(bytes);
  free(again);
}

TEST(the_identifier_in_the_file_is_that_of_the_file) {
  size_t size;
  uint8_t *bytes = write_sample(&size);
  char identifier[IDENTIFIER_LENGTH + 1];
  SafeTensors st;
  safetensors_identifier(bytes, size, identifier);
  assert_int_equal(strlen(identifier), IDENTIFIER_LENGTH);
  assert_int_equal(strspn(identifier, "0123456789abcdef"), IDENTIFIER_LENGTH);
  assert_ok(safetensors_read(bytes, size, size, &st, &error));
  assert_string_equal(safetensors_metadata(&st, "identifier"), identifier);
  assert_memory_equal(bytes + 8 + strlen("{\"__metadata__\":{\"identifier\":\""), identifier, IDENTIFIER_LENGTH);
  safetensors_free(&st);
  free(bytes);
}

TEST(the_header_states_the_identifier) {
  size_t size;
  uint8_t *bytes = write_sample(&size);
  char identifier[IDENTIFIER_LENGTH + 1], stated[IDENTIFIER_LENGTH + 1];
  safetensors_identifier(bytes, size, identifier);
  size_t header = safetensors_header_size(bytes, size);
  for (size_t left = 0; left <= size; left++) { /* of a file that was cut off */
    uint8_t *exact = allocate(left, 1);
    memcpy(exact, bytes, left);
    assert_int_equal(safetensors_stated_identifier(exact, left, stated), left >= header);
    if (left >= header) assert_string_equal(stated, identifier);
    free(exact);
  }
  free(bytes);
}

TEST(an_identifier_elsewhere_is_none) {
  const char *headers[] = {"{}",
                           "{\"__metadata__\":{\"k\":\"\\\"identifier\\\":\\\"00112233445566778899aabbccddeeff\"}}",
                           "{\"__metadata__\":{\"identifier\":\"short\"}}"};
  char stated[IDENTIFIER_LENGTH + 1];
  for (size_t i = 0; i < COUNT(headers); i++) {
    size_t size;
    uint8_t *bytes = file_of(headers[i], 0, &size);
    assert_false(safetensors_stated_identifier(bytes, size, stated));
    free(bytes);
  }
}

TEST(any_bit_changes_the_identifier) {
  size_t size;
  uint8_t *bytes = write_sample(&size);
  char before[IDENTIFIER_LENGTH + 1], after[IDENTIFIER_LENGTH + 1];
  size_t own = 8 + strlen("{\"__metadata__\":{\"identifier\":\"");
  safetensors_identifier(bytes, size, before);
  for (size_t bit = 0; bit < 8 * size; bit++) {
    bool inside = bit / 8 >= own && bit / 8 < own + IDENTIFIER_LENGTH;
    bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    safetensors_identifier(bytes, size, after);
    assert_int_equal(strcmp(before, after) == 0, inside);
    bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
  free(bytes);
}

TEST(bytes_that_are_no_file_have_an_identifier_too) {
  char a[IDENTIFIER_LENGTH + 1], b[IDENTIFIER_LENGTH + 1];
  safetensors_identifier((const uint8_t *)"", 0, a);
  safetensors_identifier((const uint8_t *)"abc", 3, b);
  assert_string_not_equal(a, b);
}

/* ---- damage ----------------------------------------------------------------------------- */

TEST(no_part_of_a_file_is_a_file) {
  size_t size;
  uint8_t *bytes = write_sample(&size);
  for (size_t part = 0; part < size; part++) {
    SafeTensors st;
    uint8_t *exact = allocate(part, 1);
    memcpy(exact, bytes, part);
    assert_status(safetensors_read(exact, part, part, &st, &error), STATUS_INVALID);
    free(exact);
  }
  free(bytes);
}

/* What was read points into the file. */
static void check_views(const SafeTensors *st, size_t size) {
  assert_true(st->header_end <= size);
  for (size_t i = 0; i < st->count; i++) {
    const TensorView *view = &st->tensors[i];
    assert_true(view->begin <= view->end && view->end <= size - st->header_end);
    assert_true(view->rank <= TENSOR_MAX_RANK);
  }
  for (size_t i = 0; i < st->keys.count; i++) assert_non_null(st->values[i]);
}

TEST(any_byte_may_be_anything) {
  size_t size;
  uint8_t *bytes = write_sample(&size);
  for (size_t at = 0; at < size; at++) {
    uint8_t before = bytes[at];
    for (unsigned change = 1; change < 256; change++) {
      SafeTensors st;
      bytes[at] = (uint8_t)(before ^ change);
      if (safetensors_read(bytes, size, size, &st, &error) == STATUS_OK) check_views(&st, size);
      safetensors_free(&st);
    }
    bytes[at] = before;
  }
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_is_read),
      cmocka_unit_test(the_header_is_compact_json),
      cmocka_unit_test(a_file_without_tensors),
      cmocka_unit_test(a_header_may_have_spaces),
      cmocka_unit_test(a_type_we_do_not_use_is_passed_over),
      cmocka_unit_test(halves_are_copied_as_floats),
      cmocka_unit_test(numbers_are_finite_and_not_too_large),
      cmocka_unit_test(the_header_alone_is_enough),
      cmocka_unit_test(a_text_in_its_place_is_shown),
      cmocka_unit_test(header_sizes_that_do_not_fit_are_0),
      cmocka_unit_test(headers_that_are_not_json),
      cmocka_unit_test(numbers_that_are_not_sizes),
      cmocka_unit_test(offsets_outside_the_file),
      cmocka_unit_test(shapes_that_do_not_fit_the_offsets),
      cmocka_unit_test(a_member_that_is_missing),
      cmocka_unit_test(shapes_whose_product_overflows),
      cmocka_unit_test(a_tensor_that_is_there_twice),
      cmocka_unit_test(a_member_that_is_there_twice),
      cmocka_unit_test(tensors_that_leave_a_gap_or_overlap),
      cmocka_unit_test(tensors_may_lie_in_any_order),
      cmocka_unit_test(a_tensor_that_is_as_it_must_be),
      cmocka_unit_test(a_tensor_of_another_type_or_shape_is_described),
      cmocka_unit_test(the_longest_description_fits),
      cmocka_unit_test(escapes),
      cmocka_unit_test(escapes_that_are_none),
      cmocka_unit_test(half_a_surrogate_pair_is_refused),
      cmocka_unit_test(a_name_is_all_its_bytes),
      cmocka_unit_test(metadata_that_is_there_twice_is_refused),
      cmocka_unit_test(equal_files_have_equal_identifiers),
      cmocka_unit_test(the_identifier_in_the_file_is_that_of_the_file),
      cmocka_unit_test(the_header_states_the_identifier),
      cmocka_unit_test(an_identifier_elsewhere_is_none),
      cmocka_unit_test(any_bit_changes_the_identifier),
      cmocka_unit_test(bytes_that_are_no_file_have_an_identifier_too),
      cmocka_unit_test(no_part_of_a_file_is_a_file),
      cmocka_unit_test(any_byte_may_be_anything),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
