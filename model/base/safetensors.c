#include "base/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/finite.h"
#include "base/half.h"
#include "base/json_reader.h"
#include "base/little_endian.h"
#include "base/memory.h"
#include "base/number_text.h"
#include "base/quantisation.h"

enum {
  LENGTH_BYTES = 8,
  MAX_HEADER = 100 * 1000 * 1000,
  SHAPE_LENGTH = TENSOR_MAX_RANK * 22 + 1 /* of dimensions as text */
};

static const struct {
  const char *name;
  size_t bytes;
} DTYPES[] = {{"F32", 4}, {"I32", 4}, {"U32", 4}, {"U8", 1}, {"F16", 2}, {"BF16", 2}, {"I8", 1}, {"U16", 2}};

const char *dtype_name(Dtype dtype) { return DTYPES[dtype].name; }
size_t dtype_bytes(Dtype dtype) { return DTYPES[dtype].bytes; }

/* ---- reading -------------------------------------------------------------- */

static void read_metadata(JsonReader *r, SafeTensors *st) {
  if (st->has_metadata) r->status = error_set(r->error, STATUS_INVALID, "'__metadata__' is there twice");
  st->has_metadata = true;
  json_expect(r, '{');
  for (bool first = true; json_next(r, '}', &first);) {
    json_read_string(r);
    if (r->status) return;
    size_t before = st->keys.count;
    uint32_t key = strings_add(&st->keys, r->text, r->length);
    if (key == STRINGS_NONE || !memory_grow(&st->values, &st->values_capacity, st->keys.count,
                                            sizeof *st->values)) {
      r->status = error_no_memory(r->error);
      if (key != STRINGS_NONE && key == before) st->keys.count--; /* it has no value */
      return;
    }
    if (key < before) {
      r->status = error_set(r->error, STATUS_INVALID, "metadata '%.64s' is there twice", r->text);
      return;
    }
    st->values[key] = NULL;
    json_expect(r, ':');
    json_read_string(r);
    if (r->status) return;
    st->values[key] = strdup(r->text);
    if (!st->values[key]) r->status = error_no_memory(r->error);
  }
}

static void read_shape(JsonReader *r, TensorView *t) {
  json_expect(r, '[');
  for (bool first = true; json_next(r, ']', &first);) {
    if (t->rank == TENSOR_MAX_RANK) {
      json_fail(r, "at most 4 dimensions");
      return;
    }
    t->shape[t->rank++] = json_read_size(r);
  }
}

static Dtype dtype_named(const char *name) {
  for (size_t i = 0; i < sizeof DTYPES / sizeof *DTYPES; i++)
    if (strcmp(DTYPES[i].name, name) == 0) return (Dtype)i;
  return DTYPE_OTHER;
}

static void read_offsets(JsonReader *r, TensorView *t) {
  json_expect(r, '[');
  t->begin = json_read_size(r);
  json_expect(r, ',');
  t->end = json_read_size(r);
  json_expect(r, ']');
}

static void read_dtype(JsonReader *r, TensorView *t) {
  json_read_string(r);
  if (r->status) return;
  t->dtype = dtype_named(r->text);
  snprintf(t->dtype_name, sizeof t->dtype_name, "%.15s", r->text);
}

/* Each of the three members, once. */
static void read_tensor(JsonReader *r, TensorView *t) {
  static const struct {
    const char *name;
    void (*read)(JsonReader *r, TensorView *t);
  } MEMBERS[] = {{"dtype", read_dtype}, {"shape", read_shape}, {"data_offsets", read_offsets}};
  unsigned seen = 0;
  json_expect(r, '{');
  for (bool first = true; json_next(r, '}', &first);) {
    size_t i = 0;
    json_read_key(r);
    while (!r->status && i < 3 && !json_text_is(r, MEMBERS[i].name)) i++;
    if (!r->status && (i == 3 || seen & 1u << i)) json_fail(r, "dtype, shape and data_offsets, once each");
    if (r->status) return;
    MEMBERS[i].read(r, t);
    seen |= 1u << i;
  }
  if (seen != 7) json_fail(r, "dtype, shape and data_offsets, once each");
}

