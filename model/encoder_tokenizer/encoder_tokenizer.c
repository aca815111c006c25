#include "encoder_tokenizer/encoder_tokenizer.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/memory.h"
#include "base/text_poll.h"
#include "base/utf8.h"
#include "encoder_tokenizer/added_tokens.h"
#include "encoder_tokenizer/normalizer.h"
#include "encoder_tokenizer/post_processor.h"
#include "encoder_tokenizer/pre_tokenizer.h"
#include "encoder_tokenizer/token_model.h"

struct EncoderTokenizer {
  AddedTokens added;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  TokenModel model;
  PostProcessor post_processor;
  size_t max_length; /* SIZE_MAX: any */
  bool cuts_left;    /* what is too long is cut at its beginning */
  bool local;        /* a text may be encoded part by part, cut before spaces */
};

void encoder_tokenizer_free(EncoderTokenizer *t) {
  if (!t) return;
  added_tokens_free(&t->added);
  normalizer_free(&t->normalizer);
  pre_tokenizer_free(&t->pre_tokenizer);
  token_model_free(&t->model);
  post_processor_free(&t->post_processor);
  free(t);
}

/* ---- tokenizer.json ----------------------------------------------------------------------- */

/* {"direction": "Right", "max_length": 128, "strategy": "LongestFirst", "stride": 0} or null */
static void read_truncation(EncoderTokenizer *t, JsonReader *r) {
  if (json_accept_null(r)) return;
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "max_length")) {
      t->max_length = json_read_size(r);
    } else if (json_text_is(r, "direction")) {
      json_read_string(r);
      t->cuts_left = json_text_is(r, "Left");
      if (!t->cuts_left && !json_text_is(r, "Right"))
        json_refuse(r, "the tokenizer's truncation has the direction '%.60s', expected Left or Right", r->text);
    } else if (json_text_is(r, "strategy")) {
      json_read_string(r);
      if (!json_text_is(r, "LongestFirst") && !json_text_is(r, "OnlyFirst"))
        json_refuse(r, "the tokenizer's truncation has the strategy '%.60s', expected LongestFirst or OnlyFirst",
                    r->text);
    } else {
      json_skip(r);
    }
  }
}

static Status read_json(EncoderTokenizer *t, const char *json, size_t length, Error *error) {
  JsonReader r = json_begin(json, length, "the tokenizer", error);
  for (bool first = json_open(&r, '{'); json_next(&r, '}', &first);) {
    json_read_key(&r);
    if (json_text_is(&r, "truncation"))
      read_truncation(t, &r);
    else if (json_text_is(&r, "added_tokens"))
      added_tokens_read(&t->added, &r);
    else if (json_text_is(&r, "normalizer"))
      normalizer_read(&t->normalizer, &r);
    else if (json_text_is(&r, "pre_tokenizer"))
      pre_tokenizer_read(&t->pre_tokenizer, &r);
    else if (json_text_is(&r, "post_processor"))
      post_processor_read(&t->post_processor, &r);
    else if (json_text_is(&r, "model"))
      token_model_read(&t->model, &r);
    else
      json_skip(&r);
  }
  if (!t->model.kind) json_refuse(&r, "the tokenizer has no model");
  return json_end(&r);
}

/* ---- vocab.txt -------------------------------------------------------------------------------- */

static bool has_capital(const char *token, size_t length) {
  int32_t code = 0;
  for (size_t at = 0; at < length;) {
    at += utf8_read(token + at, length - at, &code);
    if (utf8proc_tolower(code) != code) return true;
  }
  return false;
}

static bool in_brackets(const char *token, size_t length) {
  return length > 2 && token[0] == '[' && token[length - 1] == ']';
}

static bool is_cased(const Pieces *pieces) {
  size_t length;
  for (size_t id = 0; id < pieces->count; id++) {
    const char *token = pieces_get(pieces, id, &length);
    if (token && !in_brackets(token, length) && has_capital(token, length)) return true;
  }
  return false;
}

static Status add_special_tokens(EncoderTokenizer *t, Error *error) {
  static const char *const NAMES[] = {"[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]"};
  uint32_t id[5];
  bool added = true;
  for (int i = 0; i < 5; i++) {
    id[i] = pieces_find(&t->model.pieces, NAMES[i], strlen(NAMES[i]));
    if (i < 2 && id[i] == TOKEN_NONE)
      return error_set(error, STATUS_INVALID, "the tokenizer's vocabulary has no token '%s'", NAMES[i]);
    if (id[i] != TOKEN_NONE) added = added && added_tokens_add(&t->added, id[i], NAMES[i], strlen(NAMES[i]));
  }
  added = added && post_processor_add(&t->post_processor, id[0], id[1]);
  return added ? STATUS_OK : error_no_memory(error);
}

