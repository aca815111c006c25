/* keyed_hash.h -- a hash of bytes that whoever writes the bytes cannot foresee.
**
** Two inputs of the same size have the same digest with a probability of about 2^-128, whatever they are, as long as
** the key is random and secret. Nobody can make an input for the digest of another.
**
** Up to 1,024 bytes the digest is SipHash-2-4 of 128 bits: Aumasson and Bernstein, "SipHash: a fast short-input PRF",
** INDOCRYPT 2012. Of a longer input each 1,024 bytes, the last filled up with zeros, are first compressed to 32 by NH
** in four passes, each of which shifts the key by a pair (Toeplitz); SipHash then takes these and the size. With
** words m of 32 bits, each in one of 128 pairs, and sums of words modulo 2^32:
**
**   NH = sum over the pairs i of (m[i] + k[i]) (m[i + 128] + k'[i])   modulo 2^64
**
** Two blocks have the same 32 bytes with a probability of 2^-128 at most: Black, Halevi, Krawczyk, Krovetz and
** Rogaway, "UMAC: Fast and Secure Message Authentication", CRYPTO 1999, theorems 4.2 and 5.1.
*/
#ifndef CLASSIFY_KEYED_HASH_H
#define CLASSIFY_KEYED_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { KEYED_HASH_PAIRS = 128, KEYED_HASH_PASSES = 4, KEYED_HASH_BLOCK = 8 * KEYED_HASH_PAIRS, KEYED_HASH_DIGEST = 16 };

/* All of its bytes are random. */
typedef struct KeyedHashKey {
  uint64_t sip[2];
  uint32_t first[KEYED_HASH_PAIRS + KEYED_HASH_PASSES], second[KEYED_HASH_PAIRS + KEYED_HASH_PASSES];
} KeyedHashKey;

/* An input that comes in pieces. The key lives as long. */
typedef struct KeyedHash {
  const KeyedHashKey *key;
  uint64_t sip[4];
  size_t size, held;             /* bytes so far; and those of them in `block` */
  uint8_t block[KEYED_HASH_BLOCK];
} KeyedHash;

void keyed_hash_begin(KeyedHash *hash, const KeyedHashKey *key);
void keyed_hash_add(KeyedHash *hash, const void *bytes, size_t size);
void keyed_hash_end(KeyedHash *hash, uint8_t digest[KEYED_HASH_DIGEST]);

#endif
