/* little_endian.h -- numbers in files and BLOBs, whose lowest byte comes first whatever the processor.
**
** Most processors have that order, x86-64 and arm64 among them; there a copy is memcpy().
*/
#ifndef CLASSIFY_LITTLE_ENDIAN_H
#define CLASSIFY_LITTLE_ENDIAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define IS_BIG_ENDIAN 1
#else
#define IS_BIG_ENDIAN 0
#endif

/* Returns the number in `width` bytes of a file, at most 8. */
static inline uint64_t little_endian_number(const uint8_t *bytes, size_t width) {
  uint64_t number = 0;
  memcpy(&number, bytes, width);
  return IS_BIG_ENDIAN ? __builtin_bswap64(number) : number;
}

/* Copies `count` numbers of `width` bytes each from a file to memory, or from memory to a file. */
static inline void little_endian_copy(void *to, const void *from, size_t count, size_t width) {
  if (!IS_BIG_ENDIAN) {
    memcpy(to, from, count * width);
    return;
  }
  uint8_t *out = to;
  const uint8_t *in = from;
  for (size_t at = 0; at < count * width; at += width)
    for (size_t i = 0; i < width; i++) out[at + i] = in[at + width - 1 - i];
}

#endif
