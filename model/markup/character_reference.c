#include "markup/character_reference.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "markup/entities.h"

_Static_assert((int)REFERENCE_BYTES_MOST >= ENTITY_BYTES_MOST, "an entity fits");

enum { REPLACEMENT = 0xFFFD, PAST_UNICODE = 0x110000 };

/* ---- numbers ---------------------------------------------------------------------------- */

/* Of 0x80 to 0x9F; 0: the number is the character's own. */
static const uint16_t WINDOWS_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
    0x0153, 0,      0x017E, 0x0178};

static int32_t character_of(int32_t number) {
  if (number >= 0x80 && number < 0xA0 && WINDOWS_1252[number - 0x80]) return WINDOWS_1252[number - 0x80];
  return number == 0 || !utf8proc_codepoint_valid(number) ? REPLACEMENT : number;
}

/* Returns the value of a digit, or `base` if it is none. */
static int32_t digit_of(char c, int32_t base) {
  int32_t lower = (unsigned char)c | 0x20;
  int32_t digit = c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : base;
  return digit < base ? digit : base;
}

static size_t read_number(const char *text, size_t length, char *bytes, size_t *count) {
  bool hexadecimal = length > 2 && (text[2] | 0x20) == 'x';
  int32_t base = hexadecimal ? 16 : 10, number = 0;
  size_t begin = hexadecimal ? 3 : 2, at = begin;
  for (int32_t digit; at < length && (digit = digit_of(text[at], base)) < base; at++)
    number = number < PAST_UNICODE ? number * base + digit : PAST_UNICODE;
  if (at == begin) return 0;
  *count = (size_t)utf8proc_encode_char(character_of(number), (utf8proc_uint8_t *)bytes);
  return at + (at < length && text[at] == ';');
}

/* ---- names ------------------------------------------------------------------------------- */

static bool in_name(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Of all beginnings of the text that are names, the longest counts. */
static size_t read_name(const char *text, size_t length, char *bytes, size_t *count) {
  size_t most = 0;
  while (most < length && most < ENTITY_NAME_MOST && in_name(text[most])) most++;
  if (most < length && most < ENTITY_NAME_MOST && text[most] == ';') most++;
  for (size_t named = most; named > 1; named--) {
    const char *characters = entities_find(text, named);
    if (!characters) continue;
    *count = strlen(characters);
    memcpy(bytes, characters, *count);
    return named;
  }
  return 0;
}

size_t character_reference_read(const char *text, size_t length, char bytes[REFERENCE_BYTES_MOST], size_t *count) {
  if (length > 1 && text[1] == '#') return read_number(text, length, bytes, count);
  size_t named = read_name(text + 1, length - 1, bytes, count);
  return named ? named + 1 : 0;
}
