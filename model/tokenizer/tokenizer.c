#include "tokenizer/tokenizer.h"

#include <string.h>
#include <utf8proc.h>

#include "base/little_endian.h"
#include "base/text_poll.h"
#include "base/utf8.h"

typedef enum Kind { KIND_SPACE, KIND_WORD, KIND_SINGLE, KIND_FORMAT } Kind;

typedef struct Character {
  utf8proc_int32_t code;
  size_t length; /* in bytes */
  Kind kind;
  bool folded;   /* NFKC_Casefold does not change it */
} Character;

enum { MAX_CODES = TOKEN_MAX_BYTES * 18 }; /* one code point may become 18 */

/* Scripts written without spaces that utf8proc has no property for: Thai and Lao, Burmese,
** Khmer, halfwidth Kana.
*/
static bool in_unspaced_block(utf8proc_int32_t code) {
  return (code >= 0x0E00 && code <= 0x0EFF) || (code >= 0x1000 && code <= 0x109F) ||
         (code >= 0x1780 && code <= 0x17FF) || (code >= 0xFF66 && code <= 0xFF9F);
}

/* Returns whether a letter is a token by itself: one of the scripts above, and Chinese and Kana,
** which are the wide letters that are not Korean.
*/
static bool is_single_letter(utf8proc_int32_t code, const utf8proc_property_t *p) {
  if (p->category != UTF8PROC_CATEGORY_LO && p->category != UTF8PROC_CATEGORY_LM) return false;
  if (in_unspaced_block(code)) return true;
  bool korean = (p->boundclass >= UTF8PROC_BOUNDCLASS_L && p->boundclass <= UTF8PROC_BOUNDCLASS_LVT) ||
                (code >= 0x3131 && code <= 0x318E); /* letters by themselves */
  return p->charwidth == 2 && !korean;
}

bool tokenizer_is_unspaced(int32_t code) { return is_single_letter(code, utf8proc_get_property(code)); }

/* A format character whose work it is to separate words, so Word_Break has it apart from the others. */
enum { ZERO_WIDTH_SPACE = 0x200B };

static Kind kind_of(utf8proc_int32_t code, const utf8proc_property_t *p) {
  switch (p->category) {
    case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO: case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC: case UTF8PROC_CATEGORY_ME: case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL: case UTF8PROC_CATEGORY_NO:
      return is_single_letter(code, p) ? KIND_SINGLE : KIND_WORD;
    case UTF8PROC_CATEGORY_CF:
      return code == ZERO_WIDTH_SPACE ? KIND_SPACE : KIND_FORMAT;
    case UTF8PROC_CATEGORY_ZS: case UTF8PROC_CATEGORY_ZL: case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
      return KIND_SPACE;
    default:
      return KIND_SINGLE;
  }
}

static Character read_ascii(unsigned char c) {
  bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  bool digit = c >= '0' && c <= '9';
  Kind kind = letter || digit ? KIND_WORD : c > ' ' && c < 0x7F ? KIND_SINGLE : KIND_SPACE;
  return (Character){c, 1, kind, !(letter && c < 'a')};
}

static Character read_character(const char *text, size_t length) {
  unsigned char first = (unsigned char)*text;
  if (first < 0x80) return read_ascii(first);
  utf8proc_int32_t code;
  size_t n = utf8_read(text, length, &code);
  if (code < 0) return (Character){0xFFFD, n, KIND_SINGLE, false};
  const utf8proc_property_t *p = utf8proc_get_property(code);
  bool joins = p->category == UTF8PROC_CATEGORY_MN || p->category == UTF8PROC_CATEGORY_MC ||
               (p->boundclass >= UTF8PROC_BOUNDCLASS_L && p->boundclass <= UTF8PROC_BOUNDCLASS_T);
  bool folded = p->casefold_seqindex == UINT16_MAX && p->decomp_seqindex == UINT16_MAX &&
                p->combining_class == 0 && !p->ignorable && !joins;
  return (Character){code, n, kind_of(code, p), folded};
}

static bool continues_word(Kind kind) { return kind == KIND_WORD || kind == KIND_FORMAT; }

/* Returns where the token that begins with `first` ends: a word before the next character that
** is no part of a word, any other token after its grapheme cluster.
*/
static size_t token_end(const char *text, size_t length, size_t start, Character first, TextPoll *poll, bool *folded) {
  size_t end = start + first.length;
  utf8proc_int32_t state = 0;
  Character before = first;
  while (end < length && text_poll_goes_on(poll, end)) {
    Character c = read_character(text + end, length - end);
    bool joined = first.kind == KIND_WORD
                      ? continues_word(c.kind)
                      : c.kind != KIND_SPACE && !utf8proc_grapheme_break_stateful(before.code, c.code, &state);
    if (!joined) break;
    *folded = *folded && c.folded;
    before = c;
    end += c.length;
  }
  return end;
}

static size_t cut_length(const char *text, size_t length) { return utf8_cut(text, length, TOKEN_MAX_BYTES); }

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD, of a token that is not UTF-8 */

/* Folds a token by utf8proc and returns its new length. */
static size_t fold(const char *text, size_t length, char *out) {
  utf8proc_int32_t codes[MAX_CODES + 1]; /* reencode adds a NUL */
  utf8proc_option_t options =
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
  length = cut_length(text, length);
  utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length,
                                              codes, MAX_CODES, options);
  if (count < 0 || count > MAX_CODES) {
    memcpy(out, REPLACEMENT, sizeof REPLACEMENT - 1);
    return sizeof REPLACEMENT - 1;
  }
  utf8proc_ssize_t written = utf8proc_reencode(codes, count, options);
  size_t kept = written < 0 ? 0 : cut_length((const char *)codes, (size_t)written);
  memcpy(out, codes, kept);
  return kept;
}