/* Checks that the tensor lies inside the file and is as long as its shape says. */
static Status check_tensor(const TensorView *t, const char *name, size_t data_size, Error *error) {
  if (t->begin > t->end || t->end > data_size)
    return error_set(error, STATUS_INVALID,
                     "tensor '%.64s' lies at bytes %zu to %zu of %zu bytes of tensors", name, t->begin,
                     t->end, data_size);
  if (t->dtype == DTYPE_OTHER) return STATUS_OK; /* an error only if it is asked for */
  size_t bytes = DTYPES[t->dtype].bytes;
  for (size_t i = 0; i < t->rank; i++) {
    if (t->shape[i] && bytes > SIZE_MAX / t->shape[i])
      return error_set(error, STATUS_INVALID, "tensor '%.64s' is too large", name);
    bytes *= t->shape[i];
  }
  if (bytes != t->end - t->begin)
    return error_set(error, STATUS_INVALID,
                     "tensor '%.64s' has %zu bytes, its shape and dtype say %zu", name,
                     t->end - t->begin, bytes);
  return STATUS_OK;
}

static void read_member(JsonReader *r, SafeTensors *st, size_t size) {
  json_read_key(r);
  if (r->status) return;
  if (json_text_is(r, "__metadata__")) {
    read_metadata(r, st);
    return;
  }
  uint32_t name = strings_add(&st->names, r->text, r->length);
  if (name == STRINGS_NONE || !memory_grow(&st->tensors, &st->capacity, name + 1, sizeof *st->tensors)) {
    r->status = error_no_memory(r->error);
    return;
  }
  if (name < st->count) {
    r->status = error_set(r->error, STATUS_INVALID, "tensor '%.64s' is there twice", r->text);
    return;
  }
  TensorView *t = &st->tensors[st->count++];
  *t = (TensorView){.name = name, .dtype = DTYPE_OTHER};
  read_tensor(r, t);
  if (r->status) return;
  size_t length;
  char shown[65];
  const char *bytes = strings_get(&st->names, name, &length);
  snprintf(shown, sizeof shown, "%.*s", (int)(length < 64 ? length : 64), bytes);
  r->status = check_tensor(t, shown, size - st->header_end, r->error);
}

size_t safetensors_header_size(const uint8_t first[8], size_t size) {
  uint64_t length = little_endian_number(first, LENGTH_BYTES);
  if (size < LENGTH_BYTES || length > MAX_HEADER || length > size - LENGTH_BYTES) return 0;
  return LENGTH_BYTES + (size_t)length;
}

static int by_begin(const void *a, const void *b) {
  const TensorView *x = a, *y = b;
  if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
  return (x->end > y->end) - (x->end < y->end);
}

/* Checks that the tensors cover the bytes after the header, without gap or overlap. */
static Status check_cover(const SafeTensors *st, size_t data_size, Error *error) {
  TensorView *sorted = malloc((st->count + 1) * sizeof *sorted);
  if (!sorted) return error_no_memory(error);
  size_t covered = 0;
  Status status = STATUS_OK;
  if (st->count) memcpy(sorted, st->tensors, st->count * sizeof *sorted);
  qsort(sorted, st->count, sizeof *sorted, by_begin);
  for (size_t i = 0; i <= st->count && !status; i++) {
    size_t begin = i < st->count ? sorted[i].begin : data_size;
    if (begin != covered)
      status = error_set(error, STATUS_INVALID, "the tensors leave a gap or overlap at byte %zu of %zu",
                         covered, data_size);
    covered = i < st->count ? sorted[i].end : data_size;
  }
  free(sorted);
  return status;
}

/* Such as the note that stands in for a large file, or what a server says where there is none. */
static bool is_text(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (bytes[i] < ' ' || bytes[i] > '~') return false;
  return true;
}

