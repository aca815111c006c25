#include "encoder_tokenizer/added_tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "encoder_tokenizer/characters.h"

void added_tokens_free(AddedTokens *a) {
  free(a->token);
  free(a->bytes);
  trie_free(&a->written);
  trie_free(&a->normalized);
  *a = (AddedTokens){0};
}

/* ---- making ---------------------------------------------------------------------------- */

/* Returns where the bytes were put, or SIZE_MAX if memory is out. */
static size_t keep_bytes(AddedTokens *a, const char *bytes, size_t length) {
  if (length > SIZE_MAX / 2 || !memory_grow(&a->bytes, &a->bytes_capacity, a->length + length + 1, 1)) return SIZE_MAX;
  if (length) memcpy(a->bytes + a->length, bytes, length);
  a->length += length;
  return a->length - length;
}

static bool add_token(AddedTokens *a, AddedToken token) {
  if (token.start == SIZE_MAX || !memory_grow(&a->token, &a->capacity, a->count + 1, sizeof *a->token)) return false;
  token.pattern = token.start;
  token.searched = token.length;
  a->token[a->count++] = token;
  return true;
}

bool added_tokens_add(AddedTokens *a, size_t id, const char *bytes, size_t length) {
  return add_token(a, (AddedToken){.id = id, .start = keep_bytes(a, bytes, length), .length = length});
}

static bool *find_flag(AddedToken *t, const JsonReader *r) {
  if (json_text_is(r, "single_word")) return &t->single_word;
  if (json_text_is(r, "lstrip")) return &t->lstrip;
  if (json_text_is(r, "rstrip")) return &t->rstrip;
  if (json_text_is(r, "normalized")) return &t->normalized;
  return NULL;
}

static void read_token(AddedTokens *a, JsonReader *r) {
  AddedToken token = {.id = SIZE_MAX};
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    bool *flag = find_flag(&token, r);
    if (flag) {
      *flag = json_read_bool(r);
    } else if (json_text_is(r, "id")) {
      token.id = json_read_size(r);
    } else if (json_text_is(r, "content")) {
      json_read_string(r);
      token.length = r->status ? 0 : r->length;
      token.start = r->status ? 0 : keep_bytes(a, r->text, r->length);
    } else {
      json_skip(r);
    }
  }
  if (token.length == 0) json_refuse(r, "the tokenizer has an added token without content");
  if (token.id == SIZE_MAX) json_refuse(r, "the tokenizer has an added token without an id");
  if (!r->status && !add_token(a, token)) json_no_memory(r);
}

void added_tokens_read(AddedTokens *a, JsonReader *r) {
  for (bool first = json_open(r, '['); json_next(r, ']', &first);) read_token(a, r);
}

/* ---- getting ready ----------------------------------------------------------------------- */

static int shown(size_t length) { return length < 60 ? (int)length : 60; }

/* The id is that of the model's token, or the next after those of the model and of earlier ones. */
static Status check_id(const AddedTokens *a, const AddedToken *t, Pieces *pieces, size_t next, Error *error) {
  const char *bytes = a->bytes + t->start;
  uint32_t known = pieces_find(pieces, bytes, t->length);
  size_t expected = known == TOKEN_NONE ? next : known;
  if (t->id != expected)
    return error_set(error, STATUS_INVALID, "the tokenizer's added token '%.*s' has id %zu, expected %zu",
                     shown(t->length), bytes, t->id, expected);
  return known == TOKEN_NONE ? pieces_add(pieces, t->id, bytes, t->length, error) : STATUS_OK;
}

static Status check_ids(AddedTokens *a, Pieces *pieces, Error *error) {
  size_t next = pieces->tokens;
  Status status = STATUS_OK;
  for (size_t i = 0; i < a->count && !status; i++) {
    size_t before = pieces->tokens;
    status = check_id(a, &a->token[i], pieces, next, error);
    next += pieces->tokens - before;
  }
  return status;
}

/* Sets what is searched for a token that is normalized. */
static bool normalize(AddedTokens *a, AddedToken *t, const Normalizer *normalizer) {
  Codes text = {0}, spare = {0};
  bool begins = true;
  codes_add_text(&text, a->bytes + t->start, t->length);
  normalizer_run(normalizer, &text, &spare, &begins);
  bool made = !text.failed && !spare.failed &&
              memory_grow(&a->bytes, &a->bytes_capacity, a->length + text.count * CODE_MAX_BYTES + 1, 1);
  if (made) {
    t->pattern = a->length;
    t->searched = codes_write(text.code, text.count, a->bytes + a->length);
    a->length += t->searched;
  }
  codes_free(&text);
  codes_free(&spare);
  return made;
}

