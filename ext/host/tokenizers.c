#include "host/tokenizers.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text_poll.h"
#include "host/fts5_tokenizer.h"
#include "tokenizer/named_tokenizer.h"

/* ---- by name ------------------------------------------------------------------------ */

struct OwnTokenizer {
  Tokenizer *tokenizer;
  MarkupTokenizer html; /* reads HTML by it */
  OwnTokenizer *next;
  char name[];
};

static int own_new(Connection *c, const char *name, OwnTokenizer **own, Error *error) {
  size_t size = strlen(name) + 1;
  *own = malloc(sizeof **own + size);
  if (!*own) return failure_no_memory(error);
  memcpy((*own)->name, name, size);
  int rc = failure_code(named_tokenizer_new(name, &(*own)->tokenizer, error));
  if (rc) {
    free(*own);
    return rc;
  }
  (*own)->html = markup_tokenizer((*own)->tokenizer);
  (*own)->next = c->own_tokenizers;
  c->own_tokenizers = *own;
  return SQLITE_OK;
}

static int own_find(Connection *c, const char *name, Markup markup, const Tokenizer **tokenizer, Error *error) {
  OwnTokenizer *own = c->own_tokenizers;
  while (own && strcmp(own->name, name) != 0) own = own->next;
  int rc = own ? SQLITE_OK : own_new(c, name, &own, error);
  if (!rc) *tokenizer = markup == MARKUP_HTML ? &own->html.base : own->tokenizer;
  return rc;
}

int tokenizers_find(Connection *c, const char *name, Markup markup, const Tokenizer **tokenizer, Error *error) {
  return named_tokenizer_exists(name) ? own_find(c, name, markup, tokenizer, error)
                                      : fts5_tokenizer_find(c, name, markup, tokenizer, error);
}

int tokenizers_find_shared(Connection *c, const Model *m, const Tokenizer **tokenizer, Error *error) {
  *tokenizer = &tokenizer_listed;
  return named_tokenizer_exists(m->tokenize) ? own_find(c, m->tokenize, m->markup, tokenizer, error) : SQLITE_OK;
}

void tokenizers_free(Connection *c) {
  while (c->own_tokenizers) {
    OwnTokenizer *own = c->own_tokenizers;
    c->own_tokenizers = own->next;
    free(own->tokenizer);
    free(own);
  }
}

/* ---- lists of tokens ---------------------------------------------------------------- */

typedef uint32_t TokenLength; /* stands before each token */

typedef struct Appending {
  ByteBuffer *buffer;
  bool no_memory;
} Appending;

static bool append_token(void *context, const Token *token) {
  Appending *a = context;
  ByteBuffer *b = a->buffer;
  TokenLength prefix = (TokenLength)token->length;
  a->no_memory = !memory_grow(&b->bytes, &b->capacity, b->length + sizeof prefix + token->length, 1);
  if (a->no_memory) return false;
  memcpy(b->bytes + b->length, &prefix, sizeof prefix);
  memcpy(b->bytes + b->length + sizeof prefix, token->text, token->length);
  b->length += sizeof prefix + token->length;
  return true;
}

int tokenizers_list(Connection *c, const Model *m, const char *text, size_t length, ByteBuffer *buffer,
                    Error *error) {
  const Tokenizer *tokenizer;
  Appending appending = {.buffer = buffer};
  int rc = tokenizers_find(c, m->tokenize, m->markup, &tokenizer, error);
  if (rc) return rc;
  /* bytes is not NULL afterwards, even if the text has no tokens */
  if (!memory_grow(&buffer->bytes, &buffer->capacity, buffer->length + 1, 1)) return failure_no_memory(error);
  rc = failure_code(
      tokenizer->split(tokenizer, text, length, connection_poll(c), append_token, &appending, error));
  return appending.no_memory ? failure_no_memory(error) : rc;
}

static Status listed_split(const Tokenizer *tokenizer, const char *text, size_t length, Poll asked, TokenSink *sink,
                           void *context, Error *error) {
  (void)tokenizer;
  TextPoll poll = text_poll_begin(asked, error);
  TokenLength number;
  for (size_t at = 0; at < length && text_poll_goes_on(&poll, at); at += number) {
    memcpy(&number, text + at, sizeof number);
    at += sizeof number;
    if (!sink(context, &(Token){.text = text + at, .length = number, .start = at, .end = at + number})) break;
  }
  return poll.status;
}

const Tokenizer tokenizer_listed = {.split = listed_split};
