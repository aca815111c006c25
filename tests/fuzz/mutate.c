/* mutate.c -- the mutators of fuzz.h, for libFuzzer only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/safetensors_writer.h"
#include "fuzz.h"

/* libFuzzer's own. It is not there in a program that reads files. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

size_t fuzz_random(unsigned *seed, size_t below) {
  uint64_t state = *seed + 0x9E3779B97F4A7C15u;
  state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9u;
  state = (state ^ (state >> 27)) * 0x94D049BB133111EBu;
  *seed = (unsigned)(state >> 32);
  return (size_t)(state ^ (state >> 31)) % below;
}

size_t fuzz_mutate_bytes(uint8_t *data, size_t size, size_t most, unsigned seed) {
  (void)seed;
  return LLVMFuzzerMutate ? LLVMFuzzerMutate(data, size, most) : size;
}

/* Puts `with` [with_length] in the place of `length` bytes at `at`, if there is room. */
static size_t replace(uint8_t *data, size_t size, size_t most, size_t at, size_t length, const void *with,
                      size_t with_length) {
  if (size - length + with_length > most) return size;
  memmove(data + at + with_length, data + at + length, size - at - length);
  if (with_length) memcpy(data + at, with, with_length);
  return size - length + with_length;
}

/* ---- safetensors ------------------------------------------------------------------- */

enum { LENGTH_BYTES = 8 };

static size_t end_of_header(const uint8_t *data, size_t size) {
  return size < LENGTH_BYTES ? 0 : safetensors_header_size(data, size);
}

static void mend_identifier(uint8_t *data, size_t size) {
  char identifier[IDENTIFIER_LENGTH + 1];
  size_t key = strlen(SAFETENSORS_IDENTIFIER_KEY), end = end_of_header(data, size);
  for (size_t at = LENGTH_BYTES; at + key + IDENTIFIER_LENGTH <= end; at++) {
    if (memcmp(data + at, SAFETENSORS_IDENTIFIER_KEY, key) != 0) continue;
    safetensors_identifier(data, size, identifier);
    memcpy(data + at + key, identifier, IDENTIFIER_LENGTH);
    return;
  }
}

static size_t replace_in_header(uint8_t *data, size_t size, size_t most, size_t at, size_t length, const void *with,
                                size_t with_length) {
  size_t after = replace(data, size, most, at, length, with, with_length);
  uint64_t header = end_of_header(data, size) - LENGTH_BYTES + after - size;
  memcpy(data, &header, sizeof header);
  return after;
}

static bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

/* One number of the header becomes another. */
static size_t change_number(uint8_t *data, size_t size, size_t most, unsigned seed) {
  static const char *const NUMBERS[] = {"0", "1", "2", "3", "4", "31", "32", "33", "100", "1000", "65535", "65536",
                                        "2147483647", "4294967296", "18446744073709551615", "-1", "1.5"};
  size_t end = end_of_header(data, size), at = LENGTH_BYTES + fuzz_random(&seed, end - LENGTH_BYTES), length = 0;
  char near[32];
  while (at < end && !is_digit(data[at])) at++;
  while (at > LENGTH_BYTES && is_digit(data[at - 1])) at--;
  while (at + length < end && is_digit(data[at + length])) length++;
  if (length == 0 || length > 19) return size;
  memcpy(near, data + at, length);
  near[length] = '\0';
  size_t choice = fuzz_random(&seed, sizeof NUMBERS / sizeof *NUMBERS + 4);
  if (choice < 4) snprintf(near, sizeof near, "%llu", strtoull(near, NULL, 10) + (choice & 1 ? 1ull : -1ull));
  const char *with = choice < 4 ? near : NUMBERS[choice - 4];
  return replace_in_header(data, size, most, at, length, with, strlen(with));
}

static size_t change_header(uint8_t *data, size_t size, size_t most) {
  size_t end = end_of_header(data, size), length = end - LENGTH_BYTES, room = length + 64;
  uint8_t *header = malloc(room);
  if (!header) return size;
  memcpy(header, data + LENGTH_BYTES, length);
  size_t changed = fuzz_mutate_bytes(header, length, room, 0);
  size = replace_in_header(data, size, most, LENGTH_BYTES, length, header, changed);
  free(header);
  return size;
}

/* Some bytes of the tensors become others; floats become odd ones now and then. */
static void change_data(uint8_t *data, size_t size, unsigned seed) {
  static const uint32_t ODD[] = {0x7FC00000, 0x7F800000, 0xFF800000, 0x7F7FFFFF, 0xFF7FFFFF, 1, 0x80000000, 0x42C80000,
                                 UINT32_MAX, 0x00010000};
  size_t begin = end_of_header(data, size), some = 1 + fuzz_random(&seed, 16);
  if (begin == size) return;
  size_t at = begin + fuzz_random(&seed, size - begin);
  if (fuzz_random(&seed, 3) == 0) {
    at -= (at - begin) % sizeof *ODD;
    some = sizeof *ODD;
    if (at + some <= size) memcpy(data + at, &ODD[fuzz_random(&seed, sizeof ODD / sizeof *ODD)], some);
    return;
  }
  if (some > size - at) some = size - at;
  fuzz_mutate_bytes(data + at, some, some, seed);
}

