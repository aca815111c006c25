/* utf8.h -- the characters of a text, which may contain invalid UTF-8.
**
** Characters are counted as SQLite's substr() does: a byte of at least 0xC0 and all
** continuation bytes after it are one character, and so is any other single byte.
*/
#ifndef CLASSIFY_UTF8_H
#define CLASSIFY_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool utf8_continues(char byte) { return ((unsigned char)byte & 0xC0) == 0x80; }

/* Returns the number of bytes of the first character; length is not 0. */
static inline size_t utf8_length(const char *text, size_t length) {
  size_t n = 1;
  while ((unsigned char)*text >= 0xC0 && n < length && utf8_continues(text[n])) n++;
  return n;
}

/* Returns the same, and sets *code to its code point, or to -1 if it is invalid. */
size_t utf8_read(const char *text, size_t length, int32_t *code);

bool utf8_is_valid(const char *text, size_t length);

/* A text is read as UTF-8 with U+FFFD in place of each invalid character. The first writes it so to `out`, unless
** that is NULL, and returns its length, at most 3 times that of the text. The second returns whether it is `read`.
*/
size_t utf8_repair(const char *text, size_t length, char *out);
bool utf8_reads(const char *text, size_t length, const char *read, size_t read_length);

/* Counts the characters. */
size_t utf8_characters(const char *text, size_t length);

/* Returns the length of the text, cut to at most `most` bytes between two characters. */
size_t utf8_cut(const char *text, size_t length, size_t most);

#endif
