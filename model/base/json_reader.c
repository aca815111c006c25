#include "base/json_reader.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number_text.h"

enum { MOST_DEPTH = 64 }; /* of values that are skipped */

JsonReader json_begin(const char *json, size_t length, const char *name, Error *error) {
  return (JsonReader){.at = json, .end = json + length, .name = name, .error = error};
}

void json_fail(JsonReader *r, const char *expected) {
  if (r->status) return;
  if (r->at >= r->end)
    r->status = error_set(r->error, STATUS_INVALID, "%s ends where %s was expected", r->name, expected);
  else
    r->status = error_set(r->error, STATUS_INVALID, "%s has byte 0x%02x where %s was expected", r->name,
                          (unsigned char)*r->at, expected);
}

static void skip_space(JsonReader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
}

Status json_end(JsonReader *r) {
  skip_space(r);
  if (r->at < r->end) json_fail(r, "its end");
  free(r->text);
  r->text = NULL;
  return r->status;
}

bool json_accept(JsonReader *r, char c) {
  skip_space(r);
  if (r->status || r->at >= r->end || *r->at != c) return false;
  r->at++;
  return true;
}

void json_expect(JsonReader *r, char c) {
  const char name[] = {'\'', c, '\'', '\0'};
  if (!json_accept(r, c)) json_fail(r, name);
}

char json_peek(JsonReader *r) {
  skip_space(r);
  return r->at < r->end && !r->status ? *r->at : '\0';
}

bool json_next(JsonReader *r, char close, bool *first) {
  if (r->status || json_accept(r, close)) return false;
  if (!*first) json_expect(r, ',');
  *first = false;
  return !r->status;
}

/* ---- strings ---------------------------------------------------------------------- */

static void text_append(JsonReader *r, char c) {
  if (r->status) return;
  if (!memory_grow(&r->text, &r->capacity, r->length + 2, 1)) {
    r->status = error_no_memory(r->error);
    return;
  }
  r->text[r->length++] = c;
  r->text[r->length] = '\0';
}

static void append_code_point(JsonReader *r, uint32_t c) {
  if (c < 0x80) {
    text_append(r, (char)c);
    return;
  }
  int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  static const uint8_t LEAD[] = {0, 0xC0, 0xE0, 0xF0};
  text_append(r, (char)(LEAD[more] | (c >> (6 * more))));
  while (more-- > 0) text_append(r, (char)(0x80 | ((c >> (6 * more)) & 0x3F)));
}

static uint32_t read_hex4(JsonReader *r) {
  uint32_t value = 0;
  for (int i = 0; i < 4; i++, r->at++) {
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *digit = r->at < r->end && *r->at ? strchr(digits, *r->at) : NULL;
    if (!digit) {
      json_fail(r, "a hexadecimal digit");
      return 0;
    }
    value = value * 16 + (uint32_t)((digit - digits) % 16);
  }
  return value;
}

/* Returns the code point of a surrogate pair whose first half has been read. */
static uint32_t read_pair(JsonReader *r, uint32_t high) {
  uint32_t low = 0;
  if (high < 0xDC00 && r->end - r->at > 6 && r->at[0] == '\\' && r->at[1] == 'u') {
    r->at += 2;
    low = read_hex4(r);
  }
  if (low >= 0xDC00 && low < 0xE000) return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  json_fail(r, "the other half of a surrogate pair");
  return 0;
}

static void read_escape(JsonReader *r) {
  static const char NAMES[] = "\"\\/bfnrt", VALUES[] = "\"\\/\b\f\n\r\t";
  char c = r->at < r->end ? *r->at : '\0';
  const char *known = c ? strchr(NAMES, c) : NULL;
  if (known) {
    r->at++;
    text_append(r, VALUES[known - NAMES]);
  } else if (c == 'u') {
    r->at++;
    uint32_t code = read_hex4(r);
    append_code_point(r, code >= 0xD800 && code < 0xE000 ? read_pair(r, code) : code);
  } else {
    json_fail(r, "an escape");
  }
}

