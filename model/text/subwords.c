#include "text/subwords.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "text/ngram_hash.h"
#include "text/word_shape.h"
#include "tokenizer/tokenizer.h"

enum {
  LENGTHS = 3, /* n-grams of three lengths */
  MARKED_BYTES = TOKEN_MAX_BYTES + 2
};

void subwords_free(Subwords *s) {
  free(s->hash);
  free(s->end);
  free(s->shape);
  *s = (Subwords){0};
}

void subwords_clear(Subwords *s) { s->count = 0; }

const uint32_t *subwords_get(const Subwords *s, size_t word, size_t *count) {
  size_t begin = word ? s->end[word - 1] : 0;
  *count = s->end[word] - begin;
  return s->hash + begin;
}

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

/* Hashes the n-grams of a word with its marks; returns their number. */
static size_t hash_ngrams(const char *text, size_t length, size_t shortest, uint32_t *hashes) {
  size_t begin[MARKED_BYTES + 1], characters = find_characters(text, length, begin), count = 0;
  for (size_t c = 0; c + shortest <= characters; c++) {
    uint32_t hash = ngram_hash_on(NGRAM_HASH, text + begin[c], begin[c + shortest - 1] - begin[c]);
    for (size_t last = c + shortest - 1; last < characters && last < c + shortest - 1 + LENGTHS; last++) {
      hash = ngram_hash_on(hash, text + begin[last], begin[last + 1] - begin[last]);
      hashes[count++] = ngram_hash_end(hash);
    }
  }
  return count;
}

/* A word with a digit has these n-grams of its shape, most others none (word_shape.h). */
enum { NUMERIC_NGRAMS = 5 };

size_t subwords_estimate(const char *word, size_t length) {
  size_t characters = 0, shortest = is_dense(word, length) ? 1 : 3, count = 0;
  bool digit = false;
  if (length > TOKEN_MAX_BYTES) length = TOKEN_MAX_BYTES;
  for (size_t i = 0; i < length; i++) {
    characters += !utf8_continues(word[i]);
    digit = digit || (word[i] >= '0' && word[i] <= '9');
  }
  if (shortest == 1 && characters == 1) return 0;
  characters += 2; /* the marks */
  for (size_t size = shortest; size < shortest + LENGTHS; size++)
    if (size <= characters) count += characters - size + 1;
  return digit ? count + NUMERIC_NGRAMS : count;
}

Status subwords_add(Subwords *s, const Ngrams *known, const char *word, size_t length, Error *error) {
  char text[MARKED_BYTES];
  uint32_t shape = s->shaped ? word_shape(word, length) : WORD_PLAIN;
  size_t begin = s->count ? s->end[s->count - 1] : 0, end = begin;
  size_t shortest = is_dense(word, length) ? 1 : 3;
  if (length > TOKEN_MAX_BYTES) length = TOKEN_MAX_BYTES;
  text[0] = '<';
  memcpy(text + 1, word, length);
  text[length + 1] = '>';
  length += 2;
  if (!memory_grow(&s->end, &s->end_capacity, s->count + 1, sizeof *s->end) ||
      !memory_grow(&s->shape, &s->shape_capacity, s->count + 1, sizeof *s->shape) ||
      !memory_grow(&s->hash, &s->hash_capacity, end + LENGTHS * length + WORD_SHAPE_NGRAMS, sizeof *s->hash))
    return error_no_memory(error);
  if (word_kind(shape) != WORD_UNSPACED) end += hash_ngrams(text, length, shortest, s->hash + end);
  if (s->shaped) end += word_shape_ngrams(text + 1, length - 2, s->hash + end);
  for (size_t i = begin; ngrams_exist(known) && i < end; i++) s->hash[i] = ngrams_find(known, s->hash[i]);
  s->shape[s->count] = shape;
  s->end[s->count++] = end;
  return STATUS_OK;
}

enum { POLL_WORDS = 1 << 12, POLL_NGRAMS = 1 << 16 }; /* that are gone through between two polls: some ms */

/* Lists the n-grams of a word, each once; returns their number. */
static size_t list_once(const Subwords *s, size_t word, uint32_t times, NgramUse *uses) {
  size_t count, listed = 0;
  const uint32_t *hash = subwords_get(s, word, &count);
  for (size_t i = 0; i < count; i++) {
    size_t same = 0;
    while (same < listed && uses[same].hash != hash[i]) same++;
    if (same == listed) uses[listed++] = (NgramUse){hash[i], 1, times};
  }
  return listed;
}

Status subwords_ngrams(const Subwords *s, const uint32_t *times, size_t most, Poll poll, Ngrams *ngrams,
                       Error *error) {
  NgramUse *uses = memory_aligned((s->count ? s->end[s->count - 1] : 0) + 1, sizeof *uses);
  if (!uses) return error_no_memory(error);
  Status status = STATUS_OK;
  size_t count = 0;
  for (size_t w = 0; w < s->count && !status; w++) {
    count += list_once(s, w, times[w], uses + count);
    status = poll_every(poll, w, POLL_WORDS, error);
  }
  if (!status) status = ngrams_collect(uses, count, 1, most, poll, ngrams, error);
  free(uses);
  return status;
}

Status subwords_number(const Subwords *s, const Ngrams *known, Poll poll, Subwords *numbered, Error *error) {
  size_t ngrams = s->count ? s->end[s->count - 1] : 0;
  *numbered = (Subwords){.count = s->count, .shaped = s->shaped};
  if (!memory_grow(&numbered->end, &numbered->end_capacity, s->count, sizeof *s->end) ||
      !memory_grow(&numbered->shape, &numbered->shape_capacity, s->count, sizeof *s->shape) ||
      !memory_grow(&numbered->hash, &numbered->hash_capacity, ngrams, sizeof *s->hash)) {
    subwords_free(numbered);
    return error_no_memory(error);
  }
  for (size_t w = 0; w < s->count; w++) numbered->end[w] = s->end[w];
  for (size_t w = 0; w < s->count; w++) numbered->shape[w] = s->shape[w];
  Status status = STATUS_OK;
  for (size_t i = 0; i < ngrams && !status; i++) {
    numbered->hash[i] = ngrams_exist(known) ? ngrams_find(known, s->hash[i]) : s->hash[i];
    status = poll_every(poll, i, POLL_NGRAMS, error);
  }
  if (status) subwords_free(numbered);
  return status;
}
