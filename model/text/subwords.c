#include "text/subwords.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/tokenizer.h"

enum {
  LENGTHS = 3, /* n-grams of three lengths */
  MARKED_BYTES = TOKEN_MAX_BYTES + 2
};

void subwords_free(Subwords *s) {
  free(s->hash);
  free(s->end);
  *s = (Subwords){0};
}

void subwords_clear(Subwords *s) { s->count = 0; }

/* Sets where each character begins, and after them the end; returns their number. */
static size_t find_characters(const char *text, size_t length, size_t *begin) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) {
    begin[count] = i;
    count += !utf8_continues(text[i]);
  }
  begin[count] = length;
  return count;
}

/* Returns whether a word begins with a character of three or more bytes in UTF-8, like
** Hangul, Kana and Chinese.
*/
static bool is_dense(const char *word, size_t length) {
  return length && (unsigned char)word[0] >= 0xE0;
}

/* FNV-1a, 32 bits: continues a hash with more bytes. */
static uint32_t hash_on(uint32_t hash, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
  return hash;
}

/* Hashes the n-grams of a word with its marks; returns their number. */
static size_t hash_ngrams(const char *text, size_t length, size_t shortest, uint32_t *hashes) {
  size_t begin[MARKED_BYTES + 1], characters = find_characters(text, length, begin), count = 0;
  for (size_t c = 0; c + shortest <= characters; c++) {
    uint32_t hash = hash_on(2166136261u, text + begin[c], begin[c + shortest - 1] - begin[c]);
    for (size_t last = c + shortest - 1; last < characters && last < c + shortest - 1 + LENGTHS; last++) {
      hash = hash_on(hash, text + begin[last], begin[last + 1] - begin[last]);
      hashes[count++] = hash ^ hash >> 15;
    }
  }
  return count;
}

Status subwords_add(Subwords *s, const char *word, size_t length, Error *error) {
  char text[MARKED_BYTES];
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
  s->end[s->count++] = end + hash_ngrams(text, length, shortest, s->hash + end);
  return STATUS_OK;
}

const uint32_t *subwords_get(const Subwords *s, size_t word, size_t *count) {
  size_t begin = word ? s->end[word - 1] : 0;
  *count = s->end[word] - begin;
  return s->hash + begin;
}
