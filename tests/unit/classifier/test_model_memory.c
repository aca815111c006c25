/* What reading a file allocates is bounded by how much the file holds, whatever it says. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "classifier/model.h"
#include "sanitized.h"
#include "unit/support.h"

static size_t live, peak; /* bytes that are allocated */

#if !SANITIZED

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);

static void *counted(void *p) {
  live += p ? malloc_usable_size(p) : 0;
  if (live > peak) peak = live;
  return p;
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

void free(void *p) {
  live -= p ? malloc_usable_size(p) : 0;
  __libc_free(p);
}

/* While it copies, both are there. */
void *realloc(void *old, size_t size) {
  size_t before = old ? malloc_usable_size(old) : 0;
  void *p = __libc_realloc(old, size);
  if (!p) return NULL;
  counted(p);
  live -= before;
  return p;
}

#endif

enum { TIMES = 24, OF_NUMBER = 1 << 10 }; /* docs/model-file.md */

/* Reads the file; message: NULL if it is a model, with vectors of so many numbers, else what refuses it. Frees the
** bytes.
*/
static void check_bounded(uint8_t *bytes, size_t size, size_t embedding, const char *message) {
  Model *model = NULL;
  size_t before = live;
  peak = live;
  Status status = model_read(bytes, size, (Poll){0}, &model, &error);
  size_t most = TIMES * size + OF_NUMBER * embedding + (64 << 10);
  if (peak - before > most) fail_msg("%zu bytes are allocated for a file of %zu", peak - before, size);
  if (message)
    assert_invalid(status, message);
  else
    assert_ok(status);
  if (!status) model_free(model);
  assert_int_equal(live, before);
  free(bytes);
}

/* ---- headers ---------------------------------------------------------------------------------- */

/* A file that is a header: `begin`, then `count` times the format with a number, then `end`. */
static void check_header(const char *begin, const char *format, size_t count, const char *end, const char *message) {
  size_t room = strlen(begin) + strlen(end) + count * (strlen(format) + 24) + 9;
  char *file = allocate(room, 1), *at = file + 8;
  at += sprintf(at, "%s", begin);
  for (size_t i = 0; i < count; i++) at += snprintf(at, strlen(format) + 24, format, i);
  at += sprintf(at, "%s", end);
  uint64_t length = (uint64_t)(at - file - 8);
  little_endian_copy(file, &length, 1, sizeof length);
  check_bounded((uint8_t *)file, (size_t)(at - file), 0, message);
}

#define FORMAT "{\"__metadata__\":{\"format\":\"sqlite-classify 1\""

TEST(headers_of_many_members) {
  check_header(FORMAT "}", ",\"%zx\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}", 50000, "}",
               "tensor '0' is not known");
  check_header(FORMAT, ",\"%zx\":\"\"", 100000, "}}", "metadata '0' is not known");
  check_header(FORMAT ",\"x\":\"", "%zu", 500000, "\"}}", "metadata 'x' is not known");
  check_header("{\"__metadata__\":{\"", "%zu", 500000, "\":\"\"}}", "metadata 'format' is ''");
}

TEST(headers_that_are_none) {
  check_header("", "[%.0zu", 1000000, "", "the safetensors header");
  check_header("{\"a\":", "{\"a\":%.0zu", 100000, "", "the safetensors header");
  check_header(FORMAT "}", ",\"a\":{\"dtype\":\"F32\",\"shape\":[%zu", 1, ",4294967295,4294967295],"
               "\"data_offsets\":[0,0]}}", "");
  uint8_t *bytes = allocate(100, 1);
  bytes[3] = 5; /* the header has 80 MB, it says */
  check_bounded(bytes, 100, 0, "are not a whole safetensors file");
}

/* ---- tensors ---------------------------------------------------------------------------------- */

/* A model of which each part is as small as it can be. */
typedef struct Size {
  size_t words, labels, embedding, hidden, seen, pairs;
} Size;

static void *borrowed[32]; /* by the writer, until its end */
static size_t borrowed_count;

static void *lend(size_t count, size_t size) {
  assert_true(borrowed_count < COUNT(borrowed));
  return borrowed[borrowed_count++] = allocate(count, size);
}

/* A tensor of zeros in codes of 4 bits. */
static void write_codes(SafeTensorsWriter *w, const char *name, size_t rows, size_t columns) {
  float *zeros = lend(rows * columns, sizeof *zeros);
  safetensors_write_quantised(w, name, 4, (size_t[]){rows, columns}, 2, zeros);
}

static void write_zeros(SafeTensorsWriter *w, const char *name, size_t count) {
  float *zeros = lend(count, sizeof *zeros);
  safetensors_write_tensor(w, name, DTYPE_F32, &count, 1, zeros);
}

/* Different texts of as few bytes as there can be, behind a first one. */
static void write_strings(SafeTensorsWriter *w, const char *bytes, const char *ends, const char *first, size_t count) {
  char *text = lend(5 * count + 1, 1);
  uint32_t *end = lend(count, sizeof *end);
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    length += (size_t)sprintf(text + length, "%s", first);
    for (size_t left = i + 1; left; left /= 90) text[length++] = (char)(33 + left % 90);
    end[i] = (uint32_t)length;
  }
  safetensors_write_tensor(w, ends, DTYPE_U32, &count, 1, end);
  safetensors_write_tensor(w, bytes, DTYPE_U8, &length, 1, text);
}