/* Writes a tensor with another size of one dimension: its numbers, over and over. */
static void write_resized(SafeTensorsWriter *w, const char *name, const TensorView *view, const uint8_t *data,
                          unsigned seed, uint8_t **own) {
  size_t shape[TENSOR_MAX_RANK], dimension = fuzz_random(&seed, view->rank), had = view->end - view->begin;
  memcpy(shape, view->shape, sizeof shape);
  size_t size = shape[dimension];
  const size_t sizes[] = {0, 1, 2, size + 1, size ? size - 1 : 3, 2 * size, size / 2, size + fuzz_random(&seed, 40)};
  shape[dimension] = sizes[fuzz_random(&seed, sizeof sizes / sizeof *sizes)];
  size_t bytes = dtype_bytes(view->dtype);
  for (size_t i = 0; i < view->rank; i++) bytes *= shape[i];
  *own = bytes < 1 << 20 ? calloc(bytes + 1, 1) : NULL;
  for (size_t i = 0; i < bytes && *own && had; i++) (*own)[i] = data[view->begin + i % had];
  if (*own) safetensors_write_tensor(w, name, view->dtype, shape, view->rank, *own);
}

/* One tensor gets another size or is left out, and the file is otherwise whole. */
static size_t change_tensor(uint8_t *data, size_t size, size_t most, unsigned seed) {
  SafeTensors st;
  SafeTensorsWriter w = {0};
  Error error;
  uint8_t *own = NULL, *bytes = NULL;
  size_t written = 0;
  if (safetensors_read(data, size, size, &st, &error)) return fuzz_mutate_bytes(data, size, most, seed);
  size_t chosen = st.count ? fuzz_random(&seed, st.count) : 0, begin = st.header_end;
  for (uint32_t i = 0; i < st.keys.count; i++) {
    size_t length;
    char key[64];
    const char *text = strings_get(&st.keys, i, &length);
    snprintf(key, sizeof key, "%.*s", (int)(length < 63 ? length : 63), text);
    if (strcmp(key, "identifier") != 0) safetensors_write_metadata(&w, key, st.values[i]);
  }
  for (size_t i = 0; i < st.count; i++) {
    const TensorView *view = &st.tensors[i];
    size_t length;
    char name[64];
    const char *text = strings_get(&st.names, view->name, &length);
    snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), text);
    if (view->dtype == DTYPE_OTHER) continue;
    if (i != chosen || view->rank == 0)
      safetensors_write_tensor(&w, name, view->dtype, view->shape, view->rank, data + begin + view->begin);
    else if (fuzz_random(&seed, 4))
      write_resized(&w, name, view, data + begin, seed, &own);
  }
  if (!safetensors_end(&w, &bytes, &written, &error) && written <= most) {
    memcpy(data, bytes, written);
    size = written;
  }
  free(bytes);
  free(own);
  safetensors_free(&st);
  return size;
}

size_t fuzz_mutate_safetensors(uint8_t *data, size_t size, size_t most, unsigned seed) {
  size_t choice = fuzz_random(&seed, 16);
  if (end_of_header(data, size) <= LENGTH_BYTES || choice == 0) return fuzz_mutate_bytes(data, size, most, seed);
  if (choice < 5)
    size = change_number(data, size, most, seed);
  else if (choice < 7)
    size = change_header(data, size, most);
  else if (choice < 11)
    size = change_tensor(data, size, most, seed);
  else
    change_data(data, size, seed);
  mend_identifier(data, size);
  return size;
}

/* ---- parts -------------------------------------------------------------------------- */

enum { PARTS = 8, PART_LENGTH = 4 };

static uint8_t *put_part(uint8_t *at, const void *bytes, size_t size, bool last) {
  for (int i = 0; i < PART_LENGTH && !last; i++) *at++ = (uint8_t)(size >> 8 * i);
  if (size) memcpy(at, bytes, size);
  return at + size;
}

size_t fuzz_mutate_parts(uint8_t *data, size_t size, size_t most, unsigned seed, size_t count,
                         FuzzMutator *const *mutators) {
  FuzzPart parts[PARTS];
  fuzz_split(data, size, count, parts);
  size_t chosen = fuzz_random(&seed, count), lengths = (count - 1) * PART_LENGTH, used = lengths;
  for (size_t i = 0; i < count; i++) used += parts[i].size;
  size_t room = parts[chosen].size + (most > used ? most - used : 0);
  uint8_t *part = malloc(room + 1), *all = malloc(used + room + 1), *at = all;
  if (part && all && used <= most) {
    memcpy(part, parts[chosen].bytes, parts[chosen].size);
    parts[chosen].size = mutators[chosen](part, parts[chosen].size, room, seed);
    parts[chosen].bytes = part;
    for (size_t i = 0; i < count; i++) at = put_part(at, parts[i].bytes, parts[i].size, i + 1 == count);
    size = (size_t)(at - all);
    memcpy(data, all, size);
  }
  free(part);
  free(all);
  return size;
}
