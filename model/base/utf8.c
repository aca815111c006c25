#include "base/utf8.h"

#include <utf8proc.h>

size_t utf8_read(const char *text, size_t length, int32_t *code) {
  size_t n = utf8_length(text, length);
  utf8proc_ssize_t read = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)n, code);
  if (read != (utf8proc_ssize_t)n) *code = -1;
  return n;
}

bool utf8_is_valid(const char *text, size_t length) {
  int32_t code = 0;
  for (size_t at = 0; at < length && code >= 0;) at += utf8_read(text + at, length - at, &code);
  return code >= 0;
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
