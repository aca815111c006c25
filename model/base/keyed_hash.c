#include "base/keyed_hash.h"

#include <string.h>

#include "base/little_endian.h"
#include "base/simd.h"

enum { PAIRS = KEYED_HASH_PAIRS, PASSES = KEYED_HASH_PASSES, BLOCK = KEYED_HASH_BLOCK };

/* ---- SipHash-2-4, 128 bits --------------------------------------------------------------- */

static inline uint64_t rotate(uint64_t x, unsigned bits) { return x << bits | x >> (64 - bits); }

static void sip_rounds(uint64_t v[4], int rounds) {
  uint64_t a = v[0], b = v[1], c = v[2], d = v[3];
  for (int i = 0; i < rounds; i++) {
    a += b;
    c += d;
    b = rotate(b, 13) ^ a;
    d = rotate(d, 16) ^ c;
    a = rotate(a, 32) + d;
    c += b;
    b = rotate(b, 17) ^ c;
    d = rotate(d, 21) ^ a;
    c = rotate(c, 32);
  }
  v[0] = a;
  v[1] = b;
  v[2] = c;
  v[3] = d;
}

static void sip_begin(const uint64_t key[2], uint64_t v[4]) {
  v[0] = key[0] ^ 0x736f6d6570736575u;
  v[1] = key[1] ^ 0x646f72616e646f6du ^ 0xee;
  v[2] = key[0] ^ 0x6c7967656e657261u;
  v[3] = key[1] ^ 0x7465646279746573u;
}

static void sip_word(uint64_t v[4], uint64_t word) {
  v[3] ^= word;
  sip_rounds(v, 2);
  v[0] ^= word;
}

static uint64_t sip_half(uint64_t v[4]) {
  sip_rounds(v, 4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void sip_end(uint64_t v[4], uint8_t digest[KEYED_HASH_DIGEST]) {
  v[2] ^= 0xee;
  uint64_t low = sip_half(v);
  v[1] ^= 0xdd;
  uint64_t high = sip_half(v);
  little_endian_copy(digest, (uint64_t[]){low, high}, 2, sizeof low);
}

/* The last word has the bytes that are left, and the size in its highest byte. */
static void sip_bytes(uint64_t v[4], const uint8_t *bytes, size_t size) {
  size_t at = 0, width = sizeof(uint64_t);
  for (; at + width <= size; at += width) sip_word(v, little_endian_number(bytes + at, width));
  sip_word(v, little_endian_number(bytes + at, size - at) | (uint64_t)size << 56);
}

/* ---- NH ------------------------------------------------------------------------------------ */

SIMD_VERSIONS(static, void, compress, (const KeyedHashKey *key, const uint8_t *block, uint64_t *sums),
              (key, block, sums)) {
  uint32_t m[2 * PAIRS];
  little_endian_copy(m, block, 2 * PAIRS, sizeof *m);
  for (size_t pass = 0; pass < PASSES; pass++) {
    uint64_t sum = 0;
    for (size_t i = 0; i < PAIRS; i++)
      sum += (uint64_t)(m[i] + key->first[i + pass]) * (m[i + PAIRS] + key->second[i + pass]);
    sums[pass] = sum;
  }
}

/* ---- the hash -------------------------------------------------------------------------------- */

static void add_block(KeyedHash *h, const uint8_t *block) {
  uint64_t sums[PASSES];
  compress(h->key, block, sums);
  for (size_t pass = 0; pass < PASSES; pass++) sip_word(h->sip, sums[pass]);
}

void keyed_hash_begin(KeyedHash *h, const KeyedHashKey *key) {
  *h = (KeyedHash){.key = key};
  sip_begin(key->sip, h->sip);
}

/* A block waits until it is known that more bytes follow. */
void keyed_hash_add(KeyedHash *h, const void *bytes, size_t size) {
  const uint8_t *from = bytes;
  h->size += size;
  while (h->held + size > BLOCK) {
    size_t missing = BLOCK - h->held;
    if (h->held) memcpy(h->block + h->held, from, missing);
    add_block(h, h->held ? h->block : from);
    h->held = 0;
    from += missing;
    size -= missing;
  }
  if (size) memcpy(h->block + h->held, from, size);
  h->held += size;
}

void keyed_hash_end(KeyedHash *h, uint8_t digest[KEYED_HASH_DIGEST]) {
  if (h->size <= BLOCK) {
    sip_bytes(h->sip, h->block, h->held);
  } else {
    memset(h->block + h->held, 0, BLOCK - h->held);
    add_block(h, h->block);
    sip_word(h->sip, h->size);
  }
  sip_end(h->sip, digest);
}
