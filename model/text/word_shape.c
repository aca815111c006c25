#include "text/word_shape.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"
#include "text/ngram_hash.h"
#include "tokenizer/tokenizer.h"

enum {
  FEW = 8,  /* characters whose pattern is part of a shape */
  HEX = 6,  /* characters of a hexadecimal number, at least */
  MANY = 3  /* times the same character                     */
};

typedef enum Script { LATIN, GREEK, CYRILLIC, OTHER, SCRIPTS } Script;

typedef struct Pattern {
  char full[TOKEN_MAX_BYTES], runs[TOKEN_MAX_BYTES], squeezed[TOKEN_MAX_BYTES];
  size_t length, run_count, squeezed_length;
  size_t digits, hex;  /* of the word's characters           */
  size_t longest;      /* run of the same character          */
  bool script[SCRIPTS]; /* whether letters of it are there   */
} Pattern;

static Script script_of(int32_t code) {
  if (code < 0x250) return LATIN;
  if (code >= 0x370 && code < 0x400) return GREEK;
  return code >= 0x400 && code < 0x530 ? CYRILLIC : OTHER;
}

static char letter(Pattern *p, int32_t code) {
  Script script = script_of(code);
  p->script[script] = true;
  p->hex += code >= 'a' && code <= 'f';
  return script == LATIN ? 'a' : 'b';
}

static char digit(Pattern *p) {
  p->digits++;
  p->hex++;
  return '0';
}

/* Returns the pattern's character for a code point, which is -1 if it is invalid. */
static char classify(Pattern *p, int32_t code) {
  switch (code < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_ND: return digit(p);
    case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO: return letter(p, code);
    default: return code >= 0 && code < 0x80 ? (char)code : 'm';
  }
}

static void read_pattern(const char *word, size_t length, Pattern *p) {
  int32_t before = -2, code;
  size_t run = 0;
  *p = (Pattern){0};
  if (length > TOKEN_MAX_BYTES) length = TOKEN_MAX_BYTES;
  for (size_t i = 0, bytes; i < length; i += bytes) {
    bytes = utf8_read(word + i, length - i, &code);
    char c = classify(p, code);
    p->full[p->length++] = c;
    if (p->run_count == 0 || p->runs[p->run_count - 1] != c) p->runs[p->run_count++] = c;
    run = code == before ? run + 1 : 1;
    if (run > p->longest) p->longest = run;
    if (run == 1) {
      memcpy(p->squeezed + p->squeezed_length, word + i, bytes);
      p->squeezed_length += bytes;
    }
    before = code;
  }
}

static char kind_of(const Pattern *p) {
  if (p->digits == p->length) return '0';
  return p->hex == p->length && p->length >= HEX ? 'h' : 'x';
}

static uint32_t hash_of(char name, const char *bytes, size_t length) {
  const char begin[] = {(char)NGRAM_MARK, name};
  return ngram_hash_end(ngram_hash_on(ngram_hash_on(NGRAM_HASH, begin, sizeof begin), bytes, length));
}

/* Returns whether there may be a digit: only bytes beyond ASCII have to be read as characters. */
static bool may_have_digit(const char *word, size_t length) {
  for (size_t i = 0; i < length; i++)
    if ((word[i] >= '0' && word[i] <= '9') || (unsigned char)word[i] >= 0x80) return true;
  return false;
}

static bool is_mark(int32_t code) {
  utf8proc_category_t category = code < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(code);
  return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

/* Returns whether the word is a letter of a script without spaces, with its marks. */
static bool is_unspaced(const char *word, size_t length) {
  int32_t code;
  size_t at = utf8_read(word, length, &code);
  bool unspaced = code >= 0x80 && tokenizer_is_unspaced(code);
  while (unspaced && at < length) {
    at += utf8_read(word + at, length - at, &code);
    unspaced = is_mark(code);
  }
  return unspaced;
}

uint32_t word_shape(const char *word, size_t length) {
  Pattern p;
  if (length && is_unspaced(word, length)) return WORD_UNSPACED;
  if (may_have_digit(word, length)) {
    read_pattern(word, length, &p);
    const char size[] = {kind_of(&p), (char)p.length};
    uint32_t hash = p.length > FEW ? hash_of('q', size, sizeof size) : hash_of('p', p.full, p.length);
    if (p.digits) return (hash & ~3u) | WORD_NUMERIC;
  }
  return WORD_PLAIN;
}

/* Returns whether the word has letters of more than one script. */
static bool is_mixed(const Pattern *p) {
  size_t scripts = 0;
  for (Script s = 0; s < SCRIPTS; s++) scripts += p->script[s];
  return scripts > 1;
}

size_t word_shape_ngrams(const char *word, size_t length, uint32_t hashes[WORD_SHAPE_NGRAMS]) {
  Pattern p;
  size_t count = 0;
  read_pattern(word, length, &p);
  const char size[] = {kind_of(&p), (char)p.length};
  if (p.digits) {
    hashes[count++] = hash_of('d', NULL, 0);
    hashes[count++] = hash_of('c', size, 1);
    hashes[count++] = hash_of('q', size, 2);
    hashes[count++] = hash_of('p', p.full, p.length);
    hashes[count++] = hash_of('r', p.runs, p.run_count < FEW ? p.run_count : FEW);
  }
  if (p.longest >= MANY && p.digits < p.length) {
    hashes[count++] = hash_of('l', NULL, 0);
    hashes[count++] = hash_of('s', p.squeezed, p.squeezed_length);
  }
  if (is_mixed(&p)) hashes[count++] = hash_of('m', NULL, 0);
  return count;
}
