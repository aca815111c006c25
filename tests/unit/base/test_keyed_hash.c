/* The keyed hash: SipHash where it is SipHash, and else that every byte, the size and the key count. */
#include <stdio.h>
#include <string.h>

#include "base/keyed_hash.h"
#include "base/little_endian.h"
#include "unit/support.h"

enum { MOST = 3 * KEYED_HASH_BLOCK + 5 };

static KeyedHashKey key_of(uint8_t first) {
  KeyedHashKey key;
  uint8_t sip[sizeof key.sip];
  for (size_t i = 0; i < sizeof sip; i++) sip[i] = (uint8_t)(first + i);
  for (size_t i = sizeof sip; i < sizeof key; i++) ((uint8_t *)&key)[i] = (uint8_t)(first + i * 37);
  little_endian_copy(key.sip, sip, COUNT(key.sip), sizeof *key.sip);
  return key;
}

static void hash(const KeyedHashKey *key, const uint8_t *bytes, size_t size, size_t piece, uint8_t *digest) {
  KeyedHash h;
  keyed_hash_begin(&h, key);
  for (size_t at = 0; at < size; at += piece) keyed_hash_add(&h, bytes + at, piece < size - at ? piece : size - at);
  keyed_hash_end(&h, digest);
}

/* From the reference program of the paper's authors, vectors_sip128; the last by OpenSSL 3. */
TEST(up_to_a_block_it_is_siphash) {
  static const struct {
    size_t size;
    const char *digest;
  } VECTORS[] = {{0, "a3817f04ba25a8e66df67214c7550293"},
                 {1, "da87c1d86b99af44347659119b22fc45"},
                 {2, "8177228da4a45dc7fca38bdef60affe4"},
                 {63, "5150d1772f50834a503e069a973fbd7c"}};
  KeyedHashKey key = key_of(0);
  uint8_t bytes[64], digest[KEYED_HASH_DIGEST];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)i;
  for (size_t i = 0; i < COUNT(VECTORS); i++) {
    char text[2 * KEYED_HASH_DIGEST + 1];
    hash(&key, bytes, VECTORS[i].size, 1 + i, digest);
    for (size_t j = 0; j < sizeof digest; j++) snprintf(text + 2 * j, 3, "%02x", digest[j]);
    assert_string_equal(text, VECTORS[i].digest);
  }
}

TEST(pieces_do_not_count) {
  KeyedHashKey key = key_of(3);
  uint8_t bytes[MOST], whole[KEYED_HASH_DIGEST], pieces[KEYED_HASH_DIGEST];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * i);
  for (size_t size = 0; size <= MOST; size += size % 64 < 62 && size > 70 ? 61 : 1) {
    hash(&key, bytes, size, MOST, whole);
    for (size_t piece = 1; piece <= MOST; piece = piece * 3 + 1) {
      hash(&key, bytes, size, piece, pieces);
      assert_memory_equal(whole, pieces, sizeof whole);
    }
  }
}

TEST(each_bit_the_size_and_the_key_count) {
  KeyedHashKey key = key_of(3), other = key_of(4);
  uint8_t bytes[MOST] = {0}, digest[KEYED_HASH_DIGEST], changed[KEYED_HASH_DIGEST];
  hash(&key, bytes, MOST, MOST, digest);
  for (size_t bit = 0; bit < 8 * MOST; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    hash(&key, bytes, MOST, MOST, changed);
    assert_memory_not_equal(digest, changed, sizeof digest);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  for (size_t size = 0; size < MOST; size++) { /* all zeros, as the last block is filled up */
    hash(&key, bytes, size, MOST, changed);
    assert_memory_not_equal(digest, changed, sizeof digest);
  }
  hash(&other, bytes, MOST, MOST, changed);
  assert_memory_not_equal(digest, changed, sizeof digest);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(up_to_a_block_it_is_siphash),
      cmocka_unit_test(pieces_do_not_count),
      cmocka_unit_test(each_bit_the_size_and_the_key_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
