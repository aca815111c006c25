#include "text/capitals.h"

#include <stdbool.h>
#include <utf8proc.h>

#include "base/utf8.h"
#include "text/ngram_hash.h"

/* Letters seen so far. */
typedef struct Letters {
  size_t upper, lower;
  bool first_upper;
} Letters;

static void count(Letters *l, bool upper, bool lower) {
  if (upper && l->upper + l->lower == 0) l->first_upper = true;
  l->upper += upper;
  l->lower += lower;
}

static size_t count_beyond_ascii(Letters *l, const char *text, size_t length) {
  int32_t code;
  size_t n = utf8_read(text, length, &code);
  utf8proc_category_t category = code < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(code);
  count(l, category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT, category == UTF8PROC_CATEGORY_LL);
  return n;
}

/* Returns whether there is anything to count: most tokens are small letters of ASCII. */
static bool may_have_capitals(const char *text, size_t length) {
  bool may = false;
  for (size_t i = 0; i < length; i++) may |= (unsigned char)(text[i] - 'A') < 26 || (unsigned char)text[i] >= 0x80;
  return may;
}

Capitals capitals_of(const char *text, size_t length) {
  Letters l = {0};
  if (length > CAPITALS_BYTES) length = utf8_cut(text, length, CAPITALS_BYTES);
  if (!may_have_capitals(text, length)) return CAPITALS_NONE;
  for (size_t i = 0; i < length;) {
    unsigned char c = (unsigned char)text[i];
    if (c >= 0x80) {
      i += count_beyond_ascii(&l, text + i, length - i);
    } else {
      count(&l, c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z');
      i++;
    }
  }
  if (l.upper == 0) return CAPITALS_NONE;
  if (l.upper > 1 && l.lower == 0) return CAPITALS_ALL;
  return l.upper == 1 && l.first_upper ? CAPITALS_FIRST : CAPITALS_MIXED;
}

uint32_t capitals_hash(Capitals capitals) {
  const char text[] = {(char)NGRAM_MARK, 'C', (char)capitals};
  return ngram_hash_end(ngram_hash_on(NGRAM_HASH, text, sizeof text));
}
