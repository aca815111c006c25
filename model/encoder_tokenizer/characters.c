#include "encoder_tokenizer/characters.h"

#include <utf8proc.h>

static bool is_between(int32_t code, int32_t first, int32_t last) { return code >= first && code <= last; }

bool character_is_white_space(int32_t code) {
  if (code < 0x80) return code == ' ' || is_between(code, '\t', '\r');
  if (code == 0x85) return true;
  utf8proc_category_t c = utf8proc_category(code);
  return c == UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_ZL || c == UTF8PROC_CATEGORY_ZP;
}

bool character_is_control(int32_t code) {
  if (code < 0x80) return (code < ' ' || code == 0x7F) && code != '\t' && code != '\n' && code != '\r';
  utf8proc_category_t c = utf8proc_category(code);
  return c == UTF8PROC_CATEGORY_CC || c == UTF8PROC_CATEGORY_CF || c == UTF8PROC_CATEGORY_CO;
}

bool character_is_punctuation(int32_t code) {
  if (code < 0x80)
    return is_between(code, '!', '/') || is_between(code, ':', '@') || is_between(code, '[', '`') ||
           is_between(code, '{', '~');
  utf8proc_category_t c = utf8proc_category(code);
  return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO;
}

bool character_is_nonspacing_mark(int32_t code) {
  return code >= 0x300 && utf8proc_category(code) == UTF8PROC_CATEGORY_MN;
}

bool character_is_mark(int32_t code) {
  utf8proc_category_t c = code >= 0x300 ? utf8proc_category(code) : UTF8PROC_CATEGORY_CN;
  return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC || c == UTF8PROC_CATEGORY_ME;
}

bool character_is_chinese(int32_t code) {
  return code >= 0x3400 &&
         (is_between(code, 0x4E00, 0x9FFF) || is_between(code, 0x3400, 0x4DBF) || is_between(code, 0x20000, 0x2A6DF) ||
          is_between(code, 0x2A700, 0x2B81F) || is_between(code, 0x2B920, 0x2CEAF) ||
          is_between(code, 0xF900, 0xFAFF) || is_between(code, 0x2F800, 0x2FA1F));
}

/* Letters, marks, decimal digits, letters that are numbers, joining punctuation, joiners, and letters in
** circles and squares, which have Unicode's property Alphabetic.
*/
bool character_is_of_word(int32_t code) {
  if (code < 0x80)
    return is_between(code | 0x20, 'a', 'z') || is_between(code, '0', '9') || code == '_';
  utf8proc_category_t c = utf8proc_category(code);
  return (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_NL) || c == UTF8PROC_CATEGORY_PC ||
         is_between(code, 0x200C, 0x200D) || is_between(code, 0x24B6, 0x24E9) || is_between(code, 0x1F130, 0x1F149) ||
         is_between(code, 0x1F150, 0x1F169) || is_between(code, 0x1F170, 0x1F189);
}
