#include "markup/markup.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text_poll.h"
#include "markup/decoded_text.h"
#include "markup/html.h"

/* ---- tokens ---------------------------------------------------------------------------- */

typedef struct Splitting {
  const Tokenizer *inner;
  DecodedText decoded; /* of the piece at hand     */
  size_t start;        /* of the piece in the text */
  Poll poll;
  TokenSink *sink;
  void *context;
  bool wanted;
} Splitting;

static bool take_token(void *context, const Token *token) {
  Splitting *s = context;
  Token t = *token;
  t.start = s->start + decoded_text_start(&s->decoded, token->start);
  t.end = s->start + decoded_text_end(&s->decoded, token->end);
  s->wanted = s->sink(s->context, &t);
  return s->wanted;
}

static Status split_text(Splitting *s, const char *text, const HtmlPiece *piece, Error *error) {
  s->start = piece->start;
  Status status = decoded_text_read(&s->decoded, text + piece->start, piece->end - piece->start, s->poll, error);
  if (status) return status;
  return s->inner->split(s->inner, s->decoded.text, s->decoded.length, s->poll, take_token, s, error);
}

/* <P> and <p> are the same, so that a tag has no `unfolded`. */
static void give_tag(Splitting *s, const char *text, const HtmlPiece *piece) {
  char tag[HTML_NAME_MOST + 3];
  size_t length = 0;
  tag[length++] = '<';
  if (piece->closing) tag[length++] = '/';
  for (size_t i = 0; i < piece->name_length; i++) {
    char c = text[piece->name + i];
    tag[length++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
  }
  tag[length++] = '>';
  s->wanted = s->sink(s->context, &(Token){.text = tag, .length = length, .start = piece->start, .end = piece->end});
}

static Status markup_split(const Tokenizer *tokenizer, const char *text, size_t length, Poll asked, TokenSink *sink,
                           void *context, Error *error) {
  const MarkupTokenizer *t = (const MarkupTokenizer *)tokenizer;
  Splitting s = {.inner = t->inner, .poll = asked, .sink = sink, .context = context, .wanted = true};
  HtmlReader html = {.text = text, .length = length};
  HtmlPiece piece;
  TextPoll poll = text_poll_begin(asked, error);
  Status status = STATUS_OK;
  while (!status && s.wanted && text_poll_goes_on(&poll, html.at) && html_next(&html, &piece)) {
    if (piece.kind == HTML_TAG) give_tag(&s, text, &piece);
    if (piece.kind == HTML_TEXT) status = split_text(&s, text, &piece, error);
  }
  decoded_text_free(&s.decoded);
  return status ? status : poll.status;
}

MarkupTokenizer markup_tokenizer(const Tokenizer *inner) { return (MarkupTokenizer){{markup_split}, inner}; }

/* ---- the text alone ---------------------------------------------------------------------- */

typedef struct PlainText {
  char *bytes;
  size_t length, capacity;
} PlainText;

static Status append(PlainText *p, const char *bytes, size_t length, Error *error) {
  if (!memory_grow(&p->bytes, &p->capacity, p->length + length + 1, 1)) return error_no_memory(error);
  memcpy(p->bytes + p->length, bytes, length);
  p->length += length;
  return STATUS_OK;
}

Status markup_plain_text(const char *text, size_t length, Poll asked, char **plain, size_t *plain_length,
                         Error *error) {
  TextPoll poll = text_poll_begin(asked, error);
  PlainText p = {0};
  DecodedText decoded = {0};
  HtmlReader html = {.text = text, .length = length};
  HtmlPiece piece;
  Status status = append(&p, "", 0, error); /* there are bytes, even if there is no text */
  while (!status && text_poll_goes_on(&poll, html.at) && html_next(&html, &piece)) {
    bool is_text = piece.kind == HTML_TEXT;
    if (is_text) status = decoded_text_read(&decoded, text + piece.start, piece.end - piece.start, asked, error);
    if (!status) status = is_text ? append(&p, decoded.text, decoded.length, error) : append(&p, " ", 1, error);
  }
  decoded_text_free(&decoded);
  if (!status) status = poll.status;
  if (status) free(p.bytes);
  if (status) return status;
  *plain = p.bytes;
  *plain_length = p.length;
  return STATUS_OK;
}
