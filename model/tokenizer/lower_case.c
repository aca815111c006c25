#include "tokenizer/lower_case.h"

#include <stdbool.h>
#include <utf8proc.h>

#include "base/utf8.h"

enum { CAPITAL_I_WITH_DOT = 0x0130, DOT_ABOVE = 0x0307, CAPITAL_SIGMA = 0x03A3, SMALL_SIGMA = 0x03C3,
       FINAL_SIGMA = 0x03C2 };

/* ---- properties that utf8proc lacks -------------------------------------------------- */

/* Marks, modifiers and format characters, and those that Word_Break calls MidLetter, MidNumLet
** and Single_Quote.
*/
static bool is_case_ignorable(int32_t code) {
  switch (code) {
    case '\'': case '.': case ':': case 0x00B7: case 0x0387: case 0x055F: case 0x05F4: case 0x2018: case 0x2019:
    case 0x2024: case 0x2027: case 0xFE13: case 0xFE52: case 0xFE55: case 0xFF07: case 0xFF0E: case 0xFF1A:
      return true;
    default:
      break;
  }
  utf8proc_category_t c = utf8proc_category(code);
  return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_ME || c == UTF8PROC_CATEGORY_CF ||
         c == UTF8PROC_CATEGORY_LM || c == UTF8PROC_CATEGORY_SK;
}

/* Of characters that are not case-ignorable: letters that have a case, ordinal indicators, Roman
** numerals, letters in circles and squares.
*/
static bool is_cased(int32_t code) {
  utf8proc_category_t c = utf8proc_category(code);
  return c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LL || c == UTF8PROC_CATEGORY_LT || code == 0xAA ||
         code == 0xBA || (code >= 0x2160 && code <= 0x217F) || (code >= 0x24B6 && code <= 0x24E9) ||
         (code >= 0x1F130 && code <= 0x1F149) || (code >= 0x1F150 && code <= 0x1F169) ||
         (code >= 0x1F170 && code <= 0x1F189);
}

/* ---- sigma ----------------------------------------------------------------------------- */

/* Returns the first byte of the character that ends before `end`, which is not 0. */
static size_t character_before(const char *text, size_t end) {
  size_t start = end - 1;
  while (start > 0 && utf8_continues(text[start])) start--;
  return start + utf8_length(text + start, end - start) == end ? start : end - 1;
}

/* A character that is not UTF-8 has no case, and is not ignored. */
static bool follows_cased(const char *text, size_t end) {
  int32_t code;
  do {
    if (end == 0) return false;
    size_t start = character_before(text, end);
    utf8_read(text + start, end - start, &code);
    end = start;
  } while (code >= 0 && is_case_ignorable(code));
  return code >= 0 && is_cased(code);
}

static bool precedes_cased(const char *text, size_t length, size_t start) {
  int32_t code;
  do {
    if (start == length) return false;
    start += utf8_read(text + start, length - start, &code);
  } while (code >= 0 && is_case_ignorable(code));
  return code >= 0 && is_cased(code);
}

/* ---- any character ------------------------------------------------------------------------ */

size_t lower_case(int32_t code, const char *text, size_t length, size_t start, size_t end,
                  int32_t lower[LOWER_CASE_MOST]) {
  if (code == CAPITAL_I_WITH_DOT) {
    lower[0] = 'i';
    lower[1] = DOT_ABOVE;
    return 2;
  }
  lower[0] = utf8proc_tolower(code);
  if (code == CAPITAL_SIGMA)
    lower[0] = follows_cased(text, start) && !precedes_cased(text, length, end) ? FINAL_SIGMA : SMALL_SIGMA;
  return 1;
}