static bool make_trie(const AddedTokens *a, bool normalized, Trie *trie) {
  size_t count = 0;
  TrieEntry *entries = memory_aligned(a->count, sizeof *entries);
  if (!entries) return false;
  for (size_t i = 0; i < a->count; i++) {
    const AddedToken *t = &a->token[i];
    if (t->normalized == normalized && t->searched)
      entries[count++] = (TrieEntry){a->bytes + t->pattern, (uint32_t)t->searched, (uint32_t)i};
  }
  bool built = trie_build(trie, entries, count);
  free(entries);
  return built;
}

/* Of two tokens with the same pattern the trie has one. */
static Status check_patterns(const AddedTokens *a, Error *error) {
  for (size_t i = 0; i < a->count; i++) {
    const AddedToken *t = &a->token[i];
    const Trie *trie = t->normalized ? &a->normalized : &a->written;
    if (t->searched > PIECE_MAX_BYTES)
      return error_set(error, STATUS_INVALID, "the tokenizer's added token '%.*s' has %zu bytes when normalized, "
                       "expected at most %d", shown(t->length), a->bytes + t->start, t->searched, PIECE_MAX_BYTES);
    if (t->searched && trie->value[trie_find(trie, a->bytes + t->pattern, t->searched)] != i)
      return error_set(error, STATUS_INVALID, "the tokenizer has the added token '%.*s' twice", shown(t->length),
                       a->bytes + t->start);
  }
  return STATUS_OK;
}

Status added_tokens_prepare(AddedTokens *a, Pieces *pieces, const Normalizer *normalizer, Error *error) {
  Status status = check_ids(a, pieces, error);
  if (status) return status;
  bool made = true;
  for (size_t i = 0; i < a->count && made; i++)
    if (a->token[i].normalized) made = normalize(a, &a->token[i], normalizer);
  made = made && make_trie(a, false, &a->written) && make_trie(a, true, &a->normalized);
  return made ? check_patterns(a, error) : error_no_memory(error);
}

/* ---- asking ------------------------------------------------------------------------------ */

static bool has_space(const char *bytes, size_t length) {
  int32_t code;
  for (size_t at = 0; at < length;) {
    at += utf8_read(bytes + at, length - at, &code);
    if (character_is_white_space(code)) return true;
  }
  return false;
}

bool added_tokens_are_local(const AddedTokens *a) {
  for (size_t i = 0; i < a->count; i++) {
    const AddedToken *t = &a->token[i];
    if (has_space(a->bytes + t->pattern, t->searched) || (t->normalized && t->rstrip)) return false;
  }
  return true;
}

bool added_tokens_any_normalized(const AddedTokens *a) { return a->normalized.nodes > 1; }

/* ---- searching ----------------------------------------------------------------------------- */

/* Reads the character that ends before `end`, which is not 0, and returns where it starts. */
static size_t character_before(const char *text, size_t end, int32_t *code) {
  size_t start = codes_last(text, end);
  utf8_read(text + start, end - start, code);
  return start;
}

static bool is_single_word(const char *text, size_t length, size_t start, size_t end) {
  int32_t before = ' ', after = ' ';
  if (start > 0) character_before(text, start, &before);
  if (end < length) utf8_read(text + end, length - end, &after);
  return !character_is_of_word(before) && !character_is_of_word(after);
}

static size_t skip_space_before(const char *text, size_t from, size_t start) {
  int32_t code;
  while (start > from) {
    size_t before = character_before(text, start, &code);
    if (!character_is_white_space(code)) break;
    start = before;
  }
  return start;
}

static size_t skip_space_after(const char *text, size_t length, size_t end) {
  int32_t code;
  while (end < length) {
    size_t next = end + utf8_read(text + end, length - end, &code);
    if (!character_is_white_space(code)) break;
    end = next;
  }
  return end;
}

/* Returns the longest token that begins at `start`, or NULL. */
static const AddedToken *find_at(const AddedTokens *a, const Trie *trie, const char *text, size_t length,
                                 size_t start) {
  const AddedToken *found = NULL;
  uint32_t node = 0;
  for (size_t i = start; i < length && (node = trie_child(trie, node, text[i])) != 0; i++)
    if (trie->value[node] != TRIE_NONE) found = &a->token[trie->value[node]];
  return found;
}

bool added_tokens_find(const AddedTokens *a, const AddedSearch *s, size_t from, size_t limit, AddedMatch *match) {
  const Trie *trie = s->normalized ? &a->normalized : &a->written;
  if (trie->nodes <= 1) return false;
  for (size_t at = from, step = 0; at < limit && text_poll_step(s->poll, step); step++) {
    const AddedToken *t = find_at(a, trie, s->text, s->length, at);
    size_t end = at + (t ? t->searched : 1);
    if (t && (!t->single_word || is_single_word(s->text, s->length, at, end))) {
      match->start = t->lstrip ? skip_space_before(s->text, from, at) : at;
      match->end = t->rstrip ? skip_space_after(s->text, s->length, end) : end;
      match->id = (uint32_t)t->id;
      return true;
    }
    at = end;
  }
  return false;
}
