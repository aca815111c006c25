#include "encoder_tokenizer/codes.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/memory.h"
#include "base/utf8.h"

void codes_free(Codes *c) {
  free(c->code);
  *c = (Codes){0};
}

bool codes_reserve(Codes *c, size_t more) {
  if (c->failed) return false;
  c->failed = more > SIZE_MAX - c->count || !memory_grow(&c->code, &c->capacity, c->count + more, sizeof *c->code);
  return !c->failed;
}

void codes_add_all(Codes *c, const int32_t *code, size_t count) {
  if (count == 0 || !codes_reserve(c, count)) return;
  memcpy(c->code + c->count, code, count * sizeof *code);
  c->count += count;
}

void codes_add_text(Codes *c, const char *text, size_t length) {
  if (!codes_reserve(c, length)) return;
  for (size_t at = 0; at < length && codes_go_on(c, c->count); c->count++) {
    int32_t code = (unsigned char)text[at];
    if (code < 0x80)
      at++;
    else
      at += utf8_read(text + at, length - at, &code);
    c->code[c->count] = code < 0 ? REPLACEMENT_CHARACTER : code;
  }
}

size_t codes_last(const char *text, size_t length) {
  size_t start = length - 1;
  while (start > 0 && length - start < CODE_MAX_BYTES && utf8_continues(text[start])) start--;
  return start + utf8_length(text + start, length - start) == length ? start : length - 1;
}

size_t codes_write(const int32_t *code, size_t count, char *bytes) {
  char *at = bytes;
  for (size_t i = 0; i < count; i++) {
    if (code[i] < 0x80)
      *at++ = (char)code[i];
    else
      at += utf8proc_encode_char(code[i], (utf8proc_uint8_t *)at);
  }
  return (size_t)(at - bytes);
}