/* ---- ASCII, eight bytes at a time ------------------------------------------------ */

#define EACH_BYTE(value) ((value) * 0x0101010101010101u)

/* Sets bit 7 of each byte that is at least `least`. All bytes are below 0x80. */
static uint64_t at_least(uint64_t bytes, unsigned char least) {
  return (bytes + EACH_BYTE(0x80u - least)) & EACH_BYTE(0x80u);
}

/* Makes letters lower case, and returns how many of the first bytes are letters or digits. */
static size_t fold_ascii(uint64_t *bytes) {
  uint64_t low = *bytes & EACH_BYTE(0x7Fu), lower = low | EACH_BYTE(0x20u);
  uint64_t letters = at_least(lower, 'a') & ~at_least(lower, 'z' + 1);
  uint64_t digits = at_least(low, '0') & ~at_least(low, '9' + 1);
  uint64_t others = (~(letters | digits) | *bytes) & EACH_BYTE(0x80u);
  *bytes |= letters >> 2; /* 0x80 becomes 0x20, the bit of lower case */
  return others ? (size_t)__builtin_ctzll(others) / 8 : 8;
}

/* Returns the number of ASCII letters and digits that the text begins with, and writes them to
** `out`, folded and cut to TOKEN_MAX_BYTES.
*/
static size_t read_ascii_word(const char *text, size_t length, char out[TOKEN_MAX_BYTES]) {
  size_t end = 0, run = 8;
  while (run == 8) {
    const uint8_t *from = (const uint8_t *)text + end;
    uint64_t bytes = length - end >= 8 ? little_endian_number(from, 8) : little_endian_number(from, length - end);
    run = fold_ascii(&bytes);
    if (end < TOKEN_MAX_BYTES) little_endian_copy(out + end, &bytes, 1, 8);
    end += run;
  }
  return end;
}

/* ---- tokens ---------------------------------------------------------------------- */

/* Reads the text of the token at `start`, which is folded[] or a part of the text at hand, and its end. The length is
** 0 if the character there is to be skipped.
*/
static void read_any(const char *text, size_t length, size_t start, TextPoll *poll, Token *t,
                     char folded[TOKEN_MAX_BYTES]) {
  Character first = read_character(text + start, length - start);
  bool is_folded = first.folded;
  t->length = 0;
  t->end = start + first.length;
  if (first.kind == KIND_SPACE || first.kind == KIND_FORMAT) return;
  t->end = token_end(text, length, start, first, poll, &is_folded);
  t->text = is_folded ? text + start : folded;
  t->length = is_folded ? cut_length(t->text, t->end - start) : fold(text + start, t->end - start, folded);
}

/* The same, faster for ASCII: a word that no character beyond ASCII follows is read eight bytes at a time. */
static void read_token(const char *text, size_t length, size_t start, TextPoll *poll, Token *t,
                       char folded[TOKEN_MAX_BYTES]) {
  size_t word = read_ascii_word(text + start, length - start, folded);
  t->end = start + (word ? word : 1);
  bool ascii = (unsigned char)text[start] < 0x80 && (t->end == length || (unsigned char)text[t->end] < 0x80);
  if (!ascii && (!word || continues_word(read_character(text + t->end, length - t->end).kind))) {
    read_any(text, length, start, poll, t, folded);
  } else if (word) {
    t->text = folded;
    t->length = word < TOKEN_MAX_BYTES ? word : TOKEN_MAX_BYTES;
  } else {
    t->text = text + start;
    t->length = read_ascii((unsigned char)text[start]).kind == KIND_SINGLE;
  }
}

/* Returns 1 at a space, so that it is skipped without a branch, which would often be mispredicted. */
static bool at_space(const char *text, size_t length, size_t at) { return at < length && text[at] == ' '; }

static Status unicode_split(const Tokenizer *tokenizer, const char *text, size_t length, Poll asked, TokenSink *sink,
                            void *context, Error *error) {
  (void)tokenizer;
  TextPoll poll = text_poll_begin(asked, error);
  char folded[TOKEN_MAX_BYTES];
  bool wanted = true;
  Token t;
  for (size_t start = 0; start < length && wanted; start = t.end + at_space(text, length, t.end)) {
    read_token(text, length, start, &poll, &t, folded);
    if (!text_poll_goes_on(&poll, t.end)) break;
    t.start = start;
    t.unfolded = text + start;
    t.unfolded_length = t.end - start;
    if (t.length > 0) wanted = sink(context, &t);
  }
  return poll.status;
}

const Tokenizer tokenizer_unicode = {unicode_split};

/* ---- the same tokens as they are written --------------------------------------------- */

typedef struct Unfolding {
  TokenSink *sink;
  void *context;
} Unfolding;

static bool unfold(void *context, const Token *token) {
  const Unfolding *u = context;
  Token t = {.text = token->unfolded, .length = cut_length(token->unfolded, token->unfolded_length),
             .start = token->start, .end = token->end};
  if (!utf8_is_valid(t.text, t.length)) {
    t.text = REPLACEMENT;
    t.length = sizeof REPLACEMENT - 1;
  }
  return u->sink(u->context, &t);
}

static Status written_split(const Tokenizer *tokenizer, const char *text, size_t length, Poll poll, TokenSink *sink,
                            void *context, Error *error) {
  Unfolding unfolding = {sink, context};
  return unicode_split(tokenizer, text, length, poll, unfold, &unfolding, error);
}

const Tokenizer tokenizer_unicode_as_written = {written_split};