static Status not_whole(const uint8_t *bytes, size_t known, size_t size, Error *error) {
  enum { SHOWN = 15 };
  if (known >= SHOWN && is_text(bytes, SHOWN))
    return error_set(error, STATUS_INVALID, "%zu bytes are not a whole safetensors file, but begin as a text: '%.*s'",
                     size, SHOWN, (const char *)bytes);
  return error_set(error, STATUS_INVALID, "%zu bytes are not a whole safetensors file", size);
}

Status safetensors_read(const uint8_t *bytes, size_t known, size_t size, SafeTensors *st,
                        Error *error) {
  *st = (SafeTensors){0};
  size_t header_end = known < LENGTH_BYTES ? 0 : safetensors_header_size(bytes, size);
  if (header_end == 0 || header_end > known)
    return not_whole(bytes, known, size, error);
  st->header_end = header_end;
  JsonReader r = json_begin((const char *)bytes + LENGTH_BYTES, header_end - LENGTH_BYTES, "the safetensors header",
                            error);
  json_expect(&r, '{');
  for (bool first = true; json_next(&r, '}', &first);) read_member(&r, st, size);
  Status status = json_end(&r);
  if (!status) status = check_cover(st, size - header_end, error);
  if (status) safetensors_free(st);
  return status;
}

void safetensors_free(SafeTensors *st) {
  for (size_t i = 0; i < st->keys.count; i++) free(st->values[i]);
  free(st->values);
  free(st->tensors);
  strings_free(&st->keys);
  strings_free(&st->names);
  *st = (SafeTensors){0};
}

const TensorView *safetensors_find(const SafeTensors *st, const char *name) {
  uint32_t number = strings_find(&st->names, name, strlen(name));
  return number == STRINGS_NONE ? NULL : &st->tensors[number];
}

/* Writes the dimensions as "[3][2]"; any sizes are those of `found`, if it has as many dimensions, else letters. */
static void write_shape(const size_t *shape, size_t rank, const TensorView *found, char out[SHAPE_LENGTH]) {
  size_t n = (size_t)snprintf(out, SHAPE_LENGTH, rank ? "" : "[]");
  for (size_t i = 0; i < rank; i++) {
    size_t size = shape[i] == TENSOR_ANY && found && found->rank == rank ? found->shape[i] : shape[i];
    if (size == TENSOR_ANY)
      n += (size_t)snprintf(out + n, SHAPE_LENGTH - n, "[%c]", "nmkl"[i]);
    else
      n += (size_t)snprintf(out + n, SHAPE_LENGTH - n, "[%zu]", size);
  }
}

static bool is_half(Dtype dtype) { return dtype == DTYPE_F16 || dtype == DTYPE_BF16; }

static bool fits(const TensorView *view, Dtype dtype, const size_t *shape, size_t rank) {
  bool same = view->dtype == dtype || (dtype == DTYPE_F32 && is_half(view->dtype)) ||
              (dtype == DTYPE_U32 && view->dtype == DTYPE_U16);
  if (!same || view->rank != rank) return false;
  for (size_t i = 0; i < rank; i++)
    if (shape[i] != TENSOR_ANY && shape[i] != view->shape[i]) return false;
  return true;
}

/* Of a tensor that is one of F32's kinds only the shape is wrong. */
static const char *expected_dtype(const TensorView *found, Dtype dtype) {
  if (dtype != DTYPE_F32 || !found || found->dtype == DTYPE_F32) return DTYPES[dtype].name;
  return is_half(found->dtype) ? DTYPES[found->dtype].name : "F32, F16 or BF16";
}

static Status not_expected(const TensorView *view, const char *name, const char *expected, Error *error) {
  char is[SHAPE_LENGTH];
  write_shape(view->shape, view->rank, NULL, is);
  return error_set(error, STATUS_INVALID, "tensor '%s' is %s %s, expected %s", name, view->dtype_name, is, expected);
}

