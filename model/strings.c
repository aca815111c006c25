#include "strings.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

void strings_free(Strings *s) {
  free(s->bytes);
  free(s->end);
  free(s->index);
  *s = (Strings){0};
}

/* FNV-1a, 64 bits. */
static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001B3u;
  return hash;
}

const char *strings_get(const Strings *s, uint32_t number, size_t *length) {
  uint32_t start = number ? s->end[number - 1] : 0;
  *length = s->end[number] - start;
  return s->bytes + start;
}

/* Where the string of a head (0 or 1 bytes) and a tail stands in the index, or
** the free place where it belongs. The multiplication makes the low bits of the
** hash depend on all.
*/
static size_t find_place(const Strings *s, const char *head, size_t head_length, const char *tail,
                         size_t tail_length) {
  uint64_t hash = hash_bytes(0xCBF29CE484222325u, head, head_length);
  hash = hash_bytes(hash, tail, tail_length);
  hash = (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15u >> 16;
  size_t mask = s->index_size - 1, place = (size_t)hash & mask;
  for (; s->index[place]; place = (place + 1) & mask) {
    size_t length;
    const char *known = strings_get(s, s->index[place] - 1, &length);
    if (length == head_length + tail_length && memcmp(known, head, head_length) == 0 &&
        memcmp(known + head_length, tail, tail_length) == 0)
      break;
  }
  return place;
}

static uint32_t found_at(const Strings *s, size_t place) {
  return s->index[place] ? s->index[place] - 1 : STRINGS_NONE;
}

uint32_t strings_find(const Strings *s, const char *bytes, size_t length) {
  return s->count ? found_at(s, find_place(s, "", 0, bytes, length)) : STRINGS_NONE;
}

uint32_t strings_find_after(const Strings *s, char head, const char *bytes, size_t length) {
  return s->count ? found_at(s, find_place(s, &head, 1, bytes, length)) : STRINGS_NONE;
}

/* Keeps the index at most half full. */
static bool index_grow(Strings *s) {
  if (s->index_size > 2 * s->count) return true;
  size_t size = s->index_size ? 2 * s->index_size : 64;
  uint32_t *index = calloc(size, sizeof *index);
  if (!index) return false;
  free(s->index);
  s->index = index;
  s->index_size = size;
  for (uint32_t i = 0; i < s->count; i++) {
    size_t length;
    const char *bytes = strings_get(s, i, &length);
    s->index[find_place(s, "", 0, bytes, length)] = i + 1;
  }
  return true;
}

uint32_t strings_add(Strings *s, const char *bytes, size_t length) {
  if (!index_grow(s)) return STRINGS_NONE;
  size_t place = find_place(s, "", 0, bytes, length);
  if (s->index[place]) return s->index[place] - 1;
  if (length > UINT32_MAX - 1 - s->length || s->count >= UINT32_MAX - 1) return STRINGS_NONE;
  /* one byte more, so that an empty set of empty strings has an address too */
  if (!memory_grow(&s->bytes, &s->bytes_capacity, s->length + length + 1, 1)) return STRINGS_NONE;
  if (!memory_grow(&s->end, &s->end_capacity, s->count + 1, sizeof *s->end)) return STRINGS_NONE;
  if (length) memcpy(s->bytes + s->length, bytes, length);
  s->length += length;
  s->end[s->count] = (uint32_t)s->length;
  s->index[place] = (uint32_t)++s->count;
  return (uint32_t)(s->count - 1);
}
