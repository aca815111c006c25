#include "base/utf8.h"

#include <string.h>

#include <utf8proc.h>

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */

enum { REPLACEMENT_LENGTH = 3 };

size_t utf8_read(const char *text, size_t length, int32_t *code) {
  size_t n = utf8_length(text, length);
  utf8proc_ssize_t read = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)n, code);
  if (read != (utf8proc_ssize_t)n) *code = -1;
  return n;
}

bool utf8_is_valid(const char *text, size_t length) {
  int32_t code = 0;
  for (size_t at = 0; at < length && code >= 0;)
    at += (unsigned char)text[at] < 0x80 ? 1 : utf8_read(text + at, length - at, &code);
  return code >= 0;
}

/* Returns the bytes of the first character as it is read. *length is their number, *taken that of the text. */
static const char *read_character(const char *text, size_t left, size_t *length, size_t *taken) {
  int32_t code;
  *length = *taken = utf8_read(text, left, &code);
  if (code >= 0) return text;
  *length = REPLACEMENT_LENGTH;
  return REPLACEMENT;
}

size_t utf8_repair(const char *text, size_t length, char *out) {
  size_t written = 0, n, taken;
  for (size_t at = 0; at < length; at += taken, written += n) {
    const char *bytes = read_character(text + at, length - at, &n, &taken);
    if (out) memcpy(out + written, bytes, n);
  }
  return written;
}

bool utf8_reads(const char *text, size_t length, const char *read, size_t read_length) {
  size_t place = 0, n, taken;
  for (size_t at = 0; at < length; at += taken, place += n) {
    const char *bytes = read_character(text + at, length - at, &n, &taken);
    if (read_length - place < n || memcmp(read + place, bytes, n) != 0) return false;
  }
  return place == read_length;
}

size_t utf8_characters(const char *text, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; count++) i += utf8_length(text + i, length - i);
  return count;
}

size_t utf8_cut(const char *text, size_t length, size_t most) {
  if (length <= most) return length;
  while (most > 0 && utf8_continues(text[most])) most--;
  return most;
}