static Status read_vocabulary(EncoderTokenizer *t, const char *text, size_t length, Error *error) {
  Status status = token_model_read_lines(&t->model, text, length, error);
  if (!status) status = add_special_tokens(t, error);
  if (status) return status;
  bool lowercase = !is_cased(&t->model.pieces);
  bool added = normalizer_add_bert(&t->normalizer, lowercase) && pre_tokenizer_add_bert(&t->pre_tokenizer);
  return added ? STATUS_OK : error_no_memory(error);
}

/* ---- either ------------------------------------------------------------------------------------ */

static Status check_post_processor(const EncoderTokenizer *t, Error *error) {
  size_t length;
  const TokenIds *lists[] = {&t->post_processor.before, &t->post_processor.after};
  for (int l = 0; l < 2; l++)
    for (size_t i = 0; i < lists[l]->count; i++)
      if (!pieces_get(&t->model.pieces, lists[l]->ids[i], &length))
        return error_set(error, STATUS_INVALID, "the tokenizer's post-processor has the id %u, which no token has",
                         (unsigned)lists[l]->ids[i]);
  return STATUS_OK;
}

static bool is_json(const char *bytes, size_t length) {
  size_t at = 0;
  while (at < length && strchr(" \t\r\n", bytes[at]) && bytes[at]) at++;
  return at < length && bytes[at] == '{';
}

Status encoder_tokenizer_new(const char *bytes, size_t length, EncoderTokenizer **tokenizer, Error *error) {
  static const char MARK[] = "\xEF\xBB\xBF";
  bool marked = length >= 3 && memcmp(bytes, MARK, 3) == 0;
  if (marked) bytes += 3, length -= 3;
  EncoderTokenizer *t = calloc(1, sizeof *t);
  if (!t) return error_no_memory(error);
  t->max_length = SIZE_MAX;
  Status status = (is_json(bytes, length) ? read_json : read_vocabulary)(t, bytes, length, error);
  if (!status) status = added_tokens_prepare(&t->added, &t->model.pieces, &t->normalizer, error);
  if (!status) status = check_post_processor(t, error);
  t->local = normalizer_is_local(&t->normalizer) && pre_tokenizer_cuts_at_spaces(&t->pre_tokenizer) &&
             added_tokens_are_local(&t->added);
  if (status) {
    encoder_tokenizer_free(t);
    return status;
  }
  *tokenizer = t;
  return STATUS_OK;
}

/* ---- encoding ------------------------------------------------------------------------------------ */

typedef struct Encoding {
  const EncoderTokenizer *t;
  TokenIds *ids;
  size_t enough;    /* ids, after which nothing is read any more */
  Codes text, spare;
  char *bytes;      /* of a piece, or of a part that is normalized */
  size_t capacity;
  Lattice lattice;
  bool failed;      /* memory is out */
  TextPoll poll;
} Encoding;

static bool goes_on(const Encoding *e) { return !e->failed && !e->poll.status && e->ids->count < e->enough; }

static size_t write_bytes(Encoding *e, char **bytes, size_t *capacity, size_t from, size_t to) {
  e->failed = e->failed || !memory_grow(bytes, capacity, (to - from) * CODE_MAX_BYTES, 1);
  return e->failed ? 0 : codes_write(e->text.code + from, to - from, *bytes);
}

/* Cuts e->text, which is normalized, and appends its tokens. */
static void encode_normalized(Encoding *e, bool begins) {
  pre_tokenizer_run(&e->t->pre_tokenizer, &e->text, &e->spare, begins);
  e->failed = e->failed || e->text.failed || e->spare.failed;
  for (size_t from = 0, to, step = 0; goes_on(e) && pre_tokenizer_next(&e->text, &from, &to); from = to) {
    if (!text_poll_step(&e->poll, step++)) break;
    size_t length = write_bytes(e, &e->bytes, &e->capacity, from, to);
    e->failed = e->failed || !token_model_encode(&e->t->model, e->bytes, length, to - from, &e->lattice, e->ids);
  }
}

/* The same, where tokens are to be found in the normalized text. */
static void encode_with_added(Encoding *e, bool begins) {
  char *text = NULL;
  size_t capacity = 0, length = write_bytes(e, &text, &capacity, 0, e->text.count);
  AddedMatch match;
  for (size_t at = 0; at < length && goes_on(e); at = match.end) {
    bool found = added_tokens_find(&e->t->added, true, text, length, at, length, &match);
    if (!found) match = (AddedMatch){length, length, TOKEN_NONE};
    e->text.count = 0;
    codes_add_text(&e->text, text + at, match.start - at);
    encode_normalized(e, begins && at == 0);
    if (found && goes_on(e)) e->failed = !token_ids_add(e->ids, match.id);
  }
  free(text);
}