static void write_gru(SafeTensorsWriter *w, const char *direction, const Size *s) {
  static const char *const PARTS[] = {"kernel", "recurrent_kernel", "bias"};
  const size_t rows[] = {s->embedding, s->hidden, 2};
  for (size_t i = 0; i < 3; i++) {
    char name[64];
    snprintf(name, sizeof name, "gru.%s.%s", direction, PARTS[i]);
    write_codes(w, name, rows[i], 3 * s->hidden);
  }
}

static void write_pairs(SafeTensorsWriter *w, const Size *s) {
  uint32_t *ends = lend(2, sizeof *ends), *second = lend(s->pairs, sizeof *second);
  ends[1] = (uint32_t)s->pairs;
  for (size_t i = 0; i < s->pairs; i++) second[i] = 1;
  write_codes(w, "linear.kernel", 2 + s->pairs, 1);
  write_zeros(w, "linear.bias", 1);
  write_zeros(w, "linear.idf", 2 + s->pairs);
  safetensors_write_tensor(w, "linear.pairs.ends", DTYPE_U32, &(size_t){2}, 1, ends);
  safetensors_write_integers(w, "linear.pairs.words", s->pairs, second);
}

static uint8_t *file_of(const Size *s, size_t *size) {
  static const char *const METADATA[][2] = {
      {"format", "sqlite-classify 1"}, {"tokenize", ""}, {"max_tokens", "2147483647"}, {"padded_length", "0"}};
  SafeTensorsWriter w = {0};
  uint8_t *bytes, *kinds = lend(s->labels, 1);
  uint32_t *seen = lend(s->seen + 1, sizeof *seen);
  memset(kinds, 't', s->labels);
  for (size_t i = 0; i < COUNT(METADATA); i++) safetensors_write_metadata(&w, METADATA[i][0], METADATA[i][1]);
  size_t state = s->hidden ? 2 * s->hidden : s->embedding;
  write_codes(&w, "embedding", s->words + 1, s->embedding);
  if (s->hidden) write_gru(&w, "forward", s);
  if (s->hidden) write_gru(&w, "backward", s);
  write_zeros(&w, "attention.kernel", state);
  write_codes(&w, "output.kernel", state, s->labels);
  write_zeros(&w, "output.bias", s->labels);
  if (s->pairs) write_pairs(&w, s);
  if (s->seen) safetensors_write_integers(&w, "seen", s->seen, seen);
  safetensors_write_tensor(&w, "labels.kinds", DTYPE_U8, &s->labels, 1, kinds);
  write_strings(&w, "labels.bytes", "labels.ends", "t", s->labels);
  write_strings(&w, "vocabulary.bytes", "vocabulary.ends", "", s->words);
  assert_ok(safetensors_end(&w, &bytes, size, &error));
  while (borrowed_count) free(borrowed[--borrowed_count]);
  return bytes;
}

TEST(much_of_anything) {
  const struct {
    Size size;
    const char *message;
  } CASES[] = {
      {{.words = 2, .labels = 2, .embedding = 1}, NULL},
      {{.words = 200000, .labels = 2, .embedding = 1}, NULL},
      {{.words = 200000, .labels = 2, .embedding = 1, .hidden = 1}, NULL},
      {{.words = 2, .labels = 100000, .embedding = 1}, NULL},
      {{.words = 2, .labels = 2, .embedding = 65536, .hidden = 1}, NULL},
      {{.words = 2, .labels = 2, .embedding = 1, .hidden = 1000}, NULL},
      {{.words = 2, .labels = 2, .embedding = 1000, .hidden = 33}, NULL},
      {{.words = 2, .labels = 2, .embedding = 65537}, "is too large"},
      {{.words = 2, .labels = 2, .embedding = 1, .seen = 500000}, NULL},
      {{.words = 2, .labels = 2, .embedding = 1, .pairs = 1}, NULL},
      {{.words = 2, .labels = 2, .embedding = 1, .pairs = 300000}, "pair 1 of word 1 is with word 1"},
  };
  for (size_t i = 0; i < COUNT(CASES); i++) {
    size_t size;
    uint8_t *bytes = file_of(&CASES[i].size, &size);
    check_bounded(bytes, size, CASES[i].size.embedding, CASES[i].message);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(headers_of_many_members),
      cmocka_unit_test(headers_that_are_none),
      cmocka_unit_test(much_of_anything),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