void json_read_string(JsonReader *r) {
  r->length = 0;
  json_expect(r, '"');
  text_append(r, ' '); /* so that an empty string has memory, too */
  r->length = 0;
  if (r->text) r->text[0] = '\0';
  while (!r->status && r->at < r->end && *r->at != '"') {
    char c = *r->at++;
    if (c == '\\')
      read_escape(r);
    else
      text_append(r, c);
  }
  if (r->at >= r->end)
    json_fail(r, "the end of a string");
  else if (!r->status)
    r->at++;
}

void json_read_key(JsonReader *r) {
  json_read_string(r);
  json_expect(r, ':');
}

bool json_text_is(const JsonReader *r, const char *text) {
  return !r->status && r->length == strlen(text) && memcmp(r->text, text, r->length) == 0;
}

/* ---- numbers and other values ------------------------------------------------------- */

static bool is_digit(const JsonReader *r) { return r->at < r->end && *r->at >= '0' && *r->at <= '9'; }

size_t json_read_size(JsonReader *r) {
  skip_space(r);
  if (!is_digit(r)) json_fail(r, "a number");
  size_t value = 0;
  while (!r->status && is_digit(r)) {
    size_t digit = (size_t)(*r->at - '0');
    if (value > (SIZE_MAX - digit) / 10) json_fail(r, "a smaller number");
    value = value * 10 + digit;
    r->at++;
  }
  return value;
}

/* Reads digits into *value, as long as they fit; the others only count. Returns how many did not fit. */
static int read_digits(JsonReader *r, uint64_t *value, int *digits) {
  int left_out = 0;
  for (; is_digit(r); r->at++, ++*digits) {
    if (*value > (UINT64_MAX - 9) / 10)
      left_out++;
    else
      *value = *value * 10 + (uint64_t)(*r->at - '0');
  }
  return left_out;
}

static int read_exponent(JsonReader *r) {
  uint64_t value = 0;
  int digits = 0;
  if (r->at >= r->end || (*r->at != 'e' && *r->at != 'E')) return 0;
  r->at++;
  bool negative = r->at < r->end && *r->at == '-';
  if (r->at < r->end && (*r->at == '-' || *r->at == '+')) r->at++;
  read_digits(r, &value, &digits);
  if (digits == 0) json_fail(r, "a digit");
  int exponent = value > 9999 ? 9999 : (int)value;
  return negative ? -exponent : exponent;
}

/* More digits than 19 are left out, which are too small to matter. */
double json_read_number(JsonReader *r) {
  uint64_t value = 0;
  int digits = 0;
  bool negative = json_accept(r, '-');
  if (!is_digit(r)) json_fail(r, "a number");
  if (r->status) return 0;
  int exponent = read_digits(r, &value, &digits);
  if (r->at < r->end && *r->at == '.') {
    r->at++;
    int before = digits;
    exponent += read_digits(r, &value, &digits) - (digits - before);
  }
  exponent += read_exponent(r);
  double number = number_scaled(value, exponent);
  return negative ? -number : number;
}

static bool accept_word(JsonReader *r, const char *word) {
  size_t length = strlen(word);
  if (r->status || (size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0) return false;
  r->at += length;
  return true;
}

bool json_read_bool(JsonReader *r) {
  skip_space(r);
  if (accept_word(r, "true")) return true;
  if (!accept_word(r, "false")) json_fail(r, "true or false");
  return false;
}

bool json_accept_null(JsonReader *r) {
  skip_space(r);
  return accept_word(r, "null");
}

static void skip_value(JsonReader *r, int depth) {
  char c = json_peek(r);
  if (depth == MOST_DEPTH) {
    json_fail(r, "less nesting");
  } else if (c == '{' || c == '[') {
    r->at++;
    for (bool first = true; json_next(r, c == '{' ? '}' : ']', &first);) {
      if (c == '{') json_read_key(r);
      skip_value(r, depth + 1);
    }
  } else if (c == '"') {
    json_read_string(r);
  } else if (c == 't' || c == 'f') {
    json_read_bool(r);
  } else if (!json_accept_null(r)) {
    json_read_number(r);
  }
}

void json_skip(JsonReader *r) { skip_value(r, 0); }
