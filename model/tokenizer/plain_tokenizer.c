#include "tokenizer/plain_tokenizer.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text_poll.h"
#include "base/utf8.h"
#include "tokenizer/lower_case.h"

/* What becomes of a character that is not kept, and of one that a table of bytes cannot say. */
typedef enum Fate { FATE_KEPT, FATE_REMOVED = 0x80, FATE_SEPARATES, FATE_NOT_ASCII } Fate;

typedef struct Listed {
  int32_t code;
  Fate fate;
} Listed;

typedef struct PlainTokenizer {
  Tokenizer base; /* first: a PlainTokenizer is a Tokenizer */
  bool characters;
  LetterCase letter_case;
  uint8_t byte[256]; /* the character in the case that is wanted, or a Fate    */
  size_t count;
  Listed listed[];   /* [count] beyond ASCII, by rising code, then rising fate */
} PlainTokenizer;

/* ---- making ------------------------------------------------------------------------- */

static void list_characters(PlainTokenizer *t, const char *list, size_t length, Fate fate) {
  int32_t code;
  for (size_t at = 0; at < length;) {
    at += utf8_read(list + at, length - at, &code);
    if (code < 0x80)
      t->byte[code] = (uint8_t)fate;
    else
      t->listed[t->count++] = (Listed){code, fate};
  }
}

static int by_code(const void *a, const void *b) {
  const Listed *x = a, *y = b;
  if (x->code != y->code) return x->code < y->code ? -1 : 1;
  return x->fate < y->fate ? -1 : x->fate > y->fate;
}

static void fill_bytes(PlainTokenizer *t, const PlainOptions *o) {
  for (int i = 0; i < 256; i++) t->byte[i] = (uint8_t)(i < 0x80 ? i : FATE_NOT_ASCII);
  if (!o->characters) list_characters(t, o->separators, o->separators_length, FATE_SEPARATES);
  list_characters(t, o->removed, o->removed_length, FATE_REMOVED);
  for (int i = 'A'; i <= 'Z' && o->letter_case != CASE_AS_WRITTEN; i++) t->byte[i] = t->byte[i + 'a' - 'A'];
}

/* ---- a character ------------------------------------------------------------------------ */

/* Of the first with this code: one that is removed comes before one that separates. */
static Fate listed_fate(const PlainTokenizer *t, int32_t code) {
  size_t low = 0, high = t->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (t->listed[middle].code < code)
      low = middle + 1;
    else
      high = middle;
  }
  return low < t->count && t->listed[low].code == code ? t->listed[low].fate : FATE_KEPT;
}

static Fate fate_of(const PlainTokenizer *t, int32_t code) {
  if (code >= 0x80) return listed_fate(t, code);
  return t->byte[code] < 0x80 ? FATE_KEPT : (Fate)t->byte[code];
}

/* Reads the character at `start` in the case that is wanted: returns the number of code points. */
static size_t read_character(const PlainTokenizer *t, const char *text, size_t length, size_t start, size_t *end,
                             int32_t codes[LOWER_CASE_MOST]) {
  unsigned char first = (unsigned char)text[start];
  if (first < 0x80) {
    *end = start + 1;
    codes[0] = t->byte[first] < 0x80 ? t->byte[first] : first;
    return 1;
  }
  *end = start + utf8_read(text + start, length - start, codes);
  if (codes[0] < 0)
    codes[0] = 0xFFFD;
  else if (t->letter_case == CASE_LOWER_UNICODE)
    return lower_case(codes[0], text, length, start, *end, codes);
  return 1;
}

/* ---- a word ------------------------------------------------------------------------------- */

typedef struct Word {
  char bytes[TOKEN_MAX_BYTES];
  size_t length; /* 0: it has not begun                                   */
  size_t most;   /* bytes kept: fewer once a character has found no place */
  size_t start, end;
} Word;

static void word_add(Word *w, int32_t code, size_t start, size_t end) {
  utf8proc_uint8_t bytes[4];
  size_t size = (size_t)utf8proc_encode_char(code, bytes);
  if (w->length == 0) w->start = start;
  w->end = end;
  if (w->length + size > w->most) {
    w->most = w->length;
  } else {
    memcpy(w->bytes + w->length, bytes, size);
    w->length += size;
  }
}

/* Adds the ASCII characters at `start`, and returns where they end or one separates. */
static size_t word_add_ascii(Word *w, const uint8_t byte[256], const char *text, size_t length, size_t start) {
  size_t at = start, kept = w->length, most = w->most, end = w->end;
  for (; at < length && byte[(unsigned char)text[at]] <= FATE_REMOVED; at++) {
    uint8_t c = byte[(unsigned char)text[at]];
    if (c == FATE_REMOVED) continue;
    if (kept == 0) w->start = at;
    if (kept < most) w->bytes[kept++] = (char)c;
    end = at + 1;
  }
  w->length = kept;
  w->end = end;
  return at;
}

/* Gives the word to the sink, if it has begun. */
static bool word_end(Word *w, TokenSink *sink, void *context) {
  const Token token = {.text = w->bytes, .length = w->length, .start = w->start, .end = w->end};
  w->length = 0;
  w->most = TOKEN_MAX_BYTES;
  return token.length == 0 || sink(context, &token);
}

/* ---- a text -------------------------------------------------------------------------------- */

static Status plain_split(const Tokenizer *tokenizer, const char *text, size_t length, Poll asked, TokenSink *sink,
                          void *context, Error *error) {
  TextPoll poll = text_poll_begin(asked, error);
  const PlainTokenizer *t = (const PlainTokenizer *)tokenizer;
  Word word = {.most = TOKEN_MAX_BYTES};
  bool wanted = true;
  for (size_t at = 0, end; at < length && wanted && text_poll_goes_on(&poll, at); at = end) {
    int32_t codes[LOWER_CASE_MOST];
    if (!t->characters) at = word_add_ascii(&word, t->byte, text, length, at);
    if (at == length) break;
    size_t count = read_character(t, text, length, at, &end, codes);
    for (size_t i = 0; i < count && wanted; i++) {
      Fate fate = fate_of(t, codes[i]);
      if (fate == FATE_KEPT) word_add(&word, codes[i], at, end);
      if (fate == FATE_SEPARATES || t->characters) wanted = word_end(&word, sink, context);
    }
  }
  if (wanted && !poll.status) word_end(&word, sink, context);
  return poll.status;
}

Status plain_tokenizer_new(const PlainOptions *o, Tokenizer **tokenizer, Error *error) {
  size_t most = o->removed_length + (o->characters ? 0 : o->separators_length);
  PlainTokenizer *t = most < SIZE_MAX / 2 / sizeof(Listed) ? malloc(sizeof *t + most * sizeof *t->listed) : NULL;
  if (!t) return error_no_memory(error);
  *t = (PlainTokenizer){.base = {plain_split}, .characters = o->characters, .letter_case = o->letter_case};
  fill_bytes(t, o);
  qsort(t->listed, t->count, sizeof *t->listed, by_code);
  *tokenizer = &t->base;
  return STATUS_OK;
}
