/* utf8.h -- characters of a text that may hold any bytes.
**
** What counts as one character is what SQLite's substr() counts: a byte of C0
** (hexadecimal) or more with all continuation bytes that follow, else one byte.
*/
#ifndef CLASSIFY_UTF8_H
#define CLASSIFY_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool utf8_continues(char byte) { return ((unsigned char)byte & 0xC0) == 0x80; }

/* The bytes of the first character; length is not 0. */
static inline size_t utf8_length(const char *text, size_t length) {
  size_t n = 1;
  while ((unsigned char)*text >= 0xC0 && n < length && utf8_continues(text[n])) n++;
  return n;
}

/* The same, and its code point; -1 where the bytes are not UTF-8. */
size_t utf8_read(const char *text, size_t length, int32_t *code);

/* The number of characters. */
size_t utf8_characters(const char *text, size_t length);

/* The text cut to at most `most` bytes, with no part of a character at its end. */
size_t utf8_cut(const char *text, size_t length, size_t most);

#endif
