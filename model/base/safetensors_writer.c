#include "base/safetensors_writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/little_endian.h"
#include "base/memory.h"
#include "base/quantisation.h"

enum {
  LENGTH_BYTES = 8,
  PART_NAME = 80,
  PIECE = 1 << 20 /* numbers or bytes between two polls, whole blocks of quantised numbers */
};

/* The identifier comes first, so that a reader finds it in the first bytes. */
static const char BEGIN[] = "{\"__metadata__\":{" SAFETENSORS_IDENTIFIER_KEY;

/* ---- the header -------------------------------------------------------------------- */

static void header_format(SafeTensorsWriter *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void header_format(SafeTensorsWriter *w, const char *format, ...) {
  if (w->failed) return;
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  w->failed = length < 0 || !memory_grow(&w->header, &w->capacity, w->length + (size_t)length + 1, 1);
  if (!w->failed) {
    vsnprintf(w->header + w->length, (size_t)length + 1, format, again);
    w->length += (size_t)length;
  }
  va_end(again);
}

static void header_quote(SafeTensorsWriter *w, const char *text) {
  header_format(w, "\"");
  for (; *text; text++) {
    if (*text == '"' || *text == '\\')
      header_format(w, "\\%c", *text);
    else if ((unsigned char)*text < 0x20)
      header_format(w, "\\u%04x", (unsigned)*text);
    else
      header_format(w, "%c", *text);
  }
  header_format(w, "\"");
}

static void metadata_begin(SafeTensorsWriter *w) {
  if (w->length == 0) header_format(w, "%*s%s%0*d\"", LENGTH_BYTES, "", BEGIN, IDENTIFIER_LENGTH, 0);
}

static void metadata_end(SafeTensorsWriter *w) {
  metadata_begin(w);
  if (w->metadata) return;
  header_format(w, "}");
  w->metadata = w->length;
}

void safetensors_write_metadata(SafeTensorsWriter *w, const char *key, const char *value) {
  metadata_begin(w);
  header_format(w, ",");
  header_quote(w, key);
  header_format(w, ":");
  header_quote(w, value);
}

/* ---- tensors ------------------------------------------------------------------------ */

void safetensors_write_tensor(SafeTensorsWriter *w, const char *name, Dtype dtype,
                              const size_t *shape, size_t rank, const void *data) {
  w->failed = w->failed || dtype == DTYPE_OTHER;
  if (w->failed) return;
  metadata_end(w);
  header_format(w, ",");
  header_quote(w, name);
  header_format(w, ":{\"dtype\":\"%s\",\"shape\":[", dtype_name(dtype));
  size_t width = dtype_bytes(dtype), bytes = width;
  for (size_t i = 0; i < rank; i++) {
    header_format(w, "%s%zu", i ? "," : "", shape[i]);
    bytes *= shape[i];
  }
  header_format(w, "],\"data_offsets\":");
  w->failed = w->failed || !memory_grow(&w->entries, &w->entries_capacity, w->count + 1, sizeof *w->entries);
  if (!w->failed) w->entries[w->count++] = (struct SafeTensorsEntry){w->length, data, bytes, width};
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Asks, before the next PIECE of much work, whether to go on. */
static bool goes_on(SafeTensorsWriter *w) {
  if (!w->failed && !poll_goes_on(w->poll)) w->failed = w->stopped = true;
  return !w->failed;
}

/* Allocates memory of the writer's own. */
static void *own(SafeTensorsWriter *w, size_t count, size_t size) {
  w->failed = w->failed || !memory_grow(&w->own, &w->own_capacity, w->owned + 1, sizeof *w->own);
  void *bytes = w->failed ? NULL : memory_aligned(count + 1, size);
  w->failed = !bytes;
  if (bytes) w->own[w->owned++] = bytes;
  return bytes;
}

/* Writes a part of a quantised tensor, which is a list. */
static void write_part(SafeTensorsWriter *w, const char *name, const char *part, Dtype dtype, size_t count,
                       const void *data) {
  char joined[PART_NAME];
  snprintf(joined, sizeof joined, "%s.%s", name, part);
  safetensors_write_tensor(w, joined, dtype, &count, 1, data);
}

void safetensors_write_quantised(SafeTensorsWriter *w, const char *name, unsigned bits, const size_t *shape,
                                 size_t rank, const float *data) {
  size_t count = 1;
  if (bits == 0) {
    safetensors_write_tensor(w, name, DTYPE_F32, shape, rank, data);
    return;
  }
  for (size_t i = 0; i < rank; i++) count *= shape[i];
  uint8_t *codes = own(w, quantisation_bytes(bits, count), 1);
  uint16_t *scales = own(w, quantisation_scales(count), sizeof *scales);
  uint32_t *dimensions = own(w, rank, sizeof *dimensions);
  if (w->failed) return;
  for (size_t at = 0; at < count && goes_on(w); at += PIECE)
    quantise(bits, data + at, smaller(PIECE, count - at), codes + quantisation_bytes(bits, at),
             scales + quantisation_scales(at));
  for (size_t i = 0; i < rank; i++) dimensions[i] = (uint32_t)shape[i];
  write_part(w, name, "shape", DTYPE_U32, rank, dimensions);
  write_part(w, name, "scales", DTYPE_F16, quantisation_scales(count), scales);
  write_part(w, name, "codes", bits == 8 ? DTYPE_I8 : DTYPE_U8, quantisation_bytes(bits, count), codes);
}

void safetensors_write_halves(SafeTensorsWriter *w, const char *name, size_t count, const float *data) {
  uint16_t *halves = own(w, count, sizeof *halves);
  for (size_t i = 0; halves && i < count; i++) halves[i] = half_from_float(data[i]);
  safetensors_write_tensor(w, name, DTYPE_F16, &count, 1, halves);
}

void safetensors_write_integers(SafeTensorsWriter *w, const char *name, size_t count, const uint32_t *data) {
  uint32_t all = 0;
  for (size_t i = 0; i < count; i++) all |= data[i];
  if (all > UINT16_MAX) {
    safetensors_write_tensor(w, name, DTYPE_U32, &count, 1, data);
    return;
  }
  uint16_t *small = own(w, count, sizeof *small);
  for (size_t i = 0; small && i < count; i++) small[i] = (uint16_t)data[i];
  safetensors_write_tensor(w, name, DTYPE_U16, &count, 1, small);
}

/* ---- the file ------------------------------------------------------------------------- */

/* Makes the whole header of a writer that has not failed: what it has said, with offsets by falling width. */
static void finish_header(const SafeTensorsWriter *w, SafeTensorsWriter *whole) {
  size_t offset = 0;
  header_format(whole, "%.*s", (int)w->metadata, w->header);
  for (size_t width = sizeof(float); width; width /= 2) {
    for (size_t i = 0; i < w->count; i++) {
      const struct SafeTensorsEntry *e = &w->entries[i];
      size_t begin = i ? w->entries[i - 1].said : w->metadata;
      if (e->width != width) continue;
      header_format(whole, "%.*s[%zu,%zu]}", (int)(e->said - begin), w->header + begin, offset, offset + e->bytes);
      offset += e->bytes;
    }
  }
  header_format(whole, "}");
  while (!whole->failed && whole->length % 8) header_format(whole, " ");
}

static void copy_numbers(SafeTensorsWriter *w, const struct SafeTensorsEntry *e, uint8_t *to) {
  const uint8_t *from = e->data;
  for (size_t at = 0; at < e->bytes && goes_on(w); at += PIECE)
    little_endian_copy(to + at, from + at, smaller(PIECE, e->bytes - at) / e->width, e->width);
}

/* Returns the file, or NULL if there is no memory for it. When the poll says stop, the writer fails, too. */
static uint8_t *join(SafeTensorsWriter *w, const SafeTensorsWriter *header, size_t *size, Error *error) {
  size_t whole = header->length;
  for (size_t i = 0; i < w->count; i++) whole += w->entries[i].bytes;
  uint8_t *file = header->header ? malloc(whole) : NULL;
  if (!file) return NULL;
  uint64_t length = header->length - LENGTH_BYTES;
  memcpy(file, header->header, header->length);
  little_endian_copy(file, &length, 1, LENGTH_BYTES);
  *size = header->length;
  for (size_t width = sizeof(float); width; width /= 2) {
    for (size_t i = 0; i < w->count; i++) {
      const struct SafeTensorsEntry *e = &w->entries[i];
      if (e->width != width || e->bytes == 0) continue;
      copy_numbers(w, e, file + *size);
      *size += e->bytes;
    }
  }
  char identifier[IDENTIFIER_LENGTH + 1];
  w->stopped = w->stopped || safetensors_identify(file, *size, w->poll, identifier, error);
  memcpy(file + LENGTH_BYTES + strlen(BEGIN), identifier, IDENTIFIER_LENGTH);
  return file;
}

Status safetensors_end(SafeTensorsWriter *w, uint8_t **bytes, size_t *size, Error *error) {
  SafeTensorsWriter header = {0};
  metadata_end(w);
  if (!w->failed) finish_header(w, &header);
  uint8_t *file = w->failed || header.failed ? NULL : join(w, &header, size, error);
  Status status = w->stopped ? poll_stopped(error)
                  : file     ? STATUS_OK
                             : error_no_memory(error);
  if (status)
    free(file);
  else
    *bytes = file;
  for (size_t i = 0; i < w->owned; i++) free(w->own[i]);
  free(w->own);
  free(w->entries);
  free(w->header);
  free(header.header);
  *w = (SafeTensorsWriter){0};
  return status;
}
