/* ngram_hash.h -- the hash by which n-grams find their bucket: FNV-1a of 32 bits, whose upper
** bits are then mixed into the lower ones.
*/
#ifndef CLASSIFY_NGRAM_HASH_H
#define CLASSIFY_NGRAM_HASH_H

#include <stddef.h>
#include <stdint.h>

#define NGRAM_HASH 2166136261u /* of no bytes, before the end */

/* Begins what is no text, since UTF-8 does not have this byte. */
#define NGRAM_MARK 0xFF

/* Continues a hash with more bytes. */
static inline uint32_t ngram_hash_on(uint32_t hash, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
  return hash;
}

/* The same with the four bytes of a number, the lowest first. */
static inline uint32_t ngram_hash_number(uint32_t hash, uint32_t number) {
  for (size_t i = 0; i < 4; i++) hash = (hash ^ (number >> 8 * i & 0xFF)) * 16777619u;
  return hash;
}

static inline uint32_t ngram_hash_end(uint32_t hash) { return hash ^ hash >> 15; }

#endif