Status safetensors_require(const SafeTensors *st, const char *name, Dtype dtype, const size_t *shape, size_t rank,
                           const TensorView **view, Error *error) {
  char sizes[SHAPE_LENGTH], expected[2 * SHAPE_LENGTH];
  *view = safetensors_find(st, name);
  if (*view && fits(*view, dtype, shape, rank)) return STATUS_OK;
  write_shape(shape, rank, *view, sizes);
  snprintf(expected, sizeof expected, "%s %s", expected_dtype(*view, dtype), sizes);
  if (*view) return not_expected(*view, name, expected, error);
  return error_set(error, STATUS_INVALID, "tensor '%s' is missing, expected %s", name, expected);
}

/* ---- numbers --------------------------------------------------------------- */

size_t safetensors_count(const TensorView *view) {
  size_t count = 1;
  for (size_t i = 0; i < view->rank; i++) count *= view->shape[i];
  return count;
}

static uint16_t two_bytes(const uint8_t *from) { return (uint16_t)little_endian_number(from, 2); }

/* Copies the numbers from .. to - 1, of which the first begins a block. The scales need not be aligned. */
static void copy_quantised(const uint8_t *data, const TensorView *view, size_t from, size_t to, float *out) {
  const uint8_t *codes = data + view->begin, *scales = data + view->scales + 2 * quantisation_scales(from);
  for (size_t at = from; at < to; at += QUANTISATION_BLOCK, scales += 2) {
    uint16_t scale = two_bytes(scales);
    size_t left = to - at, some = left < QUANTISATION_BLOCK ? left : QUANTISATION_BLOCK;
    dequantise(view->bits, codes + quantisation_bytes(view->bits, at), &scale, some, out + at);
  }
}

/* Copies the numbers from .. to - 1 to their places in `out`. */
static void copy_part(const uint8_t *data, const TensorView *view, size_t from, size_t to, void *out) {
  const uint8_t *numbers = data + view->begin;
  float *floats = out;
  uint32_t *integers = out;
  if (view->bits) {
    copy_quantised(data, view, from, to, floats);
  } else if (view->dtype == DTYPE_U16) {
    for (size_t i = from; i < to; i++) integers[i] = two_bytes(numbers + 2 * i);
  } else if (view->dtype == DTYPE_F16) {
    for (size_t i = from; i < to; i++) floats[i] = half_to_float(two_bytes(numbers + 2 * i));
  } else if (view->dtype == DTYPE_BF16) {
    for (size_t i = from; i < to; i++) floats[i] = bf16_to_float(two_bytes(numbers + 2 * i));
  } else {
    little_endian_copy(integers + from, numbers + from * sizeof *integers, to - from, sizeof *integers);
  }
}

void safetensors_copy(const SafeTensors *st, const uint8_t *bytes, const TensorView *view, size_t count, void *out) {
  copy_part(bytes + st->header_end, view, 0, count, out);
}

static Status refuse_numbers(const SafeTensors *st, const TensorView *view, bool finite, float most, Error *error) {
  size_t length;
  const char *name = strings_get(&st->names, view->name, &length);
  int shown = (int)(length < 200 ? length : 200);
  if (!finite)
    return error_set(error, STATUS_INVALID, "tensor '%.*s' has a number that is not finite", shown, name);
  return error_set(error, STATUS_INVALID, "tensor '%.*s' has a number above %s", shown, name,
                   number_digits((double)most, 6).text);
}

Status safetensors_copy_floats(const SafeTensors *st, const uint8_t *bytes, const TensorView *view, size_t count,
                               float most, float *out, Error *error) {
  enum { PIECE = 1 << 20 }; /* between two polls: whole blocks of quantised numbers */
  bool within = true, finite = true;
  Status status = STATUS_OK;
  for (size_t from = 0; from < count && !status; from += PIECE) {
    size_t some = count - from < PIECE ? count - from : PIECE;
    copy_part(bytes + st->header_end, view, from, from + some, out);
    within = within && finite_within(out + from, some, most);
    finite = finite && (within || finite_all(out + from, some));
    if (count > PIECE) status = poll_proceed(st->poll, error);
  }
  return status || within ? status : refuse_numbers(st, view, finite, most, error);
}

