#include "tokenizer/named_tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tokenizer/plain_tokenizer.h"

static const char WHITESPACE[] = " \t\n\v\f\r";

/* Lists of characters that have a name. */
static const struct {
  const char *name, *characters;
} LISTS[] = {
    {"punctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
    {"spaces", " \t\n\v\f\r\x1C\x1D\x1E\x1F" "\xC2\x85" "\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
               "\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000"}};
enum { LIST_COUNT = sizeof LISTS / sizeof *LISTS };

/* ---- words of a name --------------------------------------------------------------- */

/* A word, or what stands between two quotes. */
typedef struct Piece {
  const char *bytes;
  size_t length;
  bool quoted, closed;
} Piece;

/* Reads the piece at *at, and moves behind it. At the end of the name its length is 0. */
static Piece read_piece(const char **at) {
  const char *p = *at + strspn(*at, WHITESPACE);
  Piece piece = {.bytes = p, .quoted = *p == '\''};
  if (!piece.quoted) {
    piece.length = strcspn(p, WHITESPACE);
    *at = p + piece.length;
    return piece;
  }
  piece.bytes = ++p;
  while (*p && (*p != '\'' || p[1] == '\'')) p += *p == '\'' ? 2 : 1;
  piece.length = (size_t)(p - piece.bytes);
  piece.closed = *p == '\'';
  *at = p + piece.closed;
  return piece;
}

/* The bytes of a piece that a message shows. */
static int piece_shown(const Piece *piece) { return piece->length < 40 ? (int)piece->length : 40; }

static bool piece_is(const Piece *piece, const char *word) {
  return !piece->quoted && piece->length == strlen(word) && memcmp(piece->bytes, word, piece->length) == 0;
}

/* ---- options ------------------------------------------------------------------------------ */

typedef enum Option { OPTION_LOWER, OPTION_REMOVE, OPTION_SEPARATORS, OPTIONS } Option;

static const char *const OPTION_NAMES[] = {"lower", "remove", "separators"};

/* The first `options` of these belong to a kind. */
static const struct Kind {
  const char *name;
  Option options;
  const char *listed, *cases; /* for messages */
} KINDS[] = {
    {"unicode", OPTION_REMOVE, "lower", "none"},
    {"whitespace", OPTIONS, "lower, remove or separators", "none, ascii or unicode"},
    {"characters", OPTION_SEPARATORS, "lower or remove", "none, ascii or unicode"},
};
enum { KIND_UNICODE, KIND_WHITESPACE, KIND_CHARACTERS, KIND_COUNT };

typedef struct NameParser {
  const char *name;
  const struct Kind *kind;
  bool given[OPTIONS];
  PlainOptions options;
  Error *error;
} NameParser;

static Status bad_value(const NameParser *r, const char *option, const Piece *value, const char *expected) {
  if (value->length == 0 && !value->quoted)
    return error_set(r->error, STATUS_INVALID, "the tokenizer '%.60s' has nothing after %s, expected %s", r->name,
                     option, expected);
  return error_set(r->error, STATUS_INVALID, "the tokenizer '%.60s' has %s%.*s%s after %s, expected %s", r->name,
                   value->quoted ? "'" : "", piece_shown(value), value->bytes, value->closed ? "'" : "", option,
                   expected);
}

static Status read_case(NameParser *r, const Piece *value) {
  bool any = r->kind != &KINDS[KIND_UNICODE];
  if (piece_is(value, "none"))
    r->options.letter_case = CASE_AS_WRITTEN;
  else if (any && piece_is(value, "ascii"))
    r->options.letter_case = CASE_LOWER_ASCII;
  else if (any && piece_is(value, "unicode"))
    r->options.letter_case = CASE_LOWER_UNICODE;
  else
    return bad_value(r, "lower", value, r->kind->cases);
  return STATUS_OK;
}

/* A doubled quote is left as it is: a list may have a character twice. */
static Status read_characters(NameParser *r, const char *option, const Piece *value, const char **list,
                              size_t *length) {
  *list = value->bytes;
  *length = value->length;
  for (size_t i = 0; i < LIST_COUNT; i++) {
    if (!piece_is(value, LISTS[i].name)) continue;
    *list = LISTS[i].characters;
    *length = strlen(*list);
    return STATUS_OK;
  }
  if (!value->quoted || !value->closed) {
    return bad_value(r, option, value, "punctuation, spaces, or characters between single quotes");
  } else if (!utf8_is_valid(value->bytes, value->length)) {
    return error_set(r->error, STATUS_INVALID, "the tokenizer '%.60s' has characters after %s that are not UTF-8",
                     r->name, option);
  }
  return STATUS_OK;
}

static Status read_option(NameParser *r, const Piece *option, const Piece *value) {
  PlainOptions *o = &r->options;
  Option number = 0;
  while (number < r->kind->options && !piece_is(option, OPTION_NAMES[number])) number++;
  if (number == r->kind->options)
    return error_set(r->error, STATUS_INVALID, "the tokenizer '%.60s' has the option '%.*s', expected %s", r->name,
                     piece_shown(option), option->bytes, r->kind->listed);
  if (r->given[number])
    return error_set(r->error, STATUS_INVALID, "the tokenizer '%.60s' has the option '%s' twice", r->name,
                     OPTION_NAMES[number]);
  r->given[number] = true;
  if (number == OPTION_LOWER) return read_case(r, value);
  if (number == OPTION_REMOVE)
    return read_characters(r, OPTION_NAMES[number], value, &o->removed, &o->removed_length);
  return read_characters(r, OPTION_NAMES[number], value, &o->separators, &o->separators_length);
}

/* ---- by name --------------------------------------------------------------------------------- */

/* Returns the kind that the name begins with, or NULL, and moves *at behind it. */
static const struct Kind *read_kind(const char **at) {
  Piece piece = read_piece(at);
  for (int i = 0; i < KIND_COUNT; i++)
    if (piece_is(&piece, KINDS[i].name)) return &KINDS[i];
  return NULL;
}

bool named_tokenizer_exists(const char *name) { return !*name || read_kind(&name); }

static Status copy_tokenizer(const Tokenizer *original, Tokenizer **tokenizer, Error *error) {
  *tokenizer = malloc(sizeof **tokenizer);
  if (!*tokenizer) return error_no_memory(error);
  **tokenizer = *original;
  return STATUS_OK;
}

Status named_tokenizer_new(const char *name, Tokenizer **tokenizer, Error *error) {
  const char *at = name;
  NameParser r = {.name = name, .kind = read_kind(&at), .error = error,
               .options = {.separators = WHITESPACE, .separators_length = sizeof WHITESPACE - 1}};
  if (!*name) return copy_tokenizer(&tokenizer_unicode, tokenizer, error);
  if (!r.kind)
    return error_set(error, STATUS_INVALID, "there is no tokenizer '%.60s', expected unicode, whitespace or characters",
                     name);
  Status status = STATUS_OK;
  for (Piece option = read_piece(&at); !status && (option.length > 0 || option.quoted); option = read_piece(&at)) {
    Piece value = read_piece(&at);
    status = read_option(&r, &option, &value);
  }
  r.options.characters = r.kind == &KINDS[KIND_CHARACTERS];
  if (status) return status;
  if (r.kind != &KINDS[KIND_UNICODE]) return plain_tokenizer_new(&r.options, tokenizer, error);
  return copy_tokenizer(r.given[OPTION_LOWER] ? &tokenizer_unicode_as_written : &tokenizer_unicode, tokenizer, error);
}
