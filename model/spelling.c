#include "spelling.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "tokens.h"

enum { LENGTHS = 3 }; /* of n-grams, one after the other */

void spelling_free(Spelling *s) {
  free(s->hash);
  free(s->end);
  *s = (Spelling){0};
}

void spelling_clear(Spelling *s) { s->count = 0; }

static bool is_continuation(char byte) { return ((unsigned char)byte & 0xC0) == 0x80; }

/* Where the `characters`-th character after `at` begins, or SIZE_MAX past the end. */
static size_t skip(const char *text, size_t length, size_t at, size_t characters) {
  for (; characters > 0; characters--) {
    if (at >= length) return SIZE_MAX;
    for (at++; at < length && is_continuation(text[at]); at++) continue;
  }
  return at;
}

/* Whether a word begins with a character of three or more bytes in UTF-8: Hangul,
** Kana, Chinese and their like.
*/
static bool is_dense(const char *word, size_t length) {
  return length && (unsigned char)word[0] >= 0xE0;
}

/* FNV-1a, 32 bits. */
static uint32_t hash_of(const char *bytes, size_t length) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)bytes[i]) * 16777619u;
  return h ^ h >> 15;
}

Status spelling_add(Spelling *s, const char *word, size_t length, Error *error) {
  char text[TOKEN_MAX_BYTES + 2];
  size_t end = s->count ? s->end[s->count - 1] : 0;
  size_t shortest = is_dense(word, length) ? 1 : 3;
  if (length > TOKEN_MAX_BYTES) length = TOKEN_MAX_BYTES;
  text[0] = '<';
  memcpy(text + 1, word, length);
  text[length + 1] = '>';
  length += 2;
  if (!memory_grow(&s->end, &s->end_capacity, s->count + 1, sizeof *s->end) ||
      !memory_grow(&s->hash, &s->hash_capacity, end + LENGTHS * length, sizeof *s->hash))
    return error_no_memory(error);
  for (size_t at = 0; at < length; at = skip(text, length, at, 1)) {
    for (size_t n = shortest; n < shortest + LENGTHS; n++) {
      size_t after = skip(text, length, at, n);
      if (after == SIZE_MAX) break;
      s->hash[end++] = hash_of(text + at, after - at);
    }
  }
  s->end[s->count++] = end;
  return STATUS_OK;
}

const uint32_t *spelling_get(const Spelling *s, size_t word, size_t *count) {
  size_t begin = word ? s->end[word - 1] : 0;
  *count = s->end[word] - begin;
  return s->hash + begin;
}