/* ---- quantised tensors -------------------------------------------------------- */

static const char CODES[] = ".codes";

/* Finds the part NAME.what of the tensor whose codes have this name. */
static Status find_part(const SafeTensors *st, const char *codes, const char *what, Dtype dtype, size_t count,
                        const TensorView **view, Error *error) {
  char name[SHAPE_LENGTH];
  snprintf(name, sizeof name, "%.*s.%s", (int)(strlen(codes) - strlen(CODES)), codes, what);
  return safetensors_require(st, name, dtype, &count, 1, view, error);
}

/* Reads the dimensions, and checks that there are as many codes. */
static Status read_dimensions(const char *codes, const uint8_t *data, const TensorView *dimensions, TensorView *t,
                              Error *error) {
  size_t count = 1, bytes = t->end - t->begin;
  if (dimensions->shape[0] > TENSOR_MAX_RANK)
    return error_set(error, STATUS_INVALID, "the tensor of '%s' has %zu dimensions, expected at most %d", codes,
                     dimensions->shape[0], TENSOR_MAX_RANK);
  t->rank = dimensions->shape[0];
  for (size_t i = 0; i < t->rank; i++) {
    uint32_t size = (uint32_t)little_endian_number(data + dimensions->begin + i * sizeof size, sizeof size);
    t->shape[i] = size;
    if (size && count > SIZE_MAX / size) return error_set(error, STATUS_INVALID, "tensor '%s' is too large", codes);
    count *= size;
  }
  if (quantisation_bytes(t->bits, count) == bytes) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "tensor '%s' has %zu bytes, expected %zu codes of %u bits", codes, bytes,
                   count, t->bits);
}

static Status unpack(SafeTensors *st, const uint8_t *data, const char *codes, const TensorView *view, Error *error) {
  const TensorView *scales = NULL, *dimensions = NULL;
  TensorView t = {.dtype = DTYPE_F32, .begin = view->begin, .end = view->end, .bits = view->dtype == DTYPE_I8 ? 8 : 4};
  memcpy(t.dtype_name, "F32", sizeof "F32");
  if (view->rank != 1 || (view->dtype != DTYPE_I8 && view->dtype != DTYPE_U8))
    return not_expected(view, codes, "I8 [n] or U8 [n]", error);
  Status status = find_part(st, codes, "shape", DTYPE_U32, TENSOR_ANY, &dimensions, error);
  if (!status && dimensions->dtype != DTYPE_U32)
    status = error_set(error, STATUS_INVALID, "the shape of '%s' is U16, expected U32", codes);
  if (!status) status = read_dimensions(codes, data, dimensions, &t, error);
  if (!status)
    status = find_part(st, codes, "scales", DTYPE_F16, quantisation_scales(safetensors_count(&t)), &scales, error);
  if (status) return status;
  t.scales = scales->begin;
  t.name = strings_add(&st->names, codes, strlen(codes) - strlen(CODES));
  if (t.name != STRINGS_NONE && t.name < st->count)
    return error_set(error, STATUS_INVALID, "there is tensor '%s', and its tensor as floats too", codes);
  if (t.name == STRINGS_NONE || !memory_grow(&st->tensors, &st->capacity, st->count + 1, sizeof *st->tensors))
    return error_no_memory(error);
  st->tensors[st->count++] = t;
  return STATUS_OK;
}

/* Names of ours are short; a longer one is not unpacked. */
Status safetensors_unpack(SafeTensors *st, const uint8_t *bytes, Error *error) {
  enum { LONGEST = 64 };
  Status status = STATUS_OK;
  for (uint32_t i = 0, count = (uint32_t)st->count; i < count && !status; i++) {
    char codes[LONGEST];
    size_t length, suffix = strlen(CODES);
    const char *name = strings_get(&st->names, i, &length);
    if (length <= suffix || length >= LONGEST || memcmp(name + length - suffix, CODES, suffix) != 0) continue;
    memcpy(codes, name, length);
    codes[length] = '\0';
    TensorView view = st->tensors[i];
    if (strlen(codes) == length) status = unpack(st, bytes + st->header_end, codes, &view, error);
  }
  if (status) safetensors_free(st);
  return status;
}