/* A part of the text without added tokens that are looked for as they are written. */
static void encode_part(Encoding *e, const char *text, size_t length, bool begins) {
  e->text.count = 0;
  codes_add_text(&e->text, text, length);
  normalizer_run(&e->t->normalizer, &e->text, &e->spare, &begins);
  e->failed = e->failed || e->text.failed || e->spare.failed;
  if (e->failed) return;
  if (added_tokens_any_normalized(&e->t->added))
    encode_with_added(e, begins);
  else
    encode_normalized(e, begins);
}

enum { PART_BYTES = 2048 }; /* that are encoded at a time, where that may be: at least so many */

/* Returns whether the text may be cut at `end`, where a space is, far from its beginning. */
static bool may_end(const EncoderTokenizer *t, const char *text, size_t end) {
  int32_t code, before;
  size_t start = codes_last(text, end), earlier = codes_last(text, start);
  utf8_read(text + start, end - start, &code);
  utf8_read(text + earlier, start - earlier, &before);
  return code >= 0 && before >= 0 && normalizer_keeps(&t->normalizer, before, code);
}

/* Returns where a part of the text that begins at `start` ends. */
static size_t part_end(Encoding *e, const char *text, size_t length, size_t start) {
  if (!e->t->local || length - start <= PART_BYTES) return length;
  for (const char *at = text + start + PART_BYTES; (at = memchr(at, ' ', (size_t)(text + length - at))); at++) {
    if (!text_poll_goes_on(&e->poll, (size_t)(at - text))) break;
    if (may_end(e->t, text, (size_t)(at - text))) return (size_t)(at - text);
  }
  return length;
}

static void encode_text(Encoding *e, const char *text, size_t length) {
  AddedMatch match;
  for (size_t at = 0; at < length && text_poll_goes_on(&e->poll, at) && goes_on(e); at = match.end) {
    size_t end = part_end(e, text, length, at);
    if (!goes_on(e)) break;
    bool found = added_tokens_find(&e->t->added, false, text, length, at, end, &match);
    if (!found) match = (AddedMatch){end, end, TOKEN_NONE};
    if (match.start > at) encode_part(e, text + at, match.start - at, at == 0);
    if (found && goes_on(e)) e->failed = !token_ids_add(e->ids, match.id);
  }
}

/* Cuts the ids from `first` on to `most`. */
static void cut(TokenIds *ids, size_t first, size_t most, bool left) {
  size_t count = ids->count - first;
  if (count <= most) return;
  if (left) memmove(ids->ids + first, ids->ids + ids->count - most, most * sizeof *ids->ids);
  ids->count = first + most;
}

Status encoder_tokenizer_encode(const EncoderTokenizer *t, const char *text, size_t length, EncodeOptions options,
                                TokenIds *ids, Error *error) {
  static const PostProcessor NONE = {0};
  const PostProcessor *around = options.special ? &t->post_processor : &NONE;
  size_t begin = ids->count, added = around->before.count + around->after.count;
  size_t most = options.most < t->max_length ? options.most : t->max_length;
  size_t room = most > added ? most - added : 0;
  Encoding e = {.t = t, .ids = ids, .poll = text_poll_begin(options.poll, error)};
  e.text.poll = e.lattice.poll = &e.poll;
  e.failed = !token_ids_add_all(ids, &around->before);
  size_t first = ids->count;
  e.enough = t->cuts_left || room > SIZE_MAX - first ? SIZE_MAX : first + room;
  if (room) encode_text(&e, text, length);
  cut(ids, first, room, t->cuts_left);
  e.failed = e.failed || !token_ids_add_all(ids, &around->after);
  cut(ids, begin, most, false);
  codes_free(&e.text);
  codes_free(&e.spare);
  lattice_free(&e.lattice);
  free(e.bytes);
  if (e.poll.status) return e.poll.status;
  return e.failed ? error_no_memory(error) : STATUS_OK;
}

/* ---- asking ---------------------------------------------------------------------------------------- */

size_t encoder_tokenizer_ids(const EncoderTokenizer *t) { return t->model.pieces.count; }

uint32_t encoder_tokenizer_unknown(const EncoderTokenizer *t) { return token_model_unknown(&t->model); }

const char *encoder_tokenizer_token(const EncoderTokenizer *t, uint32_t id, size_t *length) {
  return pieces_get(&t->model.pieces, id, length);
}
