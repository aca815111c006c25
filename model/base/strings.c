#include "base/strings.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void strings_free(Strings *s) {
  free(s->bytes);
  free(s->end);
  free(s->index);
  *s = (Strings){0};
}

const char *strings_get(const Strings *s, uint32_t number, size_t *length) {
  uint32_t start = number ? s->end[number - 1] : 0;
  *length = s->end[number] - start;
  return s->bytes + start;
}

/* ---- the index -------------------------------------------------------------- */

/* A string to search for: its first byte, and the others elsewhere in memory. */
typedef struct Key {
  char head; /* valid if length > 0 */
  const char *tail;
  size_t length; /* head and tail */
} Key;

static Key key_of(const char *bytes, size_t length) {
  if (length == 0) return (Key){0};
  return (Key){bytes[0], bytes + 1, length};
}

/* Packs at most 8 bytes into a number; different bytes give different numbers. */
static uint64_t read_bytes(const char *bytes, size_t count) {
  uint32_t first, last;
  if (count >= 4) {
    memcpy(&first, bytes, 4);
    memcpy(&last, bytes + count - 4, 4);
    return first | (uint64_t)last << 32;
  }
  if (count == 0) return 0;
  const unsigned char *b = (const unsigned char *)bytes;
  return b[0] | (uint64_t)b[count / 2] << 8 | (uint64_t)b[count - 1] << 16;
}

static uint64_t new_key[2] = {0x243F6A8885A308D3u, 0x13198A2E03707344u}; /* digits of pi */

void strings_set_key(const uint64_t key[2]) { memcpy(new_key, key, sizeof new_key); }

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 Product;

static uint64_t multiply(uint64_t a, uint64_t b) {
  Product product = (Product)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}
#else
static uint64_t multiply(uint64_t a, uint64_t b) {
  uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX), high = (a >> 32) * (b >> 32);
  uint64_t one = (a >> 32) * (b & UINT32_MAX), other = (a & UINT32_MAX) * (b >> 32);
  uint64_t middle = (low >> 32) + (one & UINT32_MAX) + (other & UINT32_MAX);
  high += (one >> 32) + (other >> 32) + (middle >> 32);
  return high ^ (middle << 32 | (low & UINT32_MAX));
}
#endif

/* Multiplies by the secret half of the key, after each word, and folds the halves of the product. The product modulo
** 2^64 would not do: the highest bit of a word changes only its highest bit, whatever the key is.
*/
static uint64_t hash_key(const Strings *s, const Key *key) {
  uint64_t hash = multiply(s->key[0] ^ ((uint64_t)key->length << 8 | (unsigned char)key->head), s->key[1]);
  const char *bytes = key->tail;
  size_t left = key->length - (key->length > 0);
  for (; left > 8; bytes += 8, left -= 8) hash = multiply(hash ^ read_bytes(bytes, 8), s->key[1]);
  return multiply(hash ^ read_bytes(bytes, left), s->key[1]);
}

/* For strings as short as words this is faster than memcmp(). */
static bool same_bytes(const char *a, const char *b, size_t count) {
  for (; count > 8; a += 8, b += 8, count -= 8)
    if (read_bytes(a, 8) != read_bytes(b, 8)) return false;
  return read_bytes(a, count) == read_bytes(b, count);
}

static bool is_string(const Strings *s, uint32_t number, const Key *key) {
  size_t length;
  const char *known = strings_get(s, number, &length);
  return length == key->length &&
         (length == 0 || (known[0] == key->head && same_bytes(known + 1, key->tail, length - 1)));
}

/* Returns the place of the string in the index, or the free place for it. */
static struct StringsPlace *find_place(const Strings *s, const Key *key, uint64_t hash) {
  size_t mask = s->index_size - 1, at = (size_t)(hash >> 32) & mask;
  for (; s->index[at].number; at = (at + 1) & mask)
    if (s->index[at].tag == (uint32_t)hash && is_string(s, s->index[at].number - 1, key)) break;
  return &s->index[at];
}

static uint32_t find(const Strings *s, const Key *key) {
  if (s->count == 0) return STRINGS_NONE;
  uint32_t number = find_place(s, key, hash_key(s, key))->number;
  return number ? number - 1 : STRINGS_NONE;
}

uint32_t strings_find(const Strings *s, const char *bytes, size_t length) {
  Key key = key_of(bytes, length);
  return find(s, &key);
}

uint32_t strings_find_after(const Strings *s, char head, const char *bytes, size_t length) {
  return find(s, &(Key){head, bytes, length + 1});
}

/* ---- growing ---------------------------------------------------------------- */

/* Grows the index so that `count` strings fill at most half of it. */
static bool index_reserve(Strings *s, size_t count) {
  size_t size = s->index_size ? s->index_size : 64;
  while (size / 2 < count) size *= 2;
  if (size == s->index_size) return true;
  struct StringsPlace *index = calloc(size, sizeof *index);
  if (!index) return false;
  free(s->index);
  s->index = index;
  s->index_size = size;
  if (s->count == 0) memcpy(s->key, new_key, sizeof s->key);
  for (uint32_t i = 0; i < s->count; i++) {
    size_t length;
    const char *bytes = strings_get(s, i, &length);
    Key key = key_of(bytes, length);
    uint64_t hash = hash_key(s, &key);
    *find_place(s, &key, hash) = (struct StringsPlace){i + 1, (uint32_t)hash};
  }
  return true;
}

/* Reserves at least one byte, so that `bytes` is not NULL if all strings are empty. */
static bool bytes_reserve(Strings *s, size_t count, size_t length) {
  return memory_grow(&s->bytes, &s->bytes_capacity, length + 1, 1) &&
         memory_grow(&s->end, &s->end_capacity, count, sizeof *s->end);
}

bool strings_reserve(Strings *s, size_t count, size_t length) {
  return index_reserve(s, count) && bytes_reserve(s, count, length);
}

uint32_t strings_add(Strings *s, const char *bytes, size_t length) {
  if (!index_reserve(s, s->count + 1)) return STRINGS_NONE;
  Key key = key_of(bytes, length);
  uint64_t hash = hash_key(s, &key);
  struct StringsPlace *place = find_place(s, &key, hash);
  if (place->number) return place->number - 1;
  if (length > UINT32_MAX - 1 - s->length || s->count >= UINT32_MAX - 1) return STRINGS_NONE;
  if (!bytes_reserve(s, s->count + 1, s->length + length)) return STRINGS_NONE;
  if (length) memcpy(s->bytes + s->length, bytes, length);
  s->length += length;
  s->end[s->count] = (uint32_t)s->length;
  *place = (struct StringsPlace){(uint32_t)++s->count, (uint32_t)hash};
  return (uint32_t)(s->count - 1);
}
