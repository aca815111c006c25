#include "host/printable.h"

#include <stdbool.h>

#include <utf8proc.h>

#include "base/utf8.h"

enum { REPLACEMENT = 0xFFFD, PICTURES = 0x2400, PICTURE_OF_DEL = 0x2421 };

static int32_t replacement(int32_t code) {
  if (code == '\t' || code == '\n') return code;
  if (code < 0x20) return PICTURES + code;
  if (code == 0x7F) return PICTURE_OF_DEL;
  return code >= 0x80 && code < 0xA0 ? REPLACEMENT : code;
}

size_t printable_read(const char *text, size_t length, int32_t *code) {
  if (length > 1 && text[0] == '\r' && text[1] == '\n') {
    *code = '\n';
    return 2;
  }
  size_t n = utf8_read(text, length, code);
  *code = *code < 0 ? REPLACEMENT : replacement(*code);
  return n;
}

void printable_append(sqlite3_str *out, int32_t code) {
  utf8proc_uint8_t bytes[4];
  sqlite3_str_append(out, (const char *)bytes, (int)utf8proc_encode_char(code, bytes));
}

void printable_utf8(sqlite3_str *out, const char *text, size_t length) {
  int32_t code;
  for (size_t i = 0; i < length;) {
    i += utf8_read(text + i, length - i, &code);
    printable_append(out, code < 0 ? REPLACEMENT : code);
  }
}

static bool changes_direction(int32_t code) {
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void printable_text(sqlite3_str *out, const char *text, size_t length) {
  int32_t code;
  for (size_t i = 0; i < length;) {
    i += printable_read(text + i, length - i, &code);
    printable_append(out, changes_direction(code) ? REPLACEMENT : code);
  }
}
