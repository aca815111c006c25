#include "encoder_tokenizer/token_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void token_model_free(TokenModel *m) {
  pieces_free(&m->pieces);
  unigram_free(&m->unigram);
  *m = (TokenModel){0};
}

/* ---- WordPiece ------------------------------------------------------------------------ */

enum { BERT_MAX_CHARACTERS = 100 };

/* When all tokens are there. */
static Status word_piece_prepare(TokenModel *m, const char *unknown, size_t length, Error *error) {
  Status status = pieces_index(&m->pieces, error);
  if (status) return status;
  m->kind = MODEL_WORD_PIECE;
  m->word_piece.unknown = pieces_find(&m->pieces, unknown, length);
  m->word_piece.inner = trie_find(&m->pieces.trie, m->prefix, m->prefix_length);
  if (m->word_piece.unknown == TOKEN_NONE)
    return error_set(error, STATUS_INVALID, "the tokenizer's unknown token '%.*s' is not in its vocabulary",
                     length < 60 ? (int)length : 60, unknown);
  return STATUS_OK;
}

static void set_prefix(TokenModel *m, const char *prefix, size_t length) {
  memcpy(m->prefix, prefix, length);
  m->prefix_length = length;
}

static void read_prefix(TokenModel *m, JsonReader *r) {
  json_read_string(r);
  if (r->status) return;
  if (r->length > PREFIX_MAX_BYTES)
    json_refuse(r, "the tokenizer's continuing_subword_prefix has %zu bytes, expected at most %d", r->length,
                PREFIX_MAX_BYTES);
  else
    set_prefix(m, r->text, r->length);
}

/* {"[PAD]": 0, "the": 1} */
static void read_ids(TokenModel *m, JsonReader *r) {
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_string(r);
    char *token = r->text; /* a number does not change it */
    size_t length = r->length;
    json_expect(r, ':');
    size_t id = json_read_size(r);
    if (!r->status) r->status = pieces_add(&m->pieces, id, token, length, r->error);
  }
}

static void read_word_piece(TokenModel *m, JsonReader *r) {
  char *unknown = NULL;
  size_t unknown_length = 0, capacity = 0;
  m->word_piece.max_characters = BERT_MAX_CHARACTERS;
  set_prefix(m, "##", 2);
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "unk_token")) {
      json_read_string(r);
      if (!r->status && !memory_grow(&unknown, &capacity, r->length + 1, 1)) json_no_memory(r);
      if (!r->status) memcpy(unknown, r->text, unknown_length = r->length);
    } else if (json_text_is(r, "continuing_subword_prefix")) {
      read_prefix(m, r);
    } else if (json_text_is(r, "max_input_chars_per_word")) {
      m->word_piece.max_characters = json_read_size(r);
    } else if (json_text_is(r, "vocab")) {
      read_ids(m, r);
    } else {
      json_skip(r);
    }
  }
  if (!unknown) json_refuse(r, "the tokenizer's model WordPiece has no unk_token");
  if (!r->status) r->status = word_piece_prepare(m, unknown, unknown_length, r->error);
  free(unknown);
}

Status token_model_read_lines(TokenModel *m, const char *text, size_t length, Error *error) {
  Status status = STATUS_OK;
  size_t id = 0;
  for (const char *end = text + length, *line = text, *next; line < end && !status; line = next, id++) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    next = stop ? stop + 1 : end;
    if (!stop) stop = end;
    if (stop > line && stop[-1] == '\r') stop--;
    if (stop > line) status = pieces_add(&m->pieces, id, line, (size_t)(stop - line), error);
  }
  if (status) return status;
  m->word_piece.max_characters = BERT_MAX_CHARACTERS;
  set_prefix(m, "##", 2);
  return word_piece_prepare(m, "[UNK]", 5, error);
}

/* ---- Unigram ---------------------------------------------------------------------------- */

/* [["<s>", 0.0], ["the", -3.2]] */
static void read_scores(TokenModel *m, JsonReader *r) {
  for (bool first = json_open(r, '['); json_next(r, ']', &first);) {
    json_expect(r, '[');
    json_read_string(r);
    json_expect(r, ',');
    double score = json_read_number(r);
    json_expect(r, ']');
    if (!r->status && !isfinite(score))
      json_refuse(r, "the tokenizer's token '%.60s' has a score that is not finite", r->text);
    if (!r->status) r->status = pieces_add(&m->pieces, m->pieces.count, r->text, r->length, r->error);
    if (!r->status && !unigram_add(&m->unigram, score)) json_no_memory(r);
  }
}

static void read_unigram(TokenModel *m, JsonReader *r) {
  size_t unknown = SIZE_MAX;
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "unk_id"))
      unknown = json_accept_null(r) ? SIZE_MAX : json_read_size(r);
    else if (json_text_is(r, "byte_fallback"))
      m->unigram.byte_fallback = json_read_bool(r);
    else if (json_text_is(r, "vocab"))
      read_scores(m, r);
    else
      json_skip(r);
  }
  if (unknown == SIZE_MAX)
    json_refuse(r, "the tokenizer's model Unigram has no unk_id");
  else if (unknown >= m->pieces.count)
    json_refuse(r, "the tokenizer's unk_id is %zu, expected less than the %zu tokens", unknown, m->pieces.count);
  if (!r->status) r->status = pieces_index(&m->pieces, r->error);
  if (r->status) return;
  m->kind = MODEL_UNIGRAM;
  m->unigram.unknown = (uint32_t)unknown;
  unigram_prepare(&m->unigram, &m->pieces);
}

/* ---- either --------------------------------------------------------------------------------- */

/* Old files do not say the type. Returns what the members of the model, which comes next, are those of. */
static const char *guess_type(JsonReader *r) {
  const char *start = (json_peek(r), r->at), *type = "WordLevel";
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "merges"))
      type = "BPE";
    else if (json_text_is(r, "unk_id"))
      type = "Unigram";
    else if (json_text_is(r, "max_input_chars_per_word"))
      type = "WordPiece";
    json_skip(r);
  }
  if (!r->status) r->at = start;
  return type;
}

void token_model_read(TokenModel *m, JsonReader *r) {
  char type[JSON_TYPE_SIZE];
  json_read_type(r, type);
  const char *name = *type || r->status ? type : guess_type(r);
  if (m->kind)
    json_refuse(r, "the tokenizer has a model twice");
  else if (strcmp(name, "WordPiece") == 0)
    read_word_piece(m, r);
  else if (strcmp(name, "Unigram") == 0)
    read_unigram(m, r);
  else
    json_refuse(r, "the tokenizer's model is '%s', expected WordPiece or Unigram", name);
}

uint32_t token_model_unknown(const TokenModel *m) {
  return m->kind == MODEL_WORD_PIECE ? m->word_piece.unknown : m->unigram.unknown;
}

bool token_model_encode(const TokenModel *m, const char *piece, size_t length, size_t characters, Lattice *lattice,
                        TokenIds *ids) {
  if (m->kind == MODEL_WORD_PIECE)
    return word_piece_encode(&m->word_piece, &m->pieces, piece, length, characters, ids);
  return unigram_encode(&m->unigram, &m->pieces, piece, length, lattice, ids);
}