/* ---- metadata ---------------------------------------------------------------- */

const char *safetensors_metadata(const SafeTensors *st, const char *key) {
  uint32_t number = strings_find(&st->keys, key, strlen(key));
  return number == STRINGS_NONE ? NULL : st->values[number];
}

/* ---- the identifier ------------------------------------------------------- */

static uint64_t hash_word(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

enum {
  LANES = 8,
  POLL_LINES = 1 << 16 /* of a word for each lane, between two polls: 4 MB */
};

static uint64_t word_at(const uint8_t *bytes, size_t size) { return little_endian_number(bytes, size < 8 ? size : 8); }

/* Deals words of 8 bytes to lanes of 64 bits, which do not wait for each other. This finds
** damage; it does not keep out forgers.
*/
static Status hash_add(uint64_t lane[LANES], const uint8_t *bytes, size_t size, Poll poll, Error *error) {
  Status status = STATUS_OK;
  size_t at = 0;
  for (; at + 8 * LANES <= size && !status; at += 8 * LANES) {
    for (size_t l = 0; l < LANES; l++) lane[l] = hash_word(lane[l], word_at(bytes + at + 8 * l, 8));
    status = poll_every(poll, at / (8 * LANES), POLL_LINES, error);
  }
  if (status) return status;
  for (size_t l = 0; at < size; at += 8, l++) lane[l] = hash_word(lane[l], word_at(bytes + at, size - at));
  lane[0] = hash_word(lane[0], size);
  return STATUS_OK;
}

/* Finds the first place in the header that states an identifier. */
static const uint8_t *find_identifier(const uint8_t *bytes, size_t size) {
  size_t key = strlen(SAFETENSORS_IDENTIFIER_KEY);
  size_t end = size < LENGTH_BYTES ? 0 : safetensors_header_size(bytes, size);
  for (size_t i = LENGTH_BYTES; i + key + IDENTIFIER_LENGTH <= end; i++)
    if (memcmp(bytes + i, SAFETENSORS_IDENTIFIER_KEY, key) == 0) return bytes + i + key;
  return NULL;
}

bool safetensors_stated_identifier(const uint8_t *bytes, size_t size, char identifier[IDENTIFIER_LENGTH + 1]) {
  const uint8_t *stated = find_identifier(bytes, size);
  if (!stated) return false;
  memcpy(identifier, stated, IDENTIFIER_LENGTH);
  identifier[IDENTIFIER_LENGTH] = '\0';
  return true;
}

Status safetensors_identify(const uint8_t *bytes, size_t size, Poll poll, char identifier[IDENTIFIER_LENGTH + 1],
                            Error *error) {
  uint64_t hash[2] = {0x243F6A8885A308D3u, 0x13198A2E03707344u}, lane[LANES] = {0};
  const uint8_t *own = find_identifier(bytes, size);
  if (own) {
    size_t before = (size_t)(own - bytes);
    hash_add(lane, bytes, before, (Poll){0}, error);
    bytes += before + IDENTIFIER_LENGTH;
    size -= before + IDENTIFIER_LENGTH;
  }
  Status status = hash_add(lane, bytes, size, poll, error);
  for (size_t l = 0; l < LANES; l++) {
    hash[0] = hash_word(hash[0], lane[l]);
    hash[1] = hash_word(hash[1], lane[l] + 0x632BE59BD9B4E019u);
  }
  snprintf(identifier, IDENTIFIER_LENGTH + 1, "%016" PRIx64 "%016" PRIx64, hash[0], hash[1]);
  return status;
}

void safetensors_identifier(const uint8_t *bytes, size_t size, char identifier[IDENTIFIER_LENGTH + 1]) {
  Error unused;
  safetensors_identify(bytes, size, (Poll){0}, identifier, &unused);
}
